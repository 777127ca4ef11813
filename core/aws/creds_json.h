/* Keys as services, processes and caches write them: one JSON object, whose members are called a
 * little differently by each. The texts pass through jansson; the keys come out as secrets. */
#ifndef CORE_AWS_CREDS_JSON_H
#define CORE_AWS_CREDS_JSON_H

#include "core/aws/creds.h"
#include "core/base/json.h"

struct creds_names { /* of the members; the end is RFC 3339, or a number of milliseconds */
    const char *id, *secret, *token, *end;
};

extern const struct creds_names creds_names_process;  /* AccessKeyId … SessionToken, Expiration */
extern const struct creds_names creds_names_metadata; /* the same with Token */
extern const struct creds_names creds_names_sso;      /* accessKeyId … expiration */

/* `where` says who wrote it: "The answer of …". Without an end the keys are taken not to end. */
bool creds_from_json(struct creds *creds, const json_t *object, const struct creds_names *names,
                     const char *where, struct error *err);

/* The member names of process as a new object: for a cache, not to be shown. */
json_t *creds_to_json(const struct creds *creds);

#endif
