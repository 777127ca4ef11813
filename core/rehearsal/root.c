/* Writing the root. Needs across modules travel as module outputs and variables, and depends_on
 * names the variable: the graph stays as flat as the real one, where depends_on of a whole module
 * would make the cluster wait for the NAT gateway. */
#include "core/rehearsal/root.h"

#include "core/base/paths.h"

#include "core/base/alloc.h"

enum { ROOT_TEXT_MAX = 1 << 20 };

/* Text that terraform must not read as a template: "${" is written "$${". */
static json_t *literal(const char *text)
{
    struct buf out;
    buf_init(&out, ROOT_TEXT_MAX);
    for (; *text; text++) {
        if ((*text == '$' || *text == '%') && text[1] == '{')
            buf_byte(&out, *text);
        buf_byte(&out, *text);
    }
    json_t *value = js_clean(buf_str(&out));
    buf_finish(&out);
    return value;
}

/* The template with ${name} as ${PREFIXname}. */
static void retarget(const char *template, const char *prefix, struct buf *out)
{
    struct str rest = str_of(template);
    for (ptrdiff_t at; (at = str_find(rest, STR("${"))) >= 0;
         rest = str_skip(rest, (size_t)at + 2)) {
        buf_append(out, (struct str){rest.data, (size_t)at + 2});
        buf_text(out, prefix);
    }
    buf_append(out, rest);
}

static json_t *json_of(struct buf *text)
{
    json_t *value = js_clean(buf_str(text));
    buf_finish(text);
    return value;
}

static json_t *retargeted(const char *template, const char *prefix)
{
    struct buf out;
    buf_init(&out, ROOT_TEXT_MAX);
    retarget(template, prefix, &out);
    return json_of(&out);
}

static json_t *provisioner(const struct piece *piece, const char *program, bool destroy)
{
    char seconds[32];
    snprintf(seconds, sizeof seconds, "%g", destroy ? piece->destroy_seconds : piece->seconds);
    json_t *run = json_object(), *environment = json_object(), *wrapper = json_object();
    json_t *interpreter = json_array();
    json_array_append_new(interpreter, literal(program));
    json_array_append_new(interpreter, json_string("--rehearse-step"));
    json_array_append_new(interpreter, json_string(piece->address));
    json_array_append_new(interpreter, json_string(seconds));
    if (destroy)
        js_set_text(run, "when", "destroy");
    js_set(run, "interpreter", interpreter);
    js_set_text(run, "command", destroy ? "destroy" : "create");
    js_set_bool(run, "quiet", true);
    js_set_text(environment, "EKSHUB_STEP_TYPE", piece->type);
    js_set_text(environment, "EKSHUB_STEP_DETAIL", "${self.input}");
    js_set(run, "environment", environment);
    js_set(wrapper, "local-exec", run);
    return wrapper;
}

/* "vpc_aws_subnet_private_a": how the need is called inside a module that does not have it. */
static char *need_name(const struct piece *need)
{
    const char *module = strchr(need->module, '.');
    return alloc_printf("%s_%s", module ? module + 1 : "root", need->name);
}

static json_t *depends_on(const struct description *description, const struct piece *piece)
{
    json_t *list = json_array();
    for (size_t i = 0; i < piece->need_count; i++) {
        const struct piece *need = &description->pieces[piece->needs[i]];
        char *reference;
        if (strcmp(need->module, piece->module) == 0)
            reference = alloc_printf("terraform_data.%s", need->name);
        else if (!*piece->module)
            reference = alloc_printf("%s.%s", need->module, need->name);
        else {
            char *name = need_name(need);
            reference = alloc_printf("var.%s", name);
            free(name);
        }
        json_array_append_new(list, json_string(reference));
        free(reference);
    }
    return list;
}

static json_t *resource(const struct description *description, const struct piece *piece,
                        const char *program)
{
    json_t *body = json_object(), *provisioners = json_array();
    if (piece->indexed) {
        char *count =
            alloc_printf("${%s.%s ? 1 : 0}", *piece->module ? "var.values" : "local", piece->when);
        js_set_text(body, "count", count);
        free(count);
    }
    js_set(body, "input", retargeted(piece->detail, *piece->module ? "var.values." : "local."));
    if (piece->need_count)
        js_set(body, "depends_on", depends_on(description, piece));
    json_array_append_new(provisioners, provisioner(piece, program, false));
    json_array_append_new(provisioners, provisioner(piece, program, true));
    js_set(body, "provisioner", provisioners);
    return body;
}

static json_t *resources(const struct description *description, const char *module,
                         const char *program)
{
    json_t *all = json_object(), *wrapper = json_object();
    for (size_t i = 0; i < description->count; i++)
        if (strcmp(description->pieces[i].module, module) == 0)
            js_set(all, description->pieces[i].name,
                   resource(description, &description->pieces[i], program));
    js_set(wrapper, "terraform_data", all);
    return wrapper;
}

