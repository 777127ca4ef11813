/* libcurl on the loop: its sockets are watches, its timeout is a timer. libcurl refuses calls from
 * inside its own callbacks, so nothing that belongs to an owner is called before it has returned.
 */
#include "core/io/http.h"

#include <assert.h>

#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/io/curl_api.h"
#include "core/io/http_error.h"
#include "core/io/http_setup.h"

static const size_t MAX_BODY = (size_t)8 << 20;
static const size_t MAX_HEADERS = (size_t)256 << 10;

struct socket {
    struct list link;
    struct watch watch;
    struct http *http;
};

static void socket_destroy(struct socket *socket)
{
    loop_unwatch(socket->http->loop, &socket->watch);
    list_remove(&socket->link);
    free(socket);
}

static int64_t now_of(const struct http *http)
{
    return clock_now(http->loop->clock);
}

/* Without the query: it may carry a signature. */
static void log_end(const struct http_request *request)
{
    struct str rest = buf_str(&request->url), address;
    (void)str_cut(&rest, '?', &address);
    log_line("%s %.*s: %d in %lld ms %s", request->method, STR_ARG(address), request->status,
             (long long)(request->ended_ms - request->began_ms),
             request->failed ? request->error.text : "");
}

static void release(struct http_request *request)
{
    const struct curl_api *api = curl_api(NULL);
    if (request->easy)
        (void)api->multi_remove_handle(request->http->multi, request->easy);
    http_teardown(api, request);
}

