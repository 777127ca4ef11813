/* Replies as bytes. Private to the server. */
#ifndef CORE_REHEARSAL_SERVER_REPLY_H
#define CORE_REHEARSAL_SERVER_REPLY_H

#include "core/rehearsal/server.h"

/* Appends the whole response to *out, or its head and gives the *stream that goes on with it. False
 * when nothing answers: the connection is closed without a word. */
bool server_reply(struct server *server, const struct request *request, struct buf *out,
                  struct stream **stream);

/* Appends status line and headers. */
void reply_head(const struct cloud_reply *reply, int64_t now_ms, bool keep_alive, struct buf *out);

/* The answer to what is no request; the connection is closed after it. */
void server_refuse(const struct server *server, int status, struct buf *out);

#endif
