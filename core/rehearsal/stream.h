/* An answer that does not end at once: a watch, or a connection that was upgraded. The server owns
 * it from the reply on and asks it again whenever the world or the time may have something new. */
#ifndef CORE_REHEARSAL_STREAM_H
#define CORE_REHEARSAL_STREAM_H

#include "core/base/buf.h"

struct cloud;

enum stream_state {
    STREAM_GOES_ON,
    STREAM_ENDS, /* what was said is sent, then a clean end */
    STREAM_CUT,  /* what was said is sent, then the connection breaks */
};

struct stream {
    const struct stream_ops *ops;
    bool upgraded; /* raw bytes both ways behind a 101; else a chunked body */
};

struct stream_ops {
    /* Appends what there is to say now. *next_ms (wall): when to ask again at the latest, if
     * nothing happens in the world before; it comes in as the end of time. */
    enum stream_state (*step)(struct stream *stream, const struct cloud *now, struct buf *out,
                              int64_t *next_ms);
    /* Upgraded ones only: bytes of the client; takes what it can use off the front of `in`. */
    enum stream_state (*input)(struct stream *stream, const struct cloud *now, struct buf *in,
                               struct buf *out);
    void (*destroy)(struct stream *stream);
};

#endif
