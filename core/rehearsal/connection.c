/* A connection's state machine, which never waits. One request is answered at a time; bytes that
 * came early stay in `in`. */
#include "core/rehearsal/connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/rehearsal/server_reply.h"

#include "core/base/alloc.h"

enum {
    IDLE_MS = 60000, /* without a whole request */
    READ_SIZE = 16 << 10,
    READS_A_TURN = 32,
    IN_MAX = REQUEST_HEAD_MAX + REQUEST_UPLOAD_MAX + (1 << 20),
    OUT_PENDING = 4 << 20, /* a stream is not asked while its client is so far behind */
};

enum peer { PEER_UNKNOWN, PEER_PLAIN, PEER_TLS };
enum moved { MOVED, MOVED_WAIT, MOVED_END };

struct connection {
    struct list link;
    struct server *server;
    int fd;
    struct watch watch;
    struct timer idle;
    enum peer peer;
    SSL *ssl;
    struct buf in, out;
    size_t sent;
    struct stream *stream;
    bool last; /* close when `out` is sent */
    bool cut;  /* … even if that is nothing */
    bool continued;
    short wants;
};

static void stream_over(struct connection *c)
{
    if (c->stream)
        c->stream->ops->destroy(c->stream);
    c->stream = NULL;
}

static void connection_close(struct connection *c)
{
    loop_unwatch(c->server->loop, &c->watch);
    loop_cancel(c->server->loop, &c->idle);
    list_remove(&c->link);
    c->server->connection_count--;
    stream_over(c);
    SSL_free(c->ssl);
    close(c->fd);
    buf_finish(&c->in);
    buf_finish(&c->out);
    free(c);
}

