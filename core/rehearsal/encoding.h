/* What clients wrap credentials and forms in: base64 and percent signs. Private to the rehearsal's
 * servers. */
#ifndef CORE_REHEARSAL_ENCODING_H
#define CORE_REHEARSAL_ENCODING_H

#include "core/base/buf.h"

/* Base64 of either alphabet, padded or not (RFC 4648); false for anything else. */
bool decode_base64(struct str text, struct buf *out);

/* "%2F" and, in a form, "+" for a blank. What is malformed stays. */
void decode_percent(struct str text, bool form, struct buf *out);

/* Appends text as the character data or attribute of HTML. */
void encode_html(struct buf *out, struct str text);

#endif
