/* Comparing states with the world. A state is written in place, so half of one may be read: it is
 * left until it is whole. */
#include "core/rehearsal/world_follow.h"

#include <sys/stat.h>

#include "core/base/json.h"
#include "core/base/paths.h"

#include "core/base/alloc.h"

enum { STATE_MAX = 32 << 20 };

static const struct {
    const char *name, *stage;
} roots[WORLD_ROOTS] = {
    {"provision-eks", "eks"}, {"provision-pypi", "pypi"}, {"provision-ml-hub", "mlhub"}};

/* Of a file's content, as far as its times tell; 0: there is none. */
static int64_t stamp_of(const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0 || st.st_size == 0)
        return 0;
    return ((int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec) ^ (int64_t)st.st_size;
}

static void compare(const struct world *world, const char *dir, const json_t *resource,
                    int64_t now_ms)
{
    const json_t *instance = js_get(resource, "instances.0");
    const char *module = js_text(resource, "module");
    struct world_event event = {.time_ms = now_ms, .what = WORLD_UPDATE};
    snprintf(event.address, sizeof event.address, "%s%sterraform_data.%s%s", module,
             *module ? "." : "", js_text(resource, "name"),
             js_get(instance, "index_key") ? "[0]" : "");
    str_copy(js_str(instance, "attributes.input.value"), event.detail, sizeof event.detail);
    const struct world_thing *thing = world_find(world, event.address);
    if (*event.detail && !*js_text(instance, "status") &&
        world_status_of(thing, now_ms) == WORLD_ACTIVE &&
        strcmp(thing->last.detail, event.detail) != 0)
        world_append(dir, &event, NULL);
}

static bool follow_state(const char *dir, const char *path, int64_t now_ms)
{
    struct buf text;
    struct world world = {.count = 0};
    buf_init(&text, STATE_MAX);
    json_t *state = file_read(path, STATE_MAX, &text, NULL) ? js_parse(buf_str(&text), NULL) : NULL;
    buf_finish(&text);
    bool ok = state && world_load(dir, &world, NULL);
    const json_t *resources = js_get(state, "resources");
    for (size_t i = 0; ok && i < json_array_size(resources); i++)
        if (str_is(js_str(json_array_get(resources, i), "type"), "terraform_data"))
            compare(&world, dir, json_array_get(resources, i), now_ms);
    world_finish(&world);
    json_decref(state);
    return ok;
}

/* Beside its root, or where it was copied to when it is kept elsewhere. */
static bool find_state(const char *dir, size_t root, char path[PATH_MAX])
{
    return path_format(path, NULL, "%s/%s/terraform.tfstate", dir, roots[root].name) &&
           (file_exists(path) ||
            path_format(path, NULL, "%s/states/%s/pulled.tfstate", dir, roots[root].stage));
}

void world_follow_states(struct world_follow *seen, const char *dir, int64_t now_ms)
{
    for (size_t i = 0; i < WORLD_ROOTS; i++) {
        char path[PATH_MAX];
        if (!find_state(dir, i, path))
            continue;
        int64_t stamp = stamp_of(path);
        if (stamp != seen->stamps[i] && (stamp == 0 || follow_state(dir, path, now_ms)))
            seen->stamps[i] = stamp;
    }
}
