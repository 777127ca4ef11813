/* What K runs: k9s before kubectl, for the deployment's cluster and nothing else, and shells that
 * keep to it. */
#include <criterion/criterion.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/session/cluster_access.h"
#include "core/session/cluster_tool.h"
#include "tests/support/turns.h"

static struct place place;
static struct cluster_tool tool;
static struct error err;
static char path_variable[PATH_MAX];
static const char *environment[5], *shell;

static const char *lookup(const char *name)
{
    return strcmp(name, "SHELL") == 0 ? shell : NULL;
}

static void install(const char *name)
{
    cr_assert(file_write(test_path(name), STR("#!/bin/sh\n"), 0700, &err), "%s", err.text);
}

static void begin(void)
{
    const struct cluster_values values = {.name = "demo-hub",
                                          .region = "us-east-2",
                                          .endpoint = "https://A1.gr7.us-east-2.eks.amazonaws.com",
                                          .ca_data = "Y2VydGlmaWNhdGU="};
    char path[PATH_MAX];
    snprintf(path_variable, sizeof path_variable, "PATH=%s", test_directory());
    environment[0] = path_variable;
    environment[1] = "KUBECONFIG=/elsewhere";
    environment[2] = "TERM=xterm";
    place = (struct place){.lookup = lookup, .environment = environment};
    str_copy(str_of(test_directory()), place.dir, sizeof place.dir);
    str_copy(STR("/home/ada"), place.home, sizeof place.home);
    str_copy(STR("/opt/ekshub-tui"), place.program, sizeof place.program);
    shell = "/bin/sh";
    cr_assert(session_kubeconfig_write(&place, &values, "", path, &err), "%s", err.text);
}

static void end(void)
{
    cluster_tool_finish(&tool);
    cluster_tool_finish(&tool);
    test_directory_remove();
    no_leaks();
}

TestSuite(cluster_tool, .init = begin, .fini = end, .timeout = 60);

static bool prepare(const char *namespace_name)
{
    cluster_tool_finish(&tool);
    return cluster_tool_prepare(&tool, &place, place.dir, namespace_name, &err);
}

static bool is_called_with(const char *first, const char *second)
{
    for (const char *const *word = tool.argv; word[0]; word++)
        if (strcmp(word[0], first) == 0 && (!second || (word[1] && strcmp(word[1], second) == 0)))
            return true;
    return false;
}

/* The only KUBECONFIG. */
static const char *kubeconfig(void)
{
    const char *found = NULL;
    for (const char *const *entry = tool.environment; *entry; entry++) {
        if (strncmp(*entry, "KUBECONFIG=", 11) != 0)
            continue;
        cr_assert_null(found);
        found = *entry + 11;
    }
    return found ? found : "";
}

static const char *content(const char *name)
{
    static struct buf text;
    buf_finish(&text);
    if (*name)
        cr_assert(file_read(test_path(name), 65536, &text, &err), "%s", err.text);
    return buf_cstr(&text);
}

Test(cluster_tool, there_is_none)
{
    cr_expect_eq(cluster_tool_find(&place), CLUSTER_TOOL_NONE);
    cr_expect_not(prepare(""));
    cr_expect_eq(err.kind, ERROR_TOOL);
}

Test(cluster_tool, k9s_before_kubectl)
{
    install("kubectl");
    cr_expect_eq(cluster_tool_find(&place), CLUSTER_TOOL_KUBECTL);
    install("k9s");
    cr_assert(prepare(""), "%s", err.text);
    cr_expect_eq(tool.kind, CLUSTER_TOOL_K9S);
    cr_expect_str_eq(tool.argv[0], test_path("k9s"));
    cr_expect(is_called_with("--kubeconfig", test_path("kubeconfig")));
    cr_expect(is_called_with("--context", "demo-hub"));
    cr_expect(is_called_with("--all-namespaces", NULL));
    cr_expect_str_eq(kubeconfig(), test_path("kubeconfig"));
    cr_assert(prepare("mlhub"));
    cr_expect(is_called_with("--namespace", "mlhub"));
}

Test(cluster_tool, no_cluster_yet)
{
    install("k9s");
    unlink(test_path("kubeconfig"));
    cr_expect_not(prepare(""));
    cr_expect_str_eq(err.text, "There is no cluster to open yet.");
}

Test(cluster_tool, it_goes_where_all_connections_go)
{
    install("kubectl");
    place.route.port = 4711;
    cr_assert(prepare(""), "%s", err.text);
    cr_expect_str_eq(kubeconfig(), test_path("shell/kubeconfig"));
    const char *text = content("shell/kubeconfig");
    cr_expect(strstr(text, "server: https://127.0.0.1:4711\n"));
    cr_expect(strstr(text, "tls-server-name: A1.gr7.us-east-2.eks.amazonaws.com\n"));
    cr_expect(strstr(text, "certificate-authority-data: Y2VydGlmaWNhdGU=\n"));
    cr_expect(strstr(text, "command: /opt/ekshub-tui\n"));
    content("");
}

Test(cluster_tool, shells)
{
    install("kubectl");
    cr_assert(prepare(""));
    cr_expect_str_eq(tool.argv[0], "/bin/sh");
    cr_expect_null(tool.argv[1]);
    shell = "/usr/bin/bash";
    cr_assert(prepare(""));
    cr_expect(is_called_with("--rcfile", test_path("shell/bashrc")));
    const char *text = content("shell/bashrc"), *theirs = strstr(text, "~/.bashrc");
    cr_expect(theirs && strstr(theirs, "export KUBECONFIG="), "ours comes last:\n%s", text);
    shell = "/usr/bin/zsh";
    cr_assert(prepare(""));
    cr_expect(strstr(content("shell/.zshenv"), "ZDOTDIR=/home/ada\n"), "%s", content(""));
    text = content("shell/.zshrc");
    theirs = strstr(text, ". \"$ZDOTDIR/.zshrc\"");
    cr_expect(theirs && strstr(theirs, "export KUBECONFIG="), "ours comes last:\n%s", text);
    shell = "/usr/bin/fish";
    cr_assert(prepare(""));
    cr_expect(is_called_with("-C", NULL));
    content("");
}
