/* kubeconfig files: read as kubectl reads them, changed without touching what is not ours. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/kube/kubeconfig.h"
#include "core/kube/kubeconfig_write.h"
#include "tests/support/turns.h"

static struct kube_access found;
static struct error err;

static void end(void)
{
    kube_access_finish(&found);
    test_directory_remove();
    no_leaks();
}

TestSuite(kubeconfig, .fini = end, .timeout = 60);

static const char *put(const char *name, const char *text)
{
    const char *path = test_path(name);
    cr_assert(file_write(path, str_of(text), 0600, &err), "%s", err.text);
    return path;
}

static char *content(const char *path)
{
    struct buf text = {.data = NULL};
    cr_assert(file_read(path, (size_t)1 << 20, &text, &err), "%s", err.text);
    return text.data ? text.data : alloc_copy(STR(""));
}

static bool read_list(const char *variable, const char *context)
{
    struct kubeconfig_source source = {.variable = variable, .context = context};
    kube_access_finish(&found);
    return kubeconfig_read(&found, &source, &err);
}

static bool read_text(const char *text)
{
    return read_list(put("config", text), NULL);
}

#define USER(text)                                                                                 \
    "current-context: c\n"                                                                         \
    "clusters: [{name: k, cluster: {server: 'https://k.example:6443/'}}]\n"                        \
    "contexts: [{name: c, context: {cluster: k, user: u}}]\n"                                      \
    "users:\n- name: u\n  user:\n" text

Test(kubeconfig, reads_what_the_aws_cli_writes)
{
    struct kubeconfig_source source = {.file = TEST_DATA
                                       "/kube/traces/kubeconfig/aws-second-profile.yaml"};
    cr_assert(kubeconfig_read(&found, &source, &err), "%s", err.text);
    cr_assert_str_eq(found.context, "arn:aws:eks:eu-central-1:123456789012:cluster/second");
    cr_assert_str_eq(found.namespace_name, "default");
    cr_assert_str_eq(found.server,
                     "https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com");
    cr_assert_str_eq(buf_cstr(&found.ca_pem), "-----BEGIN-TEST");
    cr_assert_eq(found.auth, KUBE_AUTH_EXEC);
    cr_assert_str_eq(found.exec.command, "aws");
    cr_assert_str_eq(found.exec.args[0], "--region");
    cr_assert_str_eq(found.exec.args[7], "json");
    cr_assert_null(found.exec.args[8]);
    cr_assert_str_eq(found.exec.environment[0], "AWS_PROFILE=myprof");
    source.context = "arn:aws:eks:eu-central-1:123456789012:cluster/mlhub";
    kube_access_finish(&found);
    cr_assert(kubeconfig_read(&found, &source, &err), "%s", err.text);
    cr_assert_null(found.exec.environment[0]);
}

Test(kubeconfig, the_first_file_that_has_a_name_wins_whole)
{
    char list[PATH_MAX * 4];
    put("one",
        "clusters: null\nusers:\ncontexts:\n- name: c\n  context: {cluster: k, namespace: n}\n"
        "current-context: ''\n");
    put("two", "{\"clusters\": [{\"name\": \"k\", \"cluster\": {\"server\": \"https://two\", "
               "\"tls-server-name\": \"inner\"}}], \"contexts\": [{\"name\": \"c\", \"context\": "
               "{\"cluster\": \"other\", \"user\": \"u\"}}], \"current-context\": \"c\"}");
    put("three",
        "clusters: [{name: k, cluster: {server: 'https://three', proxy-url: 'http://p'}}]\n"
        "current-context: wrong\n");
    snprintf(list, sizeof list, "%s/nothing::%s/one:%s/one:%s/two:%s/three", test_directory(),
             test_directory(), test_directory(), test_directory(), test_directory());
    cr_assert(read_list(list, NULL), "%s", err.text);
    cr_assert_str_eq(found.server, "https://two");
    cr_assert_str_eq(found.tls_server_name, "inner");
    cr_assert_str_eq(found.proxy_url, "");
    cr_assert_str_eq(found.namespace_name, "n");
    cr_assert_eq(found.auth, KUBE_AUTH_NONE);
}

Test(kubeconfig, home_is_the_last_place)
{
    struct kubeconfig_source source = {.home = test_directory(), .variable = ""};
    cr_assert_not(kubeconfig_read(&found, &source, &err));
    cr_assert(strstr(err.text, "/.kube/config") && err.hint[0], "%s", err.text);
    cr_assert(dir_make(test_path(".kube"), 0700, &err));
    put(".kube/config", USER("    token: abcdef\n"));
    cr_assert(kubeconfig_read(&found, &source, &err), "%s", err.text);
    cr_assert_eq(found.auth, KUBE_AUTH_TOKEN);
    cr_assert_str_eq(found.server, "https://k.example:6443");
}

Test(kubeconfig, paths_are_relative_to_their_file)
{
    cr_assert(dir_make(test_path("d"), 0700, &err));
    put("d/ca", "PEM-CA");
    put("d/cert", "PEM-CERT");
    put("d/key", "PEM-KEY");
    put("d/config",
        "current-context: c\n"
        "clusters: [{name: k, cluster: {server: 'https://k', certificate-authority: ca}}]\n"
        "contexts: [{name: c, context: {cluster: k, user: u}}]\n"
        "users: [{name: u, user: {client-certificate: ./cert, client-key: key}}]\n");
    cr_assert(read_list(test_path("d/config"), NULL), "%s", err.text);
    cr_assert_str_eq(buf_cstr(&found.ca_pem), "PEM-CA");
    cr_assert_str_eq(buf_cstr(&found.client_cert_pem), "PEM-CERT");
    cr_assert(str_is(secret_expose(&found.client_key), "PEM-KEY"));
    cr_assert_eq(found.auth, KUBE_AUTH_CERTIFICATE);
    cr_assert(read_text(USER("    tokenFile: t\n    token: beaten\n")), "%s", err.text);
    cr_assert_eq(found.auth, KUBE_AUTH_TOKEN_FILE);
    cr_assert_str_eq(found.token_file, test_path("t"));
    cr_assert(
        read_text(USER("    exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: "
                       "bin/plugin}\n")));
    cr_assert_str_eq(found.exec.command, test_path("bin/plugin"));
}

/* Data beats a file that is not even there, what is static beats a plugin, the last of two keys the
 * first, and a certificate goes along with a token. */
