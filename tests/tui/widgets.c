/* Single widgets: keys in, canvas out, goldens at four sizes. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/tui/support.h"
#include "tui/button.h"
#include "tui/choice.h"
#include "tui/dialog.h"
#include "tui/field.h"
#include "tui/gauge.h"
#include "tui/label.h"
#include "tui/progress.h"
#include "tui/toggle.h"

TestSuite(widgets, .fini = check_leaks);
TestSuite(field, .fini = check_leaks);
TestSuite(choice, .fini = check_leaks);

Test(widgets, label_wraps)
{
    struct label label = {.widget = {&label_ops},
                          .text = "AWS builds the cluster all the same; terraform will hold it for "
                                  "broken and plan to replace it.\nSecond paragraph.",
                          .role = ROLE_DIM};
    cr_assert_eq(widget_height(&label.widget, 80), 3);
    cr_assert(!widget_key(&label.widget, press_named("Enter")));
    cr_assert_null(widget_check(&label.widget));
    golden_widget(&label.widget, "label");
}

Test(widgets, toggle_turns_on_space_only)
{
    struct toggle toggle = {.widget = {&toggle_ops}, .text = "snapshot these 3 volumes first"};
    cr_assert(press_keys(&toggle.widget, "Space"));
    cr_assert(toggle.on);
    cr_assert(!press_keys(&toggle.widget, "Enter"));
    golden_widget(&toggle.widget, "toggle");
}

static void count_press(struct button *button, void *context)
{
    (void)button;
    (*(int *)context)++;
}

Test(widgets, button_is_pressed)
{
    int pressed = 0;
    struct button button = {
        .widget = {&button_ops}, .text = "make a key", .pressed = count_press, .context = &pressed};
    cr_assert(press_keys(&button.widget, "Enter Space"));
    cr_assert(!press_keys(&button.widget, "x"));
    cr_assert_eq(pressed, 2);
    golden_widget(&button.widget, "button");
}

Test(widgets, progress_shows_counts)
{
    struct progress progress = {.widget = {&progress_ops}, .done = 41, .total = 58};
    golden_widget(&progress.widget, "progress");
    progress = (struct progress){.widget = {&progress_ops}, .done = 57999, .total = 58000};
    golden_widget(&progress.widget, "progress-almost");
    progress =
        (struct progress){.widget = {&progress_ops}, .done = 60, .total = 58, .role = ROLE_SUCCESS};
    golden_widget(&progress.widget, "progress-done");
    progress = (struct progress){.widget = {&progress_ops}, .done = 7};
    golden_widget(&progress.widget, "progress-unknown");
}

Test(widgets, gauge_warns)
{
    struct gauge gauge = {.widget = {&gauge_ops},
                          .label = "cpu",
                          .label_width = 8,
                          .percent = 29,
                          .warn = 80,
                          .fail = 100,
                          .note = "22 pods of 105"};
    golden_widget(&gauge.widget, "gauge");
    gauge.percent = 85;
    golden_widget(&gauge.widget, "gauge-warn");
    gauge.percent = 140;
    golden_widget(&gauge.widget, "gauge-fail");
}

static const struct dialog_item cures[] = {
    {.code = 'c',
     .title = "change to 2 nodes and go on",
     .note = "3–5 min · $0.34/h · 1 workspace less"},
    {.code = 'i',
     .title = "ask AWS for 8 vCPU, then go on",
     .note = "minutes to days; you may leave"},
    {.code = 'h', .title = "hidden", .hidden = true},
    {.code = 'u',
     .title = "undo: destroy the 40",
     .note = "9 to 12 min · back to $0/h",
     .explain = "What was created by this run is destroyed in the reverse order. Nothing else in "
                "the account is touched, and the answers stay for another try."},
};

Test(widgets, dialog_moves_over_what_is_hidden_and_decides)
{
    struct dialog dialog = {.widget = {&dialog_ops}, .items = cures, .count = 4};
    golden_widget(&dialog.widget, "dialog");
    cr_assert(press_keys(&dialog.widget, "Down j"));
    cr_assert_eq(dialog.chosen, 3);
    press_keys(&dialog.widget, "Down");
    cr_assert_eq(dialog.chosen, 3);
    golden_widget(&dialog.widget, "dialog-last");
    press_keys(&dialog.widget, "k");
    cr_assert_eq(dialog.chosen, 1);
    cr_assert_eq(dialog_decide(&dialog, press_named("Enter")), 1);
    cr_assert_eq(dialog_decide(&dialog, press_named("u")), 3);
    cr_assert_eq(dialog.chosen, 3);
    cr_assert_eq(dialog_decide(&dialog, press_named("h")), -1);
    cr_assert_eq(dialog_decide(&dialog, press_named("x")), -1);
    cr_assert_eq(dialog_decide(&dialog, press_named("Ctrl-U")), -1);
    cr_assert(!press_keys(&dialog.widget, "x"));
}

Test(field, edits)
{
    char buffer[16] = "demo";
    struct field field = {.widget = {&field_ops}};
    field_lend(&field, buffer, sizeof(buffer));
    cr_assert(press_keys(&field.widget, "'-hub"));
    cr_assert_str_eq(buffer, "demo-hub");
    press_keys(&field.widget, "Home Delete Right Backspace End Backspace 'é");
    cr_assert_str_eq(buffer, "mo-hué");
    press_keys(&field.widget, "Left Left Ctrl-K");
    cr_assert_str_eq(buffer, "mo-h");
    press_keys(&field.widget, "Ctrl-U '漢字 Backspace");
    cr_assert_str_eq(buffer, "漢");
    press_keys(&field.widget, "Ctrl-U 'one Space 'two Space Ctrl-W");
    cr_assert_str_eq(buffer, "one ");
    cr_assert(!press_keys(&field.widget, "Enter"));
    cr_assert(!press_keys(&field.widget, "Up"));
    cr_assert(!press_keys(&field.widget, "Ctrl-G"));
    cr_assert(!press_keys(&field.widget, "Ctrl-R"), "not masked: not mine");
    cr_assert(!press_keys(&field.widget, "Alt-x"));
}

Test(field, what_is_removed_is_wiped)
{
    char buffer[16] = "";
    struct field field = {.widget = {&field_ops}, .masked = true};
    field_lend(&field, buffer, sizeof(buffer));
    press_keys(&field.widget, "'secret Backspace Backspace Home Delete Ctrl-K");
    for (size_t i = 0; i < sizeof(buffer); i++)
        cr_assert_eq(buffer[i], 0);
}

Test(field, takes_what_fits_or_nothing_and_says_so)
{
    char buffer[6] = "";
    struct field field = {.widget = {&field_ops}};
    field_lend(&field, buffer, sizeof(buffer));
    press_keys(&field.widget, "'abcd");
    cr_assert_null(widget_check(&field.widget));
    press_keys(&field.widget, "'é");
    cr_assert_str_eq(buffer, "abcd", "half a character never");
    cr_assert_not_null(widget_check(&field.widget));
    press_keys(&field.widget, "'e");
    cr_assert_null(widget_check(&field.widget));
    widget_key(&field.widget, press_pasted("xyz"));
    cr_assert_str_eq(buffer, "abcde");
    cr_assert_not_null(widget_check(&field.widget));
    press_keys(&field.widget, "Ctrl-U");
    cr_assert_null(widget_check(&field.widget));
    cr_assert(!field_set(&field, "123456"));
    cr_assert(field_set(&field, "12345"));
    cr_assert_str_eq(buffer, "12345");
}

Test(field, a_paste_never_submits_and_brings_no_control_bytes)
{
    char buffer[64] = "";
    struct field field = {.widget = {&field_ops}};
    field_lend(&field, buffer, sizeof(buffer));
    cr_assert(widget_key(&field.widget, press_pasted("wJalr\033[31mXUtn\a/K7\r\n\r\n")));
    cr_assert_str_eq(buffer, "wJalr[31mXUtn/K7");
    press_keys(&field.widget, "Ctrl-U");
    widget_key(&field.widget, press_pasted("a\r\nb\tc\nd\xe2\x80\xae\xff"));
    cr_assert_str_eq(buffer, "a b c d");
    press_keys(&field.widget, "Ctrl-U");
    widget_key(&field.widget, press_pasted("\n"));
    widget_key(&field.widget, press_pasted(""));
    cr_assert_str_eq(buffer, "");
}

Test(field, masked_shows_length_until_revealed)
{
    char buffer[64] = "hunter2hunter2";
    struct field field = {.widget = {&field_ops}, .masked = true};
    field_lend(&field, buffer, sizeof(buffer));
    golden_widget(&field.widget, "field-masked");
    press_keys(&field.widget, "Left Left");
    golden_widget(&field.widget, "field-masked-inside");
    press_keys(&field.widget, "Ctrl-R");
    cr_assert(field.revealed);
    golden_widget(&field.widget, "field-revealed");
    field_hide(&field);
    cr_assert(!field.revealed);
    press_keys(&field.widget, "Ctrl-R Ctrl-R");
    cr_assert(!field.revealed);
    cr_assert_eq(field_length(&field), 14);
}

Test(field, scrolls_so_that_the_cursor_is_in_sight)
{
    char buffer[256] = "arn:aws:iam::123456789012:role/platform-team-with-a-long-name-漢字-end";
    struct field field = {.widget = {&field_ops}};
    field_lend(&field, buffer, sizeof(buffer));
    golden_widget(&field.widget, "field-long");
    struct grid grid;
    grid_init(&grid, 20, 1);
    for (size_t i = 0; i < strlen(buffer) + 2; i++) {
        grid_clear(&grid);
        widget_draw(&field.widget, canvas_of(&grid), true);
        cr_assert(grid.cursor_x >= 0 && grid.cursor_x < 20, "lost the cursor %zu to the left", i);
        press_keys(&field.widget, "Left");
    }
    cr_assert_eq(grid.cursor_x, 0);
    grid_finish(&grid);
}

Test(field, shows_an_example_while_empty)
{
    char buffer[64] = "";
    struct field field = {.widget = {&field_ops}, .empty = "acme-demo-hub-pypi"};
    field_lend(&field, buffer, sizeof(buffer));
    golden_widget(&field.widget, "field-empty");
}

Test(field, survives_an_owner_who_changes_the_text)
{
    char buffer[64] = "漢字漢字";
    struct field field = {.widget = {&field_ops}};
    field_lend(&field, buffer, sizeof(buffer));
    memset(buffer, 0, sizeof(buffer));
    memcpy(buffer, "é", 3);
    press_keys(&field.widget, "x");
    cr_assert_str_eq(buffer, "éx");
    field.cursor = 1; /* inside the character */
    press_keys(&field.widget, "y");
    cr_assert_str_eq(buffer, "yéx");
}

