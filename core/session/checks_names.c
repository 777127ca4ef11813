/* Are the names of the answers free: is there no cluster of that name in the account but our own,
 * and may the bucket be made or used? Both would fail minutes into an apply. */
#include "core/session/checks_work.h"

#include "core/base/alloc.h"

static bool is_ours(const struct checks_work *work, const struct eks_cluster *cluster)
{
    char tag[160];
    const struct answers *answers = work->checks->answers;
    snprintf(tag, sizeof tag, "%s/%s", answers->cluster_name, answers->id);
    return work->checks->begun || strcmp(cluster->deployment, tag) == 0;
}

/* One of the names is judged: sentences are joined, the worst state counts. */
static void ended(struct checks_work *work, enum check_state state, const char *text,
                  const char *hint)
{
    struct checks_names *names = &work->names;
    if (text[0])
        buf_printf(&names->text, "%s%s", names->text.len > 0 ? " " : "", text);
    if (hint[0])
        buf_printf(&names->hint, "%s%s", names->hint.len > 0 ? " " : "", hint);
    if (names->worst == CHECK_PASS || state == CHECK_FAIL ||
        (names->worst == CHECK_SKIP && state == CHECK_WARN))
        names->worst = state;
    if (--names->open > 0)
        return;
    if (names->worst == CHECK_FAIL)
        work->checks->items[CHECK_NAMES].kind = ERROR_INPUT;
    checks_hint(work, CHECK_NAMES, "%s", buf_cstr(&names->hint));
    checks_end(work, CHECK_NAMES, names->worst, "%s", buf_cstr(&names->text));
}

/* ---- the cluster ---- */

static void cluster_known(struct eks_cluster *cluster)
{
    struct checks_work *work = container_of(cluster, struct checks_work, names.cluster);
    const char *name = work->checks->cluster_name;
    char text[400];
    if (cluster->missing) {
        snprintf(text, sizeof text, "The cluster's name %s is free.", name);
        ended(work, CHECK_PASS, text, "");
    } else if (!cluster->ok) {
        snprintf(text, sizeof text, "Whether %s is free is not known. %.250s", name,
                 cluster->error.text);
        ended(work, CHECK_SKIP, text, "");
    } else if (is_ours(work, cluster)) {
        snprintf(text, sizeof text, "The cluster %s is this deployment's.", name);
        ended(work, CHECK_PASS, text, "");
    } else {
        snprintf(text, sizeof text, "There is a cluster %s in %s already, which is not ours (%s).",
                 name, work->checks->region, cluster->status);
        ended(work, CHECK_FAIL, text, "Choose another name in the form of EKS.");
    }
}

/* ---- the bucket ---- */

static bool is_to_be_made(const struct checks_work *work)
{
    return strcmp(work->checks->answers->pypi_create_bucket, "true") == 0;
}

static void bucket_there(struct checks_work *work)
{
    const struct s3_call *call = &work->names.bucket;
    const char *name = work->checks->bucket_name, *region = work->checks->region;
    char text[300];
    if (call->region[0] && strcmp(call->region, region) != 0) {
        snprintf(text, sizeof text, "The bucket %s is in %s, not in %s.", name, call->region,
                 region);
        ended(work, CHECK_WARN, text, "Name one in the cluster's region in the form of PyPI.");
    } else if (is_to_be_made(work) && !work->checks->begun) {
        snprintf(text, sizeof text, "The bucket %s is there already and yours.", name);
        ended(work, CHECK_WARN, text, "Choose to use it in the form of PyPI, or another name.");
    } else {
        snprintf(text, sizeof text, "The bucket %s is there.", name);
        ended(work, CHECK_PASS, text, "");
    }
}

static void bucket_missing(struct checks_work *work)
{
    char text[200];
    bool made = is_to_be_made(work);
    snprintf(text, sizeof text,
             made ? "The bucket's name %s is free."
                  : "There is no bucket %s, and none is to be made.",
             work->checks->bucket_name);
    ended(work, made ? CHECK_PASS : CHECK_WARN, text,
          made ? "" : "Have it made in the form of PyPI, or name one that is there.");
}

static void bucket_known(struct s3_call *call)
{
    struct checks_work *work = container_of(call, struct checks_work, names.bucket);
    const char *name = work->checks->bucket_name;
    bool elsewhere = call->region[0] && strcmp(call->region, work->checks->region) != 0;
    char text[400];
    if (call->missing) {
        bucket_missing(work);
    } else if (call->ok || elsewhere) {
        bucket_there(work);
    } else if (call->request.http.status == 403) {
        snprintf(text, sizeof text, "The bucket %s exists and is closed to this identity.", name);
        ended(work, CHECK_WARN, text,
              "Bucket names are the world's: choose another one in the form of PyPI.");
    } else {
        snprintf(text, sizeof text, "The bucket %s could not be looked for. %.250s", name,
                 call->error.text);
        ended(work, CHECK_SKIP, text, "");
    }
}

/* ---- start and finish ---- */

static void look_for_bucket(struct checks_work *work)
{
    const struct checks *checks = work->checks;
    struct error err;
    work->names.open++;
    if (!s3_start(&work->names.bucket, &work->aws, S3_HEAD_BUCKET, checks->region,
                  checks->bucket_name, "", STR(""), bucket_known, &err))
        ended(work, CHECK_SKIP, err.text, "");
}

static void look_for_cluster(struct checks_work *work)
{
    struct error err;
    work->names.open++;
    if (!eks_cluster_start(&work->names.cluster, &work->aws, work->checks->cluster_name,
                           cluster_known, &err))
        ended(work, CHECK_SKIP, err.text, "");
}

void checks_start_names(struct checks_work *work)
{
    struct checks *checks = work->checks;
    const struct answers *answers = checks->answers;
    bool cluster = answers && answers->cluster_name[0] && checks->region[0];
    bool bucket = answers && answers->pypi_bucket_name[0] && checks->region[0];
    if (!cluster && !bucket) {
        checks_end(work, CHECK_NAMES, CHECK_SKIP,
                   checks->region[0] ? "No names are chosen yet." : "Needs a region.");
        return;
    }
    work->names = (struct checks_names){.worst = CHECK_PASS, .open = 1};
    if (cluster) {
        str_copy(str_of(answers->cluster_name), checks->cluster_name, sizeof checks->cluster_name);
        look_for_cluster(work);
    }
    if (bucket) {
        str_copy(str_of(answers->pypi_bucket_name), checks->bucket_name,
                 sizeof checks->bucket_name);
        look_for_bucket(work);
    }
    ended(work, CHECK_PASS, "", "");
}

void checks_finish_names(struct checks_work *work)
{
    eks_cluster_finish(&work->names.cluster);
    s3_finish(&work->names.bucket);
    buf_finish(&work->names.text);
    buf_finish(&work->names.hint);
}
