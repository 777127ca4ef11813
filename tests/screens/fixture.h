/* A session without processes, network or terminal: what the screens read, built from the
 * rehearsal's description, recorded files and an injected clock; keys in, canvas out. */
#ifndef TESTS_SCREENS_FIXTURE_H
#define TESTS_SCREENS_FIXTURE_H

#include "screens/wizard.h"
#include "tests/screens/fake_session.h"

struct fixture {
    struct clock clock;
    int64_t now_ms; /* monotonic; wall is WALL_MS + this */
    struct loop loop;
    struct place place;
    struct session session;
    struct wizard wizard;
    struct grid grid;
};

#define WALL_MS 1795357260000LL /* 2026-11-22T14:21:00Z */

/* A new deployment: the profile kube_admin chosen, nothing checked, the wizard on its first screen.
 * It follows whatever the functions below make of the session. */
void fixture_init(struct fixture *fixture);
void fixture_finish(struct fixture *fixture);

void fixture_checked(struct fixture *fixture); /* all checks pass */
void fixture_check(struct fixture *fixture, enum check_id id, enum check_state state,
                   const char *text, const char *hint);

/* The run: begun five minutes ago. */
void fixture_run(struct fixture *fixture, enum run_phase phase, enum stage_step step);
void fixture_plan(struct fixture *fixture);               /* 58 creations; it asks */
void fixture_plan_change(struct fixture *fixture);        /* one of each action, and drift */
void fixture_apply(struct fixture *fixture, int created); /* of the 58, the next ones in flight */
void fixture_event(struct fixture *fixture, const char *json); /* one line of terraform's stream */
void fixture_end(struct fixture *fixture, enum run_ending ending);

int fixture_find(const char *in_address); /* number of the first such resource */

/* Three deployments known on this machine, in a home of their own. */
void fixture_deployments(struct fixture *fixture);

/* One event about the n-th resource of the description: "apply_start", "apply_errored" … */
void fixture_hook(struct fixture *fixture, int n, const char *type, int64_t ago_ms);

/* Keys by name, separated by blanks; 'text types the letters of a word. */
void press_keys(struct fixture *fixture, const char *names);

void fixture_draw(struct fixture *fixture, int w, int h);
bool shows(struct fixture *fixture, const char *text); /* somewhere on 80x24, on one line */
bool hides(struct fixture *fixture, const char *text); /* nowhere there */
const char *place_of(const struct fixture *fixture);   /* name of the screen on top */

/* Compares 80x24 and 120x40 with tests/golden/screens/NAME-WxH.txt; UPDATE_GOLDEN rewrites. */
void golden(struct fixture *fixture, const char *name);

#endif
