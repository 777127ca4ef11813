/* The index as the session serves it: whose password is taken, what a login decides about the file,
 * the proof from inside against a scripted API, and the hand-over folder. */
#include "core/session/session_index.h"

#include <criterion/criterion.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/session/handover.h"
#include "core/session/session_work.h"
#include "tests/core/index_desk.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static struct place place;
static struct session session;
static struct session_work work;
static struct signals signals;
static struct error err;
static const char *given; /* EKSHUB_PYPI_PASSWORD */
static bool over;

static const char *lookup(const char *name)
{
    return strcmp(name, "EKSHUB_PYPI_PASSWORD") == 0 ? given : NULL;
}

static void put(const char *name, const char *text)
{
    char dir[PATH_MAX];
    path_dirname(test_path(name), dir);
    cr_assert(dir_make(dir, 0700, &err) && file_write(test_path(name), str_of(text), 0600, &err),
              "%s", err.text);
}

static const char outputs[] =
    "{\"eks\":{\"cluster_name\":\"demo-hub\",\"region\":\"us-east-2\",\"cluster_endpoint\":"
    "\"https://"
    "A.gr7.us-east-2.eks.amazonaws.com\",\"cluster_certificate_authority_data\":\"QQ==\"},"
    "\"pypi\":{\"url\":\"" DESK_URL
    "\",\"in_cluster_index_url\":\"http://pypi.default.svc/simple/\"},"
    "\"mlhub\":{\"url\":\"http://hub.example.com\",\"namespace\":\"mlhub\"}}";

static void begin(void)
{
    desk_begin();
    given = NULL;
    cr_assert(signals_init(&signals, &desk.loop, (const int[]){0}, NULL));
    place = (struct place){.lookup = lookup, .speed = 100};
    str_copy(str_of(SOURCE_ASSETS), place.assets, sizeof place.assets);
    str_copy(str_of(test_path("home")), place.home, sizeof place.home);
    put("home/.keep", "");
    put("dep/outputs.json", outputs);
    session = (struct session){.loop = &desk.loop,
                               .signals = &signals,
                               .place = &place,
                               .http = desk.http,
                               .profile = -1,
                               .work = &work};
    http_init(&session.http, &desk.loop, &(struct http_route){.port = desk.server.port});
    work = (struct session_work){.session = &session};
    str_copy(str_of(test_path("dep")), session.dir, sizeof session.dir);
    answers_default(&session.answers, false);
    str_copy(STR("demo-hub"), session.answers.cluster_name, sizeof session.answers.cluster_name);
    str_copy(STR("us-east-2"), session.answers.region, sizeof session.answers.region);
    str_copy(STR("ada"), session.answers.pypi_admin_user, sizeof session.answers.pypi_admin_user);
    cr_assert(outputs_load(&session.outputs, session.dir, &err), "%s", err.text);
}

static void end(void)
{
    session_index_close(&session);
    session_index_close(&session);
    loop_cancel(&desk.loop, &work.pulse);
    outputs_finish(&session.outputs);
    secrets_finish(&session.secrets);
    http_finish(&session.http);
    signals_finish(&signals);
    desk_end();
}

TestSuite(session_index, .init = begin, .fini = end, .timeout = 60);

static void on_ended(struct session_index *index)
{
    (void)index;
    over = true;
}

static struct session_index *opened(void)
{
    cr_assert(session_index_open(&session, &err), "%s", err.text);
    session.index->ended = on_ended;
    over = false;
    return session.index;
}

static void wait_for_it(void)
{
    cr_assert(turns_until(&desk.loop, &over));
}

Test(session_index, says_that_there_is_none)
{
    put("dep/outputs.json", "{\"eks\":{}}");
    cr_assert(outputs_load(&session.outputs, session.dir, &err));
    cr_assert(!session_index_open(&session, &err));
    cr_assert_eq(err.kind, ERROR_SERVICE);
    cr_assert(strstr(err.hint, "apply pypi"));
    cr_assert_null(session.index);
}

