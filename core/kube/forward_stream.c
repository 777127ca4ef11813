/* One connection to a pod's port, over one WebSocket. The first byte of each message is its
 * channel: 0 bytes, 1 what went wrong; on each, the first two bytes from the server are the port.
 * Bytes wait here only up to a limit: then the side that sends them is not read any more. */
#include "core/kube/forward_private.h"

#include <errno.h>
#include <openssl/rand.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/kube/kube_private.h"

#define PROTOCOL "v4.channel.k8s.io"

enum { DATA, COMPLAINT, PIECE = 16384, MOST_WAITING = 256 << 10, LONGEST_COMPLAINT = 2048 };

static struct loop *loop_of(const struct forward_stream *stream)
{
    return stream->forward->task.loop;
}

static struct forward_stream *stream_of(struct http_tunnel *tunnel)
{
    return container_of(tunnel, struct forward_stream, tunnel);
}

/* ---- ends ---- */

void forward_stream_destroy(struct forward_stream *stream)
{
    int fd = stream->watch.fd;
    loop_unwatch(loop_of(stream), &stream->watch);
    close(fd);
    loop_cancel(loop_of(stream), &stream->end);
    kube_request_finish(&stream->check);
    http_tunnel_finish(&stream->tunnel);
    frames_finish(&stream->socket);
    buf_finish(&stream->out);
    buf_finish(&stream->complaint);
    list_remove(&stream->link);
    free(stream);
}

static void on_end(struct timer *timer)
{
    forward_stream_destroy(container_of(timer, struct forward_stream, end));
}

/* Not at once: its parts may be calling us. */
static void end(struct forward_stream *stream)
{
    stream->open = false;
    stream->closing = true;
    loop_after(loop_of(stream), &stream->end, 0);
}

static void fail(struct forward_stream *stream, const struct error *err, int status)
{
    struct error why = *err;
    end(stream);
    forward_trouble(stream->forward, &why, status);
}

/* ---- to the pod ---- */

static void send_frame(struct forward_stream *stream, enum frame_opcode opcode, int first,
                       struct str bytes)
{
    struct buf frame = {.data = NULL};
    unsigned char mask[4];
    RAND_bytes(mask, sizeof mask);
    frames_write(&frame, opcode, first, bytes, mask);
    http_tunnel_write(&stream->tunnel, buf_str(&frame));
    buf_finish(&frame);
}

static void listen_for(struct forward_stream *stream)
{
    bool reads =
        stream->open && !stream->local_over && http_tunnel_waiting(&stream->tunnel) < MOST_WAITING;
    loop_change(loop_of(stream), &stream->watch,
                (short)((reads ? POLLIN : 0) | (stream->out.len > 0 ? POLLOUT : 0)));
}

/* The end of what the caller has to say is the end of all: the protocol knows no half. */
static void local_ended(struct forward_stream *stream)
{
    static const char normal[] = {0x03, (char)0xe8}; /* 1000 */
    stream->local_over = true;
    send_frame(stream, FRAME_CLOSE, -1, (struct str){normal, sizeof normal});
    listen_for(stream);
    if (http_tunnel_waiting(&stream->tunnel) == 0)
        end(stream);
}

static void read_local(struct forward_stream *stream)
{
    char bytes[PIECE];
    ssize_t n = recv(stream->watch.fd, bytes, sizeof bytes, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        local_ended(stream);
        return;
    }
    send_frame(stream, FRAME_BINARY, DATA, (struct str){bytes, (size_t)n});
    listen_for(stream);
}

/* ---- from the pod ---- */

