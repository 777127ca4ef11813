/* The run that is going: a bar by planned resources, the rows in flight with their time, a clock
 * for the end, and AWS's own view of the cluster beside terraform's waiting. */
#include "core/base/alloc.h"
#include "core/session/session_pods.h"
#include "screens/places.h"
#include "screens/rows.h"
#include "screens/words.h"
#include "tui/progress.h"

struct apply {
    struct screen screen;
};

/* The stages that are shown and not up yet, as one name: "PyPI and MLHub"; all that are shown when
 * all are up. */
static void stages_shown(const struct session *session, char out[WORDS])
{
    bool left[STAGES], any = false;
    size_t len = 0;
    for (int i = 0; i < STAGES; i++) {
        left[i] =
            rows_shows(session, (enum stage_id)i) && session->run.stages[i].state != STAGE_DONE;
        any |= left[i];
    }
    out[0] = '\0';
    for (int i = 0; i < STAGES; i++)
        if (any ? left[i] : rows_shows(session, (enum stage_id)i))
            len += (size_t)snprintf(out + len, WORDS - len, "%s%s", len ? " and " : "",
                                    stage_table[i].label);
}

static const char *title_of(const struct session *session, char out[WORDS * 2])
{
    const struct run_stage *at = run_now(&session->run);
    bool alone = session->run.stage == STAGE_EKS || session->run.stage == STAGE_NONE;
    bool creates = !at->have_plan || tf_plan_creates_only(&at->plan);
    char names[WORDS];
    stages_shown(session, names);
    if (session->run.command == RUN_DESTROY)
        snprintf(out, WORDS * 2, "Destroying %s", alone ? "the cluster" : names);
    else if (alone)
        snprintf(out, WORDS * 2, "%s the cluster", creates ? "Creating" : "Changing");
    else
        snprintf(out, WORDS * 2, "%s %s", creates ? "Building" : "Changing",
                 names[0] ? names : stage_table[session->run.stage].label);
    return out;
}

static enum nav apply_key(struct screen *screen, struct session *session, struct press press)
{
    if (press_is(press, 'l'))
        return NAV_LOG;
    if (press_is(press, 'p'))
        return NAV_PODS;
    if (press_is(press, 's'))
        return NAV_STOP;
    if (press_is(press, 'e') && rows_wait_for_form(session) != STAGE_NONE)
        return NAV_FORMS;
    if (press_is(press, 'q'))
        return NAV_QUIT;
    if (press_is(press, PRESS_ENTER))
        return screen_say(screen, ROLE_NORMAL,
                          "It goes on by itself; you are called when it needs you.");
    return NAV_PASS;
}

static void draw_heading(const struct session *session, struct canvas line)
{
    int64_t now = words_wall(session), low, high;
    char span[CLOCK_TEXT], range[WORDS], right[WORDS * 2], title[WORDS * 2];
    clock_span(now - rows_began(session), span);
    if (session_eta(session, now, &low, &high))
        snprintf(right, sizeof right, "%s · ready about %s", span,
                 words_clock_range(now, low, high, range));
    else
        snprintf(right, sizeof right, "%s", span);
    canvas_heading(line, 0, title_of(session, title), right);
}

static void draw_bar(const struct session *session, struct canvas line)
{
    struct rows_count count = rows_count(session);
    struct progress bar = {.widget = {&progress_ops}, .done = count.done, .total = count.total};
    if (count.errors > 0)
        bar.role = ROLE_FAILURE;
    widget_draw(&bar.widget, line, false);
}

static void draw_cluster(const struct session *session, struct canvas line)
{
    const struct session_cluster *cluster = &session->cluster;
    int x = canvas_text(line, 0, 0, ROLE_DIM, "In AWS") + 4;
    bool active = strcmp(cluster->status, "ACTIVE") == 0;
    x = canvas_text(line, x, 0, ROLE_DIM, "control plane ");
    x = canvas_text(line, x, 0, active ? ROLE_SUCCESS : ROLE_NORMAL, cluster->status);
    if (!cluster->nodes[0])
        return;
    x = canvas_text(line, x, 0, ROLE_DIM, " · nodes ");
    active = strcmp(cluster->nodes, "ACTIVE") == 0;
    x = canvas_text(line, x, 0, active ? ROLE_SUCCESS : ROLE_NORMAL, cluster->nodes);
    if (cluster->nodes_wanted > 0)
        canvas_print(line, x, 0, ROLE_DIM, ", %d wanted", cluster->nodes_wanted);
}

