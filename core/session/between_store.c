/* The bucket of the states is there before terraform is: found, or made with versions, because a
 * state that was overwritten must be there to go back to. Nobody else's bucket is taken: one in
 * another region is named, and one that is closed to us too.
 * https://developer.hashicorp.com/terraform/language/backend/s3#s3-bucket-permissions */
#include "core/aws/s3.h"
#include "core/session/between_work.h"
#include "core/session/state_store.h"

#include "core/base/alloc.h"

struct store {
    struct between *between;
    struct tf_backend backend;
    struct aws_access access;
    bool open;
    struct s3_call call;
};

static void ask(struct store *work, enum s3_verb verb, struct str body,
                void (*answered)(struct s3_call *call))
{
    struct error err;
    s3_finish(&work->call);
    if (!s3_start(&work->call, &work->access.aws, verb, work->backend.region, work->backend.bucket,
                  "", body, answered, &err))
        between_fail(work->between, &err);
}

static void versioned(struct s3_call *call)
{
    struct store *work = container_of(call, struct store, call);
    if (call->ok)
        between_done(work->between);
    else
        between_fail(work->between, &call->error);
}

static void made(struct s3_call *call)
{
    struct store *work = container_of(call, struct store, call);
    if (call->ok)
        ask(work, S3_VERSIONS, STR(""), versioned);
    else
        between_fail(work->between, &call->error);
}

static void missing(struct store *work)
{
    struct between *between = work->between;
    struct error err;
    if (strcmp(between->world->answers->state_create_bucket, "true") == 0) {
        between_note(between, "making the bucket %s", work->backend.bucket);
        ask(work, S3_CREATE, STR(""), made);
        return;
    }
    error_set(&err, ERROR_INPUT, "There is no bucket %s for the states.", work->backend.bucket);
    error_hint(&err, "Make it, or set state_create_bucket to true.");
    between_fail(between, &err);
}

static void found(struct s3_call *call)
{
    struct store *work = container_of(call, struct store, call);
    struct error err;
    bool elsewhere = *call->region && strcmp(call->region, work->backend.region) != 0;
    if (call->missing) {
        missing(work);
    } else if (elsewhere) {
        error_set(&err, ERROR_INPUT, "The bucket %s is in %s, not in %s.", work->backend.bucket,
                  call->region, work->backend.region);
        error_hint(&err, "Set state_region to %s, or name another bucket.", call->region);
        between_fail(work->between, &err);
    } else if (call->ok) {
        between_done(work->between);
    } else {
        between_fail(work->between, &call->error);
    }
}

static bool store_start(struct between *between, struct error *err)
{
    const struct between_world *world = between->world;
    struct store *work = between->work;
    work->between = between;
    state_store_of(&work->backend, world->answers, world->place, between->stage);
    if (!aws_access_open(&work->access, world->http, world->signals, world->place, world->profile,
                         work->backend.region, err))
        return false;
    work->open = true;
    between_note(between, "looking for the bucket %s", work->backend.bucket);
    return s3_start(&work->call, &work->access.aws, S3_HEAD_BUCKET, work->backend.region,
                    work->backend.bucket, "", STR(""), found, err);
}

static void store_finish(struct between *between)
{
    struct store *work = between->work;
    s3_finish(&work->call);
    if (work->open)
        aws_access_finish(&work->access);
    work->open = false;
}

const struct between_step between_store = {
    .step = STEP_STORE,
    .label = "find the bucket of the states",
    .stages = BETWEEN_STAGE(STAGE_EKS) | BETWEEN_STAGE(STAGE_PYPI) | BETWEEN_STAGE(STAGE_MLHUB) |
              BETWEEN_STAGE(STAGE_DOMAIN),
    .size = sizeof(struct store),
    .start = store_start,
    .finish = store_finish,
};
