/* A reflector against a scripted API server: lists, watches, and everything that ends them. The
 * clock leaps from try to try. */
#include <criterion/criterion.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/kube/reflector.h"
#include "tests/support/server.h"
#include "tests/support/turns.h"

#define JSON  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define WATCH JSON "\r\n"
#define STATUS(code, reason)                                                                       \
    "HTTP/1.1 " code " x\r\n\r\n{\"kind\":\"Status\",\"message\":\"m " reason                      \
    "\",\"reason\":\"" reason "\",\"code\":" code "}"

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
static struct loop loop;
static struct server server;
static struct http http;
static struct kube kube;
static struct reflector pods;
static struct buf story; /* what the reducer was told: "+ns/a ~ns/a -ns/a" */
static struct error err;
static int descriptors, changes;

/* What is asked, in order, and what is said to that. The last step is asked for ever. */
struct step {
    const char *wants, *answer;
    bool stays; /* the connection stays open */
};
static const struct step *script;
static size_t script_length, at;
static bool all_asked;

static void on_asked(struct server *asked_server)
{
    const struct step *step = &script[at < script_length ? at : script_length - 1];
    cr_assert(str_find(buf_str(&asked_server->last), str_of(step->wants)) >= 0,
              "step %zu wants %s, is asked\n%s", at, step->wants, buf_cstr(&asked_server->last));
    asked_server->answer = str_of(step->answer);
    asked_server->closes = !step->stays;
    all_asked = ++at >= script_length;
}

static void tell(struct reflector *reflector, enum reflector_change change, const json_t *object)
{
    static const char marks[] = "+~-";
    (void)reflector;
    buf_printf(&story, "%s%c%s/%s", story.len ? " " : "", marks[change],
               js_text(object, "metadata.namespace"), js_text(object, "metadata.name"));
}

static void count_change(struct reflector *reflector)
{
    (void)reflector;
    changes++;
}

static double half(void)
{
    return 0.5;
}

static void begin(void)
{
    struct http_route route = {.user_agent = "ekshub-tui/test"};
    struct kube_access access = {.auth = KUBE_AUTH_NONE};
    descriptors = open_descriptors();
    loop_init(&loop, &leaping.clock);
    server_init(&server, &loop);
    http_init(&http, &loop, &route);
    snprintf(access.server, sizeof access.server, "http://localhost:%d", server.port);
    cr_assert(kube_init(&kube, &http, &access, &err));
    reflector_init(&pods, &kube, "/api/v1", "pods");
    pods.item = tell;
    pods.changed = count_change;
    pods.random = half;
    server.asked = on_asked;
}

static void end(void)
{
    reflector_finish(&pods);
    reflector_finish(&pods);
    kube_finish(&kube);
    http_finish(&http);
    server_finish(&server);
    loop_finish(&loop);
    buf_finish(&story);
    no_more_descriptors(descriptors + 1);
    no_leaks();
}

TestSuite(reflector, .init = begin, .fini = end, .timeout = 60);

static void play(const struct step *steps, size_t count)
{
    script = steps;
    script_length = count;
    at = 0;
    all_asked = false;
    if (pods.state == REFLECTOR_IDLE)
        reflector_start(&pods);
}
#define PLAY(steps) play(steps, sizeof(steps) / sizeof *(steps))

/* What the next try waits for; the turn itself may have taken a while. */
static bool waits(int64_t ms)
{
    int64_t wait = pods.timer.due_ms - loop.now_ms;
    return timer_on(&pods.timer) && wait >= ms && wait < ms + 500;
}

static void leap(void)
{
    int64_t wait = pods.timer.due_ms - loop.now_ms;
    leaping.leapt += wait > 0 ? wait : 0;
}

/* Turns until the story and the state are so; leaps over waits for a next try. */
static void until(enum reflector_state state, const char *told)
{
    for (int i = 0; i < 20000; i++) {
        if (pods.state == state && strcmp(buf_cstr(&story), told) == 0)
            return;
        if (!loop_turn(&loop, false) && !pods.watching && timer_on(&pods.timer))
            leap();
    }
    cr_assert_fail("state %d \"%s\" (%s) instead of %d \"%s\"", (int)pods.state, buf_cstr(&story),
                   pods.error.text, (int)state, told);
}

static void until_asked(void)
{
    cr_assert(turns_until(&loop, &all_asked));
}

#define ITEM(name, uid)                                                                            \
    "{\"metadata\":{\"namespace\":\"n\",\"name\":\"" name "\",\"uid\":\"" uid "\"}}"
