/* Port-forwarding against a scripted API server, and the frames beneath it. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/kube/forward_private.h"
#include "core/kube/frames.h"
#include "core/kube/podlog.h"
#include "tests/support/server.h"
#include "tests/support/turns.h"

/* ---- frames ---- */

struct heard {
    struct frames socket;
    struct buf text; /* "[data][more](9:ping)" */
    bool finishes;
};

static void hear_data(struct frames *socket, struct str bytes, bool begins)
{
    struct heard *heard = container_of(socket, struct heard, socket);
    buf_printf(&heard->text, "%s%.*s", begins ? "|" : "", STR_ARG(bytes));
    if (heard->finishes)
        frames_finish(socket);
}

static void hear_control(struct frames *socket, enum frame_opcode opcode, struct str bytes)
{
    struct heard *heard = container_of(socket, struct heard, socket);
    buf_printf(&heard->text, "(%d:%.*s)", (int)opcode, STR_ARG(bytes));
}

TestSuite(frames, .fini = no_leaks);

#define FRAMES(text) ((struct str){text, sizeof(text) - 1})

static const struct {
    struct str bytes;
    const char *heard; /* NULL: broken */
} cases[] = {
    {FRAMES("\x81\x05Hello"), "|Hello"},
    {FRAMES("\x01\x03Hel\x80\x02lo"), "|Hello"},
    {FRAMES("\x02\x01H\x89\x05there\x00\x01i\x80\x00\x82\x01z"), "|H(9:there)i|z"},
    {FRAMES("\x82\x7e\x00\x03"
            "abc"),
     "|abc"},
    {FRAMES("\x82\x7f\x00\x00\x00\x00\x00\x00\x00\x03"
            "abc"),
     "|abc"},
    {FRAMES("\x82\x00\x88\x02\x03\xe8"), "|(8:\x03\xe8)"},
    {FRAMES("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), NULL}, /* masked */
    {FRAMES("\x80\x01x"), NULL},                                    /* continues nothing */
    {FRAMES("\x02\x01x\x82\x01y"), NULL},                           /* in the middle of another */
    {FRAMES("\x09\x01x"), NULL},                                    /* a ping in parts */
    {FRAMES("\x89\x7e\x00\x7e"), NULL},                             /* a long ping */
    {FRAMES("\xc2\x01x"), NULL},
    {FRAMES("\x83\x01x"), NULL},
    {FRAMES("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff"), NULL},
};

Test(frames, frames_in_pieces_of_every_size)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t piece = 1; piece <= cases[i].bytes.len; piece++) {
            struct heard heard = {.socket = {.data = hear_data, .control = hear_control}};
            bool ok = true;
            for (struct str rest = cases[i].bytes; rest.len > 0; rest = str_skip(rest, piece))
                ok = frames_feed(&heard.socket,
                                 (struct str){rest.data, rest.len < piece ? rest.len : piece});
            cr_assert_eq(ok, cases[i].heard != NULL, "%zu", i);
            if (ok)
                cr_assert_str_eq(buf_cstr(&heard.text), cases[i].heard);
            buf_finish(&heard.text);
        }
}

Test(frames, may_be_finished_by_what_it_calls)
{
    struct heard heard = {.socket = {.data = hear_data, .control = hear_control}, .finishes = true};
    cr_assert(frames_feed(&heard.socket, cases[2].bytes));
    cr_assert_str_eq(buf_cstr(&heard.text), "|");
    buf_finish(&heard.text);
}