/* What a stage that is not shown among the rows is at: "ready to start"; "" for nothing to say, as
 * when it is up: the rail shows that. */
static void say_meanwhile(const struct session *session, enum stage_id stage, char out[WORDS * 3])
{
    static const char *const words[] = {[STAGE_FAILED] = "failed", [STAGE_DESTROYED] = "gone"};
    const struct run_stage *at = &session->run.stages[stage];
    out[0] = '\0';
    if (!session->run.stages_wanted[stage] || rows_shows(session, stage))
        return;
    if (at->waits[0])
        snprintf(out, WORDS * 3, "%s", at->waits);
    else if (at->state == STAGE_RUNNING && at->step == STEP_INIT && at->step_over)
        snprintf(out, WORDS * 3, "ready to start");
    else if (at->state == STAGE_RUNNING)
        snprintf(out, WORDS * 3, "terraform %s", step_name(at->step));
    else if (at->state < sizeof words / sizeof *words && words[at->state])
        snprintf(out, WORDS * 3, "%s", words[at->state]);
    size_t len = strlen(out);
    if (len && out[len - 1] == '.')
        out[len - 1] = '\0';
}

/* "PyPI and MLHub: ready to start": those that are at the same thing share it. */
static void say_others(const struct session *session, struct buf *all)
{
    char text[STAGES][WORDS * 3];
    for (int i = 0; i < STAGES; i++)
        say_meanwhile(session, (enum stage_id)i, text[i]);
    for (int i = 0; i < STAGES; i++) {
        if (!text[i][0])
            continue;
        buf_printf(all, "%s%s", all->len ? " · " : "", stage_table[i].label);
        for (int k = i + 1; k < STAGES; k++) {
            if (strcmp(text[i], text[k]) != 0)
                continue;
            buf_printf(all, " and %s", stage_table[k].label);
            text[k][0] = '\0';
        }
        buf_printf(all, ": %s", text[i]);
    }
}

/* Returns the lines drawn, from the bottom up. */
static int draw_meanwhile(const struct session *session, struct canvas *room)
{
    struct buf all = {0};
    say_others(session, &all);
    bool fits = all.len && room->area.h >= 5;
    if (fits) {
        struct canvas line = canvas_cut_bottom(room, 1);
        int x = canvas_text(line, 0, 0, ROLE_DIM, "Others") + 4;
        canvas_elided(line, x, 0, line.area.w - x, ROLE_NORMAL, buf_cstr(&all));
    }
    buf_finish(&all);
    return fits;
}

/* The cluster's own view beside terraform's waiting. Returns the lines drawn. */
static int draw_waiting(const struct session *session, struct canvas *room)
{
    struct diagnosis said;
    const struct record *about;
    char text[DIAGNOSIS_TEXT + PACK_TEXT], why[DIAGNOSIS_TEXT];
    if (room->area.h < 8 || !session_pods_explain(session, &said, &about))
        return 0;
    snprintf(text, sizeof text, "%s: %s", about->name, diagnosis_text(&said, why));
    int x = 10, lines = text_lines(text, TEXT_ALL, room->area.w - x);
    struct canvas part = canvas_cut_bottom(room, lines < 4 ? lines : 4);
    canvas_text(part, 0, 0, ROLE_DIM, "Cluster");
    canvas_cut_left(&part, x);
    canvas_wrapped(part, 0, said.level == DIAGNOSIS_PROBLEM ? ROLE_WARNING : ROLE_NORMAL, text);
    return part.area.h;
}

/* What somebody has to type at a registrar while the run waits for it: each name whole, alone on
 * its line. Returns the lines drawn. */
static int draw_name_servers(const struct session *session, struct canvas *room)
{
    const struct run_stage *at = &session->run.stages[STAGE_DOMAIN];
    const json_t *servers = js_get(outputs_of(&session->outputs, STAGE_DOMAIN), "name_servers");
    int count = (int)json_array_size(servers);
    const char *first = json_string_value(json_array_get(servers, 0));
    bool waits = at->state == STAGE_RUNNING && first && strstr(at->waits, first);
    if (!waits || room->area.h < count + 4)
        return 0;
    struct canvas part = canvas_cut_bottom(room, count + 1);
    canvas_print(part, 0, 0, ROLE_WARNING,
                 "NS records of %s, to be set at its registrar:", session->answers.domain_zone);
    for (int i = 0; i < count; i++) {
        struct buf name = {0};
        buf_sanitised(&name, str_of(json_string_value(json_array_get(servers, (size_t)i))), false);
        canvas_text(part, 0, 1 + i, ROLE_STRONG, buf_cstr(&name));
        buf_finish(&name);
    }
    return count + 1;
}

