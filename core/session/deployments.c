/* The deployments that this machine knows, and which of them a verb means. */
#include "core/session/deployment.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"

enum { LIST_FILE_MAX = 1 << 20 };

static bool listed(const struct deployments *list, struct str dir)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_is(dir, list->items[i].dir))
            return true;
    return false;
}

/* A directory that is gone or cannot be read is left out: its line stays, it may come back. */
static void take_line(struct deployments *list, struct str line)
{
    struct deployment_entry entry = {0};
    struct error ignored;
    char path[PATH_MAX];
    if (!line.len || line.data[0] != '/' || listed(list, line) ||
        !str_copy(line, entry.dir, sizeof entry.dir) ||
        !path_format(path, &ignored, "%s/ekshub.yaml", entry.dir))
        return;
    answers_default(&entry.answers, false);
    if (!answers_read_file(&entry.answers, path, &ignored))
        return;
    alloc_room(&list->items, list->count, &list->capacity, sizeof *list->items);
    list->items[list->count++] = entry;
}

static bool read_list(const char *state_dir, char path[PATH_MAX], struct buf *text)
{
    struct error ignored;
    return path_format(path, &ignored, "%s/deployments", state_dir) &&
           file_read(path, LIST_FILE_MAX, text, &ignored);
}

void deployments_load(struct deployments *list, const char *state_dir)
{
    char path[PATH_MAX];
    struct buf text = {0};
    *list = (struct deployments){0};
    read_list(state_dir, path, &text);
    struct str rest = buf_str(&text), line;
    while (rest.len) {
        str_cut(&rest, '\n', &line);
        take_line(list, line);
    }
    buf_finish(&text);
}

void deployments_known(struct deployments *list, const struct place *place)
{
    if (place->rehearsal)
        *list = (struct deployments){0};
    else
        deployments_load(list, place->state_dir);
    take_line(list, str_of(place->dir));
}

void deployments_finish(struct deployments *list)
{
    free(list->items);
    *list = (struct deployments){0};
}

static bool has_line(struct str text, struct str wanted)
{
    struct str line;
    while (text.len) {
        str_cut(&text, '\n', &line);
        if (str_eq(line, wanted))
            return true;
    }
    return false;
}

/* One appending write: two processes that remember at once lose nothing. */
static bool append_line(const char *path, struct str dir, struct error *err)
{
    struct buf line = {0};
    buf_append(&line, dir);
    buf_byte(&line, '\n');
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, buf_cstr(&line), line.len) == (ssize_t)line.len;
    if (!ok)
        error_errno(err, "%s cannot be written", path);
    if (fd >= 0)
        close(fd);
    buf_finish(&line);
    return ok;
}

bool deployments_remember(const char *state_dir, const char *dir, struct error *err)
{
    char path[PATH_MAX];
    struct buf text = {0};
    if (dir[0] != '/' || strchr(dir, '\n'))
        return error_set(err, ERROR_INPUT, "The directory %s cannot be kept in a list of lines.",
                         dir);
    if (!path_format(path, err, "%s/deployments", state_dir) || !dir_make(state_dir, 0700, err))
        return false;
    bool known = read_list(state_dir, path, &text) && has_line(buf_str(&text), str_of(dir));
    buf_finish(&text);
    return known || append_line(path, str_of(dir), err);
}

static bool absolute(const char *option, char dir[PATH_MAX], struct error *err)
{
    char here[PATH_MAX];
    if (!option[0])
        return error_set(err, ERROR_INPUT, "--dir needs the name of a directory.");
    if (strchr(option, '\n')) {
        error_set(err, ERROR_INPUT, "The directory of --dir has a line break in its name.");
        return error_hint(err, "Name another one: the list of deployments is a list of lines.");
    }
    if (realpath(option, dir))
        return true;
    int len = (int)strlen(option);
    while (len > 1 && option[len - 1] == '/')
        len--;
    if (option[0] == '/')
        return path_format(dir, err, "%.*s", len, option);
    if (!getcwd(here, sizeof here))
        return error_errno(err, "The current directory cannot be read");
    return path_format(dir, err, "%s/%.*s", here, len, option);
}

bool deployment_here(char dir[PATH_MAX])
{
    char path[PATH_MAX];
    struct error ignored;
    return getcwd(dir, PATH_MAX) && path_format(path, &ignored, "%s/ekshub.yaml", dir) &&
           file_exists(path);
}

static bool name_all(const struct deployments *list, bool rehearsal, struct error *err)
{
    struct buf names = {0};
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].answers.rehearsal == rehearsal)
            buf_printf(&names, "%s%s (%s)", names.len ? ", " : "", list->items[i].dir,
                       list->items[i].answers.cluster_name);
    error_set(err, ERROR_INPUT, "Which deployment? There are %s.", buf_cstr(&names));
    buf_finish(&names);
    return error_hint(err, "Name one with --dir DIR.");
}

static bool the_only_one(const struct place *place, char dir[PATH_MAX], struct error *err)
{
    struct deployments list;
    const struct deployment_entry *found = NULL;
    size_t count = 0;
    deployments_load(&list, place->state_dir);
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].answers.rehearsal == place->rehearsal) {
            found = &list.items[i];
            count++;
        }
    bool ok = count == 1 && str_copy(str_of(found->dir), dir, PATH_MAX);
    if (count > 1)
        name_all(&list, place->rehearsal, err);
    if (!count) {
        error_set(err, ERROR_INPUT,
                  "There is no deployment here, and none is known on this machine.");
        error_hint(err, "Name one with --dir DIR.");
    }
    deployments_finish(&list);
    return ok;
}

bool deployment_choose(const struct place *place, const char *option, char dir[PATH_MAX],
                       struct error *err)
{
    if (option)
        return absolute(option, dir, err);
    return deployment_here(dir) || the_only_one(place, dir, err);
}
