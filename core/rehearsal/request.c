/* Reading requests. Views point into the caller's bytes. */
#include "core/rehearsal/request.h"

#include "core/rehearsal/encoding.h"

#include "core/base/alloc.h"

static enum request_state bad(int *status, int code)
{
    *status = code;
    return REQUEST_BAD;
}

struct str request_header(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (str_eq_nocase(request->headers[i].name, str_of(name)))
            return request->headers[i].value;
    return (struct str){"", 0};
}

static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.data[i] <= ' ' || s.data[i] == ':' || (unsigned char)s.data[i] >= 0x7f)
            return false;
    return s.len > 0;
}

/* "METHOD target HTTP/1.x" */
static bool read_line(struct str line, struct request *request)
{
    struct str method, target;
    if (!str_cut(&line, ' ', &method) || !str_cut(&line, ' ', &target) || !is_token(method) ||
        method.len > 16 || target.len == 0)
        return false;
    if (!str_is(line, "HTTP/1.1") && !str_is(line, "HTTP/1.0"))
        return false;
    for (size_t i = 0; i < target.len; i++)
        if ((unsigned char)target.data[i] <= ' ' || target.data[i] == 0x7f)
            return false;
    request->method = method;
    request->target = target;
    request->keep_alive = str_is(line, "HTTP/1.1");
    ptrdiff_t scheme = str_find(target, STR("://"));
    if (target.data[0] != '/' && scheme > 0) { /* absolute form, as to a proxy */
        struct str rest = str_skip(target, (size_t)scheme + 3);
        ptrdiff_t slash = str_find(rest, STR("/"));
        target = slash < 0 ? STR("/") : str_skip(rest, (size_t)slash);
    }
    request->query = target;
    str_cut(&request->query, '?', &request->path);
    return request->path.len > 0 && request->path.data[0] == '/';
}