static void apply_draw(const struct screen *screen, const struct session *session,
                       struct canvas room)
{
    (void)screen;
    draw_heading(session, canvas_cut_top(&room, 1));
    draw_bar(session, canvas_cut_top(&room, 2));
    int below = draw_meanwhile(session, &room);
    if (session->cluster.status[0] && rows_shows(session, STAGE_EKS)) {
        draw_cluster(session, canvas_cut_bottom(&room, 1));
        below++;
    }
    below += draw_waiting(session, &room);
    below += draw_name_servers(session, &room);
    canvas_cut_bottom(&room, below > 0);
    rows_draw(session, canvas_inset(room, 1, 0), false);
}

static void say_stopping(const struct session *session, struct sentence *out)
{
    const struct run *run = &session->run;
    char time[CLOCK_TEXT], span[CLOCK_TEXT];
    if (run->interrupted_ms > 0)
        sentence_set(out, ROLE_WARNING, "Interrupt sent at %s; terraform is ending (%s).",
                     clock_hhmm(run->interrupted_ms, time),
                     clock_span(words_wall(session) - run->interrupted_ms, span));
    else if (run->stop_when_safe)
        sentence_set(out, ROLE_WARNING,
                     "It stops as soon as nothing slow is being created; nothing is lost.");
    else
        sentence_set(out, ROLE_WARNING, "It is being stopped.");
}

static void apply_sentence(const struct screen *screen, const struct session *session,
                           struct sentence *out)
{
    const struct tf_row *late = rows_overdue(session);
    enum stage_id form = rows_wait_for_form(session);
    struct words_resource resource;
    char name[160];
    (void)screen;
    if (session->run.stop_asked) {
        say_stopping(session, out);
    } else if (!session->worker_lives && !session->launching) {
        sentence_set(out, ROLE_WARNING, "The worker of this run has ended; another takes over.");
    } else if (rows_count(session).errors > 0) {
        sentence_set(out, ROLE_FAILURE,
                     "Something failed; terraform ends what is in flight before it stops.");
    } else if (form != STAGE_NONE) {
        sentence_set(out, ROLE_WARNING, "%s waits for its form: press e.", stage_table[form].label);
    } else if (late) {
        words_resource(session, late->address, &resource);
        text_elide_middle(resource.local, TEXT_ALL, 34, name, sizeof name);
        sentence_set(out, ROLE_WARNING, "%s takes longer than usual; AWS is at it.", name);
    } else {
        sentence_set(out, ROLE_NORMAL,
                     "You may close this terminal: the run goes on, and ekshub-tui comes back.");
    }
}

static const struct press_hint *apply_hints(const struct screen *screen,
                                            const struct session *session)
{
    static const struct press_hint hints[] = {{"l", "log", false},
                                              {"p", "pods", false},
                                              {"s", "stop…", false},
                                              {"q", "leave it running", true},
                                              {"Esc", "deployments", false},
                                              {"?", "help", true},
                                              {NULL, NULL, false}};
    static const struct press_hint forms[] = {{"e", "fill in the forms", false},
                                              {"l", "log", false},
                                              {"p", "pods", false},
                                              {"s", "stop…", false},
                                              {"q", "leave it running", true},
                                              {"Esc", "deployments", false},
                                              {"?", "help", true},
                                              {NULL, NULL, false}};
    (void)screen;
    return rows_wait_for_form(session) != STAGE_NONE ? forms : hints;
}

const struct screen_ops apply_screen = {
    .name = "apply",
    .rail = RAIL_RUN,
    .size = sizeof(struct apply),
    .hints = apply_hints,
    .help = "Each row in flight shows its time against what such a resource usually takes; it "
            "turns amber when it is overdue. The bar counts planned resources.\n"
            "A worker that needs no terminal does the run. Closing the terminal, a lost "
            "connection or q leave it alone; the next start comes back to this screen.\n"
            "s asks how to stop; pressing it stops nothing yet.",
    .key = apply_key,
    .draw = apply_draw,
    .sentence = apply_sentence,
};
