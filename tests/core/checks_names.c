/* Names that are taken, and images and charts that are not there. */
#include <criterion/criterion.h>

#include "core/base/json.h"
#include "core/base/paths.h"
#include "tests/core/checking_account.h"

#include "core/base/alloc.h"

static void begin(void)
{
    account_begin();
    str_copy(STR("demo"), checking.answers.cluster_name, sizeof checking.answers.cluster_name);
    str_copy(STR("a1b2"), checking.answers.id, sizeof checking.answers.id);
    checking.answers.pypi_bucket_name[0] = '\0';
}

TestSuite(checks_names, .init = begin, .fini = checking_end, .timeout = 60);

Test(checks_names, none_are_chosen)
{
    checking.answers.cluster_name[0] = '\0';
    account_run();
    checking_expect(CHECK_NAMES, CHECK_SKIP, "No names are chosen yet.");
}

Test(checks_names, clusters)
{
    account_run();
    checking_expect(CHECK_NAMES, CHECK_PASS, "The cluster's name demo is free.");
    cr_assert_str_eq(checking.checks.cluster_name, "demo");
    account.cluster_tag = "demo/a1b2";
    account_run();
    checking_expect(CHECK_NAMES, CHECK_PASS, "The cluster demo is this deployment's.");
    account.cluster_tag = "demo/another";
    account_run();
    checking_expect(CHECK_NAMES, CHECK_FAIL,
                    "There is a cluster demo in us-east-2 already, which is not ours (ACTIVE).");
    cr_assert_eq(checks_exit_code(&checking.checks), 3);
    checking.checks.begun = true; /* made before the tag was, or the tag was taken off */
    account_run();
    checking_expect(CHECK_NAMES, CHECK_PASS, NULL);
}

Test(checks_names, buckets)
{
    static const struct {
        int status;
        const char *make;
        enum check_state state;
        const char *text;
    } table[] = {
        {404, "true", CHECK_PASS,
         "The cluster's name demo is free. The bucket's name demo-packages is free."},
        {404, "false", CHECK_WARN,
         "The cluster's name demo is free. There is no bucket demo-packages, and none is to be "
         "made."},
        {200, "false", CHECK_PASS,
         "The cluster's name demo is free. The bucket demo-packages is there."},
        {200, "true", CHECK_WARN,
         "The cluster's name demo is free. The bucket demo-packages is there already and yours."},
        {403, "true", CHECK_WARN,
         "The cluster's name demo is free. The bucket demo-packages exists and is closed to this "
         "identity."},
    };
    str_copy(STR("demo-packages"), checking.answers.pypi_bucket_name, 64);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct check *check = &checking.checks.items[CHECK_NAMES];
        account.bucket_status = table[i].status;
        str_copy(str_of(table[i].make), checking.answers.pypi_create_bucket, 6);
        account_run();
        cr_assert_eq(check->state, table[i].state, "%d %s: %s", table[i].status, table[i].make,
                     check->text);
        cr_assert_neq(str_find(str_of(check->text), str_of(strstr(table[i].text, "bucket"))), -1,
                      "%s", check->text);
    }
}

/* ---- images and charts ---- */

static const char *challenge, *remaining;
static int manifest;

static void answer_with(int status, const char *headers, const char *body)
{
    checking_answers_with(status, "12:00:00", headers, body);
}

static void registry(void)
{
    char headers[300] = "";
    if (account_asked("GET /token?service=local%20one&scope=repository:team/ws:pull") ||
        account_asked("GET /token?service=local&scope=repository:team/ws:pull"))
        answer_with(200, "", "{\"access_token\":\"for-anybody\"}");
    else if (challenge && !account_asked("Authorization: Bearer for-anybody")) {
        snprintf(headers, sizeof headers, "WWW-Authenticate: %s\r\n", challenge);
        answer_with(401, headers, "");
    } else {
        if (remaining)
            snprintf(headers, sizeof headers, "ratelimit-remaining: %s\r\n", remaining);
        answer_with(manifest, headers, "");
    }
}

static void look(const char *with, int status)
{
    challenge = with;
    manifest = status;
    account.registry = registry;
    str_copy(STR("localhost:5000/team/ws:1.0"), checking.answers.workspace_image,
             sizeof checking.answers.workspace_image);
    account_run();
}

