/* A distribution: one file that can be uploaded, in memory, with what its name says about it. */
#ifndef CORE_INDEX_DIST_H
#define CORE_INDEX_DIST_H

#include <limits.h>

#include "core/base/buf.h"
#include "core/base/error.h"

#define DIST_MAX ((size_t)64 << 20)

struct dist {
    char file[256];    /* "demo_pkg-1.0.tar.gz" */
    char name[128];    /* "demo-pkg", normalised as PEP 503 says */
    char version[64];  /* "1.0" */
    char summary[512]; /* "" when not known */
    char requires_python[128];
    bool wheel;
    struct buf bytes;
    char sha256[65];
};

/* Reads a .tar.gz, .zip or .whl; ERROR_INPUT when its name is not that of a distribution. */
bool dist_read(struct dist *dist, const char *path, struct error *err);
/* Sets the file name, and from it name, version and kind. */
bool dist_name(struct dist *dist, const char *file, struct error *err);
void dist_seal(struct dist *dist);   /* computes the digest of its bytes */
void dist_finish(struct dist *dist); /* idempotent; zeroed is fine */

/* lower case, runs of - _ . as one `joint` (PEP 503: '-'; PEP 625: '_'). False when it is too long
 * or holds anything but letters, digits and those. */
bool dist_normalise(struct str name, char joint, char *out, size_t capacity);

#endif
