#include "tests/support/tls.h"

#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"

static void must(bool ok)
{
    if (!ok)
        abort();
}

static X509 *self_signed(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1,
                               0);
    X509_set_issuer_name(certificate, name);
    static const struct {
        int nid;
        const char *value;
    } extensions[] = {{NID_subject_alt_name, "DNS:localhost"},
                      {NID_basic_constraints, "critical,CA:TRUE"}};
    for (int i = 0; i < 2; i++) {
        X509_EXTENSION *extension =
            X509V3_EXT_conf_nid(NULL, NULL, extensions[i].nid, extensions[i].value);
        must(extension && X509_add_ext(certificate, extension, -1));
        X509_EXTENSION_free(extension);
    }
    must(X509_sign(certificate, key, EVP_sha256()) > 0);
    return certificate;
}

static char *pem_of(X509 *certificate)
{
    char *bytes;
    BIO *bio = BIO_new(BIO_s_mem());
    must(PEM_write_bio_X509(bio, certificate));
    long len = BIO_get_mem_data(bio, &bytes);
    char *copy = alloc_copy((struct str){bytes, (size_t)len});
    BIO_free(bio);
    return copy;
}

static void serve(SSL_CTX *context, int listening)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"
                                 "hello";
    char request[8192];
    for (;;) {
        int fd = accept(listening, NULL, NULL);
        SSL *ssl = SSL_new(context);
        SSL_set_fd(ssl, fd);
        if (SSL_accept(ssl) == 1 && SSL_read(ssl, request, sizeof request) > 0) {
            SSL_write(ssl, answer, sizeof answer - 1);
            SSL_shutdown(ssl);
        }
        SSL_free(ssl);
        close(fd);
    }
}

static int listen_anywhere(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(fd >= 0 && bind(fd, (struct sockaddr *)&address, len) == 0 && listen(fd, 8) == 0 &&
         getsockname(fd, (struct sockaddr *)&address, &len) == 0);
    *port = ntohs(address.sin_port);
    return fd;
}

SSL_CTX *tls_context(char **ca_pem)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = self_signed(key);
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    must(SSL_CTX_use_certificate(context, certificate) == 1 &&
         SSL_CTX_use_PrivateKey(context, key) == 1);
    *ca_pem = pem_of(certificate);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return context;
}

void tls_identity(char **certificate_pem, char **key_pem)
{
    char *bytes;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = self_signed(key);
    BIO *bio = BIO_new(BIO_s_mem());
    must(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL));
    long len = BIO_get_mem_data(bio, &bytes);
    *key_pem = alloc_copy((struct str){bytes, (size_t)len});
    *certificate_pem = pem_of(certificate);
    BIO_free(bio);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

void tls_server_init(struct tls_server *server)
{
    EVP_PKEY *other_key = EVP_EC_gen("P-256");
    X509 *other = self_signed(other_key);
    SSL_CTX *context = tls_context(&server->ca_pem);
    server->other_pem = pem_of(other);
    int listening = listen_anywhere(&server->port);
    server->pid = fork();
    must(server->pid >= 0);
    if (server->pid == 0) {
        signal(SIGPIPE, SIG_IGN);
        serve(context, listening);
    }
    close(listening);
    SSL_CTX_free(context);
    X509_free(other);
    EVP_PKEY_free(other_key);
}

void tls_server_finish(struct tls_server *server)
{
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    free(server->ca_pem);
    free(server->other_pem);
}
