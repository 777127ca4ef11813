/* The terminal as the program must treat it: any size, colours or none, ASCII, suspended, ended by
 * a signal; what stands in files never reaches it as an escape sequence. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/journey.h"

static struct e2e e2e;

static void begin(void)
{
    e2e_begin(&e2e);
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
}

static void end(void)
{
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(terminal, .init = begin, .fini = end, .timeout = 170);

static void leave_the_form(struct pty *pty)
{
    pty_keys(pty, "C-q");
    expect_text(pty, "Leave?");
    pty_keys(pty, "x");
    expect_exit(pty, 0);
}

Test(terminal, what_was_typed_is_there_after_going_back)
{
    struct pty *pty = journey_start(&e2e);
    journey_credentials(pty);
    pty_keys(pty, "Backspace Backspace Backspace");
    pty_text(pty, "lab");
    expect_text(pty, "demo-lab");
    pty_keys(pty, "Esc");
    expect_text(pty, "Which AWS profile?");
    pty_keys(pty, "Enter");
    expect_match(pty, "Name +demo-lab");
    leave_the_form(pty);
}

Test(terminal, it_is_put_back_when_a_signal_ends_the_program)
{
    static const int numbers[] = {SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct pty *pty = journey_start(&e2e);
        int status;
        const char *what;
        expect_match(pty, "Which AWS profile\\?|A rehearsal was begun");
        pty_signal(pty, numbers[i]);
        cr_assert(pty_wait_end(pty, &status), "signal %d\n%s", numbers[i], pty_dump(pty));
        cr_assert(pty_restored(pty, &what), "%s\n%s", what, pty_dump(pty));
    }
}

Test(terminal, any_size_is_survived_and_a_small_one_says_what_it_needs)
{
    struct pty *pty = journey_start(&e2e);
    journey_credentials(pty);
    pty_resize(pty, 60, 200);
    expect_match(pty, "Name +demo-hub");
    pty_resize(pty, 5, 20);
    expect_gone(pty, "Name");
    expect_match(pty, "[0-9]+ ?x ?[0-9]+");
    pty_resize(pty, 1, 1);
    pty_resize(pty, 24, 80);
    expect_match(pty, "Name +demo-hub");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
}

Test(terminal, suspended_it_is_given_back_and_taken_again)
{
    e2e_set(&e2e, "PS1", "shell> ");
    struct pty *pty = e2e_open(&e2e, ARGS("sh", "-i"), 24, 80);
    expect_text(pty, "shell>");
    pty_text(pty, e2e.program);
    pty_text(pty, " --rehearse=200x --dir " PLACE "\r");
    journey_credentials(pty);
    pty_keys(pty, "C-z");
    expect_match(pty, "Stopped.*\n(.*\n)*shell>$");
    pty_text(pty, "stty -a | tr ' ' '\\n' | grep -x echo; echo cooked\r");
    expect_match(pty, "^echo\ncooked$");
    pty_text(pty, "fg\r");
    expect_match(pty, "Name +demo-hub");
    pty_keys(pty, "C-q");
    expect_match(pty, "shell>$");
}

static bool has_colour(struct pty *pty)
{
    for (int row = 0; row < pty_rows(pty); row++)
        for (int column = 0; column < pty_columns(pty); column++) {
            struct pty_cell cell = pty_cell(pty, row, column);
            if (!cell.default_fg || !cell.default_bg)
                return true;
        }
    return false;
}

Test(terminal, colour_is_used_unless_it_is_not_wanted)
{
    struct pty *pty = journey_start(&e2e);
    expect_text(pty, "Everything is in place");
    cr_assert(has_colour(pty), "there is colour by default");
    pty = journey_start(&e2e, , "--no-color");
    journey_again(pty);
    expect_text(pty, "Everything is in place");
    cr_assert_not(has_colour(pty), "--no-color\n%s", pty_dump(pty));
    e2e_set(&e2e, "NO_COLOR", "1");
    pty = journey_start(&e2e);
    journey_again(pty);
    expect_text(pty, "Everything is in place");
    cr_assert_not(has_colour(pty), "NO_COLOR\n%s", pty_dump(pty));
}

static void expect_ascii(struct pty *pty)
{
    expect_text(pty, "Everything is in place");
    for (const char *at = pty_raw(pty, NULL); *at; at++)
        cr_assert((unsigned char)*at < 0x80, "not ASCII: %.40s", at);
}

Test(terminal, ascii_means_ascii)
{
    expect_ascii(journey_start(&e2e, , "--ascii"));
    e2e_set(&e2e, "LANG", "C");
    e2e_set(&e2e, "LC_ALL", "C");
    struct pty *pty = journey_start(&e2e);
    journey_again(pty);
    expect_ascii(pty);
}

Test(terminal, one_that_cannot_be_drawn_on_is_asked_line_by_line)
{
    e2e_set(&e2e, "TERM", "dumb");
    struct pty *pty = journey_start(&e2e);
    expect_text(pty, "1. AWS profile [kube_admin]:");
    pty_text(pty, "q\n");
    expect_exit(pty, 5);
    cr_assert_null(strchr(pty_raw(pty, NULL), '\033'), "%s", pty_dump(pty));
}

Test(terminal, names_from_files_never_arrive_as_escapes)
{
    e2e_file(&e2e, ".aws/credentials",
             "[evil\033]52;c;aGFjaw==\007\033[2J\302\233]\n"
             "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n",
             0600);
    struct pty *pty = e2e_start(&e2e, (const char *const[]){NULL});
    pty_keys(pty, "n");
    expect_text(pty, "evil");
    const char *raw = pty_raw(pty, NULL);
    cr_assert(strstr(raw, "\033]52") == NULL);
    cr_assert(strstr(raw, "\302\233") == NULL);
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
}

Test(terminal, nobody_else_may_read_what_a_run_leaves)
{
    place_apply(&e2e);
    struct pty *pty =
        e2e_open(&e2e, ARGS("find", PLACE, "!", "-type", "l", "-perm", "/077", "-print"), 24, 120);
    expect_exit(pty, 0);
    cr_assert_str_eq(pty_row(pty, 0), "", "%s", pty_dump(pty));
}
