/* Just enough of HTTP/2 (RFC 9113) to see how a client shares a connection: frames are told apart,
 * headers are not read, and an answer is a status and a body. On a `struct server` in TLS that is
 * raw; its one connection. */
#ifndef TESTS_SUPPORT_H2_H
#define TESTS_SUPPORT_H2_H

#include "tests/support/server.h"

enum { H2_STREAMS = 32 };

struct h2 {
    struct server *server;
    size_t parsed;                /* of server->last */
    uint32_t streams[H2_STREAMS]; /* requests that came whole, in order */
    int count;
    bool greeted;
    void (*asked)(struct h2 *h2); /* another stream has its request; may answer any of them */
};

/* From the next connection on the server offers h2 in TLS. The server is the h2's until it ends. */
void h2_init(struct h2 *h2, struct server *server);
void h2_answer(struct h2 *h2, uint32_t stream, struct str body); /* 200 and the body, at once */
void h2_reset(struct h2 *h2, uint32_t stream);                   /* INTERNAL_ERROR */

#endif
