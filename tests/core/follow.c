#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/io/follow.h"
#include "tests/support/turns.h"

static struct loop loop;
static int descriptors;

static void begin(void)
{
    test_directory();
    descriptors = open_descriptors();
    loop_init(&loop, &clock_system);
}

static void end(void)
{
    no_more_descriptors(descriptors);
    loop_finish(&loop);
    test_directory_remove();
    no_leaks();
}

TestSuite(follow, .init = begin, .fini = end, .timeout = 60);

struct tail {
    struct follow follow;
    struct buf seen;
    int lines, idles, stop_at;
    bool idle, frees;
};

static void tail_line(struct follow *follow, struct str line, bool cut)
{
    struct tail *tail = container_of(follow, struct tail, follow);
    tail->lines++;
    if (tail->lines <= 1000) {
        buf_append(&tail->seen, line);
        buf_text(&tail->seen, cut ? "~" : "|");
    }
    if (tail->lines != tail->stop_at)
        return;
    follow_stop(follow);
    if (tail->frees) {
        buf_finish(&tail->seen);
        free(tail);
    }
}

static void tail_idle(struct follow *follow)
{
    struct tail *tail = container_of(follow, struct tail, follow);
    cr_assert(follow->caught_up);
    tail->idle = true;
    tail->idles++;
}

static const char *file;
static int out = -1;

static void say(const char *text)
{
    if (out < 0)
        out = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    cr_assert_eq(write(out, text, strlen(text)), (ssize_t)strlen(text));
}

static void hush(void)
{
    if (out >= 0)
        close(out);
    out = -1;
}

static void tail_start(struct tail *tail, const char *name)
{
    *tail = (struct tail){.follow = {.line = tail_line, .idle = tail_idle}};
    file = test_path(name);
    cr_assert(follow_start(&tail->follow, &loop, file, NULL));
    cr_assert_eq(tail->lines + tail->idles, 0, "nothing is called from inside follow_start");
}

static void tail_expect(struct tail *tail, const char *text)
{
    for (int i = 0; i < 10000 && strcmp(buf_cstr(&tail->seen), text) != 0; i++)
        loop_turn(&loop, true);
    cr_assert_str_eq(buf_cstr(&tail->seen), text);
}

static void tail_finish(struct tail *tail)
{
    hush();
    follow_stop(&tail->follow);
    follow_stop(&tail->follow);
    buf_finish(&tail->seen);
}

Test(follow, replays_and_then_follows)
{
    struct tail tail;
    file = test_path("a");
    say("one\ntwo\nthr");
    tail_start(&tail, "a");
    cr_assert(turns_until(&loop, &tail.idle));
    cr_assert_str_eq(buf_cstr(&tail.seen), "one|two|");
    turns(&loop, 10);
    cr_assert(!loop_turn(&loop, false), "a quiet file dispatches nothing");
    cr_assert(list_empty(&loop.timers), "and keeps no timer");
    say("ee\nfour\n");
    tail_expect(&tail, "one|two|three|four|");
    say("five\n");
    tail_expect(&tail, "one|two|three|four|five|");
    tail_finish(&tail);
}

Test(follow, waits_for_a_file_that_is_not_there_yet)
{
    struct tail tail;
    tail_start(&tail, "later");
    cr_assert(turns_until(&loop, &tail.idle));
    cr_assert(tail.follow.caught_up);
    say("first\n");
    tail_expect(&tail, "first|");
    say("second\n");
    tail_expect(&tail, "first|second|");
    tail_finish(&tail);
}

Test(follow, waits_for_a_directory_that_is_not_there_yet)
{
    struct tail tail;
    tail_start(&tail, "dir/file");
    file = test_path("dir/file");
    cr_assert(turns_until(&loop, &tail.idle));
    mkdir(test_path("dir"), 0700);
    say("first\n");
    tail_expect(&tail, "first|");
    tail_finish(&tail);
}

Test(follow, sees_a_file_that_was_moved_into_place)
{
    struct tail tail;
    tail_start(&tail, "moved");
    cr_assert(turns_until(&loop, &tail.idle));
    file = test_path("temporary");
    say("whole\n");
    cr_assert_eq(rename(test_path("temporary"), test_path("moved")), 0);
    tail_expect(&tail, "whole|");
    say("more\n");
    tail_expect(&tail, "whole|more|");
    tail_finish(&tail);
}

Test(follow, reads_a_file_that_shrank_from_its_start)
{
    struct tail tail;
    tail_start(&tail, "a");
    say("a long first content\nunfinished");
    tail_expect(&tail, "a long first content|");
    cr_assert_eq(truncate(test_path("a"), 0), 0);
    say("new\n");
    tail_expect(&tail, "a long first content|new|");
    tail_finish(&tail);
}

/* So many descriptors are taken that inotify_init fails while plain files still open. */
static int take_descriptors_but(int spare)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t before = limit.rlim_cur;
    int probe = open("/dev/null", O_RDONLY);
    limit.rlim_cur = (rlim_t)(probe + spare);
    close(probe);
    setrlimit(RLIMIT_NOFILE, &limit);
    return (int)before;
}

