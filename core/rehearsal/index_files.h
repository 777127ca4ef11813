/* The packages of the rehearsed index. Private to it. */
#ifndef CORE_REHEARSAL_INDEX_FILES_H
#define CORE_REHEARSAL_INDEX_FILES_H

#include "core/rehearsal/cloud.h"

enum { INDEX_NAME = 128, INDEX_FILE = 200, INDEX_VERSION = 64 };

struct index_file {
    char name[INDEX_NAME]; /* normalised as PEP 503 says */
    char version[INDEX_VERSION];
    char file[INDEX_FILE];
    char sha256[65]; /* "" when it did not fit into the world */
};

void index_normalise(struct str name, char out[INDEX_NAME]);

/* The next file at or behind *at; false at the end. `name` (normalised) NULL: of every package. */
bool index_next(const struct cloud *cloud, const char *name, size_t *at, struct index_file *file);
bool index_find(const struct cloud *cloud, const char *name, const char *file,
                struct index_file *found);

bool index_read(const struct cloud *cloud, const struct index_file *file, struct buf *out,
                struct error *err);
bool index_store(const struct cloud *cloud, const struct index_file *file, struct str content,
                 struct error *err);
bool index_remove(const struct cloud *cloud, const struct index_file *file, struct error *err);

#endif
