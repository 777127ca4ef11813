/* The deployment directory: what is refused, who holds the lock, which runs stay. */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/session/deployment.h"

static char room[64], dir[128], state[128];
static struct answers answers;
static struct error err;

static void set_up(void)
{
    snprintf(room, sizeof room, "/tmp/ekshub-deployment-XXXXXX");
    cr_assert_not_null(mkdtemp(room));
    snprintf(dir, sizeof dir, "%s/a/demo", room);
    snprintf(state, sizeof state, "%s/state", room);
    answers_default(&answers, true);
    err = (struct error){0};
}

static void tear_down(void)
{
    cr_assert_eq(chdir("/"), 0);
    cr_assert(tree_remove(AT_FDCWD, room, &err), "%s", err.text);
}

TestSuite(deployment, .init = set_up, .fini = tear_down);

static const char *in_dir(const char *name)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    cr_assert_eq(stat(path, &st), 0, "%s", path);
    return st.st_mode & 0777;
}

Test(deployment, a_new_one_is_private_and_ignored_by_git)
{
    umask(0);
    cr_assert(deployment_save(dir, &answers, &err), "%s", err.text);
    cr_assert_eq(mode_of(dir), 0700);
    cr_assert_eq(mode_of(in_dir("ekshub.yaml")), 0600);
    struct buf text = {0};
    cr_assert(file_read(in_dir(".gitignore"), 100, &text, &err));
    cr_assert_str_eq(buf_cstr(&text), "*\n!.gitignore\n!ekshub.yaml\n");
    buf_finish(&text);
    struct answers read;
    cr_assert(deployment_load(dir, true, &read, &err), "%s", err.text);
    cr_assert_str_eq(read.cluster_name, "demo-hub");
    cr_assert_str_eq(read.id, answers.id);
}

Test(deployment, it_stays_what_it_is)
{
    cr_assert(deployment_save(dir, &answers, &err));
    struct answers other = answers;
    other.rehearsal = false;
    cr_assert_not(deployment_save(dir, &other, &err));
    cr_assert_eq(err.kind, ERROR_INPUT);
    cr_assert(str_find(str_of(err.text), STR("a rehearsal")) > 0, "%s", err.text);
    cr_assert_not(deployment_load(dir, false, &other, &err));
    cr_assert(str_find(str_of(err.hint), STR("--rehearse")) >= 0, "%s", err.hint);

    str_copy(STR("123456789012"), answers.account, sizeof answers.account);
    cr_assert(deployment_save(dir, &answers, &err), "an account may become known: %s", err.text);
    other = answers;
    str_copy(STR("210987654321"), other.account, sizeof other.account);
    cr_assert_not(deployment_save(dir, &other, &err));
    cr_assert(str_find(str_of(err.text), STR("210987654321")) > 0, "%s", err.text);
    other = answers;
    str_copy(STR("ffff"), other.id, sizeof other.id);
    cr_assert_not(deployment_save(dir, &other, &err));
}

Test(deployment, damaged_answers_are_not_overwritten)
{
    cr_assert(dir_make(dir, 0700, &err));
    cr_assert(file_write(in_dir("ekshub.yaml"), STR("a: b: c"), 0600, &err));
    cr_assert_not(deployment_save(dir, &answers, &err));
    cr_assert_eq(err.kind, ERROR_INPUT);
    cr_assert_eq(file_size(in_dir("ekshub.yaml")), 7);
}

Test(deployment, no_deployment_is_said)
{
    cr_assert_not(deployment_load(room, true, &answers, &err));
    cr_assert_eq(err.code, ENOENT);
    cr_assert(str_find(str_of(err.text), STR("holds no deployment")) > 0);
}

