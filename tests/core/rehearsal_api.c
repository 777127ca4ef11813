/* The Kubernetes API of a rehearsal over the wire: who gets in, lists, watches, changes. */
#include <criterion/criterion.h>

#include "core/base/json.h"
#include "core/rehearsal/kube_api.h"
#include "core/rehearsal/kube_world.h"
#include "tests/core/rehearsal_town.h"
#include "tests/core/rehearsal_visit.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

TestSuite(rehearsal_api, .fini = visit_end, .timeout = 60);

/* The parsed answer to one request with a token. */
static json_t *ask(const char *method, const char *path, const char *body, int status)
{
    char url[1024];
    snprintf(url, sizeof url, "%s%s", visit_api, path);
    struct visit visit = {.method = method,
                          .url = url,
                          .body = body,
                          .type = body ? "application/json" : NULL,
                          .bearer = true};
    int got = visit_ask(&visit);
    cr_assert_eq(got, status, "%s: %d %s %s", path, got, visit.request.error.text,
                 visit_body(&visit));
    json_t *json = js_parse(buf_str(&visit.request.response), NULL);
    visit_finish(&visit);
    return json;
}

static json_t *get(const char *path)
{
    return ask("GET", path, NULL, 200);
}

static int status_without_token(const char *path)
{
    char url[1024];
    snprintf(url, sizeof url, "%s%s", visit_api, path);
    struct visit visit = {.url = url};
    int status = visit_ask(&visit);
    visit_finish(&visit);
    return status;
}

Test(rehearsal_api, lets_in_who_has_a_token_for_this_cluster)
{
    visit_begin(NULL);
    json_decref(get("/api/v1/pods"));
    cr_assert_eq(status_without_token("/api/v1/pods"), 401);
    cr_assert_eq(status_without_token("/version"), 200);
    cr_assert_eq(status_without_token("/healthz"), 200);
    struct visit visit = {.url = visit_api, .login = "ada:secret"};
    cr_assert_eq(visit_ask(&visit), 401);
    cr_assert(strstr(visit_body(&visit), "\"reason\":\"Unauthorized\""));
    visit_finish(&visit);
    json_t *version = get("/version");
    cr_assert_str_eq(js_text(version, "minor"), "35");
    json_decref(version);
}

Test(rehearsal_api, refuses_what_is_not_there)
{
    static const struct {
        const char *method, *path;
        int status;
        const char *reason;
    } table[] = {
        {"GET", "/api/v1/namespaces/mlhub/pods/nobody", 404, "NotFound"},
        {"GET", "/api/v1/nonsense", 404, "NotFound"},
        {"GET", "/apis/nonsense.io/v1/things", 404, "NotFound"},
        {"PUT", "/api/v1/namespaces/mlhub/pods/ws-ada", 405, "MethodNotAllowed"},
        {"DELETE", "/apis/apps/v1/namespaces/mlhub/deployments/hub", 405, "MethodNotAllowed"},
        {"GET", "/api/v1/pods?continue=x", 400, "BadRequest"},
        {"GET", "/api/v1/pods?resourceVersion=x", 400, "BadRequest"},
        {"GET", "/api/v1/pods?limit=1&resourceVersion=5", 410, "Expired"},
        {"GET", "/api/v1/pods?continue=5.1", 410, "Expired"},
        {"GET", "/api/v1/pods?fieldSelector=metadata.name", 400, "BadRequest"},
        {"POST", "/api/v1/namespaces/mlhub/pods", 400, "BadRequest"},
    };
    visit_begin(NULL);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        json_t *status = ask(table[i].method, table[i].path, NULL, table[i].status);
        cr_assert_str_eq(js_text(status, "kind"), "Status", "row %zu", i);
        cr_assert_str_eq(js_text(status, "reason"), table[i].reason, "row %zu", i);
        json_decref(status);
    }
}

