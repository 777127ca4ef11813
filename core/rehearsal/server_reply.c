/* The response to one request: asks the cloud, writes the head. */
#include "core/rehearsal/server_reply.h"

#include <stdio.h>
#include <time.h>

#include "core/rehearsal/cloud_error.h"

#include "core/base/alloc.h"

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {{101, "Switching Protocols"},
                   {200, "OK"},
                   {201, "Created"},
                   {302, "Found"},
                   {304, "Not Modified"},
                   {400, "Bad Request"},
                   {401, "Unauthorized"},
                   {403, "Forbidden"},
                   {404, "Not Found"},
                   {405, "Method Not Allowed"},
                   {409, "Conflict"},
                   {410, "Gone"},
                   {413, "Content Too Large"},
                   {422, "Unprocessable Content"},
                   {429, "Too Many Requests"},
                   {431, "Request Header Fields Too Large"},
                   {500, "Internal Server Error"},
                   {503, "Service Unavailable"}};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Error";
}

/* IMF-fixdate (RFC 9110, 5.6.7), whatever the locale. */
static void http_date(int64_t wall_ms, char out[64])
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm t;
    gmtime_r(&seconds, &t);
    snprintf(out, 64, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[t.tm_wday], t.tm_mday,
             months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

void reply_head(const struct cloud_reply *reply, int64_t now_ms, bool keep_alive, struct buf *out)
{
    char date[64], id[37];
    http_date(now_ms, date);
    cloud_id(id);
    buf_printf(out, "HTTP/1.1 %d %s\r\nDate: %s\r\n", reply->status, reason_of(reply->status),
               date);
    buf_append(out, buf_str(&reply->headers));
    if (reply->status == 101) {
        buf_text(out, "\r\n");
        return;
    }
    if (*reply->type)
        buf_printf(out, "Content-Type: %s\r\n", reply->type);
    if (reply->stream)
        buf_text(out, "Transfer-Encoding: chunked\r\n");
    else
        buf_printf(out, "Content-Length: %zu\r\n", reply->body.len);
    buf_printf(out, "x-amzn-RequestId: %s\r\n", id);
    if (*reply->error_type)
        buf_printf(out, "x-amzn-ErrorType: %s\r\n", reply->error_type);
    buf_printf(out, "Connection: %s\r\n\r\n", keep_alive ? "keep-alive" : "close");
}

bool server_reply(struct server *server, const struct request *request, struct buf *out,
                  struct stream **stream)
{
    struct server_moment moment;
    struct cloud_reply reply = {.status = 500, .type = "text/plain"};
    struct error err = {.kind = ERROR_NONE};
    *stream = NULL;
    if (server_moment_begin(server, &moment, &err)) {
        cloud_answer(request, &moment.cloud, &reply);
        server_moment_end(&moment);
    } else
        buf_text(&reply.body, err.text);
    bool answers = !reply.silent;
    if (answers) {
        reply_head(&reply, moment.cloud.now_ms, request->keep_alive, out);
        if (!str_is(request->method, "HEAD"))
            buf_append(out, buf_str(&reply.body));
        *stream = reply.stream;
        reply.stream = NULL;
    }
    cloud_reply_finish(&reply);
    return answers;
}

void server_refuse(const struct server *server, int status, struct buf *out)
{
    struct cloud_reply reply = {.status = status, .type = "text/plain"};
    buf_text(&reply.body, reason_of(status));
    buf_byte(&reply.body, '\n');
    reply_head(&reply, clock_wall(server->loop->clock), false, out);
    buf_append(out, buf_str(&reply.body));
    cloud_reply_finish(&reply);
}
