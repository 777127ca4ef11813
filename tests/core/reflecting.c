#include "tests/core/reflecting.h"

#include <criterion/criterion.h>

#include "core/base/alloc.h"
#include "tests/core/kube_corpus.h"

struct leaping_clock {
    struct clock clock;
    int64_t leapt;
};

static int64_t leaping_now(const struct clock *clock)
{
    return clock_now(&clock_system) + ((const struct leaping_clock *)(const void *)clock)->leapt;
}

static int64_t leaping_wall(const struct clock *clock)
{
    return clock_wall(&clock_system) + ((const struct leaping_clock *)(const void *)clock)->leapt;
}

static struct leaping_clock leaping = {{leaping_now, leaping_wall}, 0};
static int descriptors;
struct rig rig;

static void tell(struct reflector *reflector, enum reflector_change change, const json_t *object)
{
    static const char marks[] = "+~-";
    (void)reflector;
    buf_printf(&rig.story, "%s%c%s/%s", rig.story.len ? " " : "", marks[change],
               js_text(object, "metadata.namespace"), js_text(object, "metadata.name"));
}

static void count_change(struct reflector *reflector)
{
    (void)reflector;
    rig.changes++;
}

static double half(void)
{
    return 0.5;
}

static void init_reflector(void)
{
    reflector_init(&rig.pods, &rig.kube, "/api/v1", "pods");
    rig.pods.item = tell;
    rig.pods.changed = count_change;
    rig.pods.random = half;
}

void reflecting_begin(void)
{
    struct http_route route = {.user_agent = "ekshub-tui/test"};
    struct kube_access access = {.auth = KUBE_AUTH_NONE};
    descriptors = open_descriptors();
    loop_init(&rig.loop, &leaping.clock);
    server_init(&rig.server, &rig.loop);
    http_init(&rig.http, &rig.loop, &route);
    snprintf(access.server, sizeof access.server, "http://localhost:%d", rig.server.port);
    cr_assert(kube_init(&rig.kube, &rig.http, &access, &rig.err));
    init_reflector();
}

void reflecting_end(void)
{
    reflector_finish(&rig.pods);
    reflector_finish(&rig.pods);
    kube_finish(&rig.kube);
    http_finish(&rig.http);
    server_finish(&rig.server);
    loop_finish(&rig.loop);
    buf_finish(&rig.story);
    no_more_descriptors(descriptors + 1);
    no_leaks();
}

void reflecting_anew(void)
{
    reflector_finish(&rig.pods);
    server_hang_up(&rig.server);
    init_reflector();
}

void reflecting_leap(void)
{
    int64_t wait = rig.pods.timer.due_ms - rig.loop.now_ms;
    leaping.leapt += wait > 0 ? wait : 0;
}

/* A watch that is accepted and says nothing is looked at by the timer as well. */
static bool only_time_helps(int idle)
{
    bool looks = rig.pods.watching && rig.pods.state == REFLECTOR_STALE && idle > 100;
    return timer_on(&rig.pods.timer) && (!rig.pods.watching || looks);
}

void reflecting_until(enum reflector_state state, const char *told)
{
    int idle = 0;
    for (int i = 0; i < 20000; i++) {
        if (rig.pods.state == state && strcmp(buf_cstr(&rig.story), told) == 0)
            return;
        idle = loop_turn(&rig.loop, false) ? 0 : idle + 1;
        if (idle > 0 && only_time_helps(idle)) {
            reflecting_leap();
            idle = 0;
        }
    }
    cr_assert_fail("state %d \"%s\" (%s) instead of %d \"%s\"", (int)rig.pods.state,
                   buf_cstr(&rig.story), rig.pods.error.text, (int)state, told);
}

char *reflecting_trace(const char *name)
{
    struct buf text = {.data = NULL};
    kube_read(name, &text);
    return text.data;
}
