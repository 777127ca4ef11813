/* The description of a stage (assets/rehearsal/STAGE.json): its resources with true types, times
 * and needs, its variables, and how its outputs follow from them. The one source of the terraform
 * root (root.h) and of what the player plays (player.h). Read-only data. */
#ifndef CORE_REHEARSAL_DESCRIPTION_H
#define CORE_REHEARSAL_DESCRIPTION_H

#include "core/base/json.h"

struct piece {                    /* one resource; strings are lent by the description */
    const char *address, *module; /* "module.vpc.terraform_data.x[0]", "module.vpc" or "" */
    const char *resource;         /* the address without its module; points into it */
    char name[96];                /* "x" */
    bool indexed;                 /* has [0]: exists only while the variable `when` is true */
    const char *type, *detail, *when;
    double seconds, destroy_seconds;
    size_t *needs, need_count; /* indices of pieces */
};

struct description {
    json_t *json; /* owns every string */
    const char *stage, *root;
    struct piece *pieces;
    size_t count;
};

/* Reads and checks it: every need known, no circles. */
bool description_load(const char *path, struct description *description, struct error *err);
void description_finish(struct description *description); /* idempotent; zeroed is fine */

/* Index of a piece, or -1. */
ptrdiff_t description_find(const struct description *description, const char *address);

#endif
