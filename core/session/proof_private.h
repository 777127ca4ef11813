/* Shared by proof.c (the steps) and proof_pod.c (what they make); for nobody else. */
#ifndef CORE_SESSION_PROOF_PRIVATE_H
#define CORE_SESSION_PROOF_PRIVATE_H

#include "core/session/proof.h"

enum { PROOF_PATIENCE_MS = 300000 };

/* New references. The secret holds the password: it goes into one request body, which is wiped. */
json_t *proof_pod(const struct proof *proof);
json_t *proof_secret(const struct proof *proof, const char *uid, struct error *err);

#endif
