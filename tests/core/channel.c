#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/io/channel.h"
#include "core/io/channel_line.h"
#include "tests/support/turns.h"

static struct still_clock still;
static struct loop loop;
static struct channel channel;
static const char *path;
static char usual_path[PATH_MAX];
static int requests, descriptors;
static char got[64];
static bool closes;

static json_t *on_request(struct channel *c, const json_t *request)
{
    requests++;
    str_copy(js_str(request, "do"), got, sizeof got);
    if (closes)
        channel_close(c);
    if (strcmp(got, "nothing") == 0)
        return NULL;
    json_t *answer = json_object();
    js_set_bool(answer, "ok", strcmp(got, "refuse") != 0);
    js_set_text(answer, "text", "Not now.");
    if (strcmp(got, "large") == 0) {
        char *large = alloc_zeroed(1, 900001);
        memset(large, 'x', 900000);
        js_set_text(answer, "large", large);
        free(large);
    }
    if (strcmp(got, "too large") == 0) {
        char *large = alloc_zeroed(1, 2000001);
        memset(large, 'x', 2000000);
        js_set_text(answer, "large", large);
        free(large);
    }
    return answer;
}

static void begin(void)
{
    still_clock_init(&still);
    loop_init(&loop, &still.clock);
    str_copy(str_of(test_path("control")), usual_path, sizeof usual_path);
    path = usual_path;
    descriptors = open_descriptors();
    channel.request = on_request;
    struct error err;
    cr_assert(channel_listen(&channel, &loop, path, &err), "%s", err.text);
}

static void end(void)
{
    channel_close(&channel);
    channel_close(&channel);
    no_more_descriptors(descriptors);
    loop_finish(&loop);
    test_directory_remove();
    no_leaks();
}

TestSuite(channel, .init = begin, .fini = end, .timeout = 60);

struct ask {
    struct channel_call call;
    bool over, again;
    int ended;
};

static json_t *request(const char *what)
{
    json_t *object = json_object();
    js_set_text(object, "do", what);
    return object;
}

static void ask_ended(struct channel_call *call)
{
    struct ask *ask = container_of(call, struct ask, call);
    ask->ended++;
    ask->over = true;
    if (ask->again) {
        ask->again = ask->over = false;
        cr_assert(channel_ask(call, &loop, path, request("second"), 1000, NULL));
    }
}

#define ASK                                                                                        \
    {                                                                                              \
        .call = {.ended = ask_ended }                                                              \
    }

static void ask_run(struct ask *ask, const char *what)
{
    struct error err;
    cr_assert(channel_ask(&ask->call, &loop, path, request(what), 1000, &err), "%s", err.text);
    cr_assert_eq(ask->ended, 0, "nothing is called from inside channel_ask");
    cr_assert(turns_until(&loop, &ask->over));
    cr_assert_eq(ask->ended, 1);
}

Test(channel, asks_and_is_answered)
{
    struct ask ask = ASK;
    ask_run(&ask, "stop");
    cr_assert(ask.call.ok, "%s", ask.call.error.text);
    cr_assert_str_eq(got, "stop");
    cr_assert_str_eq(js_text(ask.call.answer, "text"), "Not now.");
    channel_call_finish(&ask.call);
    channel_call_finish(&ask.call);
}

Test(channel, no_answer_means_ok_and_a_refusal_is_an_error)
{
    struct ask yes = ASK, no = ASK;
    ask_run(&yes, "nothing");
    cr_assert(yes.call.ok);
    channel_call_finish(&yes.call);
    ask_run(&no, "refuse");
    cr_assert(!no.call.ok);
    cr_assert_eq(no.call.error.kind, ERROR_SERVICE);
    cr_assert_str_eq(no.call.error.text, "Not now.");
    channel_call_finish(&no.call);
}

Test(channel, large_answers_arrive_and_too_large_ones_do_not)
{
    struct ask large = ASK, too_large = ASK;
    ask_run(&large, "large");
    cr_assert(large.call.ok);
    cr_assert_eq(js_str(large.call.answer, "large").len, 900000);
    channel_call_finish(&large.call);
    ask_run(&too_large, "too large");
    cr_assert(!too_large.call.ok);
    cr_assert_str_eq(too_large.call.error.text, "The worker's answer is longer than 1 MiB.");
    channel_call_finish(&too_large.call);
}

