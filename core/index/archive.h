/* A .tar.gz written by hand: ustar inside a gzip of stored blocks. No compression, so that no
 * library is needed; no times and owners, so that the same files give the same bytes.
 * POSIX.1-2017 pax (ustar), RFC 1951, RFC 1952 */
#ifndef CORE_INDEX_ARCHIVE_H
#define CORE_INDEX_ARCHIVE_H

#include "core/base/buf.h"
#include "core/base/error.h"

/* Appends one regular file (0644). `name` has up to 255 bytes, with a slash where ustar can cut it;
 * false when it has not, or when the archive is full. */
bool archive_add(struct buf *tar, const char *name, struct str bytes, struct error *err);

/* Ends the archive and appends it as gzip. */
bool archive_gzip(struct buf *tar, struct buf *out, struct error *err);

#endif
