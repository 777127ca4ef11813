/* The few things that every screen says in the same way. */
#include "screens/screen.h"

#include <stdarg.h>

#include "core/base/alloc.h"

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
