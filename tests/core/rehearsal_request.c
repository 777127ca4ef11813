/* Requests out of bytes: whole, in pieces, and hostile. */
#include <criterion/criterion.h>

#include "core/rehearsal/request.h"

#include "core/base/alloc.h"

static enum request_state parse(const char *text, struct request *request, size_t *taken,
                                int *status)
{
    return request_parse(str_of(text), request, taken, status);
}

Test(rehearsal_request, is_read_whole_or_not_at_all)
{
    static const char post[] = "POST /a%20b?Action=Old HTTP/1.1\r\nHost: sts.amazonaws.com:443\r\n"
                               "Content-Length: 26\r\n\r\nAction=Get%43aller&x=a+b%2GET / ";
    struct request request = {.header_count = 0};
    size_t taken = 0;
    int status = 0;
    size_t whole = sizeof post - 1 - 6;
    for (size_t i = 0; i < whole; i++) {
        char *prefix = alloc_copy((struct str){post, i});
        cr_assert_eq(request_parse((struct str){prefix, i}, &request, &taken, &status),
                     REQUEST_MORE, "%zu bytes", i);
        free(prefix);
    }
    cr_assert_eq(parse(post, &request, &taken, &status), REQUEST_READY);
    cr_assert_eq(taken, whole);
    cr_assert(str_is(request.host, "sts.amazonaws.com"));
    cr_assert(str_is(request.path, "/a%20b"));
    cr_assert(request.keep_alive);
    struct buf value = {.data = NULL};
    cr_assert(request_parameter(&request, "x", &value));
    cr_assert_str_eq(buf_cstr(&value), "a b%2");
    buf_finish(&value);
    request_finish(&request);
    request_finish(&request);
}

Test(rehearsal_request, chunks)
{
    struct request request = {.header_count = 0};
    size_t taken;
    int status;
    const char *text = "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "4;x=y\r\nWiki\r\n5\r\npedia\r\n0\r\nTrailer: x\r\n\r\nrest";
    for (size_t i = 0; i + 4 < strlen(text); i++)
        cr_assert_eq(request_parse((struct str){text, i}, &request, &taken, &status), REQUEST_MORE,
                     "%zu", i);
    cr_assert_eq(parse(text, &request, &taken, &status), REQUEST_READY);
    cr_assert(str_is(request.body, "Wikipedia"));
    cr_assert_eq(taken, strlen(text) - 4);
    request_finish(&request);
}

Test(rehearsal_request, nonsense_is_refused)
{
    static const struct {
        const char *text;
        int status;
    } table[] = {
        {"\x16\x03\x01 hello\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\n\r\n", 400},
        {"GET nothing HTTP/1.1\r\n\r\n", 400},
        {"GET /\x01 HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nbad name: x\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413},
        {"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
        {"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n", 413},
        {"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxxx\r\n", 400},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct request request = {.header_count = 0};
        size_t taken;
        int status = 0;
        cr_assert_eq(parse(table[i].text, &request, &taken, &status), REQUEST_BAD, "row %zu", i);
        cr_assert_eq(status, table[i].status, "row %zu: %d", i, status);
        request_finish(&request);
    }
    struct buf huge = {.data = NULL};
    struct request request = {.header_count = 0};
    size_t taken;
    int status = 0;
    while (huge.len <= REQUEST_HEAD_MAX)
        buf_text(&huge, "GET /endless");
    cr_assert_eq(request_parse(buf_str(&huge), &request, &taken, &status), REQUEST_BAD);
    cr_assert_eq(status, 431);
    buf_finish(&huge);
}
