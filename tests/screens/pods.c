/* The screen of the pods over a recorded cluster where everything goes wrong: looks, keys, and what
 * it does while rows come and go. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/session/session_pods.h"
#include "tests/screens/fixture.h"

#include "core/base/alloc.h"

static struct fixture fixture;
static struct session_pods pods;
static struct kube kube;
static struct http http;

static struct record *parse(enum pods_kind kind, const json_t *object)
{
    switch (kind) {
    case PODS_PODS:
        return (void *)pod_parse(object, &pods.rules);
    case PODS_NODES:
        return (void *)node_parse(object);
    case PODS_EVENTS:
        return (void *)event_parse(object);
    case PODS_SERVICES:
        return (void *)service_parse(object);
    case PODS_CLAIMS:
        return (void *)claim_parse(object);
    case PODS_WORKLOADS:
        return (void *)workload_parse(object);
    case PODS_ENDPOINTS:
        return (void *)endpoint_slice_parse(object);
    case PODS_CLASSES:
        return (void *)storage_class_parse(object);
    case PODS_DRIVERS:
        return csi_driver_parse(object);
    case PODS_CSI_NODES:
        return (void *)csi_node_parse(object);
    case PODS_KINDS:
        break;
    }
    return NULL;
}

static void put_all(enum pods_kind kind, const char *file)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/kube/scenario/%s.json", TEST_DATA, file);
    json_t *list = json_load_file(path, 0, NULL);
    cr_assert(list != NULL);
    for (size_t i = 0; i < js_count(list, "items"); i++)
        records_put(&pods.tables[kind], parse(kind, json_array_get(js_get(list, "items"), i)));
    json_decref(list);
}

static void release(struct record *record)
{
    pod_free((struct pod *)record);
}

static void think(void)
{
    for (size_t i = 0; i < session_pods_count(&pods); i++) {
        struct pod *pod = (struct pod *)pods.tables[PODS_PODS].items[i];
        struct diagnosis said;
        char text[DIAGNOSIS_TEXT];
        session_pods_diagnose(&pods, pod, &said);
        diagnosis_text(&said, text);
        free(pod->why);
        pod->why = text[0] ? alloc_copy(str_of(text)) : NULL;
    }
    pods.thought = true;
}

/* 40 s after the cluster was recorded. */
static void set_up(void)
{
    struct http_route route = {.port = 1};
    struct kube_access access = {.server = "http://localhost"};
    struct error err;
    fixture_init(&fixture);
    clock_parse_rfc3339(STR("2026-11-22T11:38:10Z"), &fixture.now_ms);
    fixture.now_ms -= WALL_MS;
    http_init(&http, &fixture.loop, &route);
    cr_assert(kube_init(&kube, &http, &access, &err));
    pods =
        (struct session_pods){.loop = &fixture.loop, .kube = &kube, .started = true, .asking = -1};
    pods.tables[PODS_PODS].release = release;
    pods.reflectors[PODS_PODS].complete = true;
    pods.reflectors[PODS_PODS].state = REFLECTOR_WATCHING;
    put_all(PODS_PODS, "pods");
    put_all(PODS_NODES, "nodes");
    put_all(PODS_EVENTS, "events");
    put_all(PODS_SERVICES, "services");
    put_all(PODS_CLAIMS, "persistentvolumeclaims");
    put_all(PODS_WORKLOADS, "deployments");
    think();
    fixture_apply(&fixture, 58);
    fixture_end(&fixture, RUN_SUCCEEDED);
    fixture_draw(&fixture, 80, 24);
    cr_assert_str_eq(place_of(&fixture), "results");
}

static void tear_down(void)
{
    session_pods_show_log(&pods, NULL, "", false);
    for (int i = 0; i < PODS_KINDS; i++)
        records_finish(&pods.tables[i]);
    kube_finish(&kube);
    http_finish(&http);
    fixture_finish(&fixture);
}

TestSuite(pods, .init = set_up, .fini = tear_down);

static void open_screen(void)
{
    fixture.session.pods = &pods;
    press_keys(&fixture, "p");
    cr_assert_str_eq(place_of(&fixture), "pods");
}

Test(pods, table)
{
    open_screen();
    golden(&fixture, "pods");
}

Test(pods, by_state)
{
    open_screen();
    press_keys(&fixture, "s G");
    golden(&fixture, "pods-by-state");
}

