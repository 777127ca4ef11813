/* Where the AWS CLI keeps the keys of one step of a plan, and what a person must do before the keys
 * of a choice can be had: sign in, or type the digits of an MFA device. Reads files alone. */
#ifndef CORE_AWS_CREDS_KEPT_H
#define CORE_AWS_CREDS_KEPT_H

#include "core/aws/assume.h"
#include "core/aws/plan.h"

/* The role beyond a choice: NULL for what is not there. */
struct creds_beyond {
    const char *role_arn;
    const struct profile *chosen;
};

/* The role of a step; its texts live as long as profiles and `beyond`. */
void creds_step_role(const struct profiles *profiles, const struct creds_step *step,
                     const struct creds_beyond *beyond, struct assume_role *role);

/* The file of a step; "" when its keys are kept nowhere. */
void creds_step_file(const struct profiles *profiles, const struct creds_step *step,
                     const struct creds_beyond *beyond, const char *home, char out[PATH_MAX]);

enum creds_want { CREDS_WANT_NOTHING, CREDS_WANT_SIGN_IN, CREDS_WANT_DIGITS };

struct creds_wants {
    enum creds_want now;           /* the first of them that is missing */
    enum creds_want usually;       /* the first that this choice ever asks for */
    const struct profile *profile; /* whose: of `now`, else of `usually`; NULL: nobody's */
    const char *serial;            /* of its MFA device; NULL otherwise */
    int64_t until_ms; /* wall clock: how long the sign-in of `usually` lasts; 0: it does not */
    bool renews;      /* that sign-in renews itself */
};

/* `wall_ms` is now. Mistakes in the files count as nothing to be done: others name them. */
void creds_wants_read(struct creds_wants *wants, const struct profiles *profiles,
                      const struct profile_choice *choice, const char *home, int64_t wall_ms);

/* Whether keys that somebody is asked for are followed by others for as long as a run may take,
 * without anybody's doing. When a sign-in that does not renew itself is all that stands against it,
 * *until_ms is its end (wall clock), otherwise 0. */
bool creds_renew(const struct profiles *profiles, const struct profile_choice *choice,
                 const char *home, int64_t wall_ms, int64_t *until_ms);

#endif
