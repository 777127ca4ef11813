/* What an operator wants to know who comes back: what happened in a deployment since the last face
 * left it, and what needs a look in any of them. From journals and dates alone: no network. */
#ifndef CORE_SESSION_LOOKBACK_H
#define CORE_SESSION_LOOKBACK_H

#include "core/base/json.h"
#include "core/session/summary.h"

enum { LOOKBACK_LINES = 6 };

enum lookback_tone { LOOKBACK_PLAIN, LOOKBACK_GOOD, LOOKBACK_WARNING, LOOKBACK_BAD };

struct lookback {
    int64_t left_ms; /* wall: when the last face left; 0: never was one */
    struct lookback_line {
        int64_t time_ms;
        enum lookback_tone tone;
        char text[160];
    } lines[LOOKBACK_LINES]; /* the latest ones, oldest first */
    size_t count;
    unsigned more; /* earlier ones that did not fit */
};

/* Of the events of a run's journal, and of the resources in `run` that take long; only what came
 * after `left_ms`. Texts are clean. Pure. */
void lookback_of(struct lookback *lookback, const struct estimates *estimates,
                 const struct run *run, const json_t *events, int64_t left_ms);

/* The same of the directory's last run, which is `run`. */
void lookback_read(struct lookback *lookback, const struct estimates *estimates, const char *dir,
                   const struct run *run);

/* A face looks at the deployment until now: DIR/seen. */
void lookback_seen(const char *dir, int64_t wall_ms);

struct look { /* something that needs one */
    enum lookback_tone tone;
    char text[200];
};
/* The most urgent thing first; returns how many of `capacity` were written. Pure. */
size_t look_at(const struct summary *summary, const struct estimates *estimates,
               const struct answers *answers, int64_t now_ms, struct look *out, size_t capacity);

#endif
