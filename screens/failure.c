/* A run that failed or was stopped: what failed, why in the service's own words, what to do, and
 * what going on will keep. */
#include "core/base/alloc.h"
#include "core/session/session_pods.h"
#include "core/session/session_signin.h"
#include "core/session/session_wants.h"
#include "screens/places.h"
#include "screens/rows.h"
#include "screens/words.h"
#include "tui/dialog.h"

enum { RETRY, CHANGE, PODS, PROFILE, LEFT, UNDO, ITEMS };

#define LABEL_W 8

struct failure {
    struct screen screen;
    struct dialog dialog;
    struct dialog_item items[ITEMS];
    bool signing; /* in, again: going on is the next step then */
};

static const struct tf_diagnostic *cause(const struct session *session)
{
    const struct run *run = &session->run;
    return run->ending == RUN_FAILED ? tf_run_error(&run_now(run)->terraform) : NULL;
}

static bool began(const struct session *session)
{
    return session->run.changing;
}

/* By this run, or by one before it. */
static bool exists(const struct session *session)
{
    bool some = began(session);
    for (int i = 0; i < STAGES; i++)
        some |= session->stages[i].state == STAGE_DONE || session->stages[i].state == STAGE_FAILED;
    return some;
}

/* The stage that failed, or that was being worked on when the run was stopped. */
static const struct stage *stage_of(const struct session *session)
{
    enum stage_id stage = session->run.stage;
    return &stage_table[stage == STAGE_NONE ? STAGE_EKS : stage];
}

static bool says(const struct tf_diagnostic *diagnostic, const char *word)
{
    return strstr(diagnostic->summary, word) || strstr(diagnostic->detail, word);
}

static bool destroys(const struct session *session)
{
    return session->run.command == RUN_DESTROY;
}

/* A quota of what every cluster needs one of, whatever the answers are: AWS can be asked for more
 * beside the check of quotas. */
static bool wants_larger_quota(const struct session *session)
{
    static const char *const fixed[] = {"AddressLimitExceeded", "VpcLimitExceeded",
                                        "NatGatewayLimitExceeded"};
    const struct tf_diagnostic *diagnostic = cause(session);
    for (size_t i = 0; diagnostic && i < sizeof fixed / sizeof *fixed; i++) {
        if (says(diagnostic, fixed[i]))
            return true;
    }
    return false;
}

/* Which cure is the likeliest: credentials for what they refuse, the form for what it can change.
 */
static int likeliest(const struct session *session)
{
    const struct tf_diagnostic *diagnostic = cause(session);
    if (session->run.error.kind == ERROR_AUTH || wants_larger_quota(session))
        return PROFILE;
    if (diagnostic && destroys(session) && says(diagnostic, "DependencyViolation"))
        return LEFT;
    if (!diagnostic)
        return RETRY;
    static const char *const refused[] = {"ExpiredToken", "InvalidClientTokenId", "AccessDenied",
                                          "UnrecognizedClient", "SignatureDoesNotMatch"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (says(diagnostic, refused[i]))
            return PROFILE;
    }
    static const char *const chosen[] = {"LimitExceeded", "QuotaExceeded",    "Invalid value for",
                                         "Unsupported",   "InvalidParameter", "already exists"};
    for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++) {
        if (says(diagnostic, chosen[i]))
            return CHANGE;
    }
    return RETRY;
}

/* What stands in the cluster failed: then its pods know more than the credentials do. */
static bool in_cluster(const struct session *session)
{
    enum stage_id stage = session->run.stage;
    return began(session) && !destroys(session) && stage != STAGE_NONE && stage != STAGE_EKS;
}

/* The credentials ended, and somebody has to do something for new ones. */
static bool wants_person(const struct session *session)
{
    return session->wants && session->profile >= 0 &&
           session->wants[session->profile].now != CREDS_WANT_NOTHING;
}

static void offer_credentials(struct failure *self, const struct session *session)
{
    bool person = wants_person(session);
    bool quota = !person && wants_larger_quota(session);
    self->items[PROFILE].title = person  ? "sign in again"
                                 : quota ? "ask AWS for more"
                                         : "look at the credentials";
    self->items[PROFILE].note = person  ? "then go on from here"
                                : quota ? "u beside the quotas; hours to days"
                                        : "and check them again";
}

