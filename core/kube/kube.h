/* Who asks which API server: address, trust and credentials of one cluster, and requests to it with
 * their refusals in sentences. Credentials are asked for when a request needs them, one at a time,
 * kept until they end, and asked for once more when the server answers 401.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/ */
#ifndef CORE_KUBE_KUBE_H
#define CORE_KUBE_KUBE_H

#include "core/base/json.h"
#include "core/io/http.h"
#include "core/io/process.h"
#include "core/kube/kubeconfig.h"

struct kube {
    struct http *http;
    struct signals *signals;        /* for plugins; NULL when none can be run */
    const char *const *environment; /* of plugins; NULL: ours */
    struct kube_access access;
    /* A maker of tokens that stands in for what access.auth says; set after kube_init, may be NULL.
     * *expires_wall_ms 0: not known. False with *err when there is none to be had. One that has to
     * ask somebody first leaves *out empty and calls kube_token_came later, once. */
    bool (*token)(void *context, struct secret *out, int64_t *expires_wall_ms, struct error *err);
    void *context;

    /* private */
    struct list waiting; /* requests, for credentials */
    struct secret bearer;
    struct buf cert_pem; /* of the client, from a plugin */
    struct secret key;
    int64_t end_ms; /* wall: when the credentials end; 0: when they are refused */
    bool have_credentials;
    bool asking;         /* the maker of tokens is at it */
    unsigned generation; /* of the credentials */
    struct process plugin;
    struct timer plugin_timer;
};

/* Steals the content of *access, also on failure (an address that is none). */
bool kube_init(struct kube *kube, struct http *http, struct kube_access *access, struct error *err);
/* After its requests and reflectors; idempotent; zeroed is fine. */
void kube_finish(struct kube *kube);

/* What the maker of tokens found, from the loop: a token (copied) or, with NULL, why there is
 * none. */
void kube_token_came(struct kube *kube, const struct secret *token, int64_t expires_wall_ms,
                     const struct error *why);

struct kube_request {
    struct http_request http; /* http.response is the body of the answer (not of a stream) */
    struct list link;
    struct kube *kube; /* NULL when not in flight */

    /* asked */
    char method[8];
    struct buf path, body;
    const char *separator;
    const char *accept; /* NULL: application/json */
    int64_t timeout_ms; /* 0: none; 30 s after init */
    size_t max_body;    /* 0: 8 MiB */
    void (*data)(struct kube_request *request,
                 struct str bytes);             /* streaming; only what a 2xx says */
    void (*done)(struct kube_request *request); /* may finish or send the request anew */

    /* answered */
    bool ok;            /* 2xx, whole */
    int status;         /* 0: no answer */
    char reason[64];    /* of the Status object: "NotFound", "Expired", "Forbidden", …; or "" */
    json_t *refusal;    /* the whole Status object, or NULL */
    int64_t retry_ms;   /* Retry-After; 0: none */
    struct error error; /* code = status; ERROR_AUTH for 401 and 403 */

    /* private */
    unsigned generation; /* of the credentials it was sent with */
    bool renewed, asking;
    struct buf failure; /* body of a stream that was refused */
};

/* `path` begins with "/" and may hold a query. */
void kube_request_init(struct kube_request *request, const char *method, const char *path);
/* Appends "/segment", and "?name=value" or "&name=value", encoded. */
void kube_request_segment(struct kube_request *request, struct str segment);
void kube_request_query(struct kube_request *request, const char *name, struct str value);
/* A JSON body (takes the reference). */
void kube_request_json(struct kube_request *request, json_t *body);

/* False when it could not even begin; otherwise `done` comes exactly once, from the loop, unless
 * cancelled. */
bool kube_request_send(struct kube *kube, struct kube_request *request, struct error *err);
void kube_request_cancel(struct kube_request *request); /* no callback after it; idempotent */
void kube_request_finish(struct kube_request *request); /* idempotent; zeroed is fine */

/* Whether a stream that is open was accepted (a 2xx has come). */
bool kube_request_accepted(const struct kube_request *request);

/* The answer as JSON (a new reference), or NULL with ERROR_SERVICE when it is none. */
json_t *kube_request_answer(const struct kube_request *request, struct error *err);

#endif
