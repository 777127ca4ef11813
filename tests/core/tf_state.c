/* State files as they are found after bad days, their copies, and the lock. */
#include "core/terraform/tf_state.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static char dir[64], copies[128];
static struct error err;

static void put(const char *name, const char *text)
{
    char path[PATH_MAX];

    cr_assert(path_format(path, &err, "%s/%s", dir, name));
    cr_assert(file_write(path, str_of(text), 0600, &err), "%s", err.text);
}

static void put_state(const char *name, int serial, int resources)
{
    struct buf text = {0};

    buf_printf(&text,
               "{\"version\":4,\"terraform_version\":\"1.11.4\",\"serial\":%d,\"lineage\":"
               "\"l-1\",\"resources\":[{\"mode\":\"data\",\"instances\":[{}]}",
               serial);
    for (int i = 0; i < resources; i++)
        buf_text(&text, ",{\"mode\":\"managed\",\"instances\":[{}]}");
    buf_text(&text, "]}");
    put(name, buf_cstr(&text));
    buf_finish(&text);
}

static bool there(const char *name)
{
    char path[PATH_MAX];

    return path_format(path, NULL, "%s/%s", dir, name) && access(path, F_OK) == 0;
}

static bool check(struct tf_state *state)
{
    error_clear(&err);
    return tf_state_check(state, dir, copies, &err);
}

