/* The rehearsal's certificate authority, by OpenSSL. */
#include "core/rehearsal/authority.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/paths.h"

#include "core/base/alloc.h"

enum { DAY_S = 86400, CA_DAYS = 3650, HOST_DAYS = 365, PEM_MAX = 64 << 10 };

static EVP_PKEY *key_make(void)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
    if (!context || EVP_PKEY_keygen_init(context) <= 0 ||
        EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) <= 0 ||
        EVP_PKEY_keygen(context, &key) <= 0)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    return key;
}

static bool extension_add(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool ok = extension && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

/* A certificate for `key` with random serial, valid from yesterday; unsigned. */
static X509 *certificate_make(EVP_PKEY *key, const char *common_name, int days)
{
    unsigned char serial[8];
    X509 *certificate = X509_new();
    X509_NAME *name = certificate ? X509_get_subject_name(certificate) : NULL;
    BIGNUM *number =
        RAND_bytes(serial, sizeof serial) == 1 ? BN_bin2bn(serial, sizeof serial, NULL) : NULL;
    bool ok = certificate && number && X509_set_version(certificate, 2) &&
              BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) &&
              X509_gmtime_adj(X509_getm_notBefore(certificate), -DAY_S) &&
              X509_gmtime_adj(X509_getm_notAfter(certificate), (long)days * DAY_S) &&
              X509_set_pubkey(certificate, key) &&
              X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                         (const unsigned char *)common_name, -1, -1, 0);
    BN_free(number);
    if (ok)
        return certificate;
    X509_free(certificate);
    return NULL;
}

static X509 *ca_make(EVP_PKEY *key)
{
    X509 *ca = certificate_make(key, "ekshub-tui rehearsal CA", CA_DAYS);
    if (ca && X509_set_issuer_name(ca, X509_get_subject_name(ca)) &&
        extension_add(ca, ca, NID_basic_constraints, "critical,CA:TRUE") &&
        extension_add(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign") &&
        extension_add(ca, ca, NID_subject_key_identifier, "hash") &&
        X509_sign(ca, key, EVP_sha256()) > 0)
        return ca;
    X509_free(ca);
    return NULL;
}

static bool write_bio(const char *path, BIO *bio, struct error *err)
{
    char *data;
    long size = BIO_get_mem_data(bio, &data);
    return size > 0 && file_write(path, (struct str){data, (size_t)size}, 0600, err);
}

/* ca.key first: ca.pem is what says that both are there. */
static bool ca_write(const struct authority *authority, const char *key_file, struct error *err)
{
    BIO *key = BIO_new(BIO_s_mem()), *pem = BIO_new(BIO_s_mem());
    bool ok = key && pem &&
              PEM_write_bio_PrivateKey(key, authority->key, NULL, NULL, 0, NULL, NULL) == 1 &&
              PEM_write_bio_X509(pem, authority->certificate) == 1 &&
              write_bio(key_file, key, err) && write_bio(authority->ca_file, pem, err);
    BIO_free(key);
    BIO_free(pem);
    return ok;
}

static void ca_read(struct authority *authority, const char *key_file)
{
    struct buf key, pem;
    buf_init(&key, PEM_MAX);
    buf_init(&pem, PEM_MAX);
    if (file_read(key_file, PEM_MAX, &key, NULL) &&
        file_read(authority->ca_file, PEM_MAX, &pem, NULL)) {
        BIO *key_bio = BIO_new_mem_buf(key.data, (int)key.len);
        BIO *pem_bio = BIO_new_mem_buf(pem.data, (int)pem.len);
        authority->key = PEM_read_bio_PrivateKey(key_bio, NULL, NULL, NULL);
        authority->certificate = PEM_read_bio_X509(pem_bio, NULL, NULL, NULL);
        BIO_free(key_bio);
        BIO_free(pem_bio);
    }
    buf_finish(&pem);
    buf_finish(&key);
}

static bool ca_whole(const struct authority *authority)
{
    return authority->key && authority->certificate &&
           X509_check_private_key(authority->certificate, authority->key) == 1 &&
           X509_cmp_current_time(X509_get0_notAfter(authority->certificate)) > 0;
}

static bool ca_open(struct authority *authority, const char *key_file, struct error *err)
{
    ca_read(authority, key_file);
    if (ca_whole(authority))
        return true;
    EVP_PKEY_free(authority->key);
    X509_free(authority->certificate);
    authority->key = key_make();
    authority->certificate = authority->key ? ca_make(authority->key) : NULL;
    if (!authority->certificate)
        return error_set(err, ERROR_SYSTEM, "OpenSSL could not make the rehearsal's certificate.");
    return ca_write(authority, key_file, err);
}

bool authority_open(struct authority *authority, const char *dir, struct error *err)
{
    char place[PATH_MAX], key_file[PATH_MAX];
    *authority = (struct authority){.host_count = 0};
    if (!path_format(place, err, "%s/rehearsal", dir) ||
        !path_format(key_file, err, "%s/ca.key", place) ||
        !path_format(authority->ca_file, err, "%s/ca.pem", place))
        return false;
    int lock = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0)
        return error_errno(err, "The directory %s cannot be opened", place);
    flock(lock, LOCK_EX);
    bool ok = ca_open(authority, key_file, err);
    close(lock);
    if (ok && !(authority->host_key = key_make()))
        ok = error_set(err, ERROR_SYSTEM, "OpenSSL could not make a key.");
    if (!ok)
        authority_finish(authority);
    return ok;
}

