/* The directory of one deployment: its answers, its lock, its runs. Which directories there are is
 * deployments.c's business. */
#include "core/session/deployment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"

enum {
    RUNS_KEPT = 20,
    LOCK_TRIES = 10,
    LOCK_PAUSE_MS = 20,
    LOCK_FILE_MAX = 4096,
    RUN_HEAD_MAX = 8192
};

static const char *kind(bool rehearsal)
{
    return rehearsal ? "a rehearsal" : "a real deployment";
}

static bool refuse_kind(const char *dir, bool rehearsal, struct error *err)
{
    error_set(err, ERROR_INPUT, "%s holds %s and cannot be used as %s.", dir, kind(!rehearsal),
              kind(rehearsal));
    return error_hint(err, rehearsal ? "Leave --rehearse out, or name another --dir."
                                     : "Add --rehearse, or name another --dir.");
}

/* What is there already must be the same deployment. */
static bool may_replace(const char *dir, const struct answers *old, const struct answers *now,
                        struct error *err)
{
    if (old->rehearsal != now->rehearsal)
        return refuse_kind(dir, now->rehearsal, err);
    if (old->account[0] && now->account[0] && strcmp(old->account, now->account) != 0) {
        error_set(err, ERROR_INPUT, "%s belongs to account %s; these credentials are of %s.", dir,
                  old->account, now->account);
        return error_hint(err, "Choose a profile of account %s, or another directory.",
                          old->account);
    }
    if (strcmp(old->id, now->id) != 0) {
        error_set(err, ERROR_INPUT, "%s holds another deployment, %s.", dir, old->cluster_name);
        return error_hint(err, "Name another --dir.");
    }
    return true;
}

bool deployment_save(const char *dir, const struct answers *answers, struct error *err)
{
    char path[PATH_MAX], ignore[PATH_MAX];
    if (!path_format(path, err, "%s/ekshub.yaml", dir) ||
        !path_format(ignore, err, "%s/.gitignore", dir) || !dir_make(dir, 0700, err))
        return false;
    struct answers old = {0};
    struct error reading;
    if (answers_read_file(&old, path, &reading)) {
        if (!may_replace(dir, &old, answers, err))
            return false;
    } else if (reading.code != ENOENT) {
        if (err)
            *err = reading;
        return false;
    }
    if (!file_exists(ignore) &&
        !file_write(ignore, STR("*\n!.gitignore\n!ekshub.yaml\n"), 0600, err))
        return false;
    return answers_write_file(answers, path, err);
}

bool deployment_load(const char *dir, bool rehearsal, struct answers *answers, struct error *err)
{
    char path[PATH_MAX];
    struct answers read;
    struct error why = {0};
    answers_default(&read, false);
    if (!path_format(path, err, "%s/ekshub.yaml", dir))
        return false;
    if (!answers_read_file(&read, path, &why)) {
        if (why.code == ENOENT) {
            error_set(&why, ERROR_SYSTEM, "%s holds no deployment: it has no ekshub.yaml.", dir);
            why.code = ENOENT;
        }
        if (err)
            *err = why;
        return false;
    }
    if (read.rehearsal != rehearsal)
        return refuse_kind(dir, rehearsal, err);
    *answers = read;
    return true;
}

void deployment_who(char *out, size_t capacity)
{
    char host[64] = "";
    const struct passwd *user = getpwuid(geteuid());
    gethostname(host, sizeof host - 1);
    if (user)
        snprintf(out, capacity, "%s@%s", user->pw_name, host);
    else
        snprintf(out, capacity, "%ld@%s", (long)geteuid(), host);
}

/* Asking shares the lock for an instant: that must not look like a holder. */
static bool lock_patiently(int fd)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return false;
        nanosleep(&(struct timespec){.tv_nsec = LOCK_PAUSE_MS * 1000000L}, NULL);
    }
    errno = EWOULDBLOCK;
    return false;
}

static bool refuse_held(const char *dir, struct error *err)
{
    struct deployment_holder holder = deployment_holder(dir);
    if (holder.pid)
        error_set(err, ERROR_BUSY, "%s works in %s (process %ld, run %s).", holder.who, dir,
                  holder.pid, holder.run);
    else
        error_set(err, ERROR_BUSY, "Another process works in %s.", dir);
    return error_hint(err, "Watch it with `ekshub-tui attach`, or end it with `ekshub-tui stop`.");
}

static bool sign_lock(int fd, const char *run_id)
{
    char who[128];
    struct buf text = {0};
    json_t *value = json_object();
    deployment_who(who, sizeof who);
    js_set_int(value, "pid", getpid());
    js_set_text(value, "run", run_id);
    js_set_text(value, "who", who);
    js_dump(value, &text);
    buf_byte(&text, '\n');
    json_decref(value);
    bool ok =
        ftruncate(fd, 0) == 0 && pwrite(fd, buf_cstr(&text), text.len, 0) == (ssize_t)text.len;
    buf_finish(&text);
    return ok;
}