/* The first pod of each order, and of it turned round. */
Test(pods, by_every_column)
{
    static const struct {
        const char *name, *first, *last;
    } orders[] = {
        {"by state", "/nomount-", "-rhvm2"},
        {"by restarts", "/initbad-", "-rhvm2"},
        {"by youngest", "/badimage-", "/gated"},
        {"by ready", "/badimage-", "-rhvm2"},
        {"by node", "/gated", "-rhvm2"},
        {"by IP", "/badimage-", "/proxy-"},
        {"by name in any", "/badimage-", "-rhvm2"},
        {"by name", "/badimage-", "-rhvm2"},
    };
    open_screen();
    for (size_t i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
        press_keys(&fixture, "s g Enter");
        cr_expect(shows(&fixture, orders[i].first), "%s", orders[i].name);
        press_keys(&fixture, "Esc");
        cr_expect(shows(&fixture, orders[i].name), "%s", orders[i].name);
        press_keys(&fixture, "S g Enter");
        cr_expect(shows(&fixture, orders[i].last), "%s, backwards", orders[i].name);
        press_keys(&fixture, "Esc");
        cr_expect(shows(&fixture, ", backwards"));
        press_keys(&fixture, "S");
    }
}

Test(pods, of_one_namespace)
{
    open_screen();
    press_keys(&fixture, "n n n");
    golden(&fixture, "pods-namespace");
    press_keys(&fixture, "n");
    cr_assert(shows(&fixture, "25 of 25"));
}

Test(pods, found)
{
    open_screen();
    press_keys(&fixture, "/ 'web");
    golden(&fixture, "pods-found");
    press_keys(&fixture, "Enter");
    cr_assert(shows(&fixture, "3 of 25"));
    press_keys(&fixture, "/ Esc");
    cr_assert(shows(&fixture, "25 of 25"));
}

Test(pods, details)
{
    open_screen();
    press_keys(&fixture, "Enter");
    golden(&fixture, "pods-details");
    press_keys(&fixture, "Esc");
    cr_assert_str_eq(place_of(&fixture), "pods");
    press_keys(&fixture, "Esc");
    cr_assert_str_eq(place_of(&fixture), "results");
}

Test(pods, details_tell_what_stands_around)
{
    open_screen();
    press_keys(&fixture, "/ 'mlhub-76 Enter Enter");
    cr_expect(shows(&fixture, "Made by"));
    cr_expect(shows(&fixture, "mlhub-data: "));
    cr_expect(shows(&fixture, "Services   mlhub "));
    press_keys(&fixture, "Esc / Esc / 'missingpvc Enter Enter");
    cr_expect(shows(&fixture, "not-there: there is no such claim"));
    cr_expect(hides(&fixture, "Services"));
}

Test(pods, details_scroll_to_the_log)
{
    open_screen();
    press_keys(&fixture, "Down Enter");
    buf_text(&pods.shown.text, "starting\nKeyError: 'TOKEN'\n");
    pods.shown.over = true;
    press_keys(&fixture, "G");
    golden(&fixture, "pods-log");
    press_keys(&fixture, "g");
    cr_assert(shows(&fixture, "Why"));
}

Test(pods, details_hold_a_pod_without_a_node_against_the_nodes)
{
    const struct diagnose_world world = {.pods = &pods.tables[PODS_PODS],
                                         .nodes = &pods.tables[PODS_NODES]};
    pods.room = alloc_zeroed(world.nodes->count, sizeof *pods.room);
    diagnose_rooms(&world, pods.room);
    open_screen();
    press_keys(&fixture, "/ 'bigcpu Enter Enter");
    golden(&fixture, "pods-nodes");
    press_keys(&fixture, "Esc / Esc / 'initok Enter Enter");
    cr_expect(hides(&fixture, "Nodes"), "it is on one");
    free(pods.room);
    pods.room = NULL;
}

static void expect_log(const char *container, bool previous)
{
    cr_expect_str_eq(pods.shown.container, container);
    cr_expect_eq(pods.shown.previous, previous, "%s", container);
}

Test(pods, log_of_any_container_and_of_its_last_life)
{
    open_screen();
    press_keys(&fixture, "/ 'initok Enter Enter");
    expect_log("initok", false);
    press_keys(&fixture, "v");
    expect_log("initok", true);
    press_keys(&fixture, "c");
    expect_log("init-a", false);
    press_keys(&fixture, "c v");
    expect_log("init-b", true);
    press_keys(&fixture, "v");
    expect_log("init-b", false);
    press_keys(&fixture, "Esc");
    expect_log("", false);
    press_keys(&fixture, "Enter");
    expect_log("initok", false);
}

