/* Port-forward over WebSocket, sub-protocol v4.channel.k8s.io: for the i-th port, channel 2i is
 * data and 2i+1 an error's text, each begun by the port in two bytes. What listens in the pod is
 * the hub or the index, the same as at their public hosts. */
#include "core/rehearsal/hub.h"
#include "core/rehearsal/index.h"
#include "core/rehearsal/kube_call.h"
#include "core/rehearsal/server_reply.h"
#include "core/rehearsal/websocket.h"

#include "core/base/alloc.h"

#define PROTOCOL "v4.channel.k8s.io"

struct carrier {
    struct stream stream;
    bool begun, reached;
    unsigned port;
    bool hub;      /* else the index */
    struct buf in; /* towards the pod */
};

static void put(struct buf *out, char channel, struct str bytes)
{
    enum { PIECE = 32 << 10 };
    do {
        struct buf frame = {.data = NULL};
        struct str piece = {bytes.data, bytes.len < PIECE ? bytes.len : PIECE};
        buf_byte(&frame, channel);
        buf_append(&frame, piece);
        websocket_put(out, buf_str(&frame));
        buf_finish(&frame);
        bytes = str_skip(bytes, piece.len);
    } while (bytes.len > 0);
}

/* The first words on both channels, before anything else is said. */
static enum stream_state begin(struct carrier *carrier, struct buf *out)
{
    char port[2] = {(char)(carrier->port & 0xff), (char)(carrier->port >> 8)};
    if (carrier->begun)
        return STREAM_GOES_ON;
    carrier->begun = true;
    put(out, 0, (struct str){port, sizeof port});
    put(out, 1, (struct str){port, sizeof port});
    if (carrier->reached)
        return STREAM_GOES_ON;
    char *why = alloc_printf("error forwarding port %u to pod, uid : failed to execute portforward "
                             "in network namespace: failed to connect to localhost:%u inside "
                             "namespace, IPv4: dial tcp4 127.0.0.1:%u: connect: connection refused",
                             carrier->port, carrier->port, carrier->port);
    put(out, 1, str_of(why));
    websocket_close(out, 1000);
    free(why);
    return STREAM_ENDS;
}

static enum stream_state carrier_step(struct stream *stream, const struct cloud *now,
                                      struct buf *out, int64_t *next_ms)
{
    (void)now;
    (void)next_ms;
    return begin(container_of(stream, struct carrier, stream), out);
}

/* Answers every whole request that has come; false when the connection is over. */
static bool serve(struct carrier *carrier, const struct cloud *now, struct buf *out)
{
    bool goes_on = true;
    while (goes_on && carrier->in.len > 0) {
        struct request request = {.header_count = 0};
        struct cloud_reply reply = {.status = 200};
        struct buf bytes = {.data = NULL};
        size_t taken = 0;
        int status = 400;
        enum request_state state = request_parse(buf_str(&carrier->in), &request, &taken, &status);
        if (state == REQUEST_MORE || state == REQUEST_CONTINUE) {
            request_finish(&request);
            return true;
        }
        if (state == REQUEST_BAD) {
            reply.status = status;
            goes_on = false;
        } else if (carrier->hub)
            hub_answer(&request, now, &reply);
        else
            index_answer(&request, now, &reply);
        goes_on = goes_on && request.keep_alive;
        reply_head(&reply, now->now_ms, goes_on, &bytes);
        if (!str_is(request.method, "HEAD"))
            buf_append(&bytes, buf_str(&reply.body));
        put(out, 0, buf_str(&bytes));
        buf_drop(&carrier->in, taken);
        buf_finish(&bytes);
        cloud_reply_finish(&reply);
        request_finish(&request);
    }
    return goes_on;
}

static enum stream_state carrier_input(struct stream *stream, const struct cloud *now,
                                       struct buf *in, struct buf *out)
{
    struct carrier *carrier = container_of(stream, struct carrier, stream);
    if (begin(carrier, out) == STREAM_ENDS)
        return STREAM_ENDS;
    for (;;) {
        struct buf message = {.data = NULL};
        enum websocket_got got = websocket_take(in, &message, out);
        if (got == WEBSOCKET_MESSAGE && message.len > 1 && message.data[0] == 0)
            buf_append(&carrier->in, str_skip(buf_str(&message), 1));
        buf_finish(&message);
        if (got == WEBSOCKET_MORE)
            return STREAM_GOES_ON;
        if (got == WEBSOCKET_CLOSED)
            return STREAM_ENDS;
        if (got == WEBSOCKET_BROKEN || carrier->in.failed) {
            websocket_close(out, 1002);
            return STREAM_ENDS;
        }
        if (carrier->reached && !serve(carrier, now, out)) {
            websocket_close(out, 1000);
            return STREAM_ENDS;
        }
    }
}

