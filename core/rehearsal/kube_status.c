/* Status bodies, and the reading of selectors. */
#include <stdarg.h>

#include "core/rehearsal/kube_call.h"

#include "core/base/alloc.h"

json_t *kube_status(int code, const char *reason, const char *message)
{
    json_t *status = json_object();
    js_set_text(status, "kind", "Status");
    js_set_text(status, "apiVersion", "v1");
    js_set(status, "metadata", json_object());
    js_set_text(status, "status", code < 400 ? "Success" : "Failure");
    js_set_text(status, "message", message);
    js_set_text(status, "reason", reason);
    js_set_int(status, "code", code);
    return status;
}

void kube_json_reply(struct cloud_reply *reply, int code, json_t *json)
{
    buf_clear(&reply->body);
    reply->status = code;
    str_copy(STR("application/json"), reply->type, sizeof reply->type);
    js_dump(json, &reply->body);
    buf_byte(&reply->body, '\n');
    json_decref(json);
}

void kube_status_reply(struct cloud_reply *reply, int code, const char *reason, const char *format,
                       ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    kube_json_reply(reply, code, kube_status(code, reason, message));
}

void kube_missing_reply(const struct kube_call *call, struct cloud_reply *reply)
{
    const struct kube_resource *resource = &kube_resources[call->kind];
    struct buf name = {.data = NULL};
    buf_sanitised(&name, str_of(call->name), false);
    kube_status_reply(reply, 404, "NotFound", "%s%s%s \"%s\" not found", resource->plural,
                      *resource->group ? "." : "", resource->group, buf_cstr(&name));
    buf_finish(&name);
}

void kube_parameter(const struct request *request, const char *name, char *out, size_t capacity)
{
    struct buf value = {.data = NULL};
    out[0] = '\0';
    struct request asked = {.query = request->query};
    if (request_parameter(&asked, name, &value))
        str_copy(buf_str(&value), out, capacity);
    buf_finish(&value);
}

/* ---- selectors ---- */

/* "a=b", "a==b", "a!=b", "a", "!a" */
struct requirement {
    char key[256], value[256];
    bool equal, exists, absent;
};

static bool requirement_read(struct str text, struct requirement *r)
{
    *r = (struct requirement){.equal = true};
    text = str_trim(text);
    if (text.len > 0 && text.data[0] == '!') {
        r->absent = true;
        return str_copy(str_trim(str_skip(text, 1)), r->key, sizeof r->key);
    }
    ptrdiff_t at = str_find(text, STR("="));
    if (at < 0) {
        r->exists = true;
        return text.len > 0 && str_find(text, STR(" ")) < 0 &&
               str_copy(text, r->key, sizeof r->key);
    }
    struct str key = {text.data, (size_t)at}, value = str_skip(text, (size_t)at + 1);
    if (key.len > 0 && key.data[key.len - 1] == '!') {
        r->equal = false;
        key.len--;
    }
    if (value.len > 0 && value.data[0] == '=')
        value = str_skip(value, 1);
    return str_copy(str_trim(key), r->key, sizeof r->key) && *r->key &&
           str_copy(str_trim(value), r->value, sizeof r->value);
}

static bool fits(const struct requirement *r, const char *value, bool there)
{
    if (r->absent || r->exists)
        return there == r->exists;
    return (strcmp(value, r->value) == 0) == r->equal;
}

/* Label keys hold dots and slashes, so they are no paths. */
static const char *label_of(const struct kube_object *object, const char *key)
{
    const json_t *labels = js_get(object->json, "metadata.labels");
    const json_t *label = json_object_get(labels, key);
    return label ? json_string_value(label) : NULL;
}

static bool all_fit(const char *selector, const struct kube_object *object, bool by_label)
{
    struct str rest = str_of(selector), one;
    struct requirement r;
    while (rest.len > 0) {
        str_cut(&rest, ',', &one);
        if (!requirement_read(one, &r))
            return false;
        const char *value = by_label ? label_of(object, r.key) : js_text(object->json, r.key);
        if (!fits(&r, value ? value : "", value != NULL))
            return false;
    }
    return true;
}

bool kube_selectors_check(const struct kube_call *call, struct cloud_reply *reply)
{
    const char *const selectors[] = {call->fields, call->labels};
    for (size_t i = 0; i < 2; i++) {
        struct str rest = str_of(selectors[i]), one;
        struct requirement r;
        while (rest.len > 0) {
            str_cut(&rest, ',', &one);
            if (!requirement_read(one, &r) || (i == 0 && (r.exists || r.absent))) {
                kube_status_reply(reply, 400, "BadRequest", "unable to parse requirement: %.200s",
                                  selectors[i]);
                return false;
            }
        }
    }
    return true;
}

bool kube_selects(const struct kube_call *call, const struct kube_object *object)
{
    return object->kind == call->kind && (!*call->ns || strcmp(object->ns, call->ns) == 0) &&
           (!*call->name || strcmp(object->name, call->name) == 0) &&
           all_fit(call->fields, object, false) && all_fit(call->labels, object, true);
}
