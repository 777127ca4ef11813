/* The file of a state and its lock, as terraform's local backend has them: an fcntl lock on
 * terraform.tfstate and .terraform.tfstate.lock.info beside it. */
#ifndef CORE_REHEARSAL_PLAY_LOCK_H
#define CORE_REHEARSAL_PLAY_LOCK_H

#include "core/base/buf.h"
#include "core/base/error.h"

enum { PLAY_STATE_MAX = 32 << 20 };

/* Appends the state's text; no file is an empty text. */
bool play_lock_read(const char *dir, struct buf *text, struct error *err);

/* Locks the state and appends its text. `who` stands in the lock info; NULL for this user here.
 * *created: there was no file. */
bool play_lock_take(const char *dir, const char *operation, const char *who, int *fd, bool *created,
                    struct buf *text, struct error *err);

/* Unlocks; removes a file that was made and is still empty. */
void play_lock_give(const char *dir, int fd, bool created);

bool play_lock_write(int fd, struct str text, struct error *err);

/* Keeps what the file holds now as terraform.tfstate.backup, unless it is empty. */
bool play_lock_backup(const char *dir, int fd, struct error *err);

#endif
