/* Frames by the book: https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
#include "core/rehearsal/websocket.h"

#include <openssl/evp.h>

#include "core/base/alloc.h"

enum { CONTINUATION = 0, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10, FIN = 0x80 };

void websocket_accept(struct str key, char out[32])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    char *text = alloc_printf("%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", STR_ARG(key));
    EVP_Digest(text, strlen(text), digest, &size, EVP_sha1(), NULL);
    EVP_EncodeBlock((unsigned char *)out, digest, (int)size);
    free(text);
}

static void put_frame(struct buf *out, int opcode, struct str payload)
{
    buf_byte(out, (char)(FIN | opcode));
    if (payload.len < 126)
        buf_byte(out, (char)payload.len);
    else if (payload.len < 65536) {
        buf_byte(out, 126);
        buf_byte(out, (char)(payload.len >> 8 & 0xff));
        buf_byte(out, (char)(payload.len & 0xff));
    } else {
        buf_byte(out, 127);
        for (int shift = 56; shift >= 0; shift -= 8)
            buf_byte(out, (char)((uint64_t)payload.len >> shift & 0xff));
    }
    buf_append(out, payload);
}

void websocket_put(struct buf *out, struct str payload)
{
    put_frame(out, BINARY, payload);
}

void websocket_close(struct buf *out, unsigned code)
{
    char bytes[2] = {(char)(code >> 8), (char)(code & 0xff)};
    put_frame(out, CLOSE, (struct str){bytes, sizeof bytes});
}

static enum websocket_got act(int opcode, struct str payload, struct buf *message, struct buf *out)
{
    switch (opcode) {
    case CONTINUATION:
    case TEXT:
    case BINARY:
        buf_append(message, payload);
        return WEBSOCKET_MESSAGE;
    case PING:
        put_frame(out, PONG, payload);
        return WEBSOCKET_NOTHING;
    case PONG:
        return WEBSOCKET_NOTHING;
    case CLOSE:
        put_frame(out, CLOSE, payload.len >= 2 ? (struct str){payload.data, 2} : payload);
        return WEBSOCKET_CLOSED;
    default:
        return WEBSOCKET_BROKEN;
    }
}

enum websocket_got websocket_take(struct buf *in, struct buf *message, struct buf *out)
{
    const unsigned char *bytes = (const unsigned char *)in->data;
    size_t head = 2, size;
    if (in->len < head)
        return WEBSOCKET_MORE;
    if (!(bytes[1] & 0x80) || bytes[0] & 0x70) /* clients mask, and nothing is negotiated */
        return WEBSOCKET_BROKEN;
    size = bytes[1] & 0x7f;
    size_t wide = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (in->len < head + wide + 4)
        return WEBSOCKET_MORE;
    if (wide)
        size = 0;
    for (size_t i = 0; i < wide; i++) {
        if (size > WEBSOCKET_FRAME_MAX)
            return WEBSOCKET_BROKEN;
        size = size << 8 | bytes[head + i];
    }
    head += wide + 4;
    if (size > WEBSOCKET_FRAME_MAX)
        return WEBSOCKET_BROKEN;
    if (in->len < head + size)
        return WEBSOCKET_MORE;
    char *payload = in->data + head;
    for (size_t i = 0; i < size; i++)
        payload[i] = (char)(payload[i] ^ in->data[head - 4 + i % 4]);
    enum websocket_got got = act(bytes[0] & 0x0f, (struct str){payload, size}, message, out);
    buf_drop(in, head + size);
    return got;
}