Test(session_index, knows_its_addresses)
{
    char line[1400];
    struct session_index *index = opened();
    cr_assert_str_eq(index->url, DESK_URL);
    cr_assert_str_eq(index->index_url, DESK_URL "/simple/");
    cr_assert(session_pip_line(index, line, sizeof line));
    cr_assert_str_eq(line, "pip install --index-url " DESK_URL "/simple/ --trusted-host "
                           "pypi.example.com demo-pkg");
    str_copy(STR("https://pypi.acme.dev"), index->url, sizeof index->url);
    str_copy(STR("https://pypi.acme.dev/simple/"), index->index_url, sizeof index->index_url);
    cr_assert(session_pip_line(index, line, sizeof line));
    cr_assert(!strstr(line, "trusted"));
}

Test(session_index, takes_the_password_of_the_environment_before_the_file)
{
    struct session_index *index = opened();
    cr_assert(!session_index_password(index, &err) && err.kind == ERROR_NONE, "nobody knows it");
    put("home/.pypirc", "[ekspypi]\nrepository = " DESK_URL "/simple/\nusername = ada\n"
                        "password = of-the-file\n");
    cr_assert(session_index_password(index, &err));
    cr_assert_eq(index->source, INDEX_OWN_SECTION);
    cr_assert_str_eq(session_index_secret(index)->data, "of-the-file");
    given = "of-the-environment";
    cr_assert(session_index_password(index, &err));
    cr_assert_eq(index->source, INDEX_GIVEN);
    cr_assert_str_eq(session_index_secret(index)->data, "of-the-environment");
}

static void write_it(void)
{
    given = "opensesame";
    cr_assert(session_pypirc_write(opened(), &err), "%s", err.text);
    wait_for_it();
}

Test(session_index, writes_after_a_login)
{
    desk_say(302, "Location: /\r\n", STR(""));
    write_it();
    cr_assert_eq(session.index->write.state, TASK_DONE);
    cr_assert(session.index->write.proven && session.index->write.change.created);
    cr_assert(file_exists(test_path("home/.pypirc")));
}

Test(session_index, writes_nothing_after_a_refusal)
{
    desk_say(200, "", STR("<html>login</html>"));
    write_it();
    cr_assert_eq(session.index->write.state, TASK_FAILED);
    cr_assert_eq(session.index->write.error.kind, ERROR_AUTH);
    cr_assert(!file_exists(test_path("home/.pypirc")));
}

Test(session_index, asks_after_a_refusal_and_takes_what_is_typed)
{
    desk_say(200, "", STR("<html>login</html>"));
    desk_say(302, "Location: /\r\n", STR(""));
    write_it();
    struct session_index *index = opened();
    cr_assert(!session_index_password(index, &err) && err.kind == ERROR_NONE);
    cr_assert(secret_set(&index->typed, STR("typed"), NULL));
    cr_assert(session_index_typed(index, &err) && secret_empty(&index->typed));
    cr_assert(session_pypirc_write(index, &err), "%s", err.text);
    wait_for_it();
    cr_assert_eq(index->write.state, TASK_DONE);
    cr_assert(desk_heard("Authorization: Basic YWRhOnR5cGVk"));
    cr_assert_str_eq(session.secrets.items[SECRET_PYPI_PASSWORD].data, "opensesame",
                     "what a form would hash is another thing");
}

Test(session_index, writes_with_a_warning_when_nobody_answers)
{
    http_finish(&session.http);
    http_init(&session.http, &desk.loop, &(struct http_route){.port = refusing_port()});
    write_it();
    cr_assert_eq(session.index->write.state, TASK_WARNED);
    cr_assert_eq(session.index->write.warning.kind, ERROR_NETWORK);
    cr_assert(file_exists(test_path("home/.pypirc")));
}

Test(session_index, writes_to_another_file_on_request)
{
    desk_say(302, "Location: /\r\n", STR(""));
    given = "opensesame";
    struct session_index *index = opened();
    cr_assert(session_index_file(index, "~/other", &err));
    cr_assert(session_pypirc_write(index, &err));
    wait_for_it();
    cr_assert(file_exists(test_path("home/other")) && !file_exists(test_path("home/.pypirc")));
}

