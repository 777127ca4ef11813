/* The AWS files as the AWS SDK for Go reads them (aws-sdk-go-v2, internal/ini and config), as far
 * as that concerns options of profiles. For differences.c. */
#ifndef CORE_AWS_GOSDK_H
#define CORE_AWS_GOSDK_H

#include "core/base/str.h"

struct go_option {
    const char *section, *key, *value; /* owned by the file */
    size_t line;
};

struct go_file {
    struct go_option *options; /* by section and key; a section itself has the key "" */
    size_t count, capacity;
    char **texts;
    size_t text_count, text_capacity;
};

/* Sections are called "TYPE NAME" or "NAME". A file that it would refuse is read up to there. */
void go_file_read(struct go_file *file, struct str text);
void go_file_finish(struct go_file *file); /* wipes; idempotent; zeroed is fine */

/* NULL when there is none. With the key "" the section itself. */
const struct go_option *go_file_get(const struct go_file *file, const char *section,
                                    const char *key);

#endif
