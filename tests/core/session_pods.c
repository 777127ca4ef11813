/* The live view of a cluster against a scripted API server: what it lists, what changes, what is
 * refused, and its end at any moment. */
#include "core/session/session_pods.h"

#include <criterion/criterion.h>

#include "tests/core/kube_corpus.h"
#include "tests/support/server.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

/* 30 s behind the recorded scenario, and standing still until nothing happens any more. */
#define WALL_MS 1795347480000LL /* 2026-11-22T11:38:00Z */

static struct still_clock still;
static struct loop loop;
static struct server server;
static struct http http;
static struct kube kube;
static struct session_pods pods;
static struct buf answers[12];
static const char *version = "34", *refused = "\1";
static char told[512];
static int descriptors;

static const struct {
    const char *path, *file;
} lists[] = {{"/api/v1/pods?", "scenario/pods.json"},
             {"/api/v1/nodes?", "scenario/nodes.json"},
             {"/api/v1/events?", "scenario/events.json"},
             {"/api/v1/services?", "scenario/services.json"},
             {"/api/v1/persistentvolumeclaims?", "scenario/persistentvolumeclaims.json"},
             {"/apis/apps/v1/deployments?", "scenario/deployments.json"},
             {"/apis/storage.k8s.io/v1/storageclasses?", "scenario/storageclasses.json"},
             {"/apis/storage.k8s.io/v1/csinodes?", "scenario/none.json"},
             {"/apis/storage.k8s.io/v1/csidrivers?", "scenario/none.json"},
             {"/apis/discovery.k8s.io/v1/endpointslices?", "scenario/none.json"}};

static bool asks(const struct server *of, const char *words)
{
    return str_find(buf_str(&of->last), str_of(words)) >= 0;
}

static struct str whole(struct buf *out, const char *status, struct str body)
{
    buf_clear(out);
    buf_printf(out, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", status, body.len);
    buf_append(out, body);
    return buf_str(out);
}

static struct str answer_of(const struct server *of)
{
    static struct buf other, body;
    if (asks(of, "watch=1"))
        return STR("HTTP/1.1 200 OK\r\n\r\n");
    if (asks(of, refused))
        return whole(&other, "403 Forbidden",
                     STR("{\"kind\":\"Status\",\"reason\":\"Forbidden\",\"code\":403,"
                         "\"message\":\"not for you\"}"));
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (asks(of, lists[i].path))
            return buf_str(&answers[i]);
    }
    buf_clear(&body);
    if (asks(of, "/log?"))
        buf_text(&body,
                 asks(of, "crash-698566d7c4-2gpg7") ? "starting\nKeyError: 'TOKEN'\n\n" : "");
    else
        buf_printf(&body, "{\"major\":\"1\",\"minor\":\"%s\",\"gitVersion\":\"v1.%s.9\"}", version,
                   version);
    return whole(&other, "200 OK", buf_str(&body));
}

static void on_asked(struct server *asked_server)
{
    asked_server->answer = answer_of(asked_server);
    asked_server->closes = !asks(asked_server, "watch=1");
}

static void on_changed(struct session_pods *view, enum reflector_change change,
                       const struct pod *pod)
{
    static const char marks[] = "+~-";
    (void)view;
    if (pods.thought)
        snprintf(told + strlen(told), sizeof(told) - strlen(told), "%c%s %s\n", marks[change],
                 pod->record.key, pod->status);
}

static void set_up(void)
{
    struct http_route route = {.user_agent = "ekshub-tui/test"};
    struct kube_access access = {.auth = KUBE_AUTH_NONE};
    struct error err;
    still_clock_init(&still);
    still.wall = WALL_MS;
    descriptors = open_descriptors();
    loop_init(&loop, &still.clock);
    server_init(&server, &loop);
    server.asked = on_asked;
    http_init(&http, &loop, &route);
    snprintf(access.server, sizeof(access.server), "http://localhost:%d", server.port);
    cr_assert(kube_init(&kube, &http, &access, &err), "%s", err.text);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        struct buf body = {0};
        kube_read(lists[i].file, &body);
        whole(&answers[i], "200 OK", buf_str(&body));
        buf_finish(&body);
    }
    pods.changed = on_changed;
}

static void tear_down(void)
{
    session_pods_finish(&pods);
    session_pods_finish(&pods);
    kube_finish(&kube);
    http_finish(&http);
    server_finish(&server);
    loop_finish(&loop);
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
        buf_finish(&answers[i]);
    no_more_descriptors(descriptors + 1);
}

