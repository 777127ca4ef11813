/* The description's values as terraform's expressions: templates, conditions, locals and the data
 * source that reads the stage before. */
#include "core/rehearsal/root_locals.h"

#include "core/base/alloc.h"

void root_retarget(const char *template, const char *prefix, struct buf *out)
{
    struct str rest = str_of(template);
    for (ptrdiff_t at; (at = str_find(rest, STR("${"))) >= 0;
         rest = str_skip(rest, (size_t)at + 2)) {
        buf_append(out, (struct str){rest.data, (size_t)at + 2});
        buf_text(out, prefix);
    }
    buf_append(out, rest);
}

json_t *root_text(struct buf *text)
{
    json_t *value = js_clean(buf_str(text));
    buf_finish(text);
    return value;
}

void root_condition(const char *condition, const char *prefix, struct buf *out)
{
    struct str rest = str_of(condition), name;
    bool compared = str_cut(&rest, '=', &name);
    buf_printf(out, "%s%.*s", prefix, STR_ARG(name));
    if (compared)
        buf_printf(out, " == \"%.*s\"", STR_ARG(rest));
}

static void list(const json_t *templates, struct buf *out)
{
    buf_text(out, "tolist([");
    for (size_t i = 0; i < json_array_size(templates); i++) {
        buf_text(out, i ? ", \"" : "\"");
        root_retarget(js_text(json_array_get(templates, i), ""), "local.", out);
        buf_byte(out, '"');
    }
    buf_text(out, "])");
}

static void list_or(const json_t *rule, struct buf *out)
{
    const char *name = js_text(rule, "given");
    buf_printf(out, "${length(var.%s) > 0 ? var.%s : ", name, name);
    list(js_get(rule, "else"), out);
    buf_byte(out, '}');
}

/* One text or the other. */
static void either(const json_t *rule, struct buf *out)
{
    buf_text(out, "${");
    root_condition(js_text(rule, "when"), "local.", out);
    buf_text(out, " ? \"");
    root_retarget(js_text(rule, "text"), "local.", out);
    buf_text(out, "\" : \"");
    root_retarget(js_text(rule, "otherwise"), "local.", out);
    buf_text(out, "\"}");
}

/* The same rule as values.c evaluates, as terraform's expression. */
static json_t *local_of(const json_t *rule)
{
    struct buf out;
    buf_init(&out, ROOT_TEXT_MAX);
    const char *name = js_text(rule, "last");
    if (js_get(rule, "when"))
        either(rule, &out);
    else if (js_get(rule, "text"))
        root_retarget(js_text(rule, "text"), "local.", &out);
    else if (js_get(rule, "given"))
        list_or(rule, &out);
    else if (js_get(rule, "list")) {
        buf_text(&out, "${");
        list(js_get(rule, "list"), &out);
        buf_byte(&out, '}');
    } else if (js_get(rule, "first"))
        buf_printf(&out, "${local.%s[0]}", js_text(rule, "first"));
    else if (js_get(rule, "last"))
        buf_printf(&out, "${local.%s[length(local.%s) - 1]}", name, name);
    else if (js_get(rule, "file"))
        buf_printf(&out, "${filebase64(\"${path.root}/../%s\")}", js_text(rule, "file"));
    else if (js_get(rule, "number")) {
        buf_text(&out, "${tostring(1000000000 + parseint(substr(md5(\"");
        root_retarget(js_text(rule, "number"), "local.", &out);
        buf_text(&out, "\"), 0, 8), 16) % 1000000000)}");
    } else {
        buf_printf(&out, "${%s(substr(md5(\"", js_bool(rule, "upper", false) ? "upper" : "lower");
        root_retarget(js_text(rule, "digest"), "local.", &out);
        buf_printf(&out, "\"), 0, %d))}", (int)js_int(rule, "length", 32));
    }
    return root_text(&out);
}

static void set_reference(json_t *all, const char *name, const char *what)
{
    char *reference = alloc_printf("${%s.%s}", what, name);
    js_set_text(all, name, reference);
    free(reference);
}

static char *remote_outputs(const struct description *description)
{
    return alloc_printf("data.terraform_remote_state.%s.outputs",
                        js_text(description->json, "remote.name"));
}

json_t *root_locals(const struct description *description)
{
    json_t *all = json_object();
    const char *name;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)js_get(description->json, "variables"), name, value)
    {
        if (!description_ephemeral(description, name))
            set_reference(all, name, "var");
    }
    const json_t *required = js_get(description->json, "required");
    for (size_t i = 0; i < json_array_size(required); i++)
        set_reference(all, js_text(json_array_get(required, i), ""), "var");
    const json_t *taken = js_get(description->json, "remote.outputs");
    char *remote = remote_outputs(description);
    for (size_t i = 0; i < json_array_size(taken); i++)
        set_reference(all, js_text(json_array_get(taken, i), ""), remote);
    free(remote);
    const json_t *rules = js_get(description->json, "values");
    for (size_t i = 0; i < json_array_size(rules); i++)
        js_set(all, js_text(json_array_get(rules, i), "name"), local_of(json_array_get(rules, i)));
    return all;
}

json_t *root_remote(const struct description *description)
{
    json_t *config = json_object(), *source = json_object();
    js_set(config, "path",
           json_incref(json_object_get(json_object_get(description->json, "remote"), "path")));
    js_set_text(source, "backend", "local");
    js_set(source, "config", config);
    return json_pack("{s:{s:o}}", "terraform_remote_state",
                     js_text(description->json, "remote.name"), source);
}
