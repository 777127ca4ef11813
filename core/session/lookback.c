#include "core/session/lookback.h"

#include <stdarg.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/paths.h"

enum {
    JOURNAL_MAX = 4 << 20,
    SEEN_MAX = 256,
    SUPPORT_DAYS = 180, /* before its end it is worth a word */
    STALE_DAYS = 7,
};

static const int64_t day_ms = INT64_C(86400000), hour_ms = INT64_C(3600000);

/* ---- what happened ---- */

/* In the order of time; the earliest gives way. */
static void add(struct lookback *lookback, int64_t time_ms, enum lookback_tone tone,
                const char *text)
{
    struct lookback_line line = {.time_ms = time_ms, .tone = tone};
    struct buf clean = {0};
    size_t at = lookback->count;
    if (time_ms <= lookback->left_ms)
        return;
    buf_sanitised(&clean, str_of(text), false);
    str_copy(buf_str(&clean), line.text, sizeof line.text);
    buf_finish(&clean);
    while (at > 0 && lookback->lines[at - 1].time_ms > time_ms)
        at--;
    if (lookback->count == LOOKBACK_LINES) {
        lookback->more++;
        if (at == 0)
            return;
        memmove(&lookback->lines[0], &lookback->lines[1], --at * sizeof line);
        memmove(&lookback->lines[at], &line, sizeof line);
        return;
    }
    memmove(&lookback->lines[at + 1], &lookback->lines[at], (lookback->count++ - at) * sizeof line);
    lookback->lines[at] = line;
}

static int64_t time_of(const json_t *event)
{
    int64_t ms = 0;
    clock_parse_rfc3339(js_str(event, "time"), &ms);
    return ms;
}

static const char *label_of(const json_t *event)
{
    enum stage_id stage = stage_named(js_str(event, "stage"));
    return stage == STAGE_NONE ? "The run" : stage_table[stage].label;
}

static const char *end_of_step(enum stage_step step)
{
    static const char *const words[STEPS] = {
        [STEP_BUCKET] = "the bucket's part in it is settled",
        [STEP_APPLY] = "everything planned was made",
        [STEP_KUBECONFIG] = "kubeconfig written",
        [STEP_CLAIM] = "the hub is claimed by its admin",
        [STEP_BALANCER] = "the load balancer answers",
        [STEP_NAMES] = "the domain's names are there",
        [STEP_CERTIFICATE] = "https answers",
        [STEP_PROVE] = "the login is proven",
        [STEP_DRAIN] = "what the cluster made is gone",
    };
    return words[step];
}

static void take_step(struct lookback *lookback, const json_t *event)
{
    enum stage_step step = step_named(js_str(event, "step"));
    bool done = str_is(js_str(event, "state"), "done");
    char text[200];
    if (done && end_of_step(step)) {
        snprintf(text, sizeof text, "%s: %s", label_of(event), end_of_step(step));
        add(lookback, time_of(event), LOOKBACK_PLAIN, text);
    }
}

static void take_stage(struct lookback *lookback, const json_t *event)
{
    enum stage_state state = stage_state_named(js_str(event, "state"));
    char text[200];
    if (state == STAGE_DONE)
        snprintf(text, sizeof text, "%s is up", label_of(event));
    else if (state == STAGE_FAILED)
        snprintf(text, sizeof text, "%s failed: %.140s", label_of(event),
                 js_text(event, "error.text"));
    else if (state == STAGE_DESTROYED)
        snprintf(text, sizeof text, "%s is gone", label_of(event));
    else
        return;
    add(lookback, time_of(event), state == STAGE_FAILED ? LOOKBACK_BAD : LOOKBACK_GOOD, text);
}

static void take_review(struct lookback *lookback, const json_t *event)
{
    char text[160];
    snprintf(text, sizeof text, "the plan for %s was ready: + %d, ~ %d, - %d", label_of(event),
             (int)js_int(event, "add", 0), (int)js_int(event, "change", 0),
             (int)js_int(event, "remove", 0));
    add(lookback, time_of(event), LOOKBACK_PLAIN, text);
}

static void take_run(struct lookback *lookback, const json_t *event)
{
    char text[200];
    snprintf(text, sizeof text, "%.100s began: %.40s", js_text(event, "who"),
             js_text(event, "command"));
    add(lookback, time_of(event), LOOKBACK_PLAIN, text);
}

static void take_worker(struct lookback *lookback, const json_t *event)
{
    if (js_bool(event, "continued", false))
        add(lookback, time_of(event), LOOKBACK_WARNING,
            "the worker was gone; another one went on with the run");
}

