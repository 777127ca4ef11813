/* The control socket of a run: one JSON line a request, one JSON line an answer, over a Unix stream
 * socket (0600). Long directory names are no obstacle (sun_path has 108 bytes; the socket is named
 * through /proc/self/fd of its directory). Nonsense on the line is answered with an error and the
 * connection closed; the worker goes on. Lines are wiped after use: they may carry secrets. */
#ifndef CORE_IO_CHANNEL_H
#define CORE_IO_CHANNEL_H

#include "core/base/json.h"
#include "core/io/loop.h"

struct channel { /* the listening side */
    struct loop *loop;
    int fd;
    struct watch watch;
    struct list peers;
    char path[4096];
    /* Returns the answer (a new reference), or NULL for {"ok":true}. `request` is borrowed. */
    json_t *(*request)(struct channel *channel, const json_t *request);
};

bool channel_listen(struct channel *channel, struct loop *loop, const char *path,
                    struct error *err);
void channel_close(struct channel *channel); /* removes the socket file; idempotent */

struct channel_call { /* the asking side: one request, one answer, at most `timeout_ms` */
    struct loop *loop;
    int fd;
    struct watch watch;
    struct timer timer;
    struct buf out, in;
    size_t sent;
    bool ok;
    struct error error; /* why not ok; an answer {"ok":false,"text":…} lands here too */
    json_t *answer;     /* owned by the call */
    void (*ended)(struct channel_call *call); /* may finish the call */
};

/* Steals `request`. A socket that nobody listens on gives ERROR_NETWORK at once. */
bool channel_ask(struct channel_call *call, struct loop *loop, const char *path, json_t *request,
                 int64_t timeout_ms, struct error *err);
void channel_call_finish(struct channel_call *call); /* idempotent; zeroed is fine */

#endif
