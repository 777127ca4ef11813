#include "core/kube/duration.h"

#include "core/base/alloc.h"

/* "3h5m", without the lesser part when it is 0. */
static const char *pair(char out[DURATION_TEXT], int64_t large, char large_unit, int64_t small,
                        char small_unit)
{
    if (small == 0)
        snprintf(out, DURATION_TEXT, "%lld%c", (long long)large, large_unit);
    else
        snprintf(out, DURATION_TEXT, "%lld%c%lld%c", (long long)large, large_unit, (long long)small,
                 small_unit);
    return out;
}

const char *duration_human(int64_t ms, char out[DURATION_TEXT])
{
    int64_t s = ms / 1000, minutes = s / 60, hours = s / 3600, days = hours / 24;
    if (s < -1) {
        snprintf(out, DURATION_TEXT, "<invalid>");
        return out;
    }
    if (s < 0)
        return pair(out, 0, 's', 0, 's');
    if (s < 120)
        return pair(out, s, 's', 0, 's');
    if (minutes < 10)
        return pair(out, minutes, 'm', s % 60, 's');
    if (hours < 3)
        return pair(out, minutes, 'm', 0, 's');
    if (hours < 8)
        return pair(out, hours, 'h', minutes % 60, 'm');
    if (hours < 48)
        return pair(out, hours, 'h', 0, 'm');
    if (days < 8)
        return pair(out, days, 'd', hours % 24, 'h');
    if (days < 2 * 365)
        return pair(out, days, 'd', 0, 'h');
    return pair(out, days / 365, 'y', days < 8 * 365 ? days % 365 : 0, 'd');
}

const char *duration_since(int64_t since_ms, int64_t now_ms, char out[DURATION_TEXT])
{
    if (since_ms != 0)
        return duration_human(now_ms - since_ms, out);
    snprintf(out, DURATION_TEXT, "<unknown>");
    return out;
}
