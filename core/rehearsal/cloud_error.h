/* AWS's errors in each service's shape. Private to the cloud's files. */
#ifndef CORE_REHEARSAL_CLOUD_ERROR_H
#define CORE_REHEARSAL_CLOUD_ERROR_H

#include "core/rehearsal/cloud.h"

enum cloud_shape {
    CLOUD_QUERY,  /* sts, iam, elasticloadbalancing: XML ErrorResponse */
    CLOUD_EC2,    /* XML Response */
    CLOUD_REST,   /* eks: JSON and x-amzn-ErrorType */
    CLOUD_JSON11, /* servicequotas, pricing: JSON with __type */
    CLOUD_S3,     /* XML Error */
    CLOUD_PLAIN,  /* no AWS service */
};

enum cloud_problem {
    CLOUD_NO_AUTH,
    CLOUD_BAD_KEY,
    CLOUD_BAD_SIGNATURE,
    CLOUD_UNKNOWN_ACTION,
    CLOUD_EXPIRED,
};

void cloud_problem_reply(struct cloud_reply *reply, enum cloud_shape shape,
                         enum cloud_problem problem, const char *subject);
void cloud_error_reply(struct cloud_reply *reply, enum cloud_shape shape, int status,
                       const char *code, const char *message);

/* Appends text as XML character data. */
void cloud_xml(struct buf *out, struct str text);

/* A request id: a random UUID. */
void cloud_id(char out[37]);

#endif
