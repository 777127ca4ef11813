/* Tables, trees and logs: what is pulled, what is shown, and where the cursor goes. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/tui/support.h"
#include "tui/finder.h"
#include "tui/logview.h"
#include "tui/table.h"
#include "tui/tree.h"

TestSuite(table, .fini = check_leaks);
TestSuite(tree, .fini = check_leaks);
TestSuite(logview, .fini = check_leaks);

struct pods {
    int count;
    bool details;
};

static int pod_count(const void *owner)
{
    return ((const struct pods *)owner)->count;
}

static void pod_cell(const void *owner, int row, int column, struct table_cell *cell)
{
    (void)owner;
    switch (column) {
    case 0:
        cell->text = row % 3 ? "mlhub" : "kube-system";
        break;
    case 1:
        snprintf(cell->scratch, sizeof(cell->scratch), "hub-6c9d8f7b5d-x2x4q-%d", row);
        cell->text = cell->scratch;
        break;
    case 2:
        cell->text = row == 2 ? "Pending" : "Running";
        cell->role = row == 2 ? ROLE_WARNING : ROLE_NORMAL;
        break;
    default:
        snprintf(cell->scratch, sizeof(cell->scratch), "%d", row * row);
        cell->text = cell->scratch;
        break;
    }
}

static const char *pod_detail(const void *owner, int row)
{
    const struct pods *pods = owner;
    return pods->details && row == 2
               ? "waits for a volume: PVC hub-db-dir has no StorageClass → f: plan gp3 as default"
               : NULL;
}

static const struct table_column pod_columns[] = {
    {.title = "NAMESPACE", .min = 9, .drop = 2},
    {.title = "NAME", .min = 12, .elide = TABLE_ELIDE_MIDDLE, .flexible = true},
    {.title = "STATUS", .min = 7},
    {.title = "RESTARTS", .align = TABLE_RIGHT, .drop = 3},
};

static struct table pod_table(const struct pods *pods)
{
    return (struct table){.widget = {&table_ops},
                          .columns = pod_columns,
                          .column_count = 4,
                          .rows = pod_count,
                          .cell = pod_cell,
                          .detail = pod_detail,
                          .owner = pods,
                          .empty = "No pods yet: the nodes are not ready."};
}

Test(table, looks)
{
    struct pods pods = {5, true};
    struct table table = pod_table(&pods);
    golden_widget(&table.widget, "table");
    press_keys(&table.widget, "Down j");
    golden_widget(&table.widget, "table-third");
    pods.count = 0;
    cr_assert_eq(table_selected(&table), -1);
    golden_widget(&table.widget, "table-empty");
}

Test(table, long_ones_scroll_around_the_cursor)
{
    struct pods pods = {400, true};
    struct table table = pod_table(&pods);
    press_keys(&table.widget, "PgDn PgDn Up");
    cr_assert_eq(table_selected(&table), 19);
    golden_widget(&table.widget, "table-middle");
    press_keys(&table.widget, "G Down");
    cr_assert_eq(table_selected(&table), 399);
    golden_widget(&table.widget, "table-end");
    pods.count = 3; /* rows vanish under the cursor */
    cr_assert_eq(table_selected(&table), 2);
    press_keys(&table.widget, "Up");
    cr_assert_eq(table.cursor, 1);
    cr_assert(!press_keys(&table.widget, "Enter"));
}

Test(table, the_cursor_is_always_in_sight)
{
    struct pods pods = {30, true};
    for (int cursor = 0; cursor < 30; cursor++) {
        for (int h = 2; h < 14; h++) {
            struct table table = pod_table(&pods);
            struct grid grid;
            bool seen = false;
            table.cursor = cursor;
            grid_init(&grid, 60, h);
            widget_draw(&table.widget, canvas_of(&grid), true);
            for (int y = 0; y < h; y++)
                seen |= grid.cells[y * 60].runes[0] == 0x203a;
            cr_assert(seen, "cursor %d is not shown in %d rows", cursor, h);
            grid_finish(&grid);
        }
    }
}

struct plan_node {
    int depth;
    const char *text, *note, *right;
    bool open;
};

