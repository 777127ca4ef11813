/* Options and header lists of one transfer. */
#include "core/io/http_setup.h"

#include <assert.h>

#include "core/base/alloc.h"
#include "core/io/http_error.h"

enum { CONNECT_MS = 10000 };

/* What libcurl keeps of one stream of HTTP/2 while it reads another. When the last bytes of an
 * answer find it full, libcurl 7.88 does not see the end of that stream before something else comes
 * over the connection, which may be a minute. This is the largest that it takes; pages that are
 * never touched cost nothing. */
#define ROOM (512L << 10)

static void list_add(const struct curl_api *api, struct http_request *request, const char *line)
{
    struct curl_slist *grown = api->slist_append(request->header_list, line);
    assert(grown);
    request->header_list = grown;
}

/* "Name: value" for libcurl; "Name;" is how it spells a header that is there without a value. */
static void add_line(const struct curl_api *api, struct http_request *request, struct str line)
{
    char *copy = alloc_copy(line);
    if (str_ends(line, STR(": "))) {
        copy[line.len - 2] = ';';
        copy[line.len - 1] = '\0';
    }
    list_add(api, request, copy);
    secret_wipe(copy, line.len);
    free(copy);
}

static bool add_lines(const struct curl_api *api, struct http_request *request, struct str lines,
                      const char *looked_for)
{
    bool found = false;
    struct str line, name;
    while (lines.len > 0) {
        (void)str_cut(&lines, '\n', &line);
        add_line(api, request, line);
        (void)str_cut(&line, ':', &name);
        found = found || str_eq_nocase(name, str_of(looked_for));
    }
    return found;
}

static void set_headers(const struct curl_api *api, struct http_request *request)
{
    bool typed = add_lines(api, request, buf_str(&request->headers), "Content-Type");
    if (!secret_empty(&request->secret_headers))
        (void)add_lines(api, request, secret_expose(&request->secret_headers), "");
    /* no waiting for 100 Continue, and no type that nobody chose */
    list_add(api, request, "Expect:");
    if (!typed)
        list_add(api, request, "Content-Type:");
}

/* The first failure counts: nothing is set after it. */
#define SET(option, value)                                                                         \
    (void)(code == CURLE_OK && (code = api->easy_setopt(request->easy, option, value)) == CURLE_OK)

static CURLcode set_method(const struct curl_api *api, struct http_request *request)
{
    CURLcode code = CURLE_OK;
    struct str method = str_of(request->method), body = buf_str(&request->body);
    if (!secret_empty(&request->secret_body))
        body = secret_expose(&request->secret_body);
    bool has_body =
        body.len > 0 || str_is(method, "POST") || str_is(method, "PUT") || str_is(method, "PATCH");
    if (has_body) {
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
        SET(CURLOPT_POSTFIELDS, body.data);
    }
    if (str_is(method, "HEAD"))
        SET(CURLOPT_NOBODY, 1L);
    else
        SET(CURLOPT_CUSTOMREQUEST, request->method);
    return code;
}

/* The system's directory of CAs would still be trusted beside a file or blob: it is switched off.
 */
static CURLcode set_trust(const struct curl_api *api, const struct http_route *route,
                          struct http_request *request)
{
    CURLcode code = CURLE_OK;
    if (request->ca_pem) {
#if LIBCURL_VERSION_NUM >= 0x074d00
        struct curl_blob blob = {.data = NULL, .len = strlen(request->ca_pem)};
        memcpy(&blob.data, &request->ca_pem, sizeof blob.data);
        blob.flags = CURL_BLOB_COPY;
        SET(CURLOPT_CAPATH, NULL);
        SET(CURLOPT_CAINFO, NULL);
        SET(CURLOPT_CAINFO_BLOB, &blob);
#else
        code = CURLE_NOT_BUILT_IN;
#endif
    } else if (route->ca_file[0]) {
        SET(CURLOPT_CAPATH, NULL);
        SET(CURLOPT_CAINFO, route->ca_file);
    }
    if (request->insecure) {
        SET(CURLOPT_SSL_VERIFYPEER, 0L);
        SET(CURLOPT_SSL_VERIFYHOST, 0L);
    }
    return code;
}

static CURLcode set_identity(const struct curl_api *api, struct http_request *request)
{
    CURLcode code = CURLE_OK;
    if (!request->client_pem || !request->client_pem[0] || !request->client_key)
        return code;
#if LIBCURL_VERSION_NUM >= 0x074700
    struct str key = secret_expose(request->client_key);
    struct curl_blob blob = {.data = NULL, .len = strlen(request->client_pem)};
    memcpy(&blob.data, &request->client_pem, sizeof blob.data);
    blob.flags = CURL_BLOB_COPY;
    SET(CURLOPT_SSLCERT_BLOB, &blob);
    memcpy(&blob.data, &key.data, sizeof blob.data);
    blob.len = key.len;
    SET(CURLOPT_SSLKEY_BLOB, &blob);
#else
    code = CURLE_NOT_BUILT_IN;
#endif
    return code;
}

