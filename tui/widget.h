/* What all furniture has in common. A widget is embedded first in its struct, holds only what the
 * user holds (cursor, selection, folds), and is set up with a designated initialiser and its
 * `thing_ops`. Drawing is const: it changes nothing. */
#ifndef TUI_WIDGET_H
#define TUI_WIDGET_H

#include "tui/canvas.h"
#include "tui/press.h"

struct widget;

struct widget_ops {
    int (*height)(const struct widget *widget, int width); /* rows it would like */
    void (*draw)(const struct widget *widget, struct canvas canvas, bool focused);
    bool (*key)(struct widget *widget, struct press press); /* true: it was for me */
    const char *(*check)(const struct widget *widget); /* NULL, or the sentence that complains */
};

/* key and check may be NULL: takes no keys, never complains. */
struct widget {
    const struct widget_ops *ops;
};

static inline int widget_height(const struct widget *widget, int width)
{
    return widget->ops->height(widget, width);
}

static inline void widget_draw(const struct widget *widget, struct canvas canvas, bool focused)
{
    widget->ops->draw(widget, canvas, focused);
}

static inline bool widget_key(struct widget *widget, struct press press)
{
    return widget->ops->key && widget->ops->key(widget, press);
}

static inline const char *widget_check(const struct widget *widget)
{
    return widget->ops->check ? widget->ops->check(widget) : NULL;
}

#endif
