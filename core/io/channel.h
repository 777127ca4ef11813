/* The control socket of a run: one JSON line asked, one JSON line answered, then the connection
 * closes; a Unix stream socket (0600). Long directory names are no obstacle (sun_path has 108
 * bytes; the socket is named through /proc/self/fd of its directory). Nonsense is answered with an
 * error and the worker goes on. Lines are wiped after use: they may carry secrets. */
#ifndef CORE_IO_CHANNEL_H
#define CORE_IO_CHANNEL_H

#include <limits.h>

#include "core/base/json.h"
#include "core/io/loop.h"

#define CHANNEL_LINE_MAX ((size_t)1 << 20)

/* The listening side. At most CHANNEL_PEERS are served at a time (the oldest goes when another one
 * comes) and each must be done within CHANNEL_PEER_MS. */
enum { CHANNEL_PEERS = 16, CHANNEL_PEER_MS = 30000 };

struct channel {
    struct loop *loop; /* NULL when closed */
    int fd;
    struct watch watch;
    struct list peers; /* oldest first */
    size_t peer_count;
    char path[PATH_MAX];
    /* Returns the answer (a new reference), or NULL for {"ok":true}. `request` is borrowed. May
     * close the channel: the answer is lost then. */
    json_t *(*request)(struct channel *channel, const json_t *request);
};

/* A zeroed channel with `request` set. A socket that a dead worker left is replaced: the caller
 * holds the lock that says there is no other. */
bool channel_listen(struct channel *channel, struct loop *loop, const char *path,
                    struct error *err);
void channel_close(struct channel *channel); /* removes the socket file; idempotent */

struct channel_line { /* wiped whenever it moves or goes */
    char *data;
    size_t len, capacity, sent;
};

struct channel_call {  /* the asking side: one request, one answer, at most `timeout_ms` */
    struct loop *loop; /* NULL when nothing is under way */
    int fd;
    struct watch watch;
    struct timer timer;
    struct channel_line out, in;
    bool ok;
    struct error error; /* why not ok; an answer {"ok":false,"text":…} lands here too */
    json_t *answer;     /* owned by the call; NULL when there was none */
    void (*ended)(struct channel_call *call); /* may finish the call or ask again */
};

/* Steals `request`, an object. A socket that nobody listens on is ERROR_NETWORK at once; on failure
 * nothing is under way. */
bool channel_ask(struct channel_call *call, struct loop *loop, const char *path, json_t *request,
                 int64_t timeout_ms, struct error *err);
void channel_call_finish(struct channel_call *call); /* idempotent; zeroed is fine */

#endif