int deployment_lock(const char *dir, const char *run_id, struct error *err)
{
    char path[PATH_MAX];
    if (!path_format(path, err, "%s/lock", dir))
        return -1;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        error_errno(err, "%s cannot be opened", path);
        return -1;
    }
    if (lock_patiently(fd)) {
        if (sign_lock(fd, run_id))
            return fd;
        error_errno(err, "%s cannot be written", path);
    } else if (errno == EWOULDBLOCK) {
        refuse_held(dir, err);
    } else {
        error_errno(err, "%s cannot be locked", path);
    }
    close(fd);
    return -1;
}

static void read_holder(int fd, struct deployment_holder *holder)
{
    char text[LOCK_FILE_MAX];
    struct error ignored;
    ssize_t len = pread(fd, text, sizeof text, 0);
    json_t *value = len > 0 ? js_parse((struct str){text, (size_t)len}, &ignored) : NULL;
    holder->pid = (long)js_int(value, "pid", 0);
    str_copy(js_str(value, "run"), holder->run, sizeof holder->run);
    str_copy(js_str(value, "who"), holder->who, sizeof holder->who);
    json_decref(value);
}

struct deployment_holder deployment_holder(const char *dir)
{
    struct deployment_holder holder = {0};
    char path[PATH_MAX];
    struct error ignored;
    if (!path_format(path, &ignored, "%s/lock", dir))
        return holder;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0)
        return holder;
    holder.held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (holder.held)
        read_holder(fd, &holder);
    close(fd);
    return holder;
}

struct run_names {
    char (*items)[64];
    size_t count, capacity;
};

static int by_name_newest_first(const void *a, const void *b)
{
    return strcmp(b, a);
}

/* The runs of the directory, newest first: their names begin with the time. */
static void run_names_read(struct run_names *names, const char *dir)
{
    char path[PATH_MAX];
    struct error ignored;
    DIR *runs = path_format(path, &ignored, "%s/runs", dir) ? opendir(path) : NULL;
    if (!runs)
        return;
    for (const struct dirent *entry; (entry = readdir(runs));) {
        struct stat st;
        if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof *names->items ||
            fstatat(dirfd(runs), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISDIR(st.st_mode))
            continue;
        alloc_room(&names->items, names->count, &names->capacity, sizeof *names->items);
        str_copy(str_of(entry->d_name), names->items[names->count++], sizeof *names->items);
    }
    closedir(runs);
    if (names->count)
        qsort(names->items, names->count, sizeof *names->items, by_name_newest_first);
}

/* Whether its journal begins as every journal of ours does; a file of another origin, or one that
 * a worker died before writing to, is no run to go on with. */
static bool is_run(const char *dir, const char *name)
{
    char path[PATH_MAX], text[RUN_HEAD_MAX];
    struct error ignored;
    struct str rest, line;
    if (!path_format(path, &ignored, "%s/runs/%s/journal.jsonl", dir, name))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    ssize_t len = fd >= 0 ? pread(fd, text, sizeof text, 0) : -1;
    if (fd >= 0)
        close(fd);
    rest = (struct str){text, len > 0 ? (size_t)len : 0};
    json_t *head = str_cut(&rest, '\n', &line) ? js_parse(line, &ignored) : NULL;
    bool ours = str_is(js_str(head, "event"), "run");
    json_decref(head);
    return ours;
}

bool deployment_latest_run(const char *dir, char id[64])
{
    struct run_names names = {0};
    run_names_read(&names, dir);
    size_t i = 0;
    while (i < names.count && !is_run(dir, names.items[i]))
        i++;
    bool found = i < names.count;
    if (found)
        str_copy(str_of(names.items[i]), id, 64);
    free(names.items);
    return found;
}

static void remove_plans(const char *path)
{
    DIR *run = opendir(path);
    if (!run)
        return;
    for (const struct dirent *entry; (entry = readdir(run));)
        if (str_ends(str_of(entry->d_name), STR(".plan")))
            unlinkat(dirfd(run), entry->d_name, 0);
    closedir(run);
}

void deployment_tidy(const char *dir)
{
    struct run_names names = {0};
    struct error ignored;
    run_names_read(&names, dir);
    for (size_t i = 1; i < names.count; i++) {
        char path[PATH_MAX];
        if (!path_format(path, &ignored, "%s/runs/%s", dir, names.items[i]))
            continue;
        if (i < RUNS_KEPT)
            remove_plans(path);
        else
            tree_remove(AT_FDCWD, path, &ignored);
    }
    free(names.items);
}
