/* The index and the hub of a rehearsal, at their public hosts and through a port-forward, and the
 * names that resolve. */
#include <criterion/criterion.h>

#include "core/base/json.h"
#include "core/base/paths.h"
#include "core/kube/forward.h"
#include "core/kube/reflector.h"
#include "core/rehearsal/inside.h"
#include "core/rehearsal/kube_api.h"
#include "core/rehearsal/kube_world.h"
#include "core/rehearsal/websocket.h"
#include "tests/core/rehearsal_town.h"
#include "tests/core/rehearsal_visit.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

TestSuite(rehearsal_doors, .fini = visit_end, .timeout = 60);

#define LOGIN TOWN_USER ":" TOWN_PASSWORD

static char *url_of(const char *base, const char *path)
{
    static char urls[4][512];
    static size_t next;
    char *url = urls[next++ % 4];
    snprintf(url, 512, "%s%s", base, path);
    return url;
}

/* The status; the body goes to `body` unless that is NULL. */
static int index_get(const char *path, const char *login, struct buf *body)
{
    struct visit visit = {.url = url_of(visit_pypi, path), .login = login};
    int status = visit_ask(&visit);
    if (body)
        buf_append(body, buf_str(&visit.request.response));
    visit_finish(&visit);
    return status;
}

static int upload(const char *path, const char *login, const char *file, const char *content)
{
    struct buf body = {.data = NULL};
    buf_printf(&body,
               "--xyz\r\nContent-Disposition: form-data; name=\":action\"\r\n\r\nfile_upload\r\n"
               "--xyz\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nDemo_Pkg\r\n"
               "--xyz\r\nContent-Disposition: form-data; name=\"version\"\r\n\r\n1.0\r\n"
               "--xyz\r\nContent-Disposition: form-data; name=\"content\"; filename=\"%s\"\r\n"
               "Content-Type: application/octet-stream\r\n\r\n%s\r\n--xyz--\r\n",
               file, content);
    struct visit visit = {.method = "POST",
                          .url = url_of(visit_pypi, path),
                          .login = login,
                          .type = "multipart/form-data; boundary=xyz",
                          .body = buf_cstr(&body)};
    int status = visit_ask(&visit);
    visit_finish(&visit);
    buf_finish(&body);
    return status;
}

Test(rehearsal_doors, the_index_wants_a_login)
{
    struct visit visit;
    visit_begin(NULL);
    cr_assert_eq(index_get("/health", NULL, NULL), 200);
    cr_assert_eq(index_get("/", NULL, NULL), 200);
    cr_assert_eq(index_get("/simple/", LOGIN, NULL), 200);
    cr_assert_eq(index_get("/simple/", TOWN_USER ":wrong", NULL), 401);
    cr_assert_eq(index_get("/api/package/x/y", NULL, NULL), 401);
    cr_assert_eq(index_get("/simple", LOGIN, NULL), 302);
    cr_assert_eq(index_get("/nothing", LOGIN, NULL), 404);
    visit = (struct visit){.url = url_of(visit_pypi, "/simple/")};
    cr_assert_eq(visit_ask(&visit), 401);
    cr_assert(
        str_is(http_response_header(&visit.request, "WWW-Authenticate"), "Basic realm=\"pypi\""));
    visit_finish(&visit);
}

Test(rehearsal_doors, an_index_for_everyone_still_wants_a_login_to_write)
{
    struct world_event event = {.time_ms = clock_wall(&clock_system),
                                .what = WORLD_CREATE,
                                .type = "kubernetes_config_map_v1",
                                .address = "terraform_data.kubernetes_config_map_v1_pypi",
                                .detail = "default/pypi-config everyone"};
    visit_begin(NULL);
    cr_assert(world_append(visit_rehearsal.dir, &event, NULL));
    cr_assert_eq(index_get("/simple/", NULL, NULL), 200);
    cr_assert_eq(upload("/simple/", NULL, "demo_pkg-1.0.tar.gz", "bytes"), 401);
}

