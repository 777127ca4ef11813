/* Where a root keeps its state: beside itself, in an S3 bucket, or at HCP Terraform. What is not
 * beside it stands in an override file, so that the root's own files stay as they are and a person
 * who runs terraform by hand uses the same state.
 * https://developer.hashicorp.com/terraform/language/files/override
 * https://developer.hashicorp.com/terraform/language/backend/s3 */
#ifndef CORE_TERRAFORM_TF_BACKEND_H
#define CORE_TERRAFORM_TF_BACKEND_H

#include "core/base/buf.h"
#include "core/base/error.h"

#define TF_BACKEND_FILE "ekshub_override.tf.json"

enum tf_backend_kind { TF_BACKEND_LOCAL, TF_BACKEND_S3, TF_BACKEND_HCP };

struct tf_backend {
    enum tf_backend_kind kind;
    char bucket[64], region[32]; /* S3 */
    char name[160];              /* S3: the object; HCP: the workspace */
    char below[160];             /* the same of the root that this one reads; "": it reads none */
    bool path_style;             /* the endpoint is not Amazon's own */
    bool in_clear;               /* S3: over http, by the proxy that the environment names */
    char organization[64];       /* HCP */
};

/* Makes the override file of the root in `dir` what *backend says; none for LOCAL. */
bool tf_backend_write(const struct tf_backend *backend, const char *dir, struct error *err);

/* Whether the root in `dir` keeps its state there already, by whatever way. */
bool tf_backend_stands(const struct tf_backend *backend, const char *dir);
/* Whether the root in `dir` was told to keep its state elsewhere. */
bool tf_backend_is_remote(const char *dir);

#endif
