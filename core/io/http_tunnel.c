/* libcurl connects (CURLOPT_CONNECT_ONLY); the request and all that follows it go through
 * curl_easy_send and curl_easy_recv when the socket is ready. */
#include "core/io/http_tunnel.h"

#include <assert.h>

#include "core/base/alloc.h"
#include "core/io/curl_api.h"
#include "core/io/http_error.h"

enum { PATIENCE_MS = 30000, PIECE = 16384 };
static const size_t LARGEST_HEAD = (size_t)64 << 10, MOST_WAITING = (size_t)16 << 20;

static struct loop *loop_of(const struct http_tunnel *tunnel)
{
    return tunnel->http.loop;
}

/* ---- ends ---- */

static void end(struct http_tunnel *tunnel)
{
    if (tunnel->over)
        return;
    tunnel->over = true;
    tunnel->open = false;
    loop_unwatch(loop_of(tunnel), &tunnel->watch);
    loop_cancel(loop_of(tunnel), &tunnel->timer);
    tunnel->closed(tunnel);
}

static void break_off(struct http_tunnel *tunnel, CURLcode code)
{
    tunnel->request.ended_ms = clock_now(loop_of(tunnel)->clock);
    http_error_set(&tunnel->request, code, 0);
    tunnel->error = tunnel->request.error;
    end(tunnel);
}

/* ---- writing ---- */

static struct str to_be_sent(const struct http_tunnel *tunnel)
{
    struct str head = secret_expose(&tunnel->head);
    return tunnel->head_sent < head.len ? str_skip(head, tunnel->head_sent) : buf_str(&tunnel->out);
}

static void sent(struct http_tunnel *tunnel, size_t len)
{
    if (tunnel->head_sent < tunnel->head.len)
        tunnel->head_sent += len;
    else
        buf_drop(&tunnel->out, len);
    if (tunnel->head.len > 0 && tunnel->head_sent == tunnel->head.len) {
        secret_finish(&tunnel->head);
        tunnel->head_sent = 0;
    }
}

static void listen_for(struct http_tunnel *tunnel)
{
    bool writes = to_be_sent(tunnel).len > 0;
    loop_change(loop_of(tunnel), &tunnel->watch,
                (short)((tunnel->paused ? 0 : POLLIN) | (writes ? POLLOUT : 0)));
}

/* Whether the connection stands. */
static bool flush(struct http_tunnel *tunnel)
{
    const struct curl_api *api = curl_api(NULL);
    for (struct str rest; (rest = to_be_sent(tunnel)).len > 0;) {
        size_t len = 0;
        CURLcode code = api->easy_send(tunnel->request.easy, rest.data, rest.len, &len);
        if (code == CURLE_AGAIN)
            break;
        if (code != CURLE_OK) {
            break_off(tunnel, code);
            return false;
        }
        sent(tunnel, len);
    }
    listen_for(tunnel);
    return true;
}

/* What cannot be taken any more is the watch's to find out: no callback comes from here. */
void http_tunnel_write(struct http_tunnel *tunnel, struct str bytes)
{
    if (tunnel->over)
        return;
    (void)buf_append(&tunnel->out, bytes);
    if (watch_on(&tunnel->watch))
        listen_for(tunnel);
}

size_t http_tunnel_waiting(const struct http_tunnel *tunnel)
{
    return tunnel->out.len;
}

/* ---- reading ---- */

static void take_status(struct http_tunnel *tunnel)
{
    struct str line = buf_str(&tunnel->request.response_headers), word;
    int64_t status = 0;
    (void)str_cut(&line, ' ', &word);
    if (!str_starts(word, STR("HTTP/1.")) || line.len < 3 ||
        !str_to_int64((struct str){line.data, 3}, &status))
        status = 0;
    tunnel->status = tunnel->request.status = (int)status;
}

