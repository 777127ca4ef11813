/* Where the variables of a root come from: environment and tfvars.json files, in terraform's order
 * (https://developer.hashicorp.com/terraform/language/values/variables). */
#include <dirent.h>

#include "core/base/paths.h"
#include "core/rehearsal/values.h"

#include "core/base/alloc.h"

enum { TFVARS_MAX = 1 << 20, TFVARS_FILES = 64 };

static const json_t *default_of(const struct description *description, const char *name)
{
    return json_object_get(js_get(description->json, "variables"), name);
}

static bool same_type(const json_t *value, const json_t *like)
{
    if (json_is_number(like))
        return json_is_number(value);
    if (json_is_boolean(like))
        return json_is_boolean(value);
    return json_typeof(value) == json_typeof(like);
}

bool values_set(const struct description *description, json_t *given, const char *name,
                struct str text, struct error *err)
{
    const json_t *like = default_of(description, name);
    if (!like || json_is_string(like)) {
        json_object_set_new(given, name, js_clean(text));
        return true;
    }
    json_t *value = js_parse(text, NULL);
    if (!value || !same_type(value, like)) {
        json_decref(value);
        return error_set(err, ERROR_INPUT, "The value of variable \"%s\" has the wrong type.",
                         name);
    }
    json_object_set_new(given, name, value);
    return true;
}

static bool take_object(const struct description *description, json_t *given, json_t *file,
                        const char *path, struct error *err)
{
    const char *name;
    json_t *value;
    json_object_foreach(file, name, value)
    {
        const json_t *like = default_of(description, name);
        if (!description_variable(description, name))
            continue;
        if (json_is_null(value))
            continue;
        if (like ? !same_type(value, like) : !json_is_string(value))
            return error_set(err, ERROR_INPUT,
                             "%s: the value of variable \"%s\" has the wrong type.", path, name);
        json_object_set(given, name, value);
    }
    return true;
}

bool values_take_file(const struct description *description, json_t *given, const char *path,
                      struct error *err)
{
    struct buf text;
    buf_init(&text, TFVARS_MAX);
    json_t *file = NULL;
    bool ok = file_read(path, TFVARS_MAX, &text, err) && (file = js_parse(buf_str(&text), err)) &&
              take_object(description, given, file, path, err);
    json_decref(file);
    buf_finish(&text);
    return ok || error_wrap(err, "The variables in %s cannot be read", path);
}

static void take_environment(const struct description *description, json_t *given,
                             const char *const *environment, bool *ok, struct error *err)
{
    for (; environment && *environment; environment++) {
        struct str rest = str_of(*environment), head;
        char name[128];
        if (!str_starts(rest, STR("TF_VAR_")))
            continue;
        rest = str_skip(rest, 7);
        if (!str_cut(&rest, '=', &head) || !str_copy(head, name, sizeof name))
            continue;
        if (description_variable(description, name))
            *ok = *ok && values_set(description, given, name, rest, err);
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t auto_files(const char *root_dir, char *names[TFVARS_FILES])
{
    size_t count = 0;
    DIR *dir = opendir(root_dir);
    for (struct dirent *entry; dir && count < TFVARS_FILES && (entry = readdir(dir));)
        if (str_ends(str_of(entry->d_name), STR(".auto.tfvars.json")))
            names[count++] = alloc_copy(str_of(entry->d_name));
    if (dir)
        closedir(dir);
    qsort(names, count, sizeof *names, by_name);
    return count;
}

json_t *values_given(const struct description *description, const char *root_dir,
                     const char *const *environment, struct error *err)
{
    char path[PATH_MAX], *names[TFVARS_FILES];
    json_t *given = json_object();
    bool ok = true;
    take_environment(description, given, environment, &ok, err);
    ok = ok && path_format(path, err, "%s/terraform.tfvars.json", root_dir);
    if (ok && file_exists(path))
        ok = values_take_file(description, given, path, err);
    size_t count = auto_files(root_dir, names);
    for (size_t i = 0; i < count; i++) {
        ok = ok && path_format(path, err, "%s/%s", root_dir, names[i]) &&
             values_take_file(description, given, path, err);
        free(names[i]);
    }
    if (ok)
        return given;
    json_decref(given);
    return NULL;
}

json_t *values_take_ephemeral(const struct description *description, json_t *given)
{
    json_t *taken = json_object(), *value;
    const char *name;
    void *next;
    json_object_foreach_safe(given, next, name, value)
    {
        if (!description_ephemeral(description, name))
            continue;
        json_object_set(taken, name, value);
        json_object_del(given, name);
    }
    return taken;
}

const char *values_missing(const struct description *description, const json_t *given)
{
    const json_t *required = js_get(description->json, "required");
    for (size_t i = 0; i < json_array_size(required); i++) {
        const char *name = js_text(json_array_get(required, i), "");
        if (!json_object_get(given, name))
            return name;
    }
    return NULL;
}
