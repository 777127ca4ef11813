/* The checks of a profile against an AWS that is 50 ms away: all of them side by side, then each
 * alone with what it stands on (the simulation of permissions wants an identity first). The
 * rehearsal's cloud answers, in a process of its own. Every round begins without a connection.
 * Prints a line of JSON a check, and one for all. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/rehearsal/rehearsal.h"
#include "core/session/checks_work.h"
#include "tests/bench/far.h"

#include "core/base/alloc.h"

enum { AWAY_MS = 50, ROUNDS = 9 };

static const struct {
    enum check_id id;
    bool aws;
} measured[] = {
    {CHECK_TERRAFORM, false}, {CHECK_IDENTITY, true},    {CHECK_REGION, true},
    {CHECK_KUBERNETES, true}, {CHECK_PERMISSIONS, true}, {CHECK_QUOTAS, true},
    {CHECK_NAMES, true},      {CHECK_S3, true},          {CHECK_REGISTRY, false},
    {CHECK_IMAGES, false},    {CHECK_DISK, false},
};
enum { MEASURED = sizeof measured / sizeof *measured };

static struct bench {
    const char *profile;
    struct rehearsal rehearsal;
    struct loop loop;
    struct signals signals;
    struct http http;
    struct place place;
    struct profiles profiles;
    struct answers answers;
    struct estimates estimates;
    struct checks checks;
    bool over;
} bench;

_Noreturn static void fail(const char *what)
{
    fprintf(stderr, "bench-checks: %s\n", what);
    exit(1);
}

/* ---- AWS, far away ---- */

static void open_rehearsal(const char *dir, const char *assets, const char *program)
{
    struct error err;
    struct rehearsal_wish wish = {
        .dir = dir, .assets = assets, .program = program, .speed = SETTINGS_SPEED_MAX};
    loop_init(&bench.loop, &clock_system);
    if (!rehearsal_open(&bench.rehearsal, &wish, &bench.loop, &err))
        fail(err.text);
}

_Noreturn static void serve(int tell)
{
    struct far far;
    if (!far_start(&far, &bench.loop, bench.rehearsal.server.port, AWAY_MS) ||
        write(tell, &far.port, sizeof far.port) != sizeof far.port)
        fail("there is no port to be had");
    loop_run(&bench.loop);
    exit(0);
}

/* Returns the port; the process ends by the signal that ends its parent's children. */
static int begin_far_cloud(char **argv, pid_t *pid)
{
    int ends[2], port = 0;
    if (pipe(ends) != 0 || (*pid = fork()) < 0)
        fail("there is no process to be had");
    if (*pid == 0) {
        open_rehearsal(argv[1], argv[2], argv[3]);
        serve(ends[1]);
    }
    close(ends[1]);
    if (read(ends[0], &port, sizeof port) != sizeof port)
        fail("the cloud did not begin");
    close(ends[0]);
    return port;
}

/* ---- the place ---- */

static void settle_in(char **argv, int port)
{
    struct place *place = &bench.place;
    struct error err;
    open_rehearsal(argv[1], argv[2], argv[3]);
    *place =
        (struct place){.environment = (const char *const *)(uintptr_t)bench.rehearsal.environment,
                       .lookup = rehearsal_lookup,
                       .route = bench.rehearsal.route,
                       .rehearsal = true,
                       .player = bench.rehearsal.player,
                       .speed = bench.rehearsal.settings.speed};
    place->route.port = port;
    str_copy(str_of(argv[1]), place->dir, sizeof place->dir);
    str_copy(str_of(argv[2]), place->assets, sizeof place->assets);
    str_copy(str_of(argv[3]), place->program, sizeof place->program);
    str_copy(str_of(bench.rehearsal.home), place->home, sizeof place->home);
    answers_default(&bench.answers, true);
    if (!signals_init(&bench.signals, &bench.loop, (const int[]){0}, &err) ||
        !profiles_load(&bench.profiles, place->home, rehearsal_lookup, &err) ||
        !estimates_load(&bench.estimates, place->assets, &err))
        fail(err.text);
}

/* ---- a round ---- */

static void ended(struct checks *checks)
{
    (void)checks;
    bench.over = true;
}

static void begin(void)
{
    bench.over = false;
    bench.checks =
        (struct checks){.ended = ended, .answers = &bench.answers, .estimates = &bench.estimates};
    http_init(&bench.http, &bench.loop, &bench.place.route);
    bench.place.profile = bench.profile;
}

static void finish(void)
{
    while (!bench.over)
        loop_turn(&bench.loop, true);
    checks_finish(&bench.checks);
    http_finish(&bench.http);
}

static int64_t took(const struct check *check)
{
    if (check->state != CHECK_PASS && check->state != CHECK_WARN && check->state != CHECK_SKIP)
        fprintf(stderr, "bench-checks: %s: %s\n", check->name, check->text);
    return check->ended_ms - check->began_ms;
}

