/* What is left in the account, one line a cause, and the keys that remove it in the right order.
 * Green only when nothing is left and everything could be asked. */
#include "core/base/alloc.h"
#include "core/session/session_end.h"
#include "screens/places.h"
#include "screens/words.h"
#include "tui/table.h"

enum { KIND, ID, BECAUSE, COST, COLUMNS };
enum { GROUPS = RESIDUE_MAX };

static const struct table_column columns[COLUMNS] = {
    [KIND] = {.title = "KIND", .min = 14, .max = 20},
    [ID] = {.title = "ID", .min = 12, .elide = TABLE_ELIDE_MIDDLE, .flexible = true},
    [BECAUSE] = {.title = "BECAUSE", .min = 12, .max = 60},
    [COST] = {.title = "$/h", .align = TABLE_RIGHT, .min = 5, .max = 7},
};

struct group { /* things that go together: one kind, one cause */
    int first;
    size_t count, gone, stuck;
    double cost;
};

struct residue_page {
    struct screen screen;
    struct table table;
    struct group groups[GROUPS];
    size_t group_count;
    struct session *session;
    bool asked; /* X was pressed once */
};

static const struct residue *residue_of(const struct session *session)
{
    static const struct residue nothing;
    return session->end ? &session->end->residue : &nothing;
}

static bool removing(const struct session *session)
{
    return session->end && session->end->removal.task.state == TASK_RUNNING;
}

static bool looking(const struct session *session)
{
    return session->end && session->end->residue_look.task.state == TASK_RUNNING;
}

static size_t still_there(const struct residue *residue)
{
    size_t count = 0;
    for (size_t i = 0; i < residue->count; i++)
        count += residue->items[i].state != RESIDUE_GONE;
    return count;
}

/* Looked at, and nothing is left: it may be built again. */
static bool over(const struct session *session)
{
    const struct residue *residue = residue_of(session);
    return !looking(session) && residue->looked_ms > 0 && still_there(residue) == 0;
}

static bool same_group(const struct residue_item *a, const struct residue_item *b)
{
    return a->kind == b->kind && strcmp(a->because, b->because) == 0;
}

static void regroup(struct residue_page *self, const struct residue *residue)
{
    self->group_count = 0;
    for (size_t i = 0; i < residue->count; i++) {
        const struct residue_item *item = &residue->items[i];
        struct group *group = NULL;
        for (size_t j = 0; j < self->group_count && !group; j++)
            if (same_group(item, &residue->items[self->groups[j].first]))
                group = &self->groups[j];
        if (!group) {
            if (self->group_count == GROUPS)
                break;
            group = &self->groups[self->group_count++];
            *group = (struct group){.first = (int)i};
        }
        group->count++;
        group->gone += item->state == RESIDUE_GONE;
        group->stuck += item->state == RESIDUE_STUCK;
        group->cost += item->state == RESIDUE_GONE ? 0 : item->cost_per_hour;
    }
}

/* ---- the table ---- */

static int rows(const void *owner)
{
    const struct residue_page *self = owner;
    return looking(self->session) ? 0 : (int)self->group_count;
}

static void cell(const void *owner, int row, int column, struct table_cell *cell)
{
    const struct residue_page *self = owner;
    const struct group *group = &self->groups[row];
    const struct residue *residue = residue_of(self->session);
    if ((size_t)group->first >= residue->count)
        return;
    const struct residue_item *item = &residue->items[group->first];
    bool gone = group->gone == group->count;
    cell->role = gone ? ROLE_SUCCESS : group->stuck ? ROLE_FAILURE : ROLE_NORMAL;
    cell->text = cell->scratch;
    if (column == KIND && group->count > 1)
        snprintf(cell->scratch, sizeof cell->scratch, "%s ×%zu", residue_word(item->kind, 1),
                 group->count);
    else if (column == KIND)
        snprintf(cell->scratch, sizeof cell->scratch, "%s", residue_word(item->kind, 1));
    else if (column == ID)
        snprintf(cell->scratch, sizeof cell->scratch, "%.100s%s",
                 item->kind == INVENTORY_SECURITY_GROUP && item->thing.name[0] ? item->thing.name
                                                                               : item->thing.id,
                 group->count > 1 ? ", …" : "");
    else if (column == BECAUSE)
        cell->text = gone ? "gone" : item->state == RESIDUE_GOING ? "being removed" : item->because;
    else
        snprintf(cell->scratch, sizeof cell->scratch, "%.3f", group->cost);
}

static const char *detail(const void *owner, int row)
{
    const struct residue_page *self = owner;
    const struct residue *residue = residue_of(self->session);
    const struct group *group = &self->groups[row];
    if ((size_t)group->first >= residue->count)
        return NULL;
    const struct residue_item *item = &residue->items[group->first];
    return item->state == RESIDUE_STUCK && item->why[0] ? item->why : NULL;
}

/* ---- keys ---- */

