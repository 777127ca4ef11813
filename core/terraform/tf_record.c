/* The record file beside a stream. */
#include "core/terraform/tf_record.h"

#include <stdio.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/paths.h"

#include "core/base/alloc.h"

static const char *const verbs[] = {"init", "plan", "apply"};

static bool record_path(const char *stream, char out[PATH_MAX], struct error *err)
{
    return path_format(out, err, "%s.pid", stream);
}

bool tf_record_write(const struct tf_record *record, struct error *err)
{
    json_t *value = json_object();
    struct buf text = {0};
    char path[PATH_MAX];
    bool ok;

    js_set_int(value, "pid", record->identity.pid);
    js_set_int(value, "started", (int64_t)record->identity.started);
    js_set_text(value, "verb", verbs[record->verb]);
    js_set_bool(value, "destroy", record->destroy);
    js_set_text(value, "stage", record->stage);
    js_set_text(value, "dir", record->dir);
    js_set_text(value, "stream", record->stream);
    js_set_text(value, "plan", record->plan);
    js_set_int(value, "from", record->from);
    ok = record_path(record->stream, path, err) && js_dump(value, &text) && buf_byte(&text, '\n') &&
         file_write(path, buf_str(&text), 0600, err);
    json_decref(value);
    buf_finish(&text);
    return ok;
}

static bool read_fields(struct tf_record *record, const json_t *value)
{
    const char *verb = js_text(value, "verb");
    int64_t pid = js_int(value, "pid", 0);

    *record = (struct tf_record){
        .identity = {(pid_t)pid, (unsigned long long)js_int(value, "started", 0)},
        .destroy = js_bool(value, "destroy", false),
        .from = js_int(value, "from", 0),
    };
    while (record->verb <= TF_APPLY && strcmp(verb, verbs[record->verb]) != 0)
        record->verb++;
    str_copy(js_str(value, "stage"), record->stage, sizeof(record->stage));
    return pid > 1 && pid == (int64_t)(pid_t)pid && record->verb <= TF_APPLY && record->from >= 0 &&
           str_copy(js_str(value, "dir"), record->dir, sizeof(record->dir)) &&
           str_copy(js_str(value, "stream"), record->stream, sizeof(record->stream)) &&
           str_copy(js_str(value, "plan"), record->plan, sizeof(record->plan));
}

bool tf_record_read(struct tf_record *record, const char *stream, struct error *err)
{
    char path[PATH_MAX];
    struct buf text = {0};
    json_t *value = NULL;
    bool ok = record_path(stream, path, err) && file_read(path, 65536, &text, err);

    if (ok) {
        value = js_parse(buf_str(&text), NULL);
        /* a directory that was moved since takes its streams along */
        ok = (value && read_fields(record, value) &&
              str_copy(str_of(stream), record->stream, sizeof(record->stream))) ||
             error_set(err, ERROR_INPUT, "%s is not a record that this program has written", path);
    }
    json_decref(value);
    buf_finish(&text);
    return ok;
}

void tf_record_remove(const struct tf_record *record)
{
    char path[PATH_MAX];

    if (record_path(record->stream, path, NULL))
        unlink(path);
}

bool tf_record_alive(const struct tf_record *record)
{
    return record->identity.pid > 1 && process_alive(&record->identity);
}
