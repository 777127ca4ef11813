/* What is told to somebody who comes back, from journals and dates; and one line a deployment. */
#include "core/session/lookback.h"

#include <criterion/criterion.h>

#include "core/session/aliases.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/paths.h"

static struct estimates estimates;
static struct run run;
static struct answers answers;
static struct history_stage before[STAGES];

static int64_t at(const char *time)
{
    int64_t ms = 0;
    cr_assert(clock_parse_rfc3339(str_of(time), &ms), "%s", time);
    return ms;
}

static void begin(void)
{
    struct error err;
    cr_assert(estimates_load(&estimates, SOURCE_ASSETS, &err), "%s", err.text);
    run = (struct run){.stage = STAGE_NONE};
    for (int i = 0; i < STAGES; i++) {
        run.stages[i].run = &run;
        run.stages[i].cost_per_hour = -1;
        tf_run_init(&run.stages[i].terraform, TF_APPLY);
    }
    answers_default(&answers, false);
    memset(before, 0, sizeof before);
}

static void end(void)
{
    run_finish(&run);
    estimates_finish(&estimates);
    test_directory_remove();
    no_leaks();
}

TestSuite(lookback, .init = begin, .fini = end);

static json_t *events_of(const char *lines)
{
    struct str rest = str_of(lines), line;
    json_t *events = json_array();
    while (rest.len) {
        str_cut(&rest, '\n', &line);
        json_t *event = line.len ? js_parse(line, NULL) : NULL;
        if (event)
            json_array_append_new(events, event);
    }
    return events;
}

static struct lookback told(const char *lines, const char *left)
{
    struct lookback lookback;
    json_t *events = events_of(lines);
    lookback_of(&lookback, &estimates, &run, events, at(left));
    json_decref(events);
    return lookback;
}

static const char story[] =
    "{\"time\":\"2026-11-22T14:00:00Z\",\"event\":\"run\",\"who\":\"ada@bastion\",\"command\":"
    "\"apply\"}\n"
    "{\"time\":\"2026-11-22T14:01:00Z\",\"event\":\"review\",\"stage\":\"eks\",\"add\":58}\n"
    "{\"time\":\"2026-11-22T14:02:00Z\",\"event\":\"worker\",\"continued\":true}\n"
    "{\"time\":\"2026-11-22T14:16:00Z\",\"event\":\"step\",\"stage\":\"eks\",\"step\":\"apply\","
    "\"state\":\"done\"}\n"
    "{\"time\":\"2026-11-22T14:17:00Z\",\"event\":\"stage\",\"stage\":\"eks\",\"state\":\"done\"}\n"
    "{\"time\":\"2026-11-22T14:18:00Z\",\"event\":\"waits\",\"stage\":\"pypi\",\"text\":\"x\","
    "\"form\":true}\n";

Test(lookback, tells_what_came_after_somebody_left)
{
    struct lookback lookback = told(story, "2026-11-22T14:01:30Z");
    cr_assert_eq(lookback.count, 4);
    cr_assert_str_eq(lookback.lines[0].text,
                     "the worker was gone; another one went on with the run");
    cr_assert_eq(lookback.lines[0].tone, LOOKBACK_WARNING);
    cr_assert_str_eq(lookback.lines[2].text, "EKS is up");
    cr_assert_eq(lookback.lines[2].time_ms, at("2026-11-22T14:17:00Z"));
    cr_assert_str_eq(lookback.lines[3].text, "PyPI waits for its form");
    cr_assert_eq(told(story, "2026-11-22T15:00:00Z").count, 0);
    cr_assert_eq(told(story, "2026-11-22T13:00:00Z").count, 6);
}

Test(lookback, keeps_the_latest_lines_in_order)
{
    struct buf lines = {0};
    for (int i = 0; i < 40; i++)
        buf_printf(&lines,
                   "{\"time\":\"2026-11-22T14:%02d:00Z\",\"event\":\"warning\",\"stage\":\"eks\","
                   "\"text\":\"number %d\"}\n",
                   (i * 7) % 40, (i * 7) % 40);
    struct lookback lookback = told(buf_cstr(&lines), "2026-11-22T13:00:00Z");
    cr_assert_eq(lookback.count, LOOKBACK_LINES);
    cr_assert_eq(lookback.more, 40 - LOOKBACK_LINES);
    for (size_t i = 0; i < lookback.count; i++) {
        char text[40];
        snprintf(text, sizeof text, "EKS: number %d", (int)(40 - LOOKBACK_LINES + i));
        cr_assert_str_eq(lookback.lines[i].text, text);
    }
    buf_finish(&lines);
}

Test(lookback, hostile_journals_are_survived_and_cleaned)
{
    static const char *const lines[] = {
        "{}",
        "[1,2]",
        "{\"event\":7,\"time\":\"2026-11-22T14:02:00Z\"}",
        ("{\"event\":\"stage\",\"stage\":\"eks\",\"state\":\"failed\",\"time\":"
         "\"2026-11-22T14:02:00Z\",\"error\":{\"text\":\"\\u001b[2J\\u0007bad\"}}"),
        "{\"event\":\"end\",\"ending\":\"failed\",\"time\":\"no time\"}",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct lookback lookback = told(lines[i], "2026-11-22T14:00:00Z");
        for (size_t n = 0; n < lookback.count; n++)
            for (const char *c = lookback.lines[n].text; *c; c++)
                cr_assert((unsigned char)*c >= ' ');
    }
    cr_assert_eq(told(lines[3], "2026-11-22T14:00:00Z").lines[0].tone, LOOKBACK_BAD);
}

