/* What a request says and what was answered; sending it is http.c's business. */
#include "core/io/http.h"

#include <assert.h>

#include "core/base/alloc.h"

void http_request_init(struct http_request *request, const char *method, const char *url)
{
    *request = (struct http_request){.http = NULL};
    bool fits = str_copy(str_of(method), request->method, sizeof request->method);
    assert(fits);
    (void)fits;
    (void)buf_text(&request->url, url);
}

void http_clear_headers(struct http_request *request)
{
    buf_clear(&request->headers);
    secret_finish(&request->secret_headers);
    request->invalid = false;
}

static bool breaks_line(struct str value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.data[i] == '\n' || value.data[i] == '\r' || value.data[i] == '\0')
            return true;
    return false;
}

void http_header(struct http_request *request, const char *name, struct str value)
{
    if (breaks_line(value) || breaks_line(str_of(name)))
        request->invalid = true;
    else
        (void)buf_printf(&request->headers, "%s: %.*s\n", name, STR_ARG(value));
}

/* The whole list is written anew, so that nothing but secret memory and this wiped copy holds it.
 */
bool http_secret_header(struct http_request *request, const char *name, struct str prefix,
                        const struct secret *value, struct error *err)
{
    struct str before = secret_expose(&request->secret_headers), bytes = secret_expose(value);
    if (breaks_line(bytes) || breaks_line(prefix))
        return error_set(err, ERROR_INPUT, "The secret for the header %s has a line break.", name);
    size_t size = before.len + strlen(name) + 2 + prefix.len + bytes.len + 2;
    char *lines = alloc_zeroed(1, size);
    int len = snprintf(lines, size, "%.*s%s: %.*s%.*s\n", STR_ARG(before), name, STR_ARG(prefix),
                       STR_ARG(bytes));
    bool ok = secret_take(&request->secret_headers, lines, (size_t)len, err);
    free(lines);
    return ok;
}

void http_request_finish(struct http_request *request)
{
    http_cancel(request);
    buf_finish(&request->url);
    buf_finish(&request->headers);
    buf_finish(&request->body);
    buf_finish(&request->response_headers);
    buf_finish(&request->response);
    secret_finish(&request->secret_headers);
    secret_finish(&request->secret_body);
}

struct str http_response_header(const struct http_request *request, const char *name)
{
    struct str rest = buf_str(&request->response_headers), line, head;
    while (rest.len > 0) {
        (void)str_cut(&rest, '\n', &line);
        if (str_cut(&line, ':', &head) && str_eq_nocase(head, str_of(name)))
            return str_trim(line);
    }
    return (struct str){"", 0};
}
