/* ~/.pypirc: the section [ekspypi] for twine and its kin, and its name among the index-servers.
 * A file that is there is edited as text: what is not ours stays byte for byte, and the result is
 * read again before it is written. Values stand as they are: twine and distutils read them without
 * interpolation, so a % must not be doubled.
 * https://packaging.python.org/en/latest/specifications/pypirc/ */
#ifndef CORE_INDEX_PYPIRC_H
#define CORE_INDEX_PYPIRC_H

#include <limits.h>

#include "core/base/secret.h"

#define PYPIRC_SECTION "ekspypi"
#define PYPIRC_MASKED  "********"

struct pypirc_entry {              /* borrowed */
    const char *repository, *user; /* the URL with /simple/, whole */
    const struct secret *password; /* NULL or empty: not known */
};

/* The snippet with its password masked. */
bool pypirc_snippet(const struct pypirc_entry *entry, struct buf *out);

/* The same with the password, into a descriptor. */
bool pypirc_print(int fd, const struct pypirc_entry *entry, struct error *err);

struct pypirc_change {
    bool created;          /* there was no such file */
    bool changed;          /* false: it said all that already */
    bool listed;           /* index-servers was made or extended */
    bool replaced;         /* [ekspypi] was there and said something else */
    char was_for[512];     /* … for this repository, when that was another; sanitised */
    char backup[PATH_MAX]; /* the old file, 0600; "" when there was none to keep */
};

/* Makes the file or merges the entry into it: atomic, 0600, through symbolic links, after a backup
 * beside it. Refuses, with the reason, what configparser would refuse, a [ekspypi] that is for
 * something that is no pypicloud, and values that such a file cannot hold. */
bool pypirc_merge(const char *path, const struct pypirc_entry *entry, struct pypirc_change *change,
                  struct error *err);

/* The password that [ekspypi] holds for this repository and user. False without *err set when the
 * file or such a section is not there; false with err->kind set when the file cannot be used. */
bool pypirc_password(const char *path, const struct pypirc_entry *entry, struct secret *password,
                     struct error *err);

#endif