static void say_lines(int count)
{
    for (int i = 0; i < count; i++)
        buf_printf(&pods.shown.text, "line %d\n", i);
    buf_text(&pods.shown.text, "the newest\n");
}

Test(pods, the_end_of_the_log_stays_in_sight)
{
    open_screen();
    press_keys(&fixture, "/ 'initok Enter Enter G");
    say_lines(60);
    fixture_draw(&fixture, 80, 24);
    cr_expect(shows(&fixture, "the newest"));
    press_keys(&fixture, "PgUp");
    cr_expect(hides(&fixture, "the newest"));
    say_lines(60);
    fixture_draw(&fixture, 80, 24);
    cr_expect(hides(&fixture, "the newest"));
}

Test(pods, all_of_a_log)
{
    open_screen();
    press_keys(&fixture, "/ 'initok Enter Enter l");
    fixture_draw(&fixture, 80, 24);
    cr_expect(shows(&fixture, "jhub/initok"));
    cr_expect(shows(&fixture, "It has said nothing yet."));
    say_lines(60);
    buf_text(&pods.shown.text,
             "\xef\xbf\xbd^[[31m a line that is longer than the room is wide, as a "
             "traceback in JSON would be, all in one line with the end: 42\n");
    golden(&fixture, "pods-log-whole");
    cr_expect(shows(&fixture, "following"));
    press_keys(&fixture, "PgUp");
    say_lines(3);
    fixture_draw(&fixture, 80, 24);
    cr_expect(shows(&fixture, "more lines"));
    press_keys(&fixture, "f v");
    expect_log("initok", true);
    press_keys(&fixture, "Esc");
    cr_expect(shows(&fixture, "Container "), "back to its details");
}

Test(pods, a_search_in_a_log)
{
    open_screen();
    press_keys(&fixture, "/ 'initok Enter l");
    say_lines(60);
    press_keys(&fixture, "/ 'line");
    golden(&fixture, "pods-log-search");
    press_keys(&fixture, "Space 7 Enter");
    cr_expect(shows(&fixture, "1 of 1 line"));
    say_lines(60);
    fixture_draw(&fixture, 80, 24);
    cr_expect(shows(&fixture, "1 of 2 lines"), "found while it grows");
    press_keys(&fixture, "n");
    cr_expect(shows(&fixture, "none above, 2 in all"));
    press_keys(&fixture, "N");
    cr_expect(shows(&fixture, "2 of 2 lines"));
    press_keys(&fixture, "Esc");
    cr_expect(hides(&fixture, "of 2 lines"), "the search ends first");
    cr_expect(shows(&fixture, "jhub/initok"));
    press_keys(&fixture, "Esc");
    cr_expect(shows(&fixture, "NAME"), "then the log is left");
}

/* What was dropped is gone, and where one stood in it as well. */
Test(pods, a_log_that_forgets_and_one_that_begins_anew)
{
    open_screen();
    press_keys(&fixture, "/ 'initok Enter l");
    say_lines(100);
    press_keys(&fixture, "g");
    pods.shown.first = 50;
    buf_clear(&pods.shown.text);
    say_lines(50);
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "Down Up PgDn");
    cr_expect(hides(&fixture, "following"));
    pods.shown.first = 0;
    pods.shown.number++;
    buf_clear(&pods.shown.text);
    say_lines(3);
    fixture_draw(&fixture, 80, 24);
    cr_expect(shows(&fixture, "following"));
    cr_expect(shows(&fixture, "the newest"));
    press_keys(&fixture, "/ 'zzz Enter n N Esc PgUp");
    records_finish(&pods.tables[PODS_PODS]);
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "c v l Esc Esc");
}

Test(pods, as_it_was_before)
{
    struct reflector *reflector = &pods.reflectors[PODS_PODS];
    reflector->state = REFLECTOR_STALE;
    reflector->stale_ms = fixture.loop.now_ms - 12000;
    error_set(&reflector->error, ERROR_NETWORK, "Nobody answers at example.com.");
    open_screen();
    cr_assert(shows(&fixture, "As it was 12s ago"));
    golden(&fixture, "pods-stale");
}

Test(pods, without_a_cluster)
{
    press_keys(&fixture, "p");
    error_set(&fixture.session.pods_error, ERROR_INPUT, "There is no cluster to ask yet.");
    fixture_draw(&fixture, 80, 24);
    cr_assert(shows(&fixture, "There is no cluster to ask yet."));
    press_keys(&fixture, "Enter Down s n / 'x Esc");
    cr_assert_str_eq(place_of(&fixture), "pods");
    press_keys(&fixture, "p");
    cr_assert_str_eq(place_of(&fixture), "results");
}

