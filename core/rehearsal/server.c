/* Listening, and the pulse of what stays open. */
#include "core/rehearsal/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/rehearsal/connection.h"

#include "core/base/alloc.h"

enum {
    SOON_MS = 1,     /* what changed together is told together */
    PULSE_MS = 1000, /* with a stream open and nothing known to come */
};

bool server_moment_begin(struct server *server, struct server_moment *moment, struct error *err)
{
    moment->cloud = (struct cloud){.world = &moment->world,
                                   .settings = &moment->settings,
                                   .dir = server->dir,
                                   .ca_data = server->ca_data,
                                   .now_ms = clock_wall(server->loop->clock)};
    world_follow_states(&server->states, server->dir, moment->cloud.now_ms);
    if (world_load(server->dir, &moment->world, err) &&
        settings_load(server->dir, &moment->settings, err))
        return true;
    world_finish(&moment->world);
    return false;
}

void server_moment_end(struct server_moment *moment)
{
    world_finish(&moment->world);
}

/* While a stream is open the world's file is followed: whatever process writes to it. */
static void world_changed(struct follow *follow, struct str line, bool cut)
{
    struct server *server = container_of(follow, struct server, follow);
    (void)line;
    (void)cut;
    if (server->follow.caught_up)
        server_pulse_soon(server);
}

static void pulse(struct timer *timer)
{
    struct server *server = container_of(timer, struct server, pulse);
    struct server_moment moment;
    int64_t next_ms = INT64_MAX;
    size_t streams = 1;
    if (server_moment_begin(server, &moment, NULL)) {
        streams = connections_pulse(server, &moment.cloud, &next_ms);
        server_moment_end(&moment);
    }
    if (streams == 0) {
        follow_stop(&server->follow);
        return;
    }
    int64_t wait = next_ms - moment.cloud.now_ms;
    loop_after(server->loop, &server->pulse,
               wait < SOON_MS    ? SOON_MS
               : wait > PULSE_MS ? PULSE_MS
                                 : wait);
}

void server_pulse_soon(struct server *server)
{
    char path[PATH_MAX];
    if (!server->follow.loop && path_format(path, NULL, "%s/rehearsal/world.jsonl", server->dir)) {
        server->follow.line = world_changed;
        follow_start(&server->follow, server->loop, path, NULL);
    }
    loop_after(server->loop, &server->pulse, SOON_MS);
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
    server->pulse.fire = pulse;
    loop_watch(loop, &server->watch, server->fd, POLLIN);
    return true;
}

void server_stop(struct server *server)
{
    if (!server->loop)
        return;
    connections_end(server);
    follow_stop(&server->follow);
    loop_cancel(server->loop, &server->pulse);
    loop_unwatch(server->loop, &server->watch);
    close(server->fd);
    free(server->ca_data);
    *server = (struct server){.loop = NULL};
}
