/* A server on loopback that says what a test tells it to say, in the same loop as the client. It
 * knows just enough HTTP to see where a request ends. */
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
    size_t piece;      /* at most so many bytes of it a turn; 0: no limit */
    bool closes;       /* after the answer */
    bool at_once;      /* answers when a connection is made */

    /* what happened */
    int accepted, requests;
    struct buf last; /* the last whole request */
};

void server_init(struct server *server, struct loop *loop);
void server_finish(struct server *server);
void server_say(struct server *server, struct str bytes); /* on every connection, at once */
void server_hang_up(struct server *server);               /* closes every connection */

/* A port on loopback that refuses connections. */
int refusing_port(void);

#endif
