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
    struct list link;
    int fd;
    short events; /* POLLIN | POLLOUT */
    int slot;     /* private to loop */
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
    struct list watches, timers; /* timers by due_ms */
    const struct clock *clock;
    int64_t now_ms; /* monotonic; read once a turn */
    struct turn *turn;
    struct pollfd *slots;
    size_t slot_count, slot_capacity;
    bool stopping;
};

void loop_init(struct loop *loop, const struct clock *clock);
void loop_finish(struct loop *loop);

/* The watch's `ready` must be set. `fd` stays the caller's; unwatch before closing it. */
void loop_watch(struct loop *loop, struct watch *watch, int fd, short events);
void loop_change(struct loop *loop, struct watch *watch, short events);
void loop_unwatch(struct loop *loop, struct watch *watch); /* idempotent; zeroed is fine */

/* Fires once, `ms` after now. Setting a pending timer moves it. */
void loop_after(struct loop *loop, struct timer *timer, int64_t ms);
void loop_cancel(struct loop *loop, struct timer *timer); /* idempotent; zeroed is fine */

/* One turn: due timers (popped before they fire), poll, ready watches, hook. With `wait` false poll
 * does not block. Returns whether anything was dispatched. */
bool loop_turn(struct loop *loop, bool wait);

/* Turns until loop_stop. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

#endif
