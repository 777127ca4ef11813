/* Is what a run needs within reach: S3, and the registry of terraform's providers or a mirror of
 * it? Plain HTTPS without credentials; any answer of the other side will do for S3. */
#include "core/base/json.h"
#include "core/base/paths.h"
#include "core/session/checks_work.h"

#include "core/base/alloc.h"

enum { CLI_CONFIG_MAX = 256 << 10 };

static bool get(struct checks_work *work, struct http_request *request, const char *method,
                const char *url, void (*done)(struct http_request *request), struct error *err)
{
    http_request_init(request, method, url);
    request->timeout_ms = CHECKS_PATIENCE_MS;
    request->max_body = 64 << 10;
    request->done = done;
    return http_send(work->http, request, err);
}

static bool answered(const struct http_request *request)
{
    return !request->failed && request->status < 500 && request->status != 407;
}

/* Why not, in words. */
const char *checks_why_not(const struct http_request *request, char out[80])
{
    if (request->failed)
        return request->error.text;
    snprintf(out, 80,
             request->status == 407 ? "the proxy wants to know who you are (HTTP %d)."
                                    : "it answered with HTTP %d.",
             request->status);
    return out;
}

/* ---- S3 ---- */

static void s3_known(struct http_request *request)
{
    struct checks_work *work = container_of(request, struct checks_work, reach.s3);
    char why[80];
    if (answered(request)) {
        checks_end(work, CHECK_S3, CHECK_PASS, "S3 answers in %s", work->checks->region);
        return;
    }
    work->checks->items[CHECK_S3].kind = ERROR_NETWORK;
    checks_hint(work, CHECK_S3, "Packages are kept there. Look at proxy, firewall and endpoints.");
    checks_end(work, CHECK_S3, CHECK_FAIL, "S3 was not reached: %s", checks_why_not(request, why));
}

void checks_start_s3(struct checks_work *work)
{
    struct endpoint endpoint;
    struct error err;
    char url[512];
    if (!work->checks->region[0]) {
        checks_end(work, CHECK_S3, CHECK_SKIP, "Needs a region.");
        return;
    }
    bool ok = endpoint_for(&work->aws.endpoints, AWS_S3, work->checks->region, &endpoint, &err);
    snprintf(url, sizeof url, "%s/", ok ? endpoint.url : "");
    if (!ok || !get(work, &work->reach.s3, "HEAD", url, s3_known, &err))
        checks_fail(work, CHECK_S3, &err);
}

/* ---- the provider registry, or a mirror ---- */

/* `word = "value"` behind `block`; comments are not understood, a wrong guess only warns. */
static bool setting(struct str text, const char *block, const char *word, char *out,
                    size_t capacity)
{
    struct str rest, value;
    ptrdiff_t at = str_find(text, str_of(block));
    if (at < 0)
        return false;
    rest = str_skip(text, (size_t)at);
    at = str_find(rest, str_of(word));
    rest = str_skip(rest, at < 0 ? rest.len : (size_t)at + strlen(word));
    return str_cut(&rest, '"', &value) && str_is(str_trim(value), "=") &&
           str_cut(&rest, '"', &value) && str_copy(value, out, capacity);
}

static void read_cli_config(const struct checks_work *work, struct buf *text)
{
    const char *named = work->place->lookup("TF_CLI_CONFIG_FILE");
    char path[PATH_MAX];
    if (named && named[0])
        str_copy(str_of(named), path, sizeof path);
    else if (!path_format(path, NULL, "%s/.terraformrc", work->place->home))
        return;
    file_read(path, CLI_CONFIG_MAX, text, NULL);
}

static void registry_known(struct http_request *request)
{
    struct checks_work *work = container_of(request, struct checks_work, reach.registry);
    const char *host = work->reach.registry_host;
    char why[80];
    if (answered(request) && request->status < 400) {
        checks_end(work, CHECK_REGISTRY, CHECK_PASS, "%s answers", host);
        return;
    }
    checks_hint(work, CHECK_REGISTRY,
                "terraform fetches its providers there, unless it has them. "
                "Look at HTTPS_PROXY, or name a mirror in ~/.terraformrc.");
    checks_end(work, CHECK_REGISTRY, CHECK_WARN, "%s was not reached: %s", host,
               answered(request) ? "it answered with an error." : checks_why_not(request, why));
}

/* The mirror's own index is the one address that every network mirror has to answer. */
static void registry_url(struct checks_work *work, struct str config, char url[512])
{
    const char *host = work->terraform.tofu ? "registry.opentofu.org" : "registry.terraform.io";
    char mirror[300];
    if (!setting(config, "network_mirror", "url", mirror, sizeof mirror)) {
        str_copy(str_of(host), work->reach.registry_host, sizeof work->reach.registry_host);
        snprintf(url, 512, "https://%s/.well-known/terraform.json", host);
        return;
    }
    struct str rest = str_of(mirror), name;
    bool slash = str_ends(rest, STR("/"));
    snprintf(url, 512, "%s%s%s/hashicorp/aws/index.json", mirror, slash ? "" : "/", host);
    str_cut(&rest, '/', &name);
    rest = str_skip(rest, 1);
    str_cut(&rest, '/', &name);
    str_copy(name, work->reach.registry_host, sizeof work->reach.registry_host);
}

void checks_start_registry(struct checks_work *work)
{
    struct buf config = {0};
    struct error err;
    char url[512], path[300];
    read_cli_config(work, &config);
    if (setting(buf_str(&config), "filesystem_mirror", "path", path, sizeof path)) {
        checks_end(work, CHECK_REGISTRY, CHECK_PASS, "providers come from the mirror at %s", path);
    } else {
        registry_url(work, buf_str(&config), url);
        if (!get(work, &work->reach.registry, "GET", url, registry_known, &err)) {
            checks_hint(work, CHECK_REGISTRY, "%s", err.hint);
            checks_end(work, CHECK_REGISTRY, CHECK_WARN, "%s", err.text);
        }
    }
    buf_finish(&config);
}

void checks_finish_reach(struct checks_work *work)
{
    http_request_finish(&work->reach.s3);
    http_request_finish(&work->reach.registry);
}
