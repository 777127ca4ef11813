/* What there is at the end: both addresses, the .pypirc and the lines to type; and what can be done
 * with them from here: copied, written, published, proven, handed over. The deeds are the
 * session's; here they are asked for and shown. */
#include "core/base/alloc.h"
#include "core/session/handover.h"
#include "screens/places.h"
#include "screens/results_items.h"
#include "screens/rows.h"
#include "screens/words.h"
#include "tui/field.h"

enum deed { DEED_NONE, DEED_WRITE, DEED_PUBLISH, DEED_PROVE };

struct results {
    struct screen screen;
    int chosen;
    bool copying;    /* c was pressed: a number follows */
    enum deed asked; /* waits for the password; DEED_NONE: the field is closed */
    enum deed last;  /* what the sentence is about */
    struct field password;
};

/* ---- the session's side ---- */

static const struct press_hint *usual_hints(const struct results *self,
                                            const struct session *session)
{
    static const struct press_hint all[] = {
        {"c", "copy 1–5", false}, {"w", "write", false}, {"u", "publish", false},
        {"i", "prove", false},    {"p", "pods", false},  {"h", "hand-over", false},
        {"e", "change", false},   {"l", "log", false},   {"D", "destroy", false},
        {"K", "", false},         {"Esc", "back", true}, {"?", "help", true},
        {NULL, NULL, false}};
    static const struct press_hint cluster[] = {
        {"Enter", "copy", false},  {"↑↓", "choose", false}, {"e", "change the cluster", false},
        {"h", "hand-over", false}, {"l", "log", false},     {"D", "destroy", false},
        {"p", "pods", false},      {"K", "", false},        {"Esc", "deployments", true},
        {"?", "help", true},       {NULL, NULL, false}};
    static const struct press_hint typing[] = {
        {"Enter", "go on", false}, {"Esc", "leave it", true}, {NULL, NULL, false}};
    return self->asked ? typing : session->index ? all : cluster;
}

static void results_settle(struct screen *screen, struct session *session)
{
    struct results *self = (void *)screen;
    struct error err;
    (void)session_index_open(session, &err); /* without a PyPI there is none to show */
    if (!session->index)
        self->asked = self->last = DEED_NONE;
    screen_tool_hints(screen, usual_hints(self, session));
}

static void results_enter(struct screen *screen, struct session *session)
{
    struct results *self = (void *)screen;
    struct error err;
    self->copying = false;
    self->asked = DEED_NONE;
    screen_find_tool(screen, session);
    results_settle(screen, session);
    if (session->index && session->index->source == INDEX_UNKNOWN)
        (void)session_index_password(session->index, &err);
}

static enum nav begin(struct results *self, struct session *session, enum deed deed)
{
    struct session_index *index = session->index;
    struct error err;
    bool ok = deed == DEED_WRITE     ? session_pypirc_write(index, &err)
              : deed == DEED_PUBLISH ? session_publish(index, NULL, &err)
                                     : session_prove_inside(index, &err);
    self->last = ok ? deed : DEED_NONE;
    return ok ? NAV_STAY : screen_complain(&self->screen, &err);
}

static enum nav ask(struct results *self, struct session *session, enum deed deed)
{
    size_t capacity;
    char *buffer = secret_edit(&session->index->typed, &capacity);
    if (!buffer)
        return screen_say(&self->screen, ROLE_FAILURE, "The memory for secrets is full.");
    self->password = (struct field){.widget = {&field_ops}, .masked = true};
    field_lend(&self->password, buffer, capacity);
    self->asked = deed;
    return NAV_STAY;
}

/* Reading may be open to everyone: then the proof needs no password. */
static bool needs_password(const struct session *session, enum deed deed)
{
    return deed != DEED_PROVE || strcmp(session->answers.pypi_default_read, "everyone") != 0;
}

static enum nav start(struct results *self, struct session *session, enum deed deed)
{
    struct session_index *index = session->index;
    struct error err = {.kind = ERROR_NONE};
    if (!index)
        return screen_say(&self->screen, ROLE_NORMAL, "There is no PyPI in this deployment yet.");
    if (needs_password(session, deed) && index->source == INDEX_UNKNOWN &&
        !session_index_password(index, &err))
        return err.kind ? screen_complain(&self->screen, &err) : ask(self, session, deed);
    return begin(self, session, deed);
}

static enum nav hand_over(struct results *self, const struct session *session)
{
    char path[PATH_MAX], shown[PATH_MAX];
    struct error err;
    if (!handover_write(session, path, &err))
        return screen_complain(&self->screen, &err);
    return screen_say(&self->screen, ROLE_SUCCESS,
                      "The hand-over folder is %s; no secret is in it.",
                      words_path(session, path, shown));
}

