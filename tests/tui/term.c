/* The terminal on a pty: what it shows, what it reads, and that it is given back on every way out.
 * The program there is echo.c. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/pty.h"
#include "tests/tui/support.h"

TestSuite(term, .timeout = 120);

static struct pty *pty;

static void begin(const char *mode, const char *setting)
{
    const char *argv[] = {BUILD_DIR "/tui-echo", mode, NULL};
    const char *environment[] = {"TERM=xterm-256color", "LANG=C.UTF-8", setting, NULL};
    struct pty_spec spec = {.argv = argv, .environment = environment, .rows = 24, .columns = 80};
    if (setting && strncmp(setting, "TERM=", 5) == 0)
        environment[0] = "LINES="; /* an empty setting means nothing */
    if (setting && strncmp(setting, "LANG=", 5) == 0)
        environment[1] = "LINES=";
    pty = pty_open(&spec);
}

static void expect(const char *text)
{
    cr_assert(pty_wait_text(pty, text), "never saw %s in\n%s", text, pty_dump(pty));
}

static bool was_sent(const char *bytes)
{
    size_t len;
    return strstr(pty_raw(pty, &len), bytes) != NULL;
}

static bool sent(struct pty *of, const void *bytes)
{
    (void)of;
    return was_sent(bytes);
}

static void expect_sent(const char *bytes)
{
    cr_assert(pty_wait(pty, sent, bytes), "never sent; the screen is\n%s", pty_dump(pty));
}

static void expect_restored(void)
{
    const char *what = NULL;
    cr_expect(pty_restored(pty, &what), "not restored: %s", what ? what : "");
}

/* Waits for the end, checks that the terminal is as it was; returns the wait status. */
static int ended(void)
{
    int status = 0;
    cr_assert(pty_wait_end(pty, &status), "still runs:\n%s", pty_dump(pty));
    expect_restored();
    pty_close(pty);
    return status;
}

static void quit(void)
{
    pty_text(pty, "q");
    int status = ended();
    cr_assert(WIFEXITED(status));
    cr_assert_eq(WEXITSTATUS(status), 0);
}

Test(term, shows_reads_and_gives_back)
{
    begin(NULL, NULL);
    expect("size 80x24 utf-8 colours 3");
    expect("last nothing ✓ 漢字");
    pty_text(pty, "\033OA");
    expect("last Up");
    pty_text(pty, "é");
    expect("last é");
    pty_text(pty, "\033");
    expect("last Esc");
    pty_text(pty, "\x11");
    expect("last Ctrl-Q");
    pty_text(pty, "\x03");
    expect("last Ctrl-C");
    pty_paste(pty, "two words\n");
    expect("last (two words ");
    quit();
}

Test(term, looks_by_role_and_has_its_cursor)
{
    int row, column;
    begin(NULL, NULL);
    expect("last nothing");
    cr_assert(pty_cell(pty, 0, 0).bold);
    cr_assert(!pty_cell(pty, 1, 0).default_fg);
    cr_assert(pty_cell(pty, 1, 0).default_bg);
    cr_assert_eq(pty_cell(pty, 1, 15).width, 2);
    cr_assert(pty_cursor(pty, &row, &column) && row == 1 && column == 5);
    quit();
}

Test(term, sends_titles_bells_and_the_clipboard_sanitised)
{
    begin(NULL, NULL);
    expect("last nothing");
    pty_text(pty, "t");
    expect_sent("\033]2;demo-hub 41/58\xef\xbf\xbd]0;evil\xef\xbf\xbd\a");
    pty_text(pty, "c");
    expect_sent("\033]52;c;aGVsbG8=\a");
    pty_text(pty, "b");
    expect("last b");
    quit();
}

