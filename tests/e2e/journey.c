/* The keys of the journey; see journey.h. */
#include "tests/e2e/journey.h"

void journey_credentials(struct pty *pty)
{
    expect_text(pty, "Which AWS profile?");
    expect_match(pty, "kube_admin +static +us-east-2");
    expect_text(pty, "Everything is in place. Enter goes on to the cluster.");
    expect_match(pty, "✓ identity .*arn:aws:");
    expect_match(pty, "✓ region .*us-east-2a, us-east-2b");
    pty_keys(pty, "Enter");
    expect_match(pty, "Name +demo-hub");
}

void journey_plan(struct pty *pty)
{
    expect_text(pty, "Enter makes a plan: nothing is created before you say yes.");
    pty_keys(pty, "Enter");
    journey_forms(pty);
    journey_domain(pty);
    expect_text(pty, "Nothing has been made. Press a to answer.");
}

void journey_forms(struct pty *pty)
{
    expect_text(pty, "Private PyPI server");
    pty_keys(pty, "Enter");
    expect_text(pty, "The hub");
    pty_keys(pty, "Enter");
}

void journey_domain(struct pty *pty)
{
    expect_text(pty, "A domain, and https");
    pty_keys(pty, "Enter");
}

void journey_consent(struct pty *pty)
{
    pty_keys(pty, "a");
    expect_text(pty, "Type yes to");
    pty_text(pty, "yes");
    pty_keys(pty, "Enter");
}

pid_t journey_held(struct e2e *e2e, struct pty *pty)
{
    journey_credentials(pty);
    journey_plan(pty);
    journey_consent(pty);
    pid_t terraform = place_hold(e2e);
    expect_text(pty, "Creating the cluster");
    return terraform;
}

void journey_again(struct pty *pty)
{
    expect_text(pty, "A rehearsal was begun here before");
    pty_keys(pty, "Enter");
}

void journey_results(struct pty *pty)
{
    expect_text(pty, "Your platform is up");
    expect_text(pty, "demo-hub");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
}
