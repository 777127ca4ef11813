/* The simulated AWS: over TLS and plain, asked well and badly. The
 * client is a forked child that blocks; the server runs in the test's own here.loop. */
#include <criterion/criterion.h>

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/aws/sigv4.h"
#include "core/base/paths.h"
#include "tests/core/rehearsal_here.h"

#include "core/base/alloc.h"

enum { ANSWER_MAX = 1 << 20 };

TestSuite(rehearsal_server, .init = here_begin, .fini = here_end, .timeout = 60);

/* ---- a client in a child ---- */

struct listener { /* what the child reports, until it ends */
    struct watch watch;
    struct buf text;
    bool over;
};

static void listener_ready(struct watch *watch, short revents)
{
    struct listener *listener = container_of(watch, struct listener, watch);
    char bytes[4096];
    ssize_t got = read(watch->fd, bytes, sizeof bytes);
    (void)revents;
    if (got > 0)
        buf_append(&listener->text, (struct str){bytes, (size_t)got});
    else
        listener->over = true;
}

static int connect_here(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)here.rehearsal.route.port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
        _exit(9);
    return fd;
}

/* In the child: everything that comes until the end goes to `to`. */
static void plain_client(struct str request, size_t piece, int to)
{
    int fd = connect_here();
    char bytes[4096];
    for (size_t at = 0; at < request.len; at += piece) {
        size_t left = request.len - at;
        if (send(fd, request.data + at, left < piece ? left : piece, MSG_NOSIGNAL) < 0)
            break;
    }
    shutdown(fd, SHUT_WR);
    for (ssize_t got; (got = read(fd, bytes, sizeof bytes)) > 0;)
        if (write(to, bytes, (size_t)got) != got)
            _exit(9);
}

static void tls_client(const char *host, struct str request, size_t piece, int to)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl = NULL;
    char bytes[4096];
    if (SSL_CTX_load_verify_locations(context, here.rehearsal.route.ca_file, NULL) != 1)
        _exit(9);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    ssl = SSL_new(context);
    SSL_set_tlsext_host_name(ssl, host);
    SSL_set1_host(ssl, host);
    SSL_set_fd(ssl, connect_here());
    if (SSL_connect(ssl) != 1) {
        const char *why = X509_verify_cert_error_string(SSL_get_verify_result(ssl));
        dprintf(to, "TLS: %s", why);
        _exit(8);
    }
    for (size_t at = 0; at < request.len; at += piece) {
        size_t left = request.len - at;
        if (SSL_write(ssl, request.data + at, (int)(left < piece ? left : piece)) <= 0)
            break;
    }
    for (int got; (got = SSL_read(ssl, bytes, sizeof bytes)) > 0;)
        if (write(to, bytes, (size_t)got) != got)
            _exit(9);
}

