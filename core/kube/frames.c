/* Frames are taken apart as they come: a large one is never held. */
#include "core/kube/frames.h"

#include <openssl/evp.h>

#include "core/base/alloc.h"

enum { FIN = 0x80, RESERVED = 0x70, OPCODE = 0x0f, MASKED = 0x80, LENGTH = 0x7f };

static size_t head_size(const struct frames *frames)
{
    if (frames->head_len < 2)
        return 2;
    unsigned char length = frames->head[1] & LENGTH;
    return length == 126 ? 4 : length == 127 ? 10 : 2;
}

static bool is_control(const struct frames *frames)
{
    return frames->opcode >= FRAME_CLOSE;
}

/* A server masks nothing; control frames are short and whole. */
static bool is_sound(const struct frames *frames)
{
    bool whole = frames->head[0] & FIN;
    if ((frames->head[0] & RESERVED) || (frames->head[1] & MASKED) || frames->left >> 62)
        return false;
    if (is_control(frames))
        return frames->opcode <= FRAME_PONG && whole && frames->left <= 125;
    return frames->opcode == FRAME_CONTINUATION
               ? frames->in_message
               : frames->opcode <= FRAME_BINARY && !frames->in_message;
}

static void begin_frame(struct frames *frames)
{
    unsigned char length = frames->head[1] & LENGTH;
    frames->opcode = (enum frame_opcode)(frames->head[0] & OPCODE);
    frames->left = length < 126 ? length : 0;
    for (size_t i = 2; i < frames->head_len; i++)
        frames->left = frames->left << 8 | frames->head[i];
    frames->in_frame = true;
    frames->carried_len = 0;
    frames->broken = !is_sound(frames);
}

/* Returns whether the frames are still there. */
static bool hand_out(struct frames *frames, struct str bytes, bool begins)
{
    bool gone = false;
    frames->gone = &gone;
    if (is_control(frames))
        frames->control(frames, frames->opcode, bytes);
    else
        frames->data(frames, bytes, begins);
    if (!gone)
        frames->gone = NULL;
    return !gone;
}

static bool end_frame(struct frames *frames)
{
    frames->in_frame = false;
    frames->head_len = 0;
    if (!is_control(frames)) {
        frames->in_message = !(frames->head[0] & FIN);
        return true;
    }
    return hand_out(frames, (struct str){frames->carried, frames->carried_len}, false);
}

/* Returns whether the frames are still there. */
static bool take_payload(struct frames *frames, struct str part)
{
    frames->left -= part.len;
    if (!is_control(frames))
        return part.len == 0 || hand_out(frames, part, false);
    memcpy(frames->carried + frames->carried_len, part.data, part.len);
    frames->carried_len += part.len;
    return true;
}

static bool take_head(struct frames *frames, struct str *bytes)
{
    while (bytes->len > 0 && frames->head_len < head_size(frames)) {
        frames->head[frames->head_len++] = (unsigned char)bytes->data[0];
        *bytes = str_skip(*bytes, 1);
    }
    return frames->head_len == head_size(frames) && frames->head_len >= 2;
}

bool frames_feed(struct frames *frames, struct str bytes)
{
    while (!frames->broken && (bytes.len > 0 || (frames->in_frame && frames->left == 0))) {
        if (!frames->in_frame) {
            if (!take_head(frames, &bytes))
                return true;
            begin_frame(frames);
            bool begins =
                !frames->broken && !is_control(frames) && frames->opcode != FRAME_CONTINUATION;
            if (begins && !hand_out(frames, STR(""), true))
                return true;
            continue;
        }
        struct str part = {bytes.data, bytes.len};
        if (part.len > frames->left)
            part.len = (size_t)frames->left;
        bytes = str_skip(bytes, part.len);
        if (!take_payload(frames, part) || (frames->left == 0 && !end_frame(frames)))
            return true;
    }
    return !frames->broken;
}

void frames_finish(struct frames *frames)
{
    if (frames->gone)
        *frames->gone = true;
    frames->gone = NULL;
}

void frames_write(struct buf *out, enum frame_opcode opcode, int first, struct str bytes,
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

void frames_key(const unsigned char random[16], char key[FRAMES_KEY])
{
    EVP_EncodeBlock((unsigned char *)key, random, 16);
}

void frames_accept(const char *key, char accept[FRAMES_KEY])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    char *text = alloc_printf("%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    EVP_Digest(text, strlen(text), digest, &len, EVP_sha1(), NULL);
    EVP_EncodeBlock((unsigned char *)accept, digest, (int)len);
    free(text);
}