/* Some terminals know neither SU and SD nor scroll regions, whatever their entry says. */
Test(term, moves_rows_without_scrolling)
{
    begin("", NULL);
    static const char *const tops[] = {"yyyyyyyy", "wwwwwwww", "uuuuuuuu"};
    for (int i = 0; i < 3; i++) {
        pty_keys(pty, "m");
        expect(tops[i]);
    }
    size_t len;
    const char *raw = pty_raw(pty, &len);
    for (const char *at = raw; (at = strstr(at, "\033[")) != NULL; at++) {
        const char *end = at + 2 + strspn(at + 2, "0123456789;");
        cr_assert(*end == '\0' || strchr("STLM", *end) == NULL, "it scrolled: ^[%.8s", at + 1);
    }
    quit();
}

Test(term, follows_the_size)
{
    begin(NULL, NULL);
    expect("size 80x24");
    pty_resize(pty, 30, 100);
    expect("size 100x30");
    pty_resize(pty, 3, 15);
    expect("size 15x3");
    pty_resize(pty, 24, 80);
    expect("size 80x24 utf-8");
    quit();
}

Test(term, a_size_of_zero_means_unknown)
{
    begin("sizeless", "COLUMNS=70");
    expect("size 70x24");
    quit();
}

Test(term, is_ascii_where_the_locale_is)
{
    begin(NULL, "LANG=C");
    expect("ascii");
    expect("last nothing v ????");
    quit();
}

Test(term, no_color_is_mono)
{
    begin(NULL, "NO_COLOR=1");
    expect("colours 0");
    cr_assert(pty_cell(pty, 1, 0).default_fg);
    quit();
}

Test(term, eight_colours_are_eight)
{
    begin(NULL, "TERM=xterm");
    expect("colours 1");
    quit();
}

Test(term, exit_gives_it_back)
{
    begin(NULL, NULL);
    expect("last nothing");
    pty_text(pty, "x");
    cr_assert(WIFEXITED(ended()));
}

static void expect_rescued(const char *key)
{
    begin(NULL, NULL);
    expect("last nothing");
    pty_text(pty, key);
    int status = ended();
    cr_assert(!WIFEXITED(status) || WEXITSTATUS(status) != 0, "it must not look like success");
}

Test(term, abort_gives_it_back)
{
    expect_rescued("a");
}

Test(term, a_segmentation_fault_gives_it_back)
{
    expect_rescued("s");
}

Test(term, termination_gives_it_back)
{
    expect_rescued("k");
}

Test(term, a_stray_signal_gives_it_back)
{
    expect_rescued("u");
}

Test(term, another_program_may_have_it_in_between)
{
    begin(NULL, NULL);
    expect("last nothing");
    pty_text(pty, "S");
    expect_sent("outside\r\n");
    expect("last S");
    cr_assert(was_sent("\033[?1049l"));
    quit();
}

Test(term, stops_and_continues)
{
    begin("job", NULL);
    expect("last nothing");
    pty_text(pty, "\x1a");
    expect_sent("[stopped]");
    expect_restored();
    pty_text(pty, "\n");
    expect("last Ctrl-Z");
    pty_text(pty, "\033[B");
    expect("last Down");
    quit();
}

static int status_after_hang_up(const char *mode)
{
    int status = 0;
    begin(mode, NULL);
    expect("last nothing");
    pty_hang_up(pty);
    cr_assert(pty_wait_end(pty, &status));
    pty_close(pty);
    return status;
}

Test(term, a_lost_terminal_is_noticed)
{
    int status = status_after_hang_up(NULL);
    cr_assert((WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP) ||
              (WIFEXITED(status) && WEXITSTATUS(status) == 4));
}

Test(term, a_lost_terminal_is_noticed_without_a_signal)
{
    int status = status_after_hang_up("deaf");
    cr_assert(WIFEXITED(status));
    cr_assert_eq(WEXITSTATUS(status), 4);
}

static void expect_refused(const char *setting, const char *sentence)
{
    begin(NULL, setting);
    expect(sentence);
    int status = ended();
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 3);
}

Test(term, refuses_what_cannot_be_drawn_on)
{
    expect_refused("TERM=dumb", "TERM is dumb");
    expect_refused("TERM=", "TERM is not set");
    expect_refused("TERM=no-such-terminal", "not known here");
}
