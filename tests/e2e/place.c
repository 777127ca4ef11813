/* Looking at a deployment directory; see place.h. */
#include "tests/e2e/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

/* ---- paths ---- */

static void below(struct e2e *e2e, char out[PATH_MAX], const char *path)
{
    int len = snprintf(out, PATH_MAX, "%s/" PLACE "%s%s", e2e->home, path[0] ? "/" : "", path);
    cr_assert(len < PATH_MAX);
}

static bool exists(struct e2e *e2e, const char *path)
{
    char full[PATH_MAX];
    below(e2e, full, path);
    return access(full, F_OK) == 0;
}

void place_run(struct e2e *e2e, char id[64])
{
    char full[PATH_MAX], journal[PATH_MAX];
    id[0] = '\0';
    below(e2e, full, "runs");
    DIR *runs = opendir(full);
    for (const struct dirent *entry; runs && (entry = readdir(runs));) {
        snprintf(journal, sizeof journal, "runs/%s/journal.jsonl", entry->d_name);
        if (entry->d_name[0] != '.' && strlen(entry->d_name) < 64 &&
            strcmp(entry->d_name, id) > 0 && exists(e2e, journal))
            snprintf(id, 64, "%.63s", entry->d_name);
    }
    if (runs)
        closedir(runs);
}

static bool of_run(struct e2e *e2e, const char *file, char out[PATH_MAX])
{
    char id[64];
    place_run(e2e, id);
    snprintf(out, PATH_MAX, PLACE "/runs/%s%s%s", id, file[0] ? "/" : "", file);
    return id[0] != '\0';
}

char *place_read(struct e2e *e2e, const char *file)
{
    char path[PATH_MAX];
    return of_run(e2e, file, path) ? e2e_read(e2e, path) : strdup("");
}

int place_count(struct e2e *e2e, const char *begin, const char *end)
{
    char path[PATH_MAX], full[PATH_MAX];
    int count = 0;
    of_run(e2e, "", path);
    below(e2e, full, path + strlen(PLACE "/"));
    DIR *run = opendir(full);
    cr_assert(run != NULL, "%s", full);
    for (const struct dirent *entry; (entry = readdir(run));) {
        size_t len = strlen(entry->d_name), tail = strlen(end);
        count += strncmp(entry->d_name, begin, strlen(begin)) == 0 && len >= tail &&
                 strcmp(entry->d_name + len - tail, end) == 0;
    }
    closedir(run);
    return count;
}

int place_occurrences(struct e2e *e2e, const char *file, const char *text)
{
    int count = 0;
    char *content = place_read(e2e, file);
    for (const char *at = content; (at = strstr(at, text)); at += strlen(text))
        count++;
    free(content);
    return count;
}

/* ---- waiting ---- */

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t deadline(void)
{
    const char *seconds = getenv("TEST_DEADLINE");
    return now_ms() + 1000 * (seconds ? strtoll(seconds, NULL, 10) : 60);
}

/* Whatever is there by now; adding one again does nothing. */
static void watch_all(struct e2e *e2e, int fd)
{
    static const uint32_t what = IN_CREATE | IN_MODIFY | IN_MOVED_TO | IN_DELETE | IN_CLOSE_WRITE;
    char full[PATH_MAX], path[PATH_MAX];
    inotify_add_watch(fd, e2e->home, what);
    below(e2e, full, "");
    inotify_add_watch(fd, full, what);
    below(e2e, full, "runs");
    inotify_add_watch(fd, full, what);
    DIR *runs = opendir(full);
    for (const struct dirent *entry; runs && (entry = readdir(runs));) {
        int len = snprintf(path, sizeof path, "%s/%s", full, entry->d_name);
        if (entry->d_name[0] != '.' && len < PATH_MAX)
            inotify_add_watch(fd, path, what);
    }
    if (runs)
        closedir(runs);
}

static bool wait_until(struct e2e *e2e, bool (*seen)(struct e2e *e2e, const char *const *what),
                       const char *const *what)
{
    char events[4096] __attribute__((aligned(8)));
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    int64_t end = deadline();
    bool ok;
    cr_assert(fd >= 0, "inotify: %s", strerror(errno));
    for (;;) {
        watch_all(e2e, fd); /* before looking: nothing is missed in between */
        ok = seen(e2e, what);
        int64_t left = end - now_ms();
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (ok || left <= 0 || poll(&wait, 1, (int)left) == 0)
            break;
        while (read(fd, events, sizeof events) > 0)
            continue;
    }
    close(fd);
    return ok;
}

static bool holds_text(struct e2e *e2e, const char *const *what)
{
    char *content = place_read(e2e, what[0]);
    bool found = strstr(content, what[1]) != NULL;
    free(content);
    return found;
}

static void explain(struct e2e *e2e, const char *file, const char *text)
{
    char *journal = place_read(e2e, "journal.jsonl");
    cr_assert_fail("waited for %s in %s\n%s\n%s", text, file, journal,
                   e2e->pty ? pty_dump(e2e->pty) : "");
}

void place_wait(struct e2e *e2e, const char *file, const char *text)
{
    if (!wait_until(e2e, holds_text, (const char *const[]){file, text}))
        explain(e2e, file, text);
}

/* ---- processes ---- */

static int lock_held(struct e2e *e2e)
{
    char full[PATH_MAX];
    below(e2e, full, "lock");
    int fd = open(full, O_RDONLY | O_CLOEXEC);
    bool held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0;
    if (fd >= 0)
        close(fd);
    return held;
}

