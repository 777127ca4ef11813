/* The hand-over folder: what a colleague needs to take the deployment over without this program.
 * DIR/handover-DATE/ holds the answers, every step as a shell script, the addresses, what exists by
 * the states, and a kubeconfig that uses the AWS CLI. No secret is in it. */
#ifndef CORE_SESSION_HANDOVER_H
#define CORE_SESSION_HANDOVER_H

#include "core/session/session.h"

/* Writes it (0700, 0600), over the one of the same day. Gives its path. */
bool handover_write(const struct session *session, char path[PATH_MAX], struct error *err);

/* The parts, for it and for tests. */
void handover_script(const struct session *session, struct buf *out);
void handover_addresses(const struct session *session, struct buf *out);
bool handover_inventory(const char *dir, struct buf *out, struct error *err);

#endif