static const char *const access[] = {"role", "keys", "none"};

static void count_change(struct choice *choice, void *context)
{
    (void)choice;
    (*(int *)context)++;
}

Test(choice, changes_with_arrows)
{
    int changes = 0;
    struct choice choice = {.widget = {&choice_ops},
                            .words = access,
                            .count = 3,
                            .changed = count_change,
                            .context = &changes};
    golden_widget(&choice.widget, "choice");
    press_keys(&choice.widget, "Right Right Right Left");
    cr_assert_str_eq(choice_text(&choice), "none");
    cr_assert_eq(changes, 4);
    cr_assert(!press_keys(&choice.widget, "Up"));
    cr_assert(!press_keys(&choice.widget, "Enter"));
    choice.spread = true;
    choice.chosen = 1;
    golden_widget(&choice.widget, "choice-spread");
}

static struct choice_option instance(const void *owner, int index)
{
    static const struct choice_option options[] = {{"t3.large", "2 cpu, 8 GiB · $0.083/h"},
                                                   {"t3.xlarge", "4 cpu, 16 GiB"},
                                                   {"m6i.large", NULL},
                                                   {"m6i.xlarge", NULL},
                                                   {"m6i.2xlarge", NULL},
                                                   {"c6i.large", NULL},
                                                   {"c6i.xlarge", "4 cpu, 8 GiB · $0.17/h"},
                                                   {"r6i.large", NULL},
                                                   {"r6i.xlarge", NULL},
                                                   {"r6i.2xlarge", NULL}};
    (void)owner;
    return options[index];
}

