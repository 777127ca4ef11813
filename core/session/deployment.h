/* The deployment directory: where things are in it, who works in it, and which ones are known on
 * this machine. Reads journals' heads and the answers; runs nothing. */
#ifndef CORE_SESSION_DEPLOYMENT_H
#define CORE_SESSION_DEPLOYMENT_H

#include "core/session/answers.h"
#include "core/session/place.h"

/* Makes DIR (0700, with .gitignore) and writes the answers into it. A directory that is the other
 * kind (rehearsal or real) is refused; so is one of another account or another deployment's id. */
bool deployment_save(const char *dir, const struct answers *answers, struct error *err);

/* Reads DIR/ekshub.yaml; ERROR_SYSTEM with ENOENT when the directory is no deployment. A directory
 * of the other kind is refused. */
bool deployment_load(const char *dir, bool rehearsal, struct answers *answers, struct error *err);

/* The person at this machine, by the system's own list of users: ada@bastion. */
void deployment_who(char *out, size_t capacity);

/* DIR/lock. Held by the worker as long as it lives; the descriptor is CLOEXEC. ERROR_BUSY names who
 * holds it. Returns the descriptor or -1. */
int deployment_lock(const char *dir, const char *run_id, struct error *err);

struct deployment_holder {
    bool held;
    long pid;
    char run[64], who[128];
};
/* Who holds the lock now. Never blocks; asking shares the lock for an instant, which
 * deployment_lock waits out. */
struct deployment_holder deployment_holder(const char *dir);

/* The newest run of the directory (runs/ID with a journal); false when there is none. */
bool deployment_latest_run(const char *dir, char id[64]);

/* Removes the plan files of all runs but the newest (its worker may still need its own), and all
 * but the newest 20 runs. For whoever holds the lock. */
void deployment_tidy(const char *dir);

/* The list of deployments known on this machine: STATE_DIR/deployments, one absolute path a line,
 * in the order in which they were made. Directories that are gone are left out. */
struct deployments {
    struct deployment_entry {
        char dir[PATH_MAX];
        struct answers answers;
    } * items;
    size_t count, capacity;
};
void deployments_load(struct deployments *list, const char *state_dir);
/* Those and the directory that was named; a rehearsal knows only its own. */
void deployments_known(struct deployments *list, const struct place *place);
void deployments_finish(struct deployments *list);
bool deployments_remember(const char *state_dir, const char *dir, struct error *err);

/* The current directory, when it holds ekshub.yaml. */
bool deployment_here(char dir[PATH_MAX]);

/* The directory a verb means, absolute: --dir (may be NULL; need not exist), else the current one
 * if it holds ekshub.yaml, else the only one known of this kind (rehearsal or real). ERROR_INPUT
 * naming those there are otherwise. */
bool deployment_choose(const struct place *place, const char *option, char dir[PATH_MAX],
                       struct error *err);

#endif
