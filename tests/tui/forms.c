/* Forms and the frame: focus, complaints, submit, and the five bands at every size. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/tui/support.h"
#include "tui/choice.h"
#include "tui/clipboard.h"
#include "tui/field.h"
#include "tui/form.h"
#include "tui/frame.h"
#include "tui/toggle.h"

TestSuite(form, .fini = check_leaks);
TestSuite(frame, .fini = check_leaks);
TestSuite(clipboard, .fini = check_leaks);

enum { ROW_CLUSTER, ROW_NAME, ROW_GAP, ROW_NODES, ROW_SECRET, ROW_SNAPSHOT, ROW_FIT, ROW_COUNT };

struct fixture {
    char name[32], nodes[8], secret[32];
    struct field fields[3];
    struct choice cluster;
    struct toggle snapshot;
    struct form_row rows[ROW_COUNT];
    struct form form;
};

static const char *judge_name(void *owner, const char *text)
{
    (void)owner;
    return *text ? NULL : "A cluster needs a name.";
}

static const char *judge_nodes(void *owner, const char *text)
{
    (void)owner;
    return strcmp(text, "1") == 0 ? "At least 2: each zone keeps one." : NULL;
}

static void set_up(struct fixture *f)
{
    static const char *const clusters[] = {"new", "existing"};
    *f = (struct fixture){.name = "demo-hub", .nodes = "3", .secret = "hunter2"};
    f->cluster = (struct choice){.widget = {&choice_ops}, .words = clusters, .count = 2};
    f->snapshot = (struct toggle){.widget = {&toggle_ops}, .text = "snapshot the volumes first"};
    for (int i = 0; i < 3; i++)
        f->fields[i].widget.ops = &field_ops;
    field_lend(&f->fields[0], f->name, sizeof(f->name));
    field_lend(&f->fields[1], f->nodes, sizeof(f->nodes));
    field_lend(&f->fields[2], f->secret, sizeof(f->secret));
    f->fields[0].judge = judge_name;
    f->fields[1].judge = judge_nodes;
    f->fields[2].masked = true;
    f->rows[ROW_CLUSTER] = (struct form_row){
        .label = "Cluster", .widget = &f->cluster.widget, .hint = "or one of the 2 that are here"};
    f->rows[ROW_NAME] = (struct form_row){
        .label = "Name", .widget = &f->fields[0].widget, .hint = "free", .hint_role = ROLE_SUCCESS};
    f->rows[ROW_NODES] = (struct form_row){
        .label = "Nodes", .widget = &f->fields[1].widget, .hint = "2 or more: each zone keeps one"};
    f->rows[ROW_SECRET] = (struct form_row){.label = "Password", .widget = &f->fields[2].widget};
    f->rows[ROW_SNAPSHOT] =
        (struct form_row){.widget = &f->snapshot.widget, .hint = "5 min, about $1/month"};
    f->rows[ROW_FIT] = (struct form_row){
        .label = "Fit",
        .hint = "22 pods take 29 % cpu, 10 % memory and 22 of 105 slots; room for "
                "3 workspaces of 1 cpu, 4 GiB at a time"};
    f->form = (struct form){.widget = {&form_ops}, .rows = f->rows, .count = ROW_COUNT};
    form_start(&f->form);
}

Test(form, looks)
{
    struct fixture f;
    set_up(&f);
    golden_widget(&f.form.widget, "form");
    press_keys(&f.form.widget, "Space");
    golden_widget(&f.form.widget, "form-list");
    press_keys(&f.form.widget, "Esc Tab Ctrl-U Tab Ctrl-U '1");
    cr_assert_eq(f.form.focus, ROW_NODES);
    golden_widget(&f.form.widget, "form-complaint");
    press_keys(&f.form.widget, "Down Down");
    cr_assert_eq(f.form.focus, ROW_SNAPSHOT);
    golden_widget(&f.form.widget, "form-last");
}

Test(form, moves_over_what_cannot_have_the_focus)
{
    struct fixture f;
    set_up(&f);
    f.rows[ROW_NODES].hidden = true;
    f.rows[ROW_SECRET].locked = true;
    press_keys(&f.form.widget, "Down Down");
    cr_assert_eq(f.form.focus, ROW_SNAPSHOT);
    press_keys(&f.form.widget, "Down");
    cr_assert_eq(f.form.focus, ROW_SNAPSHOT, "arrows stop at the end");
    press_keys(&f.form.widget, "Tab");
    cr_assert_eq(f.form.focus, ROW_CLUSTER, "Tab goes around");
    press_keys(&f.form.widget, "BackTab");
    cr_assert_eq(f.form.focus, ROW_SNAPSHOT);
    cr_assert_eq(form_focused(&f.form), &f.snapshot.widget);
    golden_widget(&f.form.widget, "form-hidden");
}

Test(form, complains_when_left_and_not_before)
{
    struct fixture f;
    set_up(&f);
    press_keys(&f.form.widget, "Down Ctrl-U");
    cr_assert_null(form_sentence(&f.form), "not while it is typed");
    press_keys(&f.form.widget, "Down");
    cr_assert_str_eq(form_sentence(&f.form), "A cluster needs a name.");
    press_keys(&f.form.widget, "Up 'x");
    cr_assert_null(form_sentence(&f.form), "gone as soon as it is right");
}

Test(form, enter_goes_to_the_first_complaint_and_comes_back_when_there_is_none)
{
    struct fixture f;
    set_up(&f);
    cr_assert(!press_keys(&f.form.widget, "Enter"), "valid defaults: Enter submits from anywhere");
    press_keys(&f.form.widget, "Tab Ctrl-U Tab Ctrl-U '1 Tab Tab");
    cr_assert(press_keys(&f.form.widget, "Enter"), "held back");
    cr_assert_eq(f.form.focus, ROW_NAME);
    cr_assert_str_eq(form_sentence(&f.form), "A cluster needs a name.");
    cr_assert(press_keys(&f.form.widget, "'demo Enter"));
    cr_assert_eq(f.form.focus, ROW_NODES);
    cr_assert_str_eq(widget_check(&f.form.widget), "At least 2: each zone keeps one.");
    cr_assert(!press_keys(&f.form.widget, "Backspace '2 Enter"));
    cr_assert_null(widget_check(&f.form.widget));
}

Test(form, enter_shows_the_complaint_of_a_row_that_was_never_visited)
{
    struct fixture f;
    set_up(&f);
    memcpy(f.nodes, "1", 2);
    cr_assert_null(form_sentence(&f.form));
    cr_assert(press_keys(&f.form.widget, "Enter"));
    cr_assert_eq(f.form.focus, ROW_NODES);
    cr_assert_str_eq(form_sentence(&f.form), "At least 2: each zone keeps one.");
}

Test(form, hidden_rows_never_complain)
{
    struct fixture f;
    set_up(&f);
    memset(f.name, 0, sizeof(f.name));
    f.rows[ROW_NAME].hidden = true;
    cr_assert(!press_keys(&f.form.widget, "Enter"));
}

Test(form, a_secret_that_is_left_hides)
{
    struct fixture f;
    set_up(&f);
    form_focus(&f.form, ROW_SECRET);
    cr_assert(press_keys(&f.form.widget, "Ctrl-R"));
    cr_assert(f.fields[2].revealed);
    press_keys(&f.form.widget, "Tab");
    cr_assert(!f.fields[2].revealed);
    form_focus(&f.form, ROW_GAP);
    cr_assert_eq(f.form.focus, ROW_SNAPSHOT, "a gap cannot have the focus");
    form_focus(&f.form, 99);
    cr_assert_eq(f.form.focus, ROW_SNAPSHOT);
}

Test(form, a_list_that_is_left_closes)
{
    struct fixture f;
    set_up(&f);
    press_keys(&f.form.widget, "Space");
    cr_assert(f.cluster.open);
    form_focus(&f.form, ROW_NAME);
    cr_assert(!f.cluster.open);
}

Test(form, pastes_go_to_the_field)
{
    struct fixture f;
    set_up(&f);
    cr_assert(!widget_key(&f.form.widget, press_pasted("x\n")));
    press_keys(&f.form.widget, "Tab");
    cr_assert(widget_key(&f.form.widget, press_pasted("-two\n")));
    cr_assert_str_eq(f.name, "demo-hub-two");
    cr_assert_eq(f.form.focus, ROW_NAME);
}

Test(form, a_paste_that_does_not_fit_is_said_at_once_and_holds_back_once)
{
    struct fixture f;
    set_up(&f);
    form_focus(&f.form, ROW_NODES);
    cr_assert(widget_key(&f.form.widget, press_pasted("99999999999999999999")));
    cr_expect_str_eq(f.nodes, "3");
    cr_expect_str_eq(form_sentence(&f.form),
                     "That is longer than what fits here; it was not taken.");
    cr_assert(press_keys(&f.form.widget, "Tab Enter"));
    cr_expect_eq(f.form.focus, ROW_NODES);
    cr_expect_not_null(form_sentence(&f.form));
    cr_assert(!press_keys(&f.form.widget, "Enter"), "what stands there is valid");
    cr_expect_null(form_sentence(&f.form));
}

Test(form, without_rows_is_harmless)
{
    struct form form = {.widget = {&form_ops}};
    form_start(&form);
    cr_assert_null(form_focused(&form));
    press_keys(&form.widget, "Tab Up Down");
    cr_assert(!press_keys(&form.widget, "Enter"));
    golden_widget(&form.widget, "form-empty");
}

Test(frame, scenes_look_like_their_sketches)
{
    static const int sizes[][2] = {{80, 24}, {40, 10}, {200, 60}, {132, 40}, {30, 6}, {1, 1}};
    for (int s = 0; s < scene_count; s++) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            struct grid grid;
            char name[64];
            grid_init(&grid, sizes[i][0], sizes[i][1]);
            scenes[s].draw(canvas_of(&grid));
            snprintf(name, sizeof(name), "scene-%s-%dx%d", scenes[s].name, grid.w, grid.h);
            golden_check(&grid, name);
            grid_finish(&grid);
        }
    }
}

Test(frame, gives_way_in_order)
{
    static const int sizes[][2] = {{110, 16}, {80, 14}, {72, 13}, {60, 12}, {40, 10}};
    static const char *const context[] = {"acme-dev 123456789012", "us-east-2", "$0.10/h", "2h58m",
                                          NULL};
    static const struct frame_stage stages[] = {
        {.label = "Credentials", .mark = MARK_DONE},
        {.label = "EKS", .mark = MARK_NOW, .note = "7m12s"},
        {.label = "PyPI", .mark = MARK_FAILED, .note = "1m02s", .current = true},
        {.label = "MLHub"},
        {.label = "Domain", .mark = MARK_SKIPPED},
        {.label = "Results", .mark = MARK_WARNED}};
    struct frame frame = {.program = "ekshub",
                          .title = "a-deployment-with-a-long-name",
                          .badge = "REHEARSAL",
                          .context = context,
                          .stages = stages,
                          .stage_count = 6,
                          .sentence = "The bucket is there and yours.",
                          .sentence_role = ROLE_SUCCESS};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct grid grid;
        char name[64];
        grid_init(&grid, sizes[i][0], sizes[i][1]);
        struct canvas room = frame_draw(&frame, canvas_of(&grid));
        canvas_fill(room, ROLE_DIM, ".");
        snprintf(name, sizeof(name), "frame-%dx%d", grid.w, grid.h);
        golden_check(&grid, name);
        grid_finish(&grid);
    }
}

Test(frame, ascii_scenes)
{
    for (int s = 0; s < scene_count; s++) {
        struct grid grid;
        char name[64];
        grid_init(&grid, 80, 24);
        grid.ascii = true;
        scenes[s].draw(canvas_of(&grid));
        for (int i = 0; i < 80 * 24; i++)
            cr_assert(grid.cells[i].runes[0] >= ' ' && grid.cells[i].runes[0] < 0x7f);
        snprintf(name, sizeof(name), "scene-%s-ascii", scenes[s].name);
        golden_check(&grid, name);
        grid_finish(&grid);
    }
}

Test(frame, hints_never_more_than_fit_and_help_stays)
{
    static const struct press_hint hints[] = {{"Enter", "plan", false},
                                              {"↑↓", "field", false},
                                              {"Esc", "back", true},
                                              {"F1", "help", true},
                                              {NULL, NULL, false}};
    cr_assert(frame_hint_shown(hints, 1, 80));
    for (int w = 40; w > 0; w--) {
        struct frame frame = {.program = "ekshub", .hints = hints};
        struct grid grid;
        grid_init(&grid, w, 12);
        frame_draw(&frame, canvas_of(&grid));
        grid_finish(&grid);
        if (!frame_hint_shown(hints, 0, w))
            cr_assert(!frame_hint_shown(hints, 1, w));
        if (w >= 20)
            cr_assert(frame_hint_shown(hints, 3, w));
    }
}

Test(clipboard, encodes_and_wraps)
{
    size_t len = 0;
    char *direct = clipboard_sequence(CLIPBOARD_DIRECT, "hello", 5, &len);
    cr_assert(len == 16 && memcmp(direct, "\033]52;c;aGVsbG8=\a", 16) == 0);
    char *tmux = clipboard_sequence(CLIPBOARD_TMUX, "hi", 2, &len);
    static const char expected[] = "\033]52;c;aGk=\a\033Ptmux;\033\033]52;c;aGk=\a\033\\";
    cr_assert(len == sizeof(expected) - 1 && memcmp(tmux, expected, len) == 0);
    free(direct);
    free(tmux);
    static char long_text[CLIPBOARD_MAX + 1];
    memset(long_text, 'x', sizeof(long_text));
    cr_assert_null(clipboard_sequence(CLIPBOARD_DIRECT, long_text, sizeof(long_text), &len));
    for (int route = CLIPBOARD_DIRECT; route <= CLIPBOARD_SCREEN; route++) {
        char *bytes =
            clipboard_sequence((enum clipboard_route)route, long_text, CLIPBOARD_MAX, &len);
        cr_assert_not_null(bytes);
        free(bytes);
    }
    cr_assert_eq(clipboard_route("/tmp/tmux-0/default,1,0", "screen-256color"), CLIPBOARD_TMUX);
    cr_assert_eq(clipboard_route(NULL, "screen"), CLIPBOARD_SCREEN);
    cr_assert_eq(clipboard_route("", "xterm-256color"), CLIPBOARD_DIRECT);
}
