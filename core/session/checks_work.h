/* What the checks_*.c files share while a round of checks goes on; for nobody else. */
#ifndef CORE_SESSION_CHECKS_WORK_H
#define CORE_SESSION_CHECKS_WORK_H

#include "core/aws/ec2.h"
#include "core/aws/iam.h"
#include "core/aws/sts.h"
#include "core/session/aws_access.h"
#include "core/session/checks.h"
#include "core/terraform/tf_query.h"

struct checks_work {
    struct checks *checks;
    struct loop *loop;
    struct signals *signals;
    struct http *http;
    const struct place *place;
    const struct profiles *profiles;
    struct profile_choice choice;
    struct creds_world world;

    struct terraform terraform;
    struct tf_query version;
    struct aws aws;
    struct sts_identity identity;
    struct iam_alias alias;
    struct ec2_zones zones;
    struct ec2_region region;
    bool zones_known;  /* they may come before the identity, which is judged first */
    struct timer over; /* tells the owner, outside of whatever ended last */
};

/* How a check ended: a sentence. When all have ended, the round is over. */
void checks_end(struct checks_work *work, enum check_id id, enum check_state state,
                const char *format, ...) __attribute__((format(printf, 4, 5)));
void checks_fail(struct checks_work *work, enum check_id id, const struct error *err);
void checks_hint(struct checks_work *work, enum check_id id, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void checks_start_terraform(struct checks_work *work);
void checks_start_disk(struct checks_work *work);
void checks_start_aws(struct checks_work *work); /* identity, clock, region */
void checks_finish_aws(struct checks_work *work);

#endif
