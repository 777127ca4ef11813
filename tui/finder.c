/* The line below a log in which a search is typed, and its keys. */
#include "tui/finder.h"

#include <string.h>

#include "tui/banned.h"

#define COUNT_W 24

void finder_init(struct finder *finder, struct logview *view)
{
    memset(finder, 0, sizeof(*finder));
    finder->view = view;
    finder->field = (struct field){.widget = {&field_ops}};
    field_lend(&finder->field, finder->needle, sizeof(finder->needle));
}

bool finder_active(const struct finder *finder)
{
    return finder->open || finder->view->needle[0];
}

static void stand_as_before(struct finder *finder)
{
    struct logview *view = finder->view, *before = &finder->before;
    view->still = before->still;
    view->bottom = before->bottom;
    view->cut = before->cut;
    view->found = before->found;
    view->found_row = before->found_row;
    view->needle[0] = '\0';
}

static void step(struct finder *finder, bool down)
{
    finder->down = down;
    finder->missed = !logview_find(finder->view, finder->needle, down);
}

/* What was typed so far, from where the view stood: above, else below. */
static void look(struct finder *finder)
{
    stand_as_before(finder);
    finder->missed = false;
    if (!finder->needle[0])
        return;
    step(finder, false);
    if (finder->missed) {
        stand_as_before(finder);
        step(finder, true);
    }
    finder->down = false;
}

static void end(struct finder *finder)
{
    finder->open = finder->missed = false;
    finder->view->needle[0] = '\0';
}

static bool key_open(struct finder *finder, struct press press)
{
    if (press_is(press, PRESS_ENTER)) {
        finder->open = false;
        return true;
    }
    if (press_is(press, PRESS_ESC)) {
        stand_as_before(finder);
        end(finder);
        return true;
    }
    if (!widget_key(&finder->field.widget, press))
        return false;
    look(finder);
    return true;
}

bool finder_key(struct finder *finder, struct press press)
{
    if (finder->open)
        return key_open(finder, press);
    if (press_is(press, '/')) {
        finder->before = *finder->view;
        finder->open = true;
        finder->missed = false;
        finder->view->needle[0] = finder->needle[0] = '\0';
        field_lend(&finder->field, finder->needle, sizeof(finder->needle));
        return true;
    }
    if (finder->view->needle[0] && press_is(press, PRESS_ESC)) {
        end(finder);
        return true;
    }
    if (!press_is(press, 'n') && !press_is(press, 'N'))
        return false;
    if (finder->needle[0])
        step(finder, press_is(press, 'N'));
    return true;
}

/* Counted while drawing: frames are few, and lines may come in thousands. */
static enum role say_count(const struct finder *finder, char out[64])
{
    struct logview_matches matches = logview_matches(finder->view);
    out[0] = '\0';
    if (!finder->view->needle[0])
        return ROLE_DIM;
    if (matches.count == 0)
        snprintf(out, 64, "not there");
    else if (finder->missed)
        snprintf(out, 64, "none %s, %llu in all", finder->down ? "below" : "above",
                 (unsigned long long)matches.count);
    else
        snprintf(out, 64, "%llu of %llu line%s", (unsigned long long)matches.at,
                 (unsigned long long)matches.count, matches.count == 1 ? "" : "s");
    return matches.count == 0 || finder->missed ? ROLE_WARNING : ROLE_DIM;
}

void finder_draw(const struct finder *finder, struct canvas *room)
{
    char count[64];
    if (!finder_active(finder))
        return;
    struct canvas line = canvas_cut_bottom(room, 1);
    enum role role = say_count(finder, count);
    if (line.area.w > 2 * COUNT_W)
        canvas_right(canvas_cut_right(&line, COUNT_W), 0, role, count);
    int x = canvas_text(line, 0, 0, ROLE_STRONG, "Find: ");
    widget_draw(&finder->field.widget, canvas_sub(line, (struct rect){x, 0, line.area.w - x, 1}),
                finder->open);
}
