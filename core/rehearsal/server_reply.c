/* The response to one request: asks the cloud, writes the head. */
#include "core/rehearsal/server_reply.h"

#include <stdio.h>
#include <time.h>

#include "core/rehearsal/cloud_error.h"

#include "core/base/alloc.h"

static const char *reason_of(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 413:
        return "Content Too Large";
    case 431:
        return "Request Header Fields Too Large";
    default:
        return "Error";
    }
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

static void write_head(const struct cloud_reply *reply, int64_t now_ms, bool keep_alive,
                       struct buf *out)
{
    char date[64], id[37];
    http_date(now_ms, date);
    cloud_id(id);
    buf_printf(out, "HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n",
               reply->status, reason_of(reply->status), date, reply->type, reply->body.len);
    buf_printf(out, "x-amzn-RequestId: %s\r\n", id);
    if (*reply->error_type)
        buf_printf(out, "x-amzn-ErrorType: %s\r\n", reply->error_type);
    buf_printf(out, "Connection: %s\r\n\r\n", keep_alive ? "keep-alive" : "close");
}

void server_reply(const struct server *server, const struct request *request, struct buf *out)
{
    struct world world;
    struct settings settings;
    struct cloud_reply reply = {.status = 500, .type = "text/plain"};
    struct cloud cloud = {.world = &world,
                          .settings = &settings,
                          .ca_data = server->ca_data,
                          .now_ms = clock_wall(server->loop->clock)};
    struct error err = {.kind = ERROR_NONE};
    bool loaded = world_load(server->dir, &world, &err);
    if (loaded && settings_load(server->dir, &settings, &err))
        cloud_answer(request, &cloud, &reply);
    else
        buf_text(&reply.body, err.text);
    world_finish(&world);
    write_head(&reply, cloud.now_ms, request->keep_alive, out);
    if (!str_is(request->method, "HEAD"))
        buf_append(out, buf_str(&reply.body));
    cloud_reply_finish(&reply);
}

void server_refuse(const struct server *server, int status, struct buf *out)
{
    struct cloud_reply reply = {.status = status, .type = "text/plain"};
    buf_text(&reply.body, reason_of(status));
    buf_byte(&reply.body, '\n');
    write_head(&reply, clock_wall(server->loop->clock), false, out);
    buf_append(out, buf_str(&reply.body));
    cloud_reply_finish(&reply);
}
