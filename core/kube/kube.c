/* Requests to an API server and the credentials that they wait for. Plugins are kube_plugin.c's,
 * refusals kube_refusal.c's. */
#include "core/kube/kube.h"

#include <assert.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/kube/kube_private.h"

enum { EARLY_MS = 60000, FILE_MS = 60000, TIMEOUT_MS = 30000 };
static const size_t LARGEST_FAILURE = (size_t)256 << 10;

static int64_t wall_of(const struct kube *kube)
{
    return clock_wall(kube->http->loop->clock);
}

bool kube_init(struct kube *kube, struct http *http, struct kube_access *access, struct error *err)
{
    *kube = (struct kube){.http = http, .access = *access};
    *access = (struct kube_access){.auth = KUBE_AUTH_NONE};
    list_init(&kube->waiting);
    struct str server = str_of(kube->access.server);
    if (str_starts(server, STR("https://")) || str_starts(server, STR("http://")))
        return true;
    error_set(err, ERROR_INPUT, "This is not the address of an API server: %s", server.data);
    kube_finish(kube);
    return false;
}

void kube_finish(struct kube *kube)
{
    if (!kube->http)
        return;
    kube_plugin_finish(kube);
    kube_access_finish(&kube->access);
    secret_finish(&kube->bearer);
    secret_finish(&kube->key);
    buf_finish(&kube->cert_pem);
    *kube = (struct kube){.http = NULL};
}

/* ---- credentials ---- */

/* As in client-go, nothing is proven to a server that does not prove itself. */
bool kube_has_credentials(const struct kube *kube)
{
    return str_starts(str_of(kube->access.server), STR("https://")) &&
           (kube->token || kube->access.auth != KUBE_AUTH_NONE);
}

bool kube_can_renew(const struct kube *kube)
{
    return kube->token || kube->access.auth == KUBE_AUTH_TOKEN_FILE ||
           kube->access.auth == KUBE_AUTH_EXEC;
}

bool kube_is_fresh(const struct kube *kube)
{
    return kube->have_credentials && (!kube->end_ms || wall_of(kube) + EARLY_MS < kube->end_ms);
}

static bool read_token_file(struct kube *kube, struct error *err)
{
    struct buf text = {.data = NULL};
    bool ok = file_read(kube->access.token_file, (size_t)64 << 10, &text, err) ||
              error_wrap(err, "The token of the user \"%s\"", kube->access.user);
    struct str token = str_trim(buf_str(&text));
    if (ok && token.len == 0)
        ok = error_set(err, ERROR_AUTH, "There is no token in %s.", kube->access.token_file);
    ok = ok && secret_set(&kube->bearer, token, err);
    secret_wipe(text.data, text.len);
    buf_finish(&text);
    kube->end_ms = wall_of(kube) + FILE_MS + EARLY_MS;
    return ok;
}

static bool get_now(struct kube *kube, struct error *err)
{
    kube->end_ms = 0;
    if (kube->token)
        return kube->token(kube->context, &kube->bearer, &kube->end_ms, err);
    if (kube->access.auth == KUBE_AUTH_TOKEN_FILE)
        return read_token_file(kube, err);
    return kube->access.auth != KUBE_AUTH_TOKEN ||
           secret_copy(&kube->bearer, &kube->access.token, err);
}

void kube_token_came(struct kube *kube, const struct secret *token, int64_t expires_wall_ms,
                     const struct error *why)
{
    struct error err;
    kube->asking = false;
    kube->have_credentials = token && secret_copy(&kube->bearer, token, &err);
    kube->end_ms = expires_wall_ms;
    kube->generation++;
    kube_dispatch(kube, kube->have_credentials ? NULL : token ? &err : why);
}

enum kube_got kube_renew(struct kube *kube, struct error *err)
{
    kube->have_credentials = false;
    if (kube->asking)
        return KUBE_WAIT;
    if (!kube->token && kube->access.auth == KUBE_AUTH_EXEC) {
        if (kube->plugin.pid > 0 || kube_plugin_start(kube, err))
            return KUBE_WAIT;
        return KUBE_FAILED;
    }
    secret_finish(&kube->bearer);
    if (!get_now(kube, err))
        return KUBE_FAILED;
    kube->asking = kube->token && secret_empty(&kube->bearer);
    if (kube->asking)
        return KUBE_WAIT;
    kube->have_credentials = true;
    kube->generation++;
    return KUBE_GOT;
}

/* ---- requests ---- */

void kube_request_init(struct kube_request *request, const char *method, const char *path)
{
    *request = (struct kube_request){.timeout_ms = TIMEOUT_MS};
    assert(path[0] == '/');
    str_copy(str_of(method), request->method, sizeof request->method);
    (void)buf_text(&request->path, path);
    request->separator = strchr(path, '?') ? "&" : "?";
}

/* All but the unreserved characters (RFC 3986, 2.3). */
static void append_encoded(struct buf *out, struct str text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] && strchr(plain, text.data[i]))
            (void)buf_byte(out, text.data[i]);
        else
            (void)buf_printf(out, "%%%02X", (unsigned char)text.data[i]);
}

void kube_request_segment(struct kube_request *request, struct str segment)
{
    (void)buf_byte(&request->path, '/');
    append_encoded(&request->path, segment);
}

void kube_request_query(struct kube_request *request, const char *name, struct str value)
{
    (void)buf_printf(&request->path, "%s%s=", request->separator, name);
    append_encoded(&request->path, value);
    request->separator = "&";
}

void kube_request_json(struct kube_request *request, json_t *body)
{
    buf_clear(&request->body);
    (void)js_dump(body, &request->body);
    json_decref(body);
}

