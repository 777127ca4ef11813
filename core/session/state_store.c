/* From answers to terraform's backend. */
#include "core/session/state_store.h"

#include "core/base/alloc.h"
#include "core/base/paths.h"

static enum tf_backend_kind kind_of(const struct answers *answers)
{
    return strcmp(answers->state_store, "s3") == 0    ? TF_BACKEND_S3
           : strcmp(answers->state_store, "hcp") == 0 ? TF_BACKEND_HCP
                                                      : TF_BACKEND_LOCAL;
}

bool state_store_shared(const struct answers *answers)
{
    return kind_of(answers) != TF_BACKEND_LOCAL;
}

/* An endpoint of one's own has no name for each bucket. */
static bool path_style(const struct place *place)
{
    const char *s3 = place->lookup("AWS_ENDPOINT_URL_S3"), *all = place->lookup("AWS_ENDPOINT_URL");
    return (s3 && *s3) || (all && *all);
}

static void name_state(const struct answers *answers, enum tf_backend_kind kind,
                       enum stage_id stage, char out[160])
{
    bool s3 = kind == TF_BACKEND_S3;
    snprintf(out, 160, s3 ? "%s-%s/%s.tfstate" : "%s-%s-%s", answers->cluster_name, answers->id,
             s3 ? stage_table[stage].root : stage_table[stage].name);
}

void state_store_of(struct tf_backend *backend, const struct answers *answers,
                    const struct place *place, enum stage_id stage)
{
    *backend = (struct tf_backend){.kind = kind_of(answers), .path_style = path_style(place)};
    backend->in_clear = place->route.port != 0;
    if (place->player)
        backend->kind = TF_BACKEND_LOCAL;
    str_copy(str_of(answers->state_bucket), backend->bucket, sizeof backend->bucket);
    str_copy(str_of(answers->state_organization), backend->organization,
             sizeof backend->organization);
    str_copy(str_of(*answers->state_region ? answers->state_region : answers->region),
             backend->region, sizeof backend->region);
    name_state(answers, backend->kind, stage, backend->name);
    if (stage != STAGE_EKS) /* every other root reads the cluster's */
        name_state(answers, backend->kind, STAGE_EKS, backend->below);
}

void state_store_name(const struct answers *answers, char out[128])
{
    enum tf_backend_kind kind = kind_of(answers);
    if (kind == TF_BACKEND_S3)
        snprintf(out, 128, "s3://%s", answers->state_bucket);
    else if (kind == TF_BACKEND_HCP)
        snprintf(out, 128, "HCP Terraform, %s", answers->state_organization);
    else
        snprintf(out, 128, "this machine");
}

bool state_store_pulled(const char *dir, enum stage_id stage, char out[PATH_MAX], struct error *err)
{
    return path_format(out, err, "%s/states/%s/pulled.tfstate", dir, stage_table[stage].name);
}

bool state_store_file(const char *dir, enum stage_id stage, char out[PATH_MAX], struct error *err)
{
    if (!path_format(out, err, "%s/%s/terraform.tfstate", dir, stage_table[stage].root))
        return false;
    return file_exists(out) || state_store_pulled(dir, stage, out, err);
}