static const struct plan_node plan[] = {
    {0, "module.vpc", NULL, "23", true},
    {1, "aws_vpc.this[0]", "10.0.0.0/16", NULL, false},
    {1, "module.vpc.module.subnets", NULL, "2", false},
    {2, "aws_subnet.private[0]", "us-east-2a", NULL, false},
    {2, "aws_subnet.private[1]", "us-east-2b", NULL, false},
    {1, "aws_nat_gateway.this[0]", "us-east-2a", "$0.045/h", false},
    {0, "module.eks", NULL, "33", false},
    {1, "module.eks.module.eks_managed_node_group[\"workers\"].aws_eks_node_group.this[0]",
     "3 × t3.large", "$0.25/h", false},
    {0, "aws_iam_policy.alone", NULL, NULL, false},
};

static int plan_count(const void *owner)
{
    return *(const int *)owner;
}

static void plan_node(const void *owner, int index, struct tree_node *node)
{
    const struct plan_node *from = &plan[index];
    (void)owner;
    *node = (struct tree_node){.depth = from->depth,
                               .open = from->open,
                               .text = from->text,
                               .note = from->note,
                               .right = from->right,
                               .mark = from->depth > 0 ? "+" : NULL,
                               .mark_role = ROLE_SUCCESS};
}

static struct tree plan_tree(const int *count)
{
    return (struct tree){.widget = {&tree_ops},
                         .count = plan_count,
                         .node = plan_node,
                         .owner = count,
                         .empty = "Nothing to do."};
}

Test(tree, folds_and_moves)
{
    int count = 9;
    struct tree tree = plan_tree(&count);
    golden_widget(&tree.widget, "tree");
    cr_assert(press_keys(&tree.widget, "Down Down Right"));
    cr_assert_eq(tree.cursor, 2);
    press_keys(&tree.widget, "Right");
    cr_assert_eq(tree.cursor, 3);
    golden_widget(&tree.widget, "tree-open");
    cr_assert(!press_keys(&tree.widget, "Enter"), "a leaf is the owner's");
    press_keys(&tree.widget, "Left");
    cr_assert_eq(tree.cursor, 2);
    press_keys(&tree.widget, "Left Down");
    cr_assert_eq(tree.cursor, 5);
    press_keys(&tree.widget, "Left Space Down");
    cr_assert_eq(tree.cursor, 6);
    cr_assert(press_keys(&tree.widget, "Enter"));
    press_keys(&tree.widget, "End");
    cr_assert_eq(tree.cursor, 8);
    press_keys(&tree.widget, "Up");
    cr_assert_eq(tree.cursor, 7);
    golden_widget(&tree.widget, "tree-long-address");
    press_keys(&tree.widget, "g");
    cr_assert_eq(tree.cursor, 0);
    tree_finish(&tree);
    tree_finish(&tree);
}

Test(tree, finds_and_unfolds)
{
    int count = 9;
    struct tree tree = plan_tree(&count);
    cr_assert(tree_find(&tree, "PRIVATE", false));
    cr_assert_eq(tree_selected(&tree), 3);
    golden_widget(&tree.widget, "tree-found");
    cr_assert(tree_find(&tree, "PRIVATE", false));
    cr_assert_eq(tree_selected(&tree), 4);
    cr_assert(tree_find(&tree, "PRIVATE", false), "around the end");
    cr_assert_eq(tree_selected(&tree), 3);
    cr_assert(tree_find(&tree, "PRIVATE", true));
    cr_assert_eq(tree_selected(&tree), 4);
    cr_assert(!tree_find(&tree, "nowhere", false));
    cr_assert_eq(tree_selected(&tree), 4);
    tree_reset(&tree);
    cr_assert_eq(tree_selected(&tree), 0);
    tree_finish(&tree);
}

Test(tree, shrinking_data_keep_the_cursor_valid)
{
    int count = 9;
    struct tree tree = plan_tree(&count);
    press_keys(&tree.widget, "End");
    count = 2;
    cr_assert_eq(tree_selected(&tree), 1);
    golden_widget(&tree.widget, "tree-short");
    count = 0;
    cr_assert_eq(tree_selected(&tree), -1);
    cr_assert(!press_keys(&tree.widget, "Down"));
    cr_assert(!tree_find(&tree, "vpc", false));
    golden_widget(&tree.widget, "tree-empty");
    tree_finish(&tree);
}

