/* Writing the root. Needs across modules travel as module outputs and variables, and depends_on
 * names the variable: the graph stays as flat as the real one, where depends_on of a whole module
 * would make the cluster wait for the NAT gateway. */
#include "core/rehearsal/root.h"

#include "core/base/paths.h"
#include "core/rehearsal/root_locals.h"

#include "core/base/alloc.h"

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

static json_t *retargeted(const char *template, const char *prefix)
{
    struct buf out;
    buf_init(&out, ROOT_TEXT_MAX);
    root_retarget(template, prefix, &out);
    return root_text(&out);
}

/* The hash of the index's password reaches this one process, and no file. */
static void add_login(const struct piece *piece, json_t *environment)
{
    char *hash = alloc_printf("${var.%s}", piece->hash);
    js_set(environment, "EKSHUB_STEP_USER", retargeted(piece->login, "local."));
    js_set_text(environment, "EKSHUB_STEP_HASH", hash);
    free(hash);
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
    if (*piece->login && !destroy)
        add_login(piece, environment);
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
    const char *values = *piece->module ? "var.values." : "local.";
    if (piece->indexed) {
        struct buf count = {.data = NULL};
        buf_text(&count, "${");
        root_condition(piece->when, values, &count);
        buf_text(&count, " ? 1 : 0}");
        js_set(body, "count", root_text(&count));
    }
    js_set(body, "input", retargeted(piece->detail, values));
    if (*piece->replace)
        js_set(body, "triggers_replace", retargeted(piece->replace, values));
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
        names_in(piece->replace, "local.", names);
        if (*piece->when) {
            struct str rest = str_of(piece->when), name;
            str_cut(&rest, '=', &name);
            char *template = alloc_printf("${%.*s}", STR_ARG(name));
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

json_t *root_main(const struct description *description, const char *program)
{
    json_t *main = json_object(), *calls = module_calls(description);
    const char *least = js_text(description->json, "terraform");
    js_set(main, "terraform", json_pack("{s:s}", "required_version", *least ? least : ">= 1.4.0"));
    if (js_get(description->json, "remote"))
        js_set(main, "data", root_remote(description));
    js_set(main, "locals", root_locals(description));
    if (json_object_size(calls) > 0)
        js_set(main, "module", json_incref(calls));
    json_decref(calls);
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
