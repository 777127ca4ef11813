/* One kubeconfig file as libyaml's document: nodes are numbers, 0 is none. Private to
 * kubeconfig*.c, which read and change the same tree, so that what is not ours stays as it is. */
#ifndef CORE_KUBE_KUBECONFIG_FILE_H
#define CORE_KUBE_KUBECONFIG_FILE_H

#include <limits.h>
#include <yaml.h>

#include "core/kube/kubeconfig.h"
#include "core/kube/kubeconfig_write.h"

struct kubeconfig_file {
    char path[PATH_MAX];
    yaml_document_t document;
    bool loaded;
};

/* Reads and checks a file: a mapping, lists of named entries, no name twice. ERROR_SYSTEM with code
 * ENOENT when it is missing. */
bool kubeconfig_file_load(struct kubeconfig_file *file, const char *path, struct error *err);
/* The same from a text that is said to be the file's. */
bool kubeconfig_file_parse(struct kubeconfig_file *file, const char *path, struct str text,
                           struct error *err);
void kubeconfig_file_finish(struct kubeconfig_file *file); /* wipes; idempotent; zeroed is fine */

/* 0 for an empty file. */
int kubeconfig_root(struct kubeconfig_file *file);
/* The value of a key; 0 when it is absent or null. A key that stands twice: the last one counts. */
int kubeconfig_get(struct kubeconfig_file *file, int node, const char *key);
/* Its text; empty when absent, null or no scalar. Lent until the file changes. */
struct str kubeconfig_text(struct kubeconfig_file *file, int node, const char *key);
bool kubeconfig_true(struct kubeconfig_file *file, int node, const char *key);
/* The text of a scalar node. */
struct str kubeconfig_scalar(struct kubeconfig_file *file, int node);
/* Item of a list, 0 behind its end. */
int kubeconfig_item(struct kubeconfig_file *file, int list, size_t index);
/* Position of the entry with this name in one of the lists; -1 when there is none. */
int kubeconfig_find(struct kubeconfig_file *file, const char *list, struct str name);

/* Entries in clusters, contexts and users. */
void kubeconfig_count(struct kubeconfig_file *file, size_t counts[3]);

/* An entry of a list, and the file that it stands in. */
struct kubeconfig_place {
    struct kubeconfig_file *file;
    int node; /* what is under "cluster", "user" or "context"; 0 when that is empty */
};

/* The part of access that its user's entry says. */
bool kubeconfig_user(struct kube_access *access, struct kubeconfig_place user, struct error *err);

/* KEY-data, else the file that KEY names, into *out (a PEM bundle); neither: nothing. */
bool kubeconfig_pem(struct kubeconfig_place place, const char *key, struct buf *out,
                    struct error *err);
/* A path of the file, relative to its directory. */
bool kubeconfig_path(struct kubeconfig_place place, struct str text, char out[PATH_MAX],
                     struct error *err);

/* Changes (kubeconfig_entry.c). False only without memory. */
bool kubeconfig_begin(struct kubeconfig_file *file); /* an empty file's tree */
bool kubeconfig_put(struct kubeconfig_file *file, const struct kubeconfig_entry *entry);
bool kubeconfig_put_current(struct kubeconfig_file *file, const char *name);
/* Whether anything of that name was there. */
bool kubeconfig_drop(struct kubeconfig_file *file, const char *name);
/* The tree as text; the file is not loaded after it. */
bool kubeconfig_dump(struct kubeconfig_file *file, struct buf *out);

#endif
