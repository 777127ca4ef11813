/* The listening side of the control socket. */
#include "core/io/channel.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/io/channel_line.h"

struct peer {
    struct list link;
    struct channel *channel;
    int fd;
    struct watch watch;
    struct timer timer;
    struct channel_line in, out;
    bool *gone; /* set while its request is answered */
};

static void peer_destroy(struct peer *peer)
{
    struct channel *channel = peer->channel;
    if (peer->gone)
        *peer->gone = true;
    list_remove(&peer->link);
    channel->peer_count--;
    loop_unwatch(channel->loop, &peer->watch);
    loop_cancel(channel->loop, &peer->timer);
    close(peer->fd);
    channel_line_finish(&peer->in);
    channel_line_finish(&peer->out);
    free(peer);
}

/* Sends as much as goes; what does not fit waits for the socket. */
static void peer_send(struct peer *peer)
{
    if (channel_line_write(&peer->out, peer->fd) == LINE_MORE)
        loop_change(peer->channel->loop, &peer->watch, POLLOUT);
    else
        peer_destroy(peer);
}

/* Takes the answer. */
static void peer_answer(struct peer *peer, json_t *answer)
{
    channel_line_finish(&peer->in);
    channel_line_set(&peer->out, answer);
    json_decref(answer);
    peer_send(peer);
}

static json_t *refusal(const char *text)
{
    json_t *answer = json_object();
    js_set_bool(answer, "ok", false);
    js_set_text(answer, "text", text);
    return answer;
}

static void peer_request(struct peer *peer)
{
    struct error err;
    bool gone = false;
    json_t *request = js_parse((struct str){peer->in.data, peer->in.len}, &err);
    if (!json_is_object(request)) {
        json_decref(request);
        peer_answer(peer, refusal("The request is not a JSON object."));
        return;
    }
    peer->gone = &gone;
    json_t *answer = peer->channel->request(peer->channel, request);
    json_decref(request);
    if (gone) {
        json_decref(answer);
        return;
    }
    peer->gone = NULL;
    if (!answer) {
        answer = json_object();
        js_set_bool(answer, "ok", true);
    }
    peer_answer(peer, answer);
}

static void peer_ready(struct watch *watch, short revents)
{
    (void)revents;
    struct peer *peer = container_of(watch, struct peer, watch);
    if (peer->out.len > 0) {
        peer_send(peer);
        return;
    }
    enum line_step step = channel_line_read(&peer->in, peer->fd);
    if (step == LINE_DONE)
        peer_request(peer);
    else if (step == LINE_TOO_LONG)
        peer_answer(peer, refusal("The request is longer than 1 MiB."));
    else if (step == LINE_BROKEN)
        peer_destroy(peer);
}

static void peer_late(struct timer *timer)
{
    struct peer *peer = container_of(timer, struct peer, timer);
    log_line("a peer of the control socket took too long");
    peer_destroy(peer);
}

static void peer_create(struct channel *channel, int fd)
{
    if (channel->peer_count == CHANNEL_PEERS)
        peer_destroy(container_of(channel->peers.next, struct peer, link));
    struct peer *peer = alloc_zeroed(1, sizeof *peer);
    *peer = (struct peer){
        .channel = channel, .fd = fd, .watch = {.ready = peer_ready}, .timer = {.fire = peer_late}};
    list_insert(&channel->peers, &peer->link);
    channel->peer_count++;
    loop_watch(channel->loop, &peer->watch, fd, POLLIN);
    loop_after(channel->loop, &peer->timer, CHANNEL_PEER_MS);
}

static void channel_ready(struct watch *watch, short revents)
{
    (void)revents;
    struct channel *channel = container_of(watch, struct channel, watch);
    int fd = accept(channel->fd, NULL, NULL);
    if (fd < 0) {
        /* without descriptors the socket stays ready: make room rather than spin */
        if ((errno == EMFILE || errno == ENFILE) && !list_empty(&channel->peers))
            peer_destroy(container_of(channel->peers.next, struct peer, link));
        return;
    }
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    peer_create(channel, fd);
}

static int bind_private(int fd, const struct sockaddr *address, socklen_t len)
{
    mode_t old = umask(0177);
    int result = bind(fd, address, len);
    int number = errno;
    (void)umask(old);
    errno = number;
    return result;
}

bool channel_listen(struct channel *channel, struct loop *loop, const char *path, struct error *err)
{
    struct stat st;
    assert(channel->request && !channel->loop);
    if (!str_copy(str_of(path), channel->path, sizeof channel->path))
        return error_set(err, ERROR_INPUT, "The path of the socket is too long: %.200s…", path);
    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
        (void)unlink(path);
    channel->fd = channel_socket(path, bind_private);
    if (channel->fd < 0)
        return error_errno(err, "Cannot make the control socket %s", path);
    if (listen(channel->fd, CHANNEL_PEERS) < 0) {
        (void)error_errno(err, "Cannot listen on the control socket %s", path);
        (void)unlink(path);
        close(channel->fd);
        return false;
    }
    channel->loop = loop;
    channel->peer_count = 0;
    list_init(&channel->peers);
    channel->watch = (struct watch){.ready = channel_ready};
    loop_watch(loop, &channel->watch, channel->fd, POLLIN);
    return true;
}

void channel_close(struct channel *channel)
{
    if (!channel->loop)
        return;
    list_each_safe (node, following, &channel->peers)
        peer_destroy(container_of(node, struct peer, link));
    loop_unwatch(channel->loop, &channel->watch);
    close(channel->fd);
    (void)unlink(channel->path);
    channel->loop = NULL;
}
