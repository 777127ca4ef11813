/* Reading kubeconfig files as kubectl does: which files there are, what of them wins, and how a
 * server is reached and asked. Opens the files that the entries name; runs nothing, asks no network
 * and writes nothing (kubeconfig_write.h does).
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/ */
#ifndef CORE_KUBE_KUBECONFIG_H
#define CORE_KUBE_KUBECONFIG_H

#include <limits.h>

#include "core/base/buf.h"
#include "core/base/secret.h"

enum kube_auth {
    KUBE_AUTH_NONE,
    KUBE_AUTH_TOKEN,
    KUBE_AUTH_TOKEN_FILE, /* read anew when it is a minute old */
    KUBE_AUTH_CERTIFICATE,
    KUBE_AUTH_EXEC,
};

enum kube_interactive { KUBE_NEVER, KUBE_IF_AVAILABLE };

#define KUBE_EXEC_WORDS 32

struct kube_exec {          /* a credential plugin */
    char command[PATH_MAX]; /* a path when it has a slash, otherwise looked up in PATH */
    char api_version[64];
    char *args[KUBE_EXEC_WORDS + 1];        /* NULL-terminated, without the command */
    char *environment[KUBE_EXEC_WORDS + 1]; /* "NAME=value", NULL-terminated, beside ours */
    char install_hint[512];                 /* sanitised */
    enum kube_interactive interactive;
    bool give_cluster; /* provideClusterInfo */
};

struct kube_access {
    char server[512];        /* "https://host[:port][/path]", without a slash at its end */
    char namespace_name[64]; /* "default" when the context names none */
    char context[256], cluster[256], user[256];
    struct buf ca_pem; /* empty: the system's roots */
    bool insecure;     /* insecure-skip-tls-verify */
    char tls_server_name[256], proxy_url[256];
    enum kube_auth auth; /* a certificate may be there beside a token or a plugin */
    struct secret token;
    char token_file[PATH_MAX];
    struct buf client_cert_pem;
    struct secret client_key; /* PEM */
    struct kube_exec exec;
};

/* Where to look. All borrowed for the call; NULL or "" for what there is not. */
struct kubeconfig_source {
    const char *file;     /* named by the operator: this one alone, and it must be there */
    const char *variable; /* KUBECONFIG: files separated by colons, those missing are passed over */
    const char *home;     /* else home/.kube/config */
    const char *context;  /* instead of current-context */
};

/* Fills a zeroed *access. ERROR_INPUT with a sentence that names file, context or user; what needs
 * a kind of credentials that we do not have is refused by its name. */
bool kubeconfig_read(struct kube_access *access, const struct kubeconfig_source *source,
                     struct error *err);
void kube_access_finish(struct kube_access *access); /* wipes; idempotent; zeroed is fine */

#endif
