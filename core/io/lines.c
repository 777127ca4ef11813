/* Splitting at LF. Whole lines inside the given bytes are handed out where they lie; only what
 * crosses two feeds is copied. */
#include "core/io/lines.h"

#include "core/base/alloc.h"

void lines_init(struct lines *lines, size_t max, void (*line)(struct lines *, struct str, bool))
{
    *lines = (struct lines){.max = max ? max : BUF_MAX_DEFAULT, .line = line};
    buf_init(&lines->pending, lines->max);
}

/* Returns whether `lines` is still there. */
static bool hand_out(struct lines *lines, struct str line, bool cut)
{
    bool gone = false;
    lines->gone = &gone;
    lines->line(lines, line, cut);
    if (gone)
        return false;
    lines->gone = NULL;
    buf_clear(&lines->pending);
    return true;
}

/* One line, or the next piece of one: `part` has no LF, `whole` says that one follows it. */
static bool feed_part(struct lines *lines, struct str part, bool whole)
{
    if (lines->dropping) {
        lines->dropping = !whole;
        return true;
    }
    size_t room = lines->max - lines->pending.len;
    bool cut = part.len > room;
    if (cut)
        part.len = room;
    lines->dropping = cut && !whole;
    if (whole && !cut && lines->pending.len == 0)
        return hand_out(lines, part, false);
    (void)buf_append(&lines->pending, part);
    return !(whole || cut) || hand_out(lines, buf_str(&lines->pending), cut);
}

void lines_feed(struct lines *lines, struct str bytes)
{
    while (bytes.len > 0) {
        const char *end = memchr(bytes.data, '\n', bytes.len);
        struct str part = {bytes.data, end ? (size_t)(end - bytes.data) : bytes.len};
        bytes = str_skip(bytes, part.len + (end ? 1 : 0));
        if (!feed_part(lines, part, end != NULL))
            return;
    }
}

void lines_end(struct lines *lines)
{
    lines->dropping = false;
    if (lines->pending.len > 0)
        (void)hand_out(lines, buf_str(&lines->pending), false);
}

void lines_reset(struct lines *lines)
{
    lines->dropping = false;
    buf_clear(&lines->pending);
}

void lines_finish(struct lines *lines)
{
    if (lines->gone)
        *lines->gone = true;
    lines->gone = NULL;
    buf_finish(&lines->pending);
}
