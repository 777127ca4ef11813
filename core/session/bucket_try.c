/* HEAD first; then the list beside put, get and delete, each after the other. */
#include "core/session/bucket_try.h"

#include <openssl/rand.h>

#include "core/aws/renewal.h"
#include "core/aws/sts.h"
#include "core/base/alloc.h"

enum { MOVES_MAX = 2 };

struct bucket_work {
    struct bucket_try *owner;
    struct loop *loop;
    struct creds_world world;
    struct aws aws;
    struct secret key_id, key_secret; /* what was tried, to compare */
    struct sts_identity identity;
    struct s3_call head, calls[BUCKET_RIGHTS];
    char key[64]; /* of the probe object */
    int moves;    /* to the region where S3 says the bucket is */
    bool named;   /* who asks is known, or cannot be */
    struct timer over;
};

static const enum s3_verb verbs[BUCKET_RIGHTS] = {
    [BUCKET_LIST] = S3_LIST,
    [BUCKET_PUT] = S3_PUT,
    [BUCKET_GET] = S3_GET,
    [BUCKET_DELETE] = S3_DELETE,
};

static void tell_owner(struct timer *timer)
{
    struct bucket_work *work = container_of(timer, struct bucket_work, over);
    struct bucket_try *owner = work->owner;
    owner->going = false;
    owner->over = true;
    owner->ended_ms = clock_wall(work->loop->clock);
    if (owner->ended)
        owner->ended(owner);
}

static void end_if_over(struct bucket_work *work)
{
    const struct bucket_try *owner = work->owner;
    bool open = owner->found == BUCKET_UNKNOWN && owner->trouble.kind == ERROR_NONE;
    for (int i = 0; i < BUCKET_RIGHTS; i++)
        open = open || owner->rights[i].state == BUCKET_RUNNING;
    work->over.fire = tell_owner;
    if (!open && work->named && !list_linked(&work->over.link))
        loop_after(work->loop, &work->over, 0);
}

static void skip_waiting(struct bucket_try *owner)
{
    for (int i = 0; i < BUCKET_RIGHTS; i++)
        if (owner->rights[i].state == BUCKET_WAITING)
            owner->rights[i].state = BUCKET_SKIPPED;
}

static void give_up(struct bucket_work *work, const struct error *err)
{
    work->owner->trouble = *err;
    skip_waiting(work->owner);
    end_if_over(work);
}

static void refuse(struct bucket_try *owner, enum bucket_right right, const struct error *err,
                   const char *code)
{
    owner->rights[right].state = BUCKET_REFUSED;
    str_copy(str_of(code), owner->rights[right].code, sizeof owner->rights[right].code);
    str_copy(str_of(err->text), owner->rights[right].text, sizeof owner->rights[right].text);
}

static void right_known(struct s3_call *call);

static void try_right(struct bucket_work *work, enum bucket_right right)
{
    struct bucket_try *owner = work->owner;
    struct error err;
    const char *key = right == BUCKET_LIST ? ".ekshub-probe/" : work->key;
    s3_finish(&work->calls[right]);
    owner->rights[right].state = BUCKET_RUNNING;
    if (!s3_start(&work->calls[right], &work->aws, verbs[right], owner->found_region, owner->bucket,
                  key, STR("ekshub-tui tried whether it may write here.\n"), right_known, &err))
        refuse(owner, right, &err, "");
}

/* What was put stays behind when it cannot be removed. */
static void note_left(struct bucket_work *work)
{
    struct bucket_try *owner = work->owner;
    if (owner->rights[BUCKET_PUT].state == BUCKET_ALLOWED)
        snprintf(owner->left, sizeof owner->left, "s3://%s/%s", owner->bucket, work->key);
}

static void right_known(struct s3_call *call)
{
    enum bucket_right right = call->verb == S3_LIST  ? BUCKET_LIST
                              : call->verb == S3_PUT ? BUCKET_PUT
                              : call->verb == S3_GET ? BUCKET_GET
                                                     : BUCKET_DELETE;
    struct bucket_work *work = container_of(call - right, struct bucket_work, calls[0]);
    struct bucket_try *owner = work->owner;
    if (call->ok)
        owner->rights[right].state = BUCKET_ALLOWED;
    else
        refuse(owner, right, &call->error, call->request.refusal.code);
    if (right == BUCKET_PUT && call->ok)
        try_right(work, BUCKET_GET);
    else if (right == BUCKET_GET)
        try_right(work, BUCKET_DELETE);
    else if (right == BUCKET_DELETE && !call->ok)
        note_left(work);
    else if (right == BUCKET_PUT)
        skip_waiting(owner);
    end_if_over(work);
}

static void head_known(struct s3_call *call);

static bool look_for_it(struct bucket_work *work, const char *region)
{
    struct bucket_try *owner = work->owner;
    struct error err;
    s3_finish(&work->head);
    if (s3_start(&work->head, &work->aws, S3_HEAD_BUCKET, region, owner->bucket, "", STR(""),
                 head_known, &err))
        return true;
    give_up(work, &err);
    return false;
}

/* The bucket is there: what may be done in it. */
static void try_rights(struct bucket_work *work)
{
    if (work->owner->make) {
        skip_waiting(work->owner);
        return;
    }
    try_right(work, BUCKET_LIST);
    try_right(work, BUCKET_PUT);
}

