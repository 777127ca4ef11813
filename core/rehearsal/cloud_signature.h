/* AWS Signature Version 4 seen from the server's side. Private to the cloud's files. */
#ifndef CORE_REHEARSAL_CLOUD_SIGNATURE_H
#define CORE_REHEARSAL_CLOUD_SIGNATURE_H

#include "core/aws/sigv4.h"
#include "core/rehearsal/request.h"

/* A part of an Authorization header, by "Credential=", "SignedHeaders=" or "Signature=". */
struct str cloud_part_of(struct str authorization, const char *name);

/* The keys that the rehearsal gave out under this id: the user's or a role's. False for another
 * id, and without locked memory. Finish them either way. */
bool cloud_keys(struct str access_key_id, struct creds *creds);

/* Whether the request was signed with the key that it names, one that the rehearsal gave out. */
bool cloud_signature_fits(const struct request *request, struct str authorization);

#endif