TestSuite(session_pods, .init = set_up, .fini = tear_down, .timeout = 60);

/* Turns until it is so; the clock goes on only while nothing else does. */
static void until(bool (*so)(void), const char *what)
{
    int idle = 0;
    for (int i = 0; i < 200000; i++) {
        if (so())
            return;
        idle = loop_turn(&loop, false) ? 0 : idle + 1;
        if (idle > 300) {
            still.monotonic += 250;
            still.wall += 250;
            idle = 0;
        }
    }
    cr_assert_fail("it never came to this: %s", what);
}

static bool complete(void)
{
    return session_pods_complete(&pods);
}

static void start(const char *namespace)
{
    session_pods_start(&pods, &kube, namespace, "jhub");
}

static void started(void)
{
    start("");
    until(complete, "complete");
}

static const char *why(const char *namespace, const char *name)
{
    const struct pod *pod = session_pods_get(&pods, namespace, name);
    cr_assert(pod != NULL, "%s/%s is not there", namespace, name);
    return session_pods_why(pod);
}

Test(session_pods, says_what_there_is_and_why)
{
    started();
    cr_assert_eq(session_pods_count(&pods), 25);
    for (size_t i = 1; i < 25; i++)
        cr_assert_lt(strcmp(session_pods_at(&pods, i - 1)->record.key,
                            session_pods_at(&pods, i)->record.key),
                     0);
    cr_assert_null(session_pods_at(&pods, 25));
    cr_assert_null(why("pypi", "web-84bbb99658-446g9"));
    cr_assert_str_eq(why("jhub", "nosecret-5987957c7c-2qz9h"),
                     "Secret hub-secret does not exist in jhub. It starts by itself when that is "
                     "there.");
    cr_assert_null(session_pods_refused(&pods));
    cr_assert_str_eq(pods.version, "v1.34.9");
    cr_assert(pods.rules.until_134);
}

static bool quoted(void)
{
    return strstr(why("jhub", "crash-698566d7c4-2gpg7"), "KeyError") != NULL;
}

Test(session_pods, last_words_of_a_container_that_ended)
{
    started();
    until(quoted, "the log is quoted");
    cr_assert_str_eq(why("jhub", "crash-698566d7c4-2gpg7"),
                     "Container crash ends with code 1, 4 times so far. Its last words: KeyError: "
                     "'TOKEN'");
}

static bool watching(void)
{
    int count = 0;
    for (int i = 0; i < PODS_KINDS; i++)
        count += pods.reflectors[i].watching ? 1 : 0;
    return count == PODS_KINDS;
}

static bool was_told(void)
{
    return strstr(told, "-pypi/") != NULL;
}

Test(session_pods, follows_what_changes)
{
    started();
    until(watching, "all are watched");
    turns(&loop, 200);
    told[0] = '\0';
    server_say(&server,
               STR("{\"type\":\"MODIFIED\",\"object\":{\"kind\":\"Pod\",\"metadata\":{\"name\":"
                   "\"web-84bbb99658-446g9\",\"namespace\":\"pypi\",\"resourceVersion\":\"9001\"},"
                   "\"status\":{\"phase\":\"Pending\"}}}\n"
                   "{\"type\":\"DELETED\",\"object\":{\"kind\":\"Pod\",\"metadata\":{\"name\":"
                   "\"web-84bbb99658-446g9\",\"namespace\":\"pypi\",\"resourceVersion\":\"9002\"},"
                   "\"status\":{\"phase\":\"Failed\"}}}\n"));
    until(was_told, "the end of the pod");
    cr_assert(strstr(told, "pypi/web-84bbb99658-446g9 Pending\n") != NULL, "%s", told);
    cr_assert(strstr(told, "-pypi/web-84bbb99658-446g9 Failed\n") != NULL, "%s", told);
    cr_assert_null(session_pods_get(&pods, "pypi", "web-84bbb99658-446g9"));
}

static bool said_again(void)
{
    return strstr(told, "web-84bbb99658-8vpdb") != NULL;
}

