/* What is left of a deployment in the account after it was destroyed: looked for by its tag, by its
 * VPC and by the cluster's name, never from the state; each leftover with its cause and its price,
 * and the removal of all in the order in which AWS lets them go. */
#ifndef CORE_SESSION_RESIDUE_H
#define CORE_SESSION_RESIDUE_H

#include "core/aws/inventory.h"
#include "core/base/json.h"
#include "core/io/task.h"
#include "core/session/answers.h"
#include "core/session/place.h"

enum { /* kinds that are no list of the inventory */
       RESIDUE_CLUSTER = INVENTORY_KINDS,
       RESIDUE_LOG_GROUP,
       RESIDUE_RECORD, /* of a DNS zone; without a domain neither is looked for */
       RESIDUE_ZONE,
       RESIDUE_ADDRESS, /* the public address of an interface: goes with it */
       RESIDUE_KUBECONFIG,
       RESIDUE_KINDS,
       RESIDUE_MAX = 128,
       RESIDUE_VPCS = 4,
};

enum residue_state { RESIDUE_THERE, RESIDUE_GOING, RESIDUE_GONE, RESIDUE_STUCK };

struct residue_item {
    int kind; /* enum inventory_kind or one of the above */
    struct inventory_item thing;
    char because[200];
    double cost_per_hour;
    enum residue_state state;
    char why[240]; /* STUCK: what AWS says */
};

struct residue {
    struct residue_item *items; /* in the order in which they have to go */
    size_t count, capacity;
    bool looked[RESIDUE_KINDS];
    size_t failed;        /* kinds that could not be looked at; `trouble` has the first reason */
    struct error trouble; /* kind NONE: everything was looked at */
    bool cluster_there;   /* then what has its name is no residue yet */
    bool too_many;        /* more than RESIDUE_MAX */
    double cost_per_hour;
    int64_t looked_ms; /* wall; 0: not yet */
    char deployment[128], cluster[128], region[64], account[16];
    char bucket[64]; /* of the packages, which is kept and not looked for; "" when none is */
    bool domain;     /* there may be records and a zone */
    char vpcs[RESIDUE_VPCS][32];
    size_t vpc_count;
};

void residue_finish(struct residue *residue); /* idempotent; zeroed is fine */

/* "load balancer", "log group"; several: "load balancers". */
const char *residue_word(int kind, size_t count);

/* Whether the kind is asked for at all: without a domain there are no records and no zone. */
bool residue_asks(const struct residue *residue, int kind);

/* [{"kind","id","because","cost_per_hour"}], the contract's list. A new reference. */
json_t *residue_json(const struct residue *residue);
json_t *residue_kept_json(const struct residue *residue); /* [{"kind","id"}], as above */
/* The list of ids, one a line, or the whole dated report for a file. `arn` may be "". */
void residue_ids(const struct residue *residue, struct buf *out);
void residue_certificate(const struct residue *residue, const char *arn, struct buf *out);

struct residue_world { /* who looks, and for what; borrowed until the task is finished */
    const struct place *place;
    struct http *http;
    struct signals *signals; /* NULL: no credential_process can be run */
    const struct answers *answers;
    const char *profile; /* "" or NULL: what --profile and the environment say */
    const char *dir;
    /* NULL: everything. Otherwise only load balancers and volumes, that controllers made for
     * objects of this namespace, or "*": of any; and a domain's records with the namespace of its
     * entrance. */
    const char *name_space;
};

struct residue_look {
    struct task task; /* DONE; WARNED when something could not be looked at; note: what is asked */
    const struct residue_world *world;
    struct residue *residue; /* filled; the owner's */
    void (*changed)(struct residue_look *look);
    struct residue_looking *work;
};
void residue_look_init(struct residue_look *look, const struct residue_world *world,
                       struct residue *residue);

struct residue_removal {
    struct task task; /* DONE when all that was wanted is gone; else FAILED with the first reason */
    const struct residue_world *world;
    struct residue *residue;
    void (*changed)(struct residue_removal *removal);
    struct residue_removing *work;
};
/* Removes the items marked RESIDUE_GOING, again and again while others still hold them. */
void residue_removal_init(struct residue_removal *removal, const struct residue_world *world,
                          struct residue *residue);

/* Marks everything, or one item and what goes with it. Returns how many. While the cluster is there
 * nothing but load balancers whose Service is gone may be removed; then 0. */
size_t residue_mark(struct residue *residue, int index);

#endif