Test(deployment, one_holder_at_a_time_and_named)
{
    cr_assert(dir_make(dir, 0700, &err));
    cr_assert_not(deployment_holder(dir).held);
    int fd = deployment_lock(dir, "20261122T142107Z-1a2b", &err);
    cr_assert_geq(fd, 0, "%s", err.text);
    cr_assert_neq(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    cr_assert_eq(mode_of(in_dir("lock")), 0600);
    struct deployment_holder holder = deployment_holder(dir);
    cr_assert(holder.held);
    cr_assert_eq(holder.pid, getpid());
    cr_assert_str_eq(holder.run, "20261122T142107Z-1a2b");
    cr_assert_eq(deployment_lock(dir, "other", &err), -1);
    cr_assert_eq(err.kind, ERROR_BUSY);
    cr_assert(str_find(str_of(err.text), STR("20261122T142107Z-1a2b")) > 0, "%s", err.text);
    close(fd);
    cr_assert_not(deployment_holder(dir).held);
    fd = deployment_lock(dir, "b", &err);
    cr_assert_geq(fd, 0);
    cr_assert_str_eq(deployment_holder(dir).run, "b");
    close(fd);
}

Test(deployment, a_holder_that_left_no_name)
{
    cr_assert(dir_make(dir, 0700, &err));
    int fd = open(in_dir("lock"), O_RDWR | O_CREAT, 0600);
    cr_assert_eq(flock(fd, LOCK_EX), 0);
    cr_assert(deployment_holder(dir).held);
    cr_assert_eq(deployment_holder(dir).pid, 0);
    cr_assert_eq(deployment_lock(dir, "x", &err), -1);
    cr_assert_eq(err.kind, ERROR_BUSY);
    close(fd);
}

/* Somebody asks without end while a worker wants the lock. */
Test(deployment, asking_never_keeps_a_worker_out)
{
    cr_assert(dir_make(dir, 0700, &err));
    close(open(in_dir("lock"), O_RDWR | O_CREAT, 0600));
    pid_t asker = fork();
    if (asker == 0)
        for (;;)
            deployment_holder(dir);
    for (int i = 0; i < 200; i++) {
        int fd = deployment_lock(dir, "x", &err);
        cr_assert_geq(fd, 0, "%s", err.text);
        close(fd);
    }
    kill(asker, SIGKILL);
    waitpid(asker, NULL, 0);
}

static void make_run(const char *id, bool journal)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/runs/%s", dir, id);
    cr_assert(dir_make(path, 0700, &err));
    if (journal) {
        snprintf(path, sizeof path, "%s/runs/%s/journal.jsonl", dir, id);
        cr_assert(file_write(path, STR("{\"event\":\"run\"}\n"), 0600, &err));
    }
    snprintf(path, sizeof path, "%s/runs/%s/eks.plan", dir, id);
    cr_assert(file_write(path, STR("secret"), 0600, &err));
}

Test(deployment, the_newest_run)
{
    char id[64];
    cr_assert_not(deployment_latest_run(dir, id));
    make_run("20261122T100000Z-a", true);
    make_run("20261123T100000Z-b", true);
    make_run("20261124T100000Z-c", false);
    static const char *const strange[] = {"", "{}\n", "\xff\xfe\n", "{\"event\":\"run\"}"};
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        char path[PATH_MAX];
        snprintf(id, sizeof id, "20261125T100000Z-%zu", i);
        make_run(id, false);
        snprintf(path, sizeof path, "%s/runs/%s/journal.jsonl", dir, id);
        cr_assert(file_write(path, str_of(strange[i]), 0600, &err));
    }
    cr_assert(deployment_latest_run(dir, id));
    cr_assert_str_eq(id, "20261123T100000Z-b");
}

Test(deployment, tidied)
{
    char id[64], path[160];
    for (int i = 10; i < 35; i++) {
        snprintf(id, sizeof id, "202611%dT100000Z-a", i);
        make_run(id, true);
    }
    deployment_tidy(dir);
    for (int i = 10; i < 35; i++) {
        snprintf(path, sizeof path, "runs/202611%dT100000Z-a/journal.jsonl", i);
        cr_assert_eq(file_exists(in_dir(path)), i >= 15, "%s", path);
        snprintf(path, sizeof path, "runs/202611%dT100000Z-a/eks.plan", i);
        cr_assert_eq(file_exists(in_dir(path)), i == 34, "%s", path);
    }
    deployment_tidy("/nowhere");
}