static pid_t pid_in(const char *text)
{
    json_t *value = json_loads(text, 0, NULL);
    json_int_t pid = json_integer_value(json_object_get(value, "pid"));
    json_decref(value);
    return (pid_t)pid;
}

pid_t place_worker(struct e2e *e2e)
{
    char *text = e2e_read(e2e, PLACE "/lock");
    pid_t pid = lock_held(e2e) ? pid_in(text) : 0;
    free(text);
    return pid;
}

pid_t place_terraform(struct e2e *e2e)
{
    char *text = place_read(e2e, "eks-apply.jsonl.pid");
    pid_t pid = pid_in(text);
    free(text);
    return pid > 1 && kill(pid, 0) == 0 ? pid : 0;
}

/* A signal is sent at once and obeyed a little later. */
static void wait_stopped(pid_t pid)
{
    char path[64], line[512], state = 'R';
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    while (state != 'T' && state != 'Z') {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t len = fd >= 0 ? read(fd, line, sizeof line - 1) : -1;
        cr_assert(len > 0, "terraform has ended before it could be held");
        close(fd);
        line[len] = '\0';
        const char *name_end = strrchr(line, ')');
        state = name_end && name_end[1] ? name_end[2] : 'R';
        sched_yield();
    }
}

static bool state_whole(struct e2e *e2e)
{
    char *text = e2e_read(e2e, PLACE "/provision-eks/terraform.tfstate");
    json_t *state = json_loads(text, 0, NULL);
    bool whole = json_array_size(json_object_get(state, "resources")) > 0;
    json_decref(state);
    free(text);
    return whole;
}

static const char made[] = "\"apply_complete\"";

static bool more_made(struct e2e *e2e, const char *const *what)
{
    return place_occurrences(e2e, "eks-apply.jsonl", made) > (int)strlen(what[0]);
}

/* Not in the middle of writing the state: tests that kill it then would judge a torn one. */
pid_t place_hold(struct e2e *e2e)
{
    char seen[128] = ""; /* one letter for each that was made */
    for (;;) {
        if (!wait_until(e2e, more_made, (const char *const[]){seen}))
            explain(e2e, "eks-apply.jsonl", made);
        pid_t terraform = place_terraform(e2e);
        cr_assert(terraform > 0, "terraform has ended before it could be held");
        kill(terraform, SIGSTOP);
        wait_stopped(terraform);
        if (state_whole(e2e))
            return terraform;
        size_t count = (size_t)place_occurrences(e2e, "eks-apply.jsonl", made);
        memset(seen, 'x', count < sizeof seen ? count : sizeof seen - 1);
        place_release(terraform);
    }
}

void place_release(pid_t terraform)
{
    kill(terraform, SIGCONT);
}

static bool idle(struct e2e *e2e, const char *const *what)
{
    (void)what;
    return !lock_held(e2e);
}

/* The end of a process is no event in a directory: the lock itself is waited for. */
void place_wait_idle(struct e2e *e2e)
{
    char full[PATH_MAX];
    below(e2e, full, "lock");
    int fd = open(full, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return; /* nobody ever worked there */
    cr_assert(fd >= 0, "%s", full);
    cr_assert_eq(flock(fd, LOCK_SH), 0);
    close(fd);
    cr_assert(idle(e2e, NULL));
}

void place_end(struct e2e *e2e)
{
    pid_t worker = place_worker(e2e), terraform = place_terraform(e2e);
    if (worker > 0)
        kill(worker, SIGKILL);
    if (terraform > 0)
        kill(terraform, SIGKILL);
    if (worker > 0)
        place_wait_idle(e2e);
}

/* ---- what was printed ---- */

json_t *place_json(const char *text)
{
    json_error_t error;
    json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    cr_assert(value != NULL, "not one JSON value: %s\n%s", error.text, text);
    return value;
}

json_t *place_events(const char *text)
{
    json_t *all = json_array();
    while (*text) {
        size_t len = strcspn(text, "\r\n");
        json_error_t error;
        json_t *line = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
        cr_assert(json_is_object(line), "not a JSON line: %s\n%.*s", error.text, (int)len, text);
        cr_assert(json_is_string(json_object_get(line, "event")), "%.*s", (int)len, text);
        cr_assert(json_is_string(json_object_get(line, "time")), "%.*s", (int)len, text);
        json_array_append_new(all, line);
        text += len;
        text += strspn(text, "\r\n");
    }
    cr_assert(json_array_size(all) > 0, "nothing was printed");
    return all;
}

const char *place_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

const json_t *place_done(const json_t *events)
{
    size_t count = json_array_size(events);
    for (size_t i = 0; i + 1 < count; i++)
        cr_assert_str_neq(place_text(json_array_get(events, i), "event"), "done");
    const json_t *done = json_array_get(events, count - 1);
    cr_assert_str_eq(place_text(done, "event"), "done");
    cr_assert(json_is_boolean(json_object_get(done, "ok")));
    cr_assert(json_is_object(json_object_get(done, "urls")));
    return done;
}

void place_apply(struct e2e *e2e)
{
    struct e2e_output said = e2e_run(
        e2e, ARGS("--rehearse=1000x", "--dir", PLACE, "apply", "--auto-approve", "-o", "json"));
    cr_assert_eq(said.code, 0, "%s%s", said.out, said.err);
    json_t *events = place_events(said.out);
    cr_assert(json_is_true(json_object_get(place_done(events), "ok")), "%s", said.out);
    json_decref(events);
    e2e_output_finish(&said);
}
