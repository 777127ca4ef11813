/* The journey line by line: --plain, and a terminal that cannot be drawn on. */
#include "tests/e2e/place.h"

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

TestSuite(plain, .init = begin, .fini = end, .timeout = 170);

static void answer(struct pty *pty, const char *question, const char *text)
{
    expect_text(pty, question);
    pty_text(pty, text);
    pty_keys(pty, "Enter");
}

struct until {
    char question[16];
};

static bool asks(struct pty *pty, const void *what)
{
    const struct until *until = what;
    return pty_shows(pty, until->question) || pty_shows(pty, "Type yes to do this");
}

/* Enter to every question from this one on, until the plan asks. */
static void take_the_rest(struct pty *pty, int question)
{
    struct until until;
    do {
        pty_keys(pty, "Enter");
        snprintf(until.question, sizeof until.question, "%2d. ", ++question);
        cr_assert(pty_wait(pty, asks, &until), "%s", pty_dump(pty));
    } while (!pty_shows(pty, "Type yes to do this"));
}

Test(plain, judges_goes_back_and_asks_for_a_typed_yes)
{
    struct pty *pty = e2e_start(&e2e, REHEARSED("--plain"));
    answer(pty, "1. AWS profile [kube_admin]:", "nobody");
    answer(pty, "There is no profile nobody", "2");
    answer(pty, "2. EKS, Name [demo-hub]:", "no good");
    answer(pty, "The name may hold letters, digits, hyphens and underscores", "plain-hub");
    answer(pty, "3. EKS, Kubernetes [1.35]:", "<");
    expect_text(pty, "2. EKS, Name [plain-hub]:");
    take_the_rest(pty, 2);
    pty_text(pty, "no\n");
    expect_text(pty, "Nothing was changed.");
    expect_exit(pty, 5);
    cr_assert_eq(place_count(&e2e, "eks-apply", ".jsonl"), 0);
}

Test(plain, q_leaves_before_anything_began)
{
    e2e_set(&e2e, "TERM", "dumb");
    struct pty *pty = e2e_start(&e2e, REHEARSED("--ascii"));
    answer(pty, "1. AWS profile [kube_admin]:", "q");
    expect_text(pty, "Left before anything was begun; nothing was made.");
    expect_exit(pty, 5);
}
