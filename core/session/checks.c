/* A round of checks: its beginning, its end, and what it comes to. What is checked stands in
 * the other checks_*.c. */
#include "core/session/checks.h"

#include <stdarg.h>

#include "core/session/checks_work.h"

#include "core/base/alloc.h"

static const char *const check_names[CHECKS] = {
    [CHECK_TERRAFORM] = "terraform",
    [CHECK_IDENTITY] = "identity",
    [CHECK_LIFETIME] = "lifetime",
    [CHECK_CLOCK] = "clock",
    [CHECK_REGION] = "region",
    [CHECK_KUBERNETES] = "kubernetes",
    [CHECK_PERMISSIONS] = "permissions",
    [CHECK_QUOTAS] = "quotas",
    [CHECK_NAMES] = "names",
    [CHECK_S3] = "s3",
    [CHECK_REGISTRY] = "registry",
    [CHECK_IMAGES] = "images",
    [CHECK_DISK] = "disk",
};

static const char *const state_names[] = {
    [CHECK_WAITING] = "waiting", [CHECK_RUNNING] = "running", [CHECK_PASS] = "pass",
    [CHECK_WARN] = "warn",       [CHECK_FAIL] = "fail",       [CHECK_SKIP] = "skip",
};

const char *check_name(enum check_id id)
{
    return check_names[id];
}

const char *check_state_name(enum check_state state)
{
    return state_names[state];
}

unsigned checks_count(const struct checks *checks, enum check_state state)
{
    unsigned count = 0;
    for (int i = 0; i < CHECKS; i++)
        count += checks->items[i].state == state;
    return count;
}

int checks_exit_code(const struct checks *checks)
{
    int code = 0;
    for (int i = 0; i < CHECKS; i++) {
        const struct check *check = &checks->items[i];
        if (check->state == CHECK_FAIL && check->kind == ERROR_AUTH)
            return 4;
        if (check->state == CHECK_FAIL)
            code = 3;
    }
    return code;
}

static void announce(struct timer *timer)
{
    struct checks_work *work = container_of(timer, struct checks_work, over);
    struct checks *checks = work->checks;
    checks->over = true;
    if (checks->ended)
        checks->ended(checks);
}

void checks_settle(struct checks_work *work)
{
    const struct checks *checks = work->checks;
    bool open = checks_count(checks, CHECK_WAITING) || checks_count(checks, CHECK_RUNNING) ||
                work->alias_open;
    if (open || checks->over || list_linked(&work->over.link))
        return;
    work->over.fire = announce;
    loop_after(work->loop, &work->over, 0);
}

/* What comes from outside must not reach the terminal as it is. */
__attribute__((format(printf, 3, 0))) static void set_text(char *out, size_t capacity,
                                                           const char *format, va_list args)
{
    char text[1200];
    struct buf clean = {0};
    vsnprintf(text, sizeof text, format, args);
    buf_sanitised(&clean, str_of(text), false);
    str_copy(buf_str(&clean), out, capacity);
    buf_finish(&clean);
}

void checks_end(struct checks_work *work, enum check_id id, enum check_state state,
                const char *format, ...)
{
    struct check *check = &work->checks->items[id];
    va_list args;
    va_start(args, format);
    set_text(check->text, sizeof check->text, format, args);
    va_end(args);
    check->state = state;
    check->ended_ms = clock_now(work->loop->clock);
    checks_settle(work);
}

void checks_hint(struct checks_work *work, enum check_id id, const char *format, ...)
{
    struct check *check = &work->checks->items[id];
    va_list args;
    va_start(args, format);
    set_text(check->hint, sizeof check->hint, format, args);
    va_end(args);
}

bool checks_open(const struct checks_work *work, enum check_id id)
{
    return work->checks->items[id].state == CHECK_RUNNING;
}

void checks_detail(struct checks_work *work, enum check_id id, const char *format, ...)
{
    char line[512], *out = work->checks->items[id].details;
    size_t len = strlen(out), room = sizeof work->checks->items[id].details - len;
    va_list args;
    va_start(args, format);
    set_text(line, sizeof line, format, args);
    va_end(args);
    if (strlen(line) + 8 < room)
        snprintf(out + len, room, "%s%s", len > 0 ? "\n" : "", line);
    else if (!str_ends(str_of(out), STR("\n…")))
        snprintf(out + len, room, "\n…");
}

void checks_fail(struct checks_work *work, enum check_id id, const struct error *err)
{
    work->checks->items[id].kind = err->kind;
    checks_hint(work, id, "%s", err->hint);
    checks_end(work, id, CHECK_FAIL, "%s", err->text);
}

/* The owner's wishes stay, all that an earlier round found goes. */
static void forget(struct checks *checks)
{
    struct checks kept = {.ended = checks->ended,
                          .unreadable = checks->unreadable,
                          .answers = checks->answers,
                          .estimates = checks->estimates,
                          .standing = checks->standing,
                          .begun = checks->begun};
    str_copy(str_of(checks->wanted_account), kept.wanted_account, sizeof kept.wanted_account);
    str_copy(str_of(checks->wanted_region), kept.wanted_region, sizeof kept.wanted_region);
    *checks = kept;
}

static void skip_those_of_aws(struct checks_work *work)
{
    static const enum check_id ids[] = {CHECK_LIFETIME,    CHECK_CLOCK,  CHECK_REGION,
                                        CHECK_PERMISSIONS, CHECK_QUOTAS, CHECK_NAMES,
                                        CHECK_S3};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        checks_end(work, ids[i], CHECK_SKIP, "Needs credentials.");
    checks_start_kubernetes(work, false);
}

void checks_start(struct checks *checks, struct loop *loop, struct signals *signals,
                  struct http *http, const struct place *place, const struct profiles *profiles,
                  const struct profile_choice *choice)
{
    checks_finish(checks);
    forget(checks);
    struct checks_work *work = alloc_zeroed(1, sizeof *work);
    *work = (struct checks_work){.checks = checks,
                                 .loop = loop,
                                 .signals = signals,
                                 .http = http,
                                 .place = place,
                                 .profiles = profiles};
    checks->work = work;
    for (int i = 0; i < CHECKS; i++)
        checks->items[i] = (struct check){
            .name = check_names[i], .state = CHECK_RUNNING, .began_ms = clock_now(loop->clock)};
    struct error err = {0};
    bool known = !checks->unreadable;
    if (!known) {
        err = *checks->unreadable;
        err.kind = ERROR_AUTH;
    } else if (choice && (choice->profile || profile_choice_surrounding(choice))) {
        work->choice = *choice;
    } else {
        known = profiles_choose(
            profiles, choice && choice->by == PROFILE_BY_OPTION ? choice->name : place->profile,
            &work->choice, &err);
    }
    if (known) {
        checks_start_aws(work);
    } else {
        checks_fail(work, CHECK_IDENTITY, &err);
        skip_those_of_aws(work);
    }
    checks_start_terraform(work);
    checks_start_registry(work);
    checks_start_images(work);
    checks_start_disk(work);
}

void checks_finish(struct checks *checks)
{
    struct checks_work *work = checks->work;
    if (!work)
        return;
    checks->work = NULL;
    loop_cancel(work->loop, &work->over);
    loop_cancel(work->loop, &work->ends);
    task_finish(&work->version.task);
    checks_finish_reach(work);
    checks_finish_images(work);
    checks_finish_aws(work);
    free(work);
}
