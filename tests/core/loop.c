#include <criterion/criterion.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/io/loop.h"
#include "tests/support/turns.h"

static struct still_clock still;
static struct loop loop;

static void begin(void)
{
    still_clock_init(&still);
    loop_init(&loop, &still.clock);
}

static void end(void)
{
    loop_finish(&loop);
    no_leaks();
}

TestSuite(loop, .init = begin, .fini = end, .timeout = 60);

static char order[64];

struct named {
    struct timer timer;
    char name;
    void (*then)(struct named *named);
};

static void note(char name)
{
    size_t len = strlen(order);
    cr_assert_lt(len, sizeof order - 1);
    order[len] = name;
}

static void named_fire(struct timer *timer)
{
    struct named *named = container_of(timer, struct named, timer);
    cr_assert(!timer_on(timer), "a timer is popped before it fires");
    note(named->name);
    if (named->then)
        named->then(named);
}

#define NAMED(letter)                                                                              \
    {                                                                                              \
        .timer = {.fire = named_fire}, .name = letter                                              \
    }

Test(loop, timers_fire_in_order_of_their_time_then_of_their_setting)
{
    struct named a = NAMED('a'), b = NAMED('b'), c = NAMED('c'), d = NAMED('d');
    loop_after(&loop, &c.timer, 30);
    loop_after(&loop, &a.timer, 10);
    loop_after(&loop, &b.timer, 10);
    loop_after(&loop, &d.timer, 20);
    cr_assert(!loop_turn(&loop, false));
    still.monotonic += 9;
    cr_assert(!loop_turn(&loop, false));
    cr_assert_str_eq(order, "");
    still.monotonic += 1;
    cr_assert(loop_turn(&loop, false));
    cr_assert_str_eq(order, "ab");
    still.monotonic += 100;
    cr_assert(loop_turn(&loop, false));
    cr_assert_str_eq(order, "abdc");
    cr_assert(!loop_turn(&loop, false));
}

Test(loop, setting_a_pending_timer_moves_it)
{
    struct named a = NAMED('a'), b = NAMED('b');
    loop_after(&loop, &a.timer, 10);
    loop_after(&loop, &b.timer, 20);
    loop_after(&loop, &a.timer, 30);
    still.monotonic += 20;
    loop_turn(&loop, false);
    cr_assert_str_eq(order, "b");
    still.monotonic += 10;
    loop_turn(&loop, false);
    cr_assert_str_eq(order, "ba");
}

static struct named *victim;

static void cancel_victim(struct named *named)
{
    (void)named;
    loop_cancel(&loop, &victim->timer);
    loop_cancel(&loop, &victim->timer);
}

Test(loop, a_due_timer_can_be_cancelled_by_the_one_before_it)
{
    struct named a = NAMED('a'), b = NAMED('b'), c = NAMED('c');
    a.then = cancel_victim;
    victim = &b;
    loop_after(&loop, &a.timer, 1);
    loop_after(&loop, &b.timer, 1);
    loop_after(&loop, &c.timer, 1);
    still.monotonic += 5;
    loop_turn(&loop, false);
    cr_assert_str_eq(order, "ac");
}

static void again(struct named *named)
{
    loop_after(&loop, &named->timer, 0);
}

Test(loop, a_timer_of_0_ms_that_sets_itself_fires_once_a_turn)
{
    struct named a = NAMED('a');
    a.then = again;
    loop_after(&loop, &a.timer, 0);
    for (int i = 0; i < 3; i++)
        cr_assert(loop_turn(&loop, true));
    cr_assert_str_eq(order, "aaa");
    loop_cancel(&loop, &a.timer);
    cr_assert(!loop_turn(&loop, false));
}

Test(loop, a_negative_delay_is_now_and_a_huge_one_is_not)
{
    struct named a = NAMED('a'), b = NAMED('b');
    loop_after(&loop, &a.timer, -5);
    loop_after(&loop, &b.timer, (int64_t)1 << 40);
    loop_turn(&loop, true);
    cr_assert_str_eq(order, "a");
    loop_cancel(&loop, &b.timer);
}

struct piped {
    struct watch watch;
    int write_end, count;
    short revents;
    void (*then)(struct piped *piped);
};

static struct piped *other, *third;

static void piped_ready(struct watch *watch, short revents)
{
    struct piped *piped = container_of(watch, struct piped, watch);
    piped->count++;
    piped->revents = revents;
    if (piped->then)
        piped->then(piped);
}

static void piped_open(struct piped *piped)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    *piped = (struct piped){.watch = {.ready = piped_ready}, .write_end = ends[1]};
    loop_watch(&loop, &piped->watch, ends[0], POLLIN);
}

static void piped_write(struct piped *piped)
{
    cr_assert_eq(write(piped->write_end, "x", 1), 1);
}

static void piped_close(struct piped *piped)
{
    int fd = piped->watch.fd;
    loop_unwatch(&loop, &piped->watch);
    close(fd);
    if (piped->write_end >= 0)
        close(piped->write_end);
}

Test(loop, nothing_ready_dispatches_nothing)
{
    struct piped a;
    piped_open(&a);
    cr_assert(!loop_turn(&loop, false));
    piped_write(&a);
    cr_assert(loop_turn(&loop, true));
    cr_assert_eq(a.count, 1);
    cr_assert_eq(a.revents, POLLIN);
    piped_close(&a);
}