Test(rehearsal_api, lists_in_pages_and_by_selectors)
{
    visit_begin(NULL);
    json_t *all = get("/api/v1/pods");
    cr_assert_str_eq(js_text(all, "kind"), "PodList");
    cr_assert_null(js_get(all, "items.0.kind"), "items carry no kind");
    size_t count = js_count(all, "items"), seen = 0;
    cr_assert_gt(count, 15);
    char path[256] = "/api/v1/pods?limit=7", version[40];
    str_copy(js_str(all, "metadata.resourceVersion"), version, sizeof version);
    for (;;) {
        json_t *page = get(path);
        cr_assert_leq(js_count(page, "items"), 7);
        seen += js_count(page, "items");
        const char *token = js_text(page, "metadata.continue");
        bool last = !*token;
        cr_assert_eq(js_int(page, "metadata.remainingItemCount", 0),
                     last ? 0 : (int64_t)(count - seen));
        snprintf(path, sizeof path, "/api/v1/pods?limit=7&continue=%s", token);
        json_decref(page);
        if (last)
            break;
    }
    cr_assert_eq(seen, count);
    json_decref(all);
    json_t *few = get("/api/v1/namespaces/mlhub/pods?labelSelector=component%3Dsingleuser-server");
    cr_assert_eq(js_count(few, "items"), 2);
    json_decref(few);
    few = get("/api/v1/pods?fieldSelector=metadata.namespace%3Dmlhub%2Cmetadata.name%21%3Dws-ada");
    cr_assert_eq(js_count(few, "items"), 3);
    json_decref(few);
    json_t *pod = get("/api/v1/namespaces/mlhub/pods/ws-ada");
    snprintf(path, sizeof path, "/api/v1/events?fieldSelector=involvedObject.uid%%3D%s",
             js_text(pod, "metadata.uid"));
    few = get(path);
    cr_assert_geq(js_count(few, "items"), 4);
    json_decref(few);
    json_decref(pod);
}

#define TABLE "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"

static json_t *get_table(const char *path)
{
    char url[1024];
    snprintf(url, sizeof url, "%s%s", visit_api, path);
    struct visit visit = {.url = url, .bearer = true, .accept = TABLE};
    cr_assert_eq(visit_ask(&visit), 200);
    json_t *json = js_parse(buf_str(&visit.request.response), NULL);
    cr_assert_str_eq(js_text(json, "kind"), "Table", "%s", visit_body(&visit));
    visit_finish(&visit);
    return json;
}

/* What stands in a column of a row; the column is looked for by its title. */
static const char *cell(const json_t *table, size_t row, const char *title)
{
    char path[64];
    for (size_t i = 0; i < js_count(table, "columnDefinitions"); i++) {
        snprintf(path, sizeof path, "columnDefinitions.%zu.name", i);
        if (strcmp(js_text(table, path), title) != 0)
            continue;
        snprintf(path, sizeof path, "rows.%zu.cells.%zu", row, i);
        return js_text(table, path);
    }
    cr_assert_fail("no column is called %s", title);
    return "";
}

Test(rehearsal_api, columns_for_those_who_ask_for_them)
{
    visit_begin(NULL);
    json_t *pod = get_table("/api/v1/namespaces/mlhub/pods/ws-ada");
    cr_assert_str_eq(cell(pod, 0, "Name"), "ws-ada");
    cr_assert_str_eq(cell(pod, 0, "Ready"), "1/1");
    cr_assert_str_eq(cell(pod, 0, "Status"), "Running");
    cr_assert_str_eq(cell(pod, 0, "Restarts"), "0");
    cr_assert_str_eq(js_text(pod, "rows.0.object.kind"), "PartialObjectMetadata");
    cr_assert_str_eq(js_text(pod, "rows.0.object.metadata.name"), "ws-ada");
    json_decref(pod);
    json_t *services = get_table("/api/v1/namespaces/default/services?includeObject=Object");
    cr_assert_eq(js_count(services, "rows"), 2);
    cr_assert_str_eq(cell(services, 1, "Name"), "pypi");
    cr_assert_str_eq(cell(services, 1, "Type"), "LoadBalancer");
    cr_assert(strstr(cell(services, 1, "External-IP"), ".elb.amazonaws.com"));
    cr_assert_str_eq(js_text(services, "rows.1.object.kind"), "Service");
    json_decref(services);
    json_t *deployments = get_table("/apis/apps/v1/deployments?limit=2&includeObject=None");
    cr_assert_eq(js_count(deployments, "rows"), 2);
    cr_assert_str_eq(cell(deployments, 0, "Ready"), "1/1");
    cr_assert(json_is_null(js_get(deployments, "rows.0.object")));
    cr_assert(*js_text(deployments, "metadata.continue"));
    json_decref(deployments);
    json_t *nodes = get_table("/api/v1/nodes");
    cr_assert_str_eq(cell(nodes, 0, "Status"), "Ready");
    json_decref(nodes);
}

