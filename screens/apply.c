/* The run that is going: a bar by planned resources, the rows in flight with their time, a clock
 * for the end, and AWS's own view of the cluster beside terraform's waiting. */
#include "core/base/alloc.h"
#include "screens/places.h"
#include "screens/rows.h"
#include "screens/words.h"
#include "tui/progress.h"

struct apply {
    struct screen screen;
};

static bool finishing(const struct session *session)
{
    const struct run *run = &session->run;
    return run->phase == RUN_FINISHING && run->stages[STAGE_EKS].step >= STEP_APPLY;
}

static const char *title_of(const struct session *session)
{
    const struct run *run = &session->run;
    const struct tf_plan *plan = &run_now(run)->plan;
    if (finishing(session))
        return "Reading what was made";
    if (!run_now(run)->have_plan || tf_plan_creates_only(plan))
        return "Creating the cluster";
    return plan->remove > plan->add ? "Destroying what goes" : "Changing the cluster";
}

static enum nav apply_key(struct screen *screen, struct session *session, struct press press)
{
    if (press_is(press, 'l'))
        return NAV_LOG;
    if (press_is(press, 's'))
        return NAV_STOP;
    if (press_is(press, 'q'))
        return NAV_QUIT;
    if (press_is(press, PRESS_ENTER))
        return screen_say(screen, ROLE_NORMAL,
                          "It goes on by itself; you are called when it needs you.");
    (void)session;
    return NAV_PASS;
}

static void draw_heading(const struct session *session, struct canvas line)
{
    int64_t now = words_wall(session), low, high;
    char span[CLOCK_TEXT], range[WORDS], right[WORDS * 2];
    clock_span(now - rows_began(session), span);
    if (session_eta(session, now, &low, &high))
        snprintf(right, sizeof right, "%s · ready about %s", span,
                 words_clock_range(now, low, high, range));
    else
        snprintf(right, sizeof right, "%s", span);
    canvas_heading(line, 0, title_of(session), right);
}

static void draw_bar(const struct session *session, struct canvas line)
{
    const struct tf_run *run = &run_now(&session->run)->terraform;
    struct progress bar = {.widget = {&progress_ops}, .done = run->done, .total = run->total};
    if (run->errors > 0)
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

static void apply_draw(const struct screen *screen, const struct session *session,
                       struct canvas room)
{
    (void)screen;
    draw_heading(session, canvas_cut_top(&room, 1));
    draw_bar(session, canvas_cut_top(&room, 2));
    if (session->cluster.status[0]) {
        draw_cluster(session, canvas_cut_bottom(&room, 1));
        canvas_cut_bottom(&room, 1);
    }
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
    struct words_resource resource;
    char name[160];
    (void)screen;
    if (session->run.stop_asked) {
        say_stopping(session, out);
    } else if (!session->worker_lives && !session->launching) {
        sentence_set(out, ROLE_WARNING, "The worker of this run has ended; another takes over.");
    } else if (run_now(&session->run)->terraform.errors > 0) {
        sentence_set(out, ROLE_FAILURE,
                     "Something failed; terraform ends what is in flight before it stops.");
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
    static const struct press_hint hints[] = {
        {"l", "log", false},           {"s", "stop…", false}, {"q", "leave it running", true},
        {"Esc", "deployments", false}, {"?", "help", true},   {NULL, NULL, false}};
    (void)screen;
    (void)session;
    return hints;
}

const struct screen_ops apply_screen = {
    .name = "apply",
    .rail = RAIL_EKS,
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
