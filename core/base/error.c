#include "core/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
/* last */
#include "core/base/alloc.h"

__attribute__((format(printf, 3, 0))) static void format_into(char *out, size_t capacity,
                                                              const char *format, va_list args)
{
    char whole[2048];
    vsnprintf(whole, sizeof whole, format, args);
    str_copy(str_of(whole), out, capacity);
}

bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
    if (!err)
        return false;
    struct error fresh = {.kind = kind}; /* the arguments may point into *err */
    va_list args;
    va_start(args, format);
    format_into(fresh.text, sizeof fresh.text, format, args);
    va_end(args);
    *err = fresh;
    return false;
}

bool error_hint(struct error *err, const char *format, ...)
{
    if (!err)
        return false;
    va_list args;
    va_start(args, format);
    char hint[sizeof err->hint];
    format_into(hint, sizeof hint, format, args);
    va_end(args);
    memcpy(err->hint, hint, sizeof hint);
    return false;
}

bool error_errno(struct error *err, const char *format, ...)
{
    int number = errno;
    if (!err)
        return false;
    struct error fresh = {.kind = ERROR_SYSTEM, .code = number};
    va_list args;
    va_start(args, format);
    char sentence[900];
    format_into(sentence, sizeof sentence, format, args);
    va_end(args);
    snprintf(fresh.text, sizeof fresh.text, "%s: %s.", sentence, strerror(number));
    *err = fresh;
    return false;
}

bool error_wrap(struct error *err, const char *format, ...)
{
    if (!err)
        return false;
    va_list args;
    va_start(args, format);
    char context[512], whole[sizeof context + sizeof err->text + 2];
    format_into(context, sizeof context, format, args);
    va_end(args);
    snprintf(whole, sizeof whole, "%s: %s", context, err->text);
    str_copy(str_of(whole), err->text, sizeof err->text);
    return false;
}

static void say_sentence(struct str text, struct buf *out)
{
    text = str_trim(text);
    if (text.len == 0)
        return;
    buf_sanitised(out, text, true);
    if (!strchr(".!?:…", text.data[text.len - 1]))
        buf_byte(out, '.');
}

bool error_say(const struct error *err, struct buf *out)
{
    say_sentence(str_of(err->text), out);
    if (err->hint[0] && out->len)
        buf_byte(out, ' ');
    say_sentence(str_of(err->hint), out);
    return !out->failed;
}
