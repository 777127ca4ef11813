/* Files of the index: bytes on the disk, names in the world. */
#include "core/rehearsal/index_files.h"

#include "core/aws/sigv4.h"
#include "core/base/paths.h"
#include "core/rehearsal/world_things.h"

#include "core/base/alloc.h"

#define PACKAGE_TYPE "pypi_package"

void index_normalise(struct str name, char out[INDEX_NAME])
{
    size_t length = 0;
    for (size_t i = 0; i < name.len && length + 1 < INDEX_NAME; i++) {
        char c = name.data[i];
        bool separates = c == '-' || c == '_' || c == '.';
        if (separates && length > 0 && out[length - 1] == '-')
            continue;
        out[length++] = (char)(separates ? '-' : c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    out[length] = '\0';
}

/* "pypi_package.demo-pkg/demo_pkg-1.0.tar.gz", "demo-pkg 1.0 SHA256" */
static bool file_of(const struct world_thing *thing, int64_t now_ms, struct index_file *file)
{
    struct str rest = str_of(thing->last.detail), part;
    const char *name = strchr(thing->last.address, '/');
    if (!name || world_status_of(thing, now_ms) != WORLD_ACTIVE)
        return false;
    *file = (struct index_file){.name = ""};
    str_cut(&rest, ' ', &part);
    str_copy(part, file->name, sizeof file->name);
    str_cut(&rest, ' ', &part);
    str_copy(part, file->version, sizeof file->version);
    if (rest.len == 64)
        str_copy(rest, file->sha256, sizeof file->sha256);
    return str_copy(str_of(name + 1), file->file, sizeof file->file);
}

bool index_next(const struct cloud *cloud, const char *name, size_t *at, struct index_file *file)
{
    const struct world *world = cloud->world;
    for (; *at < world->count; (*at)++) {
        const struct world_thing *thing = &world->things[*at];
        if (strcmp(thing->last.type, PACKAGE_TYPE) == 0 && file_of(thing, cloud->now_ms, file) &&
            (!name || strcmp(name, file->name) == 0)) {
            (*at)++;
            return true;
        }
    }
    return false;
}

bool index_find(const struct cloud *cloud, const char *name, const char *file,
                struct index_file *found)
{
    for (size_t at = 0; index_next(cloud, name, &at, found);)
        if (strcmp(found->file, file) == 0)
            return true;
    return false;
}

static bool path_of(const struct cloud *cloud, const struct index_file *file, char out[PATH_MAX],
                    struct error *err)
{
    return path_format(out, err, "%s/rehearsal/packages/%s", cloud->dir, file->file);
}

bool index_read(const struct cloud *cloud, const struct index_file *file, struct buf *out,
                struct error *err)
{
    char path[PATH_MAX];
    return cloud->dir && path_of(cloud, file, path, err) &&
           file_read(path, REQUEST_UPLOAD_MAX, out, err);
}

static bool tell(const struct cloud *cloud, const struct index_file *file, enum world_what what,
                 struct error *err)
{
    struct world_event event = {.time_ms = cloud->now_ms, .what = what, .type = PACKAGE_TYPE};
    char *id = alloc_printf("%s/%s", file->name, file->file);
    bool fits = strlen(id) + strlen(PACKAGE_TYPE) + 1 < sizeof event.address &&
                strlen(id) <= 98; /* as world_made_address cuts */
    world_made_address(PACKAGE_TYPE, id, event.address);
    free(id);
    int size = snprintf(event.detail, sizeof event.detail, "%s %s %s", file->name, file->version,
                        file->sha256);
    if (!fits || size < 0 || (size_t)size >= sizeof event.detail)
        return error_set(err, ERROR_INPUT, "The names of the package are too long.");
    return world_append(cloud->dir, &event, err);
}

bool index_store(const struct cloud *cloud, const struct index_file *file, struct str content,
                 struct error *err)
{
    char place[PATH_MAX], path[PATH_MAX];
    if (!cloud->dir)
        return error_set(err, ERROR_SYSTEM, "There is nowhere to keep packages.");
    return path_format(place, err, "%s/rehearsal/packages", cloud->dir) &&
           dir_make(place, 0700, err) && path_of(cloud, file, path, err) &&
           file_write(path, content, 0600, err) && tell(cloud, file, WORLD_CREATE, err);
}

bool index_remove(const struct cloud *cloud, const struct index_file *file, struct error *err)
{
    return cloud->dir && tell(cloud, file, WORLD_DESTROY, err);
}
