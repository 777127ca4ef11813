/* A reflector against a scripted API server: lists, watches, and everything that ends them. The
 * clock leaps from try to try. */
#include <criterion/criterion.h>

#include "core/base/alloc.h"
#include "tests/core/reflecting.h"

#define JSON  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define WATCH JSON "\r\n"
#define STATUS(code, reason)                                                                       \
    "HTTP/1.1 " code " x\r\n\r\n{\"kind\":\"Status\",\"message\":\"m " reason                      \
    "\",\"reason\":\"" reason "\",\"code\":" code "}"

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

static void set_up(void)
{
    reflecting_begin();
    rig.server.asked = on_asked;
}

TestSuite(reflector, .init = set_up, .fini = reflecting_end, .timeout = 60);

static void play(const struct step *steps, size_t count)
{
    script = steps;
    script_length = count;
    at = 0;
    all_asked = false;
    if (rig.pods.state == REFLECTOR_IDLE)
        reflector_start(&rig.pods);
}
#define PLAY(steps) play(steps, sizeof(steps) / sizeof *(steps))

/* What the next try waits for; the turn itself may have taken a while. */
static bool waits(int64_t ms)
{
    int64_t wait = rig.pods.timer.due_ms - rig.loop.now_ms;
    return timer_on(&rig.pods.timer) && wait >= ms && wait < ms + 500;
}

static void until_asked(void)
{
    cr_assert(turns_until(&rig.loop, &all_asked));
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
    reflecting_until(REFLECTOR_WATCHING, "+n/a +n/b +n/c ~n/a -n/b");
    until_asked();
    cr_assert(rig.pods.complete && reflector_count(&rig.pods) == 2);
    cr_assert_eq(rig.pods.lists, 1);
    cr_assert_eq(rig.pods.state, REFLECTOR_WATCHING, "a clean end is no trouble");
    cr_assert_eq(rig.changes, 2, "listing, watching");
}

Test(reflector, a_list_with_a_broken_item_is_asked_for_anew)
{
    static const struct step steps[] = {
        {"limit", LIST("1", ITEM("a", "1") ",{\"metadata\":}"), false},
        {"limit", LIST("2", ITEM("a", "1")), false},
        OPEN_WATCH,
    };
    PLAY(steps);
    reflecting_until(REFLECTOR_STALE, "+n/a");
    cr_assert_str_eq(rig.pods.error.text,
                     "The answer to a list of pods is not what an API server says.");
    reflecting_until(REFLECTOR_WATCHING, "+n/a ~n/a");
    cr_assert(rig.pods.complete);
}

Test(reflector, an_object_of_the_same_name_is_another_one)
{
    static const struct step steps[] = {
        {"limit", LIST("1", ITEM("a", "1")), false},
        {"watch=1", WATCH EVENT("MODIFIED", "a", "2", "2") EVENT("DELETED", "z", "2", "3"), true},
    };
    PLAY(steps);
    reflecting_until(REFLECTOR_WATCHING, "+n/a -n/a +n/a");
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
    reflecting_until(REFLECTOR_WATCHING, "+n/a +n/b +n/c ~n/b -n/c +n/c -n/a");
    until_asked();
    cr_assert_eq(reflector_count(&rig.pods), 2);
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
    reflecting_until(REFLECTOR_WATCHING, "+n/a -n/a");
    for (int i = 0; i < 2000 && !all_asked; i++)
        if (!loop_turn(&rig.loop, false) && !rig.pods.watching && timer_on(&rig.pods.timer)) {
            cr_assert(rig.pods.timer.due_ms - rig.loop.now_ms >= 800, "the second time it waits");
            reflecting_leap();
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
    reflecting_until(REFLECTOR_WATCHING, "+n/a ~n/a ~n/a");
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
    reflecting_until(REFLECTOR_STALE, "+n/a");
    int64_t since = rig.pods.stale_ms;
    cr_assert(rig.pods.complete && rig.pods.error.text[0]);
    cr_assert(waits(1200), "0.8 s and half of it");
    for (int i = 0; i < 2000 && at < 3; i++)
        if (!loop_turn(&rig.loop, false) && !rig.pods.watching && timer_on(&rig.pods.timer))
            reflecting_leap();
    for (int i = 0; i < 200 && rig.pods.watching; i++)
        loop_turn(&rig.loop, true);
    cr_assert(waits(20000), "as Retry-After says");
    cr_assert_eq(rig.pods.stale_ms, since);
    reflecting_until(REFLECTOR_WATCHING, "+n/a ~n/a");
    cr_assert_eq(rig.pods.lists, 1);
    cr_assert_eq(rig.pods.error.kind, ERROR_NONE);
}

Test(reflector, waits_longer_and_longer)
{
    static const struct step steps[] = {{"limit", STATUS("503", "ServiceUnavailable"), false}};
    static const int64_t all[] = {1200, 2400, 4800, 9600, 19200, 38400, 45000, 45000};
    PLAY(steps);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        while (!timer_on(&rig.pods.timer))
            loop_turn(&rig.loop, true);
        cr_assert(waits(all[i]), "%zu", i);
        cr_assert_eq(rig.pods.state, REFLECTOR_STALE);
        reflecting_leap();
        loop_turn(&rig.loop, false);
    }
    while (!timer_on(&rig.pods.timer))
        loop_turn(&rig.loop, true);
    rig.pods.failed_ms -= 300000; /* long without a failure */
    reflecting_leap();
    loop_turn(&rig.loop, false);
    while (!timer_on(&rig.pods.timer))
        loop_turn(&rig.loop, true);
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
    reflecting_until(REFLECTOR_STALE, "+n/a");
    cr_assert(strstr(rig.pods.error.text, "ends as soon as it begins"), "%s", rig.pods.error.text);
    reflecting_until(REFLECTOR_WATCHING, "+n/a ~n/a");
}