Test(session_pods, the_end_of_another_pod_of_that_name_is_not_its_end)
{
    started();
    until(watching, "all are watched");
    turns(&loop, 200);
    told[0] = '\0';
    server_say(&server,
               STR("{\"type\":\"DELETED\",\"object\":{\"kind\":\"Pod\",\"metadata\":{\"name\":"
                   "\"web-84bbb99658-446g9\",\"namespace\":\"pypi\",\"uid\":\"another\","
                   "\"resourceVersion\":\"9001\"},\"status\":{\"phase\":\"Failed\"}}}\n"
                   "{\"type\":\"DELETED\",\"object\":{\"kind\":\"Pod\",\"metadata\":{\"name\":"
                   "\"web-84bbb99658-8vpdb\",\"namespace\":\"pypi\",\"resourceVersion\":"
                   "\"9002\"}}}\n"));
    until(said_again, "the end of the second");
    cr_assert_null(strstr(told, "446g9"), "%s", told);
    cr_assert_not_null(session_pods_get(&pods, "pypi", "web-84bbb99658-446g9"));
}

Test(session_pods, what_explains_best)
{
    struct diagnosis said;
    const struct record *about;
    start("");
    cr_assert(!session_pods_waiting(&pods, "pypi", NULL, &said, &about), "nothing is known yet");
    until(complete, "complete");
    cr_assert(session_pods_waiting(&pods, "pypi", "pypi", &said, &about));
    cr_assert_str_eq(about->name, "pypi-65647f8df8-qtp9c");
    cr_assert_str_eq(said.headline,
                     "Waits for a volume: claim pypi-packages names no StorageClass, "
                     "and the cluster has no default.");
    cr_assert(!session_pods_waiting(&pods, "pypi", "web", &said, &about));
    cr_assert(session_pods_waiting(&pods, "mlhub", NULL, &said, NULL));
    cr_assert_eq(said.level, DIAGNOSIS_PROBLEM);
    cr_assert(!session_pods_waiting(&pods, "nobody", NULL, &said, NULL));
}

Test(session_pods, goes_on_without_what_it_may_not_list)
{
    refused = "/api/v1/nodes?";
    started();
    cr_assert_eq(session_pods_count(&pods), 25);
    cr_assert_null(session_pods_refused(&pods));
    cr_assert(strstr(why("mlhub", "bigcpu-5db4f6f947-8n46h"), "64 cpu") != NULL);
}

static bool is_refused(void)
{
    return session_pods_refused(&pods) != NULL;
}

Test(session_pods, says_what_refuses_the_pods)
{
    char text[400];
    refused = "/pods?";
    start("");
    until(is_refused, "refused");
    cr_assert_eq(session_pods_refused(&pods)->kind, ERROR_AUTH);
    cr_assert(session_pods_stale(&pods, text, sizeof(text)));
    cr_assert(strstr(text, "not for you") != NULL, "%s", text);
}

Test(session_pods, what_is_missing_is_a_reason_only_where_all_was_read)
{
    refused = "/apis/storage.k8s.io/";
    started();
    cr_assert_str_eq(why("jhub", "hub-598d765cb4-8c8dz"),
                     "Waits for a volume: claim hub-db-dir needs the EBS CSI driver, and none is "
                     "running. Install the EKS add-on aws-ebs-csi-driver with a role that has "
                     "AmazonEBSCSIDriverPolicy.");
    session_pods_finish(&pods);
    refused = "\1";
    started();
    cr_assert(strstr(why("jhub", "hub-598d765cb4-8c8dz"), "and none is installed.") != NULL, "%s",
              why("jhub", "hub-598d765cb4-8c8dz"));
}

Test(session_pods, newer_servers_have_newer_rules)
{
    version = "36+";
    started();
    cr_assert(!pods.rules.until_134);
}

static bool hears_log(void)
{
    return pods.shown.over;
}

Test(session_pods, shows_the_log_of_one_container)
{
    started();
    const struct pod *pod = session_pods_get(&pods, "jhub", "crash-698566d7c4-2gpg7");
    session_pods_show_log(&pods, pod, "crash", true);
    session_pods_show_log(&pods, pod, "crash", true);
    until(hears_log, "the log");
    cr_assert_str_eq(buf_cstr(&pods.shown.text), "starting\nKeyError: 'TOKEN'\n\n");
    cr_assert_eq(pods.shown.error.kind, ERROR_NONE);
    session_pods_show_log(&pods, NULL, "", false);
    cr_assert_eq(pods.shown.key[0], '\0');
}

Test(session_pods, may_end_at_any_moment)
{
    for (int steps = 0; steps < 60; steps++) {
        start(steps % 2 ? "" : "jhub");
        for (int i = 0; i < steps * 4; i++)
            loop_turn(&loop, false);
        session_pods_finish(&pods);
        turns(&loop, 20);
    }
}
