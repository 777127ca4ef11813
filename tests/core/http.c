#include <criterion/criterion.h>
#include <dlfcn.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/io/curl_api.h"
#include "core/io/http.h"
#include "core/io/http_error.h"
#include "tests/support/server.h"
#include "tests/support/tls.h"
#include "tests/support/turns.h"

#define HOST "http://sts.eu-west-1.amazonaws.com"
#define HELLO                                                                                      \
    "HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 16:00:00 GMT\r\nX-Id:  a b \r\nContent-Length: "    \
    "5\r\n\r\nhello"

static struct loop loop;
static struct server server;
static struct http http;
static int descriptors;

static void route_to(int port)
{
    struct http_route route = {.port = port, .user_agent = "ekshub-tui/test"};
    http_finish(&http);
    http_init(&http, &loop, &route);
}

static void begin(void)
{
    descriptors = open_descriptors();
    loop_init(&loop, &clock_system);
    server_init(&server, &loop);
    server.answer = STR(HELLO);
    route_to(server.port);
}

static void end(void)
{
    http_finish(&http);
    http_finish(&http);
    server_finish(&server);
    loop_finish(&loop);
    test_directory_remove();
    no_more_descriptors(descriptors + 1); /* OpenSSL may keep one for its random numbers */
    no_leaks();
}

TestSuite(http, .init = begin, .fini = end, .timeout = 60);

struct get {
    struct http_request request;
    bool over;
    int done, pieces;
    struct buf streamed;
    void (*then)(struct get *get);
};

static void get_done(struct http_request *request)
{
    struct get *get = container_of(request, struct get, request);
    get->done++;
    get->over = true;
    if (get->then)
        get->then(get);
}

static void get_data(struct http_request *request, struct str bytes)
{
    struct get *get = container_of(request, struct get, request);
    cr_assert(!get->over);
    get->pieces++;
    buf_append(&get->streamed, bytes);
}

static void get_init(struct get *get, const char *method, const char *url)
{
    *get = (struct get){.done = 0};
    http_request_init(&get->request, method, url);
    get->request.done = get_done;
}

static void get_send(struct get *get)
{
    struct error err;
    cr_assert(http_send(&http, &get->request, &err), "%s", err.text);
    cr_assert_eq(get->done, 0, "nothing is called from inside http_send");
}

static void get_run(struct get *get, const char *method, const char *url)
{
    get_init(get, method, url);
    get_send(get);
    cr_assert(turns_until(&loop, &get->over));
    cr_assert_eq(get->done, 1);
}

static void get_finish(struct get *get)
{
    http_request_finish(&get->request);
    http_request_finish(&get->request);
    buf_finish(&get->streamed);
}

static bool asked(const char *text)
{
    return str_find(buf_str(&server.last), str_of(text)) >= 0;
}

Test(http, loads_libcurl_at_the_first_request_and_not_before)
{
    cr_assert_null(dlopen("libcurl.so.4", RTLD_LAZY | RTLD_NOLOAD));
    struct get get;
    get_run(&get, "GET", HOST "/");
    cr_assert_eq(get.request.status, 200);
    get_finish(&get);
}

Test(http, gives_status_headers_and_body)
{
    struct get get;
    get_run(&get, "GET", HOST "/a/../b//c?q=1#f");
    cr_assert(!get.request.failed);
    cr_assert_eq(get.request.status, 200);
    cr_assert_str_eq(buf_cstr(&get.request.response), "hello");
    cr_assert(str_is(http_response_header(&get.request, "DATE"), "Sun, 22 Nov 2026 16:00:00 GMT"));
    cr_assert(str_is(http_response_header(&get.request, "x-id"), "a b"));
    cr_assert_eq(http_response_header(&get.request, "x").len, 0);
    cr_assert(str_starts(buf_str(&server.last), STR("GET /a/../b//c?q=1 HTTP/1.1\r\n")));
    cr_assert(asked("\r\nHost: sts.eu-west-1.amazonaws.com\r\n"));
    cr_assert(asked("\r\nUser-Agent: ekshub-tui/test\r\n"));
    get_finish(&get);
}

