/* Replies as bytes. Private to the server. */
#ifndef CORE_REHEARSAL_SERVER_REPLY_H
#define CORE_REHEARSAL_SERVER_REPLY_H

#include "core/rehearsal/server.h"

/* Appends the whole response to *out. */
void server_reply(const struct server *server, const struct request *request, struct buf *out);

/* The answer to what is no request; the connection is closed after it. */
void server_refuse(const struct server *server, int status, struct buf *out);

#endif
