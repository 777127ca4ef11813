/* What the checks_*.c files share while a round of checks goes on; for nobody else. */
#ifndef CORE_SESSION_CHECKS_WORK_H
#define CORE_SESSION_CHECKS_WORK_H

#include "core/aws/ec2.h"
#include "core/aws/eks_version.h"
#include "core/aws/iam.h"
#include "core/aws/inventory.h"
#include "core/aws/quota.h"
#include "core/aws/simulate.h"
#include "core/aws/sts.h"
#include "core/session/aws_access.h"
#include "core/session/checks.h"
#include "core/terraform/tf_query.h"

enum { PERMISSION_BATCHES = 8 };

struct checks_permissions {
    json_t *table;                /* assets/iam/actions.json */
    bool *denied;                 /* of each of its actions */
    size_t count, answered, open; /* actions; verdicts; batches that go on */
    struct iam_role role;
    struct iam_simulation batches[PERMISSION_BATCHES];
    struct error error; /* of the first batch that failed */
};

struct checks_quotas {
    struct quota limits[CHECK_QUOTA_COUNT];
    struct inventory_list used[CHECK_QUOTA_COUNT];
    size_t open;
    struct error error; /* of the first question that failed */
};

struct checks_reach {
    struct http_request s3, registry, image;
    char registry_host[128];
};

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
    struct eks_version kubernetes;
    struct checks_permissions permissions;
    struct checks_quotas quotas;
    struct checks_reach reach;
    bool zones_known;  /* they may come before the identity, which is judged first */
    struct timer over; /* tells the owner, outside of whatever ended last */
};

/* How a check ended: a sentence. When all have ended, the round is over. */
void checks_end(struct checks_work *work, enum check_id id, enum check_state state,
                const char *format, ...) __attribute__((format(printf, 4, 5)));
void checks_fail(struct checks_work *work, enum check_id id, const struct error *err);
bool checks_open(const struct checks_work *work, enum check_id id); /* has not ended yet */
/* Appends a line to the check's details, or "…" when there is no room. */
void checks_detail(struct checks_work *work, enum check_id id, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void checks_hint(struct checks_work *work, enum check_id id, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void checks_start_terraform(struct checks_work *work);
void checks_start_disk(struct checks_work *work);

void checks_start_aws(struct checks_work *work); /* identity, clock, region; begins the next five */
void checks_finish_aws(struct checks_work *work);

void checks_judge_lifetime(struct checks_work *work); /* at once, when somebody has used them */
void checks_start_kubernetes(struct checks_work *work, bool ask);
void checks_finish_kubernetes(struct checks_work *work);

void checks_start_permissions(struct checks_work *work); /* once the identity is known */
void checks_finish_permissions(struct checks_work *work);

void checks_start_quotas(struct checks_work *work);
void checks_finish_quotas(struct checks_work *work);

void checks_start_s3(struct checks_work *work);
void checks_start_registry(struct checks_work *work);
void checks_start_images(struct checks_work *work);
void checks_finish_reach(struct checks_work *work);

#endif