#define EVENT(type, name, uid, version)                                                            \
    "{\"type\":\"" type "\",\"object\":{\"metadata\":{\"namespace\":\"n\",\"name\":\"" name        \
    "\",\"uid\":\"" uid "\",\"resourceVersion\":\"" version "\"}}}\n"
#define LIST(version, items)                                                                       \
    WATCH "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"" version                     \
          "\"},\"items\":[" items "]}"
#define OPEN_WATCH                                                                                 \
    {                                                                                              \
        "watch=1", WATCH, true                                                                     \
    }

Test(reflector, lists_page_by_page_and_watches_from_there)
{
    static const struct step steps[] = {
        {"GET /api/v1/pods?limit=500 HTTP",
         WATCH "{\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"a/b=\"},\"items\":[" ITEM(
             "a", "1") "]}",
         false},
        {"GET /api/v1/pods?limit=500&continue=a%2Fb%3D HTTP", LIST("7", ITEM("b", "2")), false},
        {"GET /api/v1/pods?watch=1&resourceVersion=7&allowWatchBookmarks=true&timeoutSeconds=450 ",
         WATCH EVENT("ADDED", "c", "3", "8") EVENT("MODIFIED", "a", "1", "9")
             EVENT("DELETED", "b", "2", "10") EVENT("BOOKMARK", "x", "", "11"),
         false},
        {"resourceVersion=11", WATCH, true},
    };
    PLAY(steps);
    until(REFLECTOR_WATCHING, "+n/a +n/b +n/c ~n/a -n/b");
    until_asked();
    cr_assert(pods.complete && reflector_count(&pods) == 2);
    cr_assert_eq(pods.lists, 1);
    cr_assert_eq(pods.state, REFLECTOR_WATCHING, "a clean end is no trouble");
    cr_assert_eq(changes, 2, "listing, watching");
}

Test(reflector, a_list_with_a_broken_item_is_asked_for_anew)
{
    static const struct step steps[] = {
        {"limit", LIST("1", ITEM("a", "1") ",{\"metadata\":}"), false},
        {"limit", LIST("2", ITEM("a", "1")), false},
        OPEN_WATCH,
    };
    PLAY(steps);
    until(REFLECTOR_STALE, "+n/a");
    cr_assert_str_eq(pods.error.text,
                     "The answer to a list of pods is not what an API server says.");
    until(REFLECTOR_WATCHING, "+n/a ~n/a");
    cr_assert(pods.complete);
}

Test(reflector, an_object_of_the_same_name_is_another_one)
{
    static const struct step steps[] = {
        {"limit", LIST("1", ITEM("a", "1")), false},
        {"watch=1", WATCH EVENT("MODIFIED", "a", "2", "2") EVENT("DELETED", "z", "2", "3"), true},
    };
    PLAY(steps);
    until(REFLECTOR_WATCHING, "+n/a -n/a +n/a");
}

Test(reflector, a_new_list_says_what_is_gone)
{
    static const struct step steps[] = {
        {"limit", LIST("1", ITEM("a", "1") "," ITEM("b", "2") "," ITEM("c", "3")), false},
        {"watch=1",
         WATCH "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"message\":\"too old\","
               "\"reason\":\"Expired\",\"code\":410}}\n" EVENT("ADDED", "never", "9", "9"),
         true},
        {"/api/v1/pods?limit=500 ", LIST("5", ITEM("b", "2") "," ITEM("c", "9")), false},
        {"resourceVersion=5", WATCH, true},
    };
    PLAY(steps);
    until(REFLECTOR_WATCHING, "+n/a +n/b +n/c ~n/b -n/c +n/c -n/a");
    until_asked();
    cr_assert_eq(reflector_count(&pods), 2);
}

Test(reflector, a_watch_that_is_too_old_by_its_status_lists_anew)
{
    static const struct step steps[] = {
        {"limit", LIST("1", ITEM("a", "1")), false},
        {"watch=1", STATUS("410", "Gone"), false},
        {"limit", LIST("2", ""), false},
        {"watch=1", STATUS("410", "Gone"), false},
        {"limit", LIST("3", ""), false},
        OPEN_WATCH,
    };
    PLAY(steps);
    until(REFLECTOR_WATCHING, "+n/a -n/a");
    for (int i = 0; i < 2000 && !all_asked; i++)
        if (!loop_turn(&loop, false) && !pods.watching && timer_on(&pods.timer)) {
            cr_assert(pods.timer.due_ms - loop.now_ms >= 800, "the second time it waits");
            leap();
        }
    cr_assert(all_asked);
}

