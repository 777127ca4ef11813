/* Requests to an API server: credentials of every kind, and refusals of every kind. */
#include <criterion/criterion.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/kube/kube.h"
#include "tests/support/server.h"
#include "tests/support/tls.h"
#include "tests/support/turns.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\":\"b\"}\n"
#define DENIED                                                                                     \
    "HTTP/1.1 401 Unauthorized\r\nContent-Length: 70\r\n\r\n"                                      \
    "{\"kind\":\"Status\",\"message\":\"Unauthorized\",\"reason\":\"Unauthorized\"}\n\n\n\n"
#define PLUGIN_V1 "client.authentication.k8s.io/v1beta1"

static struct loop loop;
static struct server server;
static struct http http;
static struct signals signals;
static struct kube kube;
static struct error err;
static int descriptors, made, served;

static void begin(void)
{
    static const int none[] = {0};
    descriptors = open_descriptors();
    loop_init(&loop, &clock_system);
    server_init(&server, &loop);
    server.answer = STR(OK);
    struct http_route route = {.user_agent = "ekshub-tui/test"};
    http_init(&http, &loop, &route);
    cr_assert(signals_init(&signals, &loop, none, &err));
}

static void end(void)
{
    kube_finish(&kube);
    kube_finish(&kube);
    http_finish(&http);
    server_finish(&server);
    signals_finish(&signals);
    loop_finish(&loop);
    test_directory_remove();
    no_more_descriptors(descriptors + 1);
    no_leaks();
}

TestSuite(kube, .init = begin, .fini = end, .timeout = 60);

static struct kube_access access_here(bool tls)
{
    struct kube_access found = {.auth = KUBE_AUTH_NONE};
    if (tls)
        server_tls(&server);
    snprintf(found.server, sizeof found.server, "%s://localhost:%d", tls ? "https" : "http",
             server.port);
    if (tls)
        buf_text(&found.ca_pem, server.ca_pem);
    return found;
}

static void open_kube(struct kube_access *found)
{
    cr_assert(kube_init(&kube, &http, found, &err), "%s", err.text);
    kube.signals = &signals;
}

struct get {
    struct kube_request request;
    bool over;
    struct buf streamed;
};

static void get_done(struct kube_request *request)
{
    container_of(request, struct get, request)->over = true;
}

static void get_data(struct kube_request *request, struct str bytes)
{
    buf_append(&container_of(request, struct get, request)->streamed, bytes);
}

static void get_send(struct get *get, const char *path)
{
    *get = (struct get){.over = false};
    kube_request_init(&get->request, "GET", path);
    get->request.done = get_done;
    cr_assert(kube_request_send(&kube, &get->request, &err), "%s", err.text);
    cr_assert_not(get->over);
}

static void get_run(struct get *get, const char *path)
{
    get_send(get, path);
    cr_assert(turns_until(&loop, &get->over));
}

static void get_finish(struct get *get)
{
    kube_request_finish(&get->request);
    kube_request_finish(&get->request);
    buf_finish(&get->streamed);
}

static bool asked(const char *text)
{
    return str_find(buf_str(&server.last), str_of(text)) >= 0;
}

static bool make_token(void *context, struct secret *out, int64_t *expires_wall_ms,
                       struct error *why)
{
    char text[32];
    if (context)
        return error_set(why, ERROR_AUTH, "There are no keys.");
    snprintf(text, sizeof text, "token-%d", ++made);
    *expires_wall_ms = clock_wall(loop.clock) + 600000;
    return secret_set(out, str_of(text), why);
}

Test(kube, asks_with_a_token_that_is_made_once)
{
    struct kube_access found = access_here(true);
    struct get get;
    open_kube(&found);
    kube.token = make_token;
    for (int i = 0; i < 3; i++) {
        get_run(&get, "/api/v1/pods?limit=5");
        cr_assert(get.request.ok, "%s", get.request.error.text);
        cr_assert(asked("GET /api/v1/pods?limit=5 HTTP") && asked("Bearer token-1\r\n") &&
                  asked("ekshub-tui/test"));
        json_t *answer = kube_request_answer(&get.request, &err);
        cr_assert_str_eq(js_text(answer, "a"), "b");
        json_decref(answer);
        get_finish(&get);
    }
    cr_assert_eq(made, 1);
}

