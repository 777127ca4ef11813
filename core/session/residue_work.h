/* What the residue_*.c files share; for nobody else. */
#ifndef CORE_SESSION_RESIDUE_WORK_H
#define CORE_SESSION_RESIDUE_WORK_H

#include "core/session/estimate.h"
#include "core/session/residue.h"

/* Adds it unless it is there already; NULL when the report is full. */
struct residue_item *residue_add(struct residue *residue, int kind,
                                 const struct inventory_item *thing);
/* Whether the thing belongs to the deployment, by its tags and its network. */
bool residue_owns(const struct residue *residue, const struct inventory_item *thing);
/* Order, causes and prices, once everything was asked. */
void residue_complete(struct residue *residue, const struct estimates *estimates);

#endif
