/* YAML files as JSON values (libyaml): for files that people edit and this program keeps, such as
 * ekshub.yaml and an answers file. Not for files whose comments and style must survive. */
#ifndef CORE_BASE_YAML_H
#define CORE_BASE_YAML_H

#include "core/base/json.h"

/* One document. Plain true/false/null/integers/floats become their JSON types (YAML 1.2 core
 * schema), everything else strings; an empty document is an empty object. Aliases, several
 * documents and duplicate keys are refused with the line. NULL and *err on failure. */
json_t *yml_parse(struct str text, struct error *err);

/* Block style, keys in insertion order; strings that would be read as something else are quoted. */
bool yml_dump(const json_t *value, struct buf *out);

/* Whether YAML 1.1 or 1.2 would read this text, written without quotes, as something else than a
 * string. */
bool yml_needs_quotes(const char *text);

#endif
