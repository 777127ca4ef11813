/* The canonical request of SigV4: the one way of writing a request that both sides agree on. No
 * hashing and no keys; sigv4.c alone uses it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
#ifndef CORE_AWS_CANONICAL_H
#define CORE_AWS_CANONICAL_H

#include "core/aws/sigv4.h"

struct canonical_field { /* a header or a query parameter on its way to be sorted */
    char *name;
    struct str value; /* borrowed; of a query parameter it is `owned` */
    char *owned;
    size_t order;
};

struct canonical_fields {
    struct canonical_field *items;
    size_t count, capacity;
};

struct canonical_url { /* views of a URL; the host without a standard port */
    struct str scheme, host, path, query;
};

bool canonical_url(struct str url, struct canonical_url *t, struct error *err);

/* "Name: value\n" lines, those that are not signed left out; one more; then in order. */
void canonical_add_lines(struct canonical_fields *fields, struct str lines);
void canonical_add(struct canonical_fields *fields, const char *name, struct str value);
void canonical_sort(struct canonical_fields *fields);
void canonical_fields_finish(struct canonical_fields *fields);

/* The names of sorted headers. */
void canonical_names(struct buf *out, const struct canonical_fields *fields, const char *separator);

void canonical_write(const struct sigv4 *r, const struct canonical_url *t,
                     const struct canonical_fields *headers, const char *payload_hash,
                     struct buf *out);

/* Room at once for a buffer that will hold a session token, and its end. */
void canonical_reserve(struct buf *b, size_t size);
void canonical_wipe(struct buf *b);

#endif
