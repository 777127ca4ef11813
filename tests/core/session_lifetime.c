/* What begins with credentials that end too early: refused, unless the operator says that it is to
 * begin all the same. */
#include "core/session/session_end.h"

#include <criterion/criterion.h>
#include <string.h>

#include "tests/support/turns.h"

#include "core/base/alloc.h"

#define MINUTES(n) ((int64_t)(n)*60 * 1000)

static struct still_clock still;
static struct loop loop;
static struct place place;
static struct session *session;
static const char *word; /* of EKSHUB_LIFETIME */

static const char *lookup(const char *name)
{
    return strcmp(name, "EKSHUB_LIFETIME") == 0 ? word : NULL;
}

static void set_up(void)
{
    struct error err;
    still_clock_init(&still);
    still.wall = 1795348800000; /* 2026-11-22T12:00:00Z */
    loop_init(&loop, &still.clock);
    place = (struct place){.lookup = lookup, .speed = 1};
    word = NULL;
    session = alloc_zeroed(1, sizeof *session);
    session->loop = &loop;
    session->place = &place;
    session->wanted[STAGE_EKS] = session->wanted[STAGE_PYPI] = true;
    cr_assert(estimates_load(&session->estimates, SOURCE_ASSETS, &err), "%s", err.text);
}

static void tear_down(void)
{
    estimates_finish(&session->estimates);
    free(session);
    loop_finish(&loop);
    no_leaks();
}

TestSuite(session_lifetime, .init = set_up, .fini = tear_down);

static void ends_in(int64_t ms)
{
    session->checks.expires_ms = still.wall + ms;
}

static bool goes(bool destroy)
{
    struct error err = {.kind = ERROR_NONE};
    return session_outlives(session, destroy, &err);
}

static int64_t usual(enum stage_id stage)
{
    return estimate_stage_time(&session->estimates, stage, place.speed).high_s * 1000LL;
}

Test(session_lifetime, keys_that_do_not_end_may_begin_anything)
{
    cr_assert(goes(false));
    cr_assert(goes(true));
}

Test(session_lifetime, a_build_needs_eks_and_the_longest_of_what_stands_on_it)
{
    int64_t needs = usual(STAGE_EKS) + usual(STAGE_PYPI);
    ends_in(needs);
    cr_assert(goes(false), "just long enough");
    ends_in(needs - 1);
    cr_assert_not(goes(false));
    session->wanted[STAGE_PYPI] = false;
    cr_assert(goes(false), "EKS alone is built before they end");
    session->wanted[STAGE_PYPI] = session->wanted[STAGE_MLHUB] = true;
    int64_t longer =
        usual(STAGE_PYPI) > usual(STAGE_MLHUB) ? usual(STAGE_PYPI) : usual(STAGE_MLHUB);
    ends_in(usual(STAGE_EKS) + longer);
    cr_assert(goes(false), "they are built side by side");
}

Test(session_lifetime, what_stands_already_takes_no_time)
{
    ends_in(usual(STAGE_PYPI));
    cr_assert_not(goes(false));
    session->stages[STAGE_EKS].state = STAGE_DONE;
    cr_assert(goes(false));
}

Test(session_lifetime, of_a_run_that_goes_only_what_is_to_come_counts)
{
    struct run *run = &session->run;
    memset(session->wanted, 0, sizeof session->wanted); /* the run knows itself what it builds */
    str_copy(STR("20261122T120000Z-1"), run->id, sizeof run->id);
    run->phase = RUN_ASKING;
    run->stages_wanted[STAGE_EKS] = run->stages_wanted[STAGE_PYPI] = true;
    ends_in(usual(STAGE_PYPI));
    cr_assert_not(goes(false));
    run->stages[STAGE_EKS].ended_ms = still.wall;
    cr_assert(goes(false));
}

Test(session_lifetime, a_destroy_needs_what_it_is_said_to_take)
{
    struct session_end end = {.teardown = {.time = {10 * 60, 20 * 60}}};
    ends_in(MINUTES(20) - 1);
    session->end = &end;
    cr_assert_not(goes(true));
    ends_in(MINUTES(20));
    cr_assert(goes(true));
}

Test(session_lifetime, others_that_come_by_themselves_are_no_reason)
{
    ends_in(MINUTES(1));
    session->checks.renews = true;
    cr_assert(goes(false));
    ends_in(-MINUTES(1));
    cr_assert(goes(false));
}

Test(session_lifetime, the_reason_says_how_long_and_what_to_do)
{
    struct error err;
    ends_in(MINUTES(12));
    cr_assert_not(session_outlives(session, false, &err));
    cr_assert_eq(err.kind, ERROR_AUTH); /* a verb ends with 4 */
    cr_assert(str_starts(str_of(err.text), STR("The credentials end in 12m00s;")), "%s", err.text);
    cr_assert(strstr(err.hint, "EKSHUB_LIFETIME=ignore"), "%s", err.hint);
    ends_in(0);
    cr_assert_not(session_outlives(session, false, &err));
    cr_assert_str_eq(err.text, "The credentials have ended.");
}

Test(session_lifetime, who_says_so_begins_all_the_same)
{
    ends_in(MINUTES(1));
    word = "yes";
    cr_assert_not(goes(false), "that is no word for it");
    word = "ignore";
    cr_assert(goes(false));
    cr_assert(goes(true));
    word = NULL;
    session->short_lived = true; /* typed on a screen */
    cr_assert(goes(false));
}