Test(session_index, does_nothing_without_a_password)
{
    struct session_index *index = opened();
    cr_assert(!session_pypirc_write(index, &err) && err.kind == ERROR_AUTH);
    cr_assert(!session_publish(index, NULL, &err) && err.kind == ERROR_AUTH);
    cr_assert(secret_set(&session.secrets.items[SECRET_PYPI_HASH], STR("$6$x"), NULL));
    cr_assert(!session_publish(index, NULL, &err) && strstr(err.hint, "hash"), "%s", err.hint);
    cr_assert_eq(desk.server.requests, 0);
}

Test(session_index, publishes_the_demo)
{
    given = "opensesame";
    desk_say(401, "", STR(""));
    cr_assert(session_publish(opened(), NULL, &err), "%s", err.text);
    wait_for_it();
    cr_assert_eq(session.index->publish.task.error.kind, ERROR_AUTH);
    cr_assert(desk_heard("filename=\"demo_pkg-1.0.tar.gz\""));
}

/* ---- the proof ---- */

static void cluster(void)
{
    put("dep/kubeconfig", "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
                          "clusters: [{name: c, cluster: {server: 'http://kube.example.com'}}]\n"
                          "users: [{name: c, user: {token: abc}}]\n"
                          "contexts: [{name: c, context: {cluster: c, user: c}}]\n");
    given = "opensesame";
}

static struct proof *prove(void)
{
    cr_assert(session_prove_inside(opened(), &err), "%s", err.text);
    wait_for_it();
    return &session.index->proof;
}

#define JSON "Content-Type: application/json\r\n"

Test(session_index, proves_from_inside)
{
    cluster();
    desk_say(201, JSON, STR("{\"metadata\":{\"uid\":\"u-1\"}}"));
    desk_say(201, JSON, STR("{}"));
    desk_say(200, JSON,
             STR("{\"status\":{\"phase\":\"Pending\",\"containerStatuses\":[{\"state\":"
                 "{\"waiting\":{\"reason\":\"ContainerCreating\"}}}]}}"));
    desk_say(200, JSON, STR("{\"status\":{\"phase\":\"Succeeded\"}}"));
    desk_say(200, "", STR("Successfully installed demo-pkg-1.0\nhello from \033demo_pkg\n"));
    desk_say(200, JSON, STR("{}"));
    struct proof *proof = prove();
    cr_assert_eq(proof->task.state, TASK_DONE, "%s", proof->task.error.text);
    cr_assert_str_eq(proof->line, "hello from ^[demo_pkg");
    cr_assert_eq(desk.server.requests, 6);
    cr_assert(desk_heard("DELETE /api/v1/namespaces/mlhub/pods/ekshub-proof-"));
}

Test(session_index, hands_the_password_over_as_a_secret_of_the_pod)
{
    cluster();
    desk_say(201, JSON, STR("{\"metadata\":{\"uid\":\"u-1\"}}"));
    desk_say(403, JSON, STR("{\"kind\":\"Status\",\"message\":\"no secrets\"}"));
    struct proof *proof;
    cr_assert(session_prove_inside(opened(), &err));
    proof = &session.index->proof;
    while (desk.server.requests < 1)
        loop_turn(&desk.loop, true);
    cr_assert(desk_heard("POST /api/v1/namespaces/mlhub/pods "));
    cr_assert(desk_heard("secretKeyRef") && !desk_heard("opensesame"));
    cr_assert(desk_heard("--index-url http://pypi.default.svc/simple/ --trusted-host "
                         "pypi.default.svc demo-pkg"));
    while (desk.server.requests < 2)
        loop_turn(&desk.loop, true);
    cr_assert(desk_heard("POST /api/v1/namespaces/mlhub/secrets "));
    cr_assert(desk_heard("\"pypi_password\":\"opensesame\"") && desk_heard("\"uid\":\"u-1\""));
    wait_for_it();
    cr_assert_eq(proof->task.state, TASK_WARNED, "it fails nothing");
    cr_assert(strstr(proof->task.error.text, "Not proven from inside"), "%s",
              proof->task.error.text);
    cr_assert(desk_heard("DELETE "), "the pod goes all the same");
}

