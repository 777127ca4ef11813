/* The bucket in a state: what is forgotten, what is marked, and what stays as it is. */
#include "core/session/bucket_state.h"

#include <criterion/criterion.h>

#include "core/base/alloc.h"

static const char real[] =
    "{\"version\":4,\"serial\":7,\"lineage\":\"l\",\"resources\":["
    "{\"mode\":\"data\",\"type\":\"aws_s3_bucket\",\"name\":\"given\",\"instances\":[{}]},"
    "{\"mode\":\"managed\",\"type\":\"aws_iam_role\",\"name\":\"pypi\",\"instances\":[{}]},"
    "{\"mode\":\"managed\",\"type\":\"aws_s3_bucket\",\"name\":\"pypi\",\"instances\":["
    "{\"index_key\":0,\"attributes\":{\"bucket\":\"acme-pypi\",\"force_destroy\":false}}]},"
    "{\"mode\":\"managed\",\"type\":\"aws_s3_bucket_public_access_block\",\"name\":\"pypi\","
    "\"instances\":[{}]}]}";

static json_t *state_of(const char *text)
{
    struct error err = {.kind = ERROR_NONE};
    json_t *state = js_parse(str_of(text), &err);
    cr_assert(state, "%s", err.text);
    return state;
}

Test(bucket_state, bucket_and_what_is_set_on_it_leave_the_state)
{
    json_t *state = state_of(real);
    char bucket[64];
    cr_assert(bucket_state_forget(state, bucket));
    cr_assert_str_eq(bucket, "acme-pypi");
    cr_assert_eq(js_int(state, "serial", 0), 8);
    cr_assert_eq(json_array_size(js_get(state, "resources")), 2);
    cr_assert_str_eq(js_text(state, "resources.0.mode"), "data", "what is only read stays");
    cr_assert_str_eq(js_text(state, "resources.1.type"), "aws_iam_role");
    cr_assert_not(bucket_state_forget(state, bucket), "once is enough");
    cr_assert_eq(js_int(state, "serial", 0), 8);
    json_decref(state);
}

Test(bucket_state, of_a_rehearsal_it_leaves_too)
{
    json_t *state = state_of(
        "{\"serial\":1,\"resources\":[{\"mode\":\"managed\",\"type\":\"terraform_data\","
        "\"name\":\"aws_s3_bucket_pypi\",\"instances\":[{}]},{\"mode\":\"managed\","
        "\"type\":\"terraform_data\",\"name\":\"aws_iam_role_pypi\",\"instances\":[{}]}]}");
    char bucket[64];
    cr_assert(bucket_state_forget(state, bucket));
    cr_assert_str_eq(bucket, "");
    cr_assert_eq(json_array_size(js_get(state, "resources")), 1);
    json_decref(state);
}

Test(bucket_state, it_is_marked_to_be_emptied_once)
{
    json_t *state = state_of(real);
    cr_assert(bucket_state_release(state));
    cr_assert(js_bool(state, "resources.2.instances.0.attributes.force_destroy", false));
    cr_assert_eq(js_int(state, "serial", 0), 8);
    cr_assert_not(bucket_state_release(state));
    cr_assert_eq(js_int(state, "serial", 0), 8);
    json_decref(state);
}

Test(bucket_state, nothing_is_nothing)
{
    static const char *const texts[] = {
        "{}", "[]", "{\"resources\":{}}", "{\"resources\":[1,null,{}]}",
        "{\"resources\":[{\"mode\":\"managed\",\"type\":\"aws_s3_bucket\",\"instances\":[7]}]}"};
    char bucket[64];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_t *state = state_of(texts[i]);
        cr_assert_not(bucket_state_release(state), "%s", texts[i]);
        cr_assert_eq(bucket_state_forget(state, bucket), i == 4, "%s", texts[i]);
        json_decref(state);
    }
}