static void carrier_destroy(struct stream *stream)
{
    struct carrier *carrier = container_of(stream, struct carrier, stream);
    buf_finish(&carrier->in);
    free(carrier);
}

static const struct stream_ops carrier_ops = {
    .step = carrier_step, .input = carrier_input, .destroy = carrier_destroy};

static bool offers(struct str protocols)
{
    struct str one;
    while (protocols.len > 0) {
        str_cut(&protocols, ',', &one);
        if (str_is(str_trim(one), PROTOCOL))
            return true;
    }
    return false;
}

/* What listens there: the proxy answers for the hub, on both its ports. */
static bool listens(const struct kube_object *pod, int64_t port, bool *hub)
{
    const char *app = js_text(pod->json, "metadata.labels.app");
    const char *component = js_text(pod->json, "metadata.labels.component");
    *hub = strcmp(app, "mlhub") == 0;
    if (!kube_pod_is_ready(pod))
        return false;
    if (strcmp(app, "pypi-server") == 0)
        return port == 8080;
    return *hub && ((strcmp(component, "proxy") == 0 && (port == 8000 || port == 8080)) ||
                    (strcmp(component, "hub") == 0 && port == 8081));
}

static void switch_protocols(const struct kube_call *call, const struct kube_object *pod,
                             int64_t port, struct cloud_reply *reply)
{
    char accept[32];
    struct carrier *carrier = alloc_zeroed(1, sizeof *carrier);
    carrier->stream = (struct stream){.ops = &carrier_ops, .upgraded = true};
    carrier->port = (unsigned)port;
    carrier->reached = listens(pod, port, &carrier->hub);
    buf_init(&carrier->in, REQUEST_HEAD_MAX + REQUEST_UPLOAD_MAX);
    websocket_accept(request_header(call->request, "Sec-WebSocket-Key"), accept);
    reply->status = 101;
    cloud_reply_header(reply, "Upgrade", "websocket");
    cloud_reply_header(reply, "Connection", "Upgrade");
    cloud_reply_header(reply, "Sec-WebSocket-Accept", accept);
    cloud_reply_header(reply, "Sec-WebSocket-Protocol", PROTOCOL);
    reply->stream = &carrier->stream;
}

void kube_forward(const struct kube_call *call, struct cloud_reply *reply)
{
    char ports[32];
    int64_t port = 0;
    struct kube_world kube;
    kube_parameter(call->request, "ports", ports, sizeof ports);
    bool upgrade = str_eq_nocase(request_header(call->request, "Upgrade"), STR("websocket")) &&
                   request_header(call->request, "Sec-WebSocket-Key").len > 0;
    if (!upgrade) {
        kube_status_reply(reply, 400, "BadRequest",
                          "unable to upgrade: websocket is the only protocol of a rehearsal");
        return;
    }
    if (!offers(request_header(call->request, "Sec-WebSocket-Protocol"))) {
        kube_status_reply(reply, 400, "BadRequest",
                          "unable to negotiate a sub-protocol: only " PROTOCOL " is spoken");
        return;
    }
    if (!str_to_int64(str_of(ports), &port) || port < 1 || port > 65535) {
        kube_status_reply(reply, 400, "BadRequest",
                          "query parameter \"ports\" must be one port of the pod");
        return;
    }
    if (!kube_at(call, call->cloud->now_ms, &kube))
        return;
    const struct kube_object *pod =
        kube_find(&kube, KUBE_POD, str_of(call->ns), str_of(call->name));
    if (!pod)
        kube_missing_reply(call, reply);
    else if (strcmp(js_text(pod->json, "status.phase"), "Running") != 0)
        kube_status_reply(reply, 400, "BadRequest",
                          "unable to forward port because pod is not running. Current status=%s",
                          js_text(pod->json, "status.phase"));
    else
        switch_protocols(call, pod, port, reply);
    kube_world_finish(&kube);
}