Test(kube, shows_no_credentials_without_tls)
{
    struct kube_access found = access_here(false);
    struct get get;
    open_kube(&found);
    kube.token = make_token;
    get_run(&get, "/version");
    cr_assert(get.request.ok && !asked("Authorization"));
    cr_assert_eq(made, 0);
    get_finish(&get);
}

static void accept_the_second(struct server *asked_server)
{
    served++;
    asked_server->answer = asked("Bearer token-2") ? STR(OK) : STR(DENIED);
}

Test(kube, renews_the_token_once_when_it_is_refused)
{
    struct kube_access found = access_here(true);
    struct get one, two;
    open_kube(&found);
    kube.token = make_token;
    server.asked = accept_the_second;
    get_send(&one, "/one");
    get_send(&two, "/two");
    cr_assert(turns_until(&loop, &one.over) && turns_until(&loop, &two.over));
    cr_assert(one.request.ok && two.request.ok, "%s", one.request.error.text);
    cr_assert_eq(made, 2, "not once for each request");
    get_finish(&one);
    get_finish(&two);
    server.asked = NULL;
    server.answer = STR(DENIED);
    get_run(&one, "/three");
    cr_assert(!one.request.ok && one.request.status == 401 && one.request.error.kind == ERROR_AUTH);
    cr_assert(strstr(one.request.error.text, "Unauthorized") && one.request.error.hint[0]);
    cr_assert_eq(made, 3);
    get_finish(&one);
}

Test(kube, says_why_there_is_no_token)
{
    struct kube_access found = access_here(true);
    struct kube_request request;
    open_kube(&found);
    kube.token = make_token;
    kube.context = &made;
    kube_request_init(&request, "GET", "/");
    request.done = get_done;
    cr_assert_not(kube_request_send(&kube, &request, &err));
    cr_assert_str_eq(err.text, "There are no keys.");
    kube_request_finish(&request);
}

Test(kube, reads_a_token_file)
{
    struct kube_access found = access_here(true);
    struct get get;
    cr_assert(file_write(test_path("token"), STR("from-a-file\n"), 0600, &err));
    found.auth = KUBE_AUTH_TOKEN_FILE;
    str_copy(str_of(test_path("token")), found.token_file, sizeof found.token_file);
    open_kube(&found);
    get_run(&get, "/");
    cr_assert(asked("Bearer from-a-file\r\n"));
    get_finish(&get);
}

Test(kube, proves_itself_by_a_certificate)
{
    struct kube_access found = access_here(true);
    char *certificate, *key;
    struct get get;
    tls_identity(&certificate, &key);
    buf_text(&found.client_cert_pem, certificate);
    cr_assert(secret_set(&found.client_key, str_of(key), &err));
    found.auth = KUBE_AUTH_CERTIFICATE;
    free(certificate);
    free(key);
    open_kube(&found);
    get_run(&get, "/");
    cr_assert(get.request.ok, "%s", get.request.error.text);
    cr_assert(server.proved && !asked("Authorization"));
    get_finish(&get);
}

Test(kube, the_name_for_tls_may_be_another_one)
{
    struct kube_access found = access_here(true);
    struct get get;
    char host[64];
    snprintf(found.server, sizeof found.server, "https://127.0.0.1:%d", server.port);
    snprintf(host, sizeof host, "\r\nHost: 127.0.0.1:%d\r\n", server.port);
    str_copy(STR("localhost"), found.tls_server_name, sizeof found.tls_server_name);
    open_kube(&found);
    get_run(&get, "/x?y=z");
    cr_assert(get.request.ok, "%s", get.request.error.text);
    cr_assert(asked(host) && asked("GET /x?y=z "), "%s", buf_cstr(&server.last));
    get_finish(&get);
    kube.access.tls_server_name[0] = '\0';
    get_run(&get, "/");
    cr_assert_not(get.request.ok, "the certificate is not for 127.0.0.1");
    get_finish(&get);
}

