/* A pull scanner over one JSON line: walks the whole line without building anything, because
 * terraform may send tens of thousands of lines a second and most of each line is not needed.
 * Not a general parser: documents (show -json, state) are jansson's. */
#ifndef CORE_TERRAFORM_TF_SCAN_H
#define CORE_TERRAFORM_TF_SCAN_H

#include "core/base/str.h"

struct tf_scan {
    const char *at, *end;
    bool fresh;  /* just behind '{' or '[' */
    bool failed; /* not JSON; every later call returns false */
};

void tf_scan_init(struct tf_scan *scan, struct str line);
bool tf_scan_end(struct tf_scan *scan); /* nothing but blanks is left, and nothing failed */

/* The first byte of the next value ('{', '[', '"', a digit, 't' …); 0 at the end. */
char tf_scan_peek(struct tf_scan *scan);

/* Enters an object; then each member's key, raw, until false at its end or on failure. Every
 * value must be taken by one of the calls below before the next key. */
bool tf_scan_object(struct tf_scan *scan);
bool tf_scan_member(struct tf_scan *scan, struct str *key);

bool tf_scan_string(struct tf_scan *scan, struct str *raw); /* between the quotes, escapes kept */
bool tf_scan_number(struct tf_scan *scan, double *number);
bool tf_scan_literal(struct tf_scan *scan, struct str *word); /* true, false, null */
bool tf_scan_skip(struct tf_scan *scan);                      /* any value, at most 256 deep */

/* Decodes a raw string into a bounded array that is safe to show: valid UTF-8, terminal sequences
 * removed, other controls made visible as buf_sanitised does. False when it was cut. */
bool tf_scan_text(struct str raw, char *out, size_t capacity, bool keep_newlines);

/* The same for text that was never JSON. */
bool tf_clean_text(struct str text, char *out, size_t capacity, bool keep_newlines);

#endif
