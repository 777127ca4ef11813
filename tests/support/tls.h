/* A TLS server in a child process, with a certificate for "localhost" that it signs itself. Answers
 * every connection with 200 and "hello". */
#ifndef TESTS_SUPPORT_TLS_H
#define TESTS_SUPPORT_TLS_H

#include <sys/types.h>

struct tls_server {
    int port;
    pid_t pid;
    char *ca_pem;    /* its own certificate */
    char *other_pem; /* a certificate that it does not have */
};

/* A context of OpenSSL with a certificate for "localhost" that it signs itself; *ca_pem is free()d
 * by the caller, who also frees the context. */
struct ssl_ctx_st *tls_context(char **ca_pem);

/* A certificate for a client and its key, both PEM; free() them. */
void tls_identity(char **certificate_pem, char **key_pem);

void tls_server_init(struct tls_server *server);
void tls_server_finish(struct tls_server *server);

#endif
