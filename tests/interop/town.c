/* A rehearsal in which everything has been built, for other people's clients: prints where it is as
 * shell assignments and serves until its standard input ends.
 * usage: town DIRECTORY */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/aws/token.h"
#include "core/rehearsal/rehearsal.h"
#include "core/rehearsal/world_things.h"
#include "tests/core/rehearsal_town.h"

#include "core/base/alloc.h"

static struct loop loop;
static struct rehearsal rehearsal;

static void input_ready(struct watch *watch, short revents)
{
    char bytes[256];
    (void)revents;
    if (read(watch->fd, bytes, sizeof bytes) <= 0)
        loop_stop(&loop);
}

static void say_where(void)
{
    struct creds creds = {.access_key_id = CLOUD_ACCESS_KEY};
    struct secret token = {.data = NULL};
    struct world world;
    struct error err;
    char pypi[WORLD_HOST], hub[WORLD_HOST];
    int64_t now = clock_wall(&clock_system);
    world_load(rehearsal.dir, &world, NULL);
    world_balancer_host(&world, "default/pypi", pypi);
    world_balancer_host(&world, "mlhub/proxy-public", hub);
    world_finish(&world);
    printf("PORT=%d\nCA='%s'\nPYPI=%s\nHUB=%s\nINDEX_USER='%s'\nINDEX_PASSWORD='%s'\n",
           rehearsal.route.port, rehearsal.route.ca_file, pypi, hub, TOWN_USER, TOWN_PASSWORD);
    fputs("TOKEN='", stdout);
    fflush(stdout);
    if (secret_set(&creds.secret, STR(CLOUD_SECRET_KEY), &err) &&
        eks_token(&creds, "us-east-2", "demo-hub", now, &token, &err))
        eks_token_print(STDOUT_FILENO, &token, NULL, now + EKS_TOKEN_LIFE_MS, &err);
    fputs("'\n", stdout);
    fflush(stdout);
    secret_finish(&token);
    creds_finish(&creds);
}

int main(int argc, char **argv)
{
    struct error err = {.kind = ERROR_NONE};
    struct watch input = {.ready = input_ready};
    if (argc != 2)
        return 2;
    signal(SIGPIPE, SIG_IGN); /* as in the program: clients may leave at any time */
    setenv("EKSHUB_TERRAFORM", "player", 1);
    struct rehearsal_wish wish = {
        .dir = argv[1], .assets = SOURCE_ASSETS, .program = "/usr/bin/ekshub-tui", .speed = 20};
    loop_init(&loop, &clock_system);
    if (!rehearsal_open(&rehearsal, &wish, &loop, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    town_append(rehearsal.dir, clock_wall(&clock_system) - 58000);
    say_where();
    loop_watch(&loop, &input, STDIN_FILENO, POLLIN);
    loop_run(&loop);
    loop_unwatch(&loop, &input);
    rehearsal_finish(&rehearsal);
    loop_finish(&loop);
    return 0;
}
