/* Lines of the player. Each is one write, so that a reader never sees half of one. */
#include "core/rehearsal/play_out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"

#include "core/base/alloc.h"

static void write_line(struct buf *line)
{
    buf_byte(line, '\n');
    size_t sent = 0;
    while (sent < line->len) {
        ssize_t put = write(STDOUT_FILENO, line->data + sent, line->len - sent);
        if (put < 0 && errno != EINTR)
            return;
        sent += put > 0 ? (size_t)put : 0;
    }
}

/* "2026-11-22T11:17:40.132000Z"; whole seconds where terraform writes those. */
static void stamp(bool whole, char out[64])
{
    char text[CLOCK_TEXT];
    int64_t now = clock_wall(&clock_system);
    clock_rfc3339(now, text);
    if (whole)
        snprintf(out, 64, "%s", text);
    else
        snprintf(out, 64, "%.19s.%03d000Z", text, (int)(now % 1000));
}

static void say(struct play_out *out, const char *level, const char *type, const char *key,
                json_t *payload, const char *message)
{
    char time[64];
    struct buf line;
    buf_init(&line, BUF_MAX_DEFAULT);
    json_t *json = json_object();
    stamp(strcmp(type, "init_output") == 0, time);
    js_set_text(json, "@level", level);
    js_set_text(json, "@message", message);
    js_set_text(json, "@module", "terraform.ui");
    js_set_text(json, "@timestamp", time);
    if (key)
        js_set(json, key, payload);
    js_set_text(json, "type", type);
    if (strcmp(type, "version") == 0)
        js_set_text(json, "ui", "1.2");
    if (out->json)
        js_dump(json, &line);
    else
        buf_sanitised(&line, str_of(message), true);
    write_line(&line);
    json_decref(json);
    buf_finish(&line);
}

void play_say(struct play_out *out, const char *type, const char *key, json_t *payload,
              const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char message[4096];
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    say(out, "info", type, key, payload, message);
}

void play_say_version(struct play_out *out)
{
    play_say(out, "version", "terraform", json_string(PLAY_VERSION), "Terraform %s", PLAY_VERSION);
}

void play_init_output(struct play_out *out, const char *code, const char *message)
{
    play_say(out, "init_output", "message_code", json_string(code), "%s", message);
}

void play_diagnose(struct play_out *out, const char *summary, const char *detail,
                   const char *address)
{
    json_t *diagnostic = json_object();
    js_set_text(diagnostic, "severity", "error");
    js_set_text(diagnostic, "summary", summary);
    js_set_text(diagnostic, "detail", detail);
    if (address)
        js_set_text(diagnostic, "address", address);
    char *message = alloc_printf("Error: %s%s%s", summary, out->json || !*detail ? "" : "\n",
                                 out->json ? "" : detail);
    say(out, "error", "diagnostic", "diagnostic", diagnostic, message);
    out->errors++;
    free(message);
}

json_t *play_resource(const struct piece *piece)
{
    json_t *resource = json_object();
    js_set_text(resource, "addr", piece->address);
    js_set_text(resource, "module", piece->module);
    js_set_text(resource, "resource", piece->resource);
    js_set_text(resource, "implied_provider", "terraform");
    js_set_text(resource, "resource_type", "terraform_data");
    js_set_text(resource, "resource_name", piece->name);
    js_set(resource, "resource_key", piece->indexed ? json_integer(0) : json_null());
    return resource;
}

json_t *play_hook(const struct piece *piece, const char *action, const char *id, int seconds)
{
    json_t *hook = json_object();
    js_set(hook, "resource", play_resource(piece));
    if (action)
        js_set_text(hook, "action", action);
    if (*id) {
        js_set_text(hook, "id_key", "id");
        js_set_text(hook, "id_value", id);
    }
    if (seconds >= 0)
        js_set_int(hook, "elapsed_seconds", seconds);
    return hook;
}

const char *play_duration(int seconds, char out[32])
{
    if (seconds >= 3600)
        snprintf(out, 32, "%dh%dm%ds", seconds / 3600, seconds / 60 % 60, seconds % 60);
    else if (seconds >= 60)
        snprintf(out, 32, "%dm%ds", seconds / 60, seconds % 60);
    else
        snprintf(out, 32, "%ds", seconds);
    return out;
}

void play_summary(struct play_out *out, const char *operation, unsigned add, unsigned change,
                  unsigned remove)
{
    json_t *changes = json_object();
    js_set_int(changes, "add", add);
    js_set_int(changes, "change", change);
    js_set_int(changes, "import", 0);
    js_set_int(changes, "remove", remove);
    js_set_text(changes, "operation", operation);
    if (strcmp(operation, "plan") == 0)
        play_say(out, "change_summary", "changes", changes,
                 "Plan: %u to add, %u to change, %u to destroy.", add, change, remove);
    else if (strcmp(operation, "destroy") == 0)
        play_say(out, "change_summary", "changes", changes,
                 "Destroy complete! Resources: %u destroyed.", remove);
    else
        play_say(out, "change_summary", "changes", changes,
                 "Apply complete! Resources: %u added, %u changed, %u destroyed.", add, change,
                 remove);
}