Test(lookback, the_mark_is_left_and_found)
{
    struct lookback lookback;
    char dir[PATH_MAX];
    snprintf(dir, sizeof dir, "%s", test_directory());
    lookback_seen(dir, at("2026-11-22T14:05:00Z"));
    str_copy(STR("one"), run.id, sizeof run.id);
    lookback_read(&lookback, &estimates, dir, &run);
    cr_assert_eq(lookback.left_ms, at("2026-11-22T14:05:00Z"));
    lookback_seen(test_path("nowhere"), 1);
    cr_assert_not(file_exists(test_path("nowhere")));
}

static struct summary summary_now(bool held)
{
    struct summary summary;
    summary_of(&summary, &estimates, &answers, &run, before, held);
    return summary;
}

Test(lookback, a_deployment_in_one_line)
{
    cr_assert_eq(summary_now(false).state, SUMMARY_NEW);
    cr_assert_eq(summary_now(false).cost, 0);
    before[STAGE_EKS] = (struct history_stage){STAGE_DONE, 1000, 2000};
    struct summary summary = summary_now(false);
    cr_assert_eq(summary.state, SUMMARY_UP);
    cr_assert_eq(summary.since_ms, 2000);
    double eks = summary.cost;
    cr_assert_gt(eks, 0.3);
    before[STAGE_PYPI] = (struct history_stage){STAGE_FAILED, 3000, 4000};
    summary = summary_now(false);
    cr_assert_eq(summary.state, SUMMARY_FAILED);
    cr_assert_str_eq(summary.text, "PyPI failed");
    before[STAGE_PYPI].state = STAGE_DONE;
    cr_assert_gt(summary_now(false).cost, eks);
    before[STAGE_PYPI].state = before[STAGE_EKS].state = STAGE_DESTROYED;
    cr_assert_eq(summary_now(false).state, SUMMARY_GONE);
    cr_assert_eq(summary_now(false).cost, 0);
}

Test(lookback, a_live_run_in_one_line)
{
    str_copy(STR("one"), run.id, sizeof run.id);
    run.phase = RUN_APPLYING;
    run.stage = STAGE_PYPI;
    run.stages[STAGE_PYPI].state = STAGE_RUNNING;
    run.stages[STAGE_PYPI].terraform.total = 11;
    run.stages[STAGE_PYPI].terraform.done = 4;
    cr_assert_str_eq(summary_now(true).text, "PyPI 4 of 11");
    cr_assert_eq(summary_now(true).state, SUMMARY_GOING);
    cr_assert_eq(summary_now(false).state, SUMMARY_INTERRUPTED);
    run.phase = RUN_ASKING;
    cr_assert_eq(summary_now(true).state, SUMMARY_ASKING);
}

Test(lookback, what_needs_a_look)
{
    struct summary summary = {.state = SUMMARY_FAILED,
                              .cost = 0.5,
                              .since_ms = at("2026-11-20T14:00:00Z"),
                              .looked_ms = at("2026-11-20T14:00:00Z")};
    struct look looks[4];
    size_t count = look_at(&summary, &estimates, &answers, at("2026-11-22T14:00:00Z"), looks, 4);
    cr_assert_eq(count, 2);
    cr_assert_str_eq(looks[0].text, "$24 since it failed: finish it (Enter) or undo it");
    cr_assert_str_eq(looks[1].text, "Kubernetes 1.35: support ends in 124 days, then + $0.50/h");
    summary.state = SUMMARY_UP;
    count = look_at(&summary, &estimates, &answers, at("2027-04-01T14:00:00Z"), looks, 4);
    cr_assert_eq(count, 2);
    cr_assert(strstr(looks[0].text, "support ended 5 days ago"));
    cr_assert(strstr(looks[1].text, "last looked at 132 days ago"));
    cr_assert_eq(look_at(&summary, &estimates, &answers, at("2027-04-01T14:00:00Z"), looks, 1), 1);
    summary = (struct summary){.state = SUMMARY_NEW};
    cr_assert_eq(look_at(&summary, &estimates, &answers, at("2027-04-01T14:00:00Z"), looks, 4), 0);
}

Test(lookback, aliases_are_remembered)
{
    char state[PATH_MAX], alias[ALIAS_MAX];
    snprintf(state, sizeof state, "%s", test_path("state"));
    alias_of(state, "123456789012", alias);
    cr_assert_str_eq(alias, "");
    alias_remember(state, "123456789012", "acme-dev");
    alias_remember(state, "210987654321", "acme-research");
    alias_remember(state, "123456789012", "acme-lab");
    alias_remember(state, "123456789012", "\x1b[2J");
    alias_of(state, "123456789012", alias);
    cr_assert_str_eq(alias, "acme-lab");
    alias_of(state, "210987654321", alias);
    cr_assert_str_eq(alias, "acme-research");
}
