#include "tests/support/h2.h"

#include <openssl/ssl.h>

enum { FRAME = 9, PREFACE = 24, PIECE = 8192 };
enum { DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, PING = 6 };
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4 };
enum { INTERNAL_ERROR = 2 };

static uint32_t number(const char *bytes, int size)
{
    uint32_t n = 0;
    for (int i = 0; i < size; i++)
        n = n << 8 | (unsigned char)bytes[i];
    return n;
}

static void put_frame(struct buf *out, int type, int flags, uint32_t stream, struct str content)
{
    char head[FRAME] = {0, (char)(content.len >> 8), (char)content.len, (char)type, (char)flags};
    for (int i = 0; i < 4; i++)
        head[5 + i] = (char)(stream >> (8 * (3 - i)));
    buf_append(out, (struct str){head, sizeof head});
    buf_append(out, content);
}

static void say(struct h2 *h2, int type, int flags, uint32_t stream, struct str content)
{
    struct buf out = {.data = NULL};
    put_frame(&out, type, flags, stream, content);
    server_say(h2->server, buf_str(&out));
    buf_finish(&out);
}

void h2_answer(struct h2 *h2, uint32_t stream, struct str body)
{
    say(h2, HEADERS, END_HEADERS, stream, STR("\x88")); /* ":status: 200" of the static table */
    for (; body.len > PIECE; body = str_skip(body, PIECE))
        say(h2, DATA, 0, stream, (struct str){body.data, PIECE});
    say(h2, DATA, END_STREAM, stream, body);
}

void h2_reset(struct h2 *h2, uint32_t stream)
{
    char code[4] = {0, 0, 0, INTERNAL_ERROR};
    say(h2, RST_STREAM, 0, stream, (struct str){code, sizeof code});
}

static void take_frame(struct h2 *h2, int type, int flags, uint32_t stream, struct str content)
{
    if (type == SETTINGS && !(flags & ACK))
        say(h2, SETTINGS, ACK, 0, STR(""));
    if (type == PING && !(flags & ACK))
        say(h2, PING, ACK, 0, content);
    if ((type != HEADERS && type != DATA) || !(flags & END_STREAM) || h2->count >= H2_STREAMS)
        return;
    h2->streams[h2->count++] = stream;
    h2->asked(h2);
}

static void greet(struct h2 *h2)
{
    h2->greeted = true;
    h2->parsed = PREFACE;
    say(h2, SETTINGS, 0, 0, STR(""));
}

static void bytes_came(struct server *server)
{
    struct h2 *h2 = server->context;
    if (!h2->greeted && server->last.len >= PREFACE)
        greet(h2);
    for (;;) {
        struct str rest = str_skip(buf_str(&server->last), h2->parsed);
        size_t len = rest.len < FRAME ? 0 : number(rest.data, 3);
        if (!h2->greeted || rest.len < FRAME + len)
            return;
        h2->parsed += FRAME + len;
        take_frame(h2, rest.data[3], rest.data[4], number(rest.data + 5, 4),
                   (struct str){rest.data + FRAME, len});
    }
}

static int choose_h2(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                     const unsigned char *in, unsigned int in_len, void *context)
{
    static const unsigned char ours[] = "\x02h2";
    unsigned char *found;
    (void)ssl;
    (void)context;
    if (SSL_select_next_proto(&found, out_len, ours, 3, in, in_len) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *out = found;
    return SSL_TLSEXT_ERR_OK;
}

void h2_init(struct h2 *h2, struct server *server)
{
    *h2 = (struct h2){.server = server};
    server->raw = true;
    server->answer = (struct str){NULL, 0};
    server->asked = bytes_came;
    server->context = h2;
    SSL_CTX_set_alpn_select_cb(server->tls, choose_h2, NULL);
}
