/* Closed it is one line; open it shows a window of its options around the pointed one. */
#include "tui/choice.h"

#include <string.h>

#include "tui/banned.h"

#define LIST_MAX 8

static struct choice_option option_of(const struct choice *choice, int index)
{
    if (index < 0 || index >= choice->count)
        return (struct choice_option){"", NULL};
    if (choice->option)
        return choice->option(choice->owner, index);
    return (struct choice_option){choice->words[index], NULL};
}

const char *choice_text(const struct choice *choice)
{
    return option_of(choice, choice->chosen).text;
}

static int listed(const struct choice *choice)
{
    return choice->count < LIST_MAX ? choice->count : LIST_MAX;
}

static int choice_height(const struct widget *widget, int width)
{
    const struct choice *choice = (const void *)widget;
    (void)width;
    return choice->open ? 1 + listed(choice) : 1;
}

static int draw_chosen(const struct choice *choice, struct canvas canvas, int x, bool focused)
{
    enum role edge = focused ? ROLE_ACCENT : ROLE_DIM;
    if (choice->count > 1)
        x = canvas_text(canvas, x, 0, edge, "‹ ");
    int w = canvas.area.w - x - (choice->count > 1 ? 2 : 0);
    x = canvas_elided(canvas, x, 0, w, focused ? ROLE_SELECTED : ROLE_INPUT, choice_text(choice));
    return choice->count > 1 ? canvas_text(canvas, x, 0, edge, " ›") : x;
}

/* All options on the line; returns the columns it takes. */
static int draw_spread(const struct choice *choice, struct canvas canvas, bool focused)
{
    int x = 0;
    for (int i = 0; i < choice->count; i++) {
        x += i > 0 ? 2 : 0;
        if (i == choice->chosen) {
            int end = x + text_width(choice_text(choice), TEXT_ALL) + 4;
            draw_chosen(choice, canvas, x, focused);
            x = end;
        } else {
            x = canvas_text(canvas, x, 0, ROLE_DIM, option_of(choice, i).text);
        }
    }
    return x;
}

static void draw_list(const struct choice *choice, struct canvas canvas)
{
    int rows = listed(choice), top = rect_scroll(choice->count, choice->pointed, rows), width = 0;
    for (int i = 0; i < choice->count; i++) {
        int w = text_width(option_of(choice, i).text, TEXT_ALL);
        width = w > width ? w : width;
    }
    for (int row = 0; row < rows; row++) {
        int i = top + row;
        struct choice_option option = option_of(choice, i);
        if (i == choice->pointed)
            canvas_text(canvas, 0, row + 1, ROLE_ACCENT, GLYPH_CURSOR);
        canvas_elided(canvas, 2, row + 1, canvas.area.w - 2,
                      i == choice->pointed ? ROLE_SELECTED : ROLE_NORMAL, option.text);
        if (option.note)
            canvas_elided(canvas, width + 4, row + 1, canvas.area.w - width - 4, ROLE_DIM,
                          option.note);
    }
}

static void choice_draw(const struct widget *widget, struct canvas canvas, bool focused)
{
    const struct choice *choice = (const void *)widget;
    struct canvas nowhere = canvas_sub(canvas, (struct rect){0, 0, 0, 0});
    if (choice->spread && !choice->open && draw_spread(choice, nowhere, focused) <= canvas.area.w)
        draw_spread(choice, canvas, focused);
    else
        draw_chosen(choice, canvas, 0, focused);
    if (choice->open)
        draw_list(choice, canvas);
}

static void choose(struct choice *choice, int index)
{
    if (index == choice->chosen || choice->count <= 0)
        return;
    choice->chosen = index;
    if (choice->changed)
        choice->changed(choice, choice->context);
}

static unsigned char lower(unsigned char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte + 32) : byte;
}

/* To the next option that begins with the letter. */
static void jump(struct choice *choice, uint32_t letter)
{
    for (int step = 1; step <= choice->count; step++) {
        int i = (choice->pointed + step) % choice->count;
        if (letter < 0x80 &&
            lower((unsigned char)option_of(choice, i).text[0]) == lower((unsigned char)letter)) {
            choice->pointed = i;
            return;
        }
    }
}

static bool open_key(struct choice *choice, struct press press)
{
    int last = choice->count - 1;
    if (press_is(press, PRESS_UP) || press_is(press, PRESS_LEFT))
        choice->pointed = rect_clamp(choice->pointed - 1, 0, last);
    else if (press_is(press, PRESS_DOWN) || press_is(press, PRESS_RIGHT))
        choice->pointed = rect_clamp(choice->pointed + 1, 0, last);
    else if (press_is(press, PRESS_HOME))
        choice->pointed = 0;
    else if (press_is(press, PRESS_END))
        choice->pointed = last;
    else if (press_is(press, PRESS_ESC))
        choice->open = false;
    else if (press_is(press, ' ') || press_is(press, PRESS_ENTER)) {
        choice->open = false;
        choose(choice, choice->pointed);
    } else if (press_printable(press)) {
        jump(choice, press.code);
    } else {
        choice->open = false;
        return false;
    }
    return true;
}

static bool choice_key(struct widget *widget, struct press press)
{
    struct choice *choice = (void *)widget;
    if (choice->count <= 0) /* the owner may have taken the options away */
        return false;
    if (choice->open)
        return open_key(choice, press);
    if (press_is(press, PRESS_LEFT))
        choose(choice, (choice->chosen + choice->count - 1) % choice->count);
    else if (press_is(press, PRESS_RIGHT))
        choose(choice, (choice->chosen + 1) % choice->count);
    else if (press_is(press, ' ')) {
        choice->open = choice->count > 1;
        choice->pointed = choice->chosen;
    } else {
        return false;
    }
    return true;
}

const struct widget_ops choice_ops = {
    .height = choice_height, .draw = choice_draw, .key = choice_key};
