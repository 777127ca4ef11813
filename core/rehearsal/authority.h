/* The certificate authority of one rehearsal directory: made once (EC P-256, kept in
 * DIR/rehearsal/ca.pem and ca.key), and certificates for any host made on the spot. */
#ifndef CORE_REHEARSAL_AUTHORITY_H
#define CORE_REHEARSAL_AUTHORITY_H

#include <limits.h>

#include <stddef.h>

#include "core/base/error.h"

enum { AUTHORITY_HOSTS = 32, AUTHORITY_HOST = 254 };

struct authority_host {
    char name[AUTHORITY_HOST];
    void *context; /* SSL_CTX with the certificate */
};

struct authority {
    void *key, *certificate; /* EVP_PKEY, X509 of the CA */
    void *host_key;          /* EVP_PKEY that all hosts share */
    struct authority_host hosts[AUTHORITY_HOSTS];
    size_t host_count;
    char ca_file[PATH_MAX];
};

/* Reads the CA of the directory, or makes it. Two processes that begin at once agree on one. */
bool authority_open(struct authority *authority, const char *dir, struct error *err);
void authority_finish(struct authority *authority); /* idempotent; zeroed is fine */

/* The SSL_CTX that answers as `host`, made at the first asking and lent; NULL when that fails. */
void *authority_context(struct authority *authority, const char *host);

#endif