/* What an SSL call that returned `result` ≤ 0 waits for. */
static enum moved tls_moved(struct connection *c, int result)
{
    switch (SSL_get_error(c->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        c->wants = POLLIN;
        return MOVED_WAIT;
    case SSL_ERROR_WANT_WRITE:
        c->wants = POLLOUT;
        return MOVED_WAIT;
    default:
        return MOVED_END;
    }
}

static enum moved plain_moved(struct connection *c, ssize_t result, short wants)
{
    c->wants = wants;
    bool again = result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    return again ? MOVED_WAIT : MOVED_END;
}

static enum moved read_some(struct connection *c)
{
    char bytes[READ_SIZE];
    ssize_t got;
    if (c->peer == PEER_TLS) {
        ERR_clear_error();
        got = SSL_read(c->ssl, bytes, sizeof bytes);
        if (got <= 0)
            return tls_moved(c, (int)got);
    } else {
        got = recv(c->fd, bytes, sizeof bytes, 0);
        if (got <= 0)
            return plain_moved(c, got, POLLIN);
    }
    return buf_append(&c->in, (struct str){bytes, (size_t)got}) ? MOVED : MOVED_END;
}

static enum moved write_some(struct connection *c)
{
    size_t left = c->out.len - c->sent;
    ssize_t put;
    if (c->peer == PEER_TLS) {
        ERR_clear_error();
        put = SSL_write(c->ssl, c->out.data + c->sent, (int)left);
        if (put <= 0)
            return tls_moved(c, (int)put);
    } else {
        put = send(c->fd, c->out.data + c->sent, left, MSG_NOSIGNAL);
        if (put <= 0)
            return plain_moved(c, put, POLLOUT);
    }
    c->sent += (size_t)put;
    return MOVED;
}

/* The first byte tells TLS (a handshake record) from HTTP. */
static enum moved meet(struct connection *c)
{
    char first;
    ssize_t got = recv(c->fd, &first, 1, MSG_PEEK);
    if (got <= 0)
        return plain_moved(c, got, POLLIN);
    c->peer = first == 0x16 ? PEER_TLS : PEER_PLAIN;
    if (c->peer == PEER_PLAIN)
        return MOVED;
    SSL_CTX *context = authority_context(c->server->authority, "localhost");
    c->ssl = context ? SSL_new(context) : NULL;
    if (!c->ssl || SSL_set_fd(c->ssl, c->fd) != 1)
        return MOVED_END;
    SSL_set_mode(c->ssl, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE);
    SSL_set_accept_state(c->ssl); /* the handshake runs inside SSL_read */
    return MOVED;
}

/* Takes over what a stream has said: as one chunk, or as it is. */
static void stream_said(struct connection *c, struct buf *said, enum stream_state state)
{
    bool chunked = !c->stream->upgraded;
    if (said->len > 0 && chunked)
        buf_printf(&c->out, "%zx\r\n", said->len);
    buf_append(&c->out, buf_str(said));
    if (said->len > 0 && chunked)
        buf_text(&c->out, "\r\n");
    if (state == STREAM_ENDS && chunked)
        buf_text(&c->out, "0\r\n\r\n");
    if (said->failed || state != STREAM_GOES_ON) {
        c->cut = state != STREAM_ENDS || c->stream->upgraded;
        stream_over(c);
        loop_after(c->server->loop, &c->idle, IDLE_MS);
    }
}

static void stream_step(struct connection *c, const struct cloud *now, int64_t *next_ms)
{
    int64_t next = INT64_MAX;
    struct buf said = {.data = NULL};
    enum stream_state state = c->stream->ops->step(c->stream, now, &said, &next);
    if (next < *next_ms)
        *next_ms = next;
    stream_said(c, &said, state);
    buf_finish(&said);
}

/* The stream takes from `in` what it can use. MOVED: there is something to send. */
static enum moved stream_input(struct connection *c)
{
    struct buf said = {.data = NULL};
    struct server_moment moment;
    size_t before = c->in.len;
    if (!c->stream->upgraded || before == 0)
        return MOVED_WAIT;
    if (!server_moment_begin(c->server, &moment, NULL))
        return MOVED_END;
    enum stream_state state = c->stream->ops->input(c->stream, &moment.cloud, &c->in, &said);
    server_moment_end(&moment);
    stream_said(c, &said, state);
    buf_finish(&said);
    return c->in.len < before || c->out.len > 0 || !c->stream ? MOVED : MOVED_WAIT;
}

/* Takes one request out of `in`, if it is whole. MOVED: something to send. */
static enum moved serve(struct connection *c)
{
    struct request request = {.header_count = 0};
    size_t taken = 0;
    int status = 400;
    enum moved moved = MOVED;
    switch (request_parse(buf_str(&c->in), &request, &taken, &status)) {
    case REQUEST_MORE:
        moved = MOVED_WAIT;
        break;
    case REQUEST_CONTINUE:
        moved = c->continued ? MOVED_WAIT : MOVED;
        if (!c->continued)
            buf_text(&c->out, "HTTP/1.1 100 Continue\r\n\r\n");
        c->continued = true;
        break;
    case REQUEST_BAD:
        server_refuse(c->server, status, &c->out);
        c->last = true;
        break;
    case REQUEST_READY:
        c->last = !request.keep_alive;
        request.secure = c->peer == PEER_TLS;
        if (!server_reply(c->server, &request, &c->out, &c->stream))
            moved = MOVED_END;
        c->server->requests++;
        c->continued = false;
        buf_drop(&c->in, taken);
        break;
    }
    request_finish(&request);
    if (c->stream)
        server_pulse_soon(c->server);
    return moved;
}

static enum moved step_connection(struct connection *c)
{
    if (c->peer == PEER_UNKNOWN)
        return meet(c);
    if (c->out.len > c->sent)
        return write_some(c);
    if (c->out.failed || c->cut || (c->out.len && c->last && !c->stream)) {
        if (c->ssl)
            SSL_shutdown(c->ssl);
        return MOVED_END;
    }
    buf_clear(&c->out);
    c->sent = 0;
    enum moved moved = c->stream ? stream_input(c) : serve(c);
    if (c->stream)
        loop_cancel(c->server->loop, &c->idle);
    else if (moved == MOVED)
        loop_after(c->server->loop, &c->idle, IDLE_MS);
    return moved == MOVED_WAIT ? read_some(c) : moved;
}

static void connection_ready(struct watch *watch, short revents)
{
    struct connection *c = container_of(watch, struct connection, watch);
    enum moved moved = MOVED;
    (void)revents;
    for (int i = 0; moved == MOVED && (i < READS_A_TURN || (c->ssl && SSL_pending(c->ssl) > 0));
         i++)
        moved = step_connection(c);
    if (moved == MOVED_END)
        connection_close(c);
    else if (moved == MOVED_WAIT)
        loop_change(c->server->loop, &c->watch, c->wants);
    else
        loop_change(c->server->loop, &c->watch, POLLIN | POLLOUT);
}

static void connection_idle(struct timer *timer)
{
    connection_close(container_of(timer, struct connection, idle));
}

void connection_begin(struct server *server, int fd)
{
    int one = 1;
    if (server->connection_count >= SERVER_CONNECTIONS) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct connection *c = alloc_zeroed(1, sizeof *c);
    c->server = server;
    c->fd = fd;
    buf_init(&c->in, IN_MAX);
    buf_init(&c->out, (size_t)REQUEST_UPLOAD_MAX + (8 << 20));
    c->watch.ready = connection_ready;
    c->idle.fire = connection_idle;
    list_insert(&server->connections, &c->link);
    server->connection_count++;
    loop_watch(server->loop, &c->watch, fd, POLLIN);
    loop_after(server->loop, &c->idle, IDLE_MS);
}

void connections_end(struct server *server)
{
    list_each_safe (link, following, &server->connections)
        connection_close(container_of(link, struct connection, link));
}

size_t connections_pulse(struct server *server, const struct cloud *now, int64_t *next_ms)
{
    size_t streams = 0;
    list_each (link, &server->connections) {
        struct connection *c = container_of(link, struct connection, link);
        if (!c->stream)
            continue;
        streams++;
        if (c->out.len - c->sent < OUT_PENDING)
            stream_step(c, now, next_ms);
        if (c->out.len > c->sent || !c->stream)
            loop_change(server->loop, &c->watch, POLLIN | POLLOUT);
    }
    return streams;
}
