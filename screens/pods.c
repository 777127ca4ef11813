/* The pods of the cluster, live: kubectl's table, under each that is not ready the sentence that
 * says why, and one of them in full. */
#include "screens/pods.h"

#include "core/base/alloc.h"
#include "core/session/session.h"
#include "screens/places.h"

#define PAGE        10
#define DETAILS_H   4000 /* rows that the details may take, scrolled */
#define DETAILS_TOP 2    /* rows of the title */

static void pods_enter(struct screen *screen, struct session *session)
{
    struct pods *self = (void *)screen;
    self->table = (struct table){.empty = ""};
    self->find = (struct field){.widget = {&field_ops}};
    field_lend(&self->find, self->choice.needle, sizeof self->choice.needle);
    self->finding = self->details = self->reading = self->collected = false;
    self->key[0] = '\0';
    screen_find_tool(screen, session);
    pods_collect(self, session);
}

static const struct pod *shown(const struct pods *self)
{
    int row = table_selected(&self->table);
    const struct pod *pod = row >= 0 ? self->rows[row] : NULL;
    return pod && strcmp(pod->record.key, self->key) == 0 ? pod : NULL;
}

static const char *empty_words(const struct pods *self, const struct session *session)
{
    if (!session->pods)
        return session->pods_error.kind ? session->pods_error.text
                                        : "The cluster is being looked for.";
    if (self->choice.needle[0] || self->choice.namespace_name[0])
        return "No pod is like that.";
    if (self->choice.only_not_ready && session_pods_complete(session->pods))
        return "All pods are as they should be; o shows them.";
    return session_pods_complete(session->pods) ? "There are no pods."
                                                : "The pods are being listed.";
}

static void measure_details(struct pods *self)
{
    const struct pod *pod = self->details ? shown(self) : NULL;
    struct grid none = {.w = 0};
    grid_init(&none, 0, 0);
    struct rect page = {0, 0, self->screen.room_w, 0};
    self->lines = pod ? pods_details_draw(self->view, pod, canvas_sub(canvas_of(&none), page)) : 0;
    int last = self->lines - (self->screen.room_h - DETAILS_TOP);
    last = last > 0 ? last : 0;
    self->scroll = self->at_end ? last : rect_clamp(self->scroll, 0, last);
    grid_finish(&none);
}

/* The container whose log was asked for, else the one that says most. */
static const struct pod_container *log_container(const struct pods *self, const struct pod *pod,
                                                 bool *previous)
{
    for (size_t i = 0; self->log_of[0] && i < pod->container_count; i++) {
        *previous = self->log_previous;
        if (strcmp(pod->containers[i].name, self->log_of) == 0)
            return &pod->containers[i];
    }
    return pods_log_container(self->view, pod, previous);
}

/* The log of the pod that is shown is read while it is shown. */
static void read_log(struct pods *self, struct session *session)
{
    const struct pod *pod = self->details || self->reading ? shown(self) : NULL;
    bool previous = false;
    if (!session->pods)
        return;
    const struct pod_container *container = pod ? log_container(self, pod, &previous) : NULL;
    session_pods_show_log(session->pods, container ? pod : NULL, container ? container->name : "",
                          previous);
}

static const struct press_hint *usual_hints(const struct pods *self)
{
    static const struct press_hint table[] = {
        {"Enter", "details", false}, {"/", "find", false},
        {"n", "namespace", false},   {"K", "", false},
        {"s", "sort", false},        {"o", "not ready", false},
        {"↑↓", "choose", false},     {"Esc", "back", true},
        {"?", "help", true},         {NULL, NULL, false}};
    static const struct press_hint find[] = {{"Enter", "keep", false},
                                             {"Esc", "all again", true},
                                             {"F1", "help", true},
                                             {NULL, NULL, false}};
    static const struct press_hint details[] = {
        {"l", "log", false},    {"c", "container", false}, {"v", "last life", false},
        {"y", "copy", false},   {"K", "", false},          {"↑↓ PgUp PgDn", "scroll", false},
        {"Esc", "table", true}, {"?", "help", true},       {NULL, NULL, false}};
    if (self->reading)
        return self->finder.open ? pods_log_find_hints : pods_log_hints;
    return self->finding ? find : self->details ? details : table;
}

static void pods_settle(struct screen *screen, struct session *session)
{
    struct pods *self = (void *)screen;
    pods_collect(self, session);
    self->table.empty = empty_words(self, session);
    read_log(self, session);
    if (self->reading)
        pods_log_settle(self);
    measure_details(self);
    screen_tool_hints(screen, usual_hints(self));
}

/* ---- keys ---- */