static void give_descriptors_back(int before)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = (rlim_t)before;
    setrlimit(RLIMIT_NOFILE, &limit);
}

Test(follow, falls_back_to_a_timer_without_inotify)
{
    struct tail tail;
    int before = take_descriptors_but(0);
    tail_start(&tail, "a");
    give_descriptors_back(before);
    cr_assert_eq(tail.follow.notify, -1);
    cr_assert(turns_until(&loop, &tail.idle));
    say("one\n");
    tail_expect(&tail, "one|");
    say("two\n");
    tail_expect(&tail, "one|two|");
    tail_finish(&tail);
}

static void write_many(int count)
{
    struct buf text = {.data = NULL};
    for (int i = 0; i < count; i++)
        buf_printf(&text, "line %08d of a stream that is long enough for slices\n", i);
    say(buf_cstr(&text));
    buf_finish(&text);
}

struct ticker {
    struct timer timer;
    int count;
};

static void tick(struct timer *timer)
{
    container_of(timer, struct ticker, timer)->count++;
    loop_after(&loop, timer, 0);
}

Test(follow, a_long_replay_leaves_turns_for_others)
{
    struct tail tail;
    struct ticker ticker = {.timer = {.fire = tick}};
    file = test_path("long");
    write_many(50000);
    tail_start(&tail, "long");
    loop_after(&loop, &ticker.timer, 0);
    cr_assert(turns_until(&loop, &tail.idle));
    cr_assert_eq(tail.lines, 50000);
    cr_assert_gt(ticker.count, 5);
    cr_assert_eq(tail.idles, 1);
    loop_cancel(&loop, &ticker.timer);
    tail_finish(&tail);
}

Test(follow, drain_takes_all_at_once_with_the_torn_last_line)
{
    struct tail tail;
    file = test_path("a");
    write_many(50000);
    say("torn");
    tail_start(&tail, "a");
    follow_drain(&tail.follow);
    cr_assert_eq(tail.lines, 50001);
    cr_assert(tail.follow.caught_up);
    follow_drain(&tail.follow);
    cr_assert_eq(tail.lines, 50001);
    cr_assert(turns_until(&loop, &tail.idle));
    say("rest\n");
    while (tail.lines < 50002)
        loop_turn(&loop, true);
    tail_finish(&tail);
    follow_drain(&tail.follow);
}

Test(follow, drain_of_a_file_that_never_came_is_nothing)
{
    struct tail tail;
    tail_start(&tail, "never");
    follow_drain(&tail.follow);
    cr_assert_eq(tail.lines, 0);
    tail_finish(&tail);
}

Test(follow, may_be_stopped_by_any_line)
{
    for (int at = 1; at <= 4; at++) {
        struct tail tail;
        hush();
        file = test_path("a");
        unlink(file);
        say("1\n2\n3\n4\n5\n");
        tail_start(&tail, "a");
        tail.stop_at = at;
        while (tail.lines < at)
            loop_turn(&loop, true);
        turns(&loop, 10);
        cr_assert_eq(tail.lines, at);
        cr_assert_eq(tail.idles, 0);
        tail_finish(&tail);
    }
}

Test(follow, may_be_freed_by_a_line)
{
    for (int drained = 0; drained < 2; drained++) {
        struct tail *tail = alloc_zeroed(1, sizeof *tail);
        hush();
        file = test_path("a");
        unlink(file);
        say("1\n2\n3");
        tail_start(tail, "a");
        tail->stop_at = drained ? 3 : 2;
        tail->frees = true;
        if (drained)
            follow_drain(&tail->follow);
        else
            turns(&loop, 10);
    }
    hush();
}

Test(follow, can_be_stopped_at_every_step)
{
    for (int steps = 0; steps < 12; steps++) {
        struct tail tail;
        hush();
        file = test_path("a");
        unlink(file);
        tail_start(&tail, "a");
        for (int i = 0; i < steps; i++) {
            if (i == 2)
                say("one\n");
            if (i == 5)
                write_many(20000);
            loop_turn(&loop, false);
        }
        int lines = tail.lines, idles = tail.idles;
        follow_stop(&tail.follow);
        turns(&loop, 5);
        cr_assert_eq(tail.lines, lines);
        cr_assert_eq(tail.idles, idles);
        tail_finish(&tail);
    }
}

Test(follow, lines_of_any_length_arrive)
{
    struct tail tail;
    struct buf text = {.data = NULL};
    for (int i = 0; i < 300000; i++)
        buf_text(&text, "0123456789");
    tail_start(&tail, "a");
    say(buf_cstr(&text));
    say("\n");
    while (tail.lines < 1)
        loop_turn(&loop, true);
    cr_assert_eq(tail.seen.len, 3000001);
    cr_assert(str_ends(buf_str(&tail.seen), STR("9|")));
    buf_finish(&text);
    tail_finish(&tail);
}

Test(follow, a_path_that_is_too_long_is_refused)
{
    static char path[PATH_MAX + 10];
    struct follow follow = {.line = tail_line};
    struct error err;
    memset(path, 'x', sizeof path - 1);
    cr_assert(!follow_start(&follow, &loop, path, &err));
    cr_assert_eq(err.kind, ERROR_INPUT);
    follow_stop(&follow);
}
