/* Edits of a state document; see bucket_state.h. */
#include "core/session/bucket_state.h"

#include "core/base/alloc.h"

static const char bucket_type[] = "aws_s3_bucket";

/* A rehearsal has all types as names of terraform_data. */
static struct str kind_of(const json_t *resource)
{
    bool rehearsed = strcmp(js_text(resource, "type"), "terraform_data") == 0;
    return js_str(resource, rehearsed ? "name" : "type");
}

static bool is_of_bucket(const json_t *resource)
{
    return strcmp(js_text(resource, "mode"), "managed") == 0 &&
           str_starts(kind_of(resource), str_of(bucket_type));
}

static bool is_bucket(const json_t *resource)
{
    return is_of_bucket(resource) && strcmp(js_text(resource, "type"), bucket_type) == 0;
}

/* terraform takes a state for newer than its own by the serial. */
static void is_newer(json_t *state)
{
    js_set_int(state, "serial", js_int(state, "serial", 0) + 1);
}

bool bucket_state_forget(json_t *state, char bucket[64])
{
    json_t *resources = json_object_get(state, "resources");
    bool any = false;
    bucket[0] = '\0';
    for (size_t i = json_array_size(resources); i-- > 0;) {
        const json_t *resource = json_array_get(resources, i);
        if (!is_of_bucket(resource))
            continue;
        if (is_bucket(resource))
            str_copy(js_str(resource, "instances.0.attributes.bucket"), bucket, 64);
        any |= json_array_remove(resources, i) == 0;
    }
    if (any)
        is_newer(state);
    return any;
}

bool bucket_state_release(json_t *state)
{
    json_t *resources = json_object_get(state, "resources"), *resource, *instance;
    size_t i, k;
    bool any = false;
    json_array_foreach(resources, i, resource)
    {
        if (!is_bucket(resource))
            continue;
        json_array_foreach(json_object_get(resource, "instances"), k, instance)
        {
            json_t *attributes = json_object_get(instance, "attributes");
            if (!attributes || js_bool(attributes, "force_destroy", false))
                continue;
            js_set_bool(attributes, "force_destroy", true);
            any = true;
        }
    }
    if (any)
        is_newer(state);
    return any;
}
