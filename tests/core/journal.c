#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/io/journal.h"
#include "tests/support/turns.h"

static struct journal journal;

static void end(void)
{
    journal_close(&journal);
    journal_close(&journal);
    test_directory_remove();
    no_leaks();
}

TestSuite(journal, .fini = end, .timeout = 60);

static bool append(const char *type, struct error *err)
{
    json_t *event = json_object();
    js_set_text(event, "type", type);
    js_set_text(event, "time", "never");
    return journal_append(&journal, 1795356067000, event, err);
}

static void expect_content(const char *path, const char *expected)
{
    struct buf content = {.data = NULL};
    cr_assert(file_read(path, 1 << 20, &content, NULL));
    cr_assert_str_eq(buf_cstr(&content), expected);
    buf_finish(&content);
}

#define LINE(type) "{\"time\":\"2026-11-22T14:01:07Z\",\"type\":\"" type "\"}\n"

Test(journal, writes_one_private_line_an_event_with_its_time_first)
{
    struct stat st;
    const char *path = test_path("journal.jsonl");
    umask(0);
    cr_assert(journal_open(&journal, path, NULL));
    cr_assert(append("run_begin", NULL));
    cr_assert(append("a\nb", NULL));
    cr_assert(journal_sync(&journal));
    expect_content(path, LINE("run_begin") LINE("a\\nb"));
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_eq(st.st_mode & 07777, 0600);
    journal_close(&journal);
    cr_assert(journal_open(&journal, path, NULL));
    cr_assert(append("again", NULL));
    expect_content(path, LINE("run_begin") LINE("a\\nb") LINE("again"));
}

Test(journal, goes_on_behind_a_line_that_a_dead_writer_left_torn)
{
    const char *path = test_path("journal.jsonl");
    cr_assert(file_write(path, STR("{\"type\":\"on"), 0600, NULL));
    cr_assert(journal_open(&journal, path, NULL));
    cr_assert(append("a", NULL));
    cr_assert(append("b", NULL));
    expect_content(path, "{\"type\":\"on\n" LINE("a") LINE("b"));
}

/* A file size limit tears a write in the middle, as a full disk does. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

Test(journal, completes_its_own_torn_line)
{
    const char *path = test_path("journal.jsonl");
    struct error err;
    signal(SIGXFSZ, SIG_IGN);
    cr_assert(journal_open(&journal, path, NULL));
    limit_files(10);
    cr_assert(!append("a", &err));
    cr_assert(journal.broken && journal.torn);
    cr_assert_eq(err.kind, ERROR_SYSTEM);
    cr_assert(!append("b", &err));
    limit_files(RLIM_INFINITY);
    cr_assert(append("c", &err));
    cr_assert(!journal.broken && !journal.torn);
    expect_content(path, "{\"time\":\"2\n" LINE("c"));
}

Test(journal, says_that_the_disk_is_full_and_tries_again)
{
    struct error err;
    cr_assert(journal_open(&journal, "/dev/full", &err), "%s", err.text);
    for (int i = 0; i < 2; i++) {
        cr_assert(!append("a", &err));
        cr_assert(journal.broken);
        cr_assert_eq(err.code, ENOSPC);
        cr_assert_neq(str_find(str_of(err.text), STR("No space left")), -1);
        cr_assert_neq(err.hint[0], '\0');
    }
    journal_close(&journal);
    cr_assert(!append("a", &err), "a closed journal takes nothing");
}

Test(journal, that_cannot_be_opened_says_where)
{
    struct error err;
    cr_assert(!journal_open(&journal, "/no/such/directory/j", &err));
    cr_assert_neq(str_find(str_of(err.text), STR("/no/such/directory/j")), -1);
    struct journal zeroed = {.torn = false};
    journal_close(&zeroed);
    cr_assert_neq(fcntl(0, F_GETFD), -1, "descriptor 0 is not ours to close");
}

Test(journal, does_not_take_a_standard_descriptor)
{
    int saved = dup(0);
    close(0);
    bool ok = journal_open(&journal, test_path("j"), NULL);
    int fd = journal.fd;
    cr_assert_eq(dup2(saved, 0), 0);
    close(saved);
    cr_assert(ok);
    cr_assert_gt(fd, 2);
    cr_assert(append("a", NULL));
}
