/* Files and directories: names, whole-file reads with a cap, atomic private writes. */
#ifndef CORE_BASE_PATHS_H
#define CORE_BASE_PATHS_H

#include <limits.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/base/error.h"

/* printf into a path of PATH_MAX bytes; false with *err when it does not fit. */
bool path_format(char out[PATH_MAX], struct error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Expands a leading "~" or "~/" with `home`, and $NAME or ${NAME} from the environment `lookup`
 * (getenv's shape; unknown names stay as they are, as the AWS CLI does). */
bool path_expand(struct str text, const char *home, const char *(*lookup)(const char *name),
                 char out[PATH_MAX], struct error *err);

/* The whole regular file, appended to *out. ENOENT gives kind ERROR_SYSTEM and code ENOENT; a file
 * larger than `max`, a directory or a device is refused. Never blocks on a FIFO. */
bool file_read(const char *path, size_t max, struct buf *out, struct error *err);

/* Replaces the file by a new one: temporary file in the same directory, fsync, rename; a symlink
 * at `path` survives, its target is replaced. */
bool file_write(const char *path, struct str content, mode_t mode, struct error *err);

/* Copies file or directory tree (regular files, directories; 0700/0600), overwriting. */
bool file_copy(const char *from, const char *to, struct error *err);
bool tree_copy(const char *from, const char *to, struct error *err);

/* Removes a file, a link or a whole directory `name` of the directory descriptor `parent` (AT_FDCWD
 * for paths); links are not followed, what is not there is fine. */
bool tree_remove(int parent, const char *name, struct error *err);

/* Creates the directory and its missing parents with `mode`; an existing one is fine. */
bool dir_make(const char *path, mode_t mode, struct error *err);

bool file_exists(const char *path);
int64_t file_size(const char *path); /* -1 when there is none */

/* Directory part into out ("." when none); base name as a pointer into path. */
void path_dirname(const char *path, char out[PATH_MAX]);
const char *path_basename(const char *path);

#endif
