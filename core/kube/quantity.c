#include "core/kube/quantity.h"

#include "core/base/alloc.h"

#define DIGITS 18 /* as many as are exact in int64_t */

/* A decimal number: digits of it as one integer, and how many of them stood behind the point. */
struct decimal {
    int64_t digits;
    int exponent; /* value = digits * 10^exponent */
    bool more;    /* digits were left out behind the last one */
};

static bool take_decimal(struct str *text, struct decimal *out)
{
    bool any = false, point = false;
    int kept = 0;
    for (; text->len > 0; *text = str_skip(*text, 1)) {
        char c = text->data[0];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9')
            break;
        any = true;
        if (kept < DIGITS) {
            out->digits = out->digits * 10 + (c - '0');
            out->exponent -= point ? 1 : 0;
            kept += out->digits > 0 ? 1 : 0;
        } else {
            out->more |= c != '0';
            out->exponent += point ? 0 : 1;
        }
    }
    return any;
}

/* What the suffix multiplies with: 2^*two * 10^*ten. */
static bool suffix_of(struct str text, int *two, int *ten)
{
    static const struct {
        const char *name;
        int two, ten;
    } suffixes[] = {{"", 0, 0},    {"n", 0, -9},  {"u", 0, -6},  {"m", 0, -3},
                    {"k", 0, 3},   {"M", 0, 6},   {"G", 0, 9},   {"T", 0, 12},
                    {"P", 0, 15},  {"E", 0, 18},  {"Ki", 10, 0}, {"Mi", 20, 0},
                    {"Gi", 30, 0}, {"Ti", 40, 0}, {"Pi", 50, 0}, {"Ei", 60, 0}};
    int64_t exponent;
    *two = *ten = 0;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (str_is(text, suffixes[i].name)) {
            *two = suffixes[i].two;
            *ten = suffixes[i].ten;
            return true;
        }
    }
    if (text.len < 2 || (text.data[0] != 'e' && text.data[0] != 'E') ||
        !str_to_int64(str_skip(text, 1), &exponent) || exponent < -99 || exponent > 99)
        return false;
    *ten = (int)exponent;
    return true;
}

static int64_t times(int64_t value, int64_t factor)
{
    return value > INT64_MAX / factor ? INT64_MAX : value * factor;
}

bool quantity_parse(struct str text, int64_t *milli)
{
    struct decimal number = {0};
    int two, ten;
    bool negative = text.len > 0 && text.data[0] == '-';
    if (text.len > 0 && (text.data[0] == '-' || text.data[0] == '+'))
        text = str_skip(text, 1);
    if (!take_decimal(&text, &number) || !suffix_of(text, &two, &ten))
        return false;
    int64_t value = number.digits;
    ten += number.exponent + 3;
    bool rest = number.more;
    /* halves first where tenths follow: 1.5Gi is 15 * 2^30 / 10 */
    for (; two > 0 && value < INT64_MAX; two--)
        value = times(value, 2);
    for (; ten > 0 && value > 0 && value < INT64_MAX; ten--)
        value = times(value, 10);
    for (; ten < 0 && value > 0 && value < INT64_MAX; ten++) {
        rest |= value % 10 != 0;
        value /= 10;
    }
    value += rest && value < INT64_MAX ? 1 : 0;
    *milli = negative ? -value : value;
    return true;
}

const char *quantity_cpu(int64_t milli, char out[QUANTITY_TEXT])
{
    if (milli % 1000 == 0)
        snprintf(out, QUANTITY_TEXT, "%lld cpu", (long long)(milli / 1000));
    else if (milli % 100 == 0)
        snprintf(out, QUANTITY_TEXT, "%.1f cpu", (double)milli / 1000);
    else
        snprintf(out, QUANTITY_TEXT, "%lldm cpu", (long long)milli);
    return out;
}

const char *quantity_bytes(int64_t milli, char out[QUANTITY_TEXT])
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double value = (double)milli / 1000;
    size_t unit = 0;
    while (value >= 1024 && unit + 1 < sizeof units / sizeof *units) {
        value /= 1024;
        unit++;
    }
    bool whole = value - (double)(int64_t)value < 0.05;
    snprintf(out, QUANTITY_TEXT, whole ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return out;
}
