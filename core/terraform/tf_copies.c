/* Copies of the state: kept after every run, put back on request, and saved out of a stream when
 * terraform could write it nowhere else. */
#include "core/terraform/tf_copies.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/paths.h"
#include "core/terraform/tf_scan.h"

#include "core/base/alloc.h"

enum { NUMBERS_MAX = 10000 };

static const char prefix[] = "terraform.tfstate.";

static int is_copy(const struct dirent *entry)
{
    return strncmp(entry->d_name, prefix, sizeof(prefix) - 1) == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Names of the copies, oldest first; serial and time in the name make that the order of names. */
static int list_copies(const char *copies, struct dirent ***names)
{
    int count = scandir(copies, names, is_copy, by_name);

    return count < 0 ? 0 : count;
}

static void free_names(struct dirent **names, int count)
{
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

bool tf_copies_newest(const char *copies, char out[PATH_MAX])
{
    struct dirent **names = NULL;
    int count = list_copies(copies, &names);
    bool found = count > 0 && path_format(out, NULL, "%s/%s", copies, names[count - 1]->d_name);

    free_names(names, count);
    return found;
}

static void remove_oldest(const char *copies, unsigned keep)
{
    struct dirent **names = NULL;
    int count = list_copies(copies, &names);
    char path[PATH_MAX];

    for (int i = 0; i + (int)keep < count; i++)
        if (path_format(path, NULL, "%s/%s", copies, names[i]->d_name))
            unlink(path);
    free_names(names, count);
}

static bool is_kept(const struct tf_state_file *current, const char *copies)
{
    struct tf_state_file newest;
    char path[PATH_MAX];

    if (!tf_copies_newest(copies, path))
        return false;
    tf_state_look(&newest, path);
    return newest.health == TF_STATE_GOOD && newest.serial == current->serial &&
           newest.resources == current->resources && strcmp(newest.lineage, current->lineage) == 0;
}

bool tf_state_keep(const char *dir, const char *copies, unsigned keep, int64_t wall_ms,
                   struct error *err)
{
    char path[PATH_MAX], copy[PATH_MAX], when[CLOCK_TEXT];
    struct tf_state_file current;

    if (!path_format(path, err, "%s/terraform.tfstate", dir))
        return false;
    tf_state_look(&current, path);
    if (current.health == TF_STATE_ABSENT)
        return true;
    if (current.health != TF_STATE_GOOD)
        return error_set(err, ERROR_INPUT, "%s is not whole, so no copy of it was kept", path);
    if (is_kept(&current, copies))
        return true;
    if (!dir_make(copies, 0700, err) ||
        !path_format(copy, err, "%s/%s%010lld.%s", copies, prefix, (long long)current.serial,
                     clock_amz(wall_ms, when)) ||
        !file_copy(path, copy, err))
        return error_wrap(err, "No copy of the state was kept");
    remove_oldest(copies, keep ? keep : 20);
    return true;
}

/* The first PATH-N that is free. */
static bool free_name(const char *path, const char *suffix, char out[PATH_MAX], struct error *err)
{
    for (int i = 1; i < NUMBERS_MAX; i++) {
        if (!path_format(out, err, "%s.%s-%d", path, suffix, i))
            return false;
        if (access(out, F_OK) != 0)
            return true;
    }
    return error_set(err, ERROR_INPUT, "There are too many %s.%s-N: remove some", path, suffix);
}

static bool put_aside_errored(const char *dir, const char *from, struct error *err)
{
    char errored[PATH_MAX], used[PATH_MAX];
    struct tf_state_file file;

    if (!path_format(errored, err, "%s/errored.tfstate", dir))
        return false;
    tf_state_look(&file, errored);
    if (file.health == TF_STATE_ABSENT ||
        (file.health == TF_STATE_GOOD && strcmp(from, errored) != 0))
        return true;
    if (!free_name(errored, "used", used, err))
        return false;
    return rename(errored, used) == 0 ||
           error_errno(err, "%s could not be renamed to %s", errored, used);
}

bool tf_state_restore(const char *dir, const char *from, struct error *err)
{
    char path[PATH_MAX], torn[PATH_MAX];
    struct tf_state_file source;
    struct buf text;
    bool ok;

    if (!path_format(path, err, "%s/terraform.tfstate", dir))
        return false;
    source = (struct tf_state_file){.health = TF_STATE_ABSENT};
    buf_init(&text, TF_STATE_MAX);
    ok = file_read(from, TF_STATE_MAX, &text, err);
    if (ok && !tf_state_read(&source, buf_str(&text)))
        ok = error_set(err, ERROR_INPUT, "%s is not a whole terraform state: nothing was changed",
                       from);
    if (ok && file_exists(path))
        ok = free_name(path, "torn", torn, err) && file_copy(path, torn, err);
    ok = ok && file_write(path, buf_str(&text), 0600, err) && put_aside_errored(dir, from, err);
    buf_finish(&text);
    return ok;
}

/* The bytes of the `state` member when the line is an emergency dump. */
static bool dumped_state(struct str line, struct str *state)
{
    struct tf_scan scan;
    struct str key, message = {0};
    bool found = false;

    tf_scan_init(&scan, line);
    if (tf_scan_peek(&scan) != '{' || !tf_scan_object(&scan))
        return false;
    while (tf_scan_member(&scan, &key)) {
        tf_scan_peek(&scan);
        state->data = str_is(key, "state") ? scan.at : state->data;
        if (str_is(key, "@message") && tf_scan_peek(&scan) == '"')
            tf_scan_string(&scan, &message);
        else
            tf_scan_skip(&scan);
        if (str_is(key, "state")) {
            found = !scan.failed;
            state->len = (size_t)(scan.at - state->data);
        }
    }
    return found && tf_scan_end(&scan) && str_is(message, "Emergency state dump");
}

bool tf_state_rescue(const char *stream, const char *to, struct error *err)
{
    FILE *file = fopen(stream, "re");
    struct buf kept;
    struct tf_state_file found = {0};
    struct str state = {0};
    char *line = NULL;
    size_t capacity = 0;
    ssize_t len;
    bool ok;

    if (!file)
        return error_errno(err, "%s could not be read", stream);
    buf_init(&kept, TF_STATE_MAX);
    while ((len = getline(&line, &capacity, file)) > 0)
        if (dumped_state((struct str){line, (size_t)len}, &state)) {
            buf_clear(&kept);
            buf_append(&kept, state);
        }
    fclose(file);
    free(line);
    ok = kept.len && tf_state_read(&found, buf_str(&kept));
    if (ok)
        ok = file_write(to, buf_str(&kept), 0600, err);
    else
        error_set(err, ERROR_INPUT, "%s holds no whole emergency dump of the state", stream);
    buf_finish(&kept);
    return ok;
}