Test(rehearsal_doors, the_index_takes_lists_and_gives_back)
{
    struct buf page = {.data = NULL};
    visit_begin(NULL);
    cr_assert_eq(index_get("/simple/demo-pkg/", LOGIN, NULL), 404);
    cr_assert_eq(upload("/simple/", NULL, "demo_pkg-1.0.tar.gz", "bytes"), 401);
    cr_assert_eq(upload("/simple/", LOGIN, "demo_pkg-1.0.tar.gz", "\x1f\x8b--xyz\r\nbytes"), 200);
    cr_assert_eq(upload("/pypi/", LOGIN, "demo_pkg-1.0.tar.gz", "others"), 409);
    cr_assert_eq(upload("/", LOGIN, "../escape.tar.gz", "bytes"), 400);
    cr_assert_eq(upload("/", LOGIN, "a/b.tar.gz", "bytes"), 400);
    cr_assert_eq(index_get("/simple/", LOGIN, &page), 200);
    cr_assert(strstr(buf_cstr(&page), "<a href=\"demo-pkg/\">demo-pkg</a>"));
    buf_clear(&page);
    cr_assert_eq(index_get("/pypi/Demo.Pkg/", LOGIN, &page), 200);
    cr_assert(strstr(buf_cstr(&page), "/api/package/demo-pkg/demo_pkg-1.0.tar.gz#sha256="));
    buf_clear(&page);
    cr_assert_eq(index_get("/api/package/demo-pkg/demo_pkg-1.0.tar.gz", LOGIN, &page), 200);
    cr_assert_str_eq(buf_cstr(&page), "\x1f\x8b--xyz\r\nbytes");
    buf_clear(&page);
    cr_assert_eq(index_get("/api/package/demo-pkg/", LOGIN, &page), 200);
    json_t *list = js_parse(buf_str(&page), NULL);
    cr_assert_str_eq(js_text(list, "packages.0.version"), "1.0");
    json_decref(list);
    buf_finish(&page);
    struct visit visit = {.method = "DELETE",
                          .url = url_of(visit_pypi, "/api/package/demo-pkg/demo_pkg-1.0.tar.gz"),
                          .login = LOGIN};
    cr_assert_eq(visit_ask(&visit), 200);
    visit_finish(&visit);
    cr_assert_eq(index_get("/simple/demo-pkg/", LOGIN, NULL), 404);
}

Test(rehearsal_doors, uploads_may_be_large)
{
    enum { SIZE = 9 << 20 };
    char *content = alloc_zeroed(SIZE + 1, 1);
    memset(content, 'x', SIZE);
    visit_begin(NULL);
    cr_assert_eq(upload("/", LOGIN, "demo_pkg-2.0.tar.gz", content), 200);
    struct visit visit = {.url = url_of(visit_pypi, "/api/package/demo-pkg/demo_pkg-2.0.tar.gz"),
                          .login = LOGIN,
                          .streams = true};
    cr_assert_eq(visit_ask(&visit), 200);
    cr_assert_eq(visit.streamed.len, SIZE);
    visit_finish(&visit);
    free(content);
}

Test(rehearsal_doors, nobody_answers_for_an_index_that_is_not_up)
{
    struct world_event event = {.time_ms = clock_wall(&clock_system),
                                .lasts_ms = 1000,
                                .what = WORLD_DESTROY,
                                .address = "terraform_data.kubernetes_deployment_v1_default/"
                                           "pypi-server"};
    visit_begin(NULL);
    cr_assert(world_append(visit_rehearsal.dir, &event, NULL));
    struct visit visit = {.url = url_of(visit_pypi, "/health")};
    cr_assert_eq(visit_ask(&visit), 0);
    cr_assert(visit.request.failed);
    visit_finish(&visit);
}

/* ---- the hub ---- */

static char cookies[512];