static void forget_answer(struct kube_request *request)
{
    request->ok = request->asking = false;
    request->status = 0;
    request->reason[0] = '\0';
    request->retry_ms = 0;
    json_decref(request->refusal);
    request->refusal = NULL;
    buf_finish(&request->failure);
    buf_init(&request->failure, LARGEST_FAILURE);
    error_clear(&request->error);
}

static void end(struct kube_request *request)
{
    list_remove(&request->link);
    request->kube = NULL;
    request->done(request);
}

/* The status line of an answer that is still coming. */
static int status_so_far(const struct http_request *http)
{
    struct str line = buf_str(&http->response_headers), word;
    int64_t status = 0;
    (void)str_cut(&line, ' ', &word);
    (void)str_cut(&line, ' ', &word);
    (void)str_to_int64((struct str){word.data, word.len < 3 ? word.len : 3}, &status);
    return (int)status;
}

bool kube_request_accepted(const struct kube_request *request)
{
    int status = status_so_far(&request->http);
    return request->http.http && status >= 200 && status < 300;
}

static void on_data(struct http_request *http, struct str bytes)
{
    struct kube_request *request = container_of(http, struct kube_request, http);
    int status = status_so_far(http);
    if (status >= 200 && status < 300)
        request->data(request, bytes);
    else if (request->failure.len + bytes.len <= LARGEST_FAILURE)
        (void)buf_append(&request->failure, bytes);
}

static bool go_on(struct kube_request *request, struct error *err);

static void on_done(struct http_request *http)
{
    struct kube_request *request = container_of(http, struct kube_request, http);
    struct kube *kube = request->kube;
    int64_t seconds;
    request->status = http->status;
    if (http->status == 401 && !request->renewed && kube_has_credentials(kube) &&
        kube_can_renew(kube)) {
        request->renewed = true;
        if (request->generation == kube->generation)
            kube->have_credentials = false;
        forget_answer(request);
        if (!go_on(request, &request->error))
            end(request);
        return;
    }
    if (str_to_int64(http_response_header(http, "Retry-After"), &seconds) && seconds > 0)
        request->retry_ms = (seconds < 600 ? seconds : 600) * 1000;
    request->ok = !http->failed && http->status >= 200 && http->status < 300;
    if (http->failed)
        request->error = http->error;
    else if (!request->ok)
        kube_request_refused(request,
                             request->data ? buf_str(&request->failure) : buf_str(&http->response));
    end(request);
}

bool kube_prepare(struct kube *kube, struct http_request *http, struct error *err)
{
    http->ca_pem = kube->access.ca_pem.len > 0 ? buf_cstr(&kube->access.ca_pem) : NULL;
    http->insecure = kube->access.insecure;
    http->server_name = kube->access.tls_server_name;
    http->proxy = kube->access.proxy_url;
    if (!kube_has_credentials(kube))
        return true;
    bool own = secret_empty(&kube->key);
    http->client_pem = buf_cstr(own ? &kube->access.client_cert_pem : &kube->cert_pem);
    http->client_key = own ? &kube->access.client_key : &kube->key;
    return secret_empty(&kube->bearer) ||
           http_secret_header(http, "Authorization", STR("Bearer "), &kube->bearer, err);
}

static bool send_now(struct kube_request *request, struct error *err)
{
    struct kube *kube = request->kube;
    struct http_request *http = &request->http;
    char *url = alloc_printf("%s%s", kube->access.server, buf_cstr(&request->path));
    http_request_finish(http);
    http_request_init(http, request->method, url);
    free(url);
    http->timeout_ms = request->timeout_ms;
    http->max_body = request->max_body;
    http->data = request->data ? on_data : NULL;
    http->done = on_done;
    http_header(http, "Accept", str_of(request->accept ? request->accept : "application/json"));
    if (request->body.len > 0)
        http_header(http, "Content-Type", STR("application/json"));
    (void)buf_append(&http->body, buf_str(&request->body));
    request->generation = kube->generation;
    return kube_prepare(kube, http, err) && http_send(kube->http, http, err);
}

/* Sends it, or lets it wait for credentials. */
static bool go_on(struct kube_request *request, struct error *err)
{
    struct kube *kube = request->kube;
    if (!kube_has_credentials(kube) || kube_is_fresh(kube))
        return send_now(request, err);
    switch (kube_renew(kube, err)) {
    case KUBE_GOT:
        return send_now(request, err);
    case KUBE_WAIT:
        list_insert(&kube->waiting, &request->link);
        return true;
    case KUBE_FAILED:
        break;
    }
    return false;
}

void kube_dispatch(struct kube *kube, const struct error *err)
{
    struct list batch;
    list_init(&batch);
    while (!list_empty(&kube->waiting)) {
        struct list *first = kube->waiting.next;
        list_remove(first);
        list_insert(&batch, first);
    }
    while (!list_empty(&batch)) {
        struct kube_request *request = container_of(batch.next, struct kube_request, link);
        list_remove(&request->link);
        if (err)
            request->error = *err;
        if (err || !send_now(request, &request->error))
            end(request);
    }
}

bool kube_request_send(struct kube *kube, struct kube_request *request, struct error *err)
{
    assert(!request->kube && request->done);
    forget_answer(request);
    request->renewed = false;
    request->kube = kube;
    if (go_on(request, err))
        return true;
    request->kube = NULL;
    return false;
}

void kube_request_cancel(struct kube_request *request)
{
    http_cancel(&request->http);
    list_remove(&request->link);
    request->kube = NULL;
}

void kube_request_finish(struct kube_request *request)
{
    kube_request_cancel(request);
    http_request_finish(&request->http);
    buf_finish(&request->path);
    buf_finish(&request->body);
    buf_finish(&request->failure);
    json_decref(request->refusal);
    request->refusal = NULL;
}