/* ---- keys ---- */

static enum nav copy(struct results *self, const struct session *session,
                     const struct results_item *item)
{
    self->copying = false;
    if (!item)
        return screen_say(&self->screen, ROLE_NORMAL, "There is nothing of that number here.");
    if (!item->snippet)
        return screen_copy(&self->screen, item->value, item->label);
    struct buf text = {0};
    struct pypirc_entry entry = session_index_entry(session->index);
    pypirc_snippet(&entry, &text);
    screen_copy(&self->screen, buf_cstr(&text), item->label);
    buf_finish(&text);
    return screen_say(&self->screen, ROLE_SUCCESS,
                      "The snippet was sent to the clipboard, its password masked: w writes it.");
}

static enum nav password_key(struct results *self, struct session *session, struct press press)
{
    struct session_index *index = session->index;
    struct error err;
    if (press_is(press, PRESS_ESC)) {
        self->asked = DEED_NONE;
        secret_finish(&index->typed);
        return NAV_STAY;
    }
    if (!press_is(press, PRESS_ENTER))
        return widget_key(&self->password.widget, press) ? NAV_STAY : NAV_PASS;
    enum deed deed = self->asked;
    secret_edited(&index->typed);
    if (secret_empty(&index->typed))
        return screen_say(&self->screen, ROLE_WARNING, "Type the password, or Esc to leave it.");
    self->asked = DEED_NONE;
    if (!session_index_typed(index, &err))
        return screen_complain(&self->screen, &err);
    return begin(self, session, deed);
}

static bool move(struct results *self, struct press meant, int last)
{
    int to = press_is(meant, PRESS_UP)          ? self->chosen - 1
             : press_is(meant, PRESS_DOWN)      ? self->chosen + 1
             : press_is(meant, PRESS_PAGE_UP)   ? self->chosen - 4
             : press_is(meant, PRESS_PAGE_DOWN) ? self->chosen + 4
             : press_is(meant, PRESS_HOME)      ? 0
             : press_is(meant, PRESS_END)       ? last
                                                : -1000;
    if (to != -1000)
        self->chosen = rect_clamp(to, 0, last);
    return to != -1000;
}

static enum nav results_key(struct screen *screen, struct session *session, struct press press)
{
    struct results *self = (void *)screen;
    struct results_items items;
    if (self->asked && session->index)
        return password_key(self, session, press);
    results_collect(session, &items);
    bool was_copying = self->copying;
    self->copying = false;
    if (press.code >= '1' && press.code <= '5' && !press.ctrl && !press.alt)
        return copy(self, session, results_numbered(&items, (int)(press.code - '0')));
    if (was_copying && press_is(press, PRESS_ESC))
        return NAV_STAY;
    if (move(self, press_outside_field(press), items.count - 1))
        return NAV_STAY;
    if (press_is(press, PRESS_ENTER) || press_is(press, 'y'))
        return copy(self, session, &items.list[rect_clamp(self->chosen, 0, items.count - 1)]);
    if (press_is(press, 'c')) {
        self->copying = true;
        return NAV_STAY;
    }
    if (press_is(press, 'w') || press_is(press, 'u') || press_is(press, 'i'))
        return start(self, session,
                     press_is(press, 'w')   ? DEED_WRITE
                     : press_is(press, 'u') ? DEED_PUBLISH
                                            : DEED_PROVE);
    if (press_is(press, 'h'))
        return hand_over(self, session);
    if (press_is(press, 'K'))
        return screen_open_tool(screen, session, "");
    return press_is(press, 'e')   ? NAV_ANSWERS
           : press_is(press, 'l') ? NAV_LOG
           : press_is(press, 'p') ? NAV_PODS
           : press_is(press, 'D') ? NAV_DESTROY
                                  : NAV_PASS;
}

/* ---- looks ---- */

static void draw_password(const struct results *self, const struct session *session,
                          struct canvas canvas)
{
    int x = canvas_print(canvas, 2, 0, ROLE_STRONG, "Password of %s: ", session->index->user);
    struct rect place = {x, 0, canvas.area.w - x, 1};
    widget_draw(&self->password.widget, canvas_sub(canvas, place), true);
}

static void draw_title(const struct session *session, struct canvas canvas)
{
    const struct run *run = &session->run;
    char span[CLOCK_TEXT] = "", money[WORDS], month[WORDS], right[WORDS * 3];
    double cost = session_cost(session);
    bool timed = run_is_open(run) && run->ended_ms > 0;
    if (timed)
        clock_span(run->ended_ms - rows_began(session), span);
    snprintf(right, sizeof right, "%s%s%s%s%s", span, timed && cost > 0 ? " · " : "",
             cost > 0 ? words_money(cost, money) : "", cost > 0 ? " · " : "",
             cost > 0 ? words_month(cost, month) : "");
    canvas_heading(canvas, 0,
                   results_platform(session) ? "Your platform is up" : "The cluster is up", right);
}