Test(channel, a_request_may_be_asked_by_the_end_of_another)
{
    struct ask ask = ASK;
    ask.again = true;
    cr_assert(channel_ask(&ask.call, &loop, path, request("first"), 1000, NULL));
    cr_assert(turns_until(&loop, &ask.over));
    cr_assert_eq(ask.ended, 2);
    cr_assert_str_eq(got, "second");
    channel_call_finish(&ask.call);
}

Test(channel, is_private_and_goes_with_its_worker)
{
    struct stat st;
    cr_assert_eq(stat(path, &st), 0);
    cr_assert(S_ISSOCK(st.st_mode));
    cr_assert_eq(st.st_mode & 0777, 0600);
    channel_close(&channel);
    cr_assert(!file_exists(path));
}

Test(channel, names_longer_than_a_socket_address_are_no_obstacle)
{
    char directory[PATH_MAX] = "", name[PATH_MAX];
    for (int i = 0; i < 8; i++) {
        size_t len = strlen(directory);
        snprintf(directory + len, sizeof directory - len, "%s%s", i ? "/" : test_path("long"),
                 "a-directory-with-a-long-name-of-its-own");
    }
    cr_assert(dir_make(directory, 0700, NULL));
    cr_assert_gt(snprintf(name, sizeof name, "%s/control", directory), 300);
    struct channel other = {.request = on_request};
    struct error err;
    cr_assert(channel_listen(&other, &loop, name, &err), "%s", err.text);
    path = name;
    struct ask ask = ASK;
    ask_run(&ask, "far away");
    cr_assert(ask.call.ok);
    channel_call_finish(&ask.call);
    path = usual_path;
    channel_close(&other);
    cr_assert(!file_exists(name));
}

Test(channel, that_nobody_listens_on_is_said_at_once)
{
    struct ask ask = ASK;
    struct error err;
    cr_assert(!channel_ask(&ask.call, &loop, test_path("none"), request("x"), 1000, &err));
    cr_assert_eq(err.kind, ERROR_NETWORK);
    cr_assert(!channel_ask(&ask.call, &loop, "/no/such/dir/control", request("x"), 1000, &err));
    cr_assert_eq(err.kind, ERROR_NETWORK);
    cr_assert(file_write(test_path("plain"), STR("x"), 0600, NULL));
    cr_assert(!channel_ask(&ask.call, &loop, test_path("plain"), request("x"), 1000, &err));
    cr_assert_eq(err.kind, ERROR_NETWORK);
    channel_call_finish(&ask.call);
}

static int leave_dead_socket(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", name);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
    return 0;
}

Test(channel, replaces_the_socket_of_a_dead_worker_but_no_other_file)
{
    struct error err;
    struct ask ask = ASK;
    const char *dead = test_path("dead");
    leave_dead_socket(dead);
    cr_assert(!channel_ask(&ask.call, &loop, dead, request("x"), 1000, &err));
    cr_assert_eq(err.kind, ERROR_NETWORK);
    struct channel other = {.request = on_request};
    cr_assert(channel_listen(&other, &loop, dead, &err), "%s", err.text);
    channel_close(&other);

    const char *plain = test_path("plain");
    cr_assert(file_write(plain, STR("precious"), 0600, NULL));
    cr_assert(!channel_listen(&other, &loop, plain, &err));
    cr_assert_neq(str_find(str_of(err.text), STR("plain")), -1);
    cr_assert_eq(file_size(plain), 8);
}

static int raw_connect(void)
{
    int fd = channel_socket(path, connect);
    cr_assert_geq(fd, 0);
    return fd;
}

/* Everything that comes until the other side closes. */
static const char *raw_answer(int fd)
{
    static char text[4096];
    size_t len = 0;
    for (int i = 0; i < 1000; i++) {
        ssize_t n = read(fd, text + len, sizeof text - 1 - len);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            break;
        if (n > 0)
            len += (size_t)n;
        loop_turn(&loop, false);
    }
    text[len] = '\0';
    close(fd);
    return text;
}