Test(kube, a_proxy_of_the_cluster_is_asked)
{
    struct kube_access found = access_here(false);
    struct get get;
    snprintf(found.proxy_url, sizeof found.proxy_url, "http://127.0.0.1:%d", server.port);
    str_copy(STR("http://cluster.invalid"), found.server, sizeof found.server);
    open_kube(&found);
    get_run(&get, "/version");
    cr_assert(get.request.ok, "%s", get.request.error.text);
    cr_assert(asked("GET http://cluster.invalid/version HTTP"), "%s", buf_cstr(&server.last));
    get_finish(&get);
}

/* ---- refusals ---- */

struct refusal {
    const char *answer, *text, *reason;
    enum error_kind kind;
    int64_t retry_ms;
};

Test(kube, refusals_are_sentences)
{
    static const struct refusal table[] = {
        {"403 Forbidden\r\n\r\n{\"kind\":\"Status\",\"message\":\"pods is forbidden: User "
         "\\\"x\\\" "
         "cannot\\u001b[1m list\",\"reason\":\"Forbidden\",\"code\":403}",
         "pods is forbidden: User \"x\" cannot^[[1m list.", "Forbidden", ERROR_AUTH, 0},
        {"404 Not Found\r\n\r\n{\"kind\":\"Status\",\"message\":\"pods \\\"a\\\" not found\","
         "\"reason\":\"NotFound\"}",
         "404: pods \"a\" not found.", "NotFound", ERROR_SERVICE, 0},
        {"429 Too Many Requests\r\nRetry-After: 7\r\n\r\nToo many requests, please try again "
         "later.\n",
         "429: Too many requests, please try again later.", "", ERROR_SERVICE, 7000},
        {"502 Bad Gateway\r\n\r\n<html><body>oh</body></html>", "502: no reason given.", "",
         ERROR_SERVICE, 0},
        {"504 Timeout\r\n\r\n{\"kind\":\"Status\",\"reason\":\"Timeout\",\"details\":"
         "{\"retryAfterSeconds\":1}}",
         "504: Timeout.", "Timeout", ERROR_SERVICE, 1000},
        {"500 x\r\n\r\n{\"kind\":\"Sta", "500: no reason given.", "", ERROR_SERVICE, 0},
        {"301 Moved\r\nLocation: http://elsewhere/\r\n\r\n", "301: no reason given.", "",
         ERROR_SERVICE, 0},
    };
    struct kube_access found = access_here(false);
    open_kube(&found);
    server.closes = true;
    for (size_t i = 0; i < 2 * (sizeof table / sizeof *table); i++) {
        const struct refusal *row = &table[i / 2];
        char *answer = alloc_printf("HTTP/1.1 %s", row->answer);
        struct get get = {.over = false};
        server.answer = str_of(answer);
        kube_request_init(&get.request, "GET", "/api");
        get.request.done = get_done;
        get.request.data = i % 2 ? get_data : NULL;
        cr_assert(kube_request_send(&kube, &get.request, &err));
        cr_assert(turns_until(&loop, &get.over));
        const struct kube_request *request = &get.request;
        cr_assert(!request->ok && strstr(request->error.text, row->text), "%s",
                  request->error.text);
        cr_assert_eq(request->error.kind, row->kind);
        cr_assert_eq(request->error.code, request->status);
        cr_assert_str_eq(request->reason, row->reason);
        cr_assert_eq(request->retry_ms, row->retry_ms);
        cr_assert_eq(get.streamed.len, 0, "a refusal is no stream");
        get_finish(&get);
        free(answer);
    }
}

