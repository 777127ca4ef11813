/* Walks the owner's nodes in reading order and skips what lies under a closed one. Which folds the
 * user turned is the only thing kept. */
#include "tui/tree.h"

#include <string.h>

#include "tui/memory.h"

#include "tui/banned.h"

#define PAGE   10
#define NARROW 60 /* columns below which the text needs them all: no notes */

static int node_count(const struct tree *tree)
{
    int count = tree->count(tree->owner);
    return count > 0 ? count : 0;
}

static void pull(const struct tree *tree, int index, struct tree_node *node)
{
    *node = (struct tree_node){.depth = 0};
    tree->node(tree->owner, index, node);
    if (!node->text)
        node->text = "";
}

static int depth_of(const struct tree *tree, int index)
{
    struct tree_node node;
    pull(tree, index, &node);
    return node.depth;
}

static bool turned(const struct tree *tree, int index)
{
    return index / 8 < tree->turned_capacity && (tree->turned[index / 8] >> (index % 8) & 1) != 0;
}

static void turn(struct tree *tree, int index)
{
    int needed = index / 8 + 1;
    if (needed > tree->turned_capacity) {
        int grown = needed * 2;
        tree->turned = memory_resize(tree->turned, (size_t)grown, 1);
        memset(tree->turned + tree->turned_capacity, 0, (size_t)(grown - tree->turned_capacity));
        tree->turned_capacity = grown;
    }
    tree->turned[index / 8] ^= (unsigned char)(1U << (index % 8));
}

bool tree_can_fold(const struct tree *tree, int index)
{
    return index + 1 < node_count(tree) && depth_of(tree, index + 1) > depth_of(tree, index);
}

static bool is_open(const struct tree *tree, int index)
{
    struct tree_node node;
    pull(tree, index, &node);
    return node.open != turned(tree, index);
}

void tree_finish(struct tree *tree)
{
    free(tree->turned);
    tree->turned = NULL;
    tree->turned_capacity = 0;
}

void tree_reset(struct tree *tree)
{
    tree_finish(tree);
    tree->cursor = 0;
    tree->needle[0] = '\0';
}

/* The visible node behind `index`; the count at the end. */
static int next_visible(const struct tree *tree, int index, int count)
{
    int depth = depth_of(tree, index), next = index + 1;
    if (next < count && depth_of(tree, next) > depth && is_open(tree, index))
        return next;
    while (next < count && depth_of(tree, next) > depth)
        next++;
    return next;
}

/* The visible node that is the cursor, or that hides it. -1 when there are no nodes. */
int tree_selected(const struct tree *tree)
{
    int count = node_count(tree), at = count > 0 ? 0 : -1;
    for (int next = 0; next < count && next <= tree->cursor; next = next_visible(tree, next, count))
        at = next;
    return at;
}

static int parent_of(const struct tree *tree, int index)
{
    int depth = depth_of(tree, index);
    for (int i = index - 1; i >= 0; i--) {
        if (depth_of(tree, i) < depth)
            return i;
    }
    return -1;
}

static int tree_height(const struct widget *widget, int width)
{
    const struct tree *tree = (const void *)widget;
    int count = node_count(tree), rows = 0;
    for (int i = 0; i < count; i = next_visible(tree, i, count))
        rows++;
    return rows > 0 || !tree->empty ? rows : text_lines(tree->empty, TEXT_ALL, width);
}

static void draw_node(const struct tree *tree, int index, struct canvas canvas, bool selected)
{
    struct tree_node node;
    pull(tree, index, &node);
    int x = 2 + node.depth * 2, w = canvas.area.w, end = w;
    if (tree_can_fold(tree, index))
        canvas_text(canvas, x, 0, ROLE_DIM, is_open(tree, index) ? GLYPH_OPEN : GLYPH_CLOSED);
    else if (node.depth > 0)
        x += 2; /* a leaf stands right of the fold above it */
    if (tree_can_fold(tree, index) || node.depth == 0)
        x += 2;
    if (node.mark)
        x = canvas_text(canvas, x, 0, node.mark_role, node.mark) + 1;
    if (node.right && *node.right)
        end =
            canvas_right(canvas, 0, node.role == ROLE_DIM ? ROLE_DIM : ROLE_NORMAL, node.right) - 2;
    int note_x = w / 2 - 1;
    bool noted = node.note && *node.note && w >= NARROW && note_x > x + 8;
    char text[256];
    text_elide_middle(node.text, TEXT_ALL, (noted ? note_x - 2 : end) - x, text, sizeof(text));
    enum role role = selected && node.role == ROLE_NORMAL ? ROLE_SELECTED : node.role;
    canvas_marked(canvas, x, 0, role, text, TEXT_ALL, tree->needle);
    if (noted)
        canvas_elided(canvas, note_x, 0, end - note_x, ROLE_DIM, node.note);
}

