/* AWS Signature Version 4: a pure function of a request, keys and the time. Builds neither hosts
 * nor requests; aws.h does.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
#ifndef CORE_AWS_SIGV4_H
#define CORE_AWS_SIGV4_H

#include "core/aws/creds.h"
#include "core/base/clock.h"

struct sigv4 {
    const char *method;
    struct str url;     /* as it goes over the wire: percent-encoded, with the port it has */
    struct str headers; /* "Name: value\n" lines, without Host and what signing adds */
    struct str body;
    const char *region, *service;
    bool s3;               /* path taken as it is; x-amz-content-sha256 always */
    bool content_hash;     /* x-amz-content-sha256 although it is not S3: legal everywhere */
    bool unsigned_payload; /* the body is left out; https only */
    int64_t wall_ms;
};

/* What the request needs besides the session token, which goes into x-amz-security-token. */
struct sigv4_signature {
    char date[CLOCK_TEXT]; /* x-amz-date */
    char payload_hash[72]; /* x-amz-content-sha256; "" when it is not to be sent */
    char signature[72];
    struct buf authorization;
    struct buf canonical_request, string_to_sign; /* wiped with the rest; for tests and diagnosis */
};

/* False only for a URL without a host. Finish *out either way. */
bool sigv4_sign(const struct sigv4 *request, const struct creds *creds, struct sigv4_signature *out,
                struct error *err);
void sigv4_signature_finish(struct sigv4_signature *signature); /* idempotent; zeroed is fine */

/* The URL with the signature in its query, valid for `expires_s`: whoever has it may use it, so it
 * is a secret. `trace` may be NULL; finish it. */
bool sigv4_presign(const struct sigv4 *request, const struct creds *creds, unsigned expires_s,
                   struct secret *url, struct sigv4_signature *trace, struct error *err);

/* Appends `s` percent-encoded as RFC 3986 asks, keeping the bytes of `keep`. */
void sigv4_encode(struct buf *out, struct str s, const char *keep);

/* Hex SHA-256. */
void sigv4_sha256(struct str data, char out[65]);

#endif
