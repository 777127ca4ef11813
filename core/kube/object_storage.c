/* Claims, and what their volumes come from. */
#include "core/base/alloc.h"
#include "core/kube/object.h"

static const json_t *member(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

/* ---- claims ---- */

static void read_modes(const json_t *modes, struct claim *claim)
{
    static const char *const names[][2] = {{"ReadWriteOnce", "RWO"},
                                           {"ReadOnlyMany", "ROX"},
                                           {"ReadWriteMany", "RWX"},
                                           {"ReadWriteOncePod", "RWOP"}};
    struct buf text = {0};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        for (size_t i = 0; i < json_array_size(modes); i++) {
            const char *mode = json_string_value(json_array_get(modes, i));
            if (!mode || strcmp(mode, names[n][0]) != 0)
                continue;
            buf_printf(&text, "%s%s", text.len > 0 ? "," : "", names[n][1]);
            break;
        }
    }
    pack_str(&claim->modes, buf_str(&text), PACK_TEXT);
    buf_finish(&text);
}

struct claim *claim_parse(const json_t *object)
{
    struct claim *claim = pack_begin(sizeof *claim, object);
    const json_t *spec = member(object, "spec"), *status = member(object, "status");
    const json_t *notes = member(member(object, "metadata"), "annotations");
    struct str old_class = pack_member(notes, "volume.beta.kubernetes.io/storage-class");
    struct str size = pack_member(member(status, "capacity"), "storage");
    struct str deleted = pack_member(member(object, "metadata"), "deletionTimestamp");
    if (!claim->record.name[0])
        return NULL;
    pack_str(&claim->status, deleted.len > 0 ? STR("Terminating") : pack_member(status, "phase"),
             PACK_TEXT);
    claim->bound = str_is(pack_member(status, "phase"), "Bound");
    pack_text(&claim->volume, member(spec, "volumeName"));
    bool has_volume = claim->volume[0] != '\0';
    pack_str(&claim->capacity, !has_volume ? STR("") : size.len > 0 ? size : STR("0"), PACK_TEXT);
    read_modes(has_volume ? member(status, "accessModes") : NULL, claim);
    pack_str(&claim->class, old_class.len > 0 ? old_class : pack_member(spec, "storageClassName"),
             PACK_TEXT);
    claim->classless = old_class.len == 0 && !json_is_string(member(spec, "storageClassName"));
    pack_text(&claim->asked, member(member(member(spec, "resources"), "requests"), "storage"));
    pack_text(&claim->selected, member(notes, "volume.kubernetes.io/selected-node"));
    return pack_end();
}

/* ---- what makes volumes ---- */

static bool is_marked_default(const json_t *notes)
{
    return str_is(pack_member(notes, "storageclass.kubernetes.io/is-default-class"), "true") ||
           str_is(pack_member(notes, "storageclass.beta.kubernetes.io/is-default-class"), "true");
}

struct storage_class *storage_class_parse(const json_t *object)
{
    struct storage_class *class = pack_begin(sizeof *class, object);
    if (!class->record.name[0])
        return NULL;
    pack_text(&class->provisioner, member(object, "provisioner"));
    class->is_default = is_marked_default(member(member(object, "metadata"), "annotations"));
    class->waits = str_is(pack_member(object, "volumeBindingMode"), "WaitForFirstConsumer");
    return pack_end();
}

/* Of several the one that was made last, as the API server takes it. */
const struct storage_class *storage_class_default(const struct records *classes)
{
    const struct storage_class *found = NULL;
    for (size_t i = 0; i < classes->count; i++) {
        const struct storage_class *class = (const void *)classes->items[i];
        if (class->is_default && (!found || class->record.created_ms > found->record.created_ms))
            found = class;
    }
    return found;
}

struct record *csi_driver_parse(const json_t *object)
{
    const struct record *driver = pack_begin(sizeof *driver, object);
    return driver->name[0] ? pack_end() : NULL;
}

struct csi_node *csi_node_parse(const json_t *object)
{
    struct csi_node *node = pack_begin(sizeof *node, object);
    if (!node->record.name[0])
        return NULL;
    pack_names(&node->drivers, member(member(object, "spec"), "drivers"), "name");
    return pack_end();
}