static void failure_settle(struct screen *screen, struct session *session)
{
    struct failure *self = (void *)screen;
    if (self->signing && !session->signin) {
        self->signing = false;
        if (!wants_person(session))
            self->dialog.chosen = RETRY;
    }
    offer_credentials(self, session);
}

static void failure_enter(struct screen *screen, struct session *session)
{
    struct failure *self = (void *)screen;
    bool some = began(session), pods = in_cluster(session);
    struct dialog_item items[ITEMS] = {
        [RETRY] = {.code = 'r',
                   .title = some ? "go on from here" : "plan again",
                   .note = session->run.ending == RUN_STOPPED ? "makes what is missing"
                                                              : "when the cause is out of the way"},
        [CHANGE] = {.code = 'c',
                    .title = "change the answers",
                    .note = "then go on from there",
                    .hidden = destroys(session)},
        [PODS] = {.code = 'p',
                  .title = "look at the pods",
                  .note = "and why they are not ready",
                  .hidden = !pods},
        [PROFILE] = {.code = 'k', .hidden = pods && likeliest(session) != PROFILE},
        [LEFT] = {.code = 'w',
                  .title = "see what is left",
                  .note = "what holds it, and remove that in order",
                  .hidden = !destroys(session)},
        [UNDO] = {.code = 'u',
                  .title = "undo: destroy what was made",
                  .note = "back to $0/h; shows first what goes",
                  .hidden = destroys(session) || !exists(session)},
    };
    memcpy(self->items, items, sizeof items);
    self->dialog = (struct dialog){.widget = {&dialog_ops},
                                   .items = self->items,
                                   .count = ITEMS,
                                   .chosen = likeliest(session)};
    session_wants_look(session);
    offer_credentials(self, session);
}

static enum nav copy_error(struct screen *screen, const struct session *session)
{
    const struct tf_diagnostic *diagnostic = cause(session);
    const struct error *error = &session->run.error;
    char *text = diagnostic ? alloc_printf("%s\n%s\n%s", diagnostic->address, diagnostic->summary,
                                           diagnostic->detail)
                            : alloc_printf("%s\n%s", error->text, error->hint);
    screen_copy(screen, text, "The error");
    free(text);
    return NAV_STAY;
}

static enum nav retry(struct screen *screen, struct session *session)
{
    if (session_retry(session))
        return NAV_STAY; /* the wizard follows the run */
    return screen_complain(screen, &session->trouble);
}

static enum nav credentials(struct failure *self, struct session *session)
{
    struct error err;
    if (!wants_person(session))
        return NAV_CREDENTIALS;
    self->signing = session_signin_open(session, session->profile, &err);
    return self->signing ? NAV_SIGNIN : screen_complain(&self->screen, &err);
}

static enum nav failure_key(struct screen *screen, struct session *session, struct press press)
{
    struct failure *self = (void *)screen;
    if (press_is(press, 'l'))
        return NAV_LOG;
    if (press_is(press, 'p'))
        return NAV_PODS;
    if (press_is(press, 'y'))
        return copy_error(screen, session);
    switch (dialog_decide(&self->dialog, press)) {
    case RETRY:
        return retry(screen, session);
    case CHANGE:
        return NAV_ANSWERS;
    case PODS:
        return NAV_PODS;
    case PROFILE:
        return credentials(self, session);
    case LEFT:
        return NAV_RESIDUE;
    case UNDO:
        return NAV_DESTROY;
    default:
        return widget_key(&self->dialog.widget, press) ? NAV_STAY : NAV_PASS;
    }
}

static const char *step_failed(enum stage_step step)
{
    static const char *const sentences[STEPS] = {
        [STEP_INIT] = "terraform could not get ready",
        [STEP_BUCKET] = "the bucket could not be kept out of it",
        [STEP_PLAN] = "the plan could not be made",
        [STEP_SHOW] = "the plan could not be read",
        [STEP_APPLY] = "the apply did not come to its end",
        [STEP_OUTPUT] = "what was made could not be read",
        [STEP_KUBECONFIG] = "the kubeconfig could not be written",
        [STEP_CLAIM] = "the hub could not be claimed",
        [STEP_BALANCER] = "its load balancer does not answer",
        [STEP_NAMES] = "its names are not there",
        [STEP_CERTIFICATE] = "https does not answer",
        [STEP_PROVE] = "the login could not be proven",
        [STEP_DRAIN] = "what the cluster made is still there",
        [STEP_RESIDUE] = "what is left could not be counted",
    };
    return sentences[step] ? sentences[step] : "the run failed";
}