Test(pods, in_ascii)
{
    fixture.grid.ascii = true;
    open_screen();
    golden(&fixture, "pods-ascii");
}

Test(pods, the_cursor_stays_on_its_pod)
{
    open_screen();
    press_keys(&fixture, "Down Down");
    records_drop(&pods.tables[PODS_PODS], "jhub/badimage-6cfcc6c7f9-rvjcc");
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "Enter");
    cr_assert(shows(&fixture, "jhub/gated"));
    records_drop(&pods.tables[PODS_PODS], "jhub/gated");
    fixture_draw(&fixture, 80, 24);
    cr_assert(shows(&fixture, "This pod is gone."));
    press_keys(&fixture, "Esc");
    cr_assert(shows(&fixture, "23 of 23"));
}

/* A key in the very turn in which pods went. */
Test(pods, rows_are_never_older_than_the_key)
{
    open_screen();
    press_keys(&fixture, "Down");
    records_drop(&pods.tables[PODS_PODS], "jhub/badimage-6cfcc6c7f9-rvjcc");
    records_drop(&pods.tables[PODS_PODS], "jhub/crash-698566d7c4-2gpg7");
    press_keys(&fixture, "Down s n / Esc Enter");
    records_finish(&pods.tables[PODS_PODS]);
    press_keys(&fixture, "Down Esc Down s n Enter");
    cr_assert_str_eq(place_of(&fixture), "pods");
}

Test(pods, any_size)
{
    static const int sizes[][2] = {{1, 1}, {40, 10}, {40, 24}, {60, 12}, {80, 10}, {200, 60}};
    open_screen();
    for (int details = 0; details < 2; details++) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
            fixture_draw(&fixture, sizes[i][0], sizes[i][1]);
        press_keys(&fixture, "Enter");
    }
    cr_assert_eq(fixture.grid.w, 200);
}

/* Every namespace that a stage fills is looked into, and no other. */
Test(pods, what_a_stage_waits_for)
{
    static const struct {
        enum stage_id stage;
        const char *namespace;
        bool told;
    } cases[] = {{STAGE_EKS, "kube-system", true},     {STAGE_EKS, "cert-manager", true},
                 {STAGE_EKS, "traefik", false},        {STAGE_DOMAIN, "traefik", true},
                 {STAGE_DOMAIN, "external-dns", true}, {STAGE_DOMAIN, "cert-manager", true},
                 {STAGE_DOMAIN, "kube-system", false}};
    fixture.session.pods = &pods;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct diagnosis said;
        const struct record *about = NULL;
        json_t *object = json_pack(
            "{s{ssss}s{s[{ssss}]}s{sss[{ssssssss}]}}", "metadata", "namespace", cases[i].namespace,
            "name", "stuck", "spec", "containers", "name", "c", "image", "i", "status", "phase",
            "Pending", "conditions", "type", "PodScheduled", "status", "False", "reason",
            "Unschedulable", "message", "0/1 nodes are available: 1 Insufficient cpu.");
        records_put(&pods.tables[PODS_PODS], parse(PODS_PODS, object));
        json_decref(object);
        fixture.session.run.stages[STAGE_EKS].state = STAGE_DONE;
        fixture.session.run.stages[STAGE_DOMAIN].state = STAGE_DONE;
        fixture.session.run.stages[cases[i].stage].state = STAGE_RUNNING;
        cr_expect_eq(session_pods_explain(&fixture.session, &said, &about), cases[i].told, "%zu",
                     i);
        cr_expect(!cases[i].told || (about && strcmp(about->namespace, cases[i].namespace) == 0));
        records_drop(&pods.tables[PODS_PODS],
                     record_key(cases[i].namespace, "stuck", (char[PACK_TEXT]){0}));
    }
}

Test(pods, what_the_cluster_says_stands_beside_terraform)
{
    fixture.session.pods = &pods;
    fixture.session.run.phase = RUN_APPLYING;
    fixture.session.run.ending = RUN_GOING;
    fixture.session.worker_lives = true;
    fixture.session.run.stages[STAGE_MLHUB].state = STAGE_RUNNING;
    snprintf(fixture.session.answers.hub_release, sizeof(fixture.session.answers.hub_release),
             "jhub");
    golden(&fixture, "apply-waiting");
    cr_assert_str_eq(place_of(&fixture), "apply");
    cr_assert(shows(&fixture, "Cluster"));
}
