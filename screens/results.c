/* What there is at the end: the cluster, how to reach it, where everything lies. Long values stand
 * whole, alone on their line from the first column, so that a mouse can take them. */
#include "core/base/alloc.h"
#include "screens/places.h"
#include "screens/rows.h"
#include "screens/words.h"

#define LABEL_W   16
#define ITEMS_MAX 12

struct results {
    struct screen screen;
    int chosen;
};

struct item {
    const char *label;
    char value[640];
    bool own_line; /* an address or a command: stands whole, for the mouse */
};

struct items {
    struct item list[ITEMS_MAX];
    int count;
};

static void add(struct items *items, const char *label, bool own_line, const char *value)
{
    if (!value[0] || items->count == ITEMS_MAX)
        return;
    struct item *item = &items->list[items->count++];
    item->label = label;
    item->own_line = own_line;
    str_copy(str_of(value), item->value, sizeof item->value);
}

/* One word of a shell: quoted when it holds anything but the harmless. */
static void shell_word(struct buf *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_./:@+";
    if (word[0] && word[strspn(word, plain)] == '\0') {
        buf_text(out, word);
        return;
    }
    buf_byte(out, '\'');
    for (; *word; word++) {
        if (*word == '\'')
            buf_text(out, "'\\''");
        else
            buf_byte(out, *word);
    }
    buf_byte(out, '\'');
}

static void add_kubectl(struct items *items, const struct session *session)
{
    const struct profiles *profiles = &session->profiles;
    struct buf line = {0};
    const char *name = outputs_text(&session->outputs, STAGE_EKS, "cluster_name");
    const char *region = outputs_text(&session->outputs, STAGE_EKS, "region");
    buf_text(&line, "aws eks update-kubeconfig --name ");
    shell_word(&line, name[0] ? name : session->answers.cluster_name);
    buf_text(&line, " --region ");
    shell_word(&line, region[0] ? region : session->answers.region);
    if (session->profile >= 0 && (size_t)session->profile < profiles->count) {
        buf_text(&line, " --profile ");
        shell_word(&line, profiles->items[session->profile].name);
    }
    add(items, "kubectl", true, buf_cstr(&line));
    buf_finish(&line);
}

static void collect(const struct session *session, struct items *items)
{
    items->count = 0;
    const char *name = outputs_text(&session->outputs, STAGE_EKS, "cluster_name");
    add(items, "Cluster", false, name[0] ? name : session->answers.cluster_name);
    add(items, "Endpoint", true, outputs_text(&session->outputs, STAGE_EKS, "cluster_endpoint"));
    add_kubectl(items, session);
    add(items, "Zones", false, outputs_text(&session->outputs, STAGE_EKS, "azs"));
    add(items, "VPC", false, outputs_text(&session->outputs, STAGE_EKS, "vpc_id"));
    add(items, "Storage class", false, outputs_text(&session->outputs, STAGE_EKS, "storage_class"));
    add(items, "OIDC provider", true,
        outputs_text(&session->outputs, STAGE_EKS, "oidc_provider_arn"));
    add(items, "Directory", false, session->dir);
}

static enum nav copy(struct results *self, const struct session *session)
{
    struct items items;
    collect(session, &items);
    if (items.count == 0)
        return NAV_STAY;
    const struct item *item = &items.list[rect_clamp(self->chosen, 0, items.count - 1)];
    return screen_copy(&self->screen, item->value, item->label);
}

static enum nav results_key(struct screen *screen, struct session *session, struct press press)
{
    struct results *self = (void *)screen;
    struct press meant = press_outside_field(press);
    struct items items;
    collect(session, &items);
    int last = items.count - 1;
    if (press_is(meant, PRESS_UP))
        self->chosen = rect_clamp(self->chosen - 1, 0, last);
    else if (press_is(meant, PRESS_DOWN))
        self->chosen = rect_clamp(self->chosen + 1, 0, last);
    else if (press_is(meant, PRESS_HOME) || press_is(meant, PRESS_END))
        self->chosen = press_is(meant, PRESS_HOME) ? 0 : last;
    else if (press_is(press, PRESS_ENTER) || press_is(press, 'y'))
        return copy(self, session);
    else if (press_is(press, 'c'))
        return NAV_ANSWERS;
    else if (press_is(press, 'D'))
        return NAV_DESTROY;
    else if (press_is(press, 'l'))
        return NAV_LOG;
    else if (press_is(press, 'p'))
        return NAV_PODS;
    else
        return NAV_PASS;
    return NAV_STAY;
}