static void title_of(const struct session *session, char out[WORDS * 2])
{
    const struct run *run = &session->run;
    const struct tf_diagnostic *diagnostic = cause(session);
    struct words_resource resource;
    if (run->ending == RUN_STOPPED)
        snprintf(out, WORDS * 2, "The run was stopped");
    else if (diagnostic && diagnostic->row >= 0 && diagnostic->address[0]) {
        const struct tf_row *row = &run_now(run)->terraform.rows[diagnostic->row];
        words_resource(session, diagnostic->address, &resource);
        snprintf(out, WORDS * 2, "%.120s could not be %s", resource.local, words_done(row->action));
    } else
        snprintf(out, WORDS * 2, "%s: %s", stage_of(session)->label,
                 step_failed(run_now(run)->step));
}

static void draw_heading(const struct session *session, struct canvas line)
{
    const struct run *run = &session->run;
    char title[WORDS * 2], span[CLOCK_TEXT], at[CLOCK_TEXT], right[WORDS];
    title_of(session, title);
    snprintf(right, sizeof right, "after %s, at %s",
             clock_span(run->ended_ms - rows_began(session), span), clock_hhmm(run->ended_ms, at));
    canvas_heading(line, 0, title, run->ended_ms > 0 ? right : NULL);
}

/* What stands, what failed, what was not begun. */
static void counts(const struct session *session, char *out, size_t capacity)
{
    const struct tf_run *rows = &run_now(&session->run)->terraform;
    struct buf text = {0};
    if (!began(session)) {
        buf_text(&text, "Nothing was created or changed by this run.");
    } else {
        buf_printf(&text, destroys(session) ? "%u of %u are gone" : "%u of %u exist and stay",
                   rows->by_state[TF_ROW_DONE], rows->total);
        if (rows->by_state[TF_ROW_FAILED] > 0)
            buf_printf(&text, " · %u failed", rows->by_state[TF_ROW_FAILED]);
        if (rows->by_state[TF_ROW_UNKNOWN] > 0)
            buf_printf(&text, " · %u may exist", rows->by_state[TF_ROW_UNKNOWN]);
        if (tf_run_not_begun(rows) > 0)
            buf_printf(&text, " · %u not begun", tf_run_not_begun(rows));
    }
    str_copy(buf_str(&text), out, capacity);
    buf_finish(&text);
}

/* A label, and text wrapped beside it in at most `most` rows; returns the rows taken. */
static int draw_part(struct canvas canvas, int y, const char *label, enum role role,
                     const char *text, int most)
{
    if (!text || !*text || most <= 0)
        return 0;
    canvas_text(canvas, 0, y, ROLE_DIM, label);
    struct rect place = {LABEL_W, y, canvas.area.w - LABEL_W, most};
    int rows = canvas_wrapped(canvas_sub(canvas, place), 0, role, text);
    if (rows > most)
        canvas_right(canvas_sub(canvas, place), most - 1, ROLE_DIM, " … l log");
    return rows < most ? rows : most;
}

static int draw_what(const struct session *session, struct canvas canvas)
{
    const struct tf_diagnostic *diagnostic = cause(session);
    char text[WORDS * 3];
    int y = 0;
    if (diagnostic)
        y += draw_part(canvas, y, "What", ROLE_STRONG, diagnostic->address, 2);
    counts(session, text, sizeof text);
    y += draw_part(canvas, y, y > 0 ? "" : "What", ROLE_NORMAL, text, 2);
    return y + 1;
}

/* What terraform waited for in vain: the cluster says it. Returns the rows taken. */
static int draw_cluster(const struct session *session, struct canvas canvas, int y, int most)
{
    struct diagnosis said;
    const struct record *about;
    char text[DIAGNOSIS_TEXT + PACK_TEXT], why[DIAGNOSIS_TEXT];
    if (!session_pods_explain(session, &said, &about) || said.level != DIAGNOSIS_PROBLEM)
        return 0;
    snprintf(text, sizeof text, "%s: %s", about->name, diagnosis_text(&said, why));
    return draw_part(canvas, y, "Cluster", ROLE_WARNING, text, most < 4 ? most : 4);
}

