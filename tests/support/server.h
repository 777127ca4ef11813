/* A server on loopback that says what a test tells it to say, in the same loop as the client, plain
 * or in TLS. It knows just enough HTTP to see where a request ends. */
#ifndef TESTS_SUPPORT_SERVER_H
#define TESTS_SUPPORT_SERVER_H

#include "core/base/buf.h"
#include "core/io/loop.h"

struct server {
    struct loop *loop;
    int fd, port;
    struct watch watch;
    struct list connections;

    /* the script; may change at any time */
    struct str answer; /* to every request; borrowed */
    bool keeps;        /* a connection keeps the answer that stood when its request came */
    size_t piece;      /* at most so many bytes of it a turn; 0: no limit */
    bool closes;       /* after the answer */
    bool at_once;      /* answers when a connection is made */
    bool raw;          /* what comes is no HTTP: it is appended to `last` */
    void (*asked)(struct server *server); /* a request is in `last`; may change the script */
    void *context;                        /* the test's */

    /* what happened */
    int accepted, requests;
    struct buf last; /* the last whole request */
    bool proved;     /* a client has shown a certificate */

    struct ssl_ctx_st *tls; /* NULL: plain */
    char *ca_pem;           /* what TLS is trusted by */
};

void server_init(struct server *server, struct loop *loop);
void server_tls(struct server *server); /* for connections to come: https://localhost */
void server_finish(struct server *server);
void server_say(struct server *server, struct str bytes); /* on every connection, at once */
void server_hang_up(struct server *server);               /* closes every connection */

/* A port on loopback that refuses connections. */
int refusing_port(void);

#endif