static void write_local(struct forward_stream *stream)
{
    while (stream->out.len > 0) {
        ssize_t n = send(stream->watch.fd, stream->out.data, stream->out.len, MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (n <= 0) {
            end(stream);
            return;
        }
        buf_drop(&stream->out, (size_t)n);
    }
    if (stream->closing && stream->out.len == 0) {
        end(stream);
        return;
    }
    http_tunnel_pause(&stream->tunnel, stream->out.len > MOST_WAITING);
    listen_for(stream);
}

static void on_local(struct watch *watch, short revents)
{
    struct forward_stream *stream = container_of(watch, struct forward_stream, watch);
    if (timer_on(&stream->end))
        return;
    if (revents & POLLOUT)
        write_local(stream);
    else if (revents & POLLIN)
        read_local(stream);
    else if (revents & (POLLERR | POLLHUP))
        end(stream);
}

static void on_data(struct frames *socket, struct str bytes, bool begins)
{
    struct forward_stream *stream = container_of(socket, struct forward_stream, socket);
    if (begins)
        stream->channel = -1;
    if (stream->channel < 0 && bytes.len > 0) {
        stream->channel = (unsigned char)bytes.data[0];
        bytes = str_skip(bytes, 1);
    }
    if (stream->channel != DATA && stream->channel != COMPLAINT)
        return;
    unsigned *seen = &stream->preamble[stream->channel];
    for (; *seen < 2 && bytes.len > 0; (*seen)++)
        bytes = str_skip(bytes, 1);
    if (stream->channel == DATA)
        (void)buf_append(&stream->out, bytes);
    else if (stream->complaint.len + bytes.len <= LONGEST_COMPLAINT)
        (void)buf_append(&stream->complaint, bytes);
}

static void on_control(struct frames *socket, enum frame_opcode opcode, struct str bytes)
{
    struct forward_stream *stream = container_of(socket, struct forward_stream, socket);
    if (opcode == FRAME_PING)
        send_frame(stream, FRAME_PONG, -1, bytes);
    else if (opcode == FRAME_CLOSE)
        stream->closing = true;
}

/* What the kubelet says when nothing listens in the pod, as a sentence. */
static void complain(struct forward_stream *stream)
{
    struct forward *forward = stream->forward;
    struct buf words = {.data = NULL};
    struct error err;
    (void)buf_sanitised(&words, str_trim(buf_str(&stream->complaint)), false);
    error_set(&err, ERROR_SERVICE, "Port %d of the pod %s cannot be reached: %s", forward->pod_port,
              forward->pod, buf_cstr(&words));
    buf_finish(&words);
    buf_clear(&stream->complaint);
    forward_trouble(forward, &err, 0);
    stream->closing = true;
}

static void on_came(struct http_tunnel *tunnel, struct str bytes)
{
    struct forward_stream *stream = stream_of(tunnel);
    struct error err;
    if (timer_on(&stream->end))
        return;
    if (!frames_feed(&stream->socket, bytes)) {
        error_set(&err, ERROR_NETWORK, "What came for port %d of %s is no WebSocket.",
                  stream->forward->pod_port, stream->forward->pod);
        fail(stream, &err, 0);
        return;
    }
    if (stream->complaint.len > 0)
        complain(stream);
    write_local(stream);
}

static void on_drained(struct http_tunnel *tunnel)
{
    struct forward_stream *stream = stream_of(tunnel);
    if (timer_on(&stream->end))
        return;
    if (stream->local_over)
        end(stream);
    else
        listen_for(stream);
}

/* ---- the beginning ---- */

static void on_opened(struct http_tunnel *tunnel)
{
    struct forward_stream *stream = stream_of(tunnel);
    char accept[FRAMES_KEY];
    struct error err;
    frames_accept(stream->key, accept);
    if (!str_is(http_response_header(&tunnel->request, "Sec-WebSocket-Accept"), accept) ||
        !str_is(http_response_header(&tunnel->request, "Sec-WebSocket-Protocol"), PROTOCOL)) {
        error_set(&err, ERROR_SERVICE, "The API server does not speak %s.", PROTOCOL);
        fail(stream, &err, 0);
        return;
    }
    stream->open = true;
    stream->forward->carried++;
    listen_for(stream);
}

static void check(struct forward_stream *stream);

static void on_closed(struct http_tunnel *tunnel)
{
    struct forward_stream *stream = stream_of(tunnel);
    struct kube *kube = stream->forward->kube;
    struct error err = tunnel->error;
    if (timer_on(&stream->end))
        return;
    if (stream->open || tunnel->status == 101) {
        stream->closing = true;
        write_local(stream);
        if (err.kind != ERROR_NONE)
            stream->forward->trouble = err;
        return;
    }
    if (tunnel->status == 401 && !stream->renewed && kube_can_renew(kube)) {
        stream->renewed = true;
        kube->have_credentials = false;
        check(stream);
        return;
    }
    if (tunnel->status > 0)
        kube_explain(tunnel->status, buf_str(&tunnel->refusal), &err);
    fail(stream, &err, tunnel->status);
}

static bool open_tunnel(struct forward_stream *stream, struct error *err)
{
    struct forward *forward = stream->forward;
    struct http_tunnel *tunnel = &stream->tunnel;
    unsigned char random[16];
    char *url = alloc_printf("%s/api/v1/namespaces/%s/pods/%s/portforward?ports=%d",
                             forward->kube->access.server, forward->namespace_name, forward->pod,
                             forward->pod_port);
    *tunnel = (struct http_tunnel){
        .opened = on_opened, .came = on_came, .drained = on_drained, .closed = on_closed};
    http_request_init(&tunnel->request, "GET", url);
    free(url);
    RAND_bytes(random, sizeof random);
    frames_key(random, stream->key);
    http_header(&tunnel->request, "Connection", STR("Upgrade"));
    http_header(&tunnel->request, "Upgrade", STR("websocket"));
    http_header(&tunnel->request, "Sec-WebSocket-Version", STR("13"));
    http_header(&tunnel->request, "Sec-WebSocket-Key", str_of(stream->key));
    http_header(&tunnel->request, "Sec-WebSocket-Protocol", STR(PROTOCOL));
    return kube_prepare(forward->kube, &tunnel->request, err) &&
           http_tunnel_open(tunnel, forward->kube->http, err);
}

static void on_checked(struct kube_request *request)
{
    struct forward_stream *stream = container_of(request, struct forward_stream, check);
    struct error err;
    if (!request->ok)
        fail(stream, &request->error, request->status);
    else if (!open_tunnel(stream, &err))
        fail(stream, &err, 0);
}

/* A small request first: it renews the credentials, and knows whether the pod is there. */
static void check(struct forward_stream *stream)
{
    struct forward *forward = stream->forward;
    struct error err;
    http_tunnel_finish(&stream->tunnel);
    kube_request_finish(&stream->check);
    kube_request_init(&stream->check, "GET", "/api/v1/namespaces");
    kube_request_segment(&stream->check, str_of(forward->namespace_name));
    kube_request_segment(&stream->check, STR("pods"));
    kube_request_segment(&stream->check, str_of(forward->pod));
    stream->check.done = on_checked;
    if (!kube_request_send(forward->kube, &stream->check, &err))
        fail(stream, &err, 0);
}

void forward_stream_start(struct forward *forward, int fd)
{
    struct forward_stream *stream = alloc_zeroed(1, sizeof *stream);
    struct error err;
    stream->forward = forward;
    stream->watch = (struct watch){.ready = on_local};
    stream->end = (struct timer){.fire = on_end};
    stream->socket = (struct frames){.data = on_data, .control = on_control};
    list_insert(&forward->streams, &stream->link);
    loop_watch(forward->task.loop, &stream->watch, fd, 0);
    if (kube_has_credentials(forward->kube) && !kube_is_fresh(forward->kube))
        check(stream);
    else if (!open_tunnel(stream, &err))
        fail(stream, &err, 0);
}
