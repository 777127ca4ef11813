/* Listening, connections, TLS: a state machine that never waits. One request is answered at a time
 * on a connection; bytes that came early stay in `in`. */
#include "core/rehearsal/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/rehearsal/server_reply.h"

#include "core/base/alloc.h"

enum {
    IDLE_MS = 60000, /* without a whole request */
    READ_SIZE = 16 << 10,
    READS_A_TURN = 32,
    IN_MAX = REQUEST_HEAD_MAX + 2 * REQUEST_BODY_MAX,
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
    bool last; /* close when `out` is sent */
    bool continued;
    short wants;
};

static void connection_close(struct connection *c)
{
    loop_unwatch(c->server->loop, &c->watch);
    loop_cancel(c->server->loop, &c->idle);
    list_remove(&c->link);
    c->server->connection_count--;
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
    SSL_set_accept_state(c->ssl); /* the handshake runs inside SSL_read */
    return MOVED;
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
        server_reply(c->server, &request, &c->out);
        c->server->requests++;
        c->continued = false;
        buf_drop(&c->in, taken);
        break;
    }
    request_finish(&request);
    return moved;
}

static enum moved step_connection(struct connection *c)
{
    if (c->peer == PEER_UNKNOWN)
        return meet(c);
    if (c->out.len > c->sent)
        return write_some(c);
    if (c->out.failed || (c->out.len && c->last)) {
        if (c->ssl)
            SSL_shutdown(c->ssl);
        return MOVED_END;
    }
    buf_clear(&c->out);
    c->sent = 0;
    enum moved moved = serve(c);
    if (moved == MOVED)
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

static void connection_begin(struct server *server, int fd)
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
    c->watch.ready = connection_ready;
    c->idle.fire = connection_idle;
    list_insert(&server->connections, &c->link);
    server->connection_count++;
    loop_watch(server->loop, &c->watch, fd, POLLIN);
    loop_after(server->loop, &c->idle, IDLE_MS);
}

static bool set_up_descriptor(int fd)
{
    return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
           fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == 0;
}

static void accept_ready(struct watch *watch, short revents)
{
    struct server *server = container_of(watch, struct server, watch);
    (void)revents;
    for (int i = 0; i < SERVER_CONNECTIONS; i++) {
        int fd = accept(server->fd, NULL, NULL);
        if (fd < 0)
            return;
        if (set_up_descriptor(fd))
            connection_begin(server, fd);
        else
            close(fd);
    }
}

static bool listen_on_loopback(struct server *server, struct error *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (server->fd < 0)
        return error_errno(err, "The rehearsal's server cannot make a socket");
    if (!set_up_descriptor(server->fd) || bind(server->fd, (struct sockaddr *)&address, size) < 0 ||
        listen(server->fd, SERVER_CONNECTIONS) < 0 ||
        getsockname(server->fd, (struct sockaddr *)&address, &size) < 0) {
        error_errno(err, "The rehearsal's server cannot listen on 127.0.0.1");
        close(server->fd);
        return false;
    }
    server->port = ntohs(address.sin_port);
    return true;
}

/* The CA as DescribeCluster tells it: its PEM in base64. */
static char *ca_data_of(const struct authority *authority)
{
    struct buf pem;
    buf_init(&pem, 64 << 10);
    file_read(authority->ca_file, 64 << 10, &pem, NULL);
    char *data = alloc_zeroed(pem.len * 4 / 3 + 8, 1);
    EVP_EncodeBlock((unsigned char *)data, (const unsigned char *)buf_cstr(&pem), (int)pem.len);
    buf_finish(&pem);
    return data;
}

bool server_start(struct server *server, struct loop *loop, const char *dir,
                  struct authority *authority, struct error *err)
{
    *server = (struct server){.loop = loop, .authority = authority, .fd = -1};
    if (!str_copy(str_of(dir), server->dir, sizeof server->dir))
        return error_set(err, ERROR_INPUT, "The path %.200s… is too long.", dir);
    if (!listen_on_loopback(server, err)) {
        *server = (struct server){.loop = NULL};
        return false;
    }
    server->ca_data = ca_data_of(authority);
    list_init(&server->connections);
    server->watch.ready = accept_ready;
    loop_watch(loop, &server->watch, server->fd, POLLIN);
    return true;
}

void server_stop(struct server *server)
{
    if (!server->loop)
        return;
    list_each_safe (link, following, &server->connections)
        connection_close(container_of(link, struct connection, link));
    loop_unwatch(server->loop, &server->watch);
    close(server->fd);
    free(server->ca_data);
    *server = (struct server){.loop = NULL};
}