Test(session_index, says_what_the_pod_said)
{
    cluster();
    str_copy(STR("everyone"), session.answers.pypi_default_read,
             sizeof session.answers.pypi_default_read);
    desk_say(201, JSON, STR("{\"metadata\":{\"uid\":\"u-1\"}}"));
    desk_say(200, JSON, STR("{\"status\":{\"phase\":\"Failed\"}}"));
    desk_say(200, "", STR("x\nERROR: No matching distribution found for demo-pkg\n"));
    desk_say(200, JSON, STR("{}"));
    struct proof *proof = prove();
    cr_assert_eq(proof->task.state, TASK_WARNED);
    cr_assert(strstr(proof->task.error.text, "No matching distribution"), "%s",
              proof->task.error.text);
    cr_assert(!desk_heard("opensesame"));
}

Test(session_index, cannot_prove_without_a_cluster)
{
    given = "opensesame";
    struct proof *proof = prove();
    cr_assert_eq(proof->task.state, TASK_WARNED);
    cr_assert_eq(desk.server.requests, 0);
    put("dep/outputs.json", "{\"pypi\":{\"url\":\"" DESK_URL "\"}}");
    cr_assert(outputs_load(&session.outputs, session.dir, &err));
    cr_assert(session_index_open(&session, &err));
    cr_assert(!session_prove_inside(session.index, &err));
    cr_assert(strstr(err.text, "hub is not up"));
}

Test(session_index, a_proof_can_end_at_every_step)
{
    cluster();
    for (int n = 0; n < 14; n++) {
        desk_reset();
        desk_say(201, JSON, STR("{\"metadata\":{\"uid\":\"u-1\"}}"));
        desk_say(201, JSON, STR("{}"));
        desk_say(200, JSON, STR("{\"status\":{\"phase\":\"Succeeded\"}}"));
        desk_say(200, "", STR("hello\n"));
        desk_say(200, JSON, STR("{}"));
        cr_assert(session_prove_inside(opened(), &err));
        turns(&desk.loop, n);
        if (n % 2)
            task_stop(&session.index->proof.task);
        session_index_close(&session);
    }
}

/* ---- handing over ---- */

static void holds(const char *path, const char *text, bool wanted)
{
    struct buf content = {0};
    struct stat about;
    cr_assert(file_read(path, 1 << 20, &content, &err), "%s", err.text);
    cr_assert_eq(strstr(buf_cstr(&content), text) != NULL, wanted, "%s:\n%s", text,
                 buf_cstr(&content));
    cr_assert(stat(path, &about) == 0 && (about.st_mode & 077) == 0);
    buf_finish(&content);
}

Test(session_index, hands_over_without_a_secret)
{
    char folder[PATH_MAX], path[PATH_MAX];
    given = "opensesame";
    cr_assert(session_index_password(opened(), &err));
    put("dep/provision-eks/terraform.tfstate",
        "{\"resources\":[{\"mode\":\"managed\",\"module\":\"module.vpc\",\"type\":\"aws_vpc\","
        "\"name\":"
        "\"this\",\"instances\":[{\"index_key\":0,\"attributes\":{\"id\":\"vpc-1\",\"token\":"
        "\"opensesame\"}}]},{\"mode\":\"data\",\"type\":\"x\",\"name\":\"y\",\"instances\":[{}]}]"
        "}");
    cr_assert(handover_write(&session, folder, &err), "%s", err.text);
    cr_assert(strstr(folder, "/handover-20"));
    static const struct {
        const char *file, *text;
    } wanted[] = {
        {"answers.yaml", "demo-hub"},
        {"addresses.txt", DESK_URL},
        {"inventory.txt", "  module.vpc.aws_vpc.this[0]  vpc-1\n"},
        {"kubeconfig", "get-token"},
        {"steps.sh", "terraform -chdir=provision-pypi apply"},
        {"steps.sh", "proxy_service_type=LoadBalancer"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        snprintf(path, sizeof path, "%.4000s/%s", folder, wanted[i].file);
        holds(path, wanted[i].text, true);
        holds(path, "opensesame", false);
    }
    cr_assert(handover_write(&session, folder, &err), "again on the same day");
    put("dep/provision-eks/terraform.tfstate", "{");
    cr_assert(!handover_write(&session, folder, &err), "a damaged state is said");
}