/* libcurl takes the name for TLS from the address alone: the address gets that name, the Host
 * header and the connection keep the host. */
static CURLcode set_address(const struct curl_api *api, const struct http_route *route,
                            struct http_request *request)
{
    CURLcode code = CURLE_OK;
    const char *name = request->server_name;
    if (!name || !name[0]) {
        SET(CURLOPT_URL, buf_cstr(&request->url));
        return code;
    }
    struct str url = buf_str(&request->url), host = http_host(request);
    struct str rest = str_skip(url, (size_t)(host.data - url.data) + host.len);
    char *address =
        alloc_printf("%.*s%s%.*s", (int)(host.data - url.data), url.data, name, STR_ARG(rest));
    char *header = alloc_printf("Host: %.*s", STR_ARG(host));
    char *target = alloc_printf("::%.*s", STR_ARG(host));
    list_add(api, request, header);
    SET(CURLOPT_URL, address);
    if (!route->port) {
        request->connect_list = api->slist_append(NULL, target);
        SET(CURLOPT_CONNECT_TO, request->connect_list);
    }
    free(address);
    free(header);
    free(target);
    return code;
}

static CURLcode set_route(const struct curl_api *api, const struct http_route *route,
                          struct http_request *request)
{
    CURLcode code = CURLE_OK;
    if (route->port)
        SET(CURLOPT_PROXY, "");
    if (route->port && !str_starts(http_host(request), STR("127.0.0.1:"))) {
        char target[64];
        (void)snprintf(target, sizeof target, "::127.0.0.1:%d", route->port);
        request->connect_list = api->slist_append(NULL, target);
        SET(CURLOPT_CONNECT_TO, request->connect_list);
    } else if (request->proxy && request->proxy[0]) {
        SET(CURLOPT_PROXY, request->proxy);
    }
    if (route->user_agent[0])
        SET(CURLOPT_USERAGENT, route->user_agent);
    return code;
}

static CURLcode set_common(const struct curl_api *api, struct http_request *request)
{
    CURLcode code = CURLE_OK;
    SET(CURLOPT_PRIVATE, request);
    SET(CURLOPT_ERRORBUFFER, request->detail);
    SET(CURLOPT_PATH_AS_IS, 1L); /* what was signed is what is sent */
    SET(CURLOPT_HTTPHEADER, request->header_list);
    SET(CURLOPT_HEADERFUNCTION, http_header_came);
    SET(CURLOPT_HEADERDATA, request);
    SET(CURLOPT_WRITEFUNCTION, http_body_came);
    SET(CURLOPT_WRITEDATA, request);
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    /* requests that begin together share one connection where HTTP/2 is offered; whether it is,
     * the TLS handshake tells */
    if (str_starts(buf_str(&request->url), STR("https://"))) {
        SET(CURLOPT_PIPEWAIT, 1L);
        SET(CURLOPT_BUFFERSIZE, ROOM);
    }
    if (request->connect_only) {
        SET(CURLOPT_CONNECT_ONLY, 1L);
        SET(CURLOPT_HTTPPROXYTUNNEL, 1L);
        SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1); /* HTTP/2 has no Upgrade */
    }
    SET(CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(request->connect_ms ? request->connect_ms : CONNECT_MS));
#if LIBCURL_VERSION_NUM >= 0x075700
    /* otherwise cancelling waits for a name lookup that still runs; older versions do not know it
     */
    (void)api->easy_setopt(request->easy, CURLOPT_QUICK_EXIT, 1L);
#endif
    return code;
}

#undef SET

bool http_setup(const struct curl_api *api, const struct http_route *route,
                struct http_request *request, struct error *err)
{
    request->easy = api->easy_init();
    if (!request->easy)
        return error_set(err, ERROR_SYSTEM, "libcurl cannot make a request.");
    set_headers(api, request);
    CURLcode code = set_address(api, route, request);
    if (code == CURLE_OK)
        code = set_common(api, request);
    if (code == CURLE_OK)
        code = set_identity(api, request);
    if (code == CURLE_OK)
        code = set_method(api, request);
    if (code == CURLE_OK)
        code = set_trust(api, route, request);
    if (code == CURLE_OK)
        code = set_route(api, route, request);
    if (code == CURLE_OK)
        return true;
    if (code == CURLE_UNKNOWN_OPTION)
        code = CURLE_NOT_BUILT_IN;
    http_error_set(request, code, 0);
    if (err)
        *err = request->error;
    http_teardown(api, request);
    return false;
}

void http_teardown(const struct curl_api *api, struct http_request *request)
{
    if (request->easy)
        api->easy_cleanup(request->easy);
    for (struct curl_slist *line = request->header_list; line; line = line->next)
        secret_wipe(line->data, strlen(line->data));
    if (request->header_list)
        api->slist_free_all(request->header_list);
    if (request->connect_list)
        api->slist_free_all(request->connect_list);
    request->easy = request->header_list = request->connect_list = NULL;
}