static void set_up(void)
{
    snprintf(dir, sizeof(dir), "/tmp/tf_state_XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    snprintf(copies, sizeof(copies), "%s/copies", dir);
}

static void clear(const char *path)
{
    DIR *open = opendir(path);
    struct dirent *entry;
    char name[PATH_MAX];

    while (open && (entry = readdir(open)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            path_format(name, NULL, "%s/%s", path, entry->d_name))
            unlink(name);
    if (open)
        closedir(open);
    rmdir(path);
}

static void tear_down(void)
{
    clear(copies);
    clear(dir);
    no_leaks();
}

TestSuite(tf_state, .init = set_up, .fini = tear_down);

Test(tf_state, a_fresh_directory_may_be_planned)
{
    struct tf_state state;

    cr_assert(check(&state));
    cr_assert_eq(state.current.health, TF_STATE_ABSENT);
}

Test(tf_state, a_good_state_is_read)
{
    struct tf_state state;

    put_state("terraform.tfstate", 7, 3);
    cr_assert(check(&state), "%s", err.text);
    cr_assert_eq(state.current.health, TF_STATE_GOOD);
    cr_assert_eq(state.current.serial, 7);
    cr_assert_eq(state.current.resources, 3);
    cr_assert_str_eq(state.current.lineage, "l-1");
}

Test(tf_state, an_empty_state_stops_the_plan_and_names_the_best_copy)
{
    struct tf_state state;

    put_state("terraform.tfstate.backup", 4, 2);
    put("terraform.tfstate", "");
    cr_assert(!check(&state));
    cr_assert_not_null(strstr(err.text, "empty"));
    cr_assert_not_null(strstr(err.hint, "terraform.tfstate.backup (serial 4, 2 resources)"), "%s",
                       err.hint);
    put_state("errored.tfstate", 9, 5);
    cr_assert(!check(&state));
    cr_assert_eq(tf_state_best(&state), &state.errored);
}

Test(tf_state, nonsense_stops_the_plan)
{
    const char *texts[] = {"{", "[]", "{\"version\":\"4\"}", "<<<<<<< HEAD", "\x01\x02", "{}"};
    struct tf_state state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        put("terraform.tfstate", texts[i]);
        cr_assert(!check(&state), "%s", texts[i]);
        cr_assert_eq(state.current.health, TF_STATE_BROKEN);
        cr_assert_str_not_empty(err.hint);
    }
}

Test(tf_state, a_state_that_is_a_directory_stops_the_plan)
{
    struct tf_state state;
    char path[PATH_MAX];

    cr_assert(path_format(path, &err, "%s/terraform.tfstate", dir) && mkdir(path, 0700) == 0);
    cr_assert(!check(&state));
    rmdir(path);
}

Test(tf_state, errored_tfstate_stops_the_plan_until_it_was_pushed)
{
    struct tf_state state;

    put_state("terraform.tfstate", 7, 3);
    put_state("errored.tfstate", 8, 4);
    cr_assert(!check(&state));
    cr_assert_not_null(strstr(err.text, "errored.tfstate"));
    put_state("terraform.tfstate", 8, 4);
    cr_assert(check(&state));
    put("errored.tfstate", "");
    cr_assert(!check(&state));
}

Test(tf_state, copies_are_kept_once_each_and_twenty_at_most)
{
    struct tf_state state;
    struct dirent **names;
    int count;

    cr_assert(tf_state_keep(dir, copies, 20, 1000, &err));
    cr_assert(!there("copies"));
    for (int serial = 1; serial <= 25; serial++)
        for (int twice = 0; twice < 2; twice++) {
            put_state("terraform.tfstate", serial, serial);
            cr_assert(tf_state_keep(dir, copies, 20, serial * 1000, &err), "%s", err.text);
        }
    count = scandir(copies, &names, NULL, NULL);
    cr_assert_eq(count, 22, "%d", count);
    while (count)
        free(names[--count]);
    free(names);
    put("terraform.tfstate", "");
    cr_assert(!tf_state_keep(dir, copies, 20, 1, &err));
    cr_assert(!check(&state));
    cr_assert_eq(state.copy.serial, 25);
    cr_assert_eq(tf_state_best(&state), &state.copy);
}

Test(tf_state, a_vanished_state_with_a_full_copy_stops_the_plan)
{
    struct tf_state state;
    char path[PATH_MAX];

    put_state("terraform.tfstate", 3, 2);
    cr_assert(tf_state_keep(dir, copies, 20, 1000, &err));
    cr_assert(path_format(path, &err, "%s/terraform.tfstate", dir) && unlink(path) == 0);
    cr_assert(!check(&state));
    cr_assert_not_null(strstr(err.text, "gone"));
}

Test(tf_state, going_back_keeps_what_was_there)
{
    struct tf_state state;
    char from[PATH_MAX];

    put("terraform.tfstate", "torn");
    put_state("errored.tfstate", 9, 5);
    cr_assert(path_format(from, &err, "%s/errored.tfstate", dir));
    cr_assert(tf_state_restore(dir, from, &err), "%s", err.text);
    cr_assert(there("terraform.tfstate.torn-1"));
    cr_assert(there("errored.tfstate.used-1"));
    cr_assert(!there("errored.tfstate"));
    cr_assert(check(&state), "%s", err.text);
    cr_assert_eq(state.current.serial, 9);
    put("bad", "{");
    cr_assert(path_format(from, &err, "%s/bad", dir));
    cr_assert(!tf_state_restore(dir, from, &err));
    cr_assert(check(&state));
}

Test(tf_state, the_emergency_dump_is_rescued_from_a_stream)
{
    struct tf_state_file file;
    char stream[PATH_MAX], to[PATH_MAX];

    cr_assert(path_format(stream, &err, "%s/terraform/18a-apply-json-disk-full.jsonl", TEST_DATA));
    cr_assert(path_format(to, &err, "%s/rescued", dir));
    cr_assert(tf_state_rescue(stream, to, &err), "%s", err.text);
    tf_state_look(&file, to);
    cr_assert_eq(file.health, TF_STATE_GOOD);
    cr_assert(file.resources > 0);
    cr_assert(path_format(stream, &err, "%s/terraform/04e-apply-json-plan-12.jsonl", TEST_DATA));
    cr_assert(!tf_state_rescue(stream, to, &err));
    cr_assert(!tf_state_rescue("/nonexistent/stream", to, &err));
}

Test(tf_state, the_lock)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct tf_lock lock;
    char path[PATH_MAX], byte;
    int ready[2], done[2];
    pid_t child;

    cr_assert(tf_lock_check(&lock, dir, &err));
    put_state("terraform.tfstate", 1, 1);
    put(".terraform.tfstate.lock.info",
        "{\"ID\":\"i\",\"Operation\":\"OperationTypeApply\",\"Who\":\"ada@\\u001bbox\",\"Version\":"
        "\"1.11.4\",\"Created\":\"2026-11-22T11:24:58Z\"}");
    cr_assert(tf_lock_check(&lock, dir, &err));
    cr_assert(lock.left_over && !lock.held);
    cr_assert(path_format(path, &err, "%s/terraform.tfstate", dir));
    cr_assert(pipe(ready) == 0 && pipe(done) == 0);
    child = fork();
    if (child == 0) {
        int fd = open(path, O_RDWR);

        if (fcntl(fd, F_SETLK, &whole) == 0 && write(ready[1], "x", 1) == 1)
            (void)!read(done[0], &byte, 1);
        _exit(0);
    }
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    cr_assert(!tf_lock_check(&lock, dir, &err));
    cr_assert(lock.held && !lock.left_over);
    cr_assert_eq(lock.pid, child);
    cr_assert_eq(err.kind, ERROR_BUSY);
    cr_assert_not_null(strstr(err.text, "ada@"));
    cr_assert_null(strchr(err.text, '\033'));
    cr_assert_eq(write(done[1], "x", 1), 1);
    waitpid(child, NULL, 0);
    cr_assert(tf_lock_check(&lock, dir, &err));
}