struct lines {
    uint64_t first, end;
};

static void lines_range(const void *owner, uint64_t *first, uint64_t *end)
{
    const struct lines *lines = owner;
    *first = lines->first;
    *end = lines->end;
}

static struct logview_line lines_line(const void *owner, uint64_t number)
{
    static char text[160];
    const struct lines *lines = owner;
    cr_assert(number >= lines->first && number < lines->end, "line %d is gone", (int)number);
    int len = snprintf(text, sizeof(text),
                       number % 10 == 3 ? "%d a line that is long enough to be wrapped on a narrow "
                                          "screen and \033[31mhostile"
                                        : "%d short",
                       (int)number);
    return (struct logview_line){text, (size_t)len, number % 10 == 3 ? ROLE_FAILURE : ROLE_NORMAL};
}

static struct logview log_of(const struct lines *lines)
{
    return (struct logview){.widget = {&logview_ops},
                            .range = lines_range,
                            .line = lines_line,
                            .owner = lines,
                            .empty = "Nothing has been written yet.",
                            .page = 10};
}

Test(logview, follows_until_moved)
{
    struct lines lines = {0, 0};
    struct logview view = log_of(&lines);
    golden_widget(&view.widget, "logview-empty");
    lines.end = 4;
    golden_widget(&view.widget, "logview-short");
    lines = (struct lines){1000, 1095};
    golden_widget(&view.widget, "logview");
    cr_assert_eq(logview_below(&view), 0);
    press_keys(&view.widget, "PgUp Up");
    cr_assert_eq(logview_below(&view), 11);
    lines.end += 5;
    cr_assert_eq(logview_below(&view), 16);
    golden_widget(&view.widget, "logview-still");
    press_keys(&view.widget, "g");
    cr_assert_eq(view.bottom, 1010);
    golden_widget(&view.widget, "logview-top");
    press_keys(&view.widget, "Down");
    cr_assert_eq(view.bottom, 1011);
    press_keys(&view.widget, "End");
    cr_assert_eq(logview_below(&view), 0);
    cr_assert(!press_keys(&view.widget, "Enter"));
}

Test(logview, a_ring_may_forget_what_is_shown)
{
    struct lines lines = {0, 100};
    struct logview view = log_of(&lines);
    press_keys(&view.widget, "Home");
    lines = (struct lines){500, 600};
    golden_widget(&view.widget, "logview-forgotten");
    lines = (struct lines){600, 600};
    golden_widget(&view.widget, "logview-gone");
}

Test(logview, finds)
{
    struct lines lines = {0, 100};
    struct logview view = log_of(&lines);
    cr_assert(logview_find(&view, "LONG", false));
    cr_assert_eq(view.found, 93);
    golden_widget(&view.widget, "logview-found");
    cr_assert(logview_find(&view, "LONG", false));
    cr_assert_eq(view.found, 83);
    cr_assert(logview_find(&view, "LONG", true));
    cr_assert_eq(view.found, 93);
    cr_assert(!logview_find(&view, "LONG", true));
    cr_assert(!logview_find(&view, "nowhere", false));
}

/* Line n is n * 20 letters long, with its number at the end; every seventh begins with "key". */
static struct logview_line long_line(const void *owner, uint64_t number)
{
    static char text[4096];
    int len = snprintf(text, sizeof(text), "%s", number % 7 == 0 ? "key " : "");
    (void)owner;
    for (uint64_t i = 0; i < number * 20 && len < 4000; i++)
        text[len++] = i % 60 == 59 ? '#' : 'x';
    len += snprintf(text + len, sizeof(text) - (size_t)len, "end%d", (int)number);
    return (struct logview_line){text, (size_t)len, ROLE_NORMAL};
}

