/* Reading the state of the stage before. */
#include "core/rehearsal/remote.h"

#include "core/base/paths.h"

#include "core/base/alloc.h"

enum { STATE_MAX = 32 << 20 };

static const char provider[] = "terraform.io/builtin/terraform";

void remote_address(const struct description *description, char out[96])
{
    const char *name = js_text(description->json, "remote.name");
    out[0] = '\0';
    if (*name)
        snprintf(out, 96, "data.terraform_remote_state.%.64s", name);
}

static json_t *outputs_of(const json_t *state)
{
    json_t *outputs = json_object(), *output;
    const char *name;
    json_object_foreach((json_t *)(uintptr_t)js_get(state, "outputs"), name, output)
    {
        json_object_set(outputs, name, json_object_get(output, "value"));
    }
    return outputs;
}

static bool has_needed(const struct description *description, const json_t *outputs,
                       const char **summary, struct error *err)
{
    const json_t *needed = js_get(description->json, "remote.outputs");
    for (size_t i = 0; i < json_array_size(needed); i++) {
        const char *name = js_text(json_array_get(needed, i), "");
        if (json_object_get(outputs, name))
            continue;
        *summary = "Unsupported attribute";
        return error_set(err, ERROR_INPUT, "This object does not have an attribute named \"%s\".",
                         name);
    }
    return true;
}

json_t *remote_read(const struct description *description, const char *dir, const char **summary,
                    struct error *err)
{
    char path[PATH_MAX];
    struct buf text;
    json_t *state = NULL, *outputs = NULL;
    buf_init(&text, STATE_MAX);
    *summary = "Unable to find remote state";
    if (path_format(path, err, "%s/%s/%s", dir, description->root,
                    js_text(description->json, "remote.path")) &&
        file_read(path, STATE_MAX, &text, NULL) && text.len > 0)
        state = js_parse(buf_str(&text), NULL);
    if (!state)
        error_set(err, ERROR_INPUT,
                  "No stored state was found for the given workspace in the given backend.");
    else
        outputs = outputs_of(state);
    if (outputs && !has_needed(description, outputs, summary, err)) {
        json_decref(outputs);
        outputs = NULL;
    }
    json_decref(state);
    buf_finish(&text);
    return outputs;
}

/* terraform's type of a value from a state: lists come as tuples. */
static json_t *type_of(const json_t *value)
{
    json_t *types = json_array();
    if (!json_is_array(value)) {
        json_decref(types);
        return json_string(json_is_boolean(value)  ? "bool"
                           : json_is_number(value) ? "number"
                                                   : "string");
    }
    for (size_t i = 0; i < json_array_size(value); i++)
        json_array_append_new(types, type_of(json_array_get(value, i)));
    return json_pack("[so]", "tuple", types);
}

static json_t *dynamic(json_t *value, json_t *type)
{
    return json_pack("{s:o, s:o}", "value", value, "type", type);
}

json_t *remote_state(const struct description *description, const json_t *outputs)
{
    json_t *types = json_object(), *value, *attributes = json_object(), *instance = json_object();
    json_t *resource = json_object();
    const char *name, *path = js_text(description->json, "remote.path");
    json_object_foreach((json_t *)(uintptr_t)outputs, name, value)
    {
        js_set(types, name, type_of(value));
    }
    js_set_text(attributes, "backend", "local");
    js_set(attributes, "config",
           dynamic(json_pack("{s:s}", "path", path),
                   json_pack("[s{s:s}]", "object", "path", "string")));
    js_set(attributes, "defaults", json_null());
    js_set(attributes, "outputs",
           dynamic(json_deep_copy(outputs), json_pack("[so]", "object", types)));
    js_set(attributes, "workspace", json_null());
    js_set_int(instance, "schema_version", 0);
    js_set(instance, "attributes", attributes);
    js_set(instance, "sensitive_attributes", json_array());
    js_set_text(resource, "mode", "data");
    js_set_text(resource, "type", "terraform_remote_state");
    js_set_text(resource, "name", js_text(description->json, "remote.name"));
    js_set_text(resource, "provider", "provider[\"terraform.io/builtin/terraform\"]");
    js_set(resource, "instances", json_pack("[o]", instance));
    return resource;
}

json_t *remote_show(const json_t *state_resource)
{
    json_t *shown = json_object(), *values = json_object();
    const json_t *attributes = js_get(state_resource, "instances.0.attributes");
    const char *name = js_text(state_resource, "name");
    char *address = alloc_printf("data.terraform_remote_state.%s", name);
    js_set_text(shown, "address", address);
    js_set_text(shown, "mode", "data");
    js_set_text(shown, "type", "terraform_remote_state");
    js_set_text(shown, "name", name);
    js_set_text(shown, "provider_name", provider);
    js_set_int(shown, "schema_version", 0);
    js_set_text(values, "backend", "local");
    js_set(values, "config", json_deep_copy(js_get(attributes, "config.value")));
    js_set(values, "defaults", json_null());
    js_set(values, "outputs", json_deep_copy(js_get(attributes, "outputs.value")));
    js_set(values, "workspace", json_null());
    js_set(shown, "values", values);
    js_set(shown, "sensitive_values", json_object());
    free(address);
    return shown;
}