static enum request_state read_head(struct str head, struct request *request, int *status)
{
    struct str line;
    bool first = true;
    while (head.len > 0) {
        str_cut(&head, '\n', &line);
        if (line.len > 0 && line.data[line.len - 1] == '\r')
            line.len--;
        if (first && !read_line(line, request))
            return bad(status, 400);
        if (!first && line.len > 0) {
            struct str name;
            if (request->header_count == REQUEST_HEADERS_MAX)
                return bad(status, 431);
            if (!str_cut(&line, ':', &name) || !is_token(name))
                return bad(status, 400);
            request->headers[request->header_count++] =
                (struct request_header){name, str_trim(line)};
        }
        first = false;
    }
    return REQUEST_READY;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "1a;extension" */
static bool chunk_size(struct str line, size_t *size)
{
    struct str digits;
    str_cut(&line, ';', &digits);
    digits = str_trim(digits);
    if (digits.len == 0 || digits.len > 7)
        return false;
    *size = 0;
    for (size_t i = 0; i < digits.len; i++) {
        int digit = hex_digit(digits.data[i]);
        if (digit < 0)
            return false;
        *size = *size * 16 + (size_t)digit;
    }
    return true;
}

/* The trailer: lines until an empty one. Returns the bytes taken, 0 when it is not all there. */
static size_t trailer_size(struct str rest)
{
    struct str from = rest, line;
    while (str_cut(&rest, '\n', &line))
        if (str_trim(line).len == 0)
            return from.len - rest.len;
    return 0;
}

static enum request_state read_chunks(struct str body, struct request *request, size_t *taken,
                                      int *status)
{
    struct str rest = body, line;
    buf_finish(&request->chunks);
    buf_init(&request->chunks, REQUEST_BODY_MAX);
    for (;;) {
        size_t size;
        if (!str_cut(&rest, '\n', &line))
            return line.len > 1024 ? bad(status, 400) : REQUEST_MORE;
        if (!chunk_size(line, &size))
            return bad(status, 400);
        if (size == 0)
            break;
        if (size > REQUEST_BODY_MAX - request->chunks.len)
            return bad(status, 413);
        if (rest.len < size + 2)
            return REQUEST_MORE;
        if (rest.data[size] != '\r' || rest.data[size + 1] != '\n')
            return bad(status, 400);
        buf_append(&request->chunks, (struct str){rest.data, size});
        rest = str_skip(rest, size + 2);
    }
    size_t trailer = trailer_size(rest);
    if (trailer == 0)
        return rest.len > REQUEST_HEAD_MAX ? bad(status, 431) : REQUEST_MORE;
    *taken = body.len - rest.len + trailer;
    request->body = buf_str(&request->chunks);
    return REQUEST_READY;
}

static enum request_state read_body(struct str rest, struct request *request, size_t *taken,
                                    int *status)
{
    struct str length = request_header(request, "Content-Length");
    struct str coding = request_header(request, "Transfer-Encoding");
    int64_t size = 0;
    *taken = 0;
    if (coding.len > 0) {
        if (length.len > 0 || !str_eq_nocase(coding, STR("chunked")))
            return bad(status, 400);
        return read_chunks(rest, request, taken, status);
    }
    if (length.len > 0 && (!str_to_int64(length, &size) || size < 0))
        return bad(status, 400);
    bool upload = str_starts(request_header(request, "Content-Type"), STR("multipart/form-data"));
    if (size > (upload ? REQUEST_UPLOAD_MAX : REQUEST_BODY_MAX))
        return bad(status, 413);
    if (rest.len < (size_t)size)
        return REQUEST_MORE;
    request->body = (struct str){rest.data, (size_t)size};
    *taken = (size_t)size;
    return REQUEST_READY;
}

/* Bytes up to and with the empty line; 0 when it is not there yet. */
static size_t head_size(struct str bytes)
{
    if (bytes.len > REQUEST_HEAD_MAX + 1) /* a body is not looked through */
        bytes.len = REQUEST_HEAD_MAX + 1;
    ptrdiff_t crlf = str_find(bytes, STR("\r\n\r\n")), lf = str_find(bytes, STR("\n\n"));
    if (crlf >= 0 && (lf < 0 || crlf < lf))
        return (size_t)crlf + 4;
    return lf < 0 ? 0 : (size_t)lf + 2;
}

static struct str host_of(const struct request *request)
{
    struct str host = request_header(request, "Host");
    ptrdiff_t port = str_find(host, STR(":"));
    if (port >= 0)
        host.len = (size_t)port;
    return host;
}

enum request_state request_parse(struct str bytes, struct request *request, size_t *taken,
                                 int *status)
{
    request_finish(request);
    size_t head = head_size(bytes);
    if (head == 0)
        return bytes.len > REQUEST_HEAD_MAX ? bad(status, 431) : REQUEST_MORE;
    if (head > REQUEST_HEAD_MAX)
        return bad(status, 431);
    enum request_state state = read_head((struct str){bytes.data, head}, request, status);
    if (state != REQUEST_READY)
        return state;
    if (str_eq_nocase(request_header(request, "Connection"), STR("close")))
        request->keep_alive = false;
    request->host = host_of(request);
    request->expects_continue =
        str_eq_nocase(request_header(request, "Expect"), STR("100-continue"));
    state = read_body(str_skip(bytes, head), request, taken, status);
    *taken += head;
    if (state == REQUEST_MORE && request->expects_continue && bytes.len == head)
        return REQUEST_CONTINUE;
    return state;
}

void request_finish(struct request *request)
{
    buf_finish(&request->chunks);
    *request = (struct request){.header_count = 0};
}

static bool parameter_in(struct str form, const char *name, struct buf *out)
{
    struct str pair, key;
    while (form.len > 0) {
        str_cut(&form, '&', &pair);
        str_cut(&pair, '=', &key);
        if (str_is(key, name)) {
            decode_percent(pair, true, out);
            return true;
        }
    }
    return false;
}

bool request_parameter(const struct request *request, const char *name, struct buf *out)
{
    return parameter_in(request->query, name, out) || parameter_in(request->body, name, out);
}
