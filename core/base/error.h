/* What went wrong, said to the operator: one sentence and what to do about it.
 * Every function that can fail takes `struct error *` last and returns false; asynchronous work
 * carries the same struct in its owner. Programmer errors are assert(), never this. */
#ifndef CORE_BASE_ERROR_H
#define CORE_BASE_ERROR_H

#include <stdbool.h>

enum error_kind {
    ERROR_NONE,
    ERROR_INPUT,     /* a file, flag, answer or stream that is not what it should be */
    ERROR_AUTH,      /* credentials missing, refused or expired */
    ERROR_NETWORK,   /* the other side was not reached, or not to its end */
    ERROR_SERVICE,   /* reached, and it said no */
    ERROR_TOOL,      /* terraform, kubectl …: missing, too old, failed */
    ERROR_SYSTEM,    /* a system call */
    ERROR_BUSY,      /* somebody else holds it */
    ERROR_CANCELLED, /* the operator stopped it */
};

/* `text` is large enough for an AccessDenied with two ARNs; longer texts are cut at a character. */
struct error {
    enum error_kind kind;
    int code; /* errno, HTTP status or exit code; 0 when there is none */
    char text[1024];
    char hint[256];
};

/* Sets kind and text, clears code and hint. Always returns false; `err` may be NULL. */
bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds what to do about it. Always returns false. */
bool error_hint(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ERROR_SYSTEM with ": " and the text of errno behind the sentence; code = errno. Returns false. */
bool error_errno(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts context and ": " before the text that is already there. Always returns false. */
bool error_wrap(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct buf;
/* Appends text and hint as they are shown: sanitised, each ended by a full stop, newlines kept. */
bool error_say(const struct error *err, struct buf *out);

static inline void error_clear(struct error *err)
{
    *err = (struct error){.kind = ERROR_NONE};
}

#endif
