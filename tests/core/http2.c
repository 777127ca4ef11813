/* core/io/http where HTTP/2 is offered: many requests, one connection. */
#include <criterion/criterion.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <signal.h>

#include "core/io/http.h"
#include "tests/support/h2.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

enum { MANY = 8 };

static struct loop loop;
static struct server server;
static struct h2 h2;
static struct http http;

static void begin(void)
{
    loop_init(&loop, &clock_system);
    server_init(&server, &loop);
    server_tls(&server);
    http_init(&http, &loop, &(struct http_route){.port = server.port});
}

static void end(void)
{
    http_finish(&http);
    server_finish(&server);
    loop_finish(&loop);
    no_leaks();
}

TestSuite(http2, .init = begin, .fini = end, .timeout = 60);

/* Everything here needs a libcurl that was built with it. */
static void offer_h2(void)
{
    void *library = dlopen("libcurl.so.4", RTLD_LAZY);
    __typeof__(curl_version_info) *version = NULL;
    if (library)
        *(void **)&version = dlsym(library, "curl_version_info");
    if (!version || !(version(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2))
        cr_skip_test("this libcurl was built without HTTP/2");
    h2_init(&h2, &server);
}

struct get {
    struct http_request request;
    bool over;
};

static struct get askers[MANY];
static int ended;
static bool all_ended;

static void get_done(struct http_request *request)
{
    container_of(request, struct get, request)->over = true;
    all_ended = ++ended == MANY;
}

static void ask_for_all(const char *ca_pem)
{
    struct error err;
    ended = 0;
    all_ended = false;
    for (int i = 0; i < MANY; i++) {
        askers[i] = (struct get){.over = false};
        http_request_init(&askers[i].request, i % 2 ? "GET" : "POST", "https://localhost/");
        (void)buf_text(&askers[i].request.body, i % 2 ? "" : "Action=GetCallerIdentity");
        askers[i].request.ca_pem = ca_pem;
        askers[i].request.done = get_done;
        cr_assert(http_send(&http, &askers[i].request, &err), "%s", err.text);
    }
}

static void forget_all(void)
{
    for (int i = 0; i < MANY; i++)
        http_request_finish(&askers[i].request);
}

static void answer_backwards(struct h2 *h)
{
    if (h->count < MANY) /* until all have been asked nobody is answered */
        return;
    for (int i = MANY - 1; i >= 0; i--)
        h2_answer(h, h->streams[i], i % 2 ? STR("odd") : STR("even"));
}

Test(http2, many_requests_at_once_share_one_connection)
{
    offer_h2();
    h2.asked = answer_backwards;
    ask_for_all(server.ca_pem);
    cr_assert(turns_until(&loop, &all_ended));
    cr_assert_eq(server.accepted, 1);
    for (int i = 0; i < MANY; i++) {
        cr_assert_not(askers[i].request.failed, "%s", askers[i].request.error.text);
        cr_assert_eq(askers[i].request.status, 200);
        cr_assert(str_starts(buf_str(&askers[i].request.response_headers), STR("HTTP/2 200")));
    }
    forget_all();
}

static void reset_the_first(struct h2 *h)
{
    if (h->count == MANY)
        h2_reset(h, h->streams[0]);
    for (int i = 1; i < MANY && h->count == MANY; i++)
        h2_answer(h, h->streams[i], STR("here"));
}

Test(http2, a_stream_that_breaks_takes_no_other_with_it)
{
    offer_h2();
    h2.asked = reset_the_first;
    ask_for_all(server.ca_pem);
    cr_assert(turns_until(&loop, &all_ended));
    int failed = 0;
    for (int i = 0; i < MANY; i++) {
        if (!askers[i].request.failed)
            continue;
        cr_assert(str_starts(str_of(askers[i].request.error.text),
                             STR("The HTTP/2 connection to localhost broke.")),
                  "%s", askers[i].request.error.text);
        failed++;
    }
    cr_assert_eq(failed, 1);
    cr_assert_eq(server.accepted, 1);
    forget_all();
}

static int chosen;
static char large[16384 + 100]; /* the last frame is a small one, and ends the stream */

static void answer_the_chosen(struct h2 *h)
{
    if (h->count == MANY)
        h2_answer(h, h->streams[chosen], (struct str){large, sizeof large});
}

static void another_connection(void)
{
    http_finish(&http);
    signal(SIGPIPE, SIG_IGN); /* the server says goodbye to nobody */
    server_hang_up(&server);
    buf_clear(&server.last);
    http_init(&http, &loop, &(struct http_route){.port = server.port});
}

/* libcurl reads it on behalf of another one, and nothing comes behind it that would wake anybody.
 */
Test(http2, the_end_of_an_answer_is_seen_though_nothing_comes_behind_it)
{
    memset(large, 'x', sizeof large);
    for (chosen = 0; chosen < MANY; chosen++) {
        offer_h2();
        h2.asked = answer_the_chosen;
        ask_for_all(server.ca_pem);
        for (int i = 0; i < 1000000 && ended == 0; i++)
            loop_turn(&loop, false);
        cr_assert_eq(ended, 1, "the answer to request %d has no end", chosen);
        forget_all();
        another_connection();
    }
}

static void keep_quiet(struct h2 *h)
{
    (void)h;
}

Test(http2, cancelling_one_leaves_the_connection_to_the_others)
{
    offer_h2();
    h2.asked = keep_quiet;
    ask_for_all(server.ca_pem);
    for (int i = 0; i < 100000 && h2.count < MANY; i++)
        loop_turn(&loop, true);
    cr_assert_eq(h2.count, MANY);
    http_cancel(&askers[0].request);
    ended++;                       /* it has no end of its own */
    for (int i = 0; i < MANY; i++) /* the server need not know yet */
        h2_answer(&h2, h2.streams[i], STR("here"));
    cr_assert(turns_until(&loop, &all_ended));
    for (int i = 1; i < MANY; i++)
        cr_assert_not(askers[i].request.failed, "%s", askers[i].request.error.text);
    cr_assert_eq(server.accepted, 1);
    forget_all();
}

Test(http2, where_it_is_not_offered_nobody_waits_for_it)
{
    server.answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    ask_for_all(server.ca_pem);
    cr_assert(turns_until(&loop, &all_ended));
    for (int i = 0; i < MANY; i++)
        cr_assert_str_eq(buf_cstr(&askers[i].request.response), "hello");
    cr_assert_eq(server.requests, MANY);
    forget_all();
}

Test(http2, who_waits_for_a_connection_that_fails_fails_too)
{
    offer_h2();
    h2.asked = keep_quiet;
    ask_for_all(NULL);
    cr_assert(turns_until(&loop, &all_ended));
    for (int i = 0; i < MANY; i++)
        cr_assert(str_starts(str_of(askers[i].request.error.text),
                             STR("The TLS certificate of localhost is not trusted.")),
                  "%s", askers[i].request.error.text);
    forget_all();
}