Test(frames, the_examples_of_the_rfc)
{
    static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    struct buf out = {.data = NULL};
    char accept[FRAMES_KEY], key[FRAMES_KEY];
    frames_write(&out, FRAME_TEXT, -1, STR("Hello"), mask);
    cr_assert(str_eq(buf_str(&out), cases[6].bytes));
    buf_clear(&out);
    frames_write(&out, FRAME_TEXT, 'H', STR("ello"), mask);
    cr_assert(str_eq(buf_str(&out), cases[6].bytes));
    buf_finish(&out);
    frames_accept("dGhlIHNhbXBsZSBub25jZQ==", accept);
    cr_assert_str_eq(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    frames_key((const unsigned char *)"the sample nonce", key);
    cr_assert_str_eq(key, "dGhlIHNhbXBsZSBub25jZQ==");
}

/* ---- a forward ---- */

static struct loop loop;
static struct server server;
static struct http http;
static struct kube kube;
static struct forward forward;
static struct error err;
static int descriptors, made;
static bool ended;

/* what the scripted peer does */
static const char *refusal; /* instead of 101 */
static const char *greeting;
static size_t greeting_len;
static bool wrong_accept, upgraded, closed_by_client, echoes;
static size_t received;
static struct buf said; /* what the client sent, unmasked, channel bytes dropped */

static void begin(void)
{
    struct http_route route = {.user_agent = "ekshub-tui/test"};
    descriptors = open_descriptors();
    loop_init(&loop, &clock_system);
    server_init(&server, &loop);
    server.raw = true;
    http_init(&http, &loop, &route);
    echoes = true;
}

static void end(void)
{
    task_finish(&forward.task);
    task_finish(&forward.task);
    kube_finish(&kube);
    http_finish(&http);
    server_finish(&server);
    loop_finish(&loop);
    buf_finish(&said);
    no_more_descriptors(descriptors + 1);
    no_leaks();
}

TestSuite(forward, .init = begin, .fini = end, .timeout = 60);

static void say_frame(const char *payload, size_t len)
{
    struct buf frame = {.data = NULL};
    buf_byte(&frame, (char)0x82);
    if (len < 126) {
        buf_byte(&frame, (char)len);
    } else {
        buf_byte(&frame, 126);
        buf_byte(&frame, (char)(len >> 8));
        buf_byte(&frame, (char)len);
    }
    buf_append(&frame, (struct str){payload, len});
    server_say(&server, buf_str(&frame));
    buf_finish(&frame);
}

static void upgrade(void)
{
    struct str rest = buf_str(&server.last), line, key = STR("");
    char text[FRAMES_KEY], accept[FRAMES_KEY];
    struct str name;
    while (str_cut(&rest, '\n', &line))
        if (str_cut(&line, ':', &name) && str_is(name, "Sec-WebSocket-Key"))
            key = str_trim(line);
    str_copy(key, text, sizeof text);
    frames_accept(wrong_accept ? "nonsense" : text, accept);
    char *answer = alloc_printf("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n"
                                "Sec-WebSocket-Protocol: v4.channel.k8s.io\r\n\r\n",
                                accept);
    server_say(&server, str_of(answer));
    free(answer);
    upgraded = true;
    say_frame("\x00\x90\x1f", 3);
    say_frame("\x01\x90\x1f", 3);
    if (greeting)
        server_say(&server, (struct str){greeting, greeting_len});
}

/* Takes one masked frame off what came. */
static bool take_frame(void)
{
    const unsigned char *bytes = (const unsigned char *)buf_cstr(&server.last);
    size_t have = server.last.len, head = 6;
    if (have < 6)
        return false;
    size_t len = bytes[1] & 0x7f;
    if (len == 126) {
        len = (size_t)bytes[2] << 8 | bytes[3];
        head = 8;
    }
    cr_assert(bytes[1] & 0x80, "a client masks");
    if (have < head + len)
        return false;
    char *payload = alloc_zeroed(len + 1, 1);
    for (size_t i = 0; i < len; i++)
        payload[i] = (char)(bytes[head + i] ^ bytes[head - 4 + i % 4]);
    if ((bytes[0] & 0x0f) == FRAME_CLOSE) {
        closed_by_client = true;
    } else {
        buf_append(&said, (struct str){payload + 1, len - 1});
        received += len - 1;
        if (echoes)
            say_frame(payload, len);
    }
    free(payload);
    buf_drop(&server.last, head + len);
    return true;
}

static void on_asked(struct server *asked)
{
    if (!upgraded && str_find(buf_str(&asked->last), STR("\r\n\r\n")) < 0)
        return;
    if (!upgraded && refusal) {
        server_say(asked, str_of(refusal));
        server_hang_up(asked);
        return;
    }
    if (!upgraded) {
        cr_assert(str_find(buf_str(&asked->last),
                           STR("GET /api/v1/namespaces/hub/pods/proxy-0/portforward?ports=8000 "
                               "HTTP/1.1\r\nHost: localhost:")) == 0,
                  "%s", buf_cstr(&asked->last));
        upgrade();
        buf_clear(&asked->last);
        return;
    }
    while (take_frame())
        ;
}

static void on_ended(struct task *task)
{
    (void)task;
    ended = true;
}

static void open_forward(bool tls)
{
    struct kube_access access = {.auth = KUBE_AUTH_NONE};
    if (tls)
        server_tls(&server);
    server.asked = on_asked;
    snprintf(access.server, sizeof access.server, "%s://localhost:%d", tls ? "https" : "http",
             server.port);
    if (tls)
        buf_text(&access.ca_pem, server.ca_pem);
    cr_assert(kube_init(&kube, &http, &access, &err));
    forward_init(&forward, &kube, "hub", "proxy-0", 8000);
    forward.task.ended = on_ended;
    task_start(&forward.task, &loop);
    cr_assert_eq(forward.task.state, TASK_RUNNING, "%s", forward.task.error.text);
    cr_assert_gt(forward.port, 0);
}

static int dial(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)forward.port),
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0), little = 4096;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
    cr_assert(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void wake(struct watch *watch, short revents)
{
    (void)watch;
    (void)revents;
}

/* A turn that also ends when the client's end is ready. */
static void turn_with(int fd, short events)
{
    struct watch watch = {.ready = wake};
    loop_watch(&loop, &watch, fd, events);
    loop_turn(&loop, true);
    loop_unwatch(&loop, &watch);
}

/* Until so many bytes came, or the connection ended. */
static size_t hear(int fd, char *bytes, size_t wanted)
{
    size_t len = 0;
    while (len < wanted) {
        turn_with(fd, POLLIN);
        ssize_t n = recv(fd, bytes + len, wanted - len, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            break;
        len += n > 0 ? (size_t)n : 0;
    }
    return len;
}

static void echo(bool tls)
{
    char bytes[16] = "";
    open_forward(tls);
    int fd = dial();
    cr_assert(send(fd, "hello", 5, 0) == 5);
    cr_assert_eq(hear(fd, bytes, 5), 5, "%s", forward.trouble.text);
    cr_assert_str_eq(bytes, "hello");
    cr_assert_eq(forward.carried, 1);
    close(fd);
    for (int i = 0; i < 2000 && !closed_by_client; i++)
        loop_turn(&loop, true);
    cr_assert(closed_by_client);
    turns(&loop, 20);
    cr_assert(list_empty(&forward.streams));
    task_stop(&forward.task);
    cr_assert(ended && forward.task.state == TASK_CANCELLED);
}

Test(forward, carries_bytes_both_ways)
{
    echo(false);
}

Test(forward, carries_bytes_both_ways_in_tls)
{
    echo(true);
}

/* More than the kernel may buffer on the way (tcp_wmem has 4 MiB at the most by default). */
enum { MUCH = 12 << 20 };

static char *much(void)
{
    char *bytes = alloc_zeroed(MUCH, 1);
    for (size_t i = 0; i < MUCH; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    return bytes;
}

Test(forward, carries_much_to_the_pod)
{
    char *bytes = much();
    size_t sent = 0;
    echoes = false;
    buf_init(&said, MUCH + 1);
    open_forward(true);
    int fd = dial();
    while (received < MUCH) {
        ssize_t n = sent < MUCH ? send(fd, bytes + sent, MUCH - sent, MSG_NOSIGNAL) : 0;
        sent += n > 0 ? (size_t)n : 0;
        turn_with(fd, sent < MUCH ? POLLOUT : POLLIN);
    }
    cr_assert(str_eq(buf_str(&said), (struct str){bytes, MUCH}));
    close(fd);
    free(bytes);
}

static struct buf flood;

static void on_asked_for_a_flood(struct server *asked)
{
    on_asked(asked);
    if (said.len > 0)
        asked->answer = buf_str(&flood);
    buf_clear(&said);
}

static void much_from_the_pod(bool tls)
{
    char *bytes = much(), *got = alloc_zeroed(MUCH, 1);
    for (size_t at = 0; at < MUCH; at += 32768) {
        buf_append(&flood, FRAMES("\x82\x7e\x80\x01\x00"));
        buf_append(&flood, (struct str){bytes + at, 32768});
    }
    echoes = false;
    open_forward(tls);
    server.asked = on_asked_for_a_flood;
    int fd = dial();
    cr_assert(send(fd, "go", 2, 0) == 2);
    struct forward_stream *stream = NULL;
    while (!stream || !stream->tunnel.paused) {
        loop_turn(&loop, true);
        if (!list_empty(&forward.streams))
            stream = container_of(forward.streams.next, struct forward_stream, link);
    }
    turns(&loop, 200); /* the client does not read: what waits here is bounded */
    cr_assert(stream->tunnel.paused);
    cr_assert_lt(stream->out.len, 512 << 10);
    cr_assert_eq(hear(fd, got, MUCH), MUCH, "%s", forward.trouble.text);
    cr_assert(memcmp(bytes, got, MUCH) == 0);
    close(fd);
    free(bytes);
    free(got);
    buf_finish(&flood);
}

Test(forward, waits_for_a_client_that_does_not_read)
{
    much_from_the_pod(false);
}

Test(forward, waits_for_a_client_that_does_not_read_in_tls)
{
    much_from_the_pod(true);
}

Test(forward, fragments_pings_and_what_comes_with_the_answer)
{
    static const char come[] = "\x02\x01\x00\x89\x02hi\x00\x03one\x80\x03two\x88\x02\x03\xe8";
    char bytes[16] = "";
    greeting = come;
    greeting_len = sizeof come - 1;
    open_forward(false);
    int fd = dial();
    cr_assert_eq(hear(fd, bytes, 7), 6, "then it ends");
    cr_assert_str_eq(bytes, "onetwo");
    cr_assert_eq(forward.task.state, TASK_RUNNING);
    cr_assert_eq(forward.trouble.kind, ERROR_NONE, "%s", forward.trouble.text);
    close(fd);
}

Test(forward, what_the_kubelet_complains_of_is_a_sentence)
{
    static const char complaint[] = "\x82\x1c\x01"
                                    "connection refused\x1b[1m now";
    char byte;
    greeting = complaint;
    greeting_len = 2 + 0x1c;
    open_forward(false);
    int fd = dial();
    cr_assert_eq(hear(fd, &byte, 1), 0);
    cr_assert(strstr(forward.trouble.text,
                     "Port 8000 of the pod proxy-0 cannot be reached: connection refused^[[1m"),
              "%s", forward.trouble.text);
    cr_assert_eq(forward.task.state, TASK_RUNNING, "the next one may be");
    close(fd);
}

static void refused(const char *answer, bool ends, const char *word)
{
    char byte;
    refusal = answer;
    open_forward(true);
    int fd = dial();
    cr_assert_eq(hear(fd, &byte, 1), 0);
    turns(&loop, 10);
    cr_assert(strstr(forward.trouble.text, word), "%s", forward.trouble.text);
    cr_assert_eq(ended, ends);
    close(fd);
    if (!ends)
        return;
    cr_assert(forward.task.state == TASK_FAILED && strstr(forward.task.error.text, word));
}

Test(forward, ends_when_the_pod_is_gone)
{
    refused("HTTP/1.1 404 Not Found\r\nContent-Length: 78\r\n\r\n{\"kind\":\"Status\",\"message\":"
            "\"pods \\\"proxy-0\\\" not found\",\"reason\":\"NotFound\"}\n\n\n\n\n",
            true, "pods \"proxy-0\" not found");
}

Test(forward, ends_when_it_is_not_allowed)
{
    refused("HTTP/1.1 403 Forbidden\r\n\r\nno", true, "does not allow");
}

Test(forward, lives_on_when_the_server_is_in_trouble)
{
    refused("HTTP/1.1 500 Oh\r\n\r\n", false, "500");
}

Test(forward, nonsense_is_no_tunnel)
{
    refused("220 smtp ready\r\n\r\n", false, "did not answer in HTTP");
}

Test(forward, an_answer_to_another_key_is_refused)
{
    char byte;
    wrong_accept = true;
    open_forward(false);
    int fd = dial();
    cr_assert_eq(hear(fd, &byte, 1), 0);
    cr_assert(strstr(forward.trouble.text, "v4.channel.k8s.io"));
    close(fd);
}

Test(forward, frames_that_are_none_end_the_connection)
{
    char byte;
    greeting = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
    greeting_len = 10;
    open_forward(false);
    int fd = dial();
    cr_assert_eq(hear(fd, &byte, 1), 0);
    cr_assert(strstr(forward.trouble.text, "no WebSocket"), "%s", forward.trouble.text);
    close(fd);
}

Test(forward, says_when_nobody_answers)
{
    char byte;
    open_forward(false);
    snprintf(kube.access.server, sizeof kube.access.server, "http://localhost:%d", refusing_port());
    int fd = dial();
    cr_assert_eq(hear(fd, &byte, 1), 0);
    cr_assert_eq(forward.trouble.kind, ERROR_NETWORK, "%s", forward.trouble.text);
    close(fd);
}

static bool make_token(void *context, struct secret *out, int64_t *expires_wall_ms,
                       struct error *why)
{
    char text[32];
    (void)context;
    snprintf(text, sizeof text, "token-%d", ++made);
    *expires_wall_ms = clock_wall(loop.clock) + 600000;
    return secret_set(out, str_of(text), why);
}

/* The first token is refused; then the small request comes, and the tunnel again. */
static void on_asked_with_token(struct server *asked)
{
    struct str last = buf_str(&asked->last);
    if (upgraded) {
        on_asked(asked);
    } else if (str_find(last, STR("\r\n\r\n")) < 0) {
        return;
    } else if (str_find(last, STR("portforward")) < 0) {
        server_say(asked,
                   STR("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"));
        buf_clear(&asked->last);
        server_hang_up(asked);
    } else if (str_find(last, STR("Authorization: Bearer token-2\r\n")) < 0) {
        server_say(asked, STR("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"));
        buf_clear(&asked->last);
        server_hang_up(asked);
    } else {
        on_asked(asked);
    }
}

Test(forward, renews_the_token_that_is_refused)
{
    char bytes[8] = "";
    open_forward(true);
    kube.token = make_token;
    server.asked = on_asked_with_token;
    int fd = dial();
    cr_assert(send(fd, "hi", 2, 0) == 2);
    cr_assert_eq(hear(fd, bytes, 2), 2, "%s", forward.trouble.text);
    cr_assert_eq(made, 2);
    close(fd);
}

Test(forward, can_be_finished_at_every_step)
{
    open_forward(true);
    for (int steps = 0; steps < 60; steps++) {
        task_finish(&forward.task);
        server_hang_up(&server);
        buf_clear(&server.last);
        upgraded = false;
        greeting = steps % 3 ? NULL : "\x88\x00";
        greeting_len = 2;
        forward_init(&forward, &kube, "hub", "proxy-0", 8000);
        task_start(&forward.task, &loop);
        int fd = dial();
        cr_assert(send(fd, "x", 1, 0) == 1);
        for (int i = 0; i < steps; i++)
            loop_turn(&loop, false);
        close(fd);
        for (int i = 0; i < steps % 7; i++)
            loop_turn(&loop, false);
    }
}

/* ---- logs ---- */

struct log {
    struct podlog podlog;
    bool over;
    struct buf lines;
};

static void log_line_came(struct podlog *podlog, struct str line)
{
    buf_printf(&container_of(podlog, struct log, podlog)->lines, "[%.*s]", STR_ARG(line));
}

static void log_done(struct podlog *podlog)
{
    container_of(podlog, struct log, podlog)->over = true;
}

static const char *first_answer, *second_answer;

static void on_log_asked(struct server *asked)
{
    bool previous = str_find(buf_str(&asked->last), STR("previous=true")) >= 0;
    asked->answer = str_of(previous ? first_answer : second_answer);
}

static void read_log(struct log *log, bool previous, bool follow)
{
    struct kube_access access = {.auth = KUBE_AUTH_NONE};
    server.raw = false;
    server.closes = true;
    server.asked = on_log_asked;
    snprintf(access.server, sizeof access.server, "http://localhost:%d", server.port);
    cr_assert(kube_init(&kube, &http, &access, &err));
    *log = (struct log){.podlog = {.namespace_name = "hub",
                                   .pod = "proxy-0",
                                   .container = "c",
                                   .tail = 5,
                                   .previous = previous,
                                   .follow = follow,
                                   .line = log_line_came,
                                   .done = log_done}};
    cr_assert(podlog_start(&log->podlog, &kube, &err));
    cr_assert(turns_until(&loop, &log->over));
}

static void log_finish(struct log *log)
{
    podlog_finish(&log->podlog);
    podlog_finish(&log->podlog);
    buf_finish(&log->lines);
}

Test(forward, a_log_is_clean_lines)
{
    struct log log;
    second_answer = "HTTP/1.1 200 OK\r\n\r\none\r\n\ntw\033[1mo\xff\nlast";
    read_log(&log, false, false);
    cr_assert(log.podlog.ok);
    cr_assert_str_eq(buf_cstr(&log.podlog.text), "one\n\ntw^[[1mo\xef\xbf\xbd\nlast\n");
    cr_assert_str_eq(buf_cstr(&log.lines), "[one][][tw^[[1mo\xef\xbf\xbd][last]");
    cr_assert(str_find(buf_str(&server.last),
                       STR("/pods/proxy-0/log?tailLines=5&container=c&limitBytes=65536 ")) > 0);
    log_finish(&log);
}

Test(forward, without_a_last_life_the_present_one_is_read)
{
    struct log log;
    first_answer = "HTTP/1.1 400 Bad Request\r\n\r\n{\"kind\":\"Status\",\"message\":\"previous "
                   "terminated container \\\"c\\\" in pod \\\"p\\\" not found\"}";
    second_answer = "HTTP/1.1 200 OK\r\n\r\nnow\n";
    read_log(&log, true, false);
    cr_assert(log.podlog.ok && !log.podlog.was_previous);
    cr_assert_str_eq(buf_cstr(&log.podlog.text), "now\n");
    log_finish(&log);
    kube_finish(&kube);
    first_answer = "HTTP/1.1 200 OK\r\n\r\nbefore\n";
    read_log(&log, true, false);
    cr_assert(log.podlog.ok && log.podlog.was_previous);
    log_finish(&log);
    kube_finish(&kube);
    second_answer = "HTTP/1.1 400 Bad Request\r\n\r\n{\"kind\":\"Status\",\"message\":\"container "
                    "\\\"c\\\" is waiting to start\"}";
    read_log(&log, false, true);
    cr_assert(!log.podlog.ok && strstr(log.podlog.error.text, "waiting to start"));
    cr_assert(str_find(buf_str(&server.last), STR("follow=true")) > 0);
    cr_assert_eq(log.lines.len, 0);
    log_finish(&log);
}