/* GET for the form and its cookie, then the form. Returns the status; cookies grow. */
static int hub_post(const char *path, const char *fields)
{
    char token[64] = "", body[512];
    struct visit page = {.url = url_of(visit_hub, path)};
    cr_assert_eq(visit_ask(&page), 200);
    struct str cookie = http_response_header(&page.request, "Set-Cookie"), name;
    str_cut(&cookie, '=', &name);
    cr_assert(str_is(name, "_xsrf"));
    str_cut(&cookie, ';', &name);
    str_copy(name, token, sizeof token);
    cr_assert(strstr(visit_body(&page), token));
    visit_finish(&page);
    snprintf(cookies, sizeof cookies, "_xsrf=%s", token);
    snprintf(body, sizeof body, "_xsrf=%s&%s", token, fields);
    struct visit post = {.method = "POST",
                         .url = url_of(visit_hub, path),
                         .type = "application/x-www-form-urlencoded",
                         .cookie = cookies,
                         .body = body};
    int status = visit_ask(&post);
    cookie = http_response_header(&post.request, "Set-Cookie");
    if (str_cut(&cookie, ';', &name))
        snprintf(cookies + strlen(cookies), sizeof cookies - strlen(cookies), "; %.*s",
                 STR_ARG(name));
    visit_finish(&post);
    return status;
}

static int hub_get(const char *path, const char *cookie)
{
    struct visit visit = {.url = url_of(visit_hub, path), .cookie = cookie};
    int status = visit_ask(&visit);
    visit_finish(&visit);
    return status;
}

Test(rehearsal_doors, the_hub_is_whose_who_comes_first)
{
    visit_begin(NULL);
    cr_assert_eq(hub_get("/hub/health", NULL), 200);
    cr_assert_eq(hub_get("/hub/home", NULL), 302);
    cr_assert_eq(hub_post("/hub/login", "username=admin&password=s3cret+word"), 200);
    cr_assert_eq(hub_post("/hub/signup", "username=Admin&pw=s3cret+word"), 200);
    cr_assert_eq(hub_post("/hub/signup", "username=admin&pw=another"), 200, "taken, and no error");
    cr_assert_eq(hub_post("/hub/login", "username=admin&password=another"), 200);
    cr_assert_eq(hub_post("/hub/login", "username=admin&password=s3cret+word"), 302);
    cr_assert_eq(hub_get("/hub/home", cookies), 200);
    cr_assert_eq(hub_get("/hub/admin", cookies), 200);
    cr_assert_eq(hub_get("/hub/home", "jupyterhub-hub-login=0123.admin"), 302);
    cr_assert_eq(hub_post("/hub/signup", "username=eve&pw=whatever"), 200);
    cr_assert_eq(hub_post("/hub/login", "username=eve&password=whatever"), 200,
                 "not before the admin lets her in");
    struct visit forged = {.method = "POST",
                           .url = url_of(visit_hub, "/hub/signup"),
                           .type = "application/x-www-form-urlencoded",
                           .body = "username=mallory&pw=whatever"};
    cr_assert_eq(visit_ask(&forged), 403);
    visit_finish(&forged);
}

Test(rehearsal_doors, a_hub_that_somebody_else_claimed)
{
    visit_begin((const char *const[]){"hub-claimed", NULL});
    cr_assert_eq(hub_post("/hub/signup", "username=admin&pw=s3cret"), 200);
    cr_assert_eq(hub_post("/hub/login", "username=admin&password=s3cret"), 200);
    struct world_event event = {.time_ms = clock_wall(&clock_system),
                                .what = WORLD_DESTROY,
                                .type = "persistent_volume_claim",
                                .address = "persistent_volume_claim.mlhub/hub-db-dir"};
    cr_assert(world_append(visit_rehearsal.dir, &event, NULL));
    cr_assert_eq(hub_post("/hub/signup", "username=admin&pw=s3cret"), 200);
    cr_assert_eq(hub_post("/hub/login", "username=admin&password=s3cret"), 302,
                 "with a new volume");
}

/* ---- names ---- */

Test(rehearsal_doors, names_resolve_when_they_are_in_the_dns)
{
    struct settings settings = {.speed = 20};
    struct world world = {.count = 0};
    visit_begin(NULL);
    town_build(&world, 0);
    const char *host = visit_pypi + strlen("http://"), *api = visit_api + strlen("https://");
    struct cloud cloud = {.world = &world, .settings = &settings, .now_ms = 49000};
    cr_assert(!inside_resolves(&cloud, host));
    cr_assert(inside_resolves(&cloud, api));
    cr_assert(inside_resolves(&cloud, "sts.us-east-2.amazonaws.com"));
    cloud.now_ms = 54000;
    cr_assert(inside_resolves(&cloud, host));
    str_copy(STR("dns-late"), settings.faults[settings.fault_count++], 32);
    cr_assert(!inside_resolves(&cloud, host));
    cloud.now_ms = 66000;
    cr_assert(inside_resolves(&cloud, host));
    cloud.now_ms = 2000;
    cr_assert(!inside_resolves(&cloud, api));
    world_finish(&world);
    cr_assert(visit_rehearsal.route.resolves(host));
    cr_assert(!visit_rehearsal.route.resolves("other.us-east-2.elb.amazonaws.com"));
}