/* The head is whole: is it a tunnel? */
static void take_head(struct http_tunnel *tunnel, size_t len)
{
    buf_clear(&tunnel->request.response_headers);
    (void)buf_append(&tunnel->request.response_headers, (struct str){tunnel->in.data, len});
    buf_drop(&tunnel->in, len);
    take_status(tunnel);
    if (tunnel->status == 0) {
        break_off(tunnel, CURLE_WEIRD_SERVER_REPLY);
    } else if (tunnel->status == 101) {
        tunnel->open = true;
        loop_cancel(loop_of(tunnel), &tunnel->timer);
        tunnel->opened(tunnel);
    }
}

/* A refusal is over when its length is there; otherwise it ends with the connection. */
static void take_refusal(struct http_tunnel *tunnel)
{
    int64_t length = -1;
    struct str said = http_response_header(&tunnel->request, "Content-Length");
    (void)buf_append(&tunnel->refusal, buf_str(&tunnel->in));
    buf_clear(&tunnel->in);
    if (tunnel->refusal.len >= LARGEST_HEAD ||
        (str_to_int64(said, &length) && tunnel->refusal.len >= (size_t)length))
        end(tunnel);
}

/* `gone` is receive's: the callbacks may finish the tunnel. */
static void take(struct http_tunnel *tunnel, struct str bytes, const bool *gone)
{
    if (tunnel->open) {
        tunnel->came(tunnel, bytes);
        return;
    }
    if (!buf_append(&tunnel->in, bytes)) {
        break_off(tunnel, CURLE_WEIRD_SERVER_REPLY);
        return;
    }
    ptrdiff_t at = str_find(buf_str(&tunnel->in), STR("\r\n\r\n"));
    if (tunnel->status == 0 && at >= 0)
        take_head(tunnel, (size_t)at + 4);
    if (*gone || tunnel->over || tunnel->in.len == 0)
        return;
    if (tunnel->open) {
        struct buf rest = tunnel->in;
        tunnel->in = (struct buf){.max = LARGEST_HEAD};
        tunnel->came(tunnel, buf_str(&rest));
        buf_finish(&rest);
    } else if (tunnel->status > 0) {
        take_refusal(tunnel);
    }
}

/* One piece; false when there is none for now. */
static bool receive_piece(struct http_tunnel *tunnel, const bool *gone)
{
    char bytes[PIECE];
    size_t len = 0;
    CURLcode code = curl_api(NULL)->easy_recv(tunnel->request.easy, bytes, sizeof bytes, &len);
    if (code == CURLE_AGAIN)
        return false;
    if (code != CURLE_OK)
        break_off(tunnel, code);
    else if (len > 0)
        take(tunnel, (struct str){bytes, len}, gone);
    else if (tunnel->open || tunnel->status > 0)
        end(tunnel);
    else
        break_off(tunnel, CURLE_GOT_NOTHING);
    return true;
}

/* Everything that is there: bytes that libcurl holds already make no socket ready. */
static void receive(struct http_tunnel *tunnel)
{
    bool gone = false;
    while (!tunnel->over && !tunnel->paused) {
        tunnel->gone = &gone;
        bool more = receive_piece(tunnel, &gone);
        if (gone)
            return;
        tunnel->gone = NULL;
        if (!more)
            return;
    }
}

void http_tunnel_pause(struct http_tunnel *tunnel, bool pause)
{
    if (tunnel->paused == pause || tunnel->over)
        return;
    tunnel->paused = pause;
    if (!watch_on(&tunnel->watch))
        return;
    listen_for(tunnel);
    if (!pause)
        loop_after(loop_of(tunnel), &tunnel->timer, 0);
}

/* ---- events ---- */

static void on_ready(struct watch *watch, short revents)
{
    struct http_tunnel *tunnel = container_of(watch, struct http_tunnel, watch);
    bool waited = tunnel->out.len > 0, gone = false;
    if (revents & (POLLOUT | POLLERR)) {
        if (!flush(tunnel))
            return;
        if (waited && tunnel->out.len == 0 && tunnel->drained) {
            tunnel->gone = &gone;
            tunnel->drained(tunnel);
            if (gone)
                return;
            tunnel->gone = NULL;
        }
    }
    if (!tunnel->over && (revents & (POLLIN | POLLHUP | POLLERR)))
        receive(tunnel);
}

