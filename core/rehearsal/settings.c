/* Settings of a rehearsal directory: a small JSON file that people may edit. */
#include "core/rehearsal/settings.h"

#include <errno.h>

#include "core/base/paths.h"
#include "core/rehearsal/fault.h"

#include "core/base/alloc.h"

enum { SETTINGS_FILE_MAX = 64 << 10 };

bool settings_parse_speed(struct str text, int *speed, struct error *err)
{
    struct str number = text;
    if (number.len == 0) {
        *speed = SETTINGS_SPEED_DEFAULT;
        return true;
    }
    if (str_ends(number, STR("x")))
        number.len--;
    int64_t value;
    if (number.len == 0 || number.data[0] == '+' || !str_to_int64(number, &value) || value < 1 ||
        value > SETTINGS_SPEED_MAX) {
        error_set(err, ERROR_INPUT, "“%.*s” is no speed of a rehearsal.",
                  (int)(text.len < 40 ? text.len : 40), text.data);
        return error_hint(err, "Use 1x to %dx, such as --rehearse=20x.", SETTINGS_SPEED_MAX);
    }
    *speed = (int)value;
    return true;
}

static bool settings_path(const char *dir, char out[PATH_MAX], struct error *err)
{
    return path_format(out, err, "%s/rehearsal/rehearsal.json", dir);
}

static bool settings_read(const json_t *json, struct settings *settings, struct error *err)
{
    int64_t speed = js_int(json, "speed", SETTINGS_SPEED_DEFAULT);
    if (!json_is_object(json) || speed < 1 || speed > SETTINGS_SPEED_MAX)
        return error_set(err, ERROR_INPUT, "its speed is not one from 1 to %d.",
                         SETTINGS_SPEED_MAX);
    settings->speed = (int)speed;
    str_copy(js_str(json, "tool"), settings->tool, sizeof settings->tool);
    str_copy(js_str(json, "tool_stamp"), settings->tool_stamp, sizeof settings->tool_stamp);
    const json_t *faults = js_get(json, "faults");
    for (size_t i = 0; i < json_array_size(faults); i++) {
        const char *name = js_text(json_array_get(faults, i), "");
        if (!fault_find(name, err))
            return false;
        if (settings->fault_count < SETTINGS_FAULTS_MAX && !settings_has_fault(settings, name))
            str_copy(str_of(name), settings->faults[settings->fault_count++],
                     sizeof settings->faults[0]);
    }
    return true;
}

bool settings_load(const char *dir, struct settings *settings, struct error *err)
{
    *settings = (struct settings){.speed = SETTINGS_SPEED_DEFAULT};
    char path[PATH_MAX];
    if (!settings_path(dir, path, err))
        return false;
    struct buf text;
    struct error why = {.kind = ERROR_NONE};
    buf_init(&text, SETTINGS_FILE_MAX);
    json_t *json = NULL;
    bool ok = file_read(path, SETTINGS_FILE_MAX, &text, &why);
    if (!ok && why.code == ENOENT) {
        buf_finish(&text);
        return true;
    }
    ok = ok && (json = js_parse(buf_str(&text), &why)) && settings_read(json, settings, &why);
    json_decref(json);
    buf_finish(&text);
    if (ok)
        return true;
    if (err)
        *err = why;
    error_wrap(err, "The settings of the rehearsal, %s, cannot be used", path);
    return error_hint(err, "Remove the directory %s, or rehearse in another: --dir DIR.", dir);
}

bool settings_save(const char *dir, const struct settings *settings, struct error *err)
{
    char path[PATH_MAX];
    if (!settings_path(dir, path, err))
        return false;
    json_t *json = json_object(), *faults = json_array();
    js_set_int(json, "speed", settings->speed);
    for (size_t i = 0; i < settings->fault_count; i++)
        json_array_append_new(faults, json_string(settings->faults[i]));
    js_set(json, "faults", faults);
    js_set_text(json, "tool", settings->tool);
    js_set_text(json, "tool_stamp", settings->tool_stamp);
    struct buf text;
    buf_init(&text, SETTINGS_FILE_MAX);
    bool ok = js_dump(json, &text) && buf_byte(&text, '\n') &&
              file_write(path, buf_str(&text), 0600, err);
    buf_finish(&text);
    json_decref(json);
    return ok;
}

bool settings_has_fault(const struct settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->fault_count; i++)
        if (strcmp(settings->faults[i], name) == 0)
            return true;
    return false;
}

bool settings_plant(struct settings *settings, const char *const *names, struct error *err)
{
    struct settings planted = *settings;
    planted.fault_count = 0;
    for (; *names; names++) {
        if (!fault_find(*names, err))
            return false;
        if (settings_has_fault(&planted, *names) || planted.fault_count == SETTINGS_FAULTS_MAX)
            continue;
        str_copy(str_of(*names), planted.faults[planted.fault_count++], sizeof planted.faults[0]);
    }
    *settings = planted;
    return true;
}

int64_t settings_wait_ms(const struct settings *settings, double seconds)
{
    if (!(seconds > 0))
        return 0;
    if (seconds > 86400)
        seconds = 86400;
    return (int64_t)(seconds * 1000 / settings->speed + 0.5);
}