static void results_draw(const struct screen *screen, const struct session *session,
                         struct canvas room)
{
    const struct results *self = (const void *)screen;
    struct results_items items;
    draw_title(session, canvas_cut_top(&room, room.area.h > 17 || !session->index ? 2 : 1));
    results_collect(session, &items);
    if (self->asked && session->index)
        draw_password(self, session, canvas_cut_bottom(&room, 1));
    else
        results_draw_proof(session, canvas_cut_bottom(&room, results_proof_rows(session)));
    results_draw_items(&items, rect_clamp(self->chosen, 0, items.count - 1), room);
}

static void say_written(const struct session *session, struct sentence *out)
{
    const struct write_pypirc *write = &session->index->write;
    const struct pypirc_change *change = &write->change;
    char file[PATH_MAX], backup[PATH_MAX];
    words_path(session, session->index->pypirc, file);
    words_path(session, change->backup, backup);
    const char *did = change->created    ? "was made"
                      : !change->changed ? "says that already"
                      : change->replaced ? "has a new [" PYPIRC_SECTION "]"
                                         : "was extended";
    if (write->state == TASK_RUNNING)
        sentence_set(out, ROLE_NORMAL, "Logging in before anything is written…");
    else if (write->state == TASK_FAILED)
        sentence_error(out, ROLE_FAILURE, &write->error);
    else if (!write->proven)
        sentence_set(out, ROLE_WARNING, "%.60s %s; the password could not be tried: %.200s", file,
                     did, write->warning.text);
    else
        sentence_set(out, ROLE_SUCCESS, "%.120s %s, after a login%s%.120s.", file, did,
                     change->backup[0] ? "; before it: " : "", change->backup[0] ? backup : "");
}

static void say_task(const struct task *task, const char *done, struct sentence *out)
{
    if (task->state == TASK_RUNNING)
        sentence_set(out, ROLE_NORMAL, "%s…", task->label);
    else if (task->state == TASK_DONE)
        sentence_set(out, ROLE_SUCCESS, "%s", done);
    else
        sentence_error(out, task->state == TASK_FAILED ? ROLE_FAILURE : ROLE_WARNING, &task->error);
}

static void results_sentence(const struct screen *screen, const struct session *session,
                             struct sentence *out)
{
    const struct results *self = (const void *)screen;
    if (self->asked)
        sentence_set(out, ROLE_NORMAL, "Enter goes on, Ctrl-R shows it, Esc leaves it.");
    else if (self->copying)
        sentence_set(out, ROLE_NORMAL,
                     "Copy which? 1 hub   2 index   3 snippet   4 pip   5 kubectl");
    else if (self->last == DEED_WRITE && session->index)
        say_written(session, out);
    else if (self->last == DEED_PUBLISH && session->index)
        say_task(&session->index->publish.task,
                 "The index gives out the very bytes. i imports it in a pod beside the hub.", out);
    else if (self->last == DEED_PROVE && session->index)
        say_task(&session->index->proof.task,
                 "A pod beside the hub installed it and called its function.", out);
    else if (session->place->rehearsal && !session->index)
        sentence_set(out, ROLE_SUCCESS,
                     "Everything is there. In a rehearsal no cluster answers at that address.");
    else
        sentence_set(out, ROLE_SUCCESS, "Everything is there.%s",
                     session->index ? " w writes the .pypirc, u publishes a package."
                                    : " The kubectl line gives you access from here.");
}

static const struct press_hint *results_hints(const struct screen *screen,
                                              const struct session *session)
{
    (void)session;
    return screen->own_hints;
}

const struct screen_ops results_screen = {
    .name = "results",
    .rail = RAIL_RESULTS,
    .size = sizeof(struct results),
    .hints = results_hints,
    .help = "Enter or y sends the chosen value to the clipboard of your terminal, also through ssh "
            "and tmux; c and a number one of the five.\n"
            "w logs in and merges the section into ~/.pypirc: what others wrote there stays, and a "
            "backup is kept.\n"
            "u builds the demo package, uploads it, and compares what the index gives out.\n"
            "i starts a pod beside the hub that installs it and calls its function.\n"
            "K opens k9s, or a shell for kubectl, on this cluster.\n"
            "h writes a folder for colleagues: answers, every step as a shell script, addresses, "
            "inventory, kubeconfig; no secret.\n"
            "The directory holds the answers, the terraform roots with their state, and the runs: "
            "it is usable by hand.",
    .enter = results_enter,
    .settle = results_settle,
    .key = results_key,
    .draw = results_draw,
    .sentence = results_sentence,
};
