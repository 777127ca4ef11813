/* AWS Signature Version 4 seen from the server's side. Private to the cloud's files. */
#ifndef CORE_REHEARSAL_CLOUD_SIGNATURE_H
#define CORE_REHEARSAL_CLOUD_SIGNATURE_H

#include "core/rehearsal/request.h"

/* A part of an Authorization header, by "Credential=", "SignedHeaders=" or "Signature=". */
struct str cloud_part_of(struct str authorization, const char *name);

/* Whether the request was signed with the key that the rehearsal gave out. Without locked memory
 * for the key nothing fits. */
bool cloud_signature_fits(const struct request *request, struct str authorization);

#endif
