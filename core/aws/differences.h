/* Where terraform would read another value out of the same files than the AWS CLI does. Terraform
 * reads them with the AWS SDK for Go, whose reader knows comments behind a value, quotes and
 * indentation otherwise than Python's configparser; this program reads them as the CLI does. */
#ifndef CORE_AWS_DIFFERENCES_H
#define CORE_AWS_DIFFERENCES_H

#include "core/aws/profiles.h"

struct difference {
    char *profile;             /* whose; NULL: of the environment */
    char text[400], hint[200]; /* sanitised, without values of secrets */
};

struct differences {
    struct difference *items;
    size_t count, capacity;
};

/* Reads both files again. What cannot be read any more has no differences. */
void differences_read(struct differences *differences, const struct profiles *profiles);

/* The same from texts: pure. They are the files that `profiles` was read from. */
void differences_find(struct differences *differences, const struct profiles *profiles,
                      struct str config, struct str credentials);
void differences_finish(struct differences *differences); /* idempotent; zeroed is fine */

/* The first one that matters for a choice: of its profile, of the profiles that its role is
 * assumed with, or of the environment. NULL when there is none. */
const struct difference *differences_of(const struct differences *differences,
                                        const struct profiles *profiles,
                                        const struct profile *profile);

#endif
