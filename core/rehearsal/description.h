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
    bool indexed;                 /* has [0]: exists only while `when` holds */
    const char *type, *detail;
    const char *when;    /* "cert_manager": that value is true; "kind=Big": that value is "Big" */
    const char *replace; /* a template: when it changes, the resource is made anew; "" for never */
    const char *login, *hash; /* makes the index's login: template of the user, ephemeral variable
                                 with the password's hash; "" for all others */
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

/* Whether the root has that variable; whether it is one that terraform keeps in no file. */
bool description_variable(const struct description *description, const char *name);
bool description_ephemeral(const struct description *description, const char *variable);

/* Index of a piece, or -1. */
ptrdiff_t description_find(const struct description *description, const char *address);

#endif