static void complete(struct http_request *request, CURLcode code)
{
    const struct curl_api *api = curl_api(NULL);
    long status = 0, os_errno = 0, proxy_status = 0;
    curl_off_t connected_us = 0;
    (void)api->easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)api->easy_getinfo(request->easy, CURLINFO_OS_ERRNO, &os_errno);
    (void)api->easy_getinfo(request->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    (void)api->easy_getinfo(request->easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
    /* libcurl takes headers that break off for all there were */
    if (code == CURLE_OK && !request->headed && !request->connect_only)
        code = CURLE_PARTIAL_FILE;
    request->ended_ms = now_of(request->http);
    request->status = (int)status;
    request->proxy_status = (int)proxy_status;
    request->connected = connected_us > 0;
    request->failed = code != CURLE_OK;
    if (request->failed)
        http_error_set(request, code, code == CURLE_COULDNT_CONNECT ? (int)os_errno : 0);
    log_end(request);
    if (request->failed || !request->connect_only)
        release(request);
    list_remove(&request->link);
    list_insert(&request->http->ended, &request->link);
    loop_after(request->http->loop, &request->http->delivery, 0);
}

/* Lets libcurl work on one of its sockets or timeouts and takes what that completed. */
static void act(struct http *http, curl_socket_t fd, int events)
{
    const struct curl_api *api = curl_api(NULL);
    int running, left;
    CURLMsg *message;
    (void)api->multi_socket_action(http->multi, fd, events, &running);
    while ((message = api->multi_info_read(http->multi, &left))) {
        struct http_request *request = NULL;
        CURLcode code = message->data.result; /* gone once the handle is released */
        if (message->msg != CURLMSG_DONE)
            continue;
        (void)api->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
        complete(request, code);
    }
}

static void socket_ready(struct watch *watch, short revents)
{
    struct socket *socket = container_of(watch, struct socket, watch);
    int events = 0;
    if (revents & (POLLIN | POLLHUP))
        events |= CURL_CSELECT_IN;
    if (revents & POLLOUT)
        events |= CURL_CSELECT_OUT;
    if (revents & (POLLERR | POLLNVAL))
        events |= CURL_CSELECT_ERR;
    act(socket->http, watch->fd, events);
}

static void timer_fire(struct timer *timer)
{
    act(container_of(timer, struct http, timer), CURL_SOCKET_TIMEOUT, 0);
}

static int socket_changed(CURL *easy, curl_socket_t fd, int what, void *user, void *known)
{
    (void)easy;
    struct http *http = user;
    struct socket *socket = known;
    if (what == CURL_POLL_REMOVE) {
        (void)curl_api(NULL)->multi_assign(http->multi, fd, NULL);
        if (socket)
            socket_destroy(socket);
        return 0;
    }
    int events = (what & CURL_POLL_IN ? POLLIN : 0) | (what & CURL_POLL_OUT ? POLLOUT : 0);
    if (socket) {
        loop_change(http->loop, &socket->watch, (short)events);
        return 0;
    }
    socket = alloc_zeroed(1, sizeof *socket);
    *socket = (struct socket){.watch = {.ready = socket_ready}, .http = http};
    list_insert(&http->sockets, &socket->link);
    loop_watch(http->loop, &socket->watch, fd, (short)events);
    (void)curl_api(NULL)->multi_assign(http->multi, fd, socket);
    return 0;
}

static int timeout_changed(CURLM *multi, long ms, void *user)
{
    (void)multi;
    struct http *http = user;
    if (ms < 0)
        loop_cancel(http->loop, &http->timer);
    else
        loop_after(http->loop, &http->timer, ms);
    return 0;
}

/* Trailers come here too; they are kept like headers. */
size_t http_header_came(char *bytes, size_t size, size_t count, void *user)
{
    struct http_request *request = user;
    struct str line = {bytes, size * count};
    if (str_starts(line, STR("HTTP/"))) {
        buf_clear(&request->response_headers);
        request->headed = false;
    }
    if (str_trim(line).len == 0)
        request->headed = true;
    if (buf_append(&request->response_headers, line))
        return line.len;
    request->overflow = true;
    request->limit = MAX_HEADERS;
    return 0;
}

size_t http_body_came(char *bytes, size_t size, size_t count, void *user)
{
    struct http_request *request = user;
    struct str body = {bytes, size * count};
    if (!buf_append(&request->response, body)) {
        request->overflow = true;
        return 0;
    }
    if (request->data)
        loop_after(request->http->loop, &request->http->delivery, 0);
    return body.len;
}

static struct http_request *first_with_data(struct list *requests)
{
    list_each (node, requests) {
        struct http_request *request = container_of(node, struct http_request, link);
        if (request->data && request->response.len > 0)
            return request;
    }
    return NULL;
}

/* The owner may do anything to the request, so the bytes are taken from it first. */
static void hand_out(struct http_request *request)
{
    struct buf bytes = request->response;
    buf_init(&request->response, bytes.max);
    request->data(request, buf_str(&bytes));
    buf_finish(&bytes);
}

static void hand_over(struct http_request *request)
{
    list_remove(&request->link);
    if (!request->easy)
        request->http = NULL;
    request->done(request);
}

/* Looks again from the start after every callback: any of them may have removed any request, or
 * finished all of it. */
static void deliver(struct timer *timer)
{
    struct http *http = container_of(timer, struct http, delivery);
    bool gone = false;
    for (;;) {
        struct http_request *request = first_with_data(&http->requests);
        if (!request)
            request = first_with_data(&http->ended);
        bool data = request != NULL;
        if (!data && list_empty(&http->ended))
            return;
        http->gone = &gone;
        if (data)
            hand_out(request);
        else
            hand_over(container_of(http->ended.next, struct http_request, link));
        if (gone)
            return;
        http->gone = NULL;
    }
}

void http_init(struct http *http, struct loop *loop, const struct http_route *route)
{
    *http = (struct http){.loop = loop,
                          .route = *route,
                          .timer = {.fire = timer_fire},
                          .delivery = {.fire = deliver}};
    list_init(&http->sockets);
    list_init(&http->requests);
    list_init(&http->ended);
}

static void cancel_all(struct list *requests)
{
    while (!list_empty(requests))
        http_cancel(container_of(requests->next, struct http_request, link));
}

void http_finish(struct http *http)
{
    if (!http->loop)
        return;
    if (http->gone)
        *http->gone = true;
    cancel_all(&http->requests);
    cancel_all(&http->ended);
    if (http->multi)
        (void)curl_api(NULL)->multi_cleanup(http->multi);
    list_each_safe (node, following, &http->sockets)
        socket_destroy(container_of(node, struct socket, link));
    loop_cancel(http->loop, &http->timer);
    loop_cancel(http->loop, &http->delivery);
    *http = (struct http){.loop = NULL};
}

static bool make_multi(struct http *http, const struct curl_api *api, struct error *err)
{
    if (http->multi)
        return true;
    http->multi = api->multi_init();
    if (!http->multi)
        return error_set(err, ERROR_SYSTEM, "libcurl cannot be set up.");
    (void)api->multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
    (void)api->multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    (void)api->multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, timeout_changed);
    (void)api->multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    return true;
}