static void take_waits(struct lookback *lookback, const json_t *event)
{
    char text[160];
    if (!js_bool(event, "form", false))
        return;
    snprintf(text, sizeof text, "%s waits for its form", label_of(event));
    add(lookback, time_of(event), LOOKBACK_WARNING, text);
}

static void take_warning(struct lookback *lookback, const json_t *event)
{
    char text[200];
    snprintf(text, sizeof text, "%s: %.150s", label_of(event), js_text(event, "text"));
    add(lookback, time_of(event), LOOKBACK_WARNING, text);
}

static void take_stop(struct lookback *lookback, const json_t *event)
{
    add(lookback, time_of(event), LOOKBACK_WARNING, "somebody asked for a stop");
}

static void take_end(struct lookback *lookback, const json_t *event)
{
    struct str ending = js_str(event, "ending");
    bool failed = str_is(ending, "failed"), ok = str_is(ending, "succeeded");
    char text[200];
    snprintf(text, sizeof text, "the run ended: %.40s%s%.120s", js_text(event, "ending"),
             failed ? ": " : "", failed ? js_text(event, "error.text") : "");
    add(lookback, time_of(event),
        failed ? LOOKBACK_BAD
        : ok   ? LOOKBACK_GOOD
               : LOOKBACK_PLAIN,
        text);
}

static void take_event(struct lookback *lookback, const json_t *event)
{
    static const struct {
        const char *name;
        void (*take)(struct lookback *lookback, const json_t *event);
    } table[] = {{"run", take_run},       {"worker", take_worker}, {"step", take_step},
                 {"review", take_review}, {"waits", take_waits},   {"warning", take_warning},
                 {"stop", take_stop},     {"stage", take_stage},   {"end", take_end}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (str_is(js_str(event, "event"), table[i].name))
            table[i].take(lookback, event);
}

/* What takes minutes, by the names that people have for it. */
static void take_slow_rows(struct lookback *lookback, const struct estimates *estimates,
                           const struct run_stage *stage)
{
    static const struct {
        const char *type, *words;
    } known[] = {{"aws_eks_cluster", "the control plane is up"},
                 {"aws_eks_node_group", "the nodes are up"},
                 {"aws_nat_gateway", "the NAT gateway is there"}};
    const struct tf_run *rows = &stage->terraform;
    for (size_t i = 0; i < rows->row_count && rows->verb == TF_APPLY; i++) {
        const struct tf_row *row = &rows->rows[i];
        char type[64], text[160], span[CLOCK_TEXT];
        estimate_type(estimates, row->address, type);
        if (row->state != TF_ROW_DONE || row->action != TF_CREATE)
            continue;
        clock_span(row->ended_ms - row->began_ms, span);
        for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
            if (strcmp(type, known[k].type) != 0)
                continue;
            snprintf(text, sizeof text, "%s, after %s", known[k].words, span);
            add(lookback, row->ended_ms, LOOKBACK_PLAIN, text);
        }
    }
}

void lookback_of(struct lookback *lookback, const struct estimates *estimates,
                 const struct run *run, const json_t *events, int64_t left_ms)
{
    *lookback = (struct lookback){.left_ms = left_ms};
    for (size_t i = 0; i < json_array_size(events); i++)
        take_event(lookback, json_array_get(events, i));
    for (int i = 0; i < STAGES; i++)
        take_slow_rows(lookback, estimates, &run->stages[i]);
}

/* ---- files ---- */

static int64_t read_seen(const char *dir)
{
    struct buf text = {0};
    struct error ignored;
    char path[PATH_MAX];
    int64_t ms = 0;
    if (path_format(path, &ignored, "%s/seen", dir) && file_read(path, SEEN_MAX, &text, &ignored))
        clock_parse_rfc3339(str_trim(buf_str(&text)), &ms);
    buf_finish(&text);
    return ms;
}

static json_t *read_journal(const struct run *run)
{
    json_t *events = json_array();
    struct buf text = {0};
    struct error ignored;
    char path[PATH_MAX];
    if (path_format(path, &ignored, "%s/journal.jsonl", run->dir) &&
        file_read(path, JOURNAL_MAX, &text, &ignored)) {
        struct str rest = buf_str(&text), line;
        while (rest.len) {
            str_cut(&rest, '\n', &line);
            json_t *event = line.len ? js_parse(line, &ignored) : NULL;
            if (event)
                json_array_append_new(events, event);
        }
    }
    buf_finish(&text);
    return events;
}