static void on_timer(struct timer *timer)
{
    struct http_tunnel *tunnel = container_of(timer, struct http_tunnel, timer);
    if (tunnel->open)
        receive(tunnel);
    else
        break_off(tunnel, CURLE_OPERATION_TIMEDOUT);
}

/* The request as it goes over the wire. */
static bool write_head(struct http_tunnel *tunnel, struct error *err)
{
    struct http_request *request = &tunnel->request;
    struct str host = http_host(request), url = buf_str(&request->url);
    struct str path = str_skip(url, (size_t)(host.data - url.data) + host.len);
    struct str plain = buf_str(&request->headers), hidden = secret_expose(&request->secret_headers);
    const char *agent = tunnel->http.route.user_agent;
    size_t room = plain.len + hidden.len + 2 * url.len + strlen(agent) + 256, len = 0;
    char *text = alloc_zeroed(room * 2, 1);
    len = (size_t)snprintf(text, room, "%s %.*s HTTP/1.1\r\nHost: %.*s\r\n", request->method,
                           STR_ARG(path), STR_ARG(host));
    if (agent[0])
        len += (size_t)snprintf(text + len, room, "User-Agent: %s\r\n", agent);
    for (struct str rest = plain, line; rest.len > 0 || hidden.len > 0;) {
        if (rest.len == 0) {
            rest = hidden;
            hidden.len = 0;
        }
        (void)str_cut(&rest, '\n', &line);
        len += (size_t)snprintf(text + len, room, "%.*s\r\n", STR_ARG(line));
    }
    len += (size_t)snprintf(text + len, room, "\r\n");
    bool ok = !request->invalid && secret_take(&tunnel->head, text, len, err);
    free(text);
    return ok;
}

static void on_connected(struct http_request *request)
{
    struct http_tunnel *tunnel = container_of(request, struct http_tunnel, request);
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (tunnel->over)
        return;
    if (request->failed) {
        tunnel->error = request->error;
        end(tunnel);
        return;
    }
    (void)curl_api(NULL)->easy_getinfo(request->easy, CURLINFO_ACTIVESOCKET, &fd);
    if (fd == CURL_SOCKET_BAD) {
        break_off(tunnel, CURLE_RECV_ERROR);
        return;
    }
    loop_watch(loop_of(tunnel), &tunnel->watch, fd, POLLIN | POLLOUT);
}

bool http_tunnel_open(struct http_tunnel *tunnel, const struct http *http, struct error *err)
{
    assert(tunnel->opened && tunnel->came && tunnel->closed && !tunnel->http.loop);
    http_init(&tunnel->http, http->loop, &http->route);
    tunnel->watch = (struct watch){.ready = on_ready};
    tunnel->timer = (struct timer){.fire = on_timer};
    buf_init(&tunnel->in, LARGEST_HEAD);
    buf_init(&tunnel->refusal, 2 * LARGEST_HEAD);
    buf_init(&tunnel->out, MOST_WAITING);
    tunnel->request.connect_only = true;
    tunnel->request.done = on_connected;
    if (!write_head(tunnel, err) || !http_send(&tunnel->http, &tunnel->request, err)) {
        http_tunnel_finish(tunnel);
        return false;
    }
    loop_after(http->loop, &tunnel->timer, PATIENCE_MS);
    return true;
}

void http_tunnel_finish(struct http_tunnel *tunnel)
{
    if (tunnel->gone)
        *tunnel->gone = true;
    tunnel->gone = NULL;
    if (tunnel->http.loop) {
        loop_unwatch(loop_of(tunnel), &tunnel->watch);
        loop_cancel(loop_of(tunnel), &tunnel->timer);
    }
    http_request_finish(&tunnel->request);
    http_finish(&tunnel->http);
    secret_finish(&tunnel->head);
    buf_finish(&tunnel->out);
    buf_finish(&tunnel->in);
    buf_finish(&tunnel->refusal);
    tunnel->over = true;
}