/* Every kind has columns, and as many cells. */
Test(rehearsal_api, a_table_of_everything)
{
    visit_begin(NULL);
    for (int kind = 0; kind < KUBE_KINDS; kind++) {
        const struct kube_resource *resource = &kube_resources[kind];
        char path[256];
        snprintf(path, sizeof path, "%s%s/%s/%s", *resource->group ? "/apis/" : "/api",
                 resource->group, resource->version, resource->plural);
        json_t *table = get_table(path);
        size_t columns = js_count(table, "columnDefinitions");
        cr_assert_geq(columns, 2, "%s", path);
        for (size_t i = 0; i < js_count(table, "rows"); i++) {
            const json_t *row = json_array_get(js_get(table, "rows"), i);
            cr_assert_eq(js_count(row, "cells"), columns, "%s", path);
        }
        json_decref(table);
    }
}

static void watch_begin(struct visit *visit, const char *path, char url[1024])
{
    snprintf(url, 1024, "%s%s", visit_api, path);
    *visit = (struct visit){.url = url, .bearer = true, .streams = true};
    visit_start(visit);
}

static int64_t list_version(const char *path)
{
    json_t *list = get(path);
    int64_t version = 0;
    cr_assert(str_to_int64(js_str(list, "metadata.resourceVersion"), &version));
    json_decref(list);
    return version;
}

Test(rehearsal_api, watches_tell_what_happens_and_nothing_else)
{
    struct visit watch;
    char url[1024], path[256];
    visit_begin(NULL);
    visit_hold();
    snprintf(path, sizeof path,
             "/api/v1/namespaces/mlhub/pods?watch=1&allowWatchBookmarks=true&timeoutSeconds=5"
             "&resourceVersion=%lld",
             (long long)list_version("/api/v1/namespaces/mlhub/pods"));
    watch_begin(&watch, path, url);
    turns(&visit_loop, 30);
    cr_assert_eq(watch.streamed.len, 0, "%s", visit_body(&watch));
    json_decref(ask("DELETE", "/api/v1/namespaces/mlhub/pods/ws-ada", NULL, 200));
    visit_until(&watch, "{\"type\":\"MODIFIED\",\"object\":{\"kind\":\"Pod\"");
    visit_until(&watch, "\"deletionTimestamp\"");
    visit_pass(30); /* what a pod has to end by itself */
    visit_until(&watch, "{\"type\":\"DELETED\"");
    visit_pass(5 * visit_rehearsal.settings.speed); /* a watch's seconds are the client's */
    visit_wait(&watch);
    cr_assert(!watch.request.failed, "a clean end: %s", watch.request.error.text);
    cr_assert(strstr(visit_body(&watch), "{\"type\":\"BOOKMARK\""));
    cr_assert(!strstr(visit_body(&watch), "\"ADDED\""));
    visit_finish(&watch);
}

Test(rehearsal_api, a_watch_tells_in_columns_too)
{
    char url[1024];
    visit_begin(NULL);
    snprintf(url, sizeof url, "%s%s", visit_api,
             "/api/v1/namespaces/mlhub/pods?watch=1&timeoutSeconds=5&resourceVersion=0");
    struct visit watch = {.url = url, .bearer = true, .streams = true, .accept = TABLE};
    visit_start(&watch);
    visit_until(&watch, "{\"type\":\"ADDED\",\"object\":{\"kind\":\"Table\"");
    json_decref(ask("DELETE", "/api/v1/namespaces/mlhub/pods/ws-ada", NULL, 200));
    visit_until(&watch, "{\"type\":\"DELETED\",\"object\":{\"kind\":\"Table\"");
    visit_wait(&watch);
    visit_finish(&watch);
}

Test(rehearsal_api, a_watch_without_a_version_begins_with_everything)
{
    struct visit watch;
    char url[1024];
    visit_begin(NULL);
    watch_begin(&watch, "/api/v1/nodes?watch=true", url);
    visit_until(&watch, "\n{\"type\":\"ADDED\"");
    cr_assert(!watch.over);
    visit_finish(&watch); /* and is gone */
    while (visit_rehearsal.server.connection_count > 0)
        loop_turn(&visit_loop, true);
}

