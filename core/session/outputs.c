#include "core/session/outputs.h"

#include <errno.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"

#define OUTPUTS_MAX ((size_t)1 << 20)

void outputs_finish(struct outputs *outputs)
{
    json_decref(outputs->json);
    json_decref(outputs->text);
    *outputs = (struct outputs){.json = NULL};
}

static void write_item(const json_t *value, struct buf *out)
{
    if (json_is_string(value))
        buf_sanitised(out, js_str(value, ""), false);
    else if (!json_is_null(value))
        js_dump(value, out);
}

static json_t *readable(const json_t *value)
{
    struct buf text = {0};
    if (!json_is_array(value))
        write_item(value, &text);
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (i)
            buf_text(&text, ", ");
        write_item(json_array_get(value, i), &text);
    }
    json_t *result = js_clean(buf_str(&text));
    buf_finish(&text);
    return result;
}

static void make_readable(struct outputs *outputs)
{
    const char *stage, *name;
    json_t *values, *value;
    json_decref(outputs->text);
    outputs->text = json_object();
    json_object_foreach(outputs->json, stage, values)
    {
        json_t *texts = json_object();
        json_object_foreach(values, name, value)
        {
            js_set(texts, name, readable(value));
        }
        js_set(outputs->text, stage, texts);
    }
}

bool outputs_load(struct outputs *outputs, const char *dir, struct error *err)
{
    char path[PATH_MAX];
    struct buf text = {0};
    struct error why = {.kind = ERROR_NONE};
    outputs_finish(outputs);
    bool ok = path_format(path, err, "%s/outputs.json", dir);
    if (ok && !file_exists(path))
        return true;
    ok = ok && file_read(path, OUTPUTS_MAX, &text, err);
    if (ok && !(outputs->json = js_parse(buf_str(&text), &why)))
        ok = error_set(err, ERROR_INPUT, "%s is damaged: %s", path, why.text);
    if (!ok && why.kind)
        error_hint(err, "Remove it; the next ekshub-tui apply writes it again.");
    make_readable(outputs);
    buf_finish(&text);
    return ok;
}

const json_t *outputs_of(const struct outputs *outputs, enum stage_id stage)
{
    const json_t *values = js_get(outputs->json, stage_table[stage].name);
    return json_is_object(values) ? values : NULL;
}

const char *outputs_text(const struct outputs *outputs, enum stage_id stage, const char *name)
{
    return js_text(js_get(outputs->text, stage_table[stage].name), name);
}

const char *outputs_url(const struct outputs *outputs, enum outputs_address address)
{
    static const struct {
        const char *behind_domain;
        enum stage_id stage;
        const char *own;
    } names[] = {[ADDRESS_HUB] = {"hub_url", STAGE_MLHUB, "url"},
                 [ADDRESS_PYPI] = {"pypi_url", STAGE_PYPI, "url"},
                 [ADDRESS_INDEX] = {"index_url", STAGE_PYPI, "index_url"}};
    if (js_bool(outputs_of(outputs, STAGE_DOMAIN), "open", false))
        return outputs_text(outputs, STAGE_DOMAIN, names[address].behind_domain);
    const char *url = outputs_text(outputs, names[address].stage, names[address].own);
    return strstr(url, ".svc.cluster.local") ? "" : url; /* that is for pods */
}

/* What is remembered of secrets comes before the outputs do, and of a bucket behind them. */
bool outputs_up(const struct outputs *outputs, enum stage_id stage)
{
    const char *name;
    json_t *value, *all = json_object_get(outputs->json, stage_table[stage].name);
    json_object_foreach(all, name, value)
    {
        if (strncmp(name, "secret_", 7) != 0 && strcmp(name, OUTPUTS_BUCKET_KEPT) != 0)
            return true;
    }
    return false;
}

static bool write_all(const struct outputs *outputs, const char *dir, struct error *err)
{
    char path[PATH_MAX];
    struct buf text = {0};
    bool ok = path_format(path, err, "%s/outputs.json", dir) && js_dump(outputs->json, &text) &&
              buf_byte(&text, '\n') && file_write(path, buf_str(&text), 0600, err);
    buf_finish(&text);
    return ok;
}

bool outputs_set(struct outputs *outputs, const char *dir, enum stage_id stage,
                 const json_t *values, struct error *err)
{
    const char *name = stage_table[stage].name;
    if (!outputs->json)
        outputs->json = json_object();
    if (values) {
        json_t *all = json_object_get(outputs->json, name);
        if (!json_is_object(all))
            js_set(outputs->json, name, all = json_object());
        json_object_update(all, (json_t *)(uintptr_t)values);
    } else {
        json_object_del(outputs->json, name);
    }
    make_readable(outputs);
    return write_all(outputs, dir, err);
}
