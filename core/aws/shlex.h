/* Words of a command line as Python's shlex.split() finds them: AWS names its profiles and its
 * credential processes that way. No expansion of any kind. */
#ifndef CORE_AWS_SHLEX_H
#define CORE_AWS_SHLEX_H

#include "core/base/str.h"

/* *words is NULL-terminated; shlex_free it. False at an unclosed quotation or a trailing backslash.
 * https://docs.python.org/3/library/shlex.html#parsing-rules (POSIX mode) */
bool shlex_split(struct str text, char ***words, size_t *count);
void shlex_free(char **words); /* NULL is fine */

#endif