static void names_in(const char *template, const char *prefix, json_t *names)
{
    struct str rest = str_of(template), name;
    for (ptrdiff_t at; (at = str_find(rest, STR("${"))) >= 0;) {
        rest = str_skip(rest, (size_t)at + 2);
        char key[96];
        if (!str_cut(&rest, '}', &name) || !str_copy(name, key, sizeof key))
            continue;
        char *reference = alloc_printf("${%s%s}", prefix, key);
        json_object_set_new(names, key, json_string(reference));
        free(reference);
    }
}

/* What the module's templates use, by name. */
static json_t *module_values(const struct description *description, const char *module)
{
    json_t *names = json_object();
    for (size_t i = 0; i < description->count; i++) {
        const struct piece *piece = &description->pieces[i];
        if (strcmp(piece->module, module) != 0)
            continue;
        names_in(piece->detail, "local.", names);
        if (*piece->when) {
            char *template = alloc_printf("${%s}", piece->when);
            names_in(template, "local.", names);
            free(template);
        }
    }
    return names;
}

/* Calls `each` for every need of `module` that another module has. */
static void needs_from_outside(const struct description *description, const char *module,
                               void (*each)(const struct piece *need, json_t *into), json_t *into)
{
    for (size_t i = 0; i < description->count; i++) {
        const struct piece *piece = &description->pieces[i];
        for (size_t n = 0; n < piece->need_count; n++) {
            const struct piece *need = &description->pieces[piece->needs[n]];
            if (strcmp(piece->module, module) == 0 && strcmp(need->module, module) != 0)
                each(need, into);
        }
    }
}

static void add_variable(const struct piece *need, json_t *into)
{
    char *name = need_name(need);
    js_set(into, name, json_pack("{s:s}", "type", "string"));
    free(name);
}

static void add_argument(const struct piece *need, json_t *into)
{
    char *name = need_name(need);
    char *reference = *need->module ? alloc_printf("${%s.%s}", need->module, need->name)
                                    : alloc_printf("${terraform_data.%s.id}", need->name);
    js_set_text(into, name, reference);
    free(reference);
    free(name);
}

/* One output for each resource that is needed outside of its module. */
static json_t *module_outputs(const struct description *description, const char *module)
{
    json_t *outputs = json_object();
    for (size_t i = 0; i < description->count; i++) {
        const struct piece *piece = &description->pieces[i];
        for (size_t n = 0; n < piece->need_count; n++) {
            const struct piece *need = &description->pieces[piece->needs[n]];
            if (strcmp(need->module, module) != 0 || strcmp(piece->module, module) == 0)
                continue;
            char *reference = alloc_printf("${terraform_data.%s.id}", need->name);
            js_set(outputs, need->name, json_pack("{s:s}", "value", reference));
            free(reference);
        }
    }
    return outputs;
}

json_t *root_module(const struct description *description, const char *module, const char *program)
{
    json_t *main = json_object(), *variables = json_object();
    js_set(variables, "values", json_pack("{s:s}", "type", "any"));
    needs_from_outside(description, module, add_variable, variables);
    js_set(main, "variable", variables);
    js_set(main, "resource", resources(description, module, program));
    js_set(main, "output", module_outputs(description, module));
    return main;
}

static json_t *module_calls(const struct description *description)
{
    json_t *calls = json_object();
    for (size_t i = 0; i < description->count; i++) {
        const char *module = description->pieces[i].module, *name = strchr(module, '.');
        if (!name || json_object_get(calls, name + 1))
            continue;
        char *source = alloc_printf("./modules/%s", name + 1);
        json_t *call = json_object();
        js_set_text(call, "source", source);
        js_set(call, "values", module_values(description, module));
        needs_from_outside(description, module, add_argument, call);
        js_set(calls, name + 1, call);
        free(source);
    }
    return calls;
}

static void list_or(const json_t *rule, struct buf *out)
{
    const char *name = js_text(rule, "given");
    buf_printf(out, "${length(var.%s) > 0 ? var.%s : tolist([", name, name);
    for (size_t i = 0; i < js_count(rule, "else"); i++) {
        buf_text(out, i ? ", \"" : "\"");
        retarget(js_text(json_array_get(js_get(rule, "else"), i), ""), "local.", out);
        buf_byte(out, '"');
    }
    buf_text(out, "])}");
}

