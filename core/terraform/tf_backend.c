/* The override file, as JSON. */
#include "core/terraform/tf_backend.h"

#include <errno.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/json.h"
#include "core/base/paths.h"

enum { OVERRIDE_MAX = 64 << 10 };

static const char comment[] =
    "Written by ekshub-tui, which writes it anew. By hand: terraform init -reconfigure "
    "-backend-config=profile=NAME";

static void add_endpoint(const struct tf_backend *backend, json_t *endpoints, const char *service)
{
    char url[96];
    snprintf(url, sizeof url, "http://%s.%s.amazonaws.com", service, backend->region);
    js_set_text(endpoints, service, url);
}

static void add_endpoints(const struct tf_backend *backend, json_t *config)
{
    json_t *endpoints = json_object();
    add_endpoint(backend, endpoints, "s3");
    add_endpoint(backend, endpoints, "sts");
    js_set(config, "endpoints", endpoints);
}

/* The name of the operator's profile is not the deployment's: terraform is told at init. */
static json_t *s3_config(const struct tf_backend *backend, const char *name)
{
    json_t *config = json_object();
    js_set_text(config, "bucket", backend->bucket);
    js_set_text(config, "key", name);
    js_set_text(config, "region", backend->region);
    if (backend->path_style)
        js_set_bool(config, "use_path_style", true);
    if (backend->in_clear)
        add_endpoints(backend, config);
    return config;
}

static json_t *hcp_config(const struct tf_backend *backend, const char *name)
{
    json_t *config = json_object(), *workspace = json_object();
    js_set_text(config, "organization", backend->organization);
    js_set_text(workspace, "name", name);
    js_set(config, "workspaces", workspace);
    return config;
}

static json_t *own_state(const struct tf_backend *backend)
{
    json_t *kinds = json_object();
    if (backend->kind == TF_BACKEND_HCP) {
        js_set(kinds, "remote", hcp_config(backend, backend->name));
        return kinds;
    }
    json_t *config = s3_config(backend, backend->name);
    js_set_bool(config, "encrypt", true);
    js_set_bool(config, "use_lockfile", true);
    js_set(kinds, "s3", config);
    return kinds;
}

/* How the root finds the state that it stands on. */
static json_t *state_below(const struct tf_backend *backend)
{
    json_t *source = json_object(), *config;
    bool hcp = backend->kind == TF_BACKEND_HCP;
    config = hcp ? hcp_config(backend, backend->below) : s3_config(backend, backend->below);
    if (!hcp)
        js_set_text(config, "profile", "${var.profile == \"\" ? null : var.profile}");
    js_set_text(source, "backend", hcp ? "remote" : "s3");
    js_set(source, "config", config);
    return source;
}

static json_t *nested(const char *key, json_t *value)
{
    json_t *object = json_object();
    js_set(object, key, value);
    return object;
}

static bool dump(const struct tf_backend *backend, struct buf *out)
{
    json_t *document = nested("//", json_string(comment));
    js_set(document, "terraform", nested("backend", own_state(backend)));
    if (*backend->below)
        js_set(document, "data",
               nested("terraform_remote_state", nested("eks", state_below(backend))));
    bool ok = js_dump(document, out) && buf_byte(out, '\n');
    json_decref(document);
    return ok;
}

static bool path_of(const char *dir, char out[PATH_MAX], struct error *err)
{
    return path_format(out, err, "%s/" TF_BACKEND_FILE, dir);
}

bool tf_backend_is_remote(const char *dir)
{
    char path[PATH_MAX];
    return path_of(dir, path, NULL) && file_exists(path);
}

bool tf_backend_stands(const struct tf_backend *backend, const char *dir)
{
    char path[PATH_MAX];
    struct buf text = {0};
    if (backend->kind == TF_BACKEND_LOCAL)
        return !tf_backend_is_remote(dir);
    bool read = path_of(dir, path, NULL) && file_read(path, OVERRIDE_MAX, &text, NULL);
    json_t *document = read ? js_parse(buf_str(&text), NULL) : NULL;
    const json_t *s3 = js_get(document, "terraform.backend.s3");
    const json_t *hcp = js_get(document, "terraform.backend.remote");
    bool same = backend->kind == TF_BACKEND_S3
                    ? strcmp(js_text(s3, "bucket"), backend->bucket) == 0 &&
                          strcmp(js_text(s3, "key"), backend->name) == 0
                    : strcmp(js_text(hcp, "organization"), backend->organization) == 0 &&
                          strcmp(js_text(hcp, "workspaces.name"), backend->name) == 0;
    json_decref(document);
    buf_finish(&text);
    return same;
}

bool tf_backend_write(const struct tf_backend *backend, const char *dir, struct error *err)
{
    char path[PATH_MAX];
    struct buf text = {0};
    if (!path_of(dir, path, err))
        return false;
    if (backend->kind == TF_BACKEND_LOCAL)
        return unlink(path) == 0 || errno == ENOENT ||
               error_errno(err, "%s cannot be removed", path);
    bool ok = dump(backend, &text) ? file_write(path, buf_str(&text), 0600, err)
                                   : error_set(err, ERROR_SYSTEM, "Out of memory");
    buf_finish(&text);
    return ok;
}