Test(kube, an_answer_that_is_no_json_is_said_so)
{
    struct kube_access found = access_here(false);
    struct get get;
    open_kube(&found);
    server.answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    get_run(&get, "/api/v1/x?secret=1");
    cr_assert(get.request.ok);
    cr_assert_null(kube_request_answer(&get.request, &err));
    cr_assert(strstr(err.text, "/api/v1/x is not"), "%s", err.text);
    get_finish(&get);
}

Test(kube, paths_and_bodies_are_encoded)
{
    struct kube_access found = access_here(false);
    struct get get = {.over = false};
    json_t *body = json_object();
    open_kube(&found);
    kube_request_init(&get.request, "POST", "/api/v1/namespaces");
    get.request.done = get_done;
    kube_request_segment(&get.request, STR("a/b c"));
    kube_request_query(&get.request, "x", STR("1&2"));
    kube_request_query(&get.request, "y", STR("z=%"));
    js_set_text(body, "kind", "Pod");
    kube_request_json(&get.request, body);
    cr_assert(kube_request_send(&kube, &get.request, &err));
    cr_assert(turns_until(&loop, &get.over));
    cr_assert(asked("POST /api/v1/namespaces/a%2Fb%20c?x=1%262&y=z%3D%25 HTTP") &&
                  asked("Content-Type: application/json\r\n") &&
                  asked("\r\n\r\n{\"kind\":\"Pod\"}"),
              "%s", buf_cstr(&server.last));
    get_finish(&get);
}

Test(kube, can_be_cancelled_at_every_step)
{
    struct kube_access found = access_here(true);
    open_kube(&found);
    kube.token = make_token;
    for (int steps = 0; steps < 40; steps++) {
        struct get get;
        server.asked = steps % 2 ? accept_the_second : NULL;
        get_send(&get, "/");
        for (int i = 0; i < steps && !get.over; i++)
            loop_turn(&loop, false);
        get_finish(&get);
        if (steps % 5 == 0)
            server_hang_up(&server);
    }
}

/* ---- plugins ---- */

static void open_plugin(const char *script)
{
    struct kube_access found = access_here(true);
    char *text = alloc_printf("#!/bin/sh\necho run >>'%s'\n%s\n", test_path("runs"), script);
    cr_assert(file_write(test_path("plugin"), str_of(text), 0700, &err), "%s", err.text);
    free(text);
    found.auth = KUBE_AUTH_EXEC;
    str_copy(STR("ada"), found.user, sizeof found.user);
    str_copy(str_of(test_path("plugin")), found.exec.command, sizeof found.exec.command);
    str_copy(STR(PLUGIN_V1), found.exec.api_version, sizeof found.exec.api_version);
    str_copy(STR("Get it from the shelf."), found.exec.install_hint,
             sizeof found.exec.install_hint);
    found.exec.args[0] = alloc_copy(STR("first arg"));
    found.exec.environment[0] = alloc_copy(STR("HOME=/from/kubeconfig"));
    found.exec.give_cluster = true;
    open_kube(&found);
}

static int runs(void)
{
    int64_t size = file_size(test_path("runs"));
    return size < 0 ? 0 : (int)(size / 4);
}

#define CREDENTIAL(version, status)                                                                \
    "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" version "\",\"status\":" status "}'"

Test(kube, a_plugin_is_run_once_for_all_who_wait)
{
    struct get one, two;
    open_plugin(
        "[ \"$1$HOME\" = 'first arg/from/kubeconfig' ] || exit 9\n"
        "case $KUBERNETES_EXEC_INFO in *certificate-authority-data*) ;; *) exit 8 ;; "
        "esac\n" CREDENTIAL(PLUGIN_V1, "{\"token\":\"of-the-plugin\",\"expirationTimestamp\":"
                                       "\"2999-01-01T00:00:00Z\"}"));
    get_send(&one, "/one");
    get_send(&two, "/two");
    cr_assert(turns_until(&loop, &one.over) && turns_until(&loop, &two.over));
    cr_assert(one.request.ok && two.request.ok, "%s", one.request.error.text);
    cr_assert(asked("Bearer of-the-plugin\r\n"));
    get_finish(&one);
    get_finish(&two);
    get_run(&one, "/three");
    cr_assert_eq(runs(), 1);
    get_finish(&one);
}