Test(reflector, pages_that_grow_too_old_are_asked_all_at_once)
{
    static const char page[] = WATCH
        "{\"metadata\":{\"resourceVersion\":\"1\",\"continue\":\"t\"},\"items\":[" ITEM("a",
                                                                                        "1") "]}";
    static const struct step steps[] = {
        {"limit=500 ", page, false},
        {"continue=t", STATUS("410", "Expired"), false},
        {"limit=500 ", page, false},
        {"continue=t", STATUS("410", "Expired"), false},
        {"/api/v1/pods HTTP", LIST("4", ITEM("a", "1")), false},
        OPEN_WATCH,
    };
    PLAY(steps);
    until(REFLECTOR_WATCHING, "+n/a ~n/a ~n/a");
}

Test(reflector, keeps_what_it_knows_while_the_server_is_away)
{
    static const struct step steps[] = {
        {"limit", LIST("1", ITEM("a", "1")), false},
        {"watch=1", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"typ\r\n", false},
        {"resourceVersion=1", "HTTP/1.1 429 x\r\nRetry-After: 20\r\n\r\nToo many requests\n",
         false},
        {"resourceVersion=1", STATUS("500", "InternalError"), false},
        {"resourceVersion=1", WATCH EVENT("MODIFIED", "a", "1", "2"), true},
    };
    PLAY(steps);
    until(REFLECTOR_STALE, "+n/a");
    int64_t since = pods.stale_ms;
    cr_assert(pods.complete && pods.error.text[0]);
    cr_assert(waits(1200), "0.8 s and half of it");
    for (int i = 0; i < 2000 && at < 3; i++)
        if (!loop_turn(&loop, false) && !pods.watching && timer_on(&pods.timer))
            leap();
    for (int i = 0; i < 200 && pods.watching; i++)
        loop_turn(&loop, true);
    cr_assert(waits(20000), "as Retry-After says");
    cr_assert_eq(pods.stale_ms, since);
    until(REFLECTOR_WATCHING, "+n/a ~n/a");
    cr_assert_eq(pods.lists, 1);
    cr_assert_eq(pods.error.kind, ERROR_NONE);
}

Test(reflector, waits_longer_and_longer)
{
    static const struct step steps[] = {{"limit", STATUS("503", "ServiceUnavailable"), false}};
    static const int64_t all[] = {1200, 2400, 4800, 9600, 19200, 38400, 45000, 45000};
    PLAY(steps);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        while (!timer_on(&pods.timer))
            loop_turn(&loop, true);
        cr_assert(waits(all[i]), "%zu", i);
        cr_assert_eq(pods.state, REFLECTOR_STALE);
        leap();
        loop_turn(&loop, false);
    }
    while (!timer_on(&pods.timer))
        loop_turn(&loop, true);
    pods.failed_ms -= 300000; /* long without a failure */
    leap();
    loop_turn(&loop, false);
    while (!timer_on(&pods.timer))
        loop_turn(&loop, true);
    cr_assert(waits(1200));
}

Test(reflector, a_watch_that_ends_at_once_is_not_asked_at_once)
{
    static const struct step steps[] = {
        {"limit", LIST("1", ITEM("a", "1")), false},
        {"watch=1", WATCH, false},
        {"watch=1", WATCH EVENT("MODIFIED", "a", "1", "2"), true},
    };
    PLAY(steps);
    until(REFLECTOR_STALE, "+n/a");
    cr_assert(strstr(pods.error.text, "ends as soon as it begins"), "%s", pods.error.text);
    until(REFLECTOR_WATCHING, "+n/a ~n/a");
}

Test(reflector, silence_is_a_dead_connection)
{
    static const struct step steps[] = {
        {"limit", LIST("1", ""), false},
        OPEN_WATCH,
        OPEN_WATCH,
    };
    PLAY(steps);
    until(REFLECTOR_WATCHING, "");
    for (int i = 0; i < 200 && at < 2; i++)
        loop_turn(&loop, true);
    turns(&loop, 50);
    cr_assert(pods.timer.due_ms - loop.now_ms > 149000);
    leap();
    until(REFLECTOR_STALE, "");
    cr_assert(strstr(pods.error.text, "silent"));
    leap();
    until_asked();
    /* up to date as soon as the watch is accepted, though nothing is said */
    for (int i = 0; i < 200 && pods.state == REFLECTOR_STALE; i++) {
        turns(&loop, 20);
        leap();
        loop_turn(&loop, false);
    }
    cr_assert_eq(pods.state, REFLECTOR_WATCHING, "%s", pods.error.text);
}