static bool told(const char *line)
{
    return strstr(checking.checks.items[CHECK_IMAGES].details, line);
}

Test(checks_names, an_image_of_the_answers)
{
    static const char bearer[] = "Bearer realm=\"http://localhost:5000/token\",service=\"local\","
                                 "scope=\"repository:team/ws:pull\"";
    look(NULL, 200);
    cr_assert(told("image localhost:5000/team/ws:1.0: is there"), "%s",
              checking.checks.items[CHECK_IMAGES].details);
    cr_assert(told("image stevearc/pypicloud:1.3.12: was not reached"));
    cr_assert_not(told("ml-workspace:0.8.7"), "the answers have another one");
    checking_expect(CHECK_IMAGES, CHECK_WARN, NULL);
    look(bearer, 200);
    cr_assert(told("image localhost:5000/team/ws:1.0: is there"));
    look(bearer, 404);
    cr_assert(str_starts(str_of(account_text(CHECK_IMAGES)),
                         STR("localhost:5000/team/ws:1.0 at localhost:5000 is not there (and ")),
              "%s", account_text(CHECK_IMAGES));
    cr_assert_str_eq(checking.checks.items[CHECK_IMAGES].hint,
                     "Look at its name in the form of MLHub.");
    look(bearer, 403);
    cr_assert(told("is not open to everybody"));
    look("Basic realm=\"x\"", 200);
    cr_assert(told("is not open to everybody"));
    look("Bearer realm=\"file:///etc/passwd\"", 200);
    cr_assert(told("is not open to everybody"));
    look("Bearer", 200);
    cr_assert(told("is not open to everybody"));
    look(NULL, 429);
    cr_assert(told("has had enough of this address"));
    look(NULL, 503);
    cr_assert(told("image localhost:5000/team/ws:1.0: was not reached: it answered with HTTP 503"));
    cr_assert_eq(checks_exit_code(&checking.checks), 0);
}

Test(checks_names, what_is_fetched_follows_the_answers)
{
    checking.answers.cert_manager = false;
    account_run();
    cr_assert(told("image mltooling/ml-workspace:0.8.7"));
    cr_assert(told("chart https://github.com/ml-tooling/ml-hub/"));
    cr_assert_not(told("cert-manager"));
    str_copy(STR("jupyterhub"), checking.answers.hub_flavor, sizeof checking.answers.hub_flavor);
    checking.answers.cert_manager = true;
    account_run();
    cr_assert(told("image quay.io/jupyterhub/k8s-hub"));
    cr_assert(told("chart quay.io/jetstack/charts/cert-manager"));
    cr_assert(told("chart https://hub.jupyter.org/helm-chart/"));
    cr_assert_not(told("mltooling"));
}

/* What is checked is what the roots install. */
Test(checks_names, the_list_is_that_of_the_roots)
{
    static const char *const files[] = {"provision-pypi/variables.tf", "provision-ml-hub/charts.tf",
                                        "provision-ml-hub/mlhub.tf",
                                        "provision-eks/cert_manager.tf"};
    static const char *const words[] = {"stevearc/pypicloud:1.3.12",
                                        "mltooling/ml-workspace:0.8.7",
                                        "mlhub-chart-1.0.0.tgz",
                                        "mltooling/ml-hub",
                                        "https://hub.jupyter.org/helm-chart",
                                        "quay.io/jetstack/charts"};
    struct buf roots = {0}, list = {0};
    struct error err;
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        cr_assert(path_format(path, &err, "%s/terraform/%s", SOURCE_ASSETS, files[i]));
        cr_assert(file_read(path, 1 << 20, &roots, &err), "%s", err.text);
    }
    cr_assert(path_format(path, &err, "%s/sources.json", SOURCE_ASSETS));
    cr_assert(file_read(path, 1 << 20, &list, &err), "%s", err.text);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        cr_assert(strstr(buf_cstr(&roots), words[i]), "%s", words[i]);
        cr_assert(strstr(buf_cstr(&list), words[i]), "%s", words[i]);
    }
    buf_finish(&roots);
    buf_finish(&list);
}