Test(kubeconfig, what_beats_what)
{
#define PLUGIN "    exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: x}\n"
    cr_assert(
        read_text(USER("    client-certificate: /nowhere/c\n    client-key: /nowhere/k\n"
                       "    client-certificate-data: QUJD\n    client-key-data: REVG\n" PLUGIN)),
        "%s", err.text);
    cr_expect_eq(found.auth, KUBE_AUTH_CERTIFICATE);
    cr_expect_str_eq(buf_cstr(&found.client_cert_pem), "ABC");
    cr_assert(read_text(USER("    token: abc\n" PLUGIN)), "%s", err.text);
    cr_expect_eq(found.auth, KUBE_AUTH_TOKEN);
    cr_assert(read_text(USER("    tokenFile: t\n" PLUGIN)), "%s", err.text);
    cr_expect_eq(found.auth, KUBE_AUTH_TOKEN_FILE);
    cr_assert(read_text(USER("    token: abc\n    client-certificate-data: QUJD\n"
                             "    client-key-data: REVG\n")),
              "%s", err.text);
    cr_expect_eq(found.auth, KUBE_AUTH_TOKEN);
    cr_expect_str_eq(buf_cstr(&found.client_cert_pem), "ABC");
    cr_assert(read_text(USER("    token: abc\n    token: def\n")), "%s", err.text);
    cr_expect(str_is(secret_expose(&found.token), "def"));
#undef PLUGIN
}

