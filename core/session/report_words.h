/* How report*.c writes a value: what is empty or unknown is null. For nobody else. */
#ifndef CORE_SESSION_REPORT_WORDS_H
#define CORE_SESSION_REPORT_WORDS_H

#include "core/base/json.h"

void report_text(json_t *object, const char *key, const char *text); /* NULL and "": null */
void report_time(json_t *object, const char *key, int64_t wall_ms);  /* 0: null */
/* $/h to four places; below 0: null */
void report_cost(json_t *object, const char *key, double per_hour);
struct outputs;
json_t *report_urls(const struct outputs *outputs); /* NULL: none */

#endif