static void tree_draw(const struct widget *widget, struct canvas canvas, bool focused)
{
    const struct tree *tree = (const void *)widget;
    int count = node_count(tree), selected = tree_selected(tree), rows = 0, at = 0;
    if (count == 0) {
        canvas_wrapped(canvas, 0, ROLE_DIM, tree->empty);
        return;
    }
    for (int i = 0; i < count; i = next_visible(tree, i, count)) {
        at = i == selected ? rows : at;
        rows++;
    }
    int top = rect_scroll(rows, at, canvas.area.h), row = 0, h = canvas.area.h;
    bool crowded = rows > h;
    struct rect line = {0, 0, canvas.area.w - (crowded ? 2 : 0), 1};
    for (int i = 0; i < count && row < top + h; i = next_visible(tree, i, count), row++) {
        if (row < top)
            continue;
        line.y = row - top;
        if (i == selected)
            canvas_text(canvas, 0, line.y, focused ? ROLE_ACCENT : ROLE_DIM, GLYPH_CURSOR);
        draw_node(tree, i, canvas_sub(canvas, line), focused && i == selected);
    }
    if (crowded && top > 0)
        canvas_text(canvas, line.w + 1, 0, ROLE_DIM, GLYPH_ABOVE);
    if (crowded && top + h < rows)
        canvas_text(canvas, line.w + 1, h - 1, ROLE_DIM, GLYPH_BELOW);
}

static void move(struct tree *tree, int step)
{
    int count = node_count(tree), from = tree_selected(tree);
    for (int next = from; step > 0 && (next = next_visible(tree, next, count)) < count; step--)
        tree->cursor = next;
    for (; step < 0 && tree->cursor > 0; step++) {
        tree->cursor--;
        tree->cursor = tree_selected(tree);
    }
}

static bool fold_key(struct tree *tree, struct press press)
{
    bool folds = tree_can_fold(tree, tree->cursor);
    if (press_is(press, PRESS_ENTER) || press_is(press, ' ')) {
        if (folds)
            turn(tree, tree->cursor);
        return folds;
    }
    bool open = folds && is_open(tree, tree->cursor);
    if (press_is(press, PRESS_RIGHT)) {
        if (open)
            tree->cursor++;
        else if (folds)
            turn(tree, tree->cursor);
        return true;
    }
    if (!press_is(press, PRESS_LEFT))
        return false;
    int parent = parent_of(tree, tree->cursor);
    if (open)
        turn(tree, tree->cursor);
    else if (parent >= 0)
        tree->cursor = parent;
    return true;
}

static bool tree_key(struct widget *widget, struct press press)
{
    struct tree *tree = (void *)widget;
    struct press meant = press_outside_field(press);
    int count = node_count(tree);
    if (count == 0)
        return false;
    tree->cursor = tree_selected(tree);
    if (press_is(meant, PRESS_UP))
        move(tree, -1);
    else if (press_is(meant, PRESS_DOWN))
        move(tree, 1);
    else if (press_is(meant, PRESS_PAGE_UP))
        move(tree, -PAGE);
    else if (press_is(meant, PRESS_PAGE_DOWN))
        move(tree, PAGE);
    else if (press_is(meant, PRESS_HOME))
        tree->cursor = 0;
    else if (press_is(meant, PRESS_END))
        move(tree, count);
    else
        return fold_key(tree, press);
    return true;
}

bool tree_find(struct tree *tree, const char *needle, bool backwards)
{
    int count = node_count(tree), from = tree_selected(tree);
    bool again = strcmp(needle, tree->needle) == 0;
    text_sanitise(needle, TEXT_ALL, tree->needle, sizeof(tree->needle));
    for (int tried = again ? 1 : 0; tried < count + (again ? 1 : 0); tried++) {
        int i = ((from + (backwards ? -tried : tried)) % count + count) % count;
        struct tree_node node;
        pull(tree, i, &node);
        if (text_find(node.text, TEXT_ALL, 0, tree->needle) < 0)
            continue;
        for (int up = parent_of(tree, i); up >= 0; up = parent_of(tree, up)) {
            if (!is_open(tree, up))
                turn(tree, up);
        }
        tree->cursor = i;
        return true;
    }
    return false;
}

const struct widget_ops tree_ops = {.height = tree_height, .draw = tree_draw, .key = tree_key};
