/* Which pods are shown, and what stands in their cells. */
#include "screens/pods.h"

#include "core/base/alloc.h"
#include "core/session/session.h"

#define NARROW 100 /* columns of the room */

static const struct pod *selected(const struct pods *self)
{
    int row = self->table.cursor;
    return row >= 0 && (size_t)row < self->count ? self->rows[row] : NULL;
}

/* ---- which ---- */

static bool is_found(const struct pod *pod, const char *needle)
{
    const char *const texts[] = {pod->record.name, pod->record.namespace, pod->status, pod->node};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (text_find(texts[i], TEXT_ALL, 0, needle) >= 0)
            return true;
    }
    return false;
}

static bool is_shown(const struct pods *self, const struct pod *pod)
{
    const struct pods_choice *choice = &self->choice;
    if (choice->namespace_name[0] && strcmp(choice->namespace_name, pod->record.namespace) != 0)
        return false;
    if (choice->only_not_ready && pod_is_fine(pod))
        return false;
    return !choice->needle[0] || is_found(pod, choice->needle);
}

/* ---- where one was ---- */

/* The cursor stays on its pod while rows come and go. */
static void keep_cursor(struct pods *self)
{
    const struct pod *still = selected(self);
    if (still && strcmp(still->record.key, self->key) == 0)
        return;
    for (size_t i = 0; self->key[0] && i < self->count; i++) {
        if (strcmp(self->rows[i]->record.key, self->key) == 0) {
            self->table.cursor = (int)i;
            return;
        }
    }
    if (self->details)
        return; /* it is gone: what is shown says so */
    self->table.cursor = rect_clamp(self->table.cursor, 0, (int)self->count - 1);
    const struct pod *pod = selected(self);
    str_copy(str_of(pod ? pod->record.key : ""), self->key, sizeof self->key);
}

/* ---- what stands in the cells ---- */

enum column { NAMESPACE, NAME, READY, STATUS, RESTARTS, AGE, IP, NODE, COLUMNS };
enum { NARROW_COLUMNS = IP };

static int row_count(const void *owner)
{
    return (int)((const struct pods *)owner)->count;
}

static enum role status_role(const struct pod *pod)
{
    if (pod_is_fine(pod))
        return ROLE_NORMAL;
    return pod->why || strcmp(pod->phase, "Failed") == 0 ? ROLE_WARNING : ROLE_NORMAL;
}

static void fill_cell(const struct pods *self, const struct pod *pod, enum column column,
                      struct table_cell *cell)
{
    int64_t now_ms = session_pods_now(self->view);
    _Static_assert(sizeof cell->scratch >= 2 * DURATION_TEXT, "a cell holds any of these");
    switch (column) {
    case NAMESPACE:
        cell->text = pod->record.namespace;
        break;
    case NAME:
        cell->text = pod->record.name;
        break;
    case READY:
        cell->text = pod_ready(pod, cell->scratch);
        break;
    case STATUS:
        cell->text = pod->status;
        cell->role = status_role(pod);
        break;
    case RESTARTS:
        cell->text = pod_restarts(pod, now_ms, cell->scratch);
        break;
    case AGE:
        cell->text = pod_age(pod, now_ms, cell->scratch);
        break;
    case IP:
        cell->text = pod->ip[0] ? pod->ip : "<none>";
        break;
    case NODE:
        cell->text = pod->node[0] ? pod->node : "<none>";
        break;
    case COLUMNS:
        break;
    }
}

static void pods_cell(const void *owner, int row, int column, struct table_cell *cell)
{
    const struct pods *self = owner;
    /* the namespace's column is left out when there is but one */
    int first = self->choice.namespace_name[0] ? NAME : NAMESPACE;
    fill_cell(self, self->rows[row], (enum column)(column + first), cell);
}

static const char *pods_detail(const void *owner, int row)
{
    const struct pod *pod = ((const struct pods *)owner)->rows[row];
    return session_pods_why(pod);
}

