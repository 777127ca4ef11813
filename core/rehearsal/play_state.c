/* The state document. Locking is POSIX: closing any descriptor of the file gives the lock up, so
 * everything goes through the one that holds it. */
#include "core/rehearsal/play_state.h"

#include "core/rehearsal/cloud_error.h"
#include "core/rehearsal/play_lock.h"
#include "core/rehearsal/play_out.h"
#include "core/rehearsal/remote.h"

#include "core/base/alloc.h"

static const char provider[] = "provider[\"terraform.io/builtin/terraform\"]";

static json_t *state_empty(void)
{
    char lineage[37];
    cloud_id(lineage);
    json_t *json = json_object();
    js_set_int(json, "version", 4);
    js_set_text(json, "terraform_version", PLAY_VERSION);
    js_set_int(json, "serial", 0);
    js_set_text(json, "lineage", lineage);
    js_set(json, "outputs", json_object());
    js_set(json, "resources", json_array());
    js_set(json, "check_results", json_null());
    return json;
}

static bool state_parse(struct play_state *state, struct str text, struct error *err)
{
    if (text.len == 0) {
        state->json = state_empty();
        return true;
    }
    state->json = js_parse(text, err);
    if (!state->json)
        return error_wrap(err, "Unsupported state file format: The state file could not be parsed "
                               "as JSON");
    if (js_int(state->json, "version", 0) != 4 || !json_is_array(js_get(state->json, "resources")))
        return error_set(err, ERROR_INPUT,
                         "Unsupported state file format: The state file uses format version %d, "
                         "which is not supported by Terraform %s.",
                         (int)js_int(state->json, "version", 0), PLAY_VERSION);
    return true;
}

bool play_state_read(struct play_state *state, const char *dir, struct error *err)
{
    struct buf text;
    *state = (struct play_state){.fd = -1};
    buf_init(&text, PLAY_STATE_MAX);
    bool ok = play_lock_read(dir, &text, err) && state_parse(state, buf_str(&text), err);
    buf_finish(&text);
    if (!ok)
        play_state_finish(state);
    return ok;
}

bool play_state_lock(struct play_state *state, const char *dir, const char *operation,
                     struct error *err)
{
    struct buf text;
    *state = (struct play_state){.fd = -1};
    buf_init(&text, PLAY_STATE_MAX);
    str_copy(str_of(dir), state->dir, sizeof state->dir);
    bool ok = play_lock_take(dir, operation, NULL, &state->fd, &state->created, &text, err) &&
              state_parse(state, buf_str(&text), err);
    buf_finish(&text);
    if (!ok)
        play_state_finish(state);
    return ok;
}

void play_state_finish(struct play_state *state)
{
    if (state->json || state->fd > 0) {
        if (state->fd >= 0)
            play_lock_give(state->dir, state->fd, state->created);
        json_decref(state->json);
    }
    *state = (struct play_state){.fd = -1};
}

bool play_state_save(struct play_state *state, struct error *err)
{
    js_set_int(state->json, "serial", js_int(state->json, "serial", 0) + 1);
    js_set_text(state->json, "terraform_version", PLAY_VERSION);
    if (!state->backed_up && !play_lock_backup(state->dir, state->fd, err))
        return false;
    state->backed_up = true;
    state->created = false;
    char *text = json_dumps(state->json, JSON_INDENT(2));
    bool ok = text && play_lock_write(state->fd, str_of(text), err);
    free(text);
    return ok;
}

/* Where the resource of this module and name is, or where it belongs: *found tells. */
static size_t place_of(const json_t *resources, const struct piece *piece, bool *found)
{
    for (size_t i = 0; i < json_array_size(resources); i++) {
        const json_t *entry = json_array_get(resources, i);
        if (strcmp(js_text(entry, "mode"), "data") == 0)
            continue; /* they stand first */
        int order = strcmp(js_text(entry, "module"), piece->module);
        if (order == 0)
            order = strcmp(js_text(entry, "type"), "terraform_data");
        if (order == 0)
            order = strcmp(js_text(entry, "name"), piece->name);
        *found = order == 0;
        if (order >= 0)
            return i;
    }
    *found = false;
    return json_array_size(resources);
}

const json_t *play_state_find(const struct play_state *state, const struct piece *piece)
{
    bool found;
    const json_t *resources = js_get(state->json, "resources");
    size_t at = place_of(resources, piece, &found);
    return found ? js_get(json_array_get(resources, at), "instances.0") : NULL;
}

const char *play_state_id(const struct play_state *state, const struct piece *piece)
{
    return js_text(play_state_find(state, piece), "attributes.id");
}

bool play_state_tainted(const struct play_state *state, const struct piece *piece)
{
    return str_is(js_str(play_state_find(state, piece), "status"), "tainted");
}

