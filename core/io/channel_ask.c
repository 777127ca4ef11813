/* The asking side of the control socket. */
#include "core/io/channel.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/io/channel_line.h"

static void close_call(struct channel_call *call)
{
    if (!call->loop)
        return;
    loop_unwatch(call->loop, &call->watch);
    loop_cancel(call->loop, &call->timer);
    close(call->fd);
    channel_line_finish(&call->out);
    channel_line_finish(&call->in);
    call->loop = NULL;
}

static void end_call(struct channel_call *call)
{
    close_call(call);
    call->ended(call);
}

static void take_answer(struct channel_call *call)
{
    struct error err;
    call->answer = js_parse((struct str){call->in.data, call->in.len}, &err);
    if (!json_is_object(call->answer)) {
        json_decref(call->answer);
        call->answer = NULL;
        (void)error_set(&call->error, ERROR_SERVICE, "The worker's answer is not a JSON object.");
        return;
    }
    call->ok = js_bool(call->answer, "ok", false);
    if (call->ok)
        return;
    const char *text = js_text(call->answer, "text");
    (void)error_set(&call->error, ERROR_SERVICE, "%s", *text ? text : "The worker refused.");
}

static void call_read(struct channel_call *call)
{
    enum line_step step = channel_line_read(&call->in, call->fd);
    if (step == LINE_MORE)
        return;
    if (step == LINE_DONE)
        take_answer(call);
    else if (step == LINE_TOO_LONG)
        (void)error_set(&call->error, ERROR_SERVICE, "The worker's answer is longer than 1 MiB.");
    else
        (void)error_set(&call->error, ERROR_NETWORK, "The worker ended before it answered.");
    end_call(call);
}

static void call_ready(struct watch *watch, short revents)
{
    (void)revents;
    struct channel_call *call = container_of(watch, struct channel_call, watch);
    if (call->out.sent < call->out.len) {
        /* a worker that refuses early answers although it did not read all: look for it */
        enum line_step step = channel_line_write(&call->out, call->fd);
        if (step == LINE_MORE)
            return;
        call->out.sent = call->out.len;
        loop_change(call->loop, &call->watch, POLLIN);
        return;
    }
    call_read(call);
}

static void call_late(struct timer *timer)
{
    struct channel_call *call = container_of(timer, struct channel_call, timer);
    (void)error_set(&call->error, ERROR_NETWORK, "The worker did not answer in time.");
    (void)error_hint(&call->error, "It may be busy or stopped; ask again.");
    end_call(call);
}

static bool no_connection(struct error *err, const char *path)
{
    int number = errno;
    if (number == ENOENT || number == ECONNREFUSED || number == ENOTSOCK) {
        (void)error_set(err, ERROR_NETWORK, "No worker listens on %s.", path);
    } else if (number == EAGAIN) {
        (void)error_set(err, ERROR_BUSY, "The worker behind %s is busy.", path);
        (void)error_hint(err, "Ask again.");
    } else {
        (void)error_errno(err, "Cannot reach the worker behind %s", path);
        if (err)
            err->kind = ERROR_NETWORK;
    }
    if (err)
        err->code = number;
    return false;
}

bool channel_ask(struct channel_call *call, struct loop *loop, const char *path, json_t *request,
                 int64_t timeout_ms, struct error *err)
{
    assert(call->ended && json_is_object(request));
    channel_call_finish(call);
    int fd = channel_socket(path, connect);
    if (fd < 0) {
        json_decref(request);
        return no_connection(err, path);
    }
    call->loop = loop;
    call->fd = fd;
    call->watch = (struct watch){.ready = call_ready};
    call->timer = (struct timer){.fire = call_late};
    channel_line_set(&call->out, request);
    json_decref(request);
    loop_watch(loop, &call->watch, fd, POLLOUT);
    loop_after(loop, &call->timer, timeout_ms);
    return true;
}

void channel_call_finish(struct channel_call *call)
{
    close_call(call);
    json_decref(call->answer);
    call->answer = NULL;
    call->ok = false;
    error_clear(&call->error);
}