static void unwatch_all(struct piped *piped)
{
    (void)piped;
    loop_unwatch(&loop, &other->watch);
    loop_unwatch(&loop, &third->watch);
    loop_unwatch(&loop, &piped->watch);
}

Test(loop, any_callback_may_remove_any_watch)
{
    struct piped a, b, c;
    piped_open(&a);
    piped_open(&b);
    piped_open(&c);
    a.then = b.then = c.then = unwatch_all;
    other = &b;
    third = &c;
    piped_write(&a);
    piped_write(&b);
    piped_write(&c);
    cr_assert(loop_turn(&loop, true));
    cr_assert_eq(a.count, 1);
    cr_assert_eq(b.count, 0);
    cr_assert_eq(c.count, 0);
    cr_assert(!loop_turn(&loop, false));
    piped_close(&a);
    piped_close(&b);
    piped_close(&c);
}

static void replace_other(struct piped *piped)
{
    (void)piped;
    int fd = other->watch.fd;
    loop_unwatch(&loop, &other->watch);
    cr_assert_eq(dup2(third->watch.fd, fd), fd);
    loop_watch(&loop, &other->watch, fd, POLLIN);
}

Test(loop, a_watch_made_while_dispatching_does_not_see_what_its_number_had_before)
{
    struct piped a, b, c;
    piped_open(&a);
    piped_open(&b);
    piped_open(&c);
    loop_unwatch(&loop, &c.watch);
    a.then = replace_other;
    other = &b;
    third = &c;
    piped_write(&a);
    piped_write(&b); /* was ready, but its descriptor is another one once a was told */
    loop_turn(&loop, true);
    cr_assert_eq(b.count, 0);
    loop_unwatch(&loop, &a.watch);
    cr_assert(!loop_turn(&loop, false));
    piped_close(&a);
    piped_close(&b);
    piped_close(&c);
}

static void watch_many(struct piped *piped)
{
    (void)piped;
    for (int i = 0; i < 100; i++)
        piped_open(&other[i]);
}

Test(loop, the_slots_may_grow_under_the_dispatch)
{
    struct piped a, b, *many = alloc_zeroed(100, sizeof *many);
    piped_open(&a);
    piped_open(&b);
    a.then = watch_many;
    other = many;
    piped_write(&a);
    piped_write(&b);
    loop_turn(&loop, true);
    cr_assert_eq(b.count, 1);
    piped_write(&many[99]);
    loop_unwatch(&loop, &a.watch);
    loop_unwatch(&loop, &b.watch);
    loop_turn(&loop, true);
    cr_assert_eq(many[99].count, 1);
    cr_assert_eq(many[98].count, 0);
    for (int i = 0; i < 100; i++)
        piped_close(&many[i]);
    piped_close(&a);
    piped_close(&b);
    free(many);
}

static void pause_other(struct piped *piped)
{
    (void)piped;
    loop_change(&loop, &other->watch, 0);
}

Test(loop, a_watch_without_events_is_silent_even_when_the_other_end_hangs_up)
{
    struct piped a, b;
    piped_open(&a);
    piped_open(&b);
    a.then = pause_other;
    other = &b;
    piped_write(&a);
    close(b.write_end);
    b.write_end = -1;
    loop_turn(&loop, true);
    cr_assert_eq(b.count, 0);
    loop_unwatch(&loop, &a.watch);
    cr_assert(!loop_turn(&loop, false));
    loop_change(&loop, &b.watch, POLLIN);
    cr_assert(loop_turn(&loop, false));
    cr_assert_eq(b.count, 1);
    cr_assert(b.revents & POLLHUP);
    piped_close(&a);
    piped_close(&b);
}

struct counted_turn {
    struct turn turn;
    int count;
};

static void turn_ended(struct turn *turn)
{
    container_of(turn, struct counted_turn, turn)->count++;
}

Test(loop, the_hook_runs_once_after_a_turn_that_did_something)
{
    struct counted_turn hook = {.turn = {.ended = turn_ended}};
    struct named a = NAMED('a'), b = NAMED('b');
    struct piped pipe_a, pipe_b;
    loop.turn = &hook.turn;
    piped_open(&pipe_a);
    piped_open(&pipe_b);
    loop_turn(&loop, false);
    cr_assert_eq(hook.count, 0);
    loop_after(&loop, &a.timer, 0);
    loop_after(&loop, &b.timer, 0);
    piped_write(&pipe_a);
    piped_write(&pipe_b);
    loop_turn(&loop, true);
    cr_assert_eq(hook.count, 1);
    cr_assert_eq(pipe_a.count + pipe_b.count, 2);
    piped_close(&pipe_a);
    piped_close(&pipe_b);
}

static void stop(struct named *named)
{
    (void)named;
    loop_stop(&loop);
}

Test(loop, run_ends_with_the_turn_that_stops_it)
{
    struct named a = NAMED('a'), b = NAMED('b');
    a.then = stop;
    loop_after(&loop, &a.timer, 0);
    loop_after(&loop, &b.timer, 0);
    loop_run(&loop);
    cr_assert_str_eq(order, "ab");
    loop_after(&loop, &a.timer, 0);
    loop_run(&loop);
    cr_assert_str_eq(order, "aba");
}

Test(loop, removing_what_was_never_added_is_nothing)
{
    struct watch watch = {.fd = 0};
    struct timer timer = {.due_ms = 0};
    loop_unwatch(&loop, &watch);
    loop_cancel(&loop, &timer);
}
