/* Signed requests to AWS on the loop: endpoint, signature, retries, and the error as a sentence.
 * What a service's answer means is for the file of that service. */
#ifndef CORE_AWS_AWS_H
#define CORE_AWS_AWS_H

#include "core/aws/creds.h"
#include "core/aws/refusal.h"
#include "core/aws/retry.h"
#include "core/io/http.h"

struct aws_renewal;

struct aws { /* who asks, and where */
    struct http *http;
    struct creds creds;
    char region[64];
    struct endpoints endpoints;
    struct aws_retries retries;
    bool skew_known;
    int64_t skew_ms;             /* AWS's clock minus ours, from the last answer's Date */
    int64_t correction_ms;       /* added to the time when signing, once AWS refused ours */
    struct aws_renewal *renewal; /* renewal.h: where keys come from that end; NULL: they stay */
};

/* Steals the content of *creds, also on failure. Endpoints and AWS_MAX_ATTEMPTS come from the
 * environment and the profile (which may be NULL). Fails for a region or an endpoint that is none.
 */
bool aws_init(struct aws *aws, struct http *http, const struct profiles *profiles,
              const struct profile *profile, const char *region, struct creds *creds,
              struct error *err);
void aws_finish(struct aws *aws); /* after its requests; idempotent; zeroed is fine */

/* New keys for the requests to come, as after a sign-in. Steals the content of *creds. */
void aws_set_creds(struct aws *aws, struct creds *creds);

/* AWS_CA_BUNDLE or the profile's ca_bundle, for http_route.ca_file; NULL when there is none. */
const char *aws_ca_bundle(const struct profiles *profiles, const struct profile *profile);

struct aws_request {
    struct http_request http; /* http.response is the body of the answer */
    struct aws *aws;
    enum aws_service service;
    const char *action; /* static text */
    char region[64];    /* to ask in; the client's unless changed before sending */
    char bucket[64];    /* of S3: stands in the host, or before the path; "" for none */
    char method[12];
    struct buf path, headers, body;
    const char *separator;       /* of the next parameter */
    bool anonymous;              /* not signed */
    bool confidential;           /* body and answer hold secrets: they are wiped */
    const struct secret *bearer; /* of the header `bearer_name`, as it is; NULL: none */
    const char *bearer_name;
    struct list waiting; /* for keys */
    struct timer timer;  /* of the next attempt */
    unsigned attempt;
    int paid; /* for the last retry */
    bool resigned;
    /* answered */
    bool ok;
    struct error error;
    struct aws_refusal refusal;                /* when a service said no */
    void (*done)(struct aws_request *request); /* may finish or send the request anew */
};

/* A request with path and method; `action` is what it is called in sentences. */
void aws_request_init(struct aws_request *request, struct aws *aws, enum aws_service service,
                      const char *action, const char *method, const char *path);
/* Appends "/segment" to the path, and "?name=value" or "&name=value", encoded. */
void aws_request_segment(struct aws_request *request, struct str segment);
void aws_request_query(struct aws_request *request, const char *name, struct str value);

/* A form POST of the query protocol (STS, IAM, EC2, Elastic Load Balancing), and its parameters. */
void aws_form_init(struct aws_request *request, struct aws *aws, enum aws_service service,
                   const char *action, const char *version);
void aws_form_set(struct aws_request *request, const char *name, struct str value);

/* False when it could not even begin; otherwise `done` comes exactly once, unless cancelled. */
bool aws_request_send(struct aws_request *request, struct error *err);
void aws_request_cancel(struct aws_request *request); /* no callback after it; idempotent */
void aws_request_finish(struct aws_request *request); /* idempotent; zeroed is fine */

/* For an answer that is not what the service documents. Always returns false. */
bool aws_request_nonsense(const struct aws_request *request, struct error *err);

#endif
