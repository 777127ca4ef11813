#include "core/session/history.h"

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/paths.h"
#include "core/io/journal.h"

enum { HISTORY_MAX = 16 << 20 };

/* A run that was gone on with after its end could not be written ends twice: the last word holds.
 */
static void take_line(json_t *all, json_t *line)
{
    size_t count = json_array_size(all);
    struct str id = js_str(line, "id");
    if (count && id.len && str_eq(id, js_str(json_array_get(all, count - 1), "id")))
        json_array_remove(all, count - 1);
    json_array_append(all, line);
}

json_t *history_read(const char *dir)
{
    json_t *all = json_array();
    struct buf text = {0};
    struct error ignored;
    char path[PATH_MAX];
    if (path_format(path, &ignored, "%s/history.jsonl", dir) &&
        file_read(path, HISTORY_MAX, &text, &ignored)) {
        struct str rest = buf_str(&text), line;
        while (rest.len) {
            str_cut(&rest, '\n', &line);
            json_t *value = line.len ? js_parse(line, &ignored) : NULL;
            if (json_is_object(value))
                take_line(all, value);
            json_decref(value);
        }
    }
    buf_finish(&text);
    return all;
}

bool history_append(const char *dir, int64_t wall_ms, json_t *line, struct error *err)
{
    struct journal history;
    char path[PATH_MAX];
    if (!path_format(path, err, "%s/history.jsonl", dir) || !journal_open(&history, path, err)) {
        json_decref(line);
        return false;
    }
    bool ok = journal_append(&history, wall_ms, line, err);
    journal_close(&history);
    return ok;
}

/* What a run made of its stages. A plan or a discarded review made nothing of them, nor did what
 * ended before its apply began; an apply that found nothing to do found all of it there. Newer
 * lines say it for each stage. */
static bool outcome(const json_t *line, const char *stage, enum stage_state *state)
{
    const json_t *states = js_get(line, "states");
    if (json_is_object(states)) {
        *state = stage_state_named(js_str(states, stage));
        return js_text(states, stage)[0];
    }
    struct str command = js_str(line, "command"), ending = js_str(line, "ending");
    bool ok = str_is(ending, "succeeded");
    if (str_is(command, "plan") || str_is(ending, "discarded") ||
        (!ok && !js_bool(line, "began", true)))
        return false;
    if (str_is(command, "destroy"))
        *state = ok ? STAGE_DESTROYED : STAGE_FAILED;
    else
        *state = ok ? STAGE_DONE : STAGE_FAILED;
    return true;
}

void history_stages(const char *dir, struct history_stage stages[STAGES])
{
    json_t *all = history_read(dir);
    memset(stages, 0, STAGES * sizeof *stages);
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *line = json_array_get(all, i);
        enum stage_state state;
        for (size_t n = 0; n < js_count(line, "stages"); n++) {
            char key[32];
            snprintf(key, sizeof key, "stages.%zu", n);
            enum stage_id stage = stage_named(js_str(line, key));
            if (stage == STAGE_NONE || !outcome(line, stage_table[stage].name, &state))
                continue;
            stages[stage].state = state;
            clock_parse_rfc3339(js_str(line, "time"), &stages[stage].ended_ms);
            clock_parse_rfc3339(js_str(line, "started"), &stages[stage].began_ms);
        }
    }
    json_decref(all);
}
