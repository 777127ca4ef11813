/* One HTTP/1.1 request out of bytes (RFC 9112): pure, incremental by asking again with more bytes.
 * Refuses what a hostile or broken client may send; bodies by Content-Length or chunked. */
#ifndef CORE_REHEARSAL_REQUEST_H
#define CORE_REHEARSAL_REQUEST_H

#include "core/base/buf.h"

enum {
    REQUEST_HEAD_MAX = 32 << 10,
    REQUEST_BODY_MAX = 4 << 20,
    REQUEST_UPLOAD_MAX = 64 << 20, /* a multipart form of known length */
    REQUEST_HEADERS_MAX = 64,
};

struct request_header {
    struct str name, value;
};

struct request { /* views into the bytes; `body` too unless it came in chunks */
    struct str method, target, path, query, host;
    struct request_header headers[REQUEST_HEADERS_MAX];
    size_t header_count;
    struct str body;
    struct buf chunks; /* the body, when it came in chunks */
    bool keep_alive, expects_continue;
    bool secure; /* it came over TLS; the connection knows */
};

enum request_state {
    REQUEST_MORE,     /* not all there yet */
    REQUEST_CONTINUE, /* head is there and the client waits for "100 Continue" */
    REQUEST_READY,    /* *taken bytes belong to it */
    REQUEST_BAD,      /* answer *status and close */
};

/* Looks at the bytes that have arrived so far, from the start of the request. */
enum request_state request_parse(struct str bytes, struct request *request, size_t *taken,
                                 int *status);
void request_finish(struct request *request); /* idempotent; zeroed is fine */

struct str request_header(const struct request *request, const char *name); /* empty: absent */

/* Value of a form or query parameter, percent-decoded; false when absent. */
bool request_parameter(const struct request *request, const char *name, struct buf *out);

#endif