void lookback_read(struct lookback *lookback, const struct estimates *estimates, const char *dir,
                   const struct run *run)
{
    int64_t left_ms = read_seen(dir);
    *lookback = (struct lookback){.left_ms = left_ms};
    if (!run_is_open(run) || left_ms == 0)
        return;
    json_t *events = read_journal(run);
    lookback_of(lookback, estimates, run, events, left_ms);
    json_decref(events);
}

void lookback_seen(const char *dir, int64_t wall_ms)
{
    struct error ignored; /* a mark that cannot be left only makes the story longer */
    char path[PATH_MAX], time[CLOCK_TEXT + 1];
    clock_rfc3339(wall_ms, time);
    strncat(time, "\n", sizeof time - strlen(time) - 1);
    if (file_exists(dir) && path_format(path, &ignored, "%s/seen", dir))
        file_write(path, str_of(time), 0600, &ignored);
}

/* ---- what needs a look ---- */

struct looks {
    struct look *items;
    size_t count, capacity;
};

static __attribute__((format(printf, 3, 4))) void need(struct looks *looks, enum lookback_tone tone,
                                                       const char *format, ...)
{
    if (looks->count == looks->capacity)
        return;
    struct look *look = &looks->items[looks->count++];
    va_list args;
    va_start(args, format);
    look->tone = tone;
    vsnprintf(look->text, sizeof look->text, format, args);
    va_end(args);
}

static void look_at_state(struct looks *looks, const struct summary *summary, int64_t now_ms)
{
    double spent = summary->cost > 0 && summary->since_ms > 0
                       ? summary->cost * (double)(now_ms - summary->since_ms) / (double)hour_ms
                       : 0;
    const char *what = summary->state == SUMMARY_FAILED ? "failed" : "stopped";
    char span[CLOCK_TEXT];
    if (summary->state == SUMMARY_INTERRUPTED)
        need(looks, LOOKBACK_WARNING, "its worker is gone: Enter goes on with the run");
    if (summary->state == SUMMARY_ASKING)
        need(looks, LOOKBACK_WARNING, "a plan waits for your yes");
    if (summary->state != SUMMARY_FAILED && summary->state != SUMMARY_STOPPED)
        return;
    if (spent >= 0.5)
        need(looks, LOOKBACK_BAD, "$%.0f since it %s: finish it (Enter) or undo it", spent, what);
    else if (summary->since_ms > 0)
        need(looks, LOOKBACK_BAD, "it %s %s ago: what was made stays, and costs", what,
             clock_span(now_ms - summary->since_ms, span));
}

static void look_at_support(struct looks *looks, const struct estimates *estimates,
                            const struct answers *answers, int64_t now_ms)
{
    const char *version = answers->kubernetes_version;
    const char *until = estimate_support_ends(estimates, version);
    double more = js_real(estimates->prices, "extended_support", 0) -
                  js_real(estimates->prices, "types.aws_eks_cluster", 0);
    char midnight[CLOCK_TEXT];
    int64_t end_ms;
    snprintf(midnight, sizeof midnight, "%.10sT00:00:00Z", until);
    if (!until[0] || !clock_parse_rfc3339(str_of(midnight), &end_ms))
        return;
    int64_t days = (end_ms - now_ms) / day_ms;
    if (end_ms <= now_ms)
        need(looks, LOOKBACK_WARNING, "Kubernetes %s: support ended %lld days ago, + $%.2f/h since",
             version, (long long)-days, more);
    else if (days <= SUPPORT_DAYS)
        need(looks, LOOKBACK_WARNING, "Kubernetes %s: support ends in %lld days, then + $%.2f/h",
             version, (long long)days, more);
}

size_t look_at(const struct summary *summary, const struct estimates *estimates,
               const struct answers *answers, int64_t now_ms, struct look *out, size_t capacity)
{
    struct looks looks = {.items = out, .capacity = capacity};
    bool exists = summary->state == SUMMARY_UP || summary->state == SUMMARY_FAILED ||
                  summary->state == SUMMARY_STOPPED;
    look_at_state(&looks, summary, now_ms);
    if (exists)
        look_at_support(&looks, estimates, answers, now_ms);
    if (exists && summary->looked_ms > 0 && now_ms - summary->looked_ms > STALE_DAYS * day_ms)
        need(&looks, LOOKBACK_PLAIN,
             "last looked at %lld days ago: what is told here was true then",
             (long long)((now_ms - summary->looked_ms) / day_ms));
    return looks.count;
}