static void residue_settle(struct screen *screen, struct session *session)
{
    regroup((void *)screen, residue_of(session));
}

static void residue_enter(struct screen *screen, struct session *session)
{
    struct residue_page *self = (void *)screen;
    self->session = session;
    self->asked = false;
    self->table = (struct table){.widget = {&table_ops},
                                 .columns = columns,
                                 .column_count = COLUMNS,
                                 .rows = rows,
                                 .cell = cell,
                                 .detail = detail,
                                 .owner = self};
    session_ask_residue(session, NULL);
    residue_settle(screen, session);
}

static enum nav save(struct residue_page *self, struct session *session)
{
    char path[PATH_MAX];
    if (!session_save_residue(session))
        return screen_complain(&self->screen, &session->trouble);
    return screen_say(&self->screen, ROLE_SUCCESS, "Saved as %s",
                      words_path(session, session->end->saved, path));
}

static enum nav copy(struct residue_page *self, const struct session *session)
{
    struct buf text = {.data = NULL};
    residue_ids(residue_of(session), &text);
    screen_copy(&self->screen, buf_cstr(&text), "The list of ids");
    buf_finish(&text);
    return NAV_STAY;
}

static enum nav start_removal(struct residue_page *self, struct session *session, int index)
{
    if (!session_remove_residue(session, index))
        return screen_complain(&self->screen, &session->trouble);
    self->asked = false;
    return NAV_STAY;
}

static enum nav remove_all(struct residue_page *self, struct session *session)
{
    const struct residue *residue = residue_of(session);
    if (self->asked)
        return start_removal(self, session, -1);
    self->asked = true;
    return screen_say(&self->screen, ROLE_WARNING,
                      "X again removes all %zu from %s. Anything else does not.",
                      still_there(residue), residue->region);
}

static enum nav residue_key(struct screen *screen, struct session *session, struct press press)
{
    struct residue_page *self = (void *)screen;
    int row = table_selected(&self->table);
    bool idle = session->end && !session_end_busy(session->end), all = press_is(press, 'X');
    bool some = idle && still_there(residue_of(session)) > 0;
    if (all && some)
        return remove_all(self, session);
    self->asked = false;
    if (press_is(press, 'x') && some && row >= 0)
        return start_removal(self, session, self->groups[row].first);
    if (press_is(press, 'r') && idle) {
        session_ask_residue(session, NULL);
        return NAV_STAY;
    }
    if (press_is(press, 's') && idle)
        return save(self, session);
    if (press_is(press, 'y'))
        return copy(self, session);
    if (press_is(press, 'l'))
        return NAV_LOG;
    if (press_is(press, 'e') && over(session))
        return NAV_ANSWERS;
    return widget_key(&self->table.widget, press) ? NAV_STAY : NAV_PASS;
}

/* ---- looks ---- */

static size_t count_of(const struct residue *residue, int kind)
{
    size_t count = 0;
    for (size_t i = 0; i < residue->count; i++)
        count += residue->items[i].kind == kind;
    return count;
}

/* The kinds of which nothing is left, or that could not be asked, with their mark, flowing over as
 * many lines as they take. Returns the rows. */
static int draw_kinds(const struct residue *residue, bool looked, const char *title,
                      struct canvas canvas)
{
    enum mark mark = looked ? MARK_DONE : MARK_WARNED;
    int x = 2, y = 0;
    for (int kind = 0; kind < RESIDUE_KINDS; kind++) {
        const char *word = residue_word(kind, 2);
        int w = text_width(word, TEXT_ALL) + 4;
        if (kind == INVENTORY_BALANCER_V2 || kind == RESIDUE_ADDRESS ||
            !residue_asks(residue, kind) || residue->looked[kind] != looked ||
            count_of(residue, kind) > 0)
            continue;
        if (y == 0)
            canvas_text(canvas, 0, y++, looked ? ROLE_STRONG : ROLE_WARNING, title);
        if (x > 2 && x + w - 2 > canvas.area.w) {
            x = 2;
            y++;
        }
        canvas_text(canvas, x, y, mark_role(mark), mark_glyph(mark));
        canvas_text(canvas, x + 2, y, looked ? ROLE_DIM : ROLE_WARNING, word);
        x += w;
    }
    return y > 0 ? y + 1 : 0;
}

static void draw_nothing_left(const struct residue *residue, struct canvas canvas)
{
    canvas_cut_top(&canvas, draw_kinds(residue, false, "Could not be asked", canvas));
    draw_kinds(residue, true, "Looked for and not found", canvas);
}

static void draw_all_gone(const struct residue *residue, struct canvas *room)
{
    struct canvas line = canvas_cut_top(room, 2);
    if (residue->failed)
        canvas_text(line, 0, 0, ROLE_WARNING,
                    "Nothing was found, but not everything could be asked.");
    else
        canvas_text(line, 0, 0, ROLE_SUCCESS, "Nothing is left. $0/h.");
}

