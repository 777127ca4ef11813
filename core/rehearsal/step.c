/* Steps: what terraform's local-exec runs in a rehearsal, and what the player does in its place. */
#include "core/rehearsal/step.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/rehearsal/login.h"
#include "core/rehearsal/settings.h"
#include "core/rehearsal/step_refusal.h"

#include "core/base/alloc.h"

static void event_of(const struct step *step, enum world_what what, int64_t now_ms,
                     struct world_event *event)
{
    *event = (struct world_event){.time_ms = now_ms, .what = what};
    str_copy(str_of(step->address), event->address, sizeof event->address);
    str_copy(str_of(step->type), event->type, sizeof event->type);
    str_copy(str_of(step->detail), event->detail, sizeof event->detail);
}

/* The login goes into the world as long as the secret that holds it takes. */
static bool login_append(const char *dir, const struct step *step, const struct world_event *secret,
                         struct error *err)
{
    struct world_event event = *secret;
    if (!*step->login)
        return true;
    str_copy(str_of(LOGIN_ADDRESS), event.address, sizeof event.address);
    str_copy(str_of(LOGIN_TYPE), event.type, sizeof event.type);
    str_copy(str_of(step->login), event.detail, sizeof event.detail);
    return world_append(dir, &event, err);
}

bool step_begin(const char *dir, const struct step *step, int64_t now_wall_ms, int64_t *wait_ms,
                char failure[STEP_FAILURE], struct error *err)
{
    struct settings settings;
    struct world_event event;
    struct step_refusal refusal;
    if (!settings_load(dir, &settings, err) ||
        !step_refused(dir, step, &settings, now_wall_ms, &refusal, err))
        return false;
    bool fails = *refusal.text != '\0';
    str_copy(str_of(refusal.text), failure, STEP_FAILURE);
    *wait_ms = settings_wait_ms(&settings, fails ? refusal.seconds : step->seconds);
    if (fails && step->destroy)
        return true; /* it is as it was */
    event_of(step, step->destroy ? WORLD_DESTROY : WORLD_CREATE, now_wall_ms, &event);
    event.lasts_ms = settings_wait_ms(&settings, refusal.seconds > step->seconds ? refusal.seconds
                                                                                 : step->seconds);
    return world_append(dir, &event, err) && (fails || login_append(dir, step, &event, err));
}

bool step_fail(const char *dir, const struct step *step, int64_t now_wall_ms, struct error *err)
{
    struct world_event event;
    if (step->destroy)
        return true; /* what cannot be destroyed is as it was */
    event_of(step, WORLD_FAIL, now_wall_ms, &event);
    return world_append(dir, &event, err);
}

static bool step_read(int argc, char **argv, struct step *step)
{
    if (argc != 3)
        return false;
    const char *verb = argv[2], *type = getenv("EKSHUB_STEP_TYPE");
    const char *detail = getenv("EKSHUB_STEP_DETAIL");
    char *end = NULL;
    *step = (struct step){.seconds = strtod(argv[1], &end)};
    step->destroy = strcmp(verb, "destroy") == 0;
    str_copy(str_of(type), step->type, sizeof step->type);
    str_copy(str_of(detail), step->detail, sizeof step->detail);
    return str_copy(str_of(argv[0]), step->address, sizeof step->address) && *argv[0] &&
           end != argv[1] && *end == '\0' && (step->destroy || strcmp(verb, "create") == 0);
}

/* terraform gives the hash in the environment of this one process. */
static bool step_login(struct step *step, struct error *err)
{
    const char *user = getenv("EKSHUB_STEP_USER"), *hash = getenv("EKSHUB_STEP_HASH");
    return !hash || login_make(str_of(user), str_of(hash), step->login, err);
}

/* A signal ends the process, and the wait with it: what was begun goes on in the world, as in AWS.
 */
static void wait_for(int64_t ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        ;
}

int step_main(int argc, char **argv)
{
    struct step step;
    struct error err = {.kind = ERROR_NONE};
    if (!step_read(argc, argv, &step)) {
        fputs("usage: ekshub-tui --rehearse-step ADDRESS SECONDS create|destroy\n", stderr);
        return 2;
    }
    int64_t wait_ms;
    char failure[STEP_FAILURE];
    bool ok = step_login(&step, &err) &&
              step_begin("..", &step, clock_wall(&clock_system), &wait_ms, failure, &err);
    if (ok) {
        wait_for(wait_ms);
        if (*failure)
            ok = step_fail("..", &step, clock_wall(&clock_system), &err);
    }
    if (!ok) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    if (*failure) {
        fprintf(stderr, "%s\n", failure);
        return 1;
    }
    return 0;
}
