/* The server's side of WebSocket (RFC 6455): the handshake's key, frames in and frames out. No
 * extensions; of control frames a ping is answered and a close ends it. */
#ifndef CORE_REHEARSAL_WEBSOCKET_H
#define CORE_REHEARSAL_WEBSOCKET_H

#include "core/base/buf.h"

enum { WEBSOCKET_FRAME_MAX = 1 << 20 };

enum websocket_got {
    WEBSOCKET_MORE,    /* the frame is not all there */
    WEBSOCKET_MESSAGE, /* the frame's payload was appended to *message */
    WEBSOCKET_NOTHING, /* a control frame; what to answer was appended to *out */
    WEBSOCKET_CLOSED,
    WEBSOCKET_BROKEN,
};

/* Sec-WebSocket-Accept for the client's key; `out` has 32 bytes. */
void websocket_accept(struct str key, char out[32]);

/* Takes one frame off the front of *in. A message in several frames comes in pieces. */
enum websocket_got websocket_take(struct buf *in, struct buf *message, struct buf *out);

/* Appends a binary frame. */
void websocket_put(struct buf *out, struct str payload);
void websocket_close(struct buf *out, unsigned code);

#endif
