/* The rehearsal's network on loopback: HTTP/1.1 on our own loop, with and without TLS on one port
 * (the first byte tells). Certificates are made for whatever host the client names, signed by the
 * rehearsal's CA, so https with verification and real host names work. What is answered is
 * cloud.h's business. */
#ifndef CORE_REHEARSAL_SERVER_H
#define CORE_REHEARSAL_SERVER_H

#include <limits.h>

#include "core/io/follow.h"
#include "core/io/loop.h"
#include "core/rehearsal/authority.h"
#include "core/rehearsal/cloud.h"
#include "core/rehearsal/world_follow.h"

enum { SERVER_CONNECTIONS = 64 };

struct server {
    struct loop *loop;
    struct authority *authority; /* borrowed */
    char dir[PATH_MAX];          /* the deployment directory: its world is what is told */
    char *ca_data;               /* its certificate in base64 */
    int fd, port;
    struct watch watch;
    struct list connections;
    size_t connection_count;
    unsigned long requests;     /* served so far */
    struct timer pulse;         /* while a stream is open: when one has more to say */
    struct follow follow;       /* of the world's file, while a stream is open */
    struct world_follow states; /* terraform's, as far as the world knows them */
};

/* Listens on 127.0.0.1, any free port. */
bool server_start(struct server *server, struct loop *loop, const char *dir,
                  struct authority *authority, struct error *err);
void server_stop(struct server *server); /* idempotent; zeroed is fine */

/* What an answer depends on, read now. */
struct server_moment {
    struct world world;
    struct settings settings;
    struct cloud cloud;
};
bool server_moment_begin(struct server *server, struct server_moment *moment, struct error *err);
void server_moment_end(struct server_moment *moment);

/* Something may have happened that a stream tells. */
void server_pulse_soon(struct server *server);

#endif