static enum nav key_find(struct pods *self, struct press press)
{
    if (press_is(press, PRESS_ENTER)) {
        self->finding = false;
        return NAV_STAY;
    }
    if (press_is(press, PRESS_ESC)) {
        self->finding = false;
        self->choice.needle[0] = '\0';
        field_lend(&self->find, self->choice.needle, sizeof self->choice.needle);
        return NAV_STAY;
    }
    return widget_key(&self->find.widget, press) ? NAV_STAY : NAV_PASS;
}

/* The next container's log, or the same one's last life and back. */
static void choose_log(struct pods *self, bool other_life)
{
    const struct pod *pod = shown(self);
    bool previous = false;
    const struct pod_container *now = pod ? log_container(self, pod, &previous) : NULL;
    if (!pod || pod->container_count == 0)
        return;
    size_t next = now ? (size_t)(now - pod->containers) + (other_life ? 0 : 1) : 0;
    now = &pod->containers[next % pod->container_count];
    str_copy(str_of(now->name), self->log_of, sizeof self->log_of);
    self->log_previous = other_life && !previous;
    self->at_end = true;
}

static enum nav key_details(struct pods *self, struct press press)
{
    struct press meant = press_outside_field(press);
    self->at_end = press_is(meant, PRESS_END);
    if (press_is(meant, PRESS_UP))
        self->scroll--;
    else if (press_is(meant, PRESS_DOWN))
        self->scroll++;
    else if (press_is(meant, PRESS_PAGE_UP))
        self->scroll -= PAGE;
    else if (press_is(meant, PRESS_PAGE_DOWN))
        self->scroll += PAGE;
    else if (press_is(meant, PRESS_HOME) || press_is(meant, PRESS_END))
        self->scroll = press_is(meant, PRESS_HOME) ? 0 : self->lines;
    else if (press_is(meant, PRESS_ESC) || press_is(meant, PRESS_ENTER))
        self->details = false;
    else
        return NAV_PASS;
    return NAV_STAY; /* settling keeps it within the page */
}

static void remember(struct pods *self)
{
    int row = table_selected(&self->table);
    str_copy(str_of(row >= 0 ? self->rows[row]->record.key : ""), self->key, sizeof self->key);
}

/* Keys that mean the same beside a pod in the table, in its details and over its log. */
static bool key_pod(struct pods *self, struct press press)
{
    if (!self->details && !self->reading && !press_is(press, 'l'))
        return false;
    if (press_is(press, 'c') || press_is(press, 'v'))
        choose_log(self, press_is(press, 'v'));
    else if (press_is(press, 'l') && !self->reading && shown(self))
        pods_log_open(self);
    else if (press_is(press, 'y') && self->details && shown(self))
        screen_copy(&self->screen, shown(self)->record.name, "The pod's name");
    else
        return false;
    return true;
}

static enum nav key_table(struct pods *self, struct press press)
{
    if (widget_key(&self->table.widget, press)) {
        remember(self);
        return NAV_STAY;
    }
    if (press_is(press, '/'))
        self->finding = true;
    else if (press_is(press, 's'))
        self->choice.order = (enum pods_order)((self->choice.order + 1) % PODS_ORDERS);
    else if (press_is(press, 'S'))
        self->choice.backwards = !self->choice.backwards;
    else if (press_is(press, 'n'))
        pods_next_namespace(self);
    else if (press_is(press, 'o'))
        self->choice.only_not_ready = !self->choice.only_not_ready;
    else if (press_is(press, PRESS_ENTER)) {
        self->details = shown(self) != NULL;
        self->log_of[0] = '\0';
        self->at_end = false;
        self->scroll = 0;
    } else
        return press_is(press, 'p') ? NAV_BACK : NAV_PASS;
    return NAV_STAY;
}

static enum nav pods_key(struct screen *screen, struct session *session, struct press press)
{
    struct pods *self = (void *)screen;
    /* what this turn has told before the key may have replaced any pod */
    pods_collect(self, session);
    if (self->reading)
        pods_log_settle(self);
    if (self->finding)
        return key_find(self, press);
    if (self->reading && self->finder.open)
        return pods_log_key(self, press) ? NAV_STAY : NAV_PASS;
    if (press_is(press, 'K'))
        return screen_open_tool(screen, session, self->choice.namespace_name);
    if (key_pod(self, press))
        return NAV_STAY;
    if (self->reading)
        return pods_log_key(self, press) ? NAV_STAY : NAV_PASS;
    return self->details ? key_details(self, press) : key_table(self, press);
}

/* ---- drawing ---- */

