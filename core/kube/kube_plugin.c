/* The exec credential plugin: a program that prints an ExecCredential. Run once at a time, without
 * a terminal; what it says on standard error is shown when it fails.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
#include <openssl/evp.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/kube/kube_private.h"

#define INFO "KUBERNETES_EXEC_INFO"

enum { PATIENCE_MS = 60000 };

extern char **environ;

/* ---- what it is told ---- */

static void set_ca(json_t *cluster, const struct buf *pem)
{
    char *text = alloc_zeroed((pem->len + 2) / 3 * 4 + 1, 1);
    EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)buf_cstr(pem), (int)pem->len);
    js_set_text(cluster, "certificate-authority-data", text);
    free(text);
}

static json_t *cluster_info(const struct kube_access *access)
{
    json_t *cluster = json_object();
    js_set_text(cluster, "server", access->server);
    if (access->tls_server_name[0])
        js_set_text(cluster, "tls-server-name", access->tls_server_name);
    if (access->insecure)
        js_set_bool(cluster, "insecure-skip-tls-verify", true);
    if (access->ca_pem.len > 0)
        set_ca(cluster, &access->ca_pem);
    if (access->proxy_url[0])
        js_set_text(cluster, "proxy-url", access->proxy_url);
    js_set(cluster, "config", json_null());
    return cluster;
}

static char *exec_info(const struct kube_access *access)
{
    json_t *info = json_object(), *spec = json_object();
    struct buf text = {.data = NULL};
    if (access->exec.give_cluster)
        js_set(spec, "cluster", cluster_info(access));
    js_set_bool(spec, "interactive", false);
    js_set_text(info, "kind", "ExecCredential");
    js_set_text(info, "apiVersion", access->exec.api_version);
    js_set(info, "spec", spec);
    (void)js_dump(info, &text);
    char *variable = alloc_printf(INFO "=%s", buf_cstr(&text));
    json_decref(info);
    buf_finish(&text);
    return variable;
}

static bool same_name(const char *a, const char *b)
{
    size_t len = strcspn(a, "=");
    return strncmp(a, b, len + 1) == 0;
}

static bool is_overridden(const char *variable, const struct kube_exec *exec, const char *info)
{
    bool found = same_name(variable, info);
    for (size_t i = 0; exec->environment[i] && !found; i++)
        found = same_name(variable, exec->environment[i]);
    return found;
}

/* Ours without what the kubeconfig says otherwise, then that. free() the array alone. */
static const char **environment_of(const struct kube *kube, const char *info)
{
    const struct kube_exec *exec = &kube->access.exec;
    const char *const *ours = kube->environment ? kube->environment : (const char *const *)environ;
    size_t count = 0, at = 0;
    while (ours[count])
        count++;
    const char **all = alloc_zeroed(count + KUBE_EXEC_WORDS + 2, sizeof *all);
    for (; *ours; ours++)
        if (!is_overridden(*ours, exec, info))
            all[at++] = *ours;
    for (size_t i = 0; exec->environment[i]; i++)
        all[at++] = exec->environment[i];
    all[at] = info;
    return all;
}

/* ---- what it answers ---- */

static bool wrong(const struct kube *kube, struct error *err, const char *what)
{
    error_set(err, ERROR_TOOL, "The credential plugin %s %s.", kube->access.exec.command, what);
    return error_hint(err, "Run it by hand to see what it prints.");
}

static bool take_status(struct kube *kube, const json_t *status, struct error *err)
{
    struct str token = js_str(status, "token"), cert = js_str(status, "clientCertificateData");
    struct str key = js_str(status, "clientKeyData"), end = js_str(status, "expirationTimestamp");
    if (token.len == 0 && (cert.len == 0 || key.len == 0))
        return wrong(kube, err, "gave neither a token nor a certificate with its key");
    kube->end_ms = 0;
    if (end.len > 0 && !clock_parse_rfc3339(end, &kube->end_ms))
        return wrong(kube, err, "gave an expirationTimestamp that is no time");
    buf_clear(&kube->cert_pem);
    (void)buf_append(&kube->cert_pem, cert);
    return secret_set(&kube->bearer, token, err) && secret_set(&kube->key, key, err);
}