Test(choice, lists_on_space)
{
    struct choice choice = {.widget = {&choice_ops}, .option = instance, .count = 10};
    cr_assert(press_keys(&choice.widget, "Space Down Down"));
    cr_assert_eq(widget_height(&choice.widget, 80), 9);
    golden_widget(&choice.widget, "choice-open");
    cr_assert(press_keys(&choice.widget, "Esc"), "Esc closes the list and nothing else");
    cr_assert_str_eq(choice_text(&choice), "t3.large");
    cr_assert(!press_keys(&choice.widget, "Esc"));
    press_keys(&choice.widget, "Space 'r 'r Enter");
    cr_assert_str_eq(choice_text(&choice), "r6i.xlarge");
    cr_assert(!press_keys(&choice.widget, "Space Up Tab"), "Tab moves on");
    cr_assert(!choice.open);
    cr_assert_str_eq(choice_text(&choice), "r6i.xlarge");
    press_keys(&choice.widget, "Space Home Enter");
    cr_assert_eq(choice.chosen, 0);
    press_keys(&choice.widget, "Space End Space");
    cr_assert_eq(choice.chosen, 9);
}

Test(choice, without_options_takes_no_key)
{
    struct choice choice = {.widget = {&choice_ops}};
    cr_assert_str_eq(choice_text(&choice), "");
    cr_assert(!press_keys(&choice.widget, "Right"));
    cr_assert(!press_keys(&choice.widget, "Space"));
}
