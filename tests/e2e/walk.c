/* The journey of an operator, key by key: credentials, form, plan, review, a typed yes, the live
 * apply, results; on a small and on a large terminal, and through every size in the middle. */
#include "tests/e2e/journey.h"

#include <stdlib.h>
#include <string.h>

static struct e2e e2e;

static void begin(void)
{
    e2e_begin(&e2e);
}

static void end(void)
{
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(walk, .init = begin, .fini = end, .timeout = 170);

static void fill_form(struct pty *pty)
{
    pty_text(pty, "!");
    pty_keys(pty, "Enter");
    expect_text(pty, "The name may hold letters, digits, hyphens and underscores");
    pty_keys(pty, "Backspace Enter");
    expect_gone(pty, "The name may hold");
    journey_forms(pty);
    journey_domain(pty);
}

static void consent(struct pty *pty)
{
    expect_match(pty, "Plan for EKS +\\+ [0-9]+ create +~ 0 change +- 0 destroy");
    expect_text(pty, "Nothing has been made. Press a to answer.");
    pty_keys(pty, "Enter"); /* opens what stands under the cursor, and is no consent */
    pty_keys(pty, "a");
    expect_text(pty, "Type yes to create this:");
    pty_text(pty, "no");
    pty_keys(pty, "Enter");
    expect_text(pty, "Nothing has begun: type yes in full, and nothing else.");
    pty_keys(pty, "Backspace Backspace");
    cr_assert_eq(place_count(&e2e, "eks-apply", ".jsonl"), 0);
    pty_text(pty, "yes");
    pty_keys(pty, "Enter");
}

static void through_all_sizes(struct pty *pty, int rows, int columns)
{
    pty_resize(pty, 10, 40);
    expect_text(pty, "Creating the cluster");
    pty_resize(pty, 5, 20);
    expect_text(pty, "40x10");
    expect_gone(pty, "Creating");
    pty_resize(pty, 24, 30);
    expect_text(pty, "40x10");
    pty_resize(pty, rows, columns);
    expect_text(pty, "You may close this terminal: the run goes on, and ekshub-tui comes back.");
}

static void watch_apply(struct pty *pty, int rows, int columns)
{
    expect_text(pty, "Creating the cluster");
    pid_t terraform = place_hold(&e2e);
    expect_match(pty, "(vpc|eks) .*(creating|created)");
    expect_match(pty, "[0-9]+ of [0-9]+");
    through_all_sizes(pty, rows, columns);
    pty_keys(pty, "l");
    expect_text(pty, "Creating...");
    pty_keys(pty, "Esc");
    expect_text(pty, "Creating the cluster");
    pty_keys(pty, "F1");
    expect_text(pty, "A worker that needs no terminal does the run.");
    pty_keys(pty, "Esc");
    expect_gone(pty, "A worker that needs"); /* Esc and s at once would be Alt-s */
    pty_keys(pty, "s");
    expect_text(pty, "Nothing has been stopped.");
    pty_keys(pty, "Enter");
    expect_text(pty, "Creating the cluster");
    place_release(terraform);
}

static void see_results(struct pty *pty)
{
    expect_text(pty, "Your platform is up");
    expect_text(pty, "claimed by admin");
    expect_text(pty, "logged in as ada");
    expect_text(pty, "✓ EKS ── ✓ PyPI ── ✓ MLHub");
}

static void walk(int rows, int columns, const char *leave)
{
    struct pty *pty = e2e_start_sized(&e2e, ARGS("--rehearse=200x", "--dir", PLACE), rows, columns);
    expect_text(pty, "REHEARSAL 200x");
    journey_credentials(pty);
    fill_form(pty);
    consent(pty);
    watch_apply(pty, rows, columns);
    see_results(pty);
    pty_keys(pty, leave);
    expect_exit(pty, 0);
    place_wait_idle(&e2e);
    cr_assert_eq(place_count(&e2e, "eks", ".plan"), 0, "the plan is gone when it was applied");
}

Test(walk, leads_from_the_profile_to_the_results)
{
    walk(24, 80, "C-q");
}

Test(walk, leads_there_on_a_large_terminal_with_the_player_too)
{
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    walk(40, 120, "C-q");
}

Test(walk, forms_left_for_later_are_opened_from_the_run)
{
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    struct pty *pty = journey_start(&e2e);
    journey_credentials(pty);
    pty_keys(pty, "Enter");
    expect_text(pty, "Private PyPI server");
    pty_keys(pty, "F8");
    expect_text(pty, "Nothing has been made. Press a to answer.");
    journey_consent(pty);
    expect_text(pty, "e fill in the forms");
    pty_keys(pty, "e");
    journey_forms(pty);
    journey_results(pty);
}

Test(walk, a_second_start_shows_the_results_of_the_first)
{
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    place_apply(&e2e);
    struct pty *pty = journey_start(&e2e);
    journey_again(pty);
    journey_results(pty);
}

Test(walk, a_rehearsal_starts_over_only_when_asked)
{
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    place_apply(&e2e);
    struct pty *pty = journey_start(&e2e);
    expect_text(pty, "A rehearsal was begun here before");
    pty_keys(pty, "o");
    expect_text(pty, "Which AWS profile?");
    char *history = e2e_read(&e2e, PLACE "/history.jsonl");
    cr_assert_str_eq(history, "");
    free(history);
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
}

Test(walk, esc_discards_a_plan_and_keeps_the_answers)
{
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    struct pty *pty = journey_start(&e2e);
    journey_credentials(pty);
    pty_text(pty, "2");
    journey_plan(pty);
    pty_keys(pty, "Esc");
    expect_text(pty, "A domain, and https");
    pty_keys(pty, "Esc");
    expect_text(pty, "The hub");
    pty_keys(pty, "Esc");
    expect_text(pty, "Private PyPI server");
    pty_keys(pty, "Esc");
    expect_match(pty, "Name +demo-hub2");
    place_wait(&e2e, "journal.jsonl", "\"discarded\"");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
    place_wait_idle(&e2e);
    char *state = e2e_read(&e2e, PLACE "/provision-eks/terraform.tfstate");
    cr_assert(strstr(state, "aws_eks_cluster") == NULL);
    free(state);
}
