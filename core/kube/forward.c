/* The listening side. What one connection does is forward_stream.c's. */
#include "core/kube/forward.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/kube/forward_private.h"

enum { STREAMS = 32 };

static struct forward *forward_of(struct task *task)
{
    return container_of(task, struct forward, task);
}

static size_t count(const struct list *streams)
{
    size_t n = 0;
    list_each (node, streams)
        n++;
    return n;
}

static void on_connection(struct watch *watch, short revents)
{
    struct forward *forward = container_of(watch, struct forward, watch);
    (void)revents;
    int fd = accept(watch->fd, NULL, NULL);
    if (fd < 0)
        return;
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    if (count(&forward->streams) >= STREAMS)
        close(fd);
    else
        forward_stream_start(forward, fd);
}

static bool listen_here(struct forward *forward, struct error *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    struct sockaddr *generic = (struct sockaddr *)(void *)&address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool ok = fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
              fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && bind(fd, generic, len) == 0 &&
              listen(fd, 16) == 0 && getsockname(fd, generic, &len) == 0;
    if (!ok) {
        (void)error_errno(err, "No port of this machine can be opened");
        if (fd >= 0)
            close(fd);
        return false;
    }
    forward->port = ntohs(address.sin_port);
    forward->watch = (struct watch){.ready = on_connection};
    loop_watch(forward->task.loop, &forward->watch, fd, POLLIN);
    return true;
}

static void stop_listening(struct forward *forward)
{
    if (!watch_on(&forward->watch))
        return;
    int fd = forward->watch.fd;
    loop_unwatch(forward->task.loop, &forward->watch);
    close(fd);
}

static void close_streams(struct forward *forward)
{
    list_each_safe (node, following, &forward->streams)
        forward_stream_destroy(container_of(node, struct forward_stream, link));
}

static bool start(struct task *task, struct error *err)
{
    return listen_here(forward_of(task), err);
}

static void stop(struct task *task)
{
    struct forward *forward = forward_of(task);
    struct error err;
    stop_listening(forward);
    close_streams(forward);
    error_set(&err, ERROR_CANCELLED, "The port of %s is closed.", forward->pod);
    task_end(task, TASK_CANCELLED, &err);
}

static void finish(struct task *task)
{
    struct forward *forward = forward_of(task);
    stop_listening(forward);
    close_streams(forward);
}

void forward_trouble(struct forward *forward, const struct error *err, int status)
{
    forward->trouble = *err;
    log_line("port of %s: %s", forward->pod, err->text);
    if (status != 404 && status != 403)
        return;
    stop_listening(forward);
    task_end(&forward->task, TASK_FAILED, err);
}

void forward_init(struct forward *forward, struct kube *kube, const char *namespace_name,
                  const char *pod, int pod_port)
{
    static const struct task_ops ops = {start, stop, finish};
    *forward = (struct forward){.task = {.ops = &ops}, .kube = kube, .pod_port = pod_port};
    list_init(&forward->streams);
    str_copy(str_of(namespace_name), forward->namespace_name, sizeof forward->namespace_name);
    str_copy(str_of(pod), forward->pod, sizeof forward->pod);
    snprintf(forward->task.label, sizeof forward->task.label, "port %d of %.40s", pod_port, pod);
}