/* ---- WebSocket ---- */

static void put_masked(struct buf *out, char opcode, struct str payload)
{
    static const char mask[4] = {1, 2, 3, 4};
    buf_byte(out, (char)(0x80 | opcode));
    if (payload.len < 126)
        buf_byte(out, (char)(0x80 | payload.len));
    else {
        buf_byte(out, (char)(0x80 | 126));
        buf_byte(out, (char)(payload.len >> 8));
        buf_byte(out, (char)(payload.len & 0xff));
    }
    buf_append(out, (struct str){mask, 4});
    for (size_t i = 0; i < payload.len; i++)
        buf_byte(out, (char)(payload.data[i] ^ mask[i % 4]));
}

Test(rehearsal_doors, websocket_frames)
{
    char accept[32];
    struct buf in = {.data = NULL}, message = {.data = NULL}, out = {.data = NULL};
    visit_begin(NULL);
    websocket_accept(STR("dGhlIHNhbXBsZSBub25jZQ=="), accept); /* RFC 6455, 1.3 */
    cr_assert_str_eq(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    struct buf whole = {.data = NULL};
    put_masked(&whole, 2, STR("hello"));
    for (size_t length = 0; length < whole.len; length++) {
        buf_clear(&in);
        buf_append(&in, (struct str){whole.data, length});
        cr_assert_eq(websocket_take(&in, &message, &out), WEBSOCKET_MORE);
        cr_assert_eq(in.len, length);
    }
    buf_clear(&in);
    buf_append(&in, buf_str(&whole));
    put_masked(&in, 9, STR("ping"));
    put_masked(&in, 8, STR("\x03\xe8"));
    cr_assert_eq(websocket_take(&in, &message, &out), WEBSOCKET_MESSAGE);
    cr_assert_str_eq(buf_cstr(&message), "hello");
    cr_assert_eq(websocket_take(&in, &message, &out), WEBSOCKET_NOTHING);
    cr_assert(str_is(buf_str(&out), "\x8a\x04ping"));
    cr_assert_eq(websocket_take(&in, &message, &out), WEBSOCKET_CLOSED);
    cr_assert_eq(in.len, 0);
    buf_append(&in, STR("\x82\x05hello"));
    cr_assert_eq(websocket_take(&in, &message, &out), WEBSOCKET_BROKEN, "clients mask");
    buf_clear(&in);
    buf_append(&in, STR("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff...."));
    cr_assert_eq(websocket_take(&in, &message, &out), WEBSOCKET_BROKEN, "nothing is that long");
    buf_finish(&whole);
    buf_finish(&in);
    buf_finish(&out);
    buf_finish(&message);
}

static void pod_named(const struct server_moment *moment, const char *component, char out[200])
{
    struct kube_world kube;
    kube_world_make(&kube, &moment->world, &moment->settings, NULL, "us-east-2",
                    moment->cloud.now_ms);
    out[0] = '\0';
    for (size_t i = 0; i < kube.count; i++)
        if (kube.objects[i]->kind == KUBE_POD &&
            strcmp(js_text(kube.objects[i]->json, "metadata.labels.component"), component) == 0)
            str_copy(str_of(kube.objects[i]->name), out, 200);
    kube_world_finish(&kube);
}

/* The program's own client of the API. */
static struct kube client_of(void)
{
    struct kube kube;
    struct error err = {.kind = ERROR_NONE};
    struct kube_access access = {.auth = KUBE_AUTH_NONE};
    str_copy(str_of(visit_api), access.server, sizeof access.server);
    cr_assert(file_read(visit_rehearsal.route.ca_file, 1 << 16, &access.ca_pem, &err));
    cr_assert(kube_init(&kube, &visit_http, &access, &err), "%s", err.text);
    kube.token = visit_token;
    return kube;
}

/* One request to a pod's port; the status, 0 when nobody answers. */
static int ask_pod(struct kube *kube, const char *component, int port, const char *path)
{
    struct server_moment moment;
    struct forward forward = {.pod_port = 0};
    char pod[200], url[128];
    cr_assert(server_moment_begin(&visit_rehearsal.server, &moment, NULL));
    pod_named(&moment, component, pod);
    server_moment_end(&moment);
    forward_init(&forward, kube, "mlhub", pod, port);
    task_start(&forward.task, &visit_loop);
    cr_assert_eq(forward.task.state, TASK_RUNNING, "%s", forward.task.error.text);
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", forward.port, path);
    struct visit visit = {.url = url};
    int status = visit_ask(&visit);
    if (status == 0)
        cr_assert(strstr(forward.trouble.text, "refused"), "%s", forward.trouble.text);
    visit_finish(&visit);
    task_finish(&forward.task);
    return status;
}

Test(rehearsal_doors, a_forward_carries_requests_to_the_hub)
{
    visit_begin(NULL);
    struct kube kube = client_of();
    cr_assert_eq(ask_pod(&kube, "proxy", 8000, "/hub/health"), 200);
    cr_assert_eq(ask_pod(&kube, "proxy", 8080, "/hub/signup"), 200);
    cr_assert_eq(ask_pod(&kube, "hub", 8081, "/hub/login"), 200);
    cr_assert_eq(ask_pod(&kube, "hub", 9999, "/hub/login"), 0);
    kube_finish(&kube);
}

Test(rehearsal_doors, a_forward_needs_an_upgrade)
{
    char path[400], pod[200];
    struct server_moment moment;
    visit_begin(NULL);
    cr_assert(server_moment_begin(&visit_rehearsal.server, &moment, NULL));
    pod_named(&moment, "proxy", pod);
    server_moment_end(&moment);
    snprintf(path, sizeof path, "/api/v1/namespaces/mlhub/pods/%s/portforward?ports=8000", pod);
    struct visit visit = {.url = url_of(visit_api, path), .bearer = true};
    cr_assert_eq(visit_ask(&visit), 400);
    visit_finish(&visit);
}

/* ---- the program's own view ---- */

static size_t pods_seen, pods_ready;
static bool ada_gone;

static void pod_changed(struct reflector *reflector, enum reflector_change change,
                        const json_t *object)
{
    (void)reflector;
    pods_seen += change == REFLECTOR_ADDED;
    ada_gone = ada_gone || (change == REFLECTOR_DELETED &&
                            strcmp(js_text(object, "metadata.name"), "ws-ada") == 0);
    pods_ready +=
        change == REFLECTOR_ADDED && strcmp(js_text(object, "status.phase"), "Running") == 0;
}

Test(rehearsal_doors, our_own_reflector_follows_the_cluster)
{
    struct reflector reflector;
    visit_begin((const char *const[]){"watch-cut", NULL});
    struct kube kube = client_of();
    reflector_init(&reflector, &kube, "/api/v1", "pods");
    str_copy(STR("mlhub"), reflector.namespace_name, sizeof reflector.namespace_name);
    reflector.item = pod_changed;
    reflector_start(&reflector);
    while (reflector.state != REFLECTOR_WATCHING)
        loop_turn(&visit_loop, true);
    cr_assert(reflector.complete);
    cr_assert_eq(reflector_count(&reflector), 4);
    cr_assert_eq(pods_seen, 4);
    cr_assert_eq(pods_ready, 4);
    unsigned watches = reflector.watches; /* the fault cuts them off again and again */
    while (reflector.watches == watches)
        loop_turn(&visit_loop, true);
    struct visit visit = {.method = "DELETE",
                          .url = url_of(visit_api, "/api/v1/namespaces/mlhub/pods/ws-ada"),
                          .bearer = true};
    cr_assert_eq(visit_ask(&visit), 200);
    visit_finish(&visit);
    while (!ada_gone)
        loop_turn(&visit_loop, true);
    cr_assert_lt(reflector_count(&reflector), 4);
    reflector_finish(&reflector);
    kube_finish(&kube);
}
