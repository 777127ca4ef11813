/* One connection of a forward; for forward*.c alone. */
#ifndef CORE_KUBE_FORWARD_PRIVATE_H
#define CORE_KUBE_FORWARD_PRIVATE_H

#include "core/io/http_tunnel.h"
#include "core/kube/forward.h"
#include "core/kube/frames.h"

struct forward_stream {
    struct list link;
    struct forward *forward;
    struct watch watch;        /* on the accepted connection */
    struct kube_request check; /* asked first where credentials may have to be renewed */
    struct http_tunnel tunnel;
    struct frames socket;
    struct buf out;   /* for the accepted connection */
    struct timer end; /* 0 ms: streams are freed from here alone */
    char key[FRAMES_KEY];
    bool open;       /* bytes may flow */
    bool local_over; /* the accepted connection said its last */
    bool closing;    /* the pod did; `out` is still to be written */
    bool renewed;
    int channel;          /* of the message that comes; -1: not known yet */
    unsigned preamble[2]; /* bytes of the port number seen on each channel */
    struct buf complaint; /* of the error channel */
};

/* Takes an accepted descriptor. */
void forward_stream_start(struct forward *forward, int fd);
void forward_stream_destroy(struct forward_stream *stream);

/* A stream could not be carried; `status` of the answer, 0: none. May end the forward. */
void forward_trouble(struct forward *forward, const struct error *err, int status);

#endif
