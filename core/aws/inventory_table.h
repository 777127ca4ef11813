/* How each kind is listed and removed, for inventory.c and inventory_remove.c; for nobody else. */
#ifndef CORE_AWS_INVENTORY_TABLE_H
#define CORE_AWS_INVENTORY_TABLE_H

#include "core/aws/inventory.h"

struct inventory_row {
    const char *one, *many;
    const struct aws_paging *paging;
    const char *describe;
    const char *list; /* the element around the things */
    const char *id, *name;
    const char *remove, *parameter;
};

extern const struct inventory_row inventory_table[INVENTORY_KINDS];

#endif
