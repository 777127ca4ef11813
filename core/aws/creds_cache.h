/* ~/.aws/cli/cache, shared with the AWS CLI v2: keys of roles and of IAM Identity Center by what
 * was asked for. A file that cannot be read or used counts as none, one that cannot be written is
 * done without: the cache only saves time (and asking for digits again).
 * https://github.com/aws/aws-cli/blob/v2/awscli/botocore/credentials.py (CachedCredentialFetcher)
 */
#ifndef CORE_AWS_CREDS_CACHE_H
#define CORE_AWS_CREDS_CACHE_H

#include "core/aws/creds.h"
#include "core/base/json.h"

/* The arguments of a call as json.dumps(sort_keys=True) of Python writes them; `compact` leaves out
 * the blanks. Strings, integers, null, and arrays of these. */
void creds_cache_key(const json_t *arguments, bool compact, struct buf *out);

/* HOME/FOLDER/SHA1(text).json; `folder` is "cli/cache" or "sso/cache", below .aws. */
bool creds_cache_path(const char *home, const char *folder, struct str text, char out[4096],
                      struct error *err);

/* Keys that last until `after_wall_ms` at least. `creds->method` is left alone. */
bool creds_cache_read(const char *path, int64_t after_wall_ms, struct creds *creds);

/* `about` (taken) gets the member Credentials and is written, 0600. Keys without an end are not. */
bool creds_cache_write(const char *path, json_t *about, const struct creds *creds,
                       struct error *err);

/* Writes JSON that holds secrets: atomically, 0600, its text wiped. */
bool creds_file_write(const char *path, const json_t *value, struct error *err);
/* Reads such a file; NULL when it is missing or no JSON object. */
json_t *creds_file_read(const char *path);

#endif