Test(http, sends_what_it_was_given_and_nothing_it_was_not)
{
    struct get get;
    struct secret token = {.data = NULL};
    cr_assert(secret_set(&token, STR("s3cr3t"), NULL));
    get_init(&get, "POST", HOST "/");
    http_header(&get.request, "X-Amz-Date", STR("20261122T160000Z"));
    http_header(&get.request, "X-Empty", STR(""));
    cr_assert(http_secret_header(&get.request, "Authorization", STR("Bearer "), &token, NULL));
    cr_assert(http_secret_header(&get.request, "X-Amz-Security-Token", STR(""), &token, NULL));
    buf_text(&get.request.body, "a=1");
    get_send(&get);
    cr_assert(turns_until(&loop, &get.over));
    cr_assert(str_starts(buf_str(&server.last), STR("POST / HTTP/1.1\r\n")));
    cr_assert(asked("\r\nX-Amz-Date: 20261122T160000Z\r\n"));
    cr_assert(asked("\r\nX-Empty:\r\n"));
    cr_assert(asked("\r\nAuthorization: Bearer s3cr3t\r\n"));
    cr_assert(asked("\r\nX-Amz-Security-Token: s3cr3t\r\n"));
    cr_assert(asked("\r\nContent-Length: 3\r\n"));
    cr_assert(asked("\r\n\r\na=1"));
    cr_assert(!asked("Content-Type") && !asked("Expect"));
    http_clear_headers(&get.request);
    http_header(&get.request, "content-type", STR("text/x"));
    cr_assert(secret_set(&get.request.secret_body, STR("hidden"), NULL));
    get.over = false;
    get.done = 0;
    get_send(&get);
    cr_assert(turns_until(&loop, &get.over));
    cr_assert(asked("\r\ncontent-type: text/x\r\n") && asked("\r\n\r\nhidden"));
    cr_assert(!asked("Authorization"));
    get_finish(&get);
    secret_finish(&token);
}

Test(http, sends_large_bodies_whole)
{
    struct get get;
    get_init(&get, "PUT", HOST "/");
    for (int i = 0; i < 200000; i++)
        buf_printf(&get.request.body, "%d,", i);
    get_send(&get);
    cr_assert(turns_until(&loop, &get.over));
    cr_assert_eq(get.request.status, 200);
    cr_assert(str_starts(buf_str(&server.last), STR("PUT / ")));
    cr_assert(str_ends(buf_str(&server.last), buf_str(&get.request.body)));
    get_finish(&get);
}