/* Where in the configuration, when nobody knows what to do about it. */
static void place_of(const struct session *session, char *out, size_t capacity)
{
    const struct run *run = &session->run;
    const struct tf_diagnostic *diagnostic = cause(session);
    unsigned errors = run_now(run)->terraform.errors;
    out[0] = '\0';
    if (diagnostic && diagnostic->file[0])
        snprintf(out, capacity, "%.140s line %d", diagnostic->file, diagnostic->line);
    if (diagnostic && errors > 1)
        snprintf(out + strlen(out), capacity - strlen(out), "%s%u errors in all",
                 out[0] ? " · " : "", errors);
}

/* The service's words give way to what is to be done. */
static int draw_why(const struct session *session, struct canvas canvas, int most)
{
    const struct run *run = &session->run;
    const struct tf_diagnostic *diagnostic = cause(session);
    char place[WORDS * 2];
    bool hint = run->error.hint[0] != '\0', bare = false;
    int y = 0, room;
    place_of(session, place, sizeof place);
    const char *last = hint ? run->error.hint : place;
    int tail = text_lines(last, TEXT_ALL, canvas.area.w - LABEL_W) > 1 && most > 5 ? 2 : 1;
    room = most - tail;
    if (!diagnostic)
        y += draw_part(canvas, y, "Why", ROLE_NORMAL, run->error.text, room);
    else {
        const char *words = tf_diagnostic_words(diagnostic, &bare);
        if (!bare)
            y += draw_part(canvas, y, "Why", ROLE_FAILURE, diagnostic->summary, most > 4 ? 3 : 1);
        y += draw_part(canvas, y, bare ? "Why" : "", ROLE_NORMAL, words, room - y);
    }
    y += draw_cluster(session, canvas, y, room - y);
    y += draw_part(canvas, y, "", hint ? ROLE_STRONG : ROLE_DIM, last, most - y);
    return y + 1;
}

static void failure_draw(const struct screen *screen, const struct session *session,
                         struct canvas room)
{
    const struct failure *self = (const void *)screen;
    draw_heading(session, canvas_cut_top(&room, 2));
    int wanted = widget_height(&self->dialog.widget, room.area.w);
    struct canvas keep = canvas_cut_bottom(&room, room.area.h > 12 ? 1 : 0);
    canvas_cut_bottom(&room, room.area.h > 12 ? 1 : 0);
    int what = draw_what(session, room);
    canvas_cut_top(&room, what);
    int most = room.area.h - wanted - 2;
    if (most > 0)
        canvas_cut_top(&room, draw_why(session, room, most));
    canvas_text(canvas_cut_top(&room, 1), 0, 0, ROLE_DIM, "What to do");
    widget_draw(&self->dialog.widget, room, true);
    canvas_wrapped(keep, 0, ROLE_DIM,
                   !began(session)     ? ""
                   : destroys(session) ? "Going on removes what is still there, and nothing else."
                                       : "Going on makes what is missing and keeps the rest; you "
                                         "see the plan first.");
}

static void failure_sentence(const struct screen *screen, const struct session *session,
                             struct sentence *out)
{
    double cost = session_cost(session);
    char money[WORDS];
    (void)screen;
    if (cost > 0)
        sentence_set(out, ROLE_NORMAL,
                     "Nothing is running, nothing is lost; what exists costs %s until you act.",
                     words_money(cost, money));
    else
        sentence_set(out, ROLE_NORMAL, "Nothing is running, and nothing is lost.");
}

static const struct press_hint *failure_hints(const struct screen *screen,
                                              const struct session *session)
{
    static const struct press_hint hints[] = {
        {"Enter", "do it", false}, {"↑↓", "choose", false}, {"y", "copy error", false},
        {"l", "log", false},       {"p", "pods", false},    {"Esc", "deployments", true},
        {"?", "help", true},       {NULL, NULL, false}};
    (void)screen;
    (void)session;
    return hints;
}

const struct screen_ops failure_screen = {
    .name = "failure",
    .rail = RAIL_RUN,
    .size = sizeof(struct failure),
    .hints = failure_hints,
    .help = "What failed, why in the words of the service that refused, and what to do; the "
            "likeliest cure is chosen already. What exists stays and is part of the next plan.\n"
            "y sends the whole error to the clipboard of your terminal.",
    .enter = failure_enter,
    .settle = failure_settle,
    .key = failure_key,
    .draw = failure_draw,
    .sentence = failure_sentence,
};