/* Sends the bytes, in pieces of that size, and returns everything that was answered. */
static void ask_in_pieces(const char *host, struct str request, size_t piece, struct buf *answer)
{
    int ends[2], status;
    struct listener listener = {.watch = {.ready = listener_ready}};
    buf_init(&listener.text, ANSWER_MAX);
    cr_assert_eq(pipe(ends), 0);
    fflush(NULL);
    pid_t pid = fork();
    cr_assert(pid >= 0);
    if (pid == 0) {
        close(ends[0]);
        if (host)
            tls_client(host, request, piece, ends[1]);
        else
            plain_client(request, piece, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    loop_watch(&here.loop, &listener.watch, ends[0], POLLIN);
    while (!listener.over)
        loop_turn(&here.loop, true);
    loop_unwatch(&here.loop, &listener.watch);
    close(ends[0]);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    *answer = listener.text;
}

static void ask(const char *host, const char *request, struct buf *answer)
{
    ask_in_pieces(host, str_of(request), 1 << 20, answer);
}

/* A signed request as text. `key` and `secret` NULL: the rehearsal's. */
static void signed_request(const char *method, const char *host, const char *path, const char *body,
                           const char *service, const char *secret, struct buf *out)
{
    struct creds creds = {.method = CREDS_CREDENTIALS_FILE};
    struct sigv4_signature signature = {.date = ""};
    struct buf url = {.data = NULL};
    struct error err = {.kind = ERROR_NONE};
    buf_printf(&url, "https://%s%s", host, path);
    str_copy(STR(CLOUD_ACCESS_KEY), creds.access_key_id, sizeof creds.access_key_id);
    cr_assert(secret_set(&creds.secret, str_of(secret ? secret : CLOUD_SECRET_KEY), &err));
    struct sigv4 sigv4 = {.method = method,
                          .url = buf_str(&url),
                          .headers = STR("Content-Type: application/x-www-form-urlencoded\n"),
                          .body = str_of(body),
                          .region = "us-east-2",
                          .service = service,
                          .wall_ms = clock_wall(&clock_system)};
    cr_assert(sigv4_sign(&sigv4, &creds, &signature, &err), "%s", err.text);
    buf_printf(out,
               "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"
               "X-Amz-Date: %s\r\nAuthorization: %s\r\nContent-Length: %zu\r\n"
               "Connection: close\r\n\r\n%s",
               method, path, host, signature.date, buf_cstr(&signature.authorization), strlen(body),
               body);
    sigv4_signature_finish(&signature);
    creds_finish(&creds);
    buf_finish(&url);
}

static const char sts_host[] = "sts.us-east-2.amazonaws.com";
static const char identity[] = "Action=GetCallerIdentity&Version=2011-06-15";

static int status_of(const struct buf *answer)
{
    return strncmp(buf_cstr(answer), "HTTP/1.1 ", 9) == 0
               ? (int)strtol(buf_cstr(answer) + 9, NULL, 10)
               : 0;
}

/* ---- TLS, signatures, faults ---- */

Test(rehearsal_server, tells_who_signed_over_verified_tls)
{
    struct buf request = {.data = NULL}, answer;
    here_open(NULL);
    signed_request("POST", sts_host, "/", identity, "sts", NULL, &request);
    ask_in_pieces(sts_host, buf_str(&request), 7, &answer);
    cr_assert_eq(status_of(&answer), 200, "%s", buf_cstr(&answer));
    cr_assert(strstr(buf_cstr(&answer), "<Account>" WORLD_ACCOUNT "</Account>"));
    cr_assert(strstr(buf_cstr(&answer), "user/kube_admin</Arn>"));
    cr_assert(strstr(buf_cstr(&answer), "\r\nDate: "));
    buf_finish(&answer);
    buf_finish(&request);
}

Test(rehearsal_server, refuses_what_aws_refuses)
{
    struct buf request = {.data = NULL}, answer;
    here_open(NULL);
    signed_request("POST", sts_host, "/", identity, "sts", "another-secret", &request);
    ask(sts_host, buf_cstr(&request), &answer);
    cr_assert_eq(status_of(&answer), 403);
    cr_assert(strstr(buf_cstr(&answer), "<Code>SignatureDoesNotMatch</Code>"));
    buf_finish(&answer);
    ask(sts_host,
        "POST / HTTP/1.1\r\nHost: sts.us-east-2.amazonaws.com\r\nConnection: close\r\n\r\n",
        &answer);
    cr_assert_eq(status_of(&answer), 403);
    cr_assert(strstr(buf_cstr(&answer), "<Code>MissingAuthenticationToken</Code>"));
    buf_finish(&answer);
    ask(sts_host,
        "POST / HTTP/1.1\r\nHost: eks.us-east-2.amazonaws.com\r\nConnection: close\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIAOTHER/20261122/us-east-2/eks/aws4_request,"
        " SignedHeaders=host, Signature=0\r\n\r\n",
        &answer);
    cr_assert_eq(status_of(&answer), 403);
    cr_assert(strstr(buf_cstr(&answer), "x-amzn-ErrorType: UnrecognizedClientException\r\n"));
    buf_finish(&answer);
    buf_clear(&request);
    signed_request("POST", sts_host, "/", "Action=Nonsense", "sts", NULL, &request);
    ask(sts_host, buf_cstr(&request), &answer);
    cr_assert_eq(status_of(&answer), 400);
    cr_assert(strstr(buf_cstr(&answer), "<Code>InvalidAction</Code>"));
    buf_finish(&answer);
    buf_finish(&request);
}

Test(rehearsal_server, refused_credentials_are_a_fault)
{
    struct buf request = {.data = NULL}, answer;
    here_open((const char *const[]){"credentials-refused", NULL});
    signed_request("POST", sts_host, "/", identity, "sts", NULL, &request);
    ask(sts_host, buf_cstr(&request), &answer);
    cr_assert_eq(status_of(&answer), 403);
    cr_assert(strstr(buf_cstr(&answer), "<Code>InvalidClientTokenId</Code>"));
    buf_finish(&answer);
    buf_finish(&request);
}

Test(rehearsal_server, expired_credentials_are_refused_for_a_while)
{
    struct buf request = {.data = NULL}, answer;
    struct error err = {.kind = ERROR_NONE};
    bool first;
    here_open((const char *const[]){"credentials-expire", NULL});
    int64_t now = clock_wall(&clock_system);
    for (int round = 0; round < 3; round++) { /* not yet, now, and over */
        if (round > 0) {
            cr_assert(world_plant(here.rehearsal.dir, "credentials-expire", now, &err));
            cr_assert(world_spend(here.rehearsal.dir, "credentials-expire",
                                  round == 1 ? now : now - 600000, &first, &err));
            cr_assert(first);
        }
        buf_clear(&request);
        signed_request("POST", sts_host, "/", identity, "sts", NULL, &request);
        ask(sts_host, buf_cstr(&request), &answer);
        cr_assert_eq(status_of(&answer), round == 1 ? 403 : 200, "%s", buf_cstr(&answer));
        cr_assert_eq(strstr(buf_cstr(&answer), "<Code>ExpiredToken</Code>") != NULL, round == 1);
        buf_finish(&answer);
    }
    buf_finish(&request);
}

Test(rehearsal_server, has_a_certificate_for_every_host_and_no_other_name)
{
    static const char *const hosts[] = {"iam.amazonaws.com", "registry.terraform.io",
                                        "ABCDEF.gr7.us-east-2.eks.amazonaws.com", "localhost"};
    struct buf answer;
    here_open(NULL);
    for (size_t i = 0; i < 2 * AUTHORITY_HOSTS; i++) { /* more than it keeps */
        char host[64];
        snprintf(host, sizeof host, "host-%zu.example.com", i);
        cr_assert(authority_context(&here.rehearsal.authority, host));
    }
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        ask(hosts[i], "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", &answer);
        cr_assert_eq(status_of(&answer), 404, "%s: %s", hosts[i], buf_cstr(&answer));
        buf_finish(&answer);
    }
    cr_assert_null(authority_context(&here.rehearsal.authority, "bad host"));
    cr_assert_null(authority_context(&here.rehearsal.authority, ""));
    ask("evil,DNS:x", "GET / HTTP/1.1\r\n\r\n", &answer);
    cr_assert(str_starts(buf_str(&answer), STR("TLS: ")), "%s", buf_cstr(&answer));
    buf_finish(&answer);
}

/* ---- robustness ---- */

Test(rehearsal_server, survives_nonsense)
{
    static const struct {
        struct str bytes;
        int status; /* 0: closed without a word */
    } table[] = {
        {{""
          "\x16\x03\x01\x02\x00garbage that is no handshake at all",
          sizeof("\x16\x03\x01\x02\x00garbage that is no handshake at all") - 1},
         0},
        {{""
          "\x16",
          sizeof("\x16") - 1},
         0},
        {{""
          "\x00\xff\x00\xff\r\n\r\n",
          sizeof("\x00\xff\x00\xff\r\n\r\n") - 1},
         400},
        {{""
          "GET / HTTP/9.9\r\n\r\n",
          sizeof("GET / HTTP/9.9\r\n\r\n") - 1},
         400},
        {{""
          "GET / HTTP/1.1\r\nContent-Length: 10\r\n\r\nshort",
          sizeof("GET / HTTP/1.1\r\nContent-Length: 10\r\n\r\nshort") - 1},
         0},
        {{""
          "POST / HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n",
          sizeof("POST / HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n") - 1},
         413},
        {{""
          "",
          sizeof("") - 1},
         0},
    };
    struct buf answer, huge = {.data = NULL};
    here_open(NULL);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        ask_in_pieces(NULL, table[i].bytes, 3, &answer);
        cr_assert(table[i].status == 0 || status_of(&answer) == table[i].status, "row %zu: %s", i,
                  buf_cstr(&answer));
        buf_finish(&answer);
    }
    buf_text(&huge, "GET / HTTP/1.1\r\n");
    while (huge.len < 4 * REQUEST_HEAD_MAX)
        buf_text(&huge, "X-Endless: on and on and on and on\r\n");
    ask(NULL, buf_cstr(&huge), &answer);
    cr_assert(answer.len == 0 || status_of(&answer) == 431, "%s", buf_cstr(&answer));
    buf_finish(&answer);
    buf_finish(&huge);
    ask(NULL, "GET / HTTP/1.1\r\nHost: checkip.amazonaws.com\r\nConnection: close\r\n\r\n",
        &answer);
    cr_assert_eq(status_of(&answer), 200, "it goes on after all of that");
    buf_finish(&answer);
    while (here.rehearsal.server.connection_count > 0)
        loop_turn(&here.loop, true);
}