Test(http, methods_have_the_bodies_that_they_should)
{
    static const struct {
        const char *method;
        bool length;
    } cases[] = {{"GET", false}, {"HEAD", false}, {"DELETE", false},
                 {"POST", true}, {"PUT", true},   {"PATCH", true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct get get;
        server.answer = STR("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
        get_run(&get, cases[i].method, HOST "/");
        cr_assert_eq(get.request.status, 204, "%s", cases[i].method);
        cr_assert(str_starts(buf_str(&server.last), str_of(cases[i].method)));
        cr_assert_eq(asked("Content-Length: 0"), cases[i].length, "%s", cases[i].method);
        get_finish(&get);
    }
}

Test(http, reads_answers_in_pieces_of_any_size)
{
    static const char chunked[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n"
                                  "\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nX-After: z\r\n\r\n";
    static const struct str answers[] = {{HELLO, sizeof HELLO - 1}, {chunked, sizeof chunked - 1}};
    for (int i = 0; i < 2; i++)
        for (size_t piece = 1; piece < 40; piece += 3) {
            struct get get;
            server.answer = answers[i];
            server.piece = piece;
            get_run(&get, "GET", HOST "/");
            cr_assert(!get.request.failed, "%s", get.request.error.text);
            cr_assert_str_eq(buf_cstr(&get.request.response), "hello");
            get_finish(&get);
        }
    cr_assert_eq(server.accepted, 1, "connections are used again");
}

Test(http, an_answer_that_breaks_off_is_a_failure_at_every_byte)
{
    struct str whole = STR(HELLO);
    server.closes = true;
    for (size_t len = 0; len <= whole.len; len++) {
        struct get get;
        server.answer = (struct str){whole.data, len};
        get_run(&get, "GET", HOST "/");
        cr_assert_eq(get.request.failed, len < whole.len, "%zu bytes", len);
        if (get.request.failed) {
            cr_assert_eq(get.request.error.kind, ERROR_NETWORK);
            cr_assert_neq(str_find(str_of(get.request.error.text), STR("sts.eu-west-1")), -1, "%s",
                          get.request.error.text);
        }
        get_finish(&get);
    }
}

Test(http, hostile_answers_are_failures_and_not_more)
{
    static const struct str answers[] = {
        STR("HELLO\r\n\r\nbody"),
        STR("SSH-2.0-OpenSSH_9.2p1\r\n"),
        STR("HTTP/9.9 200 OK\r\n\r\n"),
        STR("HTTP/1.1 999999 OK\r\n\r\n"),
        STR("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"),
        STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n"),
        STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            "fffffffffffffffffffffffff\r\n"),
        STR("\0\0\0\0\r\n\r\n\0"),
        STR("\x16\x03\x01\x02\r\n\r\n"),
    };
    server.closes = true;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct get get;
        server.answer = answers[i];
        get_run(&get, "GET", HOST "/");
        cr_assert(get.request.failed, "answer %zu: status %d", i, get.request.status);
        cr_assert_gt(strlen(get.request.error.text), 10);
        get_finish(&get);
    }
}

static void expect_failure(struct get *get, const char *text)
{
    cr_assert(get->request.failed);
    cr_assert_str_eq(get->request.error.text, text);
    cr_assert_neq(get->request.error.hint[0], '\0');
    get_finish(get);
}

Test(http, says_what_kept_it_from_an_answer)
{
    struct get get;
    server.answer = STR("");
    server.closes = true;
    get_run(&get, "GET", HOST "/");
    expect_failure(&get, "sts.eu-west-1.amazonaws.com closed the connection without an answer.");
    server.answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello");
    get_run(&get, "GET", HOST "/");
    cr_assert_eq(get.request.status, 200);
    expect_failure(&get, "The connection to sts.eu-west-1.amazonaws.com broke before the answer "
                         "was complete.");
    route_to(refusing_port());
    get_run(&get, "GET", HOST ":8443/");
    cr_assert_eq(get.request.status, 0);
    expect_failure(&get,
                   "Could not connect to sts.eu-west-1.amazonaws.com:8443: Connection refused.");
}

Test(http, sentences_for_what_cannot_be_staged_here)
{
    static const struct {
        CURLcode code;
        const char *text;
    } cases[] = {
        {CURLE_COULDNT_RESOLVE_HOST, "Could not resolve eks.x.amazonaws.com."},
        {CURLE_COULDNT_RESOLVE_PROXY,
         "Could not resolve the proxy on the way to eks.x.amazonaws.com."},
        {CURLE_PEER_FAILED_VERIFICATION,
         "The TLS certificate of eks.x.amazonaws.com is not trusted. (its ^[[31m words)"},
        {CURLE_COULDNT_CONNECT, "Could not connect to eks.x.amazonaws.com."},
        {CURLE_OUT_OF_MEMORY, "The request to eks.x.amazonaws.com failed. (its ^[[31m words)"},
    };
    struct http_request request;
    http_request_init(&request, "GET", "https://eks.x.amazonaws.com/clusters?x=/");
    snprintf(request.detail, sizeof request.detail, "its \x1b[31m words");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        http_error_set(&request, cases[i].code, 0);
        cr_assert_str_eq(request.error.text, cases[i].text);
        cr_assert_eq(request.error.kind, ERROR_NETWORK);
        cr_assert_neq(request.error.hint[0], '\0');
    }
    request.began_ms = 1000;
    request.ended_ms = 11000;
    http_error_set(&request, CURLE_OPERATION_TIMEDOUT, 0);
    cr_assert_str_eq(request.error.text,
                     "No connection to eks.x.amazonaws.com within 10 s: it timed out.");
    http_request_finish(&request);
}

Test(http, gives_up_when_the_time_is_over)
{
    struct get get;
    server.answer = (struct str){NULL, 0};
    get_init(&get, "GET", HOST "/");
    get.request.timeout_ms = 30;
    get_send(&get);
    cr_assert(turns_until(&loop, &get.over));
    cr_assert(get.request.failed);
    cr_assert_eq(get.request.status, 0);
    cr_assert_str_eq(get.request.error.text,
                     "sts.eu-west-1.amazonaws.com did not answer within 0 s.");
    cr_assert(get.request.timed_out);
    get_finish(&get);
}

