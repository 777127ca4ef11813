/* What the checks_*.c files share while a round of checks goes on; for nobody else. */
#ifndef CORE_SESSION_CHECKS_WORK_H
#define CORE_SESSION_CHECKS_WORK_H

#include "core/aws/ec2.h"
#include "core/aws/eks.h"
#include "core/aws/eks_version.h"
#include "core/aws/iam.h"
#include "core/aws/inventory.h"
#include "core/aws/quota.h"
#include "core/aws/s3.h"
#include "core/aws/simulate.h"
#include "core/aws/sts.h"
#include "core/session/aws_access.h"
#include "core/session/checks.h"
#include "core/terraform/tf_query.h"

enum { PERMISSION_BATCHES = 8, CHECKS_SOURCES = 8, CHECKS_PATIENCE_MS = 8000 };

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
    struct quota_wish wishes[CHECK_QUOTA_COUNT];
    size_t open;
    struct error error;   /* of the first question that failed */
    struct error refused; /* of the first wish that AWS did not take */
};

struct checks_names {
    struct eks_cluster cluster;
    struct s3_call bucket;
    unsigned open;
    enum check_state worst;
    struct buf text, hint;
};

struct checks_reach {
    struct http_request s3, registry;
    char registry_host[128];
};

enum source_state {
    SOURCE_OPEN,
    SOURCE_THERE,
    SOURCE_MISSING,
    SOURCE_CLOSED,
    SOURCE_LIMITED,
    SOURCE_UNREACHED
};

struct checks_source { /* an image or a chart that will be fetched */
    struct checks_work *work;
    struct http_request request;
    enum source_state state;
    bool chart, any_tag, hub, token_asked;
    enum stage_id stage; /* whose form may name another one */
    char name[260];      /* as people call it */
    char host[128];      /* the registry, or of the chart's address */
    char url[520];       /* that is asked for by HEAD */
    char why[200];       /* it was not reached */
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
    struct checks_source sources[CHECKS_SOURCES];
    size_t source_count, sources_open;
    int pulls_left; /* that Docker Hub allows this address; -1: it did not say */
    struct checks_names names;
    bool alias_open;   /* it is still being asked for; the round waits for it, no check does */
    bool zones_known;  /* they may come before the identity, which is judged first */
    struct timer ends; /* the next moment when what is said of the lifetime is no longer so */
    struct timer over; /* tells the owner, outside of whatever ended last */
};

/* How a check ended: a sentence. When all have ended, the round is over. */
void checks_end(struct checks_work *work, enum check_id id, enum check_state state,
                const char *format, ...) __attribute__((format(printf, 4, 5)));
void checks_fail(struct checks_work *work, enum check_id id, const struct error *err);
void checks_settle(struct checks_work *work); /* ends the round when nothing is open */
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

void checks_start_names(struct checks_work *work);
void checks_finish_names(struct checks_work *work);

void checks_start_s3(struct checks_work *work);
void checks_start_registry(struct checks_work *work);
void checks_finish_reach(struct checks_work *work);

void checks_start_images(struct checks_work *work);
void checks_finish_images(struct checks_work *work);
/* Why a request brought nothing, in words; `out` is where they are made when need be. */
const char *checks_why_not(const struct http_request *request, char out[80]);

#endif
