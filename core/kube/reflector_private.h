/* Shared by reflector*.c; for nobody else. */
#ifndef CORE_KUBE_REFLECTOR_PRIVATE_H
#define CORE_KUBE_REFLECTOR_PRIVATE_H

#include "core/kube/reflector.h"

/* A request for the resource: init, path, selectors. */
void reflector_ask(struct reflector *reflector);

void reflector_list(struct reflector *reflector);  /* from its first page */
void reflector_watch(struct reflector *reflector); /* from reflector->version */
/* Its timer came: nothing was heard for a while. */
void reflector_watch_silent(struct reflector *reflector);
void reflector_line(struct lines *lines, struct str line, bool cut);

/* What one object says to the reducer. */
void reflector_put(struct reflector *reflector, const json_t *object);
void reflector_drop(struct reflector *reflector, const json_t *object);
void reflector_take_version(struct reflector *reflector, const json_t *value);

void reflector_set_state(struct reflector *reflector, enum reflector_state state,
                         const struct error *err);
/* Marks it stale and tries again after a while. */
void reflector_fail(struct reflector *reflector, const struct error *err, bool relist);
/* What is known has grown too old: lists anew, at once unless that happens again and again. */
void reflector_expire(struct reflector *reflector);
/* The request, a list or a watch, was refused: forbidden, missing, expired, busy. */
void reflector_refused(struct reflector *reflector, bool listing);

#endif