static void draw_table(const struct pods *self, struct canvas room)
{
    char right[200], *at = right;
    size_t left = sizeof right;
    int n = snprintf(at, left, "%s%s%s",
                     self->choice.namespace_name[0] ? self->choice.namespace_name : "",
                     self->choice.namespace_name[0] ? " · " : "",
                     self->choice.only_not_ready ? "not ready · " : "");
    if (self->view)
        snprintf(at + n, left - (size_t)n, "%zu of %zu · by %s%s", self->count,
                 session_pods_count(self->view), pods_order_name(self->choice.order),
                 self->choice.backwards ? ", backwards" : "");
    canvas_heading(canvas_cut_top(&room, 1), 0, "Pods", self->view ? right : NULL);
    canvas_cut_top(&room, room.area.h > 10 ? 1 : 0);
    if (self->finding || self->choice.needle[0]) {
        struct canvas line = canvas_cut_bottom(&room, 1);
        int x = canvas_text(line, 0, 0, ROLE_STRONG, "Find: ");
        widget_draw(&self->find.widget, canvas_sub(line, (struct rect){x, 0, line.area.w - x, 1}),
                    self->finding);
    }
    widget_draw(&self->table.widget, room, !self->finding);
}

static void draw_details(const struct pods *self, struct canvas room)
{
    const struct pod *pod = shown(self);
    canvas_heading(canvas_cut_top(&room, 1), 0, self->key, pod ? pod->status : "gone");
    canvas_cut_top(&room, room.area.h > 10 ? 1 : 0);
    if (!pod) {
        canvas_wrapped(room, 0, ROLE_DIM, "This pod is gone.");
        return;
    }
    struct rect page = {0, -self->scroll, room.area.w, DETAILS_H};
    int lines = pods_details_draw(self->view, pod, canvas_sub(room, page));
    if (lines - self->scroll > room.area.h)
        canvas_right(room, room.area.h - 1, ROLE_DIM, GLYPH_BELOW);
}

static void pods_draw(const struct screen *screen, const struct session *session,
                      struct canvas room)
{
    const struct pods *self = (const void *)screen;
    (void)session;
    if (self->reading)
        pods_log_draw(self, room);
    else if (self->details)
        draw_details(self, room);
    else
        draw_table(self, room);
}

static void pods_sentence(const struct screen *screen, const struct session *session,
                          struct sentence *out)
{
    const struct pods *self = (const void *)screen;
    char text[400];
    if (!session->pods && session->pods_error.hint[0])
        sentence_set(out, ROLE_NORMAL, "%s", session->pods_error.hint);
    else if (!session->pods)
        return;
    else if (session_pods_stale(session->pods, text, sizeof text))
        sentence_set(out, ROLE_WARNING, "%s", text);
    else if (self->not_fine > 0)
        sentence_set(out, ROLE_WARNING, "%zu of %zu pods %s not ready.", self->not_fine,
                     session_pods_count(session->pods), self->not_fine == 1 ? "is" : "are");
    else if (session_pods_count(session->pods) > 0)
        sentence_set(out, ROLE_SUCCESS, "All %zu pods are as they should be.",
                     session_pods_count(session->pods));
}

static const struct press_hint *pods_hints(const struct screen *screen,
                                           const struct session *session)
{
    (void)session;
    return screen->own_hints;
}

static void pods_finish(struct screen *screen)
{
    struct pods *self = (void *)screen;
    free(self->rows);
    free(self->log_lines);
    self->rows = NULL;
    self->log_lines = NULL;
}

const struct screen_ops pods_screen = {
    .name = "pods",
    .rail = RAIL_NONE,
    .size = sizeof(struct pods),
    .hints = pods_hints,
    .help =
        "The columns are kubectl's. Under a pod that is not ready stands why, from its "
        "conditions, events, claims, nodes and the last words of its log, and what would help.\n"
        "/ shows only pods whose name, namespace, status or node has that text. n goes through "
        "the namespaces, s through the orders, by each column, and S turns the order round; o "
        "leaves out those that are fine, K opens k9s or a "
        "shell for kubectl. Enter shows one pod with its containers, events "
        "and log. There c reads the log of the next container, v that of its last life and back, "
        "and End stays with what comes; y copies the pod's name. l shows the whole log: / searches "
        "in it, n goes further up, N down, f follows its end.\n"
        "Everything is as the API server tells it the moment it changes; when the server cannot "
        "be reached, the last line says how old this is.",
    .enter = pods_enter,
    .settle = pods_settle,
    .key = pods_key,
    .draw = pods_draw,
    .sentence = pods_sentence,
    .finish = pods_finish,
};
