/* What is run, with which kubeconfig. */
#include "core/session/cluster_tool.h"

#include <openssl/evp.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/io/process.h"
#include "core/kube/kubeconfig.h"
#include "core/kube/kubeconfig_write.h"

static const char *const names[] = {
    [CLUSTER_TOOL_NONE] = "", [CLUSTER_TOOL_K9S] = "k9s", [CLUSTER_TOOL_KUBECTL] = "kubectl"};

const char *cluster_tool_name(enum cluster_tool_kind kind)
{
    return names[kind];
}

static enum cluster_tool_kind find(const struct place *place, char path[4096])
{
    if (process_find(names[CLUSTER_TOOL_K9S], place->environment, path))
        return CLUSTER_TOOL_K9S;
    if (process_find(names[CLUSTER_TOOL_KUBECTL], place->environment, path))
        return CLUSTER_TOOL_KUBECTL;
    return CLUSTER_TOOL_NONE;
}

enum cluster_tool_kind cluster_tool_find(const struct place *place)
{
    char path[4096];
    return find(place, path);
}

/* Malloc'ed. */
static char *base64(struct str bytes)
{
    char *out = alloc_zeroed(1, 4 * ((bytes.len + 2) / 3) + 1);
    EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)bytes.data, (int)bytes.len);
    return out;
}

/* Where all connections go to a port of this machine, theirs have to go there, too. */
static bool write_routed(struct cluster_tool *tool, const struct place *place,
                         const struct kube_access *access, struct error *err)
{
    struct str server = str_of(access->server), host;
    char address[64], name[300];
    if (str_starts(server, STR("https://")))
        server = str_skip(server, 8);
    str_cut(&server, '/', &host);
    str_copy(host, name, sizeof name);
    snprintf(address, sizeof address, "https://127.0.0.1:%d", place->route.port);
    char *ca = base64(buf_str(&access->ca_pem));
    struct kubeconfig_entry entry = {.name = access->context,
                                     .server = address,
                                     .server_name = name,
                                     .ca_data = ca,
                                     .command = access->exec.command,
                                     .args = (const char *const *)access->exec.args};
    bool ok = kubeconfig_write(tool->kubeconfig, &entry, err);
    free(ca);
    return ok;
}

static bool find_kubeconfig(struct cluster_tool *tool, const struct place *place, const char *dir,
                            const char *shell_dir, struct error *err)
{
    struct kubeconfig_source source = {.file = tool->kubeconfig};
    struct kube_access access = {.auth = KUBE_AUTH_NONE};
    if (!path_format(tool->kubeconfig, err, "%s/kubeconfig", dir))
        return false;
    if (!file_exists(tool->kubeconfig))
        return error_set(err, ERROR_INPUT, "There is no cluster to open yet.");
    bool ok = kubeconfig_read(&access, &source, err);
    str_copy(str_of(access.context), tool->context, sizeof tool->context);
    if (ok && place->route.port)
        ok = dir_make(shell_dir, 0700, err) &&
             path_format(tool->kubeconfig, err, "%s/kubeconfig", shell_dir) &&
             write_routed(tool, place, &access, err);
    kube_access_finish(&access);
    return ok;
}

static bool names_variable(const char *entry, const char *name)
{
    size_t len = strlen(name);
    return strncmp(entry, name, len) == 0 && entry[len] == '=';
}

static void make_environment(struct cluster_tool *tool, const struct place *place)
{
    size_t count = 0, kept = 0, owned = 0;
    while (place->environment && place->environment[count])
        count++;
    tool->variables = alloc_zeroed(count + 4, sizeof *tool->variables);
    for (size_t i = 0; i < count; i++) {
        const char *entry = place->environment[i];
        if (!names_variable(entry, "KUBECONFIG") &&
            !(tool->shell.zdotdir[0] && names_variable(entry, "ZDOTDIR")))
            tool->variables[kept++] = entry;
    }
    tool->owned[owned++] = alloc_printf("KUBECONFIG=%s", tool->kubeconfig);
    if (tool->shell.zdotdir[0])
        tool->owned[owned++] = alloc_printf("ZDOTDIR=%s", tool->shell.zdotdir);
    for (size_t i = 0; i < owned; i++)
        tool->variables[kept++] = tool->owned[i];
    tool->environment = tool->variables;
}

/* The context is named, because k9s keeps the one that was looked at last as the current one. */
static void make_words(struct cluster_tool *tool, const char *namespace_name)
{
    size_t n = 0;
    tool->words[n++] = tool->program;
    tool->words[n++] = "--kubeconfig";
    tool->words[n++] = tool->kubeconfig;
    tool->words[n++] = "--context";
    tool->words[n++] = tool->context;
    tool->words[n++] = namespace_name[0] ? "--namespace" : "--all-namespaces";
    if (namespace_name[0])
        tool->words[n++] = namespace_name;
    tool->words[n] = NULL;
    tool->argv = tool->words;
}

bool cluster_tool_prepare(struct cluster_tool *tool, const struct place *place, const char *dir,
                          const char *namespace_name, struct error *err)
{
    char shell_dir[PATH_MAX];
    *tool = (struct cluster_tool){.kind = CLUSTER_TOOL_NONE};
    tool->kind = find(place, tool->program);
    if (tool->kind == CLUSTER_TOOL_NONE) {
        error_set(err, ERROR_TOOL, "Neither k9s nor kubectl is installed here.");
        return error_hint(err, "k9scli.io and kubernetes.io/docs/tasks/tools say how.");
    }
    if (!path_format(shell_dir, err, "%s/shell", dir) ||
        !find_kubeconfig(tool, place, dir, shell_dir, err))
        return false;
    if (tool->kind == CLUSTER_TOOL_K9S) {
        make_words(tool, namespace_name);
    } else {
        if (!cluster_shell_prepare(&tool->shell, place, shell_dir, tool->kubeconfig, tool->context,
                                   err))
            return false;
        tool->argv = tool->shell.argv;
    }
    make_environment(tool, place);
    return true;
}

void cluster_tool_finish(struct cluster_tool *tool)
{
    cluster_shell_finish(&tool->shell);
    for (size_t i = 0; i < sizeof tool->owned / sizeof *tool->owned; i++) {
        free(tool->owned[i]);
        tool->owned[i] = NULL;
    }
    free(tool->variables);
    tool->variables = NULL;
}
