/* The journey line by line: --plain, and a terminal that cannot be drawn on. */
#include "tests/e2e/place.h"

#include <stdlib.h>
#include <string.h>

#define PASSWORD "Zq4-typed-in-plain-8Mv"

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

/* The number of the question that waits in the cursor's row; 0 when none does. */
static int asked(struct pty *pty)
{
    int row, column;
    pty_cursor(pty, &row, &column);
    const char *text = pty_row(pty, row);
    char *rest;
    long number = strtol(text, &rest, 10);
    size_t len = strlen(text);
    return strncmp(rest, ". ", 2) == 0 && len > 0 && text[len - 1] == ':' ? (int)number : 0;
}

static bool asks_next(struct pty *pty, const void *what)
{
    const int *before = what;
    return asked(pty) > *before || pty_shows(pty, "Type yes to do this");
}

static bool asks_again(struct pty *pty, const void *what)
{
    const int *question = what;
    return asked(pty) == *question;
}

/* Enter to every question from this one on, until one says this or the plan asks. */
static void take_until(struct pty *pty, int question, const char *text)
{
    cr_assert(pty_wait(pty, asks_again, &question), "%s", pty_dump(pty));
    while (!pty_shows(pty, text)) {
        pty_keys(pty, "Enter");
        cr_assert(pty_wait(pty, asks_next, &question), "%s", pty_dump(pty));
        cr_assert(asked(pty) > 0 || pty_shows(pty, text), "%s", pty_dump(pty));
        question = asked(pty);
    }
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
    take_until(pty, 2, "Type yes to do this");
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

static bool prompts(struct pty *pty, const void *what)
{
    int row, column;
    pty_cursor(pty, &row, &column);
    const char *text = pty_row(pty, row), *found = strstr(text, what);
    return found && strcmp(found, what) == 0; /* nothing is typed behind it yet */
}

static void type_unseen(struct pty *pty, const char *prompt, const char *text)
{
    cr_assert(pty_wait(pty, prompts, prompt), "no \"%s\"\n%s", prompt, pty_dump(pty));
    pty_text(pty, text);
    pty_keys(pty, "Enter");
}

#define ASKS_PYPI "PyPI, the PyPI password (not shown; Enter makes one):"

/* What is typed is neither echoed nor said: what the terminal got does not hold it. */
Test(plain, leads_to_both_addresses_and_never_shows_the_password)
{
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    struct pty *pty =
        e2e_start_sized(&e2e, ARGS("--rehearse=500x", "--dir", PLACE, "--plain"), 200, 120);
    answer(pty, "1. AWS profile [kube_admin]:", "");
    take_until(pty, 2, ASKS_PYPI);
    type_unseen(pty, ASKS_PYPI, PASSWORD);
    type_unseen(pty, "Once more:", "another");
    expect_text(pty, "The two differ: type it again.");
    type_unseen(pty, ASKS_PYPI, PASSWORD);
    type_unseen(pty, "Once more:", PASSWORD);
    expect_text(pty, "MLHub, Release [mlhub]:");
    take_until(pty, asked(pty), "Type yes to do this");
    pty_text(pty, "yes\n");
    expect_match(pty, "index +http://[a-z0-9.-]+\\.elb\\.amazonaws\\.com/simple/");
    expect_match(pty, "MLHub +http://[a-z0-9.-]+\\.elb\\.amazonaws\\.com");
    expect_exit(pty, 0);
    const char *raw = pty_raw(pty, NULL);
    cr_assert_null(strstr(raw, PASSWORD), "%s", pty_dump(pty));
    cr_assert_null(strstr(raw, "another"), "%s", pty_dump(pty));
    cr_assert_eq(place_count(&e2e, "mlhub-apply", ".jsonl"), 2);
}
