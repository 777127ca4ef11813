/* See far.h. What comes from behind is read at once and kept until it is due. */
#include "tests/bench/far.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"

enum { PIECE = 16 << 10 };

struct piece { /* bytes that are on their way back; none of them: the end */
    struct list link;
    int64_t due_ms;
    size_t len;
    char bytes[];
};

struct far_link {
    struct list link;
    struct far *far;
    struct watch near, behind; /* the client; the server */
    struct list pieces;
    struct timer due;
};

static void end(struct far_link *link)
{
    loop_unwatch(link->far->loop, &link->near);
    loop_unwatch(link->far->loop, &link->behind);
    loop_cancel(link->far->loop, &link->due);
    while (!list_empty(&link->pieces)) {
        struct piece *piece = container_of(link->pieces.next, struct piece, link);
        list_remove(&piece->link);
        free(piece);
    }
    list_remove(&link->link);
    close(link->near.fd);
    close(link->behind.fd);
    free(link);
}

static bool send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

static void from_near(struct watch *watch, short revents)
{
    struct far_link *link = container_of(watch, struct far_link, near);
    char bytes[PIECE];
    ssize_t got = read(watch->fd, bytes, sizeof bytes);
    (void)revents;
    if (got <= 0 || !send_all(link->behind.fd, bytes, (size_t)got))
        end(link);
}

static void arrives(struct timer *timer)
{
    struct far_link *link = container_of(timer, struct far_link, due);
    while (!list_empty(&link->pieces)) {
        struct piece *piece = container_of(link->pieces.next, struct piece, link);
        int64_t wait = piece->due_ms - clock_now(link->far->loop->clock);
        if (wait > 0) {
            loop_after(link->far->loop, &link->due, wait);
            return;
        }
        list_remove(&piece->link);
        bool goes_on = piece->len > 0 && send_all(link->near.fd, piece->bytes, piece->len);
        free(piece);
        if (!goes_on) {
            end(link);
            return;
        }
    }
}

static void from_behind(struct watch *watch, short revents)
{
    struct far_link *link = container_of(watch, struct far_link, behind);
    struct piece *piece = alloc_zeroed(1, sizeof *piece + PIECE);
    ssize_t got = read(watch->fd, piece->bytes, PIECE);
    (void)revents;
    piece->link = (struct list){.next = NULL};
    piece->len = got > 0 ? (size_t)got : 0;
    piece->due_ms = clock_now(link->far->loop->clock) + link->far->delay_ms;
    list_insert(&link->pieces, &piece->link);
    if (got <= 0)
        loop_unwatch(link->far->loop, watch);
    if (!timer_on(&link->due))
        loop_after(link->far->loop, &link->due, link->far->delay_ms);
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void arrived(struct watch *watch, short revents)
{
    struct far *far = container_of(watch, struct far, watch);
    struct sockaddr_in address = loopback(far->behind);
    int near = accept(far->fd, NULL, NULL), behind = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    (void)revents;
    if (near < 0 || behind < 0 ||
        connect(behind, (struct sockaddr *)&address, sizeof address) != 0) {
        close(near);
        close(behind);
        return;
    }
    setsockopt(near, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    setsockopt(behind, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct far_link *link = alloc_zeroed(1, sizeof *link);
    link->far = far;
    link->near.ready = from_near;
    link->behind.ready = from_behind;
    link->due.fire = arrives;
    list_init(&link->pieces);
    list_insert(&far->links, &link->link);
    loop_watch(far->loop, &link->near, near, POLLIN);
    loop_watch(far->loop, &link->behind, behind, POLLIN);
}

bool far_start(struct far *far, struct loop *loop, int behind, int64_t delay_ms)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    *far = (struct far){.loop = loop, .behind = behind, .delay_ms = delay_ms};
    far->watch.ready = arrived;
    list_init(&far->links);
    far->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (far->fd < 0 || bind(far->fd, (struct sockaddr *)&address, size) != 0 ||
        listen(far->fd, 64) != 0 || getsockname(far->fd, (struct sockaddr *)&address, &size) != 0)
        return false;
    far->port = ntohs(address.sin_port);
    loop_watch(loop, &far->watch, far->fd, POLLIN);
    return true;
}