Test(http, bodies_and_headers_are_capped)
{
    struct get get;
    get_init(&get, "GET", HOST "/");
    get.request.max_body = 4;
    get_send(&get);
    cr_assert(turns_until(&loop, &get.over));
    expect_failure(&get, "The answer of sts.eu-west-1.amazonaws.com is larger than 4 bytes.");
    get_init(&get, "GET", HOST "/");
    get.request.max_body = 5;
    get_send(&get);
    cr_assert(turns_until(&loop, &get.over));
    cr_assert(!get.request.failed);
    get_finish(&get);

    struct buf huge = {.data = NULL};
    buf_text(&huge, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 6000; i++)
        buf_printf(&huge, "X-Header-%06d: 0123456789012345678901234567890123456789\r\n", i);
    buf_text(&huge, "\r\n");
    server.answer = buf_str(&huge);
    get_run(&get, "GET", HOST "/");
    cr_assert(get.request.failed);
    get_finish(&get);
    buf_finish(&huge);
}

Test(http, redirects_are_answers)
{
    struct get get;
    server.answer = STR("HTTP/1.1 301 Moved\r\nLocation: " HOST "/b\r\nContent-Length: 0\r\n\r\n");
    get_run(&get, "GET", HOST "/a");
    cr_assert_eq(get.request.status, 301);
    cr_assert_eq(server.requests, 1);
    cr_assert(str_is(http_response_header(&get.request, "location"), HOST "/b"));
    get_finish(&get);
}

Test(http, headers_are_those_of_the_final_answer)
{
    struct get get;
    server.answer = STR("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" HELLO);
    get_run(&get, "GET", HOST "/a");
    cr_assert_eq(get.request.status, 200);
    cr_assert_eq(http_response_header(&get.request, "x-early").len, 0);
    get_finish(&get);
}

Test(http, refuses_what_is_not_a_request)
{
    static const char *const urls[] = {"",          "ftp://host/", "file:///etc/passwd",
                                       "host/path", "http://a b/", "http://a/\n"};
    struct error err;
    struct get get;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        get_init(&get, "GET", urls[i]);
        cr_assert(!http_send(&http, &get.request, &err), "%s", urls[i]);
        cr_assert_eq(err.kind, ERROR_INPUT);
        get_finish(&get);
    }
    get_init(&get, "GET", HOST "/");
    http_header(&get.request, "X-Token", STR("a\r\nX-Injected: b"));
    cr_assert(!http_send(&http, &get.request, &err));
    struct secret broken = {.data = NULL};
    cr_assert(secret_set(&broken, STR("a\nb"), NULL));
    cr_assert(!http_secret_header(&get.request, "X", STR(""), &broken, &err));
    cr_assert_null(strchr(err.text, '\n'));
    secret_finish(&broken);
    get_finish(&get);
    cr_assert_eq(server.accepted, 0);
}

Test(http, streams_hand_out_what_comes_and_keep_nothing)
{
    struct get get;
    server.answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\none\n");
    get_init(&get, "GET", HOST "/watch");
    get.request.data = get_data;
    get.request.max_body = 1;
    get_send(&get);
    while (get.pieces < 1)
        loop_turn(&loop, true);
    cr_assert_str_eq(buf_cstr(&get.streamed), "one\n");
    server_say(&server, STR("two\n"));
    while (get.pieces < 2)
        loop_turn(&loop, true);
    cr_assert(!get.over);
    server_say(&server, STR("end"));
    cr_assert(turns_until(&loop, &get.over));
    cr_assert_str_eq(buf_cstr(&get.streamed), "one\ntwo\nend");
    cr_assert_eq(get.request.response.len, 0);
    cr_assert(!get.request.failed);
    get_finish(&get);
}

Test(http, a_stream_that_is_cut_ends_with_an_error_behind_its_data)
{
    struct get get;
    server.answer = STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none\n\r\n");
    server.closes = true;
    get_init(&get, "GET", HOST "/watch");
    get.request.data = get_data;
    get_send(&get);
    cr_assert(turns_until(&loop, &get.over));
    cr_assert_str_eq(buf_cstr(&get.streamed), "one\n");
    cr_assert(get.request.failed);
    get_finish(&get);
}

static int calls;

static void heap_data(struct http_request *request, struct str bytes)
{
    calls++;
    cr_assert_eq(bytes.data[0], 'h');
    http_request_finish(request);
    free(request);
}

static void heap_done(struct http_request *request)
{
    calls++;
    http_request_finish(request);
    free(request);
}

static void send_from_heap(void (*data)(struct http_request *, struct str))
{
    struct http_request *request = alloc_zeroed(1, sizeof *request);
    http_request_init(request, "GET", HOST "/");
    request->data = data;
    request->done = heap_done;
    cr_assert(http_send(&http, request, NULL));
}