static void refused(const char *text, const char *word)
{
    cr_assert_not(read_text(text), "%s", text);
    cr_assert(strstr(err.text, word), "%s\n%s", text, err.text);
    cr_assert(strstr(err.text, "config"), "names no file: %s", err.text);
}

Test(kubeconfig, what_cannot_be_used_is_refused_by_its_name)
{
    refused(USER("    auth-provider: {name: gcp}\n"), "auth-provider");
    refused(USER("    username: a\n    password: b\n"), "basic");
    refused(USER("    as: admin\n    token: x\n"), "impersonation");
    refused(USER("    client-certificate-data: QUJD\n"), "only one of");
    refused(USER("    client-certificate-data: 'Q*JD'\n"), "base64");
    refused(USER("    client-key: /nowhere/key\n"), "/nowhere/key");
#define EXEC(rest) USER("    exec: {apiVersion: client.authentication.k8s.io/" rest "}\n")
    refused(EXEC("v1alpha1, command: x"), "v1alpha1");
    refused(EXEC("v1, command: x"), "interactiveMode");
    refused(EXEC("v1, command: x, interactiveMode: Always"), "terminal");
    refused(EXEC("v1beta1"), "without a command");
    refused(EXEC("v1beta1, command: x, env: [{value: y}]"), "without a name");
    refused("current-context: c\ncontexts: [{name: c, context: {cluster: k}}]\n", "cluster \"k\"");
    refused("current-context: c\n", "context \"c\"");
    refused("", "current context");
    refused("contexts: [{name: c}, {name: c}]\n", "stands twice");
    refused("contexts: {a: b}\n", "not a list");
    refused("- a\n", "not a kubeconfig");
    refused("a: [\n", "line 2");
    refused("a: b\n---\nc: d\n", "second");
    refused("current-context: c\nclusters: [{name: k, cluster: {server: 'ftp://k'}}]\n"
            "contexts: [{name: c, context: {cluster: k}}]\n",
            "no usable server");
}

Test(kubeconfig, a_plugin_of_v1_and_aliases_are_read)
{
    cr_assert(read_text("x: &c {server: k.example, insecure-skip-tls-verify: yes, "
                        "certificate-authority: /nowhere}\n"
                        "current-context: c\nclusters: [{name: k, cluster: *c}]\n"
                        "contexts: [{name: c, context: {cluster: k, user: u}}]\n"
                        "users: [{name: u, user: {exec: {apiVersion: "
                        "client.authentication.k8s.io/v1, command: plug, interactiveMode: "
                        "IfAvailable, provideClusterInfo: true, args: null, env: null, "
                        "installHint: \"get\\e[1mit\"}}}]\n"),
              "%s", err.text);
    cr_assert_str_eq(found.server, "https://k.example");
    cr_assert(found.insecure && found.exec.give_cluster);
    cr_assert_null(strchr(found.exec.install_hint, '\033'));
}

Test(kubeconfig, every_beginning_of_a_file_is_survived)
{
    char *whole = content(TEST_DATA "/kube/traces/kubeconfig/aws-second-profile.yaml");
    size_t len = strlen(whole);
    for (size_t cut = 0; cut < len; cut++) {
        char saved = whole[len - cut];
        whole[len - cut] = '\0';
        if (!read_text(whole))
            cr_assert(err.kind == ERROR_INPUT && err.text[0]);
        whole[len - cut] = saved;
        if (cut > 0 && cut % 7 == 0)
            whole[len - cut] = "\x01\xff[*&"[cut % 5]; /* and is damaged more and more */
    }
    free(whole);
}

/* ---- writing ---- */

static const char *const args[] = {"token",    "--cluster-name", "0123",
                                   "--region", "us-east-2",      NULL};
