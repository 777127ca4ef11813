/* The override file that tells a root where its state is. */
#include "core/terraform/tf_backend.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/paths.h"

#include "core/base/alloc.h"

static char dir[PATH_MAX];
static struct error err;

static void begin(void)
{
    str_copy(STR("/tmp/ekshub-backend-XXXXXX"), dir, sizeof dir);
    cr_assert(mkdtemp(dir));
}

static void end(void)
{
    tree_remove(AT_FDCWD, dir, NULL);
}

TestSuite(tf_backend, .init = begin, .fini = end, .timeout = 60);

static const struct tf_backend in_s3 = {.kind = TF_BACKEND_S3,
                                        .bucket = "acme-states",
                                        .region = "us-east-2",
                                        .name = "demo-1/provision-pypi.tfstate",
                                        .below = "demo-1/provision-eks.tfstate"};

static json_t *written(const struct tf_backend *backend)
{
    char path[PATH_MAX];
    struct buf text = {0};
    cr_assert(tf_backend_write(backend, dir, &err), "%s", err.text);
    cr_assert(path_format(path, &err, "%s/" TF_BACKEND_FILE, dir));
    cr_assert(file_read(path, 1 << 16, &text, &err), "%s", err.text);
    json_t *document = js_parse(buf_str(&text), &err);
    cr_assert(document, "%s", err.text);
    buf_finish(&text);
    return document;
}

Test(tf_backend, keeps_a_state_and_finds_the_one_below_in_one_bucket)
{
    json_t *document = written(&in_s3);
    const json_t *own = js_get(document, "terraform.backend.s3");
    const json_t *below = js_get(document, "data.terraform_remote_state.eks");
    cr_assert_str_eq(js_text(own, "bucket"), "acme-states");
    cr_assert_str_eq(js_text(own, "key"), "demo-1/provision-pypi.tfstate");
    cr_assert(js_bool(own, "use_lockfile", false));
    cr_assert(js_bool(own, "encrypt", false));
    cr_assert_null(js_get(own, "profile"), "the profile is a person's");
    cr_assert_null(js_get(own, "endpoints"));
    cr_assert_str_eq(js_text(below, "backend"), "s3");
    cr_assert_str_eq(js_text(below, "config.key"), "demo-1/provision-eks.tfstate");
    cr_assert_null(js_get(below, "config.use_lockfile"), "no setting of a reader");
    json_decref(document);
}

Test(tf_backend, names_a_workspace_for_each_root_at_hcp)
{
    struct tf_backend hcp = {.kind = TF_BACKEND_HCP, .organization = "acme", .name = "demo-1-eks"};
    json_t *document = written(&hcp);
    const json_t *own = js_get(document, "terraform.backend.remote");
    cr_assert_str_eq(js_text(own, "organization"), "acme");
    cr_assert_str_eq(js_text(own, "workspaces.name"), "demo-1-eks");
    cr_assert_null(js_get(document, "data"), "the first root reads no other");
    json_decref(document);
}

Test(tf_backend, stands_only_where_bucket_and_name_are_the_same)
{
    struct tf_backend other = in_s3, none = {.kind = TF_BACKEND_LOCAL};
    cr_assert(tf_backend_stands(&none, dir));
    cr_assert_not(tf_backend_is_remote(dir));
    json_decref(written(&in_s3));
    cr_assert(tf_backend_stands(&in_s3, dir));
    cr_assert_not(tf_backend_stands(&none, dir));
    str_copy(STR("acme-others"), other.bucket, sizeof other.bucket);
    cr_assert_not(tf_backend_stands(&other, dir));
    other = in_s3;
    other.in_clear = true; /* another way to the same place */
    cr_assert(tf_backend_stands(&other, dir));
    cr_assert(tf_backend_write(&none, dir, &err), "%s", err.text);
    cr_assert(tf_backend_stands(&none, dir));
    cr_assert(tf_backend_write(&none, dir, &err), "%s", err.text);
}
