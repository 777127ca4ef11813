/* Runs that survive: the screen is killed, the terminal is closed, the worker is killed, terraform
 * is killed; the run goes on or says why not, and is never done twice. */
#include "tests/e2e/journey.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static struct e2e e2e;
static char run[64]; /* the one that everything is about */

static void begin(void)
{
    e2e_begin(&e2e);
}

static void end(void)
{
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(survive, .init = begin, .fini = end, .timeout = 170);

static void player(void)
{
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
}

static pid_t held_apply(void)
{
    pid_t terraform = journey_held(&e2e, journey_start(&e2e));
    place_run(&e2e, run);
    return terraform;
}

static void expect_same_run(void)
{
    char now[64];
    place_run(&e2e, now);
    cr_assert_str_eq(now, run);
    cr_assert_eq(place_count(&e2e, "eks-apply", ".jsonl"), 1, "one terraform applied");
    cr_assert_eq(place_occurrences(&e2e, "eks-apply.jsonl", "\"change_summary\""), 1);
}

static void expect_one_history(const char *ending)
{
    char *history = e2e_read(&e2e, PLACE "/history.jsonl"), *line = strchr(history, '\n');
    cr_assert(line != NULL && line[1] == '\0', "one line: %s", history);
    cr_assert(strstr(history, ending) != NULL, "%s", history);
    free(history);
}

static void kill_screen(void)
{
    int status;
    pty_signal(e2e.pty, SIGKILL);
    cr_assert(pty_wait_end(e2e.pty, &status));
}

static void kill_worker(void)
{
    pid_t worker = place_worker(&e2e);
    cr_assert(worker > 0);
    kill(worker, SIGKILL);
}

static void expect_workers(int count)
{
    cr_assert_eq(place_occurrences(&e2e, "journal.jsonl", "\"event\":\"worker\""), count);
}

static void the_screen_may_be_killed(void)
{
    pid_t terraform = held_apply();
    kill_screen();
    struct pty *pty = journey_start(&e2e);
    expect_text(pty, "Creating the cluster");
    place_release(terraform);
    journey_results(pty);
    expect_same_run();
    expect_workers(1);
    place_wait_idle(&e2e);
    expect_one_history("\"succeeded\"");
}

Test(survive, a_killed_screen_comes_back_to_the_apply)
{
    the_screen_may_be_killed();
}

Test(survive, a_closed_terminal_leaves_the_run_alone)
{
    player();
    pid_t terraform = held_apply();
    int status;
    pty_hang_up(e2e.pty);
    cr_assert(pty_wait_end(e2e.pty, &status));
    place_release(terraform);
    place_wait(&e2e, "journal.jsonl", "\"succeeded\"");
    expect_same_run();
    expect_workers(1);
    place_wait_idle(&e2e);
    struct pty *pty = journey_start(&e2e);
    journey_again(pty);
    journey_results(pty);
}

Test(survive, leaving_says_that_the_run_goes_on)
{
    player();
    pid_t terraform = held_apply();
    pty_keys(e2e.pty, "q");
    expect_text(e2e.pty, "The run goes on. ekshub-tui comes back to it.");
    expect_exit(e2e.pty, 0);
    place_release(terraform);
    place_wait(&e2e, "journal.jsonl", "\"succeeded\"");
}

/* Held, the first terraform is still the one that works when the second worker has taken over. */
static void expect_adopted(pid_t terraform)
{
    place_wait(&e2e, "journal.jsonl", "\"continued\":true");
    cr_assert_eq(place_terraform(&e2e), terraform);
    place_release(terraform);
}

static void the_worker_may_be_killed(void)
{
    pid_t terraform = held_apply();
    kill_worker();
    expect_adopted(terraform);
    journey_results(e2e.pty);
    expect_same_run();
    expect_workers(2);
    place_wait_idle(&e2e);
    expect_one_history("\"succeeded\"");
}

Test(survive, the_screen_replaces_a_killed_worker)
{
    the_worker_may_be_killed();
}

Test(survive, the_screen_replaces_a_killed_worker_with_the_player)
{
    player();
    the_worker_may_be_killed();
}

/* What was typed goes with the worker. */
static struct pty *start_again(void)
{
    player();
    pid_t terraform = held_apply();
    kill_screen();
    kill_worker();
    struct pty *pty = journey_start(&e2e);
    expect_text(pty, "Creating the cluster");
    expect_adopted(terraform);
    return pty;
}

Test(survive, the_next_start_replaces_a_killed_worker)
{
    struct pty *pty = start_again();
    expect_text(pty, "Needed again: the PyPI password."); /* nobody has it any more */
    pty_keys(pty, "e");
    journey_forms(pty);
    journey_results(pty);
    expect_same_run();
    expect_workers(2);
}

Test(survive, the_next_start_goes_on_with_what_the_environment_has)
{
    e2e_set(&e2e, "EKSHUB_PYPI_PASSWORD", "from-the-environment");
    e2e_set(&e2e, "EKSHUB_HUB_PASSWORD", "from-the-environment");
    struct pty *pty = start_again();
    journey_results(pty);
    expect_same_run();
    expect_workers(2);
}

Test(survive, a_killed_terraform_is_said_and_the_next_apply_finishes)
{
    player();
    pid_t terraform = held_apply();
    kill(terraform, SIGKILL);
    expect_text(e2e.pty, "EKS: the apply did not come to its end");
    place_wait(&e2e, "journal.jsonl", "\"failed\"");
    pty_keys(e2e.pty, "r");
    expect_text(e2e.pty, "Nothing changes before you answer: press a.");
    journey_consent(e2e.pty);
    journey_results(e2e.pty);
}

Test(survive, killed_worker_and_terraform_are_not_taken_for_success)
{
    player();
    pid_t terraform = held_apply();
    kill_screen();
    kill_worker();
    kill(terraform, SIGKILL);
    struct pty *pty = journey_start(&e2e);
    expect_text(pty, "EKS: the apply did not come to its end");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
    place_wait_idle(&e2e);
    expect_one_history("\"failed\"");
    place_apply(&e2e);
}
