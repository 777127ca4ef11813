/* timegm and the strftime family are avoided: days are counted by the civil-from-days rule so that
 * neither TZ nor the locale can change what is written. */
#include "core/base/clock.h"

#include "core/base/alloc.h"

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_monotonic(const struct clock *clock)
{
    (void)clock;
    return read_clock(CLOCK_MONOTONIC);
}

static int64_t system_wall(const struct clock *clock)
{
    (void)clock;
    return read_clock(CLOCK_REALTIME);
}

const struct clock clock_system = {system_monotonic, system_wall};

static struct tm utc(int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000 - (wall_ms % 1000 < 0));
    struct tm parts = {0};
    gmtime_r(&seconds, &parts);
    return parts;
}

const char *clock_rfc3339(int64_t wall_ms, char out[CLOCK_TEXT])
{
    struct tm t = utc(wall_ms);
    snprintf(out, CLOCK_TEXT, "%04d-%02d-%02dT%02d:%02d:%02dZ", (t.tm_year + 1900) % 10000,
             t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
    return out;
}

const char *clock_amz(int64_t wall_ms, char out[CLOCK_TEXT])
{
    struct tm t = utc(wall_ms);
    snprintf(out, CLOCK_TEXT, "%04d%02d%02dT%02d%02d%02dZ", (t.tm_year + 1900) % 10000,
             t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
    return out;
}

const char *clock_hhmm(int64_t wall_ms, char out[CLOCK_TEXT])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm t = {0};
    localtime_r(&seconds, &t);
    snprintf(out, CLOCK_TEXT, "%02d:%02d", t.tm_hour, t.tm_min);
    return out;
}

const char *clock_span(int64_t ms, char out[CLOCK_TEXT])
{
    long long s = ms > 0 ? ms / 1000 : 0;
    if (s < 60)
        snprintf(out, CLOCK_TEXT, "%llds", s);
    else if (s < 3600)
        snprintf(out, CLOCK_TEXT, "%lldm%02llds", s / 60, s % 60);
    else if (s < 48 * 3600)
        snprintf(out, CLOCK_TEXT, "%lldh%02lldm", s / 3600, s / 60 % 60);
    else
        snprintf(out, CLOCK_TEXT, "%lldd", s / 86400);
    return out;
}

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar. */
static int64_t days(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    unsigned of_era = (unsigned)(year - era * 400);
    unsigned of_year = (153 * (month + (month > 2 ? -3U : 9U)) + 2) / 5 + day - 1;
    return era * 146097 + (int64_t)(of_era * 365 + of_era / 4 - of_era / 100 + of_year) - 719468;
}

/* Exactly `digits` decimal digits off the front. */
static bool take_number(struct str *text, size_t digits, unsigned *out)
{
    if (text->len < digits)
        return false;
    *out = 0;
    for (size_t i = 0; i < digits; i++) {
        if (text->data[i] < '0' || text->data[i] > '9')
            return false;
        *out = *out * 10 + (unsigned)(text->data[i] - '0');
    }
    *text = str_skip(*text, digits);
    return true;
}

static bool take_byte(struct str *text, char byte)
{
    if (text->len == 0 || text->data[0] != byte)
        return false;
    *text = str_skip(*text, 1);
    return true;
}

static bool to_ms(unsigned year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                  unsigned second, int64_t *wall_ms)
{
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
        return false;
    int64_t seconds = days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    *wall_ms = seconds * 1000;
    return true;
}

/* "Z", "UTC", "+hh:mm" or "-hh:mm", and nothing behind it. */
static bool take_offset(struct str text, int64_t *minutes)
{
    *minutes = 0;
    if (str_is(text, "Z") || str_is(text, "z") || str_is(text, "UTC"))
        return true;
    int sign = take_byte(&text, '+') ? 1 : take_byte(&text, '-') ? -1 : 0;
    unsigned hour, minute;
    if (!sign || !take_number(&text, 2, &hour) || !take_byte(&text, ':') ||
        !take_number(&text, 2, &minute) || text.len || hour > 23 || minute > 59)
        return false;
    *minutes = sign * (int64_t)(hour * 60 + minute);
    return true;
}

bool clock_parse_rfc3339(struct str text, int64_t *wall_ms)
{
    unsigned year, month, day, hour, minute, second;
    if (!take_number(&text, 4, &year) || !take_byte(&text, '-') || !take_number(&text, 2, &month) ||
        !take_byte(&text, '-') || !take_number(&text, 2, &day))
        return false;
    if (!take_byte(&text, 'T') && !take_byte(&text, 't') && !take_byte(&text, ' '))
        return false;
    if (!take_number(&text, 2, &hour) || !take_byte(&text, ':') ||
        !take_number(&text, 2, &minute) || !take_byte(&text, ':') ||
        !take_number(&text, 2, &second))
        return false;
    unsigned fraction_ms = 0;
    if (take_byte(&text, '.')) {
        unsigned digit, scale = 100, count = 0;
        for (; take_number(&text, 1, &digit); count++, scale /= 10)
            fraction_ms += digit * scale;
        if (count == 0)
            return false;
    }
    int64_t base, offset;
    if (!to_ms(year, month, day, hour, minute, second, &base) || !take_offset(text, &offset))
        return false;
    *wall_ms = base + fraction_ms - offset * 60000;
    return true;
}

bool clock_parse_http(struct str text, int64_t *wall_ms)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct str weekday;
    text = str_trim(text);
    if (!str_cut(&text, ',', &weekday) || weekday.len != 3)
        return false;
    text = str_trim(text);
    unsigned day, year, hour, minute, second;
    if (!take_number(&text, 2, &day) || !take_byte(&text, ' ') || text.len < 3)
        return false;
    ptrdiff_t at = str_find(str_of(months), (struct str){text.data, 3});
    if (at < 0 || at % 3)
        return false;
    text = str_skip(text, 3);
    if (!take_byte(&text, ' ') || !take_number(&text, 4, &year) || !take_byte(&text, ' ') ||
        !take_number(&text, 2, &hour) || !take_byte(&text, ':') ||
        !take_number(&text, 2, &minute) || !take_byte(&text, ':') ||
        !take_number(&text, 2, &second) || !str_is(text, " GMT"))
        return false;
    return to_ms(year, (unsigned)(at / 3) + 1, day, hour, minute, second, wall_ms);
}