static void set_columns(struct pods *self)
{
    static const struct table_column wide[COLUMNS] = {
        [NAMESPACE] = {.title = "NAMESPACE", .max = 24, .drop = 1},
        [NAME] = {.title = "NAME", .min = 40, .flexible = true, .elide = TABLE_ELIDE_MIDDLE},
        [READY] = {.title = "READY"},
        [STATUS] = {.title = "STATUS", .max = 26},
        [RESTARTS] = {.title = "RESTARTS", .max = 18},
        [AGE] = {.title = "AGE"},
        [IP] = {.title = "IP", .max = 39, .drop = 2},
        [NODE] = {.title = "NODE", .max = 48, .drop = 3, .elide = TABLE_ELIDE_MIDDLE}};
    /* where it is narrow the rarest and longest words are cut, not the namespace */
    static const struct table_column narrow[NARROW_COLUMNS] = {
        [NAMESPACE] = {.title = "NAMESPACE", .max = 12, .elide = TABLE_ELIDE_MIDDLE},
        [NAME] = {.title = "NAME", .min = 14, .flexible = true, .elide = TABLE_ELIDE_MIDDLE},
        [READY] = {.title = "READY"},
        [STATUS] = {.title = "STATUS", .max = 17},
        [RESTARTS] = {.title = "RESTARTS", .max = 13},
        [AGE] = {.title = "AGE"}};
    bool is_narrow = self->screen.room_w < NARROW;
    const struct table_column *columns = is_narrow ? narrow : wide;
    int count = is_narrow ? NARROW_COLUMNS : COLUMNS;
    bool one = self->choice.namespace_name[0] != '\0';
    self->table.widget.ops = &table_ops;
    self->table.columns = one ? columns + NAME : columns;
    self->table.column_count = one ? count - NAME : count;
    self->table.rows = row_count;
    self->table.cell = pods_cell;
    self->table.detail = pods_detail;
    self->table.owner = self;
    self->table.indent = 4;
    self->table.detail_role = ROLE_STRONG; /* the heart of this screen */
}

/* ---- all of it ---- */

static void choose_rows(struct pods *self)
{
    size_t all = self->view ? session_pods_count(self->view) : 0;
    self->count = self->not_fine = 0;
    for (size_t i = 0; i < all; i++) {
        const struct pod *pod = session_pods_at(self->view, i);
        self->not_fine += pod_is_fine(pod) ? 0 : 1;
        if (!is_shown(self, pod))
            continue;
        alloc_room(&self->rows, self->count, &self->capacity, sizeof(struct pod *));
        self->rows[self->count++] = pod;
    }
    pods_sort(self);
}

static bool same_choice(const struct pods_choice *a, const struct pods_choice *b)
{
    return a->order == b->order && a->backwards == b->backwards &&
           a->only_not_ready == b->only_not_ready && strcmp(a->needle, b->needle) == 0 &&
           strcmp(a->namespace_name, b->namespace_name) == 0;
}

/* With thousands of pods this is most of what a key costs: only when rows may be others. */
void pods_collect(struct pods *self, const struct session *session)
{
    const struct session_pods *view = session->pods;
    uint64_t edition = view ? view->tables[PODS_PODS].edition : 0;
    bool same = self->collected && view == self->view && edition == self->edition &&
                same_choice(&self->choice, &self->chosen);
    if (!same) {
        self->view = view;
        self->edition = edition;
        self->chosen = self->choice;
        self->collected = true;
        choose_rows(self);
    }
    keep_cursor(self);
    set_columns(self);
}

void pods_next_namespace(struct pods *self)
{
    const struct session_pods *view = self->view;
    const char *next = "";
    for (size_t i = 0; view && i < session_pods_count(view); i++) {
        const char *name = session_pods_at(view, i)->record.namespace;
        if (strcmp(name, self->choice.namespace_name) > 0 && (!*next || strcmp(name, next) < 0))
            next = name;
    }
    str_copy(str_of(next), self->choice.namespace_name, sizeof self->choice.namespace_name);
}
