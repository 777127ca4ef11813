/* What the proof asks the cluster to make: a pod that ends by itself, and the secret that it reads.
 */
#include "core/session/proof_private.h"
#include "core/session/secrets.h"

#include "core/base/alloc.h"

static struct str host_of(const char *url)
{
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    return (struct str){host, strcspn(host, "/")};
}

static void put_command(const struct proof *proof, struct buf *out)
{
    struct str host = host_of(proof->index_url), name = host;
    name.len = strcspn(host.data, ":/");
    if (proof->user[0])
        buf_printf(out,
                   "umask 077; printf 'machine %%s login %%s password %%s\\n' %.*s \"$INDEX_USER\" "
                   "\"$INDEX_PASSWORD\" >/tmp/.netrc; ",
                   STR_ARG(name));
    for (int attempt = 0; attempt < 2; attempt++) /* with a setuptools of its own, or the image's */
        buf_printf(out,
                   "%s pip install %s--disable-pip-version-check --no-cache-dir "
                   "--target /tmp/proof --index-url %s --trusted-host %.*s %s >&2 ",
                   attempt ? "||" : "{", attempt ? "--no-build-isolation " : "", proof->index_url,
                   STR_ARG(host), proof->package);
    buf_printf(out, "; } && cd /tmp/proof && python3 -c 'import %s; print(%s.hello())'",
               proof->module, proof->module);
}

static json_t *variable(const char *name, const char *value)
{
    json_t *entry = json_object();
    js_set_text(entry, "name", name);
    js_set_text(entry, "value", value);
    return entry;
}

static json_t *password_variable(const struct proof *proof)
{
    json_t *entry = json_object(), *key = json_object(), *from = json_object();
    js_set_text(key, "name", proof->name);
    js_set_text(key, "key", secret_table[SECRET_PYPI_PASSWORD].name);
    js_set(from, "secretKeyRef", key);
    js_set_text(entry, "name", "INDEX_PASSWORD");
    js_set(entry, "valueFrom", from);
    return entry;
}

static json_t *container(const struct proof *proof)
{
    struct buf command = {0};
    json_t *container = json_object(), *words = json_array(), *env = json_array();
    put_command(proof, &command);
    json_array_append_new(words, json_string("sh"));
    json_array_append_new(words, json_string("-c"));
    json_array_append_new(words, json_string(buf_cstr(&command)));
    buf_finish(&command);
    json_array_append_new(env, variable("HOME", "/tmp"));
    if (proof->user[0]) {
        json_array_append_new(env, variable("INDEX_USER", proof->user));
        json_array_append_new(env, password_variable(proof));
    }
    js_set_text(container, "name", "proof");
    js_set_text(container, "image", proof->image);
    js_set(container, "command", words);
    js_set(container, "env", env);
    return container;
}

static json_t *metadata(const struct proof *proof)
{
    json_t *metadata = json_object(), *labels = json_object();
    js_set_text(labels, "app.kubernetes.io/managed-by", "ekshub-tui");
    js_set_text(labels, "app.kubernetes.io/name", "ekshub-proof");
    js_set_text(metadata, "name", proof->name);
    js_set(metadata, "labels", labels);
    return metadata;
}

/* Ends by itself, should nobody be there to delete it. */
json_t *proof_pod(const struct proof *proof)
{
    json_t *pod = json_object(), *spec = json_object(), *containers = json_array();
    json_array_append_new(containers, container(proof));
    js_set(spec, "containers", containers);
    js_set_text(spec, "restartPolicy", "Never");
    js_set_int(spec, "activeDeadlineSeconds", PROOF_PATIENCE_MS / 1000);
    js_set_bool(spec, "automountServiceAccountToken", false);
    js_set_text(pod, "apiVersion", "v1");
    js_set_text(pod, "kind", "Pod");
    js_set(pod, "metadata", metadata(proof));
    js_set(pod, "spec", spec);
    return pod;
}

/* Owned by the pod, so that the cluster removes it with the pod. */
json_t *proof_secret(const struct proof *proof, const char *uid, struct error *err)
{
    struct secrets only = {.generated = {false}};
    json_t *secret = json_object(), *meta = metadata(proof), *owners = json_array();
    json_t *owner = json_object();
    bool ok = secret_copy(&only.items[SECRET_PYPI_PASSWORD], proof->password, err);
    js_set_text(owner, "apiVersion", "v1");
    js_set_text(owner, "kind", "Pod");
    js_set_text(owner, "name", proof->name);
    js_set_text(owner, "uid", uid);
    json_array_append_new(owners, owner);
    js_set(meta, "ownerReferences", owners);
    js_set_text(secret, "apiVersion", "v1");
    js_set_text(secret, "kind", "Secret");
    js_set(secret, "metadata", meta);
    js_set(secret, "stringData", secrets_json(&only));
    secrets_finish(&only);
    if (ok)
        return secret;
    json_decref(secret);
    return NULL;
}