static void residue_draw(const struct screen *screen, const struct session *session,
                         struct canvas room)
{
    const struct residue_page *self = (const void *)screen;
    const struct residue *residue = residue_of(session);
    char title[160], right[WORDS * 2] = "", time[CLOCK_TEXT], money[WORDS];
    snprintf(title, sizeof title, "What is left of %s", session->answers.cluster_name);
    if (residue->looked_ms > 0)
        snprintf(right, sizeof right, "%s · looked at %s",
                 words_money(residue->cost_per_hour, money), clock_hhmm(residue->looked_ms, time));
    canvas_heading(canvas_cut_top(&room, 2), 0, title, right);
    if (looking(session) || residue->looked_ms == 0) {
        canvas_print(room, 0, 0, ROLE_DIM, "%s …",
                     looking(session) ? session->end->residue_look.task.note : "not looked at yet");
        return;
    }
    if (residue->count == 0 || still_there(residue) == 0)
        draw_all_gone(residue, &room);
    if (residue->count > 0) {
        int wanted = widget_height(&self->table.widget, room.area.w);
        widget_draw(&self->table.widget,
                    canvas_cut_top(&room, rect_clamp(wanted, 2, room.area.h * 2 / 3)), true);
        canvas_cut_top(&room, 1);
    }
    struct canvas kept = canvas_cut_bottom(&room, session->answers.pypi_bucket_name[0] ? 1 : 0);
    if (session->answers.pypi_bucket_name[0] && !residue->bucket[0])
        canvas_print(kept, 0, 0, ROLE_DIM, "The bucket %.63s is not looked at.",
                     session->answers.pypi_bucket_name);
    else if (residue->bucket[0])
        canvas_print(kept, 0, 0, ROLE_DIM, "Kept, as asked: the bucket %.63s and its packages.",
                     residue->bucket);
    draw_nothing_left(residue, room);
}

static void residue_sentence(const struct screen *screen, const struct session *session,
                             struct sentence *out)
{
    const struct residue *residue = residue_of(session);
    size_t left = still_there(residue);
    (void)screen;
    if (removing(session))
        sentence_set(out, ROLE_NORMAL, "Removing in order: %u of %u gone. Now %s",
                     session->end->removal.task.done, session->end->removal.task.total,
                     session->end->removal.task.note);
    else if (looking(session))
        sentence_set(out, ROLE_NORMAL, "Looking only: nothing is changed by it.");
    else if (residue->looked_ms == 0)
        sentence_set(out, ROLE_NORMAL, "r looks for what is left.");
    else if (left > 0 && residue->cluster_there)
        sentence_set(out, ROLE_WARNING,
                     "The cluster is still there: this is not residue yet. Destroy it first.");
    else if (left > 0)
        sentence_set(out, ROLE_FAILURE, "%zu %s left. X removes all in order.", left,
                     left == 1 ? "thing is" : "things are");
    else if (residue->failed)
        sentence_set(out, ROLE_WARNING, "%s", residue->trouble.text);
    else
        sentence_set(out, ROLE_SUCCESS,
                     "Nothing is left. s saves a dated report of what was "
                     "looked at.");
}

/* What is left costs, whatever the states say. */
static void residue_heading(const struct screen *screen, const struct session *session,
                            struct heading *out)
{
    (void)screen;
    if (residue_of(session)->looked_ms > 0)
        out->cost = residue_of(session)->cost_per_hour;
}

static const struct press_hint *residue_hints(const struct screen *screen,
                                              const struct session *session)
{
    static const struct press_hint some[] = {{"X", "remove all", false},  {"x", "this one", false},
                                             {"r", "look again", false},  {"y", "copy ids", false},
                                             {"s", "save report", false}, {"Esc", "back", true},
                                             {"?", "help", true},         {NULL, NULL, false}};
    static const struct press_hint gone[] = {
        {"s", "save report", false}, {"r", "look again", false}, {"e", "build it again", false},
        {"Esc", "back", true},       {"?", "help", true},        {NULL, NULL, false}};
    static const struct press_hint none[] = {{"s", "save report", false},
                                             {"r", "look again", false},
                                             {"Esc", "back", true},
                                             {"?", "help", true},
                                             {NULL, NULL, false}};
    (void)screen;
    return still_there(residue_of(session)) > 0 ? some : over(session) ? gone : none;
}

const struct screen_ops residue_screen = {
    .name = "residue",
    .rail = RAIL_RESULTS,
    .size = sizeof(struct residue_page),
    .hints = residue_hints,
    .help = "The account is searched by the deployment's tag, by its network and by the cluster's "
            "name; the state is not asked, so this works without one.\n"
            "X removes everything in the order in which AWS lets it go: load balancers first, then "
            "what stood in their way, the network last. It asks once more before.\n"
            "Prices are list prices: an estimate.",
    .enter = residue_enter,
    .settle = residue_settle,
    .key = residue_key,
    .draw = residue_draw,
    .sentence = residue_sentence,
    .heading = residue_heading,
};