Test(http, callbacks_may_free_their_request)
{
    send_from_heap(heap_data);
    send_from_heap(NULL);
    send_from_heap(heap_data);
    while (calls < 3)
        loop_turn(&loop, true);
    turns(&loop, 20);
    cr_assert_eq(calls, 3);
}

static void finish_http(struct get *get)
{
    (void)get;
    http_finish(&http);
}

static void finish_http_on_data(struct http_request *request, struct str bytes)
{
    (void)bytes;
    container_of(request, struct get, request)->over = true;
    http_finish(&http);
}

Test(http, callbacks_may_end_everything)
{
    for (int on_data = 0; on_data < 2; on_data++) {
        struct get a, b, c;
        route_to(server.port);
        get_init(&a, "GET", HOST "/");
        get_init(&b, "GET", HOST "/");
        get_init(&c, "GET", HOST "/");
        a.then = b.then = c.then = finish_http;
        if (on_data)
            a.request.data = b.request.data = c.request.data = finish_http_on_data;
        get_send(&a);
        get_send(&b);
        get_send(&c);
        while (http.loop)
            loop_turn(&loop, true);
        turns(&loop, 20);
        cr_assert_eq(a.over + b.over + c.over, 1);
        get_finish(&a);
        get_finish(&b);
        get_finish(&c);
        route_to(server.port);
    }
}

static struct get *victim;

static void cancel_victim(struct get *get)
{
    (void)get;
    http_cancel(&victim->request);
    http_cancel(&victim->request);
}

Test(http, the_end_of_one_may_cancel_another)
{
    struct get a, b;
    get_init(&a, "GET", HOST "/");
    get_init(&b, "GET", HOST "/");
    a.then = cancel_victim;
    victim = &b;
    get_send(&a);
    get_send(&b);
    cr_assert(turns_until(&loop, &a.over));
    turns(&loop, 50);
    cr_assert_leq(b.done, 1);
    get_finish(&a);
    get_finish(&b);
}

static void resend(struct get *get)
{
    if (get->done < 3) {
        get->over = false;
        cr_assert(http_send(&http, &get->request, NULL));
    }
}

Test(http, the_end_may_send_it_again)
{
    struct get get;
    get_init(&get, "GET", HOST "/");
    get.then = resend;
    get_send(&get);
    while (get.done < 3)
        loop_turn(&loop, true);
    cr_assert_eq(server.requests, 3);
    cr_assert_str_eq(buf_cstr(&get.request.response), "hello");
    get_finish(&get);
}

Test(http, many_at_once_all_end)
{
    enum { MANY = 40 };
    struct get *all = alloc_zeroed(MANY, sizeof *all);
    for (int i = 0; i < MANY; i++) {
        get_init(&all[i], "GET", HOST "/");
        get_send(&all[i]);
    }
    for (int i = 0; i < MANY; i++)
        cr_assert(turns_until(&loop, &all[i].over));
    for (int i = 0; i < MANY; i++) {
        cr_assert_str_eq(buf_cstr(&all[i].request.response), "hello");
        get_finish(&all[i]);
    }
    free(all);
}

/* Runs one request for `steps` turns and drops it; returns whether it had ended by then. */
static bool drop_after(int steps, bool stream, bool whole_http)
{
    struct get get;
    get_init(&get, "POST", HOST "/");
    buf_text(&get.request.body, "body");
    if (stream)
        get.request.data = get_data;
    get_send(&get);
    for (int i = 0; i < steps && !get.over; i++)
        loop_turn(&loop, true);
    int before = get.done + get.pieces;
    bool over = get.over;
    if (whole_http)
        http_finish(&http);
    else
        http_cancel(&get.request);
    turns(&loop, 10);
    cr_assert_eq(get.done + get.pieces, before);
    get_finish(&get);
    if (whole_http)
        route_to(server.port);
    return over;
}

Test(http, can_be_cancelled_at_every_step)
{
    server.piece = 7;
    for (int kind = 0; kind < 4; kind++) {
        bool over = false;
        for (int steps = 0; !over; steps++) {
            cr_assert_lt(steps, 1000);
            over = drop_after(steps, kind & 1, kind & 2);
            server_hang_up(&server);
        }
    }
}

