/* The turn: one poll(2), the due timers, the ready watches, the hook. Watches live in slots that
 * are cleared by unwatch and squeezed out before the next poll, so that nothing moves under the
 * dispatch. */
#include "core/io/loop.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>

#include "core/base/alloc.h"
#include "core/base/log.h"

void loop_init(struct loop *loop, const struct clock *clock)
{
    *loop = (struct loop){.clock = clock};
    list_init(&loop->timers);
    loop->now_ms = clock_now(clock);
}

void loop_finish(struct loop *loop)
{
    for (size_t i = 0; i < loop->slot_count; i++)
        if (loop->watches[i])
            loop->watches[i]->slot = 0;
    while (!list_empty(&loop->timers))
        list_remove(loop->timers.next);
    free(loop->slots);
    free(loop->watches);
    *loop = (struct loop){.clock = loop->clock};
    list_init(&loop->timers);
}

/* A negative descriptor is one that poll skips: that is what a watch without events wants, since
 * POLLHUP would be reported whatever it asks for. */
static struct pollfd slot_of(const struct watch *watch)
{
    return (struct pollfd){.fd = watch->events ? watch->fd : -1, .events = watch->events};
}

void loop_watch(struct loop *loop, struct watch *watch, int fd, short events)
{
    assert(watch->ready && fd >= 0);
    loop_unwatch(loop, watch);
    alloc_room(&loop->slots, loop->slot_count, &loop->slot_capacity, sizeof *loop->slots);
    alloc_room(&loop->watches, loop->slot_count, &loop->watch_capacity, sizeof(struct watch *));
    watch->fd = fd;
    watch->events = events;
    loop->slots[loop->slot_count] = slot_of(watch);
    loop->watches[loop->slot_count] = watch;
    watch->slot = ++loop->slot_count;
}

void loop_change(struct loop *loop, struct watch *watch, short events)
{
    assert(watch_on(watch));
    watch->events = events;
    loop->slots[watch->slot - 1] = slot_of(watch);
}

void loop_unwatch(struct loop *loop, struct watch *watch)
{
    if (!watch_on(watch))
        return;
    size_t index = watch->slot - 1;
    assert(index < loop->slot_count && loop->watches[index] == watch);
    loop->slots[index] = (struct pollfd){.fd = -1};
    loop->watches[index] = NULL;
    watch->slot = 0;
}

void loop_after(struct loop *loop, struct timer *timer, int64_t ms)
{
    assert(timer->fire);
    list_remove(&timer->link);
    timer->due_ms = clock_now(loop->clock) + (ms > 0 ? ms : 0);
    struct list *at = &loop->timers;
    while (at->prev != &loop->timers &&
           container_of(at->prev, struct timer, link)->due_ms > timer->due_ms)
        at = at->prev;
    list_insert(at, &timer->link);
}

void loop_cancel(struct loop *loop, struct timer *timer)
{
    (void)loop;
    list_remove(&timer->link);
}

static void squeeze_slots(struct loop *loop)
{
    size_t kept = 0;
    for (size_t i = 0; i < loop->slot_count; i++) {
        if (!loop->watches[i])
            continue;
        loop->slots[kept] = loop->slots[i];
        loop->watches[kept] = loop->watches[i];
        loop->watches[kept]->slot = kept + 1;
        kept++;
    }
    loop->slot_count = kept;
}

static int poll_timeout(const struct loop *loop, bool wait)
{
    if (!wait)
        return 0;
    if (list_empty(&loop->timers))
        return -1;
    int64_t ms = container_of(loop->timers.next, struct timer, link)->due_ms;
    ms -= clock_now(loop->clock);
    return ms <= 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms;
}

/* The due ones are taken out first: a timer that sets itself to 0 ms must not starve poll. Those
 * still waiting here can be cancelled or moved by the ones that fire before them. */
static bool fire_due(struct loop *loop)
{
    struct list due;
    list_init(&due);
    while (!list_empty(&loop->timers)) {
        struct timer *timer = container_of(loop->timers.next, struct timer, link);
        if (timer->due_ms > loop->now_ms)
            break;
        list_remove(&timer->link);
        list_insert(&due, &timer->link);
    }
    bool any = !list_empty(&due);
    while (!list_empty(&due)) {
        struct timer *timer = container_of(due.next, struct timer, link);
        list_remove(&timer->link);
        timer->fire(timer);
    }
    return any;
}

static bool dispatch(struct loop *loop, size_t polled)
{
    bool any = false;
    for (size_t i = 0; i < polled; i++) {
        short revents = loop->slots[i].revents;
        if (!revents || !loop->watches[i])
            continue;
        loop->slots[i].revents = 0;
        any = true;
        loop->watches[i]->ready(loop->watches[i], revents);
    }
    return any;
}

bool loop_turn(struct loop *loop, bool wait)
{
    assert(!loop->turning);
    loop->turning = true;
    squeeze_slots(loop);
    size_t polled = loop->slot_count;
    if (poll(loop->slots, (nfds_t)polled, poll_timeout(loop, wait)) < 0) {
        /* EINTR: the self-pipe of signals.c is ready in the next turn. */
        if (errno != EINTR && errno != EAGAIN)
            log_line("poll: %s", strerror(errno));
        for (size_t i = 0; i < polled; i++)
            loop->slots[i].revents = 0;
    }
    loop->now_ms = clock_now(loop->clock);
    bool fired = fire_due(loop);
    bool any = dispatch(loop, polled) || fired;
    loop->turning = false;
    if (any && loop->turn)
        loop->turn->ended(loop->turn);
    return any;
}

void loop_run(struct loop *loop)
{
    while (!loop->stopping)
        (void)loop_turn(loop, true);
    loop->stopping = false;
}

void loop_stop(struct loop *loop)
{
    loop->stopping = true;
}