static bool can_be_sent(const struct http_request *request, struct error *err)
{
    struct str url = buf_str(&request->url);
    if (request->invalid)
        return error_set(err, ERROR_INPUT, "A header of the request to %s has a line break.",
                         buf_cstr(&request->url));
    bool good = str_starts(url, STR("https://")) || str_starts(url, STR("http://"));
    for (size_t i = 0; i < url.len; i++)
        good = good && (unsigned char)url.data[i] > ' ' && url.data[i] != 0x7f;
    if (good)
        return true;
    struct buf shown = {.data = NULL};
    (void)buf_sanitised(&shown, url, false);
    (void)error_set(err, ERROR_INPUT, "This is not an http or https address: %s", buf_cstr(&shown));
    buf_finish(&shown);
    return false;
}

static void forget_answer(struct http_request *request)
{
    request->limit = request->max_body ? request->max_body : MAX_BODY;
    buf_finish(&request->response_headers);
    buf_finish(&request->response);
    buf_init(&request->response_headers, MAX_HEADERS);
    buf_init(&request->response, request->data ? BUF_MAX_DEFAULT : request->limit);
    request->status = request->proxy_status = 0;
    request->timed_out = request->lasting = false;
    request->failed = request->overflow = request->connected = request->headed = false;
    request->detail[0] = '\0';
    error_clear(&request->error);
}

/* Whether the route's own resolver knows the host. */
static bool is_known(const struct http_route *route, const struct http_request *request)
{
    struct str rest = http_host(request), name;
    if (!route->resolves)
        return true;
    (void)str_cut(&rest, ':', &name);
    char *host = alloc_copy(name);
    bool known = route->resolves(host);
    free(host);
    return known;
}

/* Ends as libcurl would end it; `done` comes from the loop all the same. */
static void end_unresolved(struct http *http, struct http_request *request)
{
    request->http = http;
    request->began_ms = request->ended_ms = now_of(http);
    request->failed = true;
    http_error_set(request, CURLE_COULDNT_RESOLVE_HOST, 0);
    log_end(request);
    list_insert(&http->ended, &request->link);
    loop_after(http->loop, &http->delivery, 0);
}

bool http_send(struct http *http, struct http_request *request, struct error *err)
{
    assert(http->loop && !request->http && request->done);
    const struct curl_api *api = curl_api(err);
    if (!api || !can_be_sent(request, err) || !make_multi(http, api, err))
        return false;
    forget_answer(request);
    if (!is_known(&http->route, request)) {
        end_unresolved(http, request);
        return true;
    }
    if (!http_setup(api, &http->route, request, err))
        return false;
    request->http = http;
    request->began_ms = request->ended_ms = now_of(http);
    list_insert(&http->requests, &request->link);
    if (api->multi_add_handle(http->multi, request->easy) == CURLM_OK)
        return true;
    http_cancel(request);
    return error_set(err, ERROR_SYSTEM, "libcurl cannot take another request.");
}

void http_cancel(struct http_request *request)
{
    if (!request->http)
        return;
    release(request);
    list_remove(&request->link);
    request->http = NULL;
}
