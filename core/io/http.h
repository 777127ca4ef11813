/* HTTP requests on the loop: the only user of libcurl, by curl_multi_socket_action. libcurl is
 * opened (dlopen) at the first request, so that a start without network costs nothing.
 * One request = one struct, embedded in its owner; results are delivered outside libcurl; bodies
 * are capped; redirects are not followed; a request can be cancelled at any time. */
#ifndef CORE_IO_HTTP_H
#define CORE_IO_HTTP_H

#include "core/base/buf.h"
#include "core/base/secret.h"
#include "core/io/loop.h"

/* Where connections really go. */
struct http_route {
    int port; /* not 0: every request goes to 127.0.0.1:port, whatever its host, but for one to
                 "127.0.0.1:ANY", a forwarded port of this machine; no proxy */
    char ca_file[4096]; /* PEM bundle instead of the system's; "" for the default */
    char user_agent[80];
    bool (*resolves)(const char *host); /* false: as if no resolver knew the name; NULL: ask it */
};

struct http {
    struct loop *loop; /* NULL when finished */
    struct http_route route;
    struct timer timer;    /* curl's timeout */
    struct list sockets;   /* curl's, with their watches */
    struct list requests;  /* in flight */
    struct list ended;     /* to be delivered */
    struct timer delivery; /* 0 ms: callbacks come from here, never from inside curl */
    void *multi;           /* CURLM, NULL before the first request */
    bool *gone;            /* set while callbacks are called */
};

struct http_request {
    struct list link;
    struct http *http; /* NULL when not in flight */

    /* asked; the owner fills them between init and send, and they stay for another send */
    char method[12];
    struct buf url;
    struct buf headers;           /* "Name: value\n" lines, by http_header */
    struct secret secret_headers; /* the same, by http_secret_header */
    struct buf body;
    struct secret secret_body; /* instead of body */
    const char *ca_pem;        /* trust exactly these roots (borrowed until the end) */
    bool insecure;             /* do not verify; only where a kubeconfig says so */
    const char *server_name;   /* in TLS and its certificate, instead of the host; NULL or "" */
    const char *proxy;         /* instead of the environment's; NULL or "" */
    const char *client_pem;    /* who we are in TLS: a certificate; NULL or "" … */
    const struct secret *client_key; /* … and its key, PEM (all borrowed until the end) */
    int64_t timeout_ms;              /* whole request; 0: none (watches) */
    int64_t connect_ms;              /* 0: 10 s */
    size_t max_body;                 /* 0: 8 MiB; not for streams */
    void (*data)(struct http_request *request, struct str bytes); /* streaming: body is not kept */
    void (*done)(struct http_request *request); /* may finish or resend the request */

    /* answered */
    int status;                  /* 0: no answer, see error */
    struct buf response_headers; /* raw lines of the final response */
    struct buf response;
    int64_t began_ms, ended_ms; /* monotonic */
    bool failed;                /* no complete answer was received; error says why */
    bool timed_out, lasting;    /* and it was time; and it would fail again at once */
    struct error error;         /* ERROR_NETWORK, or ERROR_TOOL when this libcurl cannot do it */

    /* private */
    void *easy, *header_list, *connect_list;
    size_t limit;     /* max_body in effect */
    char detail[256]; /* libcurl's words for a failure */
    bool invalid;     /* a header had a line break */
    bool headed;      /* the blank line behind the headers came */
    bool overflow, connected;
    int proxy_status;  /* what a proxy said to CONNECT; 0: it was not asked */
    bool connect_only; /* http_tunnel's: the handle stays when the connection stands */
};

void http_init(struct http *http, struct loop *loop, const struct http_route *route);
void http_finish(struct http *http); /* cancels everything; idempotent; zeroed is fine */

void http_request_init(struct http_request *request, const char *method, const char *url);
/* Forgets the headers of both kinds, for a request that is signed again. */
void http_clear_headers(struct http_request *request);
/* A value with a line break or NUL makes http_send refuse the request. */
void http_header(struct http_request *request, const char *name, struct str value);
bool http_secret_header(struct http_request *request, const char *name, struct str prefix,
                        const struct secret *value, struct error *err);

/* False when it could not even begin (no libcurl, bad URL); otherwise `done` comes exactly once,
 * from the loop, unless cancelled. POST, PUT and PATCH always have a body, if an empty one. */
bool http_send(struct http *http, struct http_request *request, struct error *err);
void http_cancel(struct http_request *request);         /* no callback after it; idempotent */
void http_request_finish(struct http_request *request); /* cancels and frees; zeroed is fine */

/* Value of a response header, trimmed; empty when absent. */
struct str http_response_header(const struct http_request *request, const char *name);

#endif
