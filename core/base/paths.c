#include "core/base/paths.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/secret.h"

#include "core/base/alloc.h"

bool path_format(char out[PATH_MAX], struct error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(out, PATH_MAX, format, args);
    va_end(args);
    if (len >= 0 && len < PATH_MAX)
        return true;
    error_set(err, ERROR_INPUT, "The path %.60s… is longer than %d bytes.", out, PATH_MAX - 1);
    return error_hint(err, "Use a shorter directory name.");
}

/* Cuts "$NAME" or "${NAME}" off the front of *text and leaves the name in *name. */
static bool take_variable(struct str *text, struct str *name)
{
    struct str rest = str_skip(*text, 1);
    bool braced = rest.len && rest.data[0] == '{';
    if (braced)
        rest = str_skip(rest, 1);
    size_t len = 0;
    while (len < rest.len &&
           (rest.data[len] == '_' || (rest.data[len] >= '0' && rest.data[len] <= '9') ||
            (rest.data[len] >= 'A' && rest.data[len] <= 'Z') ||
            (rest.data[len] >= 'a' && rest.data[len] <= 'z')))
        len++;
    if (len == 0 || (braced && (len == rest.len || rest.data[len] != '}')))
        return false;
    *name = (struct str){rest.data, len};
    *text = str_skip(rest, len + braced);
    return true;
}

bool path_expand(struct str text, const char *home, const char *(*lookup)(const char *name),
                 char out[PATH_MAX], struct error *err)
{
    struct buf path;
    buf_init(&path, PATH_MAX - 1);
    if (home && text.len && text.data[0] == '~' && (text.len == 1 || text.data[1] == '/')) {
        buf_text(&path, home);
        text = str_skip(text, 1);
    }
    while (text.len) {
        struct str name, before = text;
        char variable[256];
        const char *value = NULL;
        if (text.data[0] == '$' && take_variable(&text, &name) &&
            str_copy(name, variable, sizeof variable))
            value = lookup(variable);
        if (value) {
            buf_text(&path, value);
        } else {
            buf_byte(&path, before.data[0]);
            text = str_skip(before, 1);
        }
    }
    bool ok = !path.failed;
    if (ok)
        str_copy(buf_str(&path), out, PATH_MAX);
    else
        error_set(err, ERROR_INPUT, "A path is longer than %d bytes after expansion.",
                  PATH_MAX - 1);
    buf_finish(&path);
    return ok;
}

static bool read_whole(int fd, const char *path, size_t max, struct buf *out, struct error *err)
{
    char chunk[16384];
    ssize_t got;
    bool ok = true;
    for (size_t total = 0; ok && (got = read(fd, chunk, sizeof chunk)) != 0;) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            ok = error_errno(err, "%s cannot be read", path);
            break;
        }
        total += (size_t)got;
        if (total > max || !buf_append(out, (struct str){chunk, (size_t)got}))
            ok = error_set(err, ERROR_INPUT,
                           "%s is larger than %zu KiB, which is more than such a file can hold.",
                           path, max / 1024);
    }
    secret_wipe(chunk, sizeof chunk); /* credentials files pass through here */
    return ok;
}

bool file_read(const char *path, size_t max, struct buf *out, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return error_errno(err, "%s cannot be opened", path);
    struct stat about;
    bool ok = fstat(fd, &about) == 0;
    if (!ok)
        error_errno(err, "%s cannot be examined", path);
    else if (!S_ISREG(about.st_mode))
        ok = error_set(err, ERROR_INPUT, "%s is not a regular file.", path);
    else
        ok = read_whole(fd, path, max, out, err);
    close(fd);
    return ok;
}

static bool write_whole(int fd, struct str content)
{
    while (content.len) {
        ssize_t put = write(fd, content.data, content.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        content = str_skip(content, (size_t)put);
    }
    return true;
}

bool file_write(const char *path, struct str content, mode_t mode, struct error *err)
{
    char target[PATH_MAX], temporary[PATH_MAX];
    if (!realpath(path, target) && !path_format(target, err, "%s", path))
        return false;
    if (!path_format(temporary, err, "%s.%ld.tmp", target, (long)getpid()))
        return false;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return error_errno(err, "%s cannot be written", path);
    bool ok = fchmod(fd, mode) == 0 && write_whole(fd, content) && fsync(fd) == 0;
    if (!ok)
        error_errno(err, "%s cannot be written", path);
    close(fd);
    if (ok && rename(temporary, target) != 0)
        ok = error_errno(err, "%s cannot be replaced", path);
    if (!ok)
        unlink(temporary);
    return ok;
}

bool file_copy(const char *from, const char *to, struct error *err)
{
    struct buf content = {0};
    struct stat about;
    mode_t mode = stat(from, &about) == 0 && (about.st_mode & S_IXUSR) ? 0700 : 0600;
    bool ok = file_read(from, BUF_MAX_DEFAULT, &content, err) &&
              file_write(to, buf_str(&content), mode, err);
    buf_finish(&content);
    return ok;
}

static bool copy_entry(const char *from, const char *to, const char *name, struct error *err)
{
    char source[PATH_MAX], target[PATH_MAX];
    struct stat about;
    if (!path_format(source, err, "%s/%s", from, name) ||
        !path_format(target, err, "%s/%s", to, name))
        return false;
    if (lstat(source, &about) != 0)
        return error_errno(err, "%s cannot be examined", source);
    if (S_ISDIR(about.st_mode))
        return tree_copy(source, target, err);
    return !S_ISREG(about.st_mode) || file_copy(source, target, err);
}

bool tree_copy(const char *from, const char *to, struct error *err)
{
    DIR *directory = opendir(from);
    if (!directory)
        return error_errno(err, "%s cannot be read", from);
    bool ok = dir_make(to, 0700, err);
    for (struct dirent *entry; ok && (entry = readdir(directory));)
        if (!str_is(str_of(entry->d_name), ".") && !str_is(str_of(entry->d_name), ".."))
            ok = copy_entry(from, to, entry->d_name, err);
    closedir(directory);
    return ok;
}

bool tree_remove(int parent, const char *name, struct error *err)
{
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
        return true;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        error_errno(err, "%s cannot be removed", name);
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool ok = true;
    for (struct dirent *entry; ok && (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            ok = tree_remove(dirfd(dir), entry->d_name, err);
    closedir(dir);
    if (!ok || unlinkat(parent, name, AT_REMOVEDIR) == 0)
        return ok;
    return error_errno(err, "%s cannot be removed", name);
}

bool dir_make(const char *path, mode_t mode, struct error *err)
{
    char part[PATH_MAX];
    if (!path_format(part, err, "%s", path))
        return false;
    for (char *slash = part + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        if (mkdir(part, mode) != 0 && errno != EEXIST && errno != EISDIR)
            return error_errno(err, "The directory %s cannot be made", part);
        *slash = '/';
    }
    if (mkdir(part, mode) == 0)
        return true;
    struct stat about;
    if (errno == EEXIST && stat(part, &about) == 0) {
        if (S_ISDIR(about.st_mode))
            return true;
        error_set(err, ERROR_INPUT, "%s is there already and is not a directory.", part);
        return error_hint(err, "Name another directory.");
    }
    return error_errno(err, "The directory %s cannot be made", part);
}

bool file_exists(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0;
}

int64_t file_size(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 ? (int64_t)about.st_size : -1;
}

void path_dirname(const char *path, char out[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        str_copy(STR("."), out, PATH_MAX);
    else
        str_copy((struct str){path, slash == path ? 1 : (size_t)(slash - path)}, out, PATH_MAX);
}

const char *path_basename(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
