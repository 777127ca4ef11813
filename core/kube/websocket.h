/* The frames of a WebSocket as a client speaks it (RFC 6455, section 5), and its opening handshake.
 * Pure: bytes in, events and bytes out; knows no connection. */
#ifndef CORE_KUBE_WEBSOCKET_H
#define CORE_KUBE_WEBSOCKET_H

#include "core/base/buf.h"

enum websocket_opcode {
    WEBSOCKET_CONTINUATION,
    WEBSOCKET_TEXT,
    WEBSOCKET_BINARY,
    WEBSOCKET_CLOSE = 8,
    WEBSOCKET_PING,
    WEBSOCKET_PONG,
};

struct websocket {
    /* A piece of a message, as it comes: `begins` with its first one (which may be empty). */
    void (*data)(struct websocket *socket, struct str bytes, bool begins);
    /* A ping, pong or close with what it carries (at most 125 bytes). */
    void (*control)(struct websocket *socket, enum websocket_opcode opcode, struct str bytes);
    bool broken; /* what came is no WebSocket */

    /* private */
    unsigned char head[14];
    size_t head_len;
    uint64_t left; /* of the frame's payload */
    enum websocket_opcode opcode;
    bool in_frame, in_message;
    char carried[125];
    size_t carried_len;
    bool *gone;
};

/* False when it is broken. The callbacks may free the socket with websocket_finish. */
bool websocket_feed(struct websocket *socket, struct str bytes);
void websocket_finish(struct websocket *socket); /* idempotent; zeroed is fine */

/* Appends one whole, masked frame; `first` (-1: none) is put before the bytes. */
void websocket_frame(struct buf *out, enum websocket_opcode opcode, int first, struct str bytes,
                     const unsigned char mask[4]);

#define WEBSOCKET_KEY 32
/* Sec-WebSocket-Key of 16 random bytes, and the Sec-WebSocket-Accept that answers it. */
void websocket_key(const unsigned char random[16], char key[WEBSOCKET_KEY]);
void websocket_accept(const char *key, char accept[WEBSOCKET_KEY]);

#endif
