/* A kubeconfig file changed on disk: lock, read, change the tree, write anew. */
#include "core/kube/kubeconfig_write.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/kube/kubeconfig_file.h"

/* As client-go locks a file: it must be the one who makes FILE.lock. */
static bool lock(const char *path, char name[PATH_MAX], struct error *err)
{
    if (!path_format(name, err, "%s.lock", path))
        return false;
    int fd = open(name, O_CREAT | O_EXCL | O_RDONLY | O_CLOEXEC, 0);
    if (fd >= 0) {
        close(fd);
        return true;
    }
    if (errno != EEXIST)
        return error_errno(err, "%s cannot be locked", path);
    error_set(err, ERROR_BUSY, "%s is being written by another program: %s is there.", path, name);
    return error_hint(err, "Try again; remove that file when nothing is writing.");
}

static mode_t mode_of(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 ? about.st_mode & 0777 : 0600;
}

/* A new file of root's in the place of somebody else's would lock him out. */
static void keep_owner(const char *path, const struct stat *before)
{
    if (before->st_uid != geteuid() && chown(path, before->st_uid, before->st_gid) != 0)
        (void)chmod(path, before->st_mode & 0777);
}

/* What cannot be read again, with as many entries, does not replace what somebody lives on. */
static bool is_sound(const char *path, const struct buf *text, const size_t counts[3])
{
    struct kubeconfig_file again = {.loaded = false};
    struct error ignored;
    size_t found[3] = {0};
    bool ok = kubeconfig_file_parse(&again, path, buf_str(text), &ignored);
    if (ok)
        kubeconfig_count(&again, found);
    kubeconfig_file_finish(&again);
    return ok && memcmp(found, counts, sizeof found) == 0;
}

static bool save(struct kubeconfig_file *file, struct error *err)
{
    struct buf text = {.data = NULL};
    struct stat before;
    size_t counts[3];
    bool known = stat(file->path, &before) == 0;
    kubeconfig_count(file, counts);
    bool ok = kubeconfig_dump(file, &text) && is_sound(file->path, &text, counts);
    if (!ok) {
        error_set(err, ERROR_INPUT, "%s cannot be changed without damage; it is left as it is.",
                  file->path);
        error_hint(err, "Let kubectl config view --raw write it anew, or use DIR/kubeconfig.");
    }
    ok = ok && file_write(file->path, buf_str(&text), mode_of(file->path), err);
    if (ok && known)
        keep_owner(file->path, &before);
    secret_wipe(text.data, text.len);
    buf_finish(&text);
    return ok;
}

/* An empty or missing file becomes a tree with nothing in it. */
static bool load(struct kubeconfig_file *file, const char *path, bool *fresh, struct error *err)
{
    struct error why;
    *fresh = false;
    if (!kubeconfig_file_load(file, path, &why)) {
        if (why.code != ENOENT || why.kind != ERROR_SYSTEM) {
            if (err)
                *err = why;
            return false;
        }
        *fresh = true;
    } else if (!kubeconfig_root(file)) {
        *fresh = true;
    }
    return !*fresh || kubeconfig_begin(file) ||
           error_set(err, ERROR_SYSTEM, "%s cannot be made: out of memory.", path);
}

static bool put(struct kubeconfig_file *file, const struct kubeconfig_entry *entry, bool current,
                struct error *err)
{
    return (kubeconfig_put(file, entry) &&
            (!current || kubeconfig_put_current(file, entry->name))) ||
           error_set(err, ERROR_INPUT, "%s: the entry %s cannot be added to it.", file->path,
                     entry->name);
}

bool kubeconfig_write(const char *path, const struct kubeconfig_entry *entry, struct error *err)
{
    struct kubeconfig_file file = {.loaded = false};
    struct buf text = {.data = NULL};
    bool ok = path_format(file.path, err, "%s", path) &&
              (kubeconfig_begin(&file) || error_set(err, ERROR_SYSTEM, "Out of memory.")) &&
              put(&file, entry, true, err) &&
              (kubeconfig_dump(&file, &text) || error_set(err, ERROR_SYSTEM, "Out of memory.")) &&
              file_write(path, buf_str(&text), 0600, err);
    buf_finish(&text);
    kubeconfig_file_finish(&file);
    return ok;
}

bool kubeconfig_merge(const char *path, const struct kubeconfig_entry *entry, struct error *err)
{
    struct kubeconfig_file file = {.loaded = false};
    char lock_name[PATH_MAX], directory[PATH_MAX];
    bool fresh;
    path_dirname(path, directory);
    if (!dir_make(directory, 0700, err) || !lock(path, lock_name, err))
        return false;
    bool ok = load(&file, path, &fresh, err) && put(&file, entry, fresh, err) && save(&file, err);
    kubeconfig_file_finish(&file);
    unlink(lock_name);
    return ok;
}

bool kubeconfig_remove(const char *path, const char *name, bool *removed, struct error *err)
{
    struct kubeconfig_file file = {.loaded = false};
    char lock_name[PATH_MAX];
    bool fresh;
    *removed = false;
    if (!file_exists(path))
        return true;
    if (!lock(path, lock_name, err))
        return false;
    bool ok = load(&file, path, &fresh, err);
    *removed = ok && !fresh && kubeconfig_drop(&file, name);
    if (*removed)
        ok = *removed = save(&file, err);
    kubeconfig_file_finish(&file);
    unlink(lock_name);
    return ok;
}

static bool has_cluster(const char *path, const char *name)
{
    struct kubeconfig_file file = {.loaded = false};
    struct error ignored;
    bool found = kubeconfig_file_load(&file, path, &ignored) &&
                 kubeconfig_find(&file, "clusters", str_of(name)) >= 0;
    kubeconfig_file_finish(&file);
    return found;
}

bool kubeconfig_target(const char *variable, const char *home, const char *name,
                       char path[PATH_MAX], struct error *err)
{
    struct str rest = str_of(variable), part;
    char last[PATH_MAX] = "", existing[PATH_MAX] = "";
    while (rest.len > 0) {
        (void)str_cut(&rest, ':', &part);
        if (part.len == 0)
            continue;
        if (!path_format(last, err, "%.*s", STR_ARG(part)))
            return false;
        if (has_cluster(last, name))
            return path_format(path, err, "%s", last);
        if (!existing[0] && file_exists(last))
            memcpy(existing, last, sizeof existing);
    }
    if (existing[0] || last[0])
        return path_format(path, err, "%s", existing[0] ? existing : last);
    if (home && home[0])
        return path_format(path, err, "%s/.kube/config", home);
    return error_set(err, ERROR_INPUT,
                     "There is neither KUBECONFIG nor HOME to put a kubeconfig in.");
}
