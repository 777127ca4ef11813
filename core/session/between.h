/* A step of a run between and after the terraforms, as one task: the kubeconfig is written, a load
 * balancer waited for, the hub claimed, a login proven, the cluster drained before a destroy, and
 * residue looked for. Which steps a run has, and in what order, is for deploy; here is what each of
 * them does. */
#ifndef CORE_SESSION_BETWEEN_H
#define CORE_SESSION_BETWEEN_H

#include <limits.h>

#include "core/base/json.h"
#include "core/io/task.h"
#include "core/session/answers.h"
#include "core/session/place.h"
#include "core/session/stage.h"

struct outputs;
struct secrets;
struct signals;

struct between_world { /* what such a step may use; borrowed until it has ended */
    const struct place *place;
    struct loop *loop;
    struct signals *signals;
    struct http *http;
    const struct answers *answers;
    const struct outputs *outputs;
    struct secrets *secrets;
    char profile[128]; /* "": the keys of the environment */
    char dir[PATH_MAX], run_dir[PATH_MAX];
};

struct between {
    struct task task; /* task.note: what it waits for now, one short sentence */
    const struct between_world *world;
    enum stage_id stage;
    enum stage_step step;
    bool destroy;
    json_t *result; /* when DONE or WARNED: fields for the journal's step event; owned, or NULL */
    void (*changed)(struct between *between); /* the note is another; may be NULL */
    void *work;
};

/* Into zeroed memory; then task_start runs it and task_finish frees it. Fails for a step that is
 * none of these, or of a stage that has no such step. */
bool between_init(struct between *between, const struct between_world *world, enum stage_id stage,
                  enum stage_step step, bool destroy, struct error *err);

#endif
