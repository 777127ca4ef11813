/* How a user proves who he is: token, file, certificate, plugin. What we cannot do is refused by
 * its name. */
#include "core/kube/kubeconfig_file.h"

#include "core/base/alloc.h"
#include "core/base/paths.h"

static bool refuse(const struct kube_access *access, struct kubeconfig_place user, const char *what,
                   struct error *err)
{
    return error_set(err, ERROR_INPUT, "%s: the user \"%s\" %s.", user.file->path, access->user,
                     what);
}

/* Ways that kubectl has, or had. */
static bool known_kind(const struct kube_access *access, struct kubeconfig_place user,
                       struct error *err)
{
    static const struct {
        const char *key, *what;
    } unknown[] = {
        {"auth-provider", "signs in by an auth-provider, which Kubernetes 1.26 removed"},
        {"username", "has a password (basic), which Kubernetes 1.19 removed"},
        {"as", "acts as another user (impersonation), which is not supported here"},
        {"as-uid", "acts as another user (impersonation), which is not supported here"},
        {"as-groups", "acts as another user (impersonation), which is not supported here"},
    };
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        if (kubeconfig_get(user.file, user.node, unknown[i].key)) {
            refuse(access, user, unknown[i].what, err);
            return error_hint(err, "Use a user with a token, a certificate or an exec plugin.");
        }
    return true;
}

static bool exec_version(struct kube_access *access, struct kubeconfig_place user,
                         struct error *err)
{
    struct str version = str_of(access->exec.api_version);
    if (str_is(version, "client.authentication.k8s.io/v1") ||
        str_is(version, "client.authentication.k8s.io/v1beta1"))
        return true;
    error_set(err, ERROR_INPUT, "%s: the exec plugin of the user \"%s\" has the apiVersion \"%s\".",
              user.file->path, access->user, access->exec.api_version);
    return error_hint(err, "It must be client.authentication.k8s.io/v1 or v1beta1: aws eks "
                           "update-kubeconfig writes it anew.");
}

static bool exec_mode(struct kube_access *access, struct kubeconfig_place user, int exec,
                      struct error *err)
{
    struct str mode = kubeconfig_text(user.file, exec, "interactiveMode");
    bool stable = str_is(str_of(access->exec.api_version), "client.authentication.k8s.io/v1");
    access->exec.interactive = str_is(mode, "Never") ? KUBE_NEVER : KUBE_IF_AVAILABLE;
    if (str_is(mode, "Always"))
        return refuse(access, user,
                      "has an exec plugin that wants to talk on the terminal "
                      "(interactiveMode: Always), which is not possible here",
                      err);
    if (mode.len == 0 && stable)
        return refuse(access, user, "has an exec plugin without interactiveMode, which v1 wants",
                      err);
    if (mode.len == 0 || str_is(mode, "Never") || str_is(mode, "IfAvailable"))
        return true;
    return refuse(access, user, "has an exec plugin with an unknown interactiveMode", err);
}

static bool too_many(const struct kube_access *access, struct kubeconfig_place user,
                     struct error *err)
{
    return refuse(access, user, "has an exec plugin with too many args or variables", err);
}

static bool exec_words(struct kube_access *access, struct kubeconfig_place user, int exec,
                       struct error *err)
{
    struct kubeconfig_file *file = user.file;
    int list = kubeconfig_get(file, exec, "args"), item;
    for (size_t i = 0; (item = kubeconfig_item(file, list, i)); i++) {
        if (i == KUBE_EXEC_WORDS)
            return too_many(access, user, err);
        access->exec.args[i] = alloc_copy(kubeconfig_scalar(file, item));
    }
    list = kubeconfig_get(file, exec, "env");
    for (size_t i = 0; (item = kubeconfig_item(file, list, i)); i++) {
        struct str name = kubeconfig_text(file, item, "name");
        struct str value = kubeconfig_text(file, item, "value");
        if (i == KUBE_EXEC_WORDS)
            return too_many(access, user, err);
        if (name.len == 0 || memchr(name.data, '=', name.len))
            return refuse(access, user, "has an exec plugin with a variable without a name", err);
        access->exec.environment[i] = alloc_printf("%.*s=%.*s", STR_ARG(name), STR_ARG(value));
    }
    return true;
}

static bool read_exec(struct kube_access *access, struct kubeconfig_place user, int node,
                      struct error *err)
{
    struct kube_exec *exec = &access->exec;
    struct str command = kubeconfig_text(user.file, node, "command");
    struct buf hint = {.data = NULL};
    bool ok = true;
    str_copy(kubeconfig_text(user.file, node, "apiVersion"), exec->api_version,
             sizeof exec->api_version);
    exec->give_cluster = kubeconfig_true(user.file, node, "provideClusterInfo");
    buf_sanitised(&hint, str_trim(kubeconfig_text(user.file, node, "installHint")), false);
    str_copy(buf_str(&hint), exec->install_hint, sizeof exec->install_hint);
    buf_finish(&hint);
    if (command.len == 0)
        return refuse(access, user, "has an exec plugin without a command", err);
    if (memchr(command.data, '/', command.len))
        ok = kubeconfig_path(user, command, exec->command, err);
    else
        ok = path_format(exec->command, err, "%.*s", STR_ARG(command));
    access->auth = KUBE_AUTH_EXEC;
    return ok && exec_version(access, user, err) && exec_mode(access, user, node, err) &&
           exec_words(access, user, node, err);
}

static bool read_certificate(struct kube_access *access, struct kubeconfig_place user,
                             struct error *err)
{
    struct buf key = {.data = NULL};
    bool ok = kubeconfig_pem(user, "client-certificate", &access->client_cert_pem, err) &&
              kubeconfig_pem(user, "client-key", &key, err) &&
              (key.len == 0 || secret_take(&access->client_key, key.data, key.len, err));
    secret_wipe(key.data, key.len);
    buf_finish(&key);
    if (!ok)
        return false;
    if ((access->client_cert_pem.len > 0) != !secret_empty(&access->client_key))
        return refuse(access, user, "has only one of client-certificate and client-key", err);
    if (access->client_cert_pem.len > 0)
        access->auth = KUBE_AUTH_CERTIFICATE;
    return true;
}

/* What is static beats a plugin; a file beats the token beside it. */
bool kubeconfig_user(struct kube_access *access, struct kubeconfig_place user, struct error *err)
{
    struct str token = str_trim(kubeconfig_text(user.file, user.node, "token"));
    struct str file = kubeconfig_text(user.file, user.node, "tokenFile");
    int exec = kubeconfig_get(user.file, user.node, "exec");
    if (!known_kind(access, user, err) || !read_certificate(access, user, err))
        return false;
    if (file.len > 0) {
        access->auth = KUBE_AUTH_TOKEN_FILE;
        return kubeconfig_path(user, file, access->token_file, err);
    }
    if (token.len > 0) {
        access->auth = KUBE_AUTH_TOKEN;
        return secret_set(&access->token, token, err);
    }
    return access->auth == KUBE_AUTH_CERTIFICATE || !exec || read_exec(access, user, exec, err);
}
