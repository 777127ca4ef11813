/* Locking, reading and writing the state's file. */
#include "core/rehearsal/play_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/paths.h"
#include "core/rehearsal/cloud_error.h"
#include "core/rehearsal/play_out.h"

#include "core/base/alloc.h"

static bool state_path(const char *dir, char out[PATH_MAX], struct error *err)
{
    return path_format(out, err, "%s/terraform.tfstate", dir);
}

static bool info_path(const char *dir, char out[PATH_MAX], struct error *err)
{
    return path_format(out, err, "%s/.terraform.tfstate.lock.info", dir);
}

bool play_lock_read(const char *dir, struct buf *text, struct error *err)
{
    char path[PATH_MAX];
    struct error why = {.kind = ERROR_NONE};
    if (!state_path(dir, path, err))
        return false;
    if (file_read(path, PLAY_STATE_MAX, text, &why) || why.code == ENOENT)
        return true;
    if (err)
        *err = why;
    return false;
}

static bool read_all(int fd, struct buf *text, struct error *err)
{
    char bytes[16384];
    off_t at = 0;
    for (ssize_t got; (got = pread(fd, bytes, sizeof bytes, at)) != 0;) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_errno(err, "terraform.tfstate cannot be read");
        if (!buf_append(text, (struct str){bytes, (size_t)got}))
            return error_set(err, ERROR_INPUT, "terraform.tfstate is too large.");
        at += got;
    }
    return true;
}

/* What the info file says of the holder, as terraform prints it. */
static bool refuse(const char *dir, struct error *err)
{
    char path[PATH_MAX];
    struct buf text;
    buf_init(&text, 65536);
    if (info_path(dir, path, NULL))
        file_read(path, 65536, &text, NULL);
    json_t *info = js_parse(buf_str(&text), NULL);
    error_set(err, ERROR_BUSY,
              "resource temporarily unavailable\nLock Info:\n  ID:        %s\n  Path:      "
              "%s\n  Operation: %s\n  Who:       %s\n  Version:   %s\n  Created:   %s\n  "
              "Info:      %s\n",
              js_text(info, "ID"), js_text(info, "Path"), js_text(info, "Operation"),
              js_text(info, "Who"), js_text(info, "Version"), js_text(info, "Created"),
              js_text(info, "Info"));
    json_decref(info);
    buf_finish(&text);
    return false;
}

static void write_info(const char *dir, const char *operation, const char *whose)
{
    char path[PATH_MAX], id[37], time[CLOCK_TEXT], host[256] = "localhost";
    if (!info_path(dir, path, NULL))
        return;
    gethostname(host, sizeof host - 1);
    cloud_id(id);
    const char *user = getenv("USER");
    char *who = whose ? alloc_copy(str_of(whose))
                      : alloc_printf("%s@%s", user && *user ? user : "player", host);
    json_t *info = json_object();
    js_set_text(info, "ID", id);
    js_set_text(info, "Operation", operation);
    js_set_text(info, "Info", "");
    js_set_text(info, "Who", who);
    js_set_text(info, "Version", PLAY_VERSION);
    js_set_text(info, "Created", clock_rfc3339(clock_wall(&clock_system), time));
    js_set_text(info, "Path", "terraform.tfstate");
    struct buf text;
    buf_init(&text, 65536);
    js_dump(info, &text);
    file_write(path, buf_str(&text), 0600, NULL);
    buf_finish(&text);
    json_decref(info);
    free(who);
}

bool play_lock_take(const char *dir, const char *operation, const char *who, int *fd, bool *created,
                    struct buf *text, struct error *err)
{
    char path[PATH_MAX];
    if (!state_path(dir, path, err))
        return false;
    *created = !file_exists(path);
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0)
        return error_errno(err, "open terraform.tfstate");
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(*fd, F_SETLK, &lock) < 0) {
        close(*fd);
        *fd = -1;
        return refuse(dir, err);
    }
    write_info(dir, operation, who);
    if (read_all(*fd, text, err))
        return true;
    play_lock_give(dir, *fd, *created);
    *fd = -1;
    return false;
}

void play_lock_give(const char *dir, int fd, bool created)
{
    char path[PATH_MAX];
    if (info_path(dir, path, NULL))
        unlink(path);
    if (created && lseek(fd, 0, SEEK_END) == 0 && state_path(dir, path, NULL))
        unlink(path);
    close(fd);
}

/* In place, because the lock is on this very file; over the old content and only then cut, so that
 * a player killed at any moment leaves a state and not an empty file. */
bool play_lock_write(int fd, struct str text, struct error *err)
{
    struct buf whole;
    buf_init(&whole, PLAY_STATE_MAX);
    bool ok = buf_append(&whole, text) && buf_byte(&whole, '\n');
    for (size_t at = 0; ok && at < whole.len;) {
        ssize_t put = pwrite(fd, whole.data + at, whole.len - at, (off_t)at);
        ok = put >= 0 || errno == EINTR;
        at += put > 0 ? (size_t)put : 0;
    }
    ok = ok && ftruncate(fd, (off_t)whole.len) == 0 && fsync(fd) == 0;
    buf_finish(&whole);
    return ok || error_errno(err, "terraform.tfstate cannot be written");
}

bool play_lock_backup(const char *dir, int fd, struct error *err)
{
    char path[PATH_MAX];
    struct buf text;
    buf_init(&text, PLAY_STATE_MAX);
    bool ok = read_all(fd, &text, err);
    if (ok && text.len > 0)
        ok = path_format(path, err, "%s/terraform.tfstate.backup", dir) &&
             file_write(path, buf_str(&text), 0600, err);
    buf_finish(&text);
    return ok;
}