Test(reflector, what_is_forbidden_is_asked_again_after_a_minute)
{
    static const struct step steps[] = {
        {"limit", STATUS("403", "Forbidden"), false},
        {"limit", STATUS("404", "NotFound"), false},
        {"limit", LIST("1", ""), false},
        OPEN_WATCH,
    };
    PLAY(steps);
    until(REFLECTOR_FORBIDDEN, "");
    cr_assert_eq(pods.error.kind, ERROR_AUTH);
    cr_assert(waits(60000));
    until(REFLECTOR_MISSING, "");
    reflector_retry(&pods);
    until(REFLECTOR_WATCHING, "");
}

Test(reflector, is_content_with_one_namespace)
{
    static const struct step steps[] = {
        {"/api/v1/pods?", STATUS("403", "Forbidden"), false},
        {"/api/v1/namespaces/mine/pods?labelSelector=app%3Dx&limit=500 ", LIST("1", ITEM("a", "1")),
         false},
        {"/api/v1/namespaces/mine/pods?labelSelector=app%3Dx&watch=1", WATCH, true},
    };
    str_copy(STR("mine"), pods.fallback, sizeof pods.fallback);
    str_copy(STR("app=x"), pods.label_selector, sizeof pods.label_selector);
    PLAY(steps);
    until(REFLECTOR_WATCHING, "+n/a");
    cr_assert(pods.narrowed);
}

Test(reflector, nonsense_lists_anew)
{
    static const struct step steps[] = {
        {"limit", WATCH "hello", false},
        {"limit", WATCH "{\"items\":[]}", false},
        {"limit", LIST("1", "{},7,null," ITEM("a", "1")), false},
        {"watch=1", WATCH "{\"type\":\"ADDED\",\n", false},
        {"limit", LIST("2", ITEM("a", "1")), false},
        {"watch=1", WATCH "{\"type\":\"STRANGE\",\"object\":{}}\n", true},
        {"limit", LIST("3", ITEM("a", "1")), false},
        {"watch=1", WATCH "{\"type\":\"ERROR\",\"object\":{\"code\":429}}\n", true},
        {"resourceVersion=3", WATCH EVENT("ADDED", "b", "2", "4"), true},
    };
    PLAY(steps);
    until(REFLECTOR_WATCHING, "+n/a ~n/a ~n/a +n/b");
}

Test(reflector, a_server_that_fails_inside_watches_is_asked_for_a_list_in_the_end)
{
    static const char broken[] = WATCH "{\"type\":\"ERROR\",\"object\":{\"code\":500}}\n";
    static const struct step steps[] = {
        {"limit", LIST("1", ""), false}, {"watch=1", broken, false},
        {"watch=1", broken, false},      {"watch=1", broken, false},
        {"watch=1", broken, false},      {"watch=1", broken, false},
        {"watch=1", broken, false},      {"watch=1", broken, false},
        {"limit", LIST("2", ""), false}, OPEN_WATCH,
    };
    PLAY(steps);
    for (int i = 0; i < 20000 && !all_asked; i++)
        if (!loop_turn(&loop, false) && !pods.watching && timer_on(&pods.timer))
            leap();
    cr_assert(all_asked, "%zu", at);
}

/* ---- recorded ---- */

static char *trace(const char *name)
{
    char path[PATH_MAX];
    struct buf text = {.data = NULL};
    cr_assert(path_format(path, NULL, "%s/kube/traces/%s", TEST_DATA, name));
    cr_assert(file_read(path, (size_t)1 << 20, &text, &err), "%s", err.text);
    return text.data;
}

Test(reflector, a_recorded_watch_in_pieces_of_every_size)
{
    char *recorded = trace("watch-http11-raw.txt");
    struct step steps[] = {
        {"limit", LIST("1", ""), false}, {"watch=1", recorded, true}, OPEN_WATCH};
    static const size_t pieces[] = {1, 7, 100, 1460, 100000};
    char *first = NULL;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        server.piece = pieces[i];
        reflector_finish(&pods);
        server_hang_up(&server);
        reflector_init(&pods, &kube, "/api/v1", "pods");
        pods.item = tell;
        pods.random = half;
        buf_clear(&story);
        PLAY(steps);
        until_asked();
        cr_assert_eq(pods.state, REFLECTOR_WATCHING, "%s", pods.error.text);
        if (first)
            cr_assert_str_eq(buf_cstr(&story), first);
        else
            first = alloc_copy(buf_str(&story));
    }
    cr_assert(strstr(first, "+trace/w1 ~trace/w1"), "%s", first);
    free(first);
    free(recorded);
}