Test(http, a_route_ignores_proxies_and_without_one_they_count)
{
    struct get get;
    char proxy[64];
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", refusing_port());
    setenv("http_proxy", proxy, 1);
    get_run(&get, "GET", HOST "/");
    cr_assert_eq(get.request.status, 200);
    cr_assert(str_starts(buf_str(&server.last), STR("GET / ")));
    get_finish(&get);

    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", server.port);
    setenv("http_proxy", proxy, 1);
    route_to(0);
    get_run(&get, "GET", HOST "/");
    cr_assert_eq(get.request.status, 200);
    cr_assert(str_starts(buf_str(&server.last), STR("GET " HOST "/ ")));
    get_finish(&get);
    unsetenv("http_proxy");
}

/* What is asked of the proxy `url` for an address in TLS ends so. */
static void expect_of_proxy(const char *proxy, const char *text, const char *hint, bool lasting)
{
    struct get get;
    setenv("https_proxy", proxy, 1);
    route_to(0);
    get_run(&get, "GET", "https://eks.us-east-2.amazonaws.com/clusters");
    cr_assert(get.request.failed);
    cr_assert_eq(get.request.status, 0);
    cr_assert_str_eq(get.request.error.text, text);
    cr_assert_str_eq(get.request.error.hint, hint);
    cr_assert_eq(get.request.lasting, lasting);
    get_finish(&get);
    unsetenv("https_proxy");
}

Test(http, a_proxy_that_does_not_lead_on_is_named)
{
    static const char check[] = "Check HTTPS_PROXY, http_proxy and NO_PROXY.";
    char proxy[96], text[256];
    int nobody = refusing_port();
    server.closes = true;
    snprintf(proxy, sizeof proxy, "http://me:hush@127.0.0.1:%d/", server.port);
    server.answer = STR("HTTP/1.1 407 X\r\nContent-Length: 13\r\n\r\n<html></html>");
    snprintf(text, sizeof text,
             "The proxy 127.0.0.1:%d wants to know who you are before it leads to "
             "eks.us-east-2.amazonaws.com (HTTP 407).",
             server.port);
    expect_of_proxy(proxy, text,
                    "Put user and password into HTTPS_PROXY, or add the host to NO_PROXY.", true);
    cr_assert(asked("CONNECT eks.us-east-2.amazonaws.com:443 "));
    snprintf(text, sizeof text,
             "The proxy 127.0.0.1:%d did not let us through to eks.us-east-2.amazonaws.com "
             "(HTTP 403).",
             server.port);
    server.answer = STR("HTTP/1.1 403 X\r\nContent-Length: 13\r\n\r\n<html></html>");
    expect_of_proxy(proxy, text, check, true);
    server.answer = STR("HTTP/1.1 503 X\r\nContent-Length: 13\r\n\r\n<html></html>");
    memcpy(strstr(text, "403"), "503", 3);
    expect_of_proxy(proxy, text, check, false);
    snprintf(proxy, sizeof proxy, "http://me:hush@127.0.0.1:%d", nobody);
    snprintf(text, sizeof text,
             "Could not connect to the proxy 127.0.0.1:%d on the way to "
             "eks.us-east-2.amazonaws.com: Connection refused.",
             nobody);
    expect_of_proxy(proxy, text, check, false);
}

Test(http, hosts_without_a_proxy_are_asked_themselves)
{
    struct get get;
    char proxy[64], url[64];
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", refusing_port());
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", server.port);
    setenv("http_proxy", proxy, 1);
    setenv("NO_PROXY", "localhost,127.0.0.1,.internal", 1);
    route_to(0);
    get_run(&get, "GET", url);
    cr_assert_eq(get.request.status, 200, "%s", get.request.error.text);
    get_finish(&get);
    unsetenv("http_proxy");
    unsetenv("NO_PROXY");
}

static bool known_host(const char *host)
{
    return strcmp(host, "new.elb.amazonaws.com") != 0;
}

Test(http, a_name_that_the_route_does_not_resolve_ends_like_any_unknown_one)
{
    struct get get;
    http.route.resolves = known_host;
    get_run(&get, "GET", "http://new.elb.amazonaws.com:80/simple/");
    cr_assert(get.request.failed);
    cr_assert_eq(get.request.status, 0);
    cr_assert_eq(get.request.error.kind, ERROR_NETWORK);
    cr_assert_str_eq(get.request.error.text, "Could not resolve new.elb.amazonaws.com:80.");
    cr_assert_eq(server.accepted, 0);
    get.done = 0;
    get_send(&get); /* and again, but nobody waits for it */
    http_cancel(&get.request);
    turns(&loop, 5);
    cr_assert_eq(get.done, 0);
    get_finish(&get);
    get_run(&get, "GET", HOST "/");
    cr_assert_eq(get.request.status, 200);
    get_finish(&get);
}

