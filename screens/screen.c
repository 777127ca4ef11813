/* The few things that every screen says in the same way. */
#include "screens/screen.h"

#include <stdarg.h>

#include "core/base/alloc.h"
#include "core/session/cluster_tool.h"

enum nav screen_say(struct screen *screen, enum role role, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(screen->said.text, sizeof screen->said.text, format, args);
    va_end(args);
    screen->said.role = role;
    return NAV_STAY;
}

enum nav screen_complain(struct screen *screen, const struct error *err)
{
    sentence_error(&screen->said, ROLE_FAILURE, err);
    return NAV_STAY;
}

enum nav screen_copy(struct screen *screen, const char *text, const char *what)
{
    free(screen->copied);
    screen->copied = alloc_copy(str_of(text));
    /* whether the terminal took it cannot be known */
    return screen_say(screen, ROLE_SUCCESS, "%s was sent to the clipboard.", what);
}

void screen_find_tool(struct screen *screen, const struct session *session)
{
    screen->tool = cluster_tool_name(cluster_tool_find(session->place));
}

void screen_tool_hints(struct screen *screen, const struct press_hint *base)
{
    struct press_hint *out = screen->own_hints, *last = out + SCREEN_HINTS - 1;
    bool there = screen->tool && screen->tool[0];
    for (; base->key && out < last; base++) {
        bool place = strcmp(base->key, "K") == 0;
        if (place && there)
            *out++ = (struct press_hint){base->key, screen->tool, base->keep};
        else if (!place)
            *out++ = *base;
    }
    *out = (struct press_hint){NULL, NULL, false};
}

enum nav screen_open_tool(struct screen *screen, const struct session *session,
                          const char *namespace_name)
{
    if (cluster_tool_find(session->place) == CLUSTER_TOOL_NONE)
        return screen_say(screen, ROLE_WARNING,
                          "Neither k9s nor kubectl is installed here: see k9scli.io and "
                          "kubernetes.io/docs/tasks/tools.");
    str_copy(str_of(namespace_name), screen->tool_namespace, sizeof screen->tool_namespace);
    return NAV_TOOL;
}

void sentence_error(struct sentence *sentence, enum role role, const struct error *err)
{
    struct buf text = {0};
    error_say(err, &text);
    sentence_set(sentence, role, "%s", buf_cstr(&text));
    buf_finish(&text);
}

void sentence_set(struct sentence *sentence, enum role role, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(sentence->text, sizeof sentence->text, format, args);
    va_end(args);
    sentence->role = role;
}
