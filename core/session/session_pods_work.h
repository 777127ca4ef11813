/* Private to session_pods*.c. */
#ifndef CORE_SESSION_SESSION_PODS_WORK_H
#define CORE_SESSION_SESSION_PODS_WORK_H

#include "core/session/session_pods.h"

/* ---- session_pods_watch.c ---- */

/* Reflectors and tables, ready to start. */
void session_pods_prepare(struct session_pods *pods, const char *namespace, const char *fallback);

/* ---- session_pods_think.c ---- */

/* What is known around a pod; borrowed. */
struct diagnose_world session_pods_world(const struct session_pods *pods);
/* Says anew what holds this pod up; whether that is news. */
bool session_pods_note(struct session_pods *pods, struct pod *pod,
                       const struct diagnose_world *world);
/* … and of all of them, with the room on the nodes counted anew. */
void session_pods_think(struct session_pods *pods);
/* What can be read was read to its end. */
bool session_pods_all_read(const struct session_pods *pods);

/* ---- session_pods_log.c ---- */

/* Puts the last words of the container that the diagnosis names into it, where they are known. */
void session_pods_quote(const struct session_pods *pods, const struct pod *pod,
                        struct diagnosis *said);
/* Asks for them where they are not. */
void session_pods_ask(struct session_pods *pods, const struct pod *pod,
                      const struct diagnosis *said);

#endif
