/* The harness itself, proven on programs that every system has: what it says about a screen, a key
 * or an end must be true before it may judge ours. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/e2e/e2e.h"

static struct e2e e2e;

static void begin(void)
{
    e2e_begin(&e2e);
}

static void end(void)
{
    e2e_end(&e2e);
}

TestSuite(harness, .init = begin, .fini = end);

static struct pty *shell(const char *script)
{
    return e2e_open(&e2e, ARGS("sh", "-c", script), 24, 80);
}

Test(harness, shows_what_was_printed_and_how_it_ended)
{
    struct pty *pty = shell("printf 'h\\303\\251llo\\n'; exit 3");
    expect_text(pty, "héllo");
    cr_assert_str_eq(pty_row(pty, 0), "héllo");
    expect_exit(pty, 3);
}

Test(harness, a_text_that_never_comes_is_reported_when_the_program_ends)
{
    struct pty *pty = shell("echo something else");
    cr_assert_not(pty_wait_text(pty, "nowhere to be seen"));
    cr_assert(strstr(pty_dump(pty), "something else") != NULL);
}

Test(harness, a_program_that_hangs_is_given_up_at_the_deadline)
{
    setenv("TEST_DEADLINE", "0", 1);
    struct pty *pty = shell("exec cat");
    cr_assert_not(pty_wait_text(pty, "nowhere to be seen"));
    int status;
    cr_assert_not(pty_wait_end(pty, &status));
}

Test(harness, what_is_typed_arrives)
{
    struct pty *pty = shell("read line; echo \"<$line>\"");
    pty_text(pty, "a b\tc");
    pty_keys(pty, "Space d é Enter");
    expect_match(pty, "^<a b.*c dé>$");
    expect_exit(pty, 0);
}

Test(harness, keys_have_the_bytes_of_xterm)
{
    const char *script =
        "stty raw -echo; echo ready; dd bs=1 count=27 2>/dev/null | od -An -c -w27";
    struct pty *pty = e2e_open(&e2e, ARGS("sh", "-c", script), 24, 120);
    expect_text(pty, "ready");
    pty_keys(pty, "Up F1 F5 S-Tab Esc C-q M-x PageDown Delete Backspace");
    expect_text(pty, "033   [   A 033   O   P 033   [   1   5   ~ 033   [   Z 033 021 033   x "
                     "033   [   6   ~ 033   [   3   ~ 177");
}

Test(harness, arrows_follow_application_mode)
{
    struct pty *pty = shell("stty raw -echo; printf '\\033[?1hready'; dd bs=1 count=3 2>/dev/null "
                            "| od -An -c");
    expect_text(pty, "ready");
    pty_keys(pty, "Up");
    expect_text(pty, "033   O   A");
}

Test(harness, a_paste_is_bracketed_when_asked_for)
{
    struct pty *pty = shell("stty raw -echo; printf '\\033[?2004hready'; "
                            "dd bs=1 count=14 2>/dev/null | od -An -c");
    expect_text(pty, "ready");
    pty_paste(pty, "ab");
    expect_text(pty, "033   [   2   0   0   ~   a   b 033   [   2   0   1   ~");
}

Test(harness, the_terminal_answers_what_it_is_asked)
{
    struct pty *pty =
        shell("stty raw -echo; printf '\\033[6n'; dd bs=1 count=6 2>/dev/null | od -An -c");
    expect_text(pty, "033   [   1   ;   1   R");
}

Test(harness, a_resize_is_a_signal_and_a_new_size)
{
    struct pty *pty = shell("trap 'stty size' WINCH; echo ready; while :; do read x; done");
    expect_text(pty, "ready");
    pty_resize(pty, 10, 40);
    pty_keys(pty, "Enter");
    expect_text(pty, "10 40");
    cr_assert_eq(pty_rows(pty), 10);
}

Test(harness, attributes_colours_and_wide_cells_are_seen)
{
    struct pty *pty = shell("printf '\\033[1;7mB\\033[0m\\033[38;5;196mR\\033[0m\\346\\274\\242x'");
    int row, column;
    expect_text(pty, "x");
    struct pty_cell bold = pty_cell(pty, 0, 0), red = pty_cell(pty, 0, 1);
    cr_assert(bold.bold && bold.reverse && bold.default_fg);
    cr_assert(!red.bold && !red.default_fg && red.default_bg);
    cr_assert(red.fg[0] == 255 && red.fg[1] == 0);
    cr_assert_eq(pty_cell(pty, 0, 2).width, 2);
    cr_assert(pty_find(pty, "x", &row, &column));
    cr_assert_eq(column, 4);
    cr_assert_str_eq(pty_row(pty, 0), "BR漢x");
}

Test(harness, a_signal_ends_it)
{
    struct pty *pty = shell("echo ready; exec cat");
    expect_text(pty, "ready");
    pty_signal(pty, SIGTERM);
    expect_exit(pty, 128 + SIGTERM);
}

Test(harness, a_hang_up_is_a_hang_up)
{
    struct pty *pty = shell("trap 'echo gone > gone; exit 7' HUP; echo ready; "
                            "while :; do read x || :; done");
    expect_text(pty, "ready");
    pty_hang_up(pty);
    int status;
    cr_assert(pty_wait_end(pty, &status));
    char *gone = e2e_read(&e2e, "gone");
    cr_assert_str_eq(gone, "gone\n");
    free(gone);
}

Test(harness, a_stopped_job_comes_back)
{
    e2e_set(&e2e, "PS1", "shell> ");
    struct pty *pty = e2e_open(&e2e, ARGS("sh", "-i"), 24, 80);
    expect_text(pty, "shell>");
    pty_text(pty, "cat\r");
    pty_text(pty, "one\r");
    expect_match(pty, "^one\none$");
    pty_keys(pty, "C-z");
    expect_match(pty, "Stopped.*\n(.*\n)*shell>$");
    pty_text(pty, "fg\r");
    expect_match(pty, "fg\ncat$");
    pty_text(pty, "two\r");
    expect_match(pty, "^two\ntwo$");
}

static void expect_not_restored(const char *script, const char *complaint)
{
    struct pty *pty = shell(script);
    int status;
    const char *what;
    cr_assert(pty_wait_end(pty, &status));
    cr_assert_not(pty_restored(pty, &what), "%s", script);
    cr_assert(strstr(what, complaint) != NULL, "%s: %s", script, what);
}

Test(harness, what_was_not_put_back_is_named)
{
    expect_not_restored("printf '\\033[?1049h'", "alternate screen");
    expect_not_restored("printf '\\033[?25l'", "cursor");
    expect_not_restored("printf '\\033[?2004h'", "bracketed paste");
    expect_not_restored("stty -echo", "echo");
    expect_not_restored("printf '\\033[?1h\\033='", "cursor keys");
    struct pty *pty = shell("stty raw -echo; printf '\\033[?1049h\\033[?25l\\033[?2004h';"
                            "printf '\\033[?2004l\\033[?25h\\033[?1049l'; stty sane; stty echo");
    int status;
    pty_wait_end(pty, &status);
    pty = shell("printf '\\033[?1049h\\033[?25l'; printf '\\033[?25h\\033[?1049l'");
    expect_exit(pty, 0);
}

Test(harness, more_than_a_pipe_holds_goes_both_ways)
{
    struct pty *pty = shell("stty raw -echo; echo ready; "
                            "head -c 200000 | tee copy | cksum > sum; echo; echo all there");
    expect_text(pty, "ready");
    char *many = malloc(200001);
    memset(many, 'x', 200000);
    many[200000] = '\0';
    pty_text(pty, many);
    free(many);
    expect_text(pty, "all there");
    char *sum = e2e_read(&e2e, "sum");
    cr_assert(strstr(sum, " 200000") != NULL, "%s", sum);
    free(sum);
}

Test(harness, the_environment_is_only_ours)
{
    setenv("AWS_PROFILE", "somebody", 1);
    e2e_set(&e2e, "ONE", "1");
    e2e_set(&e2e, "TWO", "2");
    e2e_set(&e2e, "ONE", NULL);
    struct pty *pty =
        shell("echo \"[$ONE$TWO$AWS_PROFILE]\"; test \"$HOME\" = \"$PWD\" && echo home");
    expect_text(pty, "[2]");
    expect_text(pty, "home");
}

Test(harness, terraform_can_be_hidden)
{
    e2e_hide_terraform(&e2e);
    struct pty *pty = shell("command -v terraform || command -v ls > /dev/null && echo hidden");
    expect_text(pty, "hidden");
    cr_assert_not(pty_shows(pty, "/terraform"), "%s", pty_dump(pty));
}