Test(http, a_route_leaves_forwarded_ports_of_this_machine_alone)
{
    struct get get;
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/hub/login", server.port);
    route_to(refusing_port());
    get_run(&get, "GET", url);
    cr_assert_eq(get.request.status, 200, "%s", get.request.error.text);
    get_finish(&get);
}

Test(http, without_libcurl_says_what_to_install)
{
    struct curl_api api;
    struct error err;
    cr_assert(!curl_api_open(&api, (const char *[]){"libnot-there.so.1", NULL}, &err));
    cr_assert(str_starts(str_of(err.text), STR("Cannot load libcurl: ")));
    cr_assert_neq(str_find(str_of(err.hint), STR("libcurl4")), -1);
    cr_assert_eq(err.kind, ERROR_TOOL);
    cr_assert(!curl_api_open(&api, (const char *[]){"libnot-there.so.1", "libm.so.6", NULL}, &err));
    cr_assert_str_eq(err.text, "The installed libcurl is too old or broken.");
}

static void tls_get(struct get *get, const char *ca_pem, bool insecure, const char *url)
{
    get_init(get, "GET", url);
    get->request.ca_pem = ca_pem;
    get->request.insecure = insecure;
    get_send(get);
    cr_assert(turns_until(&loop, &get->over));
}

Test(http, trusts_exactly_whom_it_was_told_to)
{
    struct tls_server tls;
    struct get get;
    tls_server_init(&tls);
    route_to(tls.port);
    tls_get(&get, NULL, false, "https://localhost/");
    cr_assert(get.request.failed);
    cr_assert(str_starts(str_of(get.request.error.text),
                         STR("The TLS certificate of localhost is not trusted. (")),
              "%s", get.request.error.text);
    cr_assert_neq(str_find(str_of(get.request.error.hint), STR("AWS_CA_BUNDLE")), -1);
    get_finish(&get);
    tls_get(&get, tls.other_pem, false, "https://localhost/");
    cr_assert(get.request.failed);
    get_finish(&get);
    tls_get(&get, tls.ca_pem, false, "https://other.example/");
    cr_assert(get.request.failed, "another name than the certificate's");
    get_finish(&get);
    tls_get(&get, tls.ca_pem, false, "https://localhost/");
    cr_assert(!get.request.failed, "%s", get.request.error.text);
    cr_assert_str_eq(buf_cstr(&get.request.response), "hello");
    get_finish(&get);
    tls_get(&get, NULL, true, "https://localhost/");
    cr_assert(!get.request.failed);
    get_finish(&get);

    struct http_route route = {.port = tls.port};
    cr_assert(file_write(test_path("ca.pem"), str_of(tls.ca_pem), 0600, NULL));
    snprintf(route.ca_file, sizeof route.ca_file, "%s", test_path("ca.pem"));
    http_finish(&http);
    http_init(&http, &loop, &route);
    tls_get(&get, NULL, false, "https://localhost/");
    cr_assert(!get.request.failed, "%s", get.request.error.text);
    get_finish(&get);
    snprintf(route.ca_file, sizeof route.ca_file, "%s", test_path("none.pem"));
    http_finish(&http);
    http_init(&http, &loop, &route);
    tls_get(&get, NULL, false, "https://localhost/");
    cr_assert(str_starts(str_of(get.request.error.text),
                         STR("The CA certificates for localhost cannot be read.")),
              "%s", get.request.error.text);
    get_finish(&get);
    tls_server_finish(&tls);
}

Test(http, tls_can_be_cancelled_at_every_step)
{
    struct tls_server tls;
    tls_server_init(&tls);
    route_to(tls.port);
    bool over = false;
    for (int steps = 0; !over; steps++) {
        struct get get;
        get_init(&get, "GET", "https://localhost/");
        get.request.ca_pem = tls.ca_pem;
        get_send(&get);
        for (int i = 0; i < steps && !get.over; i++)
            loop_turn(&loop, true);
        over = get.over;
        get_finish(&get);
    }
    tls_server_finish(&tls);
}