Test(reflector, silence_is_a_dead_connection)
{
    static const struct step steps[] = {
        {"limit", LIST("1", ""), false},
        OPEN_WATCH,
        OPEN_WATCH,
    };
    PLAY(steps);
    reflecting_until(REFLECTOR_WATCHING, "");
    for (int i = 0; i < 200 && at < 2; i++)
        loop_turn(&rig.loop, true);
    turns(&rig.loop, 50);
    cr_assert(rig.pods.timer.due_ms - rig.loop.now_ms > 149000);
    reflecting_leap();
    reflecting_until(REFLECTOR_STALE, "");
    cr_assert(strstr(rig.pods.error.text, "silent"));
    reflecting_leap();
    until_asked();
    /* up to date as soon as the watch is accepted, though nothing is said */
    for (int i = 0; i < 200 && rig.pods.state == REFLECTOR_STALE; i++) {
        turns(&rig.loop, 20);
        reflecting_leap();
        loop_turn(&rig.loop, false);
    }
    cr_assert_eq(rig.pods.state, REFLECTOR_WATCHING, "%s", rig.pods.error.text);
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
    reflecting_until(REFLECTOR_FORBIDDEN, "");
    cr_assert_eq(rig.pods.error.kind, ERROR_AUTH);
    cr_assert(waits(60000));
    reflecting_until(REFLECTOR_MISSING, "");
    reflector_retry(&rig.pods);
    reflecting_until(REFLECTOR_WATCHING, "");
}

Test(reflector, is_content_with_one_namespace)
{
    static const struct step steps[] = {
        {"/api/v1/pods?", STATUS("403", "Forbidden"), false},
        {"/api/v1/namespaces/mine/pods?labelSelector=app%3Dx&limit=500 ", LIST("1", ITEM("a", "1")),
         false},
        {"/api/v1/namespaces/mine/pods?labelSelector=app%3Dx&watch=1", WATCH, true},
    };
    str_copy(STR("mine"), rig.pods.fallback, sizeof rig.pods.fallback);
    str_copy(STR("app=x"), rig.pods.label_selector, sizeof rig.pods.label_selector);
    PLAY(steps);
    reflecting_until(REFLECTOR_WATCHING, "+n/a");
    cr_assert(rig.pods.narrowed);
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
    reflecting_until(REFLECTOR_WATCHING, "+n/a ~n/a ~n/a +n/b");
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
        if (!loop_turn(&rig.loop, false) && !rig.pods.watching && timer_on(&rig.pods.timer))
            reflecting_leap();
    cr_assert(all_asked, "%zu", at);
}

Test(reflector, can_be_finished_at_every_step)
{
    static const struct step steps[] = {
        {"limit", LIST("1", ITEM("a", "1")), false},
        {"watch=1", WATCH EVENT("ADDED", "b", "2", "2"), true},
    };
    for (int steps_taken = 0; steps_taken < 30; steps_taken++) {
        reflecting_anew();
        PLAY(steps);
        for (int i = 0; i < steps_taken; i++)
            loop_turn(&rig.loop, false);
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