static const struct kubeconfig_entry entry = {.name = "demo-hub",
                                              .server = "https://demo.example",
                                              .ca_data = "UEVN",
                                              .command = "/opt/ekshub-tui",
                                              .args = args};

Test(kubeconfig, a_new_file_is_read_back)
{
    const char *path = test_path("new");
    struct stat about;
    cr_assert(kubeconfig_write(path, &entry, &err), "%s", err.text);
    cr_assert(kubeconfig_write(path, &entry, &err), "%s", err.text);
    cr_assert(stat(path, &about) == 0 && (about.st_mode & 0777) == 0600);
    cr_assert(read_list(path, NULL), "%s", err.text);
    cr_assert_str_eq(found.context, "demo-hub");
    cr_assert_str_eq(found.exec.command, "/opt/ekshub-tui");
    cr_assert_str_eq(found.exec.args[2], "0123");
    cr_assert_str_eq(buf_cstr(&found.ca_pem), "PEM");
    cr_assert_eq(found.exec.interactive, KUBE_NEVER);
    char *text = content(path);
    cr_assert(strstr(text, "\"0123\"") && strstr(text, "provideClusterInfo: false\n"), "%s", text);
    free(text);
}

static const char foreign[] =
    "# mine\n"
    "kind: Config\n"
    "clusters:\n"
    "- name: other\n"
    "  cluster: {server: 'https://other', insecure-skip-tls-verify: yes, odd: 0123, big: 1e3}\n"
    "contexts:\n"
    "- {name: other, context: {cluster: other, user: other}}\n"
    "- {name: demo-hub, context: {cluster: old, user: old, namespace: lab}}\n"
    "users:\n"
    "- name: other\n"
    "  user: {token: \"no\"}\n"
    "- name: demo-hub\n"
    "  user: {token: old}\n"
    "current-context: other\n"
    "preferences: {colors: true}\n"
    "unknown: [1, ~, 'x']\n";

