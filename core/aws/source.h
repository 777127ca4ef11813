/* A source of keys for other programs: an AWS config file in which one profile names a
 * credential_process, and an environment in which nothing else gives keys. So terraform's AWS SDK
 * for Go, which reads the operator's files a little differently than the AWS CLI and can ask nobody
 * for digits, gets the keys that we get, and asks again before they end.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html */
#ifndef CORE_AWS_SOURCE_H
#define CORE_AWS_SOURCE_H

#include "core/aws/creds.h"

/* Appends the file: the profile `name` ("" or NULL: the default one) with `region` (NULL: none),
 * with what `profile` (NULL: nothing) says of anything but keys, and with the command `words`
 * (NULL-terminated), behind which the name stands. No secret is in it. False when its readers would
 * not understand it: names and paths that they cannot express. */
bool aws_source_text(struct buf *out, const struct profiles *profiles,
                     const struct profile *profile, const char *name, const char *region,
                     const char *const *words, struct error *err);

/* A copy of `environment` in which the file `config` is the only source of keys. What named another
 * one is set aside, under names that only aws_source_restore looks for. */
char **aws_source_environment(const char *const *environment, const char *config);
void aws_source_environment_free(char **environment); /* NULL is fine */

/* In the program that the file names: this process's own environment as it was before. */
void aws_source_restore(void);

/* What a credential_process prints, in one write that leaves no copy behind. */
bool aws_source_print(int fd, const struct creds *creds, struct error *err);

#endif