Test(deployment, remembered_once_and_forgotten_when_gone)
{
    struct deployments list;
    char other[160];
    snprintf(other, sizeof other, "%s/b", room);
    deployments_load(&list, state);
    cr_assert_eq(list.count, 0);
    deployments_finish(&list);
    cr_assert(deployment_save(dir, &answers, &err));
    cr_assert(deployment_save(other, &answers, &err));
    cr_assert(deployments_remember(state, dir, &err), "%s", err.text);
    cr_assert(deployments_remember(state, other, &err));
    cr_assert(deployments_remember(state, dir, &err));
    cr_assert_not(deployments_remember(state, "relative", &err));
    cr_assert_not(deployments_remember(state, "/new\nline", &err));
    deployments_load(&list, state);
    cr_assert_eq(list.count, 2);
    cr_assert_str_eq(list.items[0].dir, dir);
    cr_assert_str_eq(list.items[1].answers.cluster_name, "demo-hub");
    deployments_finish(&list);
    cr_assert(tree_remove(AT_FDCWD, other, &err));
    deployments_load(&list, state);
    cr_assert_eq(list.count, 1);
    deployments_finish(&list);
    deployments_finish(&list);
}

Test(deployment, known_are_the_named_one_too_and_to_a_rehearsal_it_alone)
{
    struct deployments list;
    struct place place = {.rehearsal = true};
    char other[160];
    snprintf(other, sizeof other, "%s/b", room);
    str_copy(str_of(state), place.state_dir, sizeof place.state_dir);
    cr_assert(deployment_save(dir, &answers, &err));
    cr_assert(deployment_save(other, &answers, &err));
    cr_assert(deployments_remember(state, dir, &err));
    deployments_known(&list, &place);
    cr_expect_eq(list.count, 0);
    deployments_finish(&list);
    str_copy(str_of(other), place.dir, sizeof place.dir);
    deployments_known(&list, &place);
    cr_assert_eq(list.count, 1);
    cr_expect_str_eq(list.items[0].dir, other);
    deployments_finish(&list);
    place.rehearsal = false;
    deployments_known(&list, &place);
    cr_expect_eq(list.count, 2);
    deployments_finish(&list);
}

static struct place standing(bool rehearsal)
{
    struct place place = {.rehearsal = rehearsal};
    str_copy(str_of(state), place.state_dir, sizeof place.state_dir);
    return place;
}

Test(deployment, which_one_is_meant)
{
    struct place place = standing(true);
    char chosen[PATH_MAX], other[160];
    cr_assert_eq(chdir(room), 0);
    cr_assert(deployment_choose(&place, "new", chosen, &err));
    snprintf(other, sizeof other, "%s/new", room);
    cr_assert_str_eq(chosen, other);
    cr_assert_not(deployment_choose(&place, "", chosen, &err));
    cr_assert_not(deployment_choose(&place, "new\nline", chosen, &err));
    cr_assert_not(deployment_choose(&place, NULL, chosen, &err));
    cr_assert_eq(err.kind, ERROR_INPUT);

    cr_assert(deployment_save(dir, &answers, &err));
    cr_assert(deployments_remember(state, dir, &err));
    cr_assert(deployment_choose(&place, NULL, chosen, &err), "%s", err.text);
    cr_assert_str_eq(chosen, dir);
    struct place real = standing(false);
    cr_assert_not(deployment_choose(&real, NULL, chosen, &err), "a rehearsal is none of them");

    cr_assert(deployment_save(other, &answers, &err));
    cr_assert(deployments_remember(state, other, &err));
    cr_assert_not(deployment_choose(&place, NULL, chosen, &err));
    cr_assert(str_find(str_of(err.text), str_of(dir)) > 0, "%s", err.text);
    cr_assert(str_find(str_of(err.text), str_of(other)) > 0, "%s", err.text);
    cr_assert_eq(chdir(other), 0);
    cr_assert(deployment_choose(&place, NULL, chosen, &err));
    cr_assert_str_eq(chosen, other);
}