static bool take_credential(struct kube *kube, struct error *err)
{
    json_t *value = js_parse(buf_str(&kube->plugin.out), NULL);
    const json_t *status = js_get(value, "status");
    bool ok = false;
    if (kube->plugin.cut || !json_is_object(value))
        wrong(kube, err, "did not print an ExecCredential");
    else if (strcmp(js_text(value, "kind"), "ExecCredential") != 0)
        wrong(kube, err, "printed something else than an ExecCredential");
    else if (strcmp(js_text(value, "apiVersion"), kube->access.exec.api_version) != 0)
        wrong(kube, err, "answered with another apiVersion than the kubeconfig asks for");
    else if (!json_is_object(status))
        wrong(kube, err, "did not return a status");
    else
        ok = take_status(kube, status, err);
    json_decref(value);
    return ok;
}

/* The last lines of what it complained about. */
static bool failed(struct kube *kube, struct error *err)
{
    struct str said = str_trim(buf_str(&kube->plugin.err));
    struct buf shown = {.data = NULL};
    char outcome[64];
    if (said.len > 500)
        said = str_skip(said, said.len - 500);
    (void)buf_sanitised(&shown, said, false);
    error_set(err, ERROR_AUTH, "The credential plugin %s ended with %s%s%s",
              kube->access.exec.command, process_outcome(&kube->plugin, outcome),
              shown.len > 0 ? ": " : "", buf_cstr(&shown));
    buf_finish(&shown);
    return error_hint(err, "Run it by hand; it may want a new sign-in.");
}

static void forget_output(struct kube *kube)
{
    secret_wipe(kube->plugin.out.data, kube->plugin.out.len);
    process_finish(&kube->plugin);
}

static void on_ended(struct process *process)
{
    struct kube *kube = container_of(process, struct kube, plugin);
    struct error err = {.kind = ERROR_NONE};
    bool late = kube->plugin_timer.fire && !timer_on(&kube->plugin_timer);
    loop_cancel(kube->http->loop, &kube->plugin_timer);
    if (late)
        wrong(kube, &err, "did not answer within a minute");
    else if (process_code(process) != 0)
        failed(kube, &err);
    else
        kube->have_credentials = take_credential(kube, &err);
    forget_output(kube);
    if (kube->have_credentials)
        kube->generation++;
    kube_dispatch(kube, kube->have_credentials ? NULL : &err);
}

static void on_late(struct timer *timer)
{
    process_stop(&container_of(timer, struct kube, plugin_timer)->plugin);
}

bool kube_plugin_start(struct kube *kube, struct error *err)
{
    struct kube_exec *exec = &kube->access.exec;
    const char *argv[KUBE_EXEC_WORDS + 2] = {exec->command};
    if (!kube->signals)
        return error_set(err, ERROR_INPUT, "The credential plugin %s cannot be run here.",
                         exec->command);
    for (size_t i = 0; exec->args[i]; i++)
        argv[i + 1] = exec->args[i];
    char *info = exec_info(&kube->access);
    const char **environment = environment_of(kube, info);
    struct process_spec spec = {.argv = argv,
                                .environment = environment,
                                .home = PROCESS_OWN_GROUP,
                                .in = PROCESS_NULL,
                                .out = PROCESS_PIPE,
                                .err = PROCESS_PIPE};
    kube->plugin.ended = on_ended;
    kube->plugin_timer.fire = on_late;
    bool ok = process_start(&kube->plugin, kube->signals, &spec, err);
    free(environment);
    free(info);
    if (ok)
        loop_after(kube->http->loop, &kube->plugin_timer, PATIENCE_MS);
    else if (exec->install_hint[0])
        error_hint(err, "%s", exec->install_hint);
    return ok || error_wrap(err, "The credentials of the user \"%s\"", kube->access.user);
}

void kube_plugin_finish(struct kube *kube)
{
    loop_cancel(kube->http->loop, &kube->plugin_timer);
    forget_output(kube);
}