/* The same rule as values.c evaluates, as terraform's expression. */
static json_t *local_of(const json_t *rule)
{
    struct buf out;
    buf_init(&out, ROOT_TEXT_MAX);
    const char *list = js_text(rule, "last");
    if (js_get(rule, "text"))
        retarget(js_text(rule, "text"), "local.", &out);
    else if (js_get(rule, "given"))
        list_or(rule, &out);
    else if (js_get(rule, "first"))
        buf_printf(&out, "${local.%s[0]}", js_text(rule, "first"));
    else if (js_get(rule, "last"))
        buf_printf(&out, "${local.%s[length(local.%s) - 1]}", list, list);
    else if (js_get(rule, "file"))
        buf_printf(&out, "${filebase64(\"${path.root}/../%s\")}", js_text(rule, "file"));
    else {
        buf_printf(&out, "${%s(substr(md5(\"", js_bool(rule, "upper", false) ? "upper" : "lower");
        retarget(js_text(rule, "digest"), "local.", &out);
        buf_printf(&out, "\"), 0, %d))}", (int)js_int(rule, "length", 32));
    }
    return json_of(&out);
}

static json_t *locals(const struct description *description)
{
    json_t *all = json_object();
    const char *name;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)js_get(description->json, "variables"), name, value)
    {
        char *reference = alloc_printf("${var.%s}", name);
        js_set_text(all, name, reference);
        free(reference);
    }
    const json_t *required = js_get(description->json, "required");
    for (size_t i = 0; i < json_array_size(required); i++) {
        name = js_text(json_array_get(required, i), "");
        char *reference = alloc_printf("${var.%s}", name);
        js_set_text(all, name, reference);
        free(reference);
    }
    const json_t *rules = js_get(description->json, "values");
    for (size_t i = 0; i < json_array_size(rules); i++)
        js_set(all, js_text(json_array_get(rules, i), "name"), local_of(json_array_get(rules, i)));
    return all;
}

json_t *root_main(const struct description *description, const char *program)
{
    json_t *main = json_object();
    js_set(main, "terraform", json_pack("{s:s}", "required_version", ">= 1.4.0"));
    js_set(main, "locals", locals(description));
    js_set(main, "module", module_calls(description));
    js_set(main, "resource", resources(description, "", program));
    return main;
}

/* Writes `json` unless the file says the same already; steals the reference. */
static bool write_json(const char *path, json_t *json, struct error *err)
{
    struct buf text, old;
    buf_init(&text, ROOT_TEXT_MAX);
    buf_init(&old, ROOT_TEXT_MAX);
    char *dump = json_dumps(json, JSON_INDENT(2));
    buf_text(&text, dump ? dump : "");
    buf_byte(&text, '\n');
    free(dump);
    json_decref(json);
    bool same = file_read(path, ROOT_TEXT_MAX, &old, NULL) && str_eq(buf_str(&old), buf_str(&text));
    bool ok = same || file_write(path, buf_str(&text), 0600, err);
    buf_finish(&old);
    buf_finish(&text);
    return ok;
}

static bool write_copy(const char *from_dir, const char *to_dir, const char *name,
                       struct error *err)
{
    char from[PATH_MAX], to[PATH_MAX];
    struct buf text, old;
    buf_init(&text, ROOT_TEXT_MAX);
    buf_init(&old, ROOT_TEXT_MAX);
    bool ok = path_format(from, err, "%s/%s", from_dir, name) &&
              path_format(to, err, "%s/%s", to_dir, name) &&
              file_read(from, ROOT_TEXT_MAX, &text, err);
    if (ok && !(file_read(to, ROOT_TEXT_MAX, &old, NULL) && str_eq(buf_str(&old), buf_str(&text))))
        ok = file_write(to, buf_str(&text), 0600, err);
    buf_finish(&old);
    buf_finish(&text);
    return ok;
}

static bool write_modules(const char *root, const char *program,
                          const struct description *description, struct error *err)
{
    const char *before = "";
    for (size_t i = 0; i < description->count; i++) {
        const char *module = description->pieces[i].module, *name = strchr(module, '.');
        if (!name || strcmp(module, before) == 0)
            continue;
        before = module;
        char path[PATH_MAX];
        if (!path_format(path, err, "%s/modules/%s", root, name + 1) ||
            !dir_make(path, 0700, err) ||
            !path_format(path, err, "%s/modules/%s/main.tf.json", root, name + 1) ||
            !write_json(path, root_module(description, module, program), err))
            return false;
    }
    return true;
}

bool root_write(const char *dir, const char *assets, const char *program,
                const struct description *description, struct error *err)
{
    char root[PATH_MAX], from[PATH_MAX], path[PATH_MAX];
    return path_format(root, err, "%s/%s", dir, description->root) &&
           path_format(from, err, "%s/rehearsal/%s", assets, description->root) &&
           dir_make(root, 0700, err) && write_copy(from, root, "variables.tf", err) &&
           write_copy(from, root, "outputs.tf", err) &&
           write_modules(root, program, description, err) &&
           path_format(path, err, "%s/main.tf.json", root) &&
           write_json(path, root_main(description, program), err);
}
