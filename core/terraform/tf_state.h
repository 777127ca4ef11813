/* The local state file of a root, looked at and kept, never edited: is it whole before a plan, are
 * there better copies, who holds its lock. terraform takes an empty file for "no state" and would
 * build everything again, so an empty one must stop a plan. */
#ifndef CORE_TERRAFORM_TF_STATE_H
#define CORE_TERRAFORM_TF_STATE_H

#include <limits.h>
#include <sys/types.h>

#include "core/base/error.h"
#include "core/base/str.h"

#define TF_STATE_MAX ((size_t)256 << 20) /* bytes; 2,000 resources are 2 MB */

enum tf_health {
    TF_STATE_ABSENT,
    TF_STATE_GOOD,
    TF_STATE_EMPTY,  /* torn while it was being written */
    TF_STATE_BROKEN, /* not JSON, or not a state */
};

struct tf_state_file {
    char path[PATH_MAX];
    enum tf_health health;
    int64_t serial;
    char lineage[64];
    char version[32];   /* of the terraform that wrote it */
    unsigned resources; /* managed instances */
};

struct tf_state {
    struct tf_state_file current, backup, errored, copy; /* copy: the newest good one kept by us */
};

/* Looks at terraform.tfstate, its backup and errored.tfstate in `dir`, and at `copies` (may be NULL
 * or absent). False when a plan must not run: empty or broken state, or an errored.tfstate that was
 * never pushed; the sentence says what there is to go back to. */
bool tf_state_check(struct tf_state *state, const char *dir, const char *copies, struct error *err);

/* What to go back to when current is not good or errored.tfstate is newer: the good file with the
 * highest serial, or NULL. Points into *state. */
const struct tf_state_file *tf_state_best(const struct tf_state *state);

/* Reads one state file; never fails: health says what it is. */
void tf_state_look(struct tf_state_file *file, const char *path);

/* Keeps a copy of a good state in `copies` (made 0700), named by serial and time, and removes all
 * but the newest `keep` (20). Nothing is done without a state; a bad one is refused. */
bool tf_state_keep(const char *dir, const char *copies, unsigned keep, int64_t wall_ms,
                   struct error *err);

/* Puts `from` in the place of terraform.tfstate; what was there is kept as
 * terraform.tfstate.torn-N, and an errored.tfstate that was used goes to errored.tfstate.used-N. */
bool tf_state_restore(const char *dir, const char *from, struct error *err);

/* Writes the state of the last "Emergency state dump" line of a stream to `to` (0600): when a disk
 * was full, that line is the only copy. False when the stream has none or it was torn as well. */
bool tf_state_rescue(const char *stream, const char *to, struct error *err);

struct tf_lock {
    bool held;      /* by a process that lives on this machine */
    bool left_over; /* an info file without a holder: harmless */
    pid_t pid;
    char id[64], operation[64], who[128], version[32],
        created[64]; /* as the file says; may be "" */
};

/* Who holds the lock of the local state (fcntl; .terraform.tfstate.lock.info). False only when it
 * is held: the sentence says by whom, since when. */
bool tf_lock_check(struct tf_lock *lock, const char *dir, struct error *err);

#endif