static const char *raw(struct str bytes)
{
    int fd = raw_connect();
    cr_assert_eq(send(fd, bytes.data, bytes.len, MSG_NOSIGNAL), (ssize_t)bytes.len);
    return raw_answer(fd);
}

#define NO_OBJECT "{\"ok\":false,\"text\":\"The request is not a JSON object.\"}\n"

Test(channel, nonsense_is_answered_and_the_worker_goes_on)
{
    static const struct str nonsense[] = {
        STR("\n"),
        STR("hello\n"),
        STR("[1,2]\n"),
        STR("\"text\"\n"),
        STR("{\"do\":\n"),
        STR("\0\0\n"),
        STR("{} trailing\n"),
        STR("\xff\xfe{}\n"),
        STR("{\"a\":\"\xed\xa0\x80\"}\n"),
    };
    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++)
        cr_assert_str_eq(raw(nonsense[i]), NO_OBJECT, "%zu", i);
    cr_assert_eq(requests, 0);
    cr_assert_str_eq(raw(STR("{\"do\":\"nothing\"}\nand what lies behind")), "{\"ok\":true}\n");
    cr_assert_eq(requests, 1);
    cr_assert_eq(channel.peer_count, 0);
}

Test(channel, half_requests_are_nothing)
{
    static const char whole[] = "{\"do\":\"nothing\"}";
    for (size_t len = 0; len < sizeof whole; len++) {
        int fd = raw_connect();
        cr_assert_eq(send(fd, whole, len, MSG_NOSIGNAL), (ssize_t)len);
        turns(&loop, 5);
        close(fd);
        turns(&loop, 5);
        cr_assert_eq(channel.peer_count, 0);
    }
    cr_assert_eq(requests, 0);
}

Test(channel, a_request_may_come_byte_by_byte)
{
    static const char whole[] = "{\"do\":\"nothing\"}\n";
    int fd = raw_connect();
    for (size_t i = 0; i < sizeof whole - 1; i++) {
        cr_assert_eq(send(fd, &whole[i], 1, MSG_NOSIGNAL), 1);
        turns(&loop, 3);
    }
    cr_assert_str_eq(raw_answer(fd), "{\"ok\":true}\n");
}

Test(channel, a_request_without_end_is_cut_off)
{
    static char flood[65536];
    memset(flood, 'x', sizeof flood);
    int fd = raw_connect();
    for (int i = 0; i < 2000 && channel.peer_count + (size_t)(i < 5) > 0; i++) {
        (void)!send(fd, flood, sizeof flood, MSG_NOSIGNAL);
        loop_turn(&loop, false);
    }
    cr_assert_str_eq(raw_answer(fd),
                     "{\"ok\":false,\"text\":\"The request is longer than 1 MiB.\"}\n");
    cr_assert_eq(channel.peer_count, 0);
}

Test(channel, too_many_peers_push_out_the_oldest)
{
    int fds[CHANNEL_PEERS + 4];
    for (int i = 0; i < CHANNEL_PEERS + 4; i++) {
        fds[i] = raw_connect();
        turns(&loop, 3);
        cr_assert_leq(channel.peer_count, CHANNEL_PEERS);
    }
    char byte;
    for (int i = 0; i < CHANNEL_PEERS + 4; i++)
        cr_assert_eq(read(fds[i], &byte, 1), i < 4 ? 0 : -1, "peer %d", i);
    struct ask ask = ASK;
    ask_run(&ask, "nothing");
    cr_assert(ask.call.ok);
    channel_call_finish(&ask.call);
    for (int i = 0; i < CHANNEL_PEERS + 4; i++)
        close(fds[i]);
    turns(&loop, 20);
    cr_assert_eq(channel.peer_count, 0);
}