void authority_finish(struct authority *authority)
{
    for (size_t i = 0; i < authority->host_count; i++)
        SSL_CTX_free(authority->hosts[i].context);
    EVP_PKEY_free(authority->host_key);
    EVP_PKEY_free(authority->key);
    X509_free(authority->certificate);
    *authority = (struct authority){.host_count = 0};
}

static bool host_fits(const char *host)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    size_t length = strlen(host);
    return length > 0 && length < AUTHORITY_HOST && strspn(host, allowed) == length;
}

static X509 *host_certificate(const struct authority *authority, const char *host)
{
    struct in_addr address;
    char names[AUTHORITY_HOST + 32];
    bool numeric = inet_pton(AF_INET, host, &address) == 1;
    snprintf(names, sizeof names, "%s:%s%s", numeric ? "IP" : "DNS", host,
             strcmp(host, "localhost") == 0 ? ",IP:127.0.0.1" : "");
    X509 *ca = authority->certificate;
    X509 *certificate = certificate_make(authority->host_key, "rehearsal", HOST_DAYS);
    if (certificate && X509_set_issuer_name(certificate, X509_get_subject_name(ca)) &&
        extension_add(certificate, ca, NID_subject_alt_name, names) &&
        extension_add(certificate, ca, NID_ext_key_usage, "serverAuth") &&
        extension_add(certificate, ca, NID_subject_key_identifier, "hash") &&
        extension_add(certificate, ca, NID_authority_key_identifier, "keyid") &&
        X509_sign(certificate, authority->key, EVP_sha256()) > 0)
        return certificate;
    X509_free(certificate);
    return NULL;
}

/* Gives the handshake the certificate of the host that the client names. */
static int choose_host(SSL *ssl, int *alert, void *argument)
{
    const char *host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (!host)
        return SSL_TLSEXT_ERR_NOACK;
    SSL_CTX *context = authority_context(argument, host);
    if (context && SSL_set_SSL_CTX(ssl, context))
        return SSL_TLSEXT_ERR_OK;
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static SSL_CTX *context_make(struct authority *authority, const char *host)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    X509 *certificate = host_certificate(authority, host);
    bool ok = context && certificate && SSL_CTX_use_certificate(context, certificate) == 1 &&
              SSL_CTX_use_PrivateKey(context, authority->host_key) == 1 &&
              SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
    X509_free(certificate);
    if (!ok) {
        SSL_CTX_free(context);
        return NULL;
    }
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_tlsext_servername_callback(context, choose_host);
    SSL_CTX_set_tlsext_servername_arg(context, authority);
    return context;
}

void *authority_context(struct authority *authority, const char *host)
{
    for (size_t i = 0; i < authority->host_count; i++)
        if (strcmp(authority->hosts[i].name, host) == 0)
            return authority->hosts[i].context;
    SSL_CTX *context = host_fits(host) ? context_make(authority, host) : NULL;
    if (!context)
        return NULL;
    if (authority->host_count == AUTHORITY_HOSTS) /* connections hold their own reference */
        SSL_CTX_free(authority->hosts[--authority->host_count].context);
    struct authority_host *slot = &authority->hosts[authority->host_count++];
    str_copy(str_of(host), slot->name, sizeof slot->name);
    slot->context = context;
    return context;
}
