/* The frames of a WebSocket as a client speaks it (RFC 6455, section 5), and its opening handshake.
 * Pure: bytes in, events and bytes out; knows no connection. */
#ifndef CORE_KUBE_FRAMES_H
#define CORE_KUBE_FRAMES_H

#include "core/base/buf.h"

enum frame_opcode {
    FRAME_CONTINUATION,
    FRAME_TEXT,
    FRAME_BINARY,
    FRAME_CLOSE = 8,
    FRAME_PING,
    FRAME_PONG,
};

struct frames {
    /* A piece of a message, as it comes: `begins` with its first one (which may be empty). */
    void (*data)(struct frames *frames, struct str bytes, bool begins);
    /* A ping, pong or close with what it carries (at most 125 bytes). */
    void (*control)(struct frames *frames, enum frame_opcode opcode, struct str bytes);
    bool broken; /* what came is no WebSocket */

    /* private */
    unsigned char head[14];
    size_t head_len;
    uint64_t left; /* of the frame's payload */
    enum frame_opcode opcode;
    bool in_frame, in_message;
    char carried[125];
    size_t carried_len;
    bool *gone;
};

/* False when it is broken. The callbacks may free what holds them, with frames_finish. */
bool frames_feed(struct frames *frames, struct str bytes);
void frames_finish(struct frames *frames); /* idempotent; zeroed is fine */

/* Appends one whole, masked frame; `first` (-1: none) is put before the bytes. */
void frames_write(struct buf *out, enum frame_opcode opcode, int first, struct str bytes,
                  const unsigned char mask[4]);

#define FRAMES_KEY 32
/* Sec-WebSocket-Key of 16 random bytes, and the Sec-WebSocket-Accept that answers it. */
void frames_key(const unsigned char random[16], char key[FRAMES_KEY]);
void frames_accept(const char *key, char accept[FRAMES_KEY]);

#endif
