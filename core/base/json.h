/* JSON by jansson, behind getters that take a dotted path and never fail: what is absent, null or
 * of another type gives the fallback. Numbers in a path index arrays: "items.0.name".
 * Ownership is jansson's: js_parse and js_dump callers json_decref what they own. */
#ifndef CORE_BASE_JSON_H
#define CORE_BASE_JSON_H

#include <jansson.h>

#include "core/base/buf.h"
#include "core/base/error.h"

/* One whole document (any type). NUL inside strings is accepted; lone surrogates and invalid UTF-8
 * are refused. Nesting is limited by jansson (2048). NULL and *err on failure. */
json_t *js_parse(struct str text, struct error *err);

const json_t *js_get(const json_t *value, const char *path);             /* NULL when absent */
const char *js_text(const json_t *value, const char *path);              /* "" when absent */
struct str js_str(const json_t *value, const char *path);                /* may hold NUL bytes */
int64_t js_int(const json_t *value, const char *path, int64_t fallback); /* a real is truncated */
double js_real(const json_t *value, const char *path, double fallback);
bool js_bool(const json_t *value, const char *path, bool fallback);
size_t js_count(const json_t *value, const char *path); /* elements of an array, 0 when absent */

/* A string value from bytes of any origin: made valid UTF-8 and free of terminal controls. Newlines
 * stay. A new reference. */
json_t *js_clean(struct str text);

/* Sets object[key]; both return `object`'s borrowed self so that calls read as a list. NULL text
 * becomes null. Text must be UTF-8; when it is not it is cleaned. */
void js_set(json_t *object, const char *key, json_t *value); /* takes the reference */
void js_set_text(json_t *object, const char *key, const char *text);
void js_set_int(json_t *object, const char *key, int64_t number);
void js_set_bool(json_t *object, const char *key, bool value);

/* One line, compact, in insertion order, without the newline. */
bool js_dump(const json_t *value, struct buf *out);

#endif