static const char proof_pod[] =
    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"proof-1\",\"labels\":"
    "{\"job\":\"proof\"}},\"spec\":{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":"
    "\"proof\","
    "\"image\":\"python:3\",\"command\":[\"sh\",\"-c\",\"{ pip install --no-cache-dir --target /x "
    "--index-url http://pypi.default.svc.cluster.local/simple/ demo-pkg >&2 ; } && python3 -c "
    "'import demo_pkg; print(demo_pkg.hello())'\"]}]}}";

Test(rehearsal_api, a_streaming_list_says_where_it_ends)
{
    struct visit watch;
    char url[1024];
    visit_begin(NULL);
    json_decref(ask("GET", "/api/v1/nodes?watch=1&sendInitialEvents=true", NULL, 422));
    watch_begin(&watch,
                "/api/v1/nodes?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
                "&allowWatchBookmarks=true",
                url);
    visit_until(&watch, "\"k8s.io/initial-events-end\":\"true\"");
    cr_assert(strstr(visit_body(&watch), "{\"type\":\"ADDED\""));
    visit_finish(&watch);
}

Test(rehearsal_api, a_log_is_followed_to_the_end_of_its_pod)
{
    struct visit log;
    char url[1024];
    visit_begin(NULL);
    json_decref(ask("POST", "/api/v1/namespaces/mlhub/pods", proof_pod, 201));
    for (int status = 400; status == 400;) {
        snprintf(url, sizeof url, "%s/api/v1/namespaces/mlhub/pods/proof-1/log", visit_api);
        log = (struct visit){.url = url, .bearer = true};
        status = visit_ask(&log);
        visit_finish(&log);
    }
    watch_begin(&log, "/api/v1/namespaces/mlhub/pods/proof-1/log?follow=true", url);
    visit_wait(&log);
    cr_assert(!log.request.failed, "%s", log.request.error.text);
    cr_assert(strstr(visit_body(&log), "No matching distribution found for demo-pkg\n"));
    visit_finish(&log);
    watch_begin(&log, "/api/v1/namespaces/mlhub/pods/ws-ada/log?follow=true&tailLines=1", url);
    visit_until(&log, "Jupyter server is running at port 8090\n");
    cr_assert(!log.over);
    json_decref(ask("DELETE", "/api/v1/namespaces/mlhub/pods/ws-ada", NULL, 200));
    visit_wait(&log);
    visit_finish(&log);
}

Test(rehearsal_api, a_watch_from_too_long_ago_is_refused_in_the_stream)
{
    struct visit watch;
    char url[1024];
    visit_begin(NULL);
    watch_begin(&watch, "/api/v1/pods?watch=1&resourceVersion=1000", url);
    visit_wait(&watch);
    cr_assert(str_starts(buf_str(&watch.streamed), STR("{\"type\":\"ERROR\",\"object\":")));
    cr_assert(strstr(visit_body(&watch), "\"code\":410"));
    visit_finish(&watch);
}

Test(rehearsal_api, a_watch_that_is_cut)
{
    struct visit watch;
    char url[1024];
    visit_begin((const char *const[]){"watch-cut", NULL});
    watch_begin(&watch, "/api/v1/pods?watch=1", url);
    visit_wait(&watch);
    cr_assert(watch.request.failed);
    cr_assert(strstr(watch.request.error.text, "broke before the answer was complete"));
    visit_finish(&watch);
}

Test(rehearsal_api, the_end_of_the_server_ends_its_watches)
{
    struct visit watch;
    char url[1024];
    visit_begin(NULL);
    watch_begin(&watch, "/api/v1/pods?watch=1", url);
    visit_until(&watch, "ADDED");
    server_stop(&visit_rehearsal.server);
    visit_wait(&watch);
    cr_assert(watch.request.failed);
    visit_finish(&watch);
}