Test(rehearsal_server, answers_several_requests_on_one_connection)
{
    struct buf answer;
    here_open(NULL);
    ask(NULL,
        "GET / HTTP/1.1\r\nHost: checkip.amazonaws.com\r\n\r\n"
        "HEAD / HTTP/1.1\r\nHost: checkip.amazonaws.com\r\n\r\n"
        "GET / HTTP/1.1\r\nHost: checkip.amazonaws.com\r\nConnection: close\r\n\r\n",
        &answer);
    unsigned answers = 0, bodies = 0;
    for (const char *at = buf_cstr(&answer); (at = strstr(at, "HTTP/1.1 200")); at++)
        answers++;
    for (const char *at = buf_cstr(&answer); (at = strstr(at, "203.0.113.7")); at++)
        bodies++;
    cr_assert_eq(answers, 3);
    cr_assert_eq(bodies, 2, "HEAD has none");
    cr_assert_eq(here.rehearsal.server.requests, 3);
    buf_finish(&answer);
}

Test(rehearsal_server, more_clients_than_it_serves_do_no_harm)
{
    int fds[SERVER_CONNECTIONS + 20];
    struct buf answer;
    here_open(NULL);
    int before = open_descriptors();
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        fds[i] = connect_here();
        loop_turn(&here.loop, false);
    }
    turns(&here.loop, 10);
    cr_assert_leq(here.rehearsal.server.connection_count, SERVER_CONNECTIONS);
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        close(fds[i]);
    while (here.rehearsal.server.connection_count > 0)
        loop_turn(&here.loop, true);
    cr_assert_eq(open_descriptors(), before);
    ask(NULL, "GET / HTTP/1.1\r\nHost: checkip.amazonaws.com\r\nConnection: close\r\n\r\n",
        &answer);
    cr_assert_eq(status_of(&answer), 200);
    buf_finish(&answer);
    int half = connect_here(); /* still there when the server goes */
    turns(&here.loop, 3);
    rehearsal_finish(&here.rehearsal);
    close(half);
}
