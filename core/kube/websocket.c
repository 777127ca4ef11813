/* Frames are taken apart as they come: a large one is never held. */
#include "core/kube/websocket.h"

#include <openssl/evp.h>

#include "core/base/alloc.h"

enum { FIN = 0x80, RESERVED = 0x70, OPCODE = 0x0f, MASKED = 0x80, LENGTH = 0x7f };

static size_t head_size(const struct websocket *socket)
{
    if (socket->head_len < 2)
        return 2;
    unsigned char length = socket->head[1] & LENGTH;
    return length == 126 ? 4 : length == 127 ? 10 : 2;
}

static bool is_control(const struct websocket *socket)
{
    return socket->opcode >= WEBSOCKET_CLOSE;
}

/* A server masks nothing; control frames are short and whole. */
static bool is_sound(const struct websocket *socket)
{
    bool whole = socket->head[0] & FIN;
    if ((socket->head[0] & RESERVED) || (socket->head[1] & MASKED) || socket->left >> 62)
        return false;
    if (is_control(socket))
        return socket->opcode <= WEBSOCKET_PONG && whole && socket->left <= 125;
    return socket->opcode == WEBSOCKET_CONTINUATION
               ? socket->in_message
               : socket->opcode <= WEBSOCKET_BINARY && !socket->in_message;
}

static void begin_frame(struct websocket *socket)
{
    unsigned char length = socket->head[1] & LENGTH;
    socket->opcode = (enum websocket_opcode)(socket->head[0] & OPCODE);
    socket->left = length < 126 ? length : 0;
    for (size_t i = 2; i < socket->head_len; i++)
        socket->left = socket->left << 8 | socket->head[i];
    socket->in_frame = true;
    socket->carried_len = 0;
    socket->broken = !is_sound(socket);
}

/* Returns whether the socket is still there. */
static bool hand_out(struct websocket *socket, struct str bytes, bool begins)
{
    bool gone = false;
    socket->gone = &gone;
    if (is_control(socket))
        socket->control(socket, socket->opcode, bytes);
    else
        socket->data(socket, bytes, begins);
    if (!gone)
        socket->gone = NULL;
    return !gone;
}

static bool end_frame(struct websocket *socket)
{
    socket->in_frame = false;
    socket->head_len = 0;
    if (!is_control(socket)) {
        socket->in_message = !(socket->head[0] & FIN);
        return true;
    }
    return hand_out(socket, (struct str){socket->carried, socket->carried_len}, false);
}

/* Returns whether the socket is still there. */
static bool take_payload(struct websocket *socket, struct str part)
{
    socket->left -= part.len;
    if (!is_control(socket))
        return part.len == 0 || hand_out(socket, part, false);
    memcpy(socket->carried + socket->carried_len, part.data, part.len);
    socket->carried_len += part.len;
    return true;
}

static bool take_head(struct websocket *socket, struct str *bytes)
{
    while (bytes->len > 0 && socket->head_len < head_size(socket)) {
        socket->head[socket->head_len++] = (unsigned char)bytes->data[0];
        *bytes = str_skip(*bytes, 1);
    }
    return socket->head_len == head_size(socket) && socket->head_len >= 2;
}

bool websocket_feed(struct websocket *socket, struct str bytes)
{
    while (!socket->broken && (bytes.len > 0 || (socket->in_frame && socket->left == 0))) {
        if (!socket->in_frame) {
            if (!take_head(socket, &bytes))
                return true;
            begin_frame(socket);
            bool begins =
                !socket->broken && !is_control(socket) && socket->opcode != WEBSOCKET_CONTINUATION;
            if (begins && !hand_out(socket, STR(""), true))
                return true;
            continue;
        }
        struct str part = {bytes.data, bytes.len};
        if (part.len > socket->left)
            part.len = (size_t)socket->left;
        bytes = str_skip(bytes, part.len);
        if (!take_payload(socket, part) || (socket->left == 0 && !end_frame(socket)))
            return true;
    }
    return !socket->broken;
}

void websocket_finish(struct websocket *socket)
{
    if (socket->gone)
        *socket->gone = true;
    socket->gone = NULL;
}

void websocket_frame(struct buf *out, enum websocket_opcode opcode, int first, struct str bytes,
                     const unsigned char mask[4])
{
    uint64_t len = bytes.len + (first >= 0 ? 1 : 0);
    size_t at = 0;
    (void)buf_byte(out, (char)(FIN | opcode));
    (void)buf_byte(out, (char)(MASKED | (len < 126 ? len : len < 65536 ? 126 : 127)));
    for (int i = len < 126 ? 0 : len < 65536 ? 2 : 8; i > 0; i--)
        (void)buf_byte(out, (char)(len >> (8 * (i - 1))));
    (void)buf_append(out, (struct str){(const char *)mask, 4});
    if (first >= 0)
        (void)buf_byte(out, (char)(first ^ mask[at++ % 4]));
    for (size_t i = 0; i < bytes.len; i++)
        (void)buf_byte(out, (char)((unsigned char)bytes.data[i] ^ mask[at++ % 4]));
}

void websocket_key(const unsigned char random[16], char key[WEBSOCKET_KEY])
{
    EVP_EncodeBlock((unsigned char *)key, random, 16);
}

void websocket_accept(const char *key, char accept[WEBSOCKET_KEY])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    char *text = alloc_printf("%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    EVP_Digest(text, strlen(text), digest, &len, EVP_sha1(), NULL);
    EVP_EncodeBlock((unsigned char *)accept, digest, (int)len);
    free(text);
}