/* Until the last of those that ask AWS has ended. */
static int64_t all_of_them(void)
{
    int64_t last = 0;
    begin();
    checks_start(&bench.checks, &bench.loop, &bench.signals, &bench.http, &bench.place,
                 &bench.profiles, NULL);
    finish();
    for (size_t i = 0; i < MEASURED; i++) {
        int64_t one = took(&bench.checks.items[measured[i].id]);
        if (measured[i].aws && one > last)
            last = one;
    }
    return last;
}

/* ---- one of them ---- */

static void zones_known(struct ec2_zones *zones)
{
    struct checks_work *work = container_of(zones, struct checks_work, zones);
    checks_end(work, CHECK_REGION, zones->ok ? CHECK_PASS : CHECK_FAIL, "%s", zones->error.text);
}

static void identity_known(struct sts_identity *identity)
{
    struct checks_work *work = container_of(identity, struct checks_work, identity);
    str_copy(str_of(identity->arn), work->checks->arn, sizeof work->checks->arn);
    if (checks_open(work, CHECK_PERMISSIONS))
        checks_start_permissions(work);
    else
        checks_end(work, CHECK_IDENTITY, identity->ok ? CHECK_PASS : CHECK_FAIL, "%s",
                   identity->error.text);
}

static void start(struct checks_work *work, enum check_id id)
{
    struct error err;
    bool begun = true;
    if (id == CHECK_TERRAFORM)
        checks_start_terraform(work);
    else if (id == CHECK_IDENTITY || id == CHECK_PERMISSIONS)
        begun = sts_identity_start(&work->identity, &work->aws, identity_known, &err);
    else if (id == CHECK_REGION)
        begun = ec2_zones_start(&work->zones, &work->aws, zones_known, &err);
    else if (id == CHECK_KUBERNETES)
        checks_start_kubernetes(work, true);
    else if (id == CHECK_QUOTAS)
        checks_start_quotas(work);
    else if (id == CHECK_NAMES)
        checks_start_names(work);
    else if (id == CHECK_S3)
        checks_start_s3(work);
    else if (id == CHECK_REGISTRY)
        checks_start_registry(work);
    else if (id == CHECK_IMAGES)
        checks_start_images(work);
    else
        checks_start_disk(work);
    if (!begun)
        fail(err.text);
}

static int64_t alone(enum check_id id)
{
    struct error err;
    struct checks_work *work = alloc_zeroed(1, sizeof *work);
    begin();
    *work = (struct checks_work){.checks = &bench.checks,
                                 .loop = &bench.loop,
                                 .signals = &bench.signals,
                                 .http = &bench.http,
                                 .place = &bench.place,
                                 .profiles = &bench.profiles};
    bench.checks.work = work;
    for (int i = 0; i < CHECKS; i++)
        bench.checks.items[i] = (struct check){.name = check_name((enum check_id)i),
                                               .state = i == (int)id ? CHECK_RUNNING : CHECK_PASS,
                                               .began_ms = clock_now(&clock_system)};
    work->world = place_creds_world(&bench.place, &bench.http, &bench.signals);
    if (!profiles_choose(&bench.profiles, bench.profile, &work->choice, &err) ||
        !aws_open(&work->aws, &work->world, &bench.profiles, &work->choice,
                  profiles_region(&bench.profiles, work->choice.profile, NULL), &err))
        fail(err.text);
    str_copy(str_of(work->aws.region), bench.checks.region, sizeof bench.checks.region);
    start(work, id);
    finish();
    return took(&bench.checks.items[id]);
}

/* ---- figures ---- */

/* The best of some rounds: whatever else the machine does only adds. */
static int64_t best_alone(enum check_id id)
{
    int64_t best = INT64_MAX;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t one = alone(id);
        best = one < best ? one : best;
    }
    return best;
}

static int64_t best_together(void)
{
    int64_t best = INT64_MAX;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t one = all_of_them();
        best = one < best ? one : best;
    }
    return best;
}

static void measure(void)
{
    int64_t slowest = 0;
    const char *name = "";
    for (size_t i = 0; i < MEASURED; i++) {
        int64_t one = best_alone(measured[i].id);
        printf("{\"check\":\"%s\",\"profile\":\"%s\",\"alone_ms\":%lld}\n",
               check_name(measured[i].id), bench.profile, (long long)one);
        if (measured[i].aws && one > slowest) {
            slowest = one;
            name = check_name(measured[i].id);
        }
    }
    printf("{\"bench\":\"checks\",\"profile\":\"%s\",\"together_ms\":%lld,\"slowest_ms\":%lld,"
           "\"slowest\":\"%s\"}\n",
           bench.profile, (long long)best_together(), (long long)slowest, name);
}

int main(int argc, char **argv)
{
    pid_t cloud;
    if (argc != 5) {
        fputs("usage: bench-checks NEW-DIRECTORY ASSETS PROGRAM PROFILE\n", stderr);
        return 2;
    }
    bench.profile = argv[4];
    settle_in(argv, begin_far_cloud(argv, &cloud));
    measure();
    kill(cloud, SIGKILL);
    return 0;
}
