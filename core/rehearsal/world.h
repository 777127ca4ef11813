/* The simulated account: a pure function of the world file and the clock. The file is append-only
 * (DIR/rehearsal/world.jsonl); an event says when something began and how long it takes, so what is
 * there at any moment needs no process to keep it. */
#ifndef CORE_REHEARSAL_WORLD_H
#define CORE_REHEARSAL_WORLD_H

#include "core/base/buf.h"
#include "core/base/error.h"

enum { WORLD_ADDRESS = 160, WORLD_TYPE = 64, WORLD_DETAIL = 320 };

#define WORLD_ACCOUNT "123456789012"
#define WORLD_ALIAS   "acme-dev"
#define WORLD_USER    "kube_admin"
#define WORLD_USER_ID "AIDAREHEARSAL0000001"

enum world_what {
    WORLD_CREATE,
    WORLD_DESTROY,
    WORLD_FAIL,
    WORLD_SPENT,
    WORLD_PLANTED,
    WORLD_UPDATE, /* its detail has changed; it is there all the time */
};

struct world_event {
    int64_t time_ms;  /* wall */
    int64_t lasts_ms; /* of CREATE and DESTROY */
    enum world_what what;
    char address[WORLD_ADDRESS]; /* or the fault's name, for SPENT and PLANTED */
    char type[WORLD_TYPE];
    char detail[WORLD_DETAIL];
};

enum world_status { WORLD_NONE, WORLD_CREATING, WORLD_ACTIVE, WORLD_DELETING, WORLD_FAILED };

struct world_thing { /* one resource as its last event left it */
    struct world_event last;
    int64_t created_ms; /* when its creation began */
    int64_t ready_ms;   /* when that ended, or was to; -1: it failed */
    bool abandoned;     /* it went because its cluster did: nobody cleaned up behind it */
};

struct world {
    struct world_thing *things;
    size_t count, capacity;
    struct world_event *spent;
    size_t spent_count, spent_capacity;
};

/* One event a line; a line that is none is skipped and false returned. */
bool world_event_parse(struct str line, struct world_event *event);
bool world_event_dump(const struct world_event *event, struct buf *out);

void world_apply(struct world *world, const struct world_event *event);
void world_finish(struct world *world); /* idempotent; zeroed is fine */

enum world_status world_status_of(const struct world_thing *thing, int64_t now_ms);
const struct world_thing *world_find(const struct world *world, const char *address);
/* The thing of that true type that changed last; NULL when there never was one. */
const struct world_thing *world_of_type(const struct world *world, const char *type);
bool world_is_spent(const struct world *world, const char *fault);
int64_t world_spent_ms(const struct world *world, const char *fault); /* when; -1: it is not */

/* What the APIs tell of the cluster at that moment. */
struct world_cluster {
    enum world_status status;
    char name[WORLD_DETAIL];
    char version[16]; /* "1.35" */
    int64_t created_ms;
    enum world_status nodes_status; /* of the node group */
    int nodes_wanted, nodes_ready;
    char instance_type[32];
    int64_t nodes_created_ms;
};
struct world_cluster world_cluster_at(const struct world *world, int64_t now_ms);

/* Reads the world of the deployment directory; no file yet is an empty world. */
bool world_load(const char *dir, struct world *world, struct error *err);
/* As it was at that moment: without what happened later. */
bool world_load_until(const char *dir, int64_t until_ms, struct world *world, struct error *err);

/* Appends one event, in one write and under a lock. */
bool world_append(const char *dir, const struct world_event *event, struct error *err);

/* Appends "this fault is spent" unless it is already there; *first says whether it was us. Two
 * processes that ask at once get one true. */
bool world_spend(const char *dir, const char *fault, int64_t now_ms, bool *first,
                 struct error *err);

/* The fault was planted anew: when it is spent, it strikes once more. */
bool world_plant(const char *dir, const char *fault, int64_t now_ms, struct error *err);

#endif
