/* A deployment's kubeconfig, written and used: what kubectl would run is not run here, the token is
 * made in this process. */
#include <criterion/criterion.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/kube/kubeconfig_write.h"
#include "core/session/cluster_access.h"
#include "tests/support/server.h"
#include "tests/support/turns.h"

static struct loop loop;
static struct server server;
static struct http http;
static struct place place;
static struct cluster_access opened;
static struct error err;
static char ca_data[8192], endpoint[64], path[PATH_MAX];
static const char *own_kubeconfig;
static int descriptors;

static const char *lookup(const char *name)
{
    return strcmp(name, "KUBECONFIG") == 0 ? own_kubeconfig : NULL;
}

static void put(const char *name, const char *text)
{
    cr_assert(file_write(test_path(name), str_of(text), 0600, &err), "%s", err.text);
}

static void encode_ca(void)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = (const unsigned char *)server.ca_pem;
    size_t len = strlen(server.ca_pem), at = 0;
    for (size_t i = 0; i < len; i += 3) {
        unsigned bits = (unsigned)in[i] << 16 | (i + 1 < len ? (unsigned)in[i + 1] << 8 : 0) |
                        (i + 2 < len ? in[i + 2] : 0);
        for (size_t k = 0; k < 4; k++)
            ca_data[at++] = i + k > len ? '=' : digits[bits >> (18 - 6 * k) & 63];
    }
    ca_data[at] = '\0';
}

static void begin(void)
{
    descriptors = open_descriptors();
    loop_init(&loop, &clock_system);
    server_init(&server, &loop);
    server_tls(&server);
    server.answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    struct http_route route = {.user_agent = "ekshub-tui/test"};
    http_init(&http, &loop, &route);
    encode_ca();
    snprintf(endpoint, sizeof endpoint, "https://localhost:%d", server.port);
    place = (struct place){.lookup = lookup};
    str_copy(str_of(test_directory()), place.dir, sizeof place.dir);
    str_copy(str_of(test_directory()), place.home, sizeof place.home);
    str_copy(STR("/opt/ekshub-tui"), place.program, sizeof place.program);
    cr_assert(dir_make(test_path(".aws"), 0700, &err));
    put(".aws/credentials", "[default]\naws_access_key_id = AKIADEFAULT000000001\n"
                            "aws_secret_access_key = x\n"
                            "[ada]\naws_access_key_id = AKIAADA0000000000001\n"
                            "aws_secret_access_key = y\n");
}

static void end(void)
{
    cluster_access_finish(&opened);
    cluster_access_finish(&opened);
    http_finish(&http);
    server_finish(&server);
    loop_finish(&loop);
    test_directory_remove();
    no_more_descriptors(descriptors + 1);
    no_leaks();
}

TestSuite(cluster_access, .init = begin, .fini = end, .timeout = 60);

static struct cluster_values values(void)
{
    return (struct cluster_values){
        .name = "demo-hub", .region = "us-east-2", .endpoint = endpoint, .ca_data = ca_data};
}

static bool over, ok;

static void on_done(struct kube_request *request)
{
    ok = request->ok;
    err = request->error;
    over = true;
}

static bool ask(void)
{
    struct kube_request request;
    kube_request_init(&request, "GET", "/version");
    request.done = on_done;
    over = ok = false;
    if (kube_request_send(&opened.kube, &request, &err))
        cr_assert(turns_until(&loop, &over));
    kube_request_finish(&request);
    return ok;
}

static bool asked(const char *text)
{
    return str_find(buf_str(&server.last), str_of(text)) >= 0;
}

Test(cluster_access, what_was_written_is_used_with_a_token_of_our_own)
{
    struct cluster_values demo = values();
    cr_assert(session_kubeconfig_write(&place, &demo, "ada", path, &err), "%s", err.text);
    cr_assert_str_eq(path, test_path("kubeconfig"));
    cr_assert(cluster_access_open(&opened, &http, NULL, &place, place.dir, "ada", &err), "%s",
              err.text);
    cr_assert_str_eq(opened.kube.access.exec.command, "/opt/ekshub-tui");
    cr_assert_str_eq(opened.kube.access.exec.args[6], "ada");
    cr_assert_null(opened.kube.access.exec.args[7]);
    cr_assert(ask(), "%s", err.text);
    cr_assert(asked("Authorization: Bearer k8s-aws-v1."));
    /* base64 of "https://sts.us-east-2.amazonaws.com/" */
    cr_assert(asked("aHR0cHM6Ly9zdHMudXMtZWFzdC0yLmFtYXpvbmF3cy5jb20v"));
}