Test(kubeconfig, a_merge_changes_our_three_entries_alone)
{
    const char *path = put("config", foreign);
    cr_assert(chmod(path, 0640) == 0);
    cr_assert(kubeconfig_merge(path, &entry, &err), "%s", err.text);
    struct stat about;
    cr_assert(stat(path, &about) == 0 && (about.st_mode & 0777) == 0640);
    cr_assert_not(file_exists(test_path("config.lock")));
    char *text = content(path);
    static const char *const kept[] = {"insecure-skip-tls-verify: yes",
                                       "odd: 0123",
                                       "big: 1e3",
                                       "token: \"no\"",
                                       "current-context: other",
                                       "colors: true",
                                       "unknown: [1, ~, 'x']",
                                       "namespace: lab"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        cr_assert(strstr(text, kept[i]), "%s is gone:\n%s", kept[i], text);
    cr_assert_null(strstr(text, "old"), "%s", text);
    free(text);
    cr_assert(read_list(path, "demo-hub"), "%s", err.text);
    cr_assert_str_eq(found.namespace_name, "lab");
    cr_assert_str_eq(found.server, "https://demo.example");
    cr_assert_eq(found.auth, KUBE_AUTH_EXEC);

    char *once = content(path);
    cr_assert(kubeconfig_merge(path, &entry, &err), "%s", err.text);
    char *twice = content(path);
    cr_assert_str_eq(once, twice);
    free(once);
    free(twice);
}

Test(kubeconfig, a_new_file_gets_a_current_context_and_private_bits)
{
    const char *path = test_path("a/b/config");
    struct stat about;
    cr_assert(kubeconfig_merge(path, &entry, &err), "%s", err.text);
    cr_assert(read_list(path, NULL), "%s", err.text);
    cr_assert(stat(path, &about) == 0 && (about.st_mode & 0777) == 0600);
    put("empty", "# nothing\n");
    cr_assert(kubeconfig_merge(test_path("empty"), &entry, &err), "%s", err.text);
    cr_assert(read_list(test_path("empty"), NULL), "%s", err.text);
    put("nulls",
        "apiVersion: v1\nclusters: null\ncontexts: null\nusers: null\ncurrent-context: \"\"\n");
    cr_assert(kubeconfig_merge(test_path("nulls"), &entry, &err), "%s", err.text);
    cr_assert(read_list(test_path("nulls"), "demo-hub"), "%s", err.text);
    cr_assert_not(read_list(test_path("nulls"), NULL));
}

Test(kubeconfig, a_link_survives_and_a_lock_is_respected)
{
    const char *path = put("real", foreign);
    char before[PATH_MAX];
    cr_assert(symlink(path, test_path("link")) == 0);
    cr_assert(kubeconfig_merge(test_path("link"), &entry, &err), "%s", err.text);
    cr_assert(readlink(test_path("link"), before, sizeof before) > 0);
    cr_assert(read_list(path, "demo-hub"));
    put("real.lock", "");
    char *kept = content(path);
    cr_assert_not(kubeconfig_merge(path, &entry, &err));
    cr_assert(err.kind == ERROR_BUSY && strstr(err.text, "real.lock"), "%s", err.text);
    bool removed;
    cr_assert_not(kubeconfig_remove(path, "demo-hub", &removed, &err));
    char *now = content(path);
    cr_assert_str_eq(kept, now);
    cr_assert(file_exists(test_path("real.lock")));
    free(kept);
    free(now);
}

Test(kubeconfig, a_broken_file_is_left_as_it_is)
{
    const char *path = put("config", "clusters: [\n");
    cr_assert_not(kubeconfig_merge(path, &entry, &err));
    char *text = content(path);
    cr_assert_str_eq(text, "clusters: [\n");
    free(text);
    cr_assert_not(file_exists(test_path("config.lock")));
}

Test(kubeconfig, what_was_merged_is_removed_again)
{
    const char *path = put("config", foreign);
    bool removed;
    cr_assert(kubeconfig_merge(path, &entry, &err), "%s", err.text);
    cr_assert(kubeconfig_remove(path, "demo-hub", &removed, &err) && removed, "%s", err.text);
    char *text = content(path);
    cr_assert_null(strstr(text, "demo"), "%s", text);
    free(text);
    cr_assert(read_list(path, NULL), "%s", err.text);
    cr_assert(kubeconfig_remove(path, "demo-hub", &removed, &err) && !removed);
    cr_assert(kubeconfig_remove(test_path("nothing"), "demo-hub", &removed, &err) && !removed);
    cr_assert(kubeconfig_write(test_path("own"), &entry, &err));
    cr_assert(kubeconfig_remove(test_path("own"), "demo-hub", &removed, &err) && removed);
    cr_assert_not(read_list(test_path("own"), NULL));
}

Test(kubeconfig, a_merge_goes_where_kubectl_would_look)
{
    char list[PATH_MAX * 3], path[PATH_MAX];
    put("one", "kind: Config\n");
    put("two", foreign);
    snprintf(list, sizeof list, "%s/no:%s/one:%s/two:%s/last", test_directory(), test_directory(),
             test_directory(), test_directory());
    cr_assert(kubeconfig_target(list, "/home/x", "demo-hub", path, &err));
    cr_assert_str_eq(path, test_path("one"));
    cr_assert(kubeconfig_target(list, "/home/x", "other", path, &err));
    cr_assert_str_eq(path, test_path("two"));
    cr_assert(kubeconfig_target("/no/a:/no/b", "/home/x", "other", path, &err));
    cr_assert_str_eq(path, "/no/b");
    cr_assert(kubeconfig_target(NULL, "/home/x", "other", path, &err));
    cr_assert_str_eq(path, "/home/x/.kube/config");
    cr_assert_not(kubeconfig_target(NULL, "", "other", path, &err));
}
