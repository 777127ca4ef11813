/* What a destroy would mean, before anybody says yes: which stages exist and how much of them,
 * whose data goes with them and when it was last used, what controllers made beside terraform, how
 * long it takes and what it saves. Files first, then the cluster and the account are asked. */
#ifndef CORE_SESSION_TEARDOWN_H
#define CORE_SESSION_TEARDOWN_H

#include "core/session/estimate.h"
#include "core/session/residue.h"
#include "core/session/stage.h"

enum { TEARDOWN_DATA = 48 };

struct teardown_data { /* a volume and whose it is */
    char owner[80];    /* "ada", "hub", "NAMESPACE/CLAIM" */
    char what[32];     /* "workspace volume", "accounts, settings", "volume" */
    char size[16];     /* "10Gi", as Kubernetes says */
    bool used;         /* a pod has it right now … */
    int64_t since_ms;  /* … since then; wall; 0 unknown */
    int64_t made_ms;   /* wall; 0 unknown */
    bool workspace;
};

struct teardown {
    bool exists[STAGES];
    unsigned resources[STAGES]; /* that terraform manages, from its states */
    unsigned by_terraform, states;
    int64_t since_ms; /* of the oldest run; wall; 0 unknown */
    struct estimate_span time;

    bool asking, asked;   /* the cluster and the account */
    struct error trouble; /* why not all is known; kind NONE */
    bool cluster_gone;    /* the account has no cluster of that name */
    struct teardown_data data[TEARDOWN_DATA];
    size_t data_count, data_more; /* more: beyond what fits */
    size_t working;               /* people with a workspace that runs */
    unsigned by_controllers, balancers, volumes;
};

/* What the files of the directory say; cheap, no network. `wanted` are the stages to go, which is
 * completed by what stands on them. */
void teardown_files(struct teardown *teardown, const char *dir, int speed, bool wanted[STAGES]);

struct teardown_look { /* asks the cluster and the account */
    struct task task;  /* DONE; WARNED when something could not be asked */
    const struct residue_world *world;
    struct signals *signals;
    const char *hub_namespace; /* borrowed */
    struct teardown *teardown;
    struct teardown_looking *work;
};
void teardown_look_init(struct teardown_look *look, const struct residue_world *world,
                        struct signals *signals, const char *hub_namespace,
                        struct teardown *teardown);

#endif