Test(cluster_access, a_profile_that_is_not_there_is_named)
{
    struct cluster_values demo = values();
    cr_assert(session_kubeconfig_write(&place, &demo, NULL, path, &err));
    cr_assert(cluster_access_open(&opened, &http, NULL, &place, place.dir, "nobody", &err));
    cr_assert_not(ask());
    cr_assert(strstr(err.text, "nobody"), "%s", err.text);
    cluster_access_finish(&opened);
    cr_assert(cluster_access_open(&opened, &http, NULL, &place, place.dir, "", &err));
    cr_assert(ask(), "without one the default is taken: %s", err.text);
}

Test(cluster_access, in_a_rehearsal_the_plugin_stays_in_it)
{
    struct cluster_values demo = values();
    place.rehearsal = true;
    cr_assert(session_kubeconfig_write(&place, &demo, "", path, &err));
    cr_assert(cluster_access_open(&opened, &http, NULL, &place, place.dir, NULL, &err));
    char *const *args = opened.kube.access.exec.args;
    cr_assert(strcmp(args[5], "--rehearse") == 0 && strcmp(args[6], "--dir") == 0 &&
              strcmp(args[7], place.dir) == 0 && !args[8]);
}

Test(cluster_access, the_aws_cli_need_not_be_there)
{
    struct cluster_values demo = values();
    cr_assert(session_kubeconfig_share(test_path("kubeconfig"), &demo, &err), "%s", err.text);
    cr_assert(cluster_access_open(&opened, &http, NULL, &place, place.dir, "ada", &err));
    cr_assert_str_eq(opened.kube.access.exec.command, "aws");
    cr_assert(ask(), "%s", err.text);
    cr_assert(asked("Bearer k8s-aws-v1."));
}

Test(cluster_access, on_request_the_aws_cli_makes_the_tokens)
{
    static const char *const wanted[] = {"--region",       "us-east-2", "eks",      "get-token",
                                         "--cluster-name", "demo-hub",  "--output", "json",
                                         "--profile",      "ada",       NULL};
    struct cluster_values demo = values();
    demo.aws_cli = true;
    cr_assert(session_kubeconfig_write(&place, &demo, "ada", path, &err), "%s", err.text);
    cr_assert(cluster_access_open(&opened, &http, NULL, &place, place.dir, "ada", &err));
    const struct kube_exec *exec = &opened.kube.access.exec;
    cr_assert_str_eq(exec->command, "aws");
    for (int i = 0; wanted[i] || exec->args[i]; i++)
        cr_assert_str_eq(exec->args[i], wanted[i]);
    place.rehearsal = true;
    cr_assert_not(session_kubeconfig_write(&place, &demo, "ada", path, &err));
    cr_assert_str_eq(err.text, "The AWS CLI cannot make tokens for a rehearsal's cluster.");
}

Test(cluster_access, another_plugin_wants_to_be_run)
{
    static const char *const args[] = {"login", NULL};
    const struct kubeconfig_entry entry = {
        .name = "x", .server = endpoint, .ca_data = ca_data, .command = "oidc", .args = args};
    cr_assert(kubeconfig_write(test_path("kubeconfig"), &entry, &err));
    cr_assert(cluster_access_open(&opened, &http, NULL, &place, place.dir, "ada", &err));
    cr_assert_not(ask());
    cr_assert(strstr(err.text, "oidc"), "%s", err.text);
}

Test(cluster_access, what_is_missing_is_said)
{
    struct cluster_values none = {.name = "demo-hub", .region = "us-east-2"};
    cr_assert_not(session_kubeconfig_write(&place, &none, NULL, path, &err));
    cr_assert(strstr(err.text, "address") && err.hint[0], "%s", err.text);
    cr_assert_not(session_kubeconfig_merge(&place, &none, NULL, path, &err));
    cr_assert_not(cluster_access_open(&opened, &http, NULL, &place, place.dir, NULL, &err));
    cr_assert(strstr(err.text, "kubeconfig"), "%s", err.text);
}

Test(cluster_access, merged_and_forgotten)
{
    struct cluster_values demo = values();
    bool removed;
    own_kubeconfig = test_path("mine");
    put("mine", "current-context: work\ncontexts: [{name: work, context: {cluster: w}}]\n");
    cr_assert(session_kubeconfig_merge(&place, &demo, "ada", path, &err), "%s", err.text);
    cr_assert_str_eq(path, own_kubeconfig);
    cr_assert(session_kubeconfig_forget(&place, "demo-hub", &removed, path, &err) && removed);
    cr_assert(session_kubeconfig_forget(&place, "demo-hub", &removed, path, &err) && !removed);
    struct buf text = {.data = NULL};
    cr_assert(file_read(own_kubeconfig, 4096, &text, &err));
    cr_assert(strstr(text.data, "current-context: work") && !strstr(text.data, "demo-hub"));
    buf_finish(&text);
}
