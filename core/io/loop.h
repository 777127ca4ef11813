/* Descriptors and timers over poll(2): the only blocking call in the program.
 * Watches and timers are embedded in their owners; any callback may remove any of them, its own
 * included. After each turn in which something was dispatched the turn hook runs once: that is
 * where the screen is drawn. Knows no curl, no signals. */
#ifndef CORE_IO_LOOP_H
#define CORE_IO_LOOP_H

#include <poll.h>

#include "core/base/clock.h"
#include "core/base/list.h"

struct watch {
    int fd;
    short events; /* POLLIN | POLLOUT; 0 pauses it */
    size_t slot;  /* private to loop: 0 when not watched */
    void (*ready)(struct watch *watch, short revents);
};

struct timer {
    struct list link;
    int64_t due_ms;
    void (*fire)(struct timer *timer);
};

struct turn {
    void (*ended)(struct turn *turn); /* after a turn in which anything was dispatched */
};

struct loop {
    struct list timers; /* by due_ms */
    const struct clock *clock;
    int64_t now_ms; /* monotonic; read once a turn, after poll */
    struct turn *turn;
    struct pollfd *slots;   /* what poll sees … */
    struct watch **watches; /* … and who asked for it; NULL once unwatched */
    size_t slot_count, slot_capacity, watch_capacity;
    bool stopping, turning;
};

void loop_init(struct loop *loop, const struct clock *clock);
void loop_finish(struct loop *loop);

/* The watch's `ready` must be set. `fd` stays the caller's; unwatch before closing it. A watch made
 * or changed while a turn dispatches is polled from the next turn on. */
void loop_watch(struct loop *loop, struct watch *watch, int fd, short events);
void loop_change(struct loop *loop, struct watch *watch, short events);
void loop_unwatch(struct loop *loop, struct watch *watch); /* idempotent; zeroed is fine */

/* Fires once, `ms` after now, and never in the turn that sets it. Setting a pending timer moves
 * it; timers that are due together fire in the order in which they were set. */
void loop_after(struct loop *loop, struct timer *timer, int64_t ms);
void loop_cancel(struct loop *loop, struct timer *timer); /* idempotent; zeroed is fine */

static inline bool watch_on(const struct watch *watch)
{
    return watch->slot != 0;
}

static inline bool timer_on(const struct timer *timer)
{
    return list_linked(&timer->link);
}

/* One turn: poll until something is ready or due, due timers (popped before they fire), ready
 * watches, hook. With `wait` false poll does not block. Returns whether anything was dispatched.
 * Not from within a callback. */
bool loop_turn(struct loop *loop, bool wait);

/* Turns until loop_stop. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

#endif