/* Follows the pod to its end; its log. */
static void run_proof(const char *phase, char log[1024])
{
    struct visit watch, text = {.bearer = true};
    char url[1024], wanted[64];
    json_t *pod = ask("POST", "/api/v1/namespaces/mlhub/pods", proof_pod, 201);
    cr_assert_str_eq(js_text(pod, "status.phase"), "Pending");
    cr_assert_str_eq(js_text(pod, "metadata.labels.job"), "proof");
    json_decref(pod);
    json_decref(ask("POST", "/api/v1/namespaces/mlhub/pods", proof_pod, 409));
    watch_begin(&watch, "/api/v1/namespaces/mlhub/pods?watch=1&labelSelector=job=proof", url);
    visit_until(&watch, "\"phase\":\"Running\"");
    snprintf(wanted, sizeof wanted, "\"phase\":\"%s\"", phase);
    visit_until(&watch, wanted);
    visit_finish(&watch);
    snprintf(url, sizeof url, "%s/api/v1/namespaces/mlhub/pods/proof-1/log?tailLines=1", visit_api);
    text.url = url;
    cr_assert_eq(visit_ask(&text), 200);
    str_copy(buf_str(&text.request.response), log, 1024);
    visit_finish(&text);
    json_decref(ask("DELETE", "/api/v1/namespaces/mlhub/pods/proof-1", NULL, 200));
}

Test(rehearsal_api, a_pod_proves_what_is_in_the_index)
{
    char log[1024];
    visit_begin(NULL);
    run_proof("Failed", log);
    cr_assert_str_eq(log, "ERROR: No matching distribution found for demo-pkg\n");
    struct world_event event = {.time_ms = clock_wall(&clock_system),
                                .what = WORLD_CREATE,
                                .type = "pypi_package",
                                .address = "pypi_package.demo-pkg/demo_pkg-1.0.tar.gz",
                                .detail = "demo-pkg 1.0 0"};
    cr_assert(world_append(visit_rehearsal.dir, &event, NULL));
    for (bool gone = false; !gone;) {
        json_t *left = get("/api/v1/pods?labelSelector=job%3Dproof");
        gone = js_count(left, "items") == 0;
        json_decref(left);
    }
    run_proof("Succeeded", log);
    cr_assert_str_eq(log, "hello from demo_pkg\n");
}

Test(rehearsal_api, draining_takes_services_claims_and_pods)
{
    static const char *const paths[] = {"/api/v1/namespaces/mlhub/pods/ws-ada",
                                        "/api/v1/namespaces/mlhub/services/ws-ada",
                                        "/api/v1/namespaces/mlhub/persistentvolumeclaims/ws-ada",
                                        "/api/v1/namespaces/mlhub/services/proxy-public"};
    visit_begin(NULL);
    visit_hold();
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        json_decref(ask("DELETE", paths[i], NULL, 200));
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        for (int status = 200; status != 404;) {
            char url[1024];
            snprintf(url, sizeof url, "%s%s", visit_api, paths[i]);
            struct visit visit = {.url = url, .bearer = true};
            status = visit_ask(&visit);
            visit_finish(&visit);
            visit_pass(1);
        }
    }
    json_t *pod = get("/api/v1/namespaces/mlhub/pods?labelSelector=component%3Dhub");
    char path[256], name[200];
    str_copy(js_str(pod, "items.0.metadata.name"), name, sizeof name);
    json_decref(pod);
    snprintf(path, sizeof path, "/api/v1/namespaces/mlhub/pods/%s", name);
    json_decref(ask("DELETE", path, NULL, 200));
    pod = get("/api/v1/namespaces/mlhub/pods?labelSelector=component%3Dhub");
    cr_assert_eq(js_count(pod, "items"), 2, "its ReplicaSet makes another at once");
    json_decref(pod);
}

Test(rehearsal_api, an_overloaded_server_says_when_to_come_back)
{
    struct settings settings = {.speed = 20, .fault_count = 1, .faults = {"api-busy"}};
    struct world world = {.count = 0};
    struct cloud_reply reply = {.status = 200};
    struct request request = {
        .method = STR("GET"), .path = STR("/version"), .host = STR("127.0.0.1")};
    visit_begin(NULL);
    town_build(&world, 0);
    struct cloud cloud = {.world = &world, .settings = &settings, .now_ms = 70000};
    kube_api_answer(&request, &cloud, &reply);
    cr_assert_eq(reply.status, 429);
    cr_assert(strstr(buf_cstr(&reply.headers), "Retry-After: 1\r\n"));
    cloud_reply_finish(&reply);
    world_finish(&world);
}
