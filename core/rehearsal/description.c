/* Reading a stage's description. The assets are ours, but an installation can be damaged: what does
 * not hold together is refused with its place. */
#include "core/rehearsal/description.h"

#include "core/base/paths.h"

#include "core/base/alloc.h"

enum { DESCRIPTION_MAX = 1 << 20, PIECES_MAX = 2000 };

static const char marker[] = "terraform_data.";

static bool piece_read(const json_t *json, struct piece *piece, struct error *err)
{
    *piece = (struct piece){.address = js_text(json, "address"),
                            .module = js_text(json, "module"),
                            .type = js_text(json, "type"),
                            .detail = js_text(json, "detail"),
                            .when = js_text(json, "when"),
                            .replace = js_text(json, "replace"),
                            .login = js_text(json, "login"),
                            .hash = js_text(json, "hash"),
                            .seconds = js_real(json, "seconds", 1),
                            .destroy_seconds = js_real(json, "destroy", 1)};
    size_t prefix = strlen(piece->module);
    struct str address = str_of(piece->address);
    if (!str_starts(address, str_of(piece->module)) || (prefix && piece->address[prefix] != '.'))
        return error_set(err, ERROR_INPUT, "%s is not in %s.", piece->address, piece->module);
    piece->resource = piece->address + prefix + (prefix ? 1 : 0);
    struct str name = str_skip(str_of(piece->resource), sizeof marker - 1);
    piece->indexed = str_ends(name, STR("[0]"));
    if (piece->indexed)
        name.len -= 3;
    if (!str_starts(str_of(piece->resource), str_of(marker)) || name.len == 0 ||
        !str_copy(name, piece->name, sizeof piece->name) || !*piece->type)
        return error_set(err, ERROR_INPUT, "“%s” is no address of a rehearsal.", piece->address);
    if (piece->indexed != (*piece->when != '\0'))
        return error_set(err, ERROR_INPUT, "%s: [0] and “when” go together.", piece->address);
    return true;
}

static bool needs_read(struct description *description, size_t index, struct error *err)
{
    struct piece *piece = &description->pieces[index];
    const json_t *needs =
        js_get(json_array_get(js_get(description->json, "resources"), index), "needs");
    piece->needs = alloc_zeroed(json_array_size(needs) + 1, sizeof *piece->needs);
    for (size_t i = 0; i < json_array_size(needs); i++) {
        const char *need = js_text(json_array_get(needs, i), "");
        ptrdiff_t found = description_find(description, need);
        if (found < 0 || (size_t)found >= index)
            return error_set(err, ERROR_INPUT, "%s needs “%s”, which does not stand before it.",
                             piece->address, need);
        piece->needs[piece->need_count++] = (size_t)found;
    }
    return true;
}

static bool pieces_read(struct description *description, struct error *err)
{
    const json_t *resources = js_get(description->json, "resources");
    size_t count = json_array_size(resources);
    if (count == 0 || count > PIECES_MAX)
        return error_set(err, ERROR_INPUT, "it has no resources, or too many.");
    description->pieces = alloc_zeroed(count, sizeof *description->pieces);
    for (size_t i = 0; i < count; i++) {
        if (!piece_read(json_array_get(resources, i), &description->pieces[i], err))
            return false;
        if (description_find(description, description->pieces[i].address) >= 0)
            return error_set(err, ERROR_INPUT, "%s is there twice.",
                             description->pieces[i].address);
        description->count = i + 1;
        if (!needs_read(description, i, err))
            return false;
    }
    return true;
}

bool description_load(const char *path, struct description *description, struct error *err)
{
    *description = (struct description){.json = NULL};
    struct buf text;
    buf_init(&text, DESCRIPTION_MAX);
    bool ok = file_read(path, DESCRIPTION_MAX, &text, err);
    if (ok)
        ok = (description->json = js_parse(buf_str(&text), err)) != NULL;
    buf_finish(&text);
    if (ok) {
        description->stage = js_text(description->json, "stage");
        description->root = js_text(description->json, "root");
        ok = pieces_read(description, err);
    }
    if (ok)
        return true;
    description_finish(description);
    error_wrap(err, "The rehearsal's description %s cannot be used", path);
    return error_hint(err, "Install ekshub-tui again: its assets are damaged.");
}

void description_finish(struct description *description)
{
    for (size_t i = 0; i < description->count; i++)
        free(description->pieces[i].needs);
    free(description->pieces);
    json_decref(description->json);
    *description = (struct description){.json = NULL};
}

static bool names_one(const json_t *names, const char *name)
{
    for (size_t i = 0; i < json_array_size(names); i++)
        if (strcmp(js_text(json_array_get(names, i), ""), name) == 0)
            return true;
    return false;
}

bool description_variable(const struct description *description, const char *name)
{
    return json_object_get(js_get(description->json, "variables"), name) ||
           names_one(js_get(description->json, "required"), name);
}

bool description_ephemeral(const struct description *description, const char *variable)
{
    return names_one(js_get(description->json, "ephemeral"), variable);
}

ptrdiff_t description_find(const struct description *description, const char *address)
{
    for (size_t i = 0; i < description->count; i++)
        if (strcmp(description->pieces[i].address, address) == 0)
            return (ptrdiff_t)i;
    return -1;
}
