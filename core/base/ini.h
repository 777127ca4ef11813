/* INI files as Python's configparser.RawConfigParser reads them, for ~/.aws/config and ~/.pypirc:
 * both are defined by that parser. What is not here: interpolation, writing (a file of the operator
 * is edited as text), inline comments (there are none: they belong to the value).
 * https://docs.python.org/3/library/configparser.html#supported-ini-file-structure */
#ifndef CORE_BASE_INI_H
#define CORE_BASE_INI_H

#include "core/base/error.h"
#include "core/base/str.h"

#define INI_DEFAULT SIZE_MAX /* the [DEFAULT] section, from which every other one inherits */

/* Views are NUL-terminated and live as long as the ini. */
struct ini_option {
    size_t section;   /* index, or INI_DEFAULT */
    size_t line;      /* from 1 */
    struct str name;  /* in lower case */
    struct str value; /* continuation lines joined by LF, blanks trimmed at both ends */
};

struct ini_section {
    struct str name; /* as written between the brackets, blanks included */
    size_t line;
};

struct ini {
    struct ini_section *sections; /* in the order of the file, [DEFAULT] left out */
    struct ini_option *options;
    size_t section_count, section_capacity, option_count, option_capacity;
    char *arena; /* names and values */
    size_t arena_len, arena_size;
    uint32_t *slots; /* hash table over sections and options */
    size_t slot_count;
};

/* Fails with "FILE:LINE: reason" when the whole file must be refused; never quotes a value, which
 * may be a secret. `file` is the name to say. On failure nothing needs to be finished. */
bool ini_parse(struct ini *ini, struct str text, const char *file, struct error *err);

/* Overwrites everything that was read before freeing it. Idempotent; zeroed is fine. */
void ini_finish(struct ini *ini);

/* Index of a section by its exact name; false when there is none. */
bool ini_find(const struct ini *ini, struct str name, size_t *section);

/* NULL when neither the section nor [DEFAULT] has the option; `name` in lower case. */
const struct ini_option *ini_get(const struct ini *ini, size_t section, const char *name);

/* A value that begins on the line after "name =" may be a sub-section of "key = value" lines, one
 * level deep (botocore's extension). Keys keep their case. False when there is no such key. */
bool ini_nested(const struct ini_option *option, const char *key, struct str *value);

/* Every value that looks like a sub-section must be one: as strict as the AWS CLI. */
bool ini_check_nested(const struct ini *ini, const char *file, struct error *err);

#endif
