/* Canvas: nothing drawn gets out of its clip, wide cells stay whole, hostile text stays text. */
#include "tui/canvas.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tui/support.h"

TestSuite(canvas, .fini = check_leaks);

static const char *printed(const struct grid *grid)
{
    static char out[8192];
    FILE *file = fmemopen(out, sizeof(out), "w");
    grid_print(grid, file);
    fclose(file);
    return out;
}

Test(canvas, clips_on_every_side)
{
    struct grid grid;
    grid_init(&grid, 9, 5);
    canvas_fill(canvas_of(&grid), ROLE_DIM, ".");
    struct canvas part = canvas_sub(canvas_of(&grid), (struct rect){2, 1, 5, 3});
    canvas_text(part, -3, 0, ROLE_NORMAL, "abcdefghijklm");
    canvas_text(part, 0, -1, ROLE_NORMAL, "above");
    canvas_text(part, 0, 3, ROLE_NORMAL, "below");
    canvas_right(part, 2, ROLE_NORMAL, "too long for it");
    canvas_hline(part, -4, 1, 99, ROLE_NORMAL, "=");
    canvas_cursor(part, 5, 0);
    cr_assert_str_eq(printed(&grid), ".........\n"
                                     "..defgh..\n"
                                     "..=====..\n"
                                     "..or it..\n"
                                     ".........\n");
    cr_assert_eq(grid.cursor_x, -1);
    canvas_cursor(part, 4, 2);
    cr_assert(grid.cursor_x == 6 && grid.cursor_y == 3);
    grid_finish(&grid);
}

Test(canvas, parts_of_parts_that_reach_outside_stay_inside)
{
    struct grid grid;
    grid_init(&grid, 4, 2);
    struct canvas part = canvas_sub(canvas_of(&grid), (struct rect){-2, -1, 4, 2});
    part = canvas_sub(part, (struct rect){-5, -5, 100, 100});
    canvas_fill(part, ROLE_NORMAL, "x");
    cr_assert_str_eq(printed(&grid), "xx\n\n");
    canvas_fill(canvas_sub(canvas_of(&grid), (struct rect){1, 1, -3, 5}), ROLE_NORMAL, "y");
    cr_assert_str_eq(printed(&grid), "xx\n\n");
    grid_finish(&grid);
}

Test(canvas, halves_of_wide_cells_become_blanks)
{
    struct grid grid;
    grid_init(&grid, 6, 4);
    struct canvas all = canvas_of(&grid);
    canvas_text(all, 0, 0, ROLE_NORMAL, "漢字漢");
    canvas_text(all, 1, 0, ROLE_NORMAL, "xy");
    canvas_text(all, -1, 1, ROLE_NORMAL, "漢字漢字");
    canvas_text(all, 0, 2, ROLE_NORMAL, "漢漢漢");
    canvas_text(all, 1, 2, ROLE_NORMAL, "漢漢");
    canvas_text(all, 5, 3, ROLE_NORMAL, "漢");
    cr_assert_str_eq(printed(&grid), " xy 漢\n"
                                     " 字漢\n"
                                     " 漢漢\n"
                                     "\n");
    for (int i = 0; i < 24; i++) {
        const struct cell *cell = &grid.cells[i];
        if (cell->width == 2)
            cr_assert(i % 6 < 5 && cell[1].width == 0);
        if (cell->width == 0)
            cr_assert(i % 6 > 0 && cell[-1].width == 2);
    }
    grid_finish(&grid);
}

Test(canvas, ascii_replaces_cell_by_cell)
{
    struct grid grid;
    grid_init(&grid, 20, 1);
    grid.ascii = true;
    canvas_text(canvas_of(&grid), 0, 0, ROLE_NORMAL, "✓ 漢 … u\xcc\x88 – é");
    cr_assert_str_eq(printed(&grid), "v ?? ~ u - e\n");
    grid_finish(&grid);
}

Test(canvas, no_hostile_byte_reaches_a_cell)
{
    struct grid grid;
    char hostile[256];
    grid_init(&grid, 40, 12);
    srand(7);
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i + 1 < sizeof(hostile); i++)
            hostile[i] = (char)(rand() % 255 + 1);
        hostile[sizeof(hostile) - 1] = '\0';
        canvas_wrapped(canvas_of(&grid), 0, ROLE_NORMAL, hostile);
        canvas_elided_middle(canvas_of(&grid), 0, 11, 20, ROLE_NORMAL, hostile);
        for (int i = 0; i < 480; i++) {
            for (int r = 0; r < TEXT_RUNES && grid.cells[i].runes[r]; r++)
                cr_assert(!text_hostile(grid.cells[i].runes[r]));
        }
    }
    grid_finish(&grid);
}

Test(canvas, cutting_never_gives_more_than_there_is)
{
    struct grid grid;
    grid_init(&grid, 10, 4);
    struct canvas rest = canvas_of(&grid);
    cr_assert_eq(canvas_cut_top(&rest, 3).area.h, 3);
    cr_assert_eq(canvas_cut_top(&rest, 3).area.h, 1);
    cr_assert_eq(canvas_cut_bottom(&rest, 3).area.h, 0);
    cr_assert_eq(canvas_cut_left(&rest, -2).area.w, 0);
    cr_assert_eq(canvas_cut_right(&rest, 99).area.w, 10);
    canvas_fill(rest, ROLE_NORMAL, "x");
    cr_assert_str_eq(printed(&grid), "\n\n\n\n");
    grid_finish(&grid);
}

Test(canvas, an_empty_grid_takes_every_call)
{
    struct grid grid;
    grid_init(&grid, 0, -3);
    struct canvas canvas = canvas_of(&grid);
    canvas_text(canvas, 0, 0, ROLE_NORMAL, "x");
    canvas_heading(canvas, 0, "title", "right");
    canvas_centred(canvas, 0, ROLE_NORMAL, "x");
    canvas_wrapped(canvas, 0, ROLE_NORMAL, "x y");
    canvas_cursor(canvas, 0, 0);
    for (int i = 0; i < scene_count; i++)
        scenes[i].draw(canvas);
    grid_finish(&grid);
    grid_finish(&grid);
}

Test(canvas, places_text)
{
    struct grid grid;
    grid_init(&grid, 20, 6);
    struct canvas all = canvas_of(&grid);
    cr_assert_eq(canvas_text(all, 1, 0, ROLE_NORMAL, "ab"), 3);
    canvas_centred(all, 1, ROLE_NORMAL, "mid");
    canvas_aligned(all, 2, 2, 6, ROLE_NORMAL, "12");
    canvas_aligned(all, 2, 3, 6, ROLE_NORMAL, "123456789");
    canvas_heading(all, 4, "Title", "7m12s");
    canvas_marked(all, 0, 5, ROLE_NORMAL, "a EKS eks", TEXT_ALL, "eks");
    cr_assert_str_eq(printed(&grid), " ab\n"
                                     "        mid\n"
                                     "      12\n"
                                     "  12345…\n"
                                     "Title          7m12s\n"
                                     "a EKS eks\n");
    cr_assert_eq(grid.cells[5 * 20 + 2].role, ROLE_MATCH);
    cr_assert_eq(grid.cells[5 * 20 + 5].role, ROLE_NORMAL);
    cr_assert_eq(grid.cells[5 * 20 + 8].role, ROLE_MATCH);
    grid_finish(&grid);
}