static bool on_one_line(const struct item *item, int width)
{
    return !item->own_line && LABEL_W + 2 + text_width(item->value, TEXT_ALL) <= width;
}

static int item_rows(const struct item *item, int width)
{
    return on_one_line(item, width) ? 1 : 1 + text_lines(item->value, TEXT_ALL, width);
}

static void draw_item(const struct item *item, bool chosen, struct canvas canvas)
{
    if (chosen)
        canvas_text(canvas, 0, 0, ROLE_ACCENT, GLYPH_CURSOR);
    canvas_text(canvas, 2, 0, ROLE_DIM, item->label);
    enum role role = chosen ? ROLE_SELECTED : ROLE_NORMAL;
    if (on_one_line(item, canvas.area.w))
        canvas_text(canvas, 2 + LABEL_W, 0, role, item->value);
    else
        canvas_wrapped(canvas, 1, role, item->value);
}

static void draw_items(const struct results *self, const struct items *items, struct canvas canvas)
{
    int w = canvas.area.w, rows = 0, at = 0;
    int chosen = rect_clamp(self->chosen, 0, items->count - 1);
    for (int i = 0; i < items->count; i++) {
        at = i == chosen ? rows : at;
        rows += item_rows(&items->list[i], w);
    }
    int y = -rect_scroll(rows, at, canvas.area.h);
    for (int i = 0; i < items->count; i++) {
        int h = item_rows(&items->list[i], w);
        draw_item(&items->list[i], i == chosen, canvas_sub(canvas, (struct rect){0, y, w, h}));
        y += h;
    }
}

static void results_draw(const struct screen *screen, const struct session *session,
                         struct canvas room)
{
    const struct results *self = (const void *)screen;
    const struct run *run = &session->run;
    struct items items;
    char span[CLOCK_TEXT], money[WORDS], month[WORDS], right[WORDS * 3];
    double cost = session_cost(session);
    snprintf(right, sizeof right, "%s%s%s%s%s",
             clock_span(run->ended_ms - rows_began(session), span), cost > 0 ? " · " : "",
             cost > 0 ? words_money(cost, money) : "", cost > 0 ? " · " : "",
             cost > 0 ? words_month(cost, month) : "");
    canvas_heading(canvas_cut_top(&room, 2), 0, "The cluster is up", right);
    collect(session, &items);
    draw_items(self, &items, room);
}

static void results_sentence(const struct screen *screen, const struct session *session,
                             struct sentence *out)
{
    (void)screen;
    if (session->place->rehearsal)
        sentence_set(out, ROLE_SUCCESS,
                     "Everything is there. In a rehearsal no cluster answers at that address.");
    else
        sentence_set(out, ROLE_SUCCESS,
                     "Everything is there. The kubectl line gives you access from here.");
}

static const struct press_hint *results_hints(const struct screen *screen,
                                              const struct session *session)
{
    static const struct press_hint hints[] = {
        {"Enter", "copy", false},     {"↑↓", "choose", false}, {"c", "change the cluster", false},
        {"l", "log", false},          {"p", "pods", false},    {"D", "destroy", false},
        {"Esc", "deployments", true}, {"?", "help", true},     {NULL, NULL, false}};
    (void)screen;
    (void)session;
    return hints;
}

const struct screen_ops results_screen = {
    .name = "results",
    .rail = RAIL_RESULTS,
    .size = sizeof(struct results),
    .hints = results_hints,
    .help = "Enter or y sends the chosen value to the clipboard of your terminal, also through ssh "
            "and tmux.\n"
            "The directory holds the answers, the terraform roots with their state, and the runs: "
            "it is usable by hand.",
    .key = results_key,
    .draw = results_draw,
    .sentence = results_sentence,
};
