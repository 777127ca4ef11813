/* One connection of the rehearsal's server: bytes in, requests out, replies and streams back; plain
 * or TLS, by its first byte. Private to the server. */
#ifndef CORE_REHEARSAL_CONNECTION_H
#define CORE_REHEARSAL_CONNECTION_H

#include "core/rehearsal/cloud.h"
#include "core/rehearsal/server.h"

/* Takes over the descriptor; lives in server->connections until either side ends it. */
void connection_begin(struct server *server, int fd);

/* Ends every connection. */
void connections_end(struct server *server);

/* Asks every open stream what there is to say now. Returns how many there are; *next_ms (wall) is
 * when one of them has more to say. */
size_t connections_pulse(struct server *server, const struct cloud *now, int64_t *next_ms);

#endif