static bool is_on(struct logview *view, int w, int h, const char *text)
{
    struct grid grid;
    char *shown = NULL;
    size_t size = 0;
    grid_init(&grid, w, h);
    widget_draw(&view->widget, canvas_of(&grid), true);
    FILE *out = open_memstream(&shown, &size);
    grid_print(&grid, out);
    fclose(out);
    bool found = strstr(shown, text) != NULL;
    free(shown);
    grid_finish(&grid);
    return found;
}

Test(logview, a_line_longer_than_the_room_is_seen_row_by_row)
{
    struct lines lines = {0, 100};
    struct logview view = log_of(&lines);
    view.line = long_line;
    view.width = 40;
    view.page = 10;
    cr_assert(is_on(&view, 40, 10, "end99"));
    press_keys(&view.widget, "PgUp");
    cr_assert(!is_on(&view, 40, 10, "end99"), "only rows of the same line");
    cr_assert_eq(logview_below(&view), 1);
    cr_assert(!is_on(&view, 40, 10, "end98"));
    for (int i = 0; i < 4; i++)
        press_keys(&view.widget, "PgUp");
    cr_assert(is_on(&view, 40, 10, "end98"));
    press_keys(&view.widget, "g");
    cr_assert(is_on(&view, 40, 10, "end0"));
    cr_assert(is_on(&view, 40, 10, "end4"));
    press_keys(&view.widget, "Up Down");
    cr_assert(is_on(&view, 40, 10, "end1"));
    cr_assert(!is_on(&view, 40, 10, "end0"));
    press_keys(&view.widget, "G");
    cr_assert_eq(logview_below(&view), 0);
}

Test(logview, finds_within_a_long_line)
{
    struct lines lines = {0, 100};
    struct logview view = log_of(&lines);
    view.line = long_line;
    view.width = 40;
    view.page = 10;
    cr_assert(logview_find(&view, "key", false));
    cr_assert_eq(view.found, 98);
    cr_assert_eq(view.found_row, 0);
    cr_assert(is_on(&view, 40, 10, "key"));
    logview_follow(&view);
    cr_assert(logview_find(&view, "#", false));
    cr_assert_eq(view.found, 99);
    int row = view.found_row;
    cr_assert(logview_find(&view, "#", false));
    cr_assert_eq(view.found, 99, "in the same line");
    cr_assert_lt(view.found_row, row);
    cr_assert(logview_find(&view, "#", true));
    cr_assert_eq(view.found_row, row);
    logview_follow(&view);
    cr_assert(logview_find(&view, "key", false));
    cr_assert(logview_find(&view, "key", false));
    cr_assert_eq(view.found, 91);
    struct logview_matches matches = logview_matches(&view);
    cr_assert_eq(matches.count, 15);
    cr_assert_eq(matches.at, 14);
}

static void type(struct finder *finder, const char *names)
{
    char copy[200], *rest = copy, *name;
    snprintf(copy, sizeof(copy), "%s", names);
    while ((name = strsep(&rest, " ")))
        cr_assert(finder_key(finder, press_named(name)), "%s", name);
}

Test(logview, a_search_is_marked_as_it_is_typed)
{
    struct lines lines = {0, 100};
    struct logview view = log_of(&lines);
    struct finder finder;
    finder_init(&finder, &view);
    cr_assert(!finder_key(&finder, press_named("Esc")), "nothing is searched for");
    cr_assert(!finder_active(&finder));
    type(&finder, "/ l o n");
    cr_assert_eq(view.found, 93);
    cr_assert_str_eq(view.needle, "lon");
    type(&finder, "q");
    cr_assert(finder.missed);
    type(&finder, "Backspace g Enter");
    cr_assert(!finder.open && finder_active(&finder));
    cr_assert_str_eq(view.needle, "long");
    type(&finder, "n n");
    cr_assert_eq(view.found, 73);
    lines.end += 40;
    type(&finder, "N");
    cr_assert_eq(view.found, 83);
    type(&finder, "Esc");
    cr_assert_str_eq(view.needle, "");
    cr_assert(view.still, "it stays where it found");
    type(&finder, "n");
    cr_assert_str_eq(view.needle, "long", "the last search again");
    logview_follow(&view);
    type(&finder, "/ l Esc");
    cr_assert(!view.still, "what was only tried is forgotten");
    cr_assert(!finder_active(&finder));
}
