/* See rehearsal_visit.h. */
#include "tests/core/rehearsal_visit.h"

#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <signal.h>

#include "core/aws/token.h"
#include "core/base/paths.h"
#include "core/rehearsal/values.h"
#include "core/rehearsal/world_things.h"
#include "tests/core/rehearsal_town.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

struct loop visit_loop;
struct rehearsal visit_rehearsal;
struct http visit_http;
char visit_api[256], visit_pypi[160], visit_hub[160];

/* Of the world: the machine's, or the moment at which it is held. Timers run by the machine's. */
struct held_clock {
    struct clock clock;
    int64_t wall; /* 0: not held */
};

static int64_t held_monotonic(const struct clock *clock)
{
    (void)clock;
    return clock_now(&clock_system);
}

static int64_t held_wall(const struct clock *clock)
{
    int64_t wall = ((const struct held_clock *)(const void *)clock)->wall;
    return wall ? wall : clock_wall(&clock_system);
}

static struct held_clock held;

void visit_hold(void)
{
    held.wall = clock_wall(&held.clock);
}

void visit_pass(int seconds)
{
    cr_assert_neq(held.wall, 0, "only what is held goes on by hand");
    held.wall += settings_wait_ms(&visit_rehearsal.settings, seconds);
    server_pulse_soon(&visit_rehearsal.server);
}

static void find_hosts(void)
{
    struct world world;
    char host[WORLD_HOST], digest[33];
    cr_assert(world_load(visit_rehearsal.dir, &world, NULL));
    world_balancer_host(&world, "default/pypi", host);
    snprintf(visit_pypi, sizeof visit_pypi, "http://%s", host);
    world_balancer_host(&world, "mlhub/proxy-public", host);
    snprintf(visit_hub, sizeof visit_hub, "http://%s", host);
    world_finish(&world);
    values_digest(STR("demo-hub.us-east-2"), 32, true, digest);
    snprintf(visit_api, sizeof visit_api, "https://%s.gr7.us-east-2.eks.amazonaws.com", digest);
}

void visit_begin(const char *const *faults)
{
    struct error err = {.kind = ERROR_NONE};
    char dir[PATH_MAX];
    signal(SIGPIPE, SIG_IGN); /* as in the program: clients may leave at any time */
    held = (struct held_clock){.clock = {held_monotonic, held_wall}};
    loop_init(&visit_loop, &held.clock);
    cr_assert(path_format(dir, NULL, "%s", test_path("deployment")));
    setenv("EKSHUB_TERRAFORM", "player", 1);
    struct rehearsal_wish wish = {.dir = dir,
                                  .assets = SOURCE_ASSETS,
                                  .program = "/usr/bin/ekshub-tui",
                                  .speed = 20,
                                  .faults = faults};
    cr_assert(rehearsal_open(&visit_rehearsal, &wish, &visit_loop, &err), "%s", err.text);
    town_append(visit_rehearsal.dir, clock_wall(&clock_system) - 58000);
    http_init(&visit_http, &visit_loop, &visit_rehearsal.route);
    find_hosts();
}

void visit_end(void)
{
    http_finish(&visit_http);
    rehearsal_finish(&visit_rehearsal);
    loop_finish(&visit_loop);
    test_directory_remove();
    no_leaks();
}

static void came(struct http_request *request, struct str bytes)
{
    buf_append(&container_of(request, struct visit, request)->streamed, bytes);
}

static void done(struct http_request *request)
{
    container_of(request, struct visit, request)->over = true;
}

bool visit_token(void *context, struct secret *out, int64_t *expires_wall_ms, struct error *err)
{
    struct creds creds = {.access_key_id = CLOUD_ACCESS_KEY};
    int64_t now = clock_wall(&held.clock);
    (void)context;
    *expires_wall_ms = now + EKS_TOKEN_LIFE_MS;
    bool ok = secret_set(&creds.secret, STR(CLOUD_SECRET_KEY), err) &&
              eks_token(&creds, "us-east-2", "demo-hub", now, out, err);
    creds_finish(&creds);
    return ok;
}

static void add_token(struct http_request *request)
{
    struct secret token = {.data = NULL};
    struct error err = {.kind = ERROR_NONE};
    int64_t expires;
    cr_assert(visit_token(NULL, &token, &expires, &err), "%s", err.text);
    cr_assert(http_secret_header(request, "Authorization", STR("Bearer "), &token, &err));
    secret_finish(&token);
}

static void add_login(struct http_request *request, const char *login)
{
    char coded[256], value[280];
    EVP_EncodeBlock((unsigned char *)coded, (const unsigned char *)login, (int)strlen(login));
    snprintf(value, sizeof value, "Basic %s", coded);
    http_header(request, "Authorization", str_of(value));
}

void visit_start(struct visit *visit)
{
    struct error err = {.kind = ERROR_NONE};
    http_request_init(&visit->request, visit->method ? visit->method : "GET", visit->url);
    visit->request.done = done;
    visit->request.data = visit->streams ? came : NULL;
    if (visit->accept)
        http_header(&visit->request, "Accept", str_of(visit->accept));
    if (visit->type)
        http_header(&visit->request, "Content-Type", str_of(visit->type));
    if (visit->cookie)
        http_header(&visit->request, "Cookie", str_of(visit->cookie));
    if (visit->login)
        add_login(&visit->request, visit->login);
    if (visit->bearer)
        add_token(&visit->request);
    if (visit->body)
        buf_text(&visit->request.body, visit->body);
    cr_assert(http_send(&visit_http, &visit->request, &err), "%s", err.text);
}

void visit_wait(struct visit *visit)
{
    while (!visit->over)
        loop_turn(&visit_loop, true);
}

void visit_finish(struct visit *visit)
{
    http_request_finish(&visit->request);
    buf_finish(&visit->streamed);
    *visit = (struct visit){.over = false};
}

int visit_ask(struct visit *visit)
{
    visit_start(visit);
    visit_wait(visit);
    return visit->request.status;
}

const char *visit_body(const struct visit *visit)
{
    return buf_cstr(visit->streams ? &visit->streamed : &visit->request.response);
}

void visit_until(struct visit *visit, const char *text)
{
    while (!strstr(visit_body(visit), text)) {
        cr_assert(!visit->over, "it ended before “%s” came: %s", text, visit_body(visit));
        loop_turn(&visit_loop, true);
    }
}