const char *play_state_input(const struct play_state *state, const struct piece *piece)
{
    return js_text(play_state_find(state, piece), "attributes.input.value");
}

const char *play_state_trigger(const struct play_state *state, const struct piece *piece)
{
    return js_text(play_state_find(state, piece), "attributes.triggers_replace.value");
}

const json_t *play_state_data(const struct play_state *state)
{
    const json_t *first = js_get(state->json, "resources.0");
    return strcmp(js_text(first, "mode"), "data") == 0 ? first : NULL;
}

void play_state_remote(struct play_state *state, const struct description *description,
                       const json_t *outputs)
{
    json_t *resources = json_object_get(state->json, "resources");
    if (play_state_data(state))
        json_array_remove(resources, 0);
    if (outputs)
        json_array_insert_new(resources, 0, remote_state(description, outputs));
}

static void gather(const struct description *description, size_t piece, bool *seen)
{
    const struct piece *p = &description->pieces[piece];
    for (size_t i = 0; i < p->need_count; i++)
        if (!seen[p->needs[i]]) {
            seen[p->needs[i]] = true;
            gather(description, p->needs[i], seen);
        }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All that it needs, near and far, as configuration addresses ("…x" for "…x[0]"), sorted. */
static json_t *dependencies_of(const struct description *description, const struct piece *piece)
{
    bool *seen = alloc_zeroed(description->count, sizeof *seen);
    const char **names = alloc_zeroed(description->count, sizeof *names);
    size_t count = 0;
    json_t *list = json_array();
    gather(description, (size_t)(piece - description->pieces), seen);
    for (size_t i = 0; i < description->count; i++)
        if (seen[i])
            names[count++] = description->pieces[i].address;
    qsort(names, count, sizeof *names, by_text);
    for (size_t i = 0; i < count; i++) {
        struct str name = str_of(names[i]);
        if (str_ends(name, STR("[0]")))
            name.len -= 3;
        json_array_append_new(list, json_stringn(name.data, name.len));
    }
    free(names);
    free(seen);
    return list;
}

static json_t *dynamic_text(const char *text)
{
    return json_pack("{s:s, s:s}", "value", text, "type", "string");
}

void play_state_put(struct play_state *state, const struct description *description,
                    const struct piece *piece, const char *id, const char *input,
                    const char *trigger, bool tainted)
{
    bool found;
    json_t *resources = json_object_get(state->json, "resources");
    json_t *instance = json_object(), *attributes = json_object(), *entry = json_object();
    size_t at = place_of(resources, piece, &found);
    if (piece->indexed)
        js_set_int(instance, "index_key", 0);
    if (tainted)
        js_set_text(instance, "status", "tainted");
    js_set_int(instance, "schema_version", 0);
    js_set_text(attributes, "id", id);
    js_set(attributes, "input", dynamic_text(input));
    js_set(attributes, "output", dynamic_text(input));
    js_set(attributes, "triggers_replace", *trigger ? dynamic_text(trigger) : json_null());
    js_set(instance, "attributes", attributes);
    js_set(instance, "sensitive_attributes", json_array());
    if (piece->need_count)
        js_set(instance, "dependencies", dependencies_of(description, piece));
    if (*piece->module)
        js_set_text(entry, "module", piece->module);
    js_set_text(entry, "mode", "managed");
    js_set_text(entry, "type", "terraform_data");
    js_set_text(entry, "name", piece->name);
    js_set_text(entry, "provider", provider);
    js_set(entry, "instances", json_pack("[o]", instance));
    if (found)
        json_array_set_new(resources, at, entry);
    else
        json_array_insert_new(resources, at, entry);
}

void play_state_drop(struct play_state *state, const struct piece *piece)
{
    bool found;
    json_t *resources = json_object_get(state->json, "resources");
    size_t at = place_of(resources, piece, &found);
    if (found)
        json_array_remove(resources, at);
}

json_t *play_state_addresses(const struct play_state *state)
{
    json_t *list = json_array();
    const json_t *resources = js_get(state->json, "resources");
    for (size_t i = 0; i < json_array_size(resources); i++) {
        const json_t *entry = json_array_get(resources, i);
        const char *module = js_text(entry, "module");
        for (size_t k = 0; k < js_count(entry, "instances"); k++) {
            const json_t *instance = json_array_get(js_get(entry, "instances"), k);
            char index[64] = "";
            if (js_get(instance, "index_key"))
                snprintf(index, sizeof index, "[%d]", (int)js_int(instance, "index_key", 0));
            bool data = strcmp(js_text(entry, "mode"), "data") == 0;
            char *address =
                alloc_printf("%s%s%s%s.%s%s", module, *module ? "." : "", data ? "data." : "",
                             js_text(entry, "type"), js_text(entry, "name"), index);
            json_array_append_new(list, json_string(address));
            free(address);
        }
    }
    return list;
}
