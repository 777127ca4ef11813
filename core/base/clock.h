/* Time as an argument: everything that asks what time it is asks a clock, so that tests set it.
 * Also the few ways in which times are written. */
#ifndef CORE_BASE_CLOCK_H
#define CORE_BASE_CLOCK_H

#include <stdint.h>

#include "core/base/str.h"

struct clock {
    int64_t (*monotonic_ms)(const struct clock *clock); /* does not jump */
    int64_t (*wall_ms)(const struct clock *clock);      /* since 1970-01-01 UTC */
};

extern const struct clock clock_system;

static inline int64_t clock_now(const struct clock *clock)
{
    return clock->monotonic_ms(clock);
}

static inline int64_t clock_wall(const struct clock *clock)
{
    return clock->wall_ms(clock);
}

#define CLOCK_TEXT 32
/* "2026-11-22T14:21:07Z" (RFC 3339, UTC). Returns `out`. */
const char *clock_rfc3339(int64_t wall_ms, char out[CLOCK_TEXT]);
/* "20261122T142107Z" (SigV4). */
const char *clock_amz(int64_t wall_ms, char out[CLOCK_TEXT]);
/* "14:21" in local time. */
const char *clock_hhmm(int64_t wall_ms, char out[CLOCK_TEXT]);
/* "6m58s", "2h41m", "41d", "0s"; negative is taken as 0. */
const char *clock_span(int64_t ms, char out[CLOCK_TEXT]);
/* RFC 3339 with any offset and fraction, and "…UTC" as the AWS CLI writes it. */
bool clock_parse_rfc3339(struct str text, int64_t *wall_ms);
/* An HTTP Date header (RFC 9110, IMF-fixdate). */
bool clock_parse_http(struct str text, int64_t *wall_ms);

#endif