static void head_known(struct s3_call *call)
{
    struct bucket_work *work = container_of(call, struct bucket_work, head);
    struct bucket_try *owner = work->owner;
    enum aws_trouble trouble = call->request.refusal.trouble;
    struct error err = call->error;
    char region[sizeof call->region];
    str_copy(str_of(call->region), region, sizeof region);
    if (!call->ok && trouble == AWS_ELSEWHERE && region[0] && work->moves++ < MOVES_MAX) {
        look_for_it(work, region);
        return;
    }
    if (call->ok || call->missing || (trouble == AWS_DENIED && err.code == 403))
        owner->found = call->ok ? BUCKET_THERE : call->missing ? BUCKET_FREE : BUCKET_FORBIDDEN;
    str_copy(str_of(region[0] ? region : owner->region), owner->found_region,
             sizeof owner->found_region);
    if (owner->found == BUCKET_UNKNOWN) {
        give_up(work, &err);
        return;
    }
    if (owner->found == BUCKET_FREE)
        skip_waiting(owner);
    else
        try_rights(work); /* HEAD asks for s3:ListBucket, which says nothing of the others */
    end_if_over(work);
}

/* "arn:aws:iam::123456789012:user/pypi-s3" → "user/pypi-s3" */
static void name_asker(struct bucket_try *owner, const char *arn)
{
    const char *colon = strrchr(arn, ':');
    str_copy(str_of(colon ? colon + 1 : arn), owner->who, sizeof owner->who);
}

static void identity_known(struct sts_identity *identity)
{
    struct bucket_work *work = container_of(identity, struct bucket_work, identity);
    work->named = true;
    if (identity->ok)
        name_asker(work->owner, identity->arn);
    end_if_over(work);
}

static void name_probe(struct bucket_work *work)
{
    unsigned char bytes[6] = {0};
    RAND_bytes(bytes, sizeof bytes);
    snprintf(work->key, sizeof work->key, ".ekshub-probe/%02x%02x%02x%02x%02x%02x", bytes[0],
             bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]);
}

static bool open_client(struct bucket_work *work, const struct profiles *profiles,
                        const struct profile_choice *choice, const struct secrets *secrets,
                        struct error *err)
{
    const struct bucket_try *owner = work->owner;
    struct creds creds = {.method = CREDS_NONE};
    if (!owner->keys)
        return aws_open(&work->aws, &work->world, profiles, choice, owner->region, err);
    bool ok = secrets_key(secrets, &creds, err) &&
              aws_init(&work->aws, work->world.http, profiles, NULL, owner->region, &creds, err);
    creds_finish(&creds);
    return ok;
}

void bucket_try_start(struct bucket_try *bucket_try, struct loop *loop,
                      const struct creds_world *world, const struct profiles *profiles,
                      const struct profile_choice *choice, const struct answers *answers,
                      const struct secrets *secrets)
{
    void (*ended)(struct bucket_try *) = bucket_try->ended;
    struct error err;
    bucket_try_finish(bucket_try);
    *bucket_try = (struct bucket_try){
        .make = strcmp(answers->pypi_create_bucket, "true") == 0,
        .keys = strcmp(answers->pypi_credentials, "keys") == 0,
        .going = true,
        .ended = ended,
    };
    str_copy(str_of(answers->pypi_bucket_name), bucket_try->bucket, sizeof bucket_try->bucket);
    str_copy(str_of(answers->region), bucket_try->region, sizeof bucket_try->region);
    struct bucket_work *work = bucket_try->work = alloc_zeroed(1, sizeof *work);
    *work = (struct bucket_work){.owner = bucket_try, .loop = loop, .world = *world};
    name_probe(work);
    if (bucket_try->keys &&
        (!secret_copy(&work->key_id, &secrets->items[SECRET_PYPI_KEY_ID], &err) ||
         !secret_copy(&work->key_secret, &secrets->items[SECRET_PYPI_KEY_SECRET], &err))) {
        work->named = true;
        give_up(work, &err);
    } else if (!open_client(work, profiles, choice, secrets, &err)) {
        work->named = true;
        give_up(work, &err);
    } else if (look_for_it(work, bucket_try->region)) {
        work->named = !sts_identity_start(&work->identity, &work->aws, identity_known, &err);
    } else {
        work->named = true;
        end_if_over(work);
    }
}

void bucket_try_finish(struct bucket_try *bucket_try)
{
    struct bucket_work *work = bucket_try->work;
    if (!work)
        return;
    loop_cancel(work->loop, &work->over);
    sts_identity_finish(&work->identity);
    s3_finish(&work->head);
    for (int i = 0; i < BUCKET_RIGHTS; i++)
        s3_finish(&work->calls[i]);
    aws_finish(&work->aws);
    secret_finish(&work->key_id);
    secret_finish(&work->key_secret);
    free(work);
    bucket_try->work = NULL;
    bucket_try->going = false;
}

bool bucket_try_fits(const struct bucket_try *bucket_try, const struct answers *answers,
                     const struct secrets *secrets)
{
    const struct bucket_work *work = bucket_try->work;
    bool keys = strcmp(answers->pypi_credentials, "keys") == 0;
    return work && keys == bucket_try->keys &&
           bucket_try->make == (strcmp(answers->pypi_create_bucket, "true") == 0) &&
           strcmp(bucket_try->bucket, answers->pypi_bucket_name) == 0 &&
           strcmp(bucket_try->region, answers->region) == 0 &&
           (!keys || (secret_eq(&work->key_id, &secrets->items[SECRET_PYPI_KEY_ID]) &&
                      secret_eq(&work->key_secret, &secrets->items[SECRET_PYPI_KEY_SECRET])));
}

unsigned bucket_try_refused(const struct bucket_try *bucket_try)
{
    unsigned refused = 0;
    for (int i = 0; i < BUCKET_RIGHTS; i++)
        refused += bucket_try->rights[i].state == BUCKET_REFUSED;
    return refused;
}
