#include "tests/support/server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/tls.h"

#include "core/base/alloc.h"

struct connection {
    struct list link;
    struct server *server;
    int fd;
    struct watch watch;
    struct buf in, out;
    size_t sent;
    bool answering, closing;
    SSL *ssl; /* NULL: plain */
};

/* -1: later. */
static ssize_t take(struct connection *connection, char *bytes, size_t size)
{
    if (!connection->ssl)
        return read(connection->fd, bytes, size);
    int n = SSL_read(connection->ssl, bytes, (int)size);
    if (n > 0)
        return n;
    return SSL_get_error(connection->ssl, n) == SSL_ERROR_WANT_READ ? -1 : 0;
}

static ssize_t give(struct connection *connection, struct str bytes)
{
    if (!connection->ssl)
        return send(connection->fd, bytes.data, bytes.len, MSG_NOSIGNAL);
    int n = SSL_write(connection->ssl, bytes.data, (int)bytes.len);
    return n > 0 ? n : SSL_get_error(connection->ssl, n) == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static void connection_destroy(struct connection *connection)
{
    loop_unwatch(connection->server->loop, &connection->watch);
    if (connection->ssl && connection->closing)
        SSL_shutdown(connection->ssl);
    SSL_free(connection->ssl);
    close(connection->fd);
    list_remove(&connection->link);
    buf_finish(&connection->in);
    buf_finish(&connection->out);
    free(connection);
}

static size_t body_length(struct str head)
{
    struct str line, name;
    int64_t length = 0;
    while (str_cut(&head, '\n', &line))
        if (str_cut(&line, ':', &name) && str_eq_nocase(name, STR("Content-Length")))
            str_to_int64(str_trim(line), &length);
    return (size_t)length;
}

/* Length of the first whole request, or 0. */
static size_t request_length(const struct buf *in)
{
    ptrdiff_t end = str_find(buf_str(in), STR("\r\n\r\n"));
    if (end < 0)
        return 0;
    size_t len = (size_t)end + 4;
    len += body_length((struct str){in->data, len});
    return in->len >= len ? len : 0;
}

static void answer(struct connection *connection)
{
    connection->sent = 0;
    buf_clear(&connection->out);
    if (connection->server->keeps)
        buf_append(&connection->out, connection->server->answer);
    connection->answering = true;
    loop_change(connection->server->loop, &connection->watch, POLLOUT);
}

static void take_request(struct connection *connection)
{
    struct server *server = connection->server;
    size_t len = request_length(&connection->in);
    if (len == 0)
        return;
    server->requests++;
    buf_clear(&server->last);
    buf_append(&server->last, (struct str){connection->in.data, len});
    buf_drop(&connection->in, len);
    if (connection->ssl)
        server->proved = SSL_get0_peer_certificate(connection->ssl) != NULL;
    if (server->asked)
        server->asked(server);
    if (server->answer.data)
        answer(connection);
}

static void go_on(struct connection *connection)
{
    struct server *server = connection->server;
    struct str answer = server->keeps ? buf_str(&connection->out) : server->answer;
    struct str rest = str_skip(answer, connection->sent);
    if (server->piece && rest.len > server->piece)
        rest.len = server->piece;
    ssize_t n = rest.len ? give(connection, rest) : 0;
    if (n < 0) {
        connection_destroy(connection);
        return;
    }
    connection->sent += (size_t)n;
    if (connection->sent < answer.len)
        return;
    connection->answering = false;
    connection->closing = server->closes;
    if (server->closes)
        connection_destroy(connection);
    else
        loop_change(server->loop, &connection->watch, POLLIN);
}

static void connection_ready(struct watch *watch, short revents)
{
    (void)revents;
    struct connection *connection = container_of(watch, struct connection, watch);
    char bytes[16384];
    if (connection->answering) {
        go_on(connection);
        return;
    }
    ssize_t n = take(connection, bytes, sizeof bytes);
    if (n < 0 && connection->ssl)
        return;
    if (n <= 0) {
        connection_destroy(connection);
        return;
    }
    if (connection->server->raw) {
        struct server *server = connection->server;
        buf_append(&server->last, (struct str){bytes, (size_t)n});
        if (server->asked)
            server->asked(server);
        if (server->answer.data && !list_empty(&server->connections))
            answer(connection);
        return;
    }
    buf_append(&connection->in, (struct str){bytes, (size_t)n});
    take_request(connection);
}

static void server_ready(struct watch *watch, short revents)
{
    (void)revents;
    struct server *server = container_of(watch, struct server, watch);
    int fd = accept(server->fd, NULL, NULL);
    if (fd < 0)
        return;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    server->accepted++;
    struct connection *connection = alloc_zeroed(1, sizeof *connection);
    *connection =
        (struct connection){.server = server, .fd = fd, .watch = {.ready = connection_ready}};
    if (server->tls) {
        connection->ssl = SSL_new(server->tls);
        SSL_set_fd(connection->ssl, fd);
        SSL_set_accept_state(connection->ssl);
    }
    list_insert(&server->connections, &connection->link);
    loop_watch(server->loop, &connection->watch, fd, POLLIN);
    if (server->at_once)
        answer(connection);
}

static int bind_loopback(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) < 0)
        abort();
    *port = ntohs(address.sin_port);
    return fd;
}

void server_init(struct server *server, struct loop *loop)
{
    *server = (struct server){.loop = loop, .watch = {.ready = server_ready}};
    list_init(&server->connections);
    server->fd = bind_loopback(&server->port);
    if (listen(server->fd, 64) < 0)
        abort();
    loop_watch(loop, &server->watch, server->fd, POLLIN);
}

void server_hang_up(struct server *server)
{
    while (!list_empty(&server->connections))
        connection_destroy(container_of(server->connections.next, struct connection, link));
}

void server_finish(struct server *server)
{
    server_hang_up(server);
    loop_unwatch(server->loop, &server->watch);
    close(server->fd);
    buf_finish(&server->last);
    SSL_CTX_free(server->tls);
    free(server->ca_pem);
}

static int any_certificate(int ok, X509_STORE_CTX *context)
{
    (void)ok;
    (void)context;
    return 1;
}

void server_tls(struct server *server)
{
    server->tls = tls_context(&server->ca_pem);
    SSL_CTX_set_verify(server->tls, SSL_VERIFY_PEER, any_certificate);
    SSL_CTX_set_mode(server->tls,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

void server_say(struct server *server, struct str bytes)
{
    list_each (node, &server->connections) {
        struct connection *connection = container_of(node, struct connection, link);
        if (give(connection, bytes) != (ssize_t)bytes.len)
            abort();
    }
}

int refusing_port(void)
{
    int port, fd = bind_loopback(&port);
    close(fd);
    return port;
}
