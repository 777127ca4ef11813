/* What the bucket of the private PyPI will let its server do, tried before terraform sees it: is
 * the bucket there, and may this identity list, put, get and delete in it. One probe object under
 * .ekshub-probe/ is written and removed again. A bucket that is to be made is only looked for. */
#ifndef CORE_SESSION_BUCKET_TRY_H
#define CORE_SESSION_BUCKET_TRY_H

#include "core/aws/resolve.h"
#include "core/aws/s3.h"
#include "core/session/place.h"
#include "core/session/secrets.h"

enum bucket_right { BUCKET_LIST, BUCKET_PUT, BUCKET_GET, BUCKET_DELETE, BUCKET_RIGHTS };

enum bucket_state {
    BUCKET_WAITING,
    BUCKET_RUNNING,
    BUCKET_ALLOWED,
    BUCKET_REFUSED,
    BUCKET_SKIPPED, /* it needs one before it that was refused */
};

enum bucket_found {
    BUCKET_UNKNOWN,
    BUCKET_FREE,      /* nobody has a bucket of that name */
    BUCKET_THERE,     /* and this identity may look into it */
    BUCKET_FORBIDDEN, /* somebody else's, or ours and closed to this identity */
};

struct bucket_work; /* private */

struct bucket_try {
    /* what is tried; `bucket` "" before the first try */
    char bucket[64], region[32];
    bool make; /* it is to be made: only looked for */
    bool keys; /* by the key pair of the form, else by the operator's own identity */

    bool going, over;
    int64_t ended_ms; /* wall */
    char who[160];    /* "user/pypi-s3"; "" while not known */
    enum bucket_found found;
    char found_region[64]; /* where S3 says that it is; "" */
    struct {
        enum bucket_state state;
        char code[80]; /* "AccessDenied"; or "" */
        char text[300];
    } rights[BUCKET_RIGHTS];
    char left[160];       /* the probe object that could not be removed: "s3://…"; "" */
    struct error trouble; /* why nothing could be tried; kind ERROR_NONE otherwise */

    void (*ended)(struct bucket_try *bucket_try); /* may be NULL */
    struct bucket_work *work;
};

/* Tries what the answers say, an earlier try is cancelled. Lent until bucket_try_finish: loop,
 * profiles and what the world names; the secrets are copied. What cannot even begin is `trouble`.
 */
void bucket_try_start(struct bucket_try *bucket_try, struct loop *loop,
                      const struct creds_world *world, const struct profiles *profiles,
                      const struct profile_choice *choice, const struct answers *answers,
                      const struct secrets *secrets);
void bucket_try_finish(struct bucket_try *bucket_try); /* cancels; idempotent; zeroed is fine */

/* Whether the last try was one of exactly these answers and secrets. */
bool bucket_try_fits(const struct bucket_try *bucket_try, const struct answers *answers,
                     const struct secrets *secrets);

/* Refused rights; of a try that is over. */
unsigned bucket_try_refused(const struct bucket_try *bucket_try);

#endif