Test(kube, a_plugin_is_run_again_when_its_token_ends_or_is_refused)
{
    struct get get;
    open_plugin(CREDENTIAL(PLUGIN_V1, "{\"token\":\"t\",\"expirationTimestamp\":"
                                      "\"2001-01-01T00:00:00Z\"}"));
    get_run(&get, "/");
    get_finish(&get);
    get_run(&get, "/");
    cr_assert(get.request.ok);
    cr_assert_eq(runs(), 2);
    get_finish(&get);
    kube.end_ms = 0;
    server.answer = STR(DENIED);
    get_run(&get, "/");
    cr_assert_eq(get.request.status, 401);
    cr_assert_eq(runs(), 3);
    get_finish(&get);
}

Test(kube, a_plugin_may_give_a_certificate)
{
    char *certificate, *key;
    struct get get;
    tls_identity(&certificate, &key);
    json_t *status = json_object();
    js_set_text(status, "clientCertificateData", certificate);
    js_set_text(status, "clientKeyData", key);
    struct buf text = {.data = NULL};
    js_dump(status, &text);
    char *script =
        alloc_printf("cat <<'END'\n{\"kind\":\"ExecCredential\",\"apiVersion\":\"" PLUGIN_V1
                     "\",\"status\":%s}\nEND",
                     buf_cstr(&text));
    open_plugin(script);
    get_run(&get, "/");
    cr_assert(get.request.ok && server.proved, "%s", get.request.error.text);
    get_finish(&get);
    free(script);
    buf_finish(&text);
    json_decref(status);
    free(certificate);
    free(key);
}

Test(kube, a_plugin_that_fails_is_quoted)
{
    static const struct {
        const char *script, *says;
    } table[] = {
        {"echo 'no \033[31mkeys here' >&2; exit 253", "exit code 253: no ^[[31mkeys here"},
        {"echo nonsense", "did not print an ExecCredential"},
        {"echo '{}'", "something else"},
        {CREDENTIAL("client.authentication.k8s.io/v1", "{\"token\":\"t\"}"), "apiVersion"},
        {CREDENTIAL(PLUGIN_V1, "null"), "status"},
        {CREDENTIAL(PLUGIN_V1, "{\"clientKeyData\":\"k\"}"), "neither"},
        {CREDENTIAL(PLUGIN_V1, "{\"token\":\"t\",\"expirationTimestamp\":\"soon\"}"), "no time"},
        {"head -c 3000000 /dev/zero", "ExecCredential"},
    };
    open_plugin("");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct get get;
        char *text = alloc_printf("#!/bin/sh\n%s\n", table[i].script);
        cr_assert(file_write(test_path("plugin"), str_of(text), 0700, &err));
        free(text);
        get_run(&get, "/");
        cr_assert(!get.request.ok && strstr(get.request.error.text, table[i].says), "%s",
                  get.request.error.text);
        get_finish(&get);
    }
    cr_assert_eq(server.requests, 0);
}

Test(kube, a_plugin_that_is_missing_has_a_hint)
{
    struct kube_request request;
    open_plugin("");
    str_copy(STR("no-such-plugin-anywhere"), kube.access.exec.command, PATH_MAX);
    kube_request_init(&request, "GET", "/");
    request.done = get_done;
    cr_assert_not(kube_request_send(&kube, &request, &err));
    cr_assert(strstr(err.text, "\"ada\"") && strstr(err.text, "no-such-plugin-anywhere"), "%s",
              err.text);
    cr_assert_str_eq(err.hint, "Get it from the shelf.");
    kube_request_finish(&request);
}