Test(channel, a_slow_peer_is_sent_away)
{
    int fd = raw_connect(), reader = raw_connect();
    cr_assert_eq(send(fd, "{", 1, MSG_NOSIGNAL), 1);
    cr_assert_eq(send(reader, "{\"do\":\"large\"}\n", 15, MSG_NOSIGNAL), 15);
    turns(&loop, 5);
    cr_assert_eq(channel.peer_count, 2, "one does not ask, the other does not read");
    still.monotonic += CHANNEL_PEER_MS - 1;
    turns(&loop, 5);
    cr_assert_eq(channel.peer_count, 2);
    still.monotonic += 1;
    turns(&loop, 5);
    cr_assert_eq(channel.peer_count, 0);
    close(fd);
    close(reader);
}

static int listen_deaf(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(fd, 1), 0);
    return fd;
}

Test(channel, a_worker_that_does_not_answer_is_given_up)
{
    struct ask ask = ASK;
    int deaf = listen_deaf(test_path("deaf"));
    cr_assert(channel_ask(&ask.call, &loop, test_path("deaf"), request("x"), 5000, NULL));
    turns(&loop, 5);
    still.monotonic += 4999;
    turns(&loop, 5);
    cr_assert(!ask.over);
    still.monotonic += 1;
    cr_assert(turns_until(&loop, &ask.over));
    cr_assert_eq(ask.call.error.kind, ERROR_NETWORK);
    cr_assert_str_eq(ask.call.error.text, "The worker did not answer in time.");
    channel_call_finish(&ask.call);
    close(deaf);
}

static void answered_by(const char *answer, enum error_kind kind)
{
    struct ask ask = ASK;
    const char *name = test_path("odd");
    unlink(name);
    int listening = listen_deaf(name);
    cr_assert(channel_ask(&ask.call, &loop, name, request("x"), 5000, NULL));
    turns(&loop, 3);
    int fd = accept(listening, NULL, NULL);
    cr_assert_geq(fd, 0);
    cr_assert_eq(send(fd, answer, strlen(answer), MSG_NOSIGNAL), (ssize_t)strlen(answer));
    close(fd);
    cr_assert(turns_until(&loop, &ask.over));
    cr_assert(!ask.call.ok);
    cr_assert_eq(ask.call.error.kind, kind, "%s", ask.call.error.text);
    channel_call_finish(&ask.call);
    close(listening);
}

Test(channel, odd_answers_are_errors)
{
    answered_by("", ERROR_NETWORK);
    answered_by("{\"ok\":true}", ERROR_NETWORK);
    answered_by("nonsense\n", ERROR_SERVICE);
    answered_by("[]\n", ERROR_SERVICE);
    answered_by("{}\n", ERROR_SERVICE);
    answered_by("{\"ok\":\"yes\"}\n", ERROR_SERVICE);
}

Test(channel, may_be_closed_by_its_request)
{
    struct ask ask = ASK;
    closes = true;
    cr_assert(channel_ask(&ask.call, &loop, path, request("stop"), 1000, NULL));
    cr_assert(turns_until(&loop, &ask.over));
    cr_assert(!ask.call.ok);
    channel_call_finish(&ask.call);
}

Test(channel, calls_can_be_given_up_at_every_step)
{
    bool over = false;
    for (int steps = 0; !over; steps++) {
        struct ask ask = ASK;
        cr_assert(channel_ask(&ask.call, &loop, path, request("large"), 1000, NULL));
        for (int i = 0; i < steps && !ask.over; i++)
            loop_turn(&loop, false);
        over = ask.over;
        int ended = ask.ended;
        channel_call_finish(&ask.call);
        turns(&loop, 20);
        cr_assert_eq(ask.ended, ended);
        cr_assert_eq(channel.peer_count, 0);
    }
}

Test(channel, can_be_closed_at_every_step)
{
    bool ok = false;
    for (int steps = 0; !ok; steps++) {
        struct ask ask = ASK;
        cr_assert(channel_ask(&ask.call, &loop, path, request("large"), 1000, NULL));
        for (int i = 0; i < steps; i++)
            loop_turn(&loop, false);
        channel_close(&channel);
        cr_assert(turns_until(&loop, &ask.over));
        ok = ask.call.ok;
        channel_call_finish(&ask.call);
        cr_assert(channel_listen(&channel, &loop, path, NULL));
    }
}