Test(reflector, a_recorded_watch_cut_at_every_so_many_bytes)
{
    char *recorded = trace("watch-http11-raw.txt");
    size_t len = strlen(recorded);
    for (size_t cut = 0; cut < len; cut += cut < 600 ? 37 : 613) {
        char saved = recorded[cut];
        struct step steps[] = {{"limit", LIST("1", ""), false}, {"watch=1", recorded, false}};
        recorded[cut] = '\0';
        reflector_finish(&pods);
        server_hang_up(&server);
        reflector_init(&pods, &kube, "/api/v1", "pods");
        pods.item = tell;
        PLAY(steps);
        for (int i = 0; i < 2000 && pods.state != REFLECTOR_STALE; i++)
            loop_turn(&loop, true);
        cr_assert_eq(pods.state, REFLECTOR_STALE);
        cr_assert_not(pods.relist);
        recorded[cut] = saved;
    }
    free(recorded);
}

Test(reflector, the_recorded_refusals)
{
    char *expired = trace("watch-410-error-event.txt"),
         *token = trace("list-410-expired-continue.txt");
    char *busy = trace("http-429.txt");
    /* recorded as curl shows HTTP/2; said in HTTP/1.1 */
    char *expired_said = alloc_printf("HTTP/1.1 200 %s", expired + strlen("HTTP/2 200 "));
    char *token_said = alloc_printf("HTTP/1.1 410 %s", token + strlen("HTTP/2 410 "));
    char *busy_said = alloc_printf("HTTP/1.1 429 %s", busy + strlen("HTTP/2 429 "));
    struct step steps[] = {
        {"limit", busy_said, false},
        {"limit", token_said, false},
        {"limit", LIST("1", ""), false},
        {"watch=1", expired_said, true},
        {"limit", LIST("2", ITEM("a", "1")), false},
        OPEN_WATCH,
    };
    PLAY(steps);
    until(REFLECTOR_WATCHING, "+n/a");
    free(expired);
    free(token);
    free(busy);
    free(expired_said);
    free(token_said);
    free(busy_said);
}

Test(reflector, can_be_finished_at_every_step)
{
    static const struct step steps[] = {
        {"limit", LIST("1", ITEM("a", "1")), false},
        {"watch=1", WATCH EVENT("ADDED", "b", "2", "2"), true},
    };
    for (int steps_taken = 0; steps_taken < 30; steps_taken++) {
        reflector_finish(&pods);
        server_hang_up(&server);
        reflector_init(&pods, &kube, "/api/v1", "pods");
        pods.item = tell;
        PLAY(steps);
        for (int i = 0; i < steps_taken; i++)
            loop_turn(&loop, false);
    }
}

/* ---- the set of keys ---- */

Test(reflector, ten_thousand_keys_come_and_go)
{
    struct keyset set = {.count = 0};
    char name[32], uid[32];
    for (int round = 0; round < 3; round++) {
        keyset_begin(&set);
        for (int i = 0; i < 10000; i += round + 1) {
            snprintf(name, sizeof name, "pod-%d", i);
            snprintf(uid, sizeof uid, "uid-%d", i);
            enum keyset_found found = keyset_put(&set, STR("n"), str_of(name), str_of(uid));
            cr_assert_eq(found, round == 0 || (round == 2 && i % 2) ? KEYSET_NEW : KEYSET_KNOWN);
        }
        char *key;
        size_t gone = 0;
        for (; (key = keyset_take_unseen(&set)); gone++)
            free(key);
        cr_assert_eq(gone, round == 0 ? 0 : round == 1 ? 5000 : 3333);
        cr_assert_eq(set.count, round == 0 ? 10000 : round == 1 ? 5000 : 3334);
    }
    for (int i = 0; i < 10000; i += 3) {
        snprintf(name, sizeof name, "pod-%d", i);
        cr_assert(keyset_remove(&set, STR("n"), str_of(name)));
        cr_assert_not(keyset_remove(&set, STR("n"), str_of(name)));
    }
    cr_assert_eq(set.count, 0);
    cr_assert_eq(keyset_put(&set, STR(""), STR("x"), STR("1")), KEYSET_NEW);
    cr_assert_eq(keyset_put(&set, STR(""), STR("x"), STR("2")), KEYSET_ANOTHER);
    keyset_finish(&set);
}
