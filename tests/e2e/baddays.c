/* Bad days: the disk is full, or the directory holds what no run of ours would leave. */
#define _GNU_SOURCE /* unshare */
#include "tests/e2e/journey.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct e2e e2e;
static char mounted[PATH_MAX]; /* a small file system, "" */

static void begin(void)
{
    e2e_begin(&e2e);
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
}

static void end(void)
{
    place_end(&e2e);
    if (mounted[0])
        umount2(mounted, MNT_DETACH);
    e2e_end(&e2e);
}

TestSuite(baddays, .init = begin, .fini = end, .timeout = 170);

/* ---- a full disk ---- */

static void path_of(char out[PATH_MAX], const char *path)
{
    snprintf(out, PATH_MAX, "%.2000s/" PLACE "/%.2000s", e2e.home, path);
}

/* The directory on a file system of its own, seen by this test alone; false when not allowed. */
static bool small_disk(const char *size)
{
    char options[64];
    path_of(mounted, "");
    mounted[strlen(mounted) - 1] = '\0';
    snprintf(options, sizeof options, "size=%s,mode=0700", size);
    if (mkdir(mounted, 0700) == 0 && unshare(CLONE_NEWNS) == 0 &&
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount("none", mounted, "tmpfs", 0, options) == 0)
        return true;
    mounted[0] = '\0';
    return false;
}

static void fill_disk(void)
{
    static const char block[4096] = {0};
    char filler[PATH_MAX];
    path_of(filler, "filler");
    int fd = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cr_assert(fd >= 0);
    while (write(fd, block, sizeof block) > 0)
        continue;
    cr_assert_eq(errno, ENOSPC);
    close(fd);
}

static void make_room(void)
{
    char filler[PATH_MAX];
    path_of(filler, "filler");
    cr_assert_eq(unlink(filler), 0);
}

Test(baddays, a_disk_that_is_full_from_the_start_is_said)
{
    if (!small_disk("8m"))
        cr_skip_test("a small file system cannot be mounted here");
    struct e2e_output said = e2e_run(&e2e, REHEARSED("check", "-o", "json"));
    cr_assert_eq(said.code, 0, "%s%s", said.out, said.err);
    cr_assert(strstr(said.out, "Only ") != NULL, "%s", said.out);
    e2e_output_finish(&said);
    fill_disk();
    said = e2e_run(&e2e, REHEARSED("apply", "--auto-approve", "-o", "json"));
    cr_assert_eq(said.code, 1, "%s%s", said.out, said.err);
    json_t *events = place_events(said.out);
    const json_t *why = json_object_get(place_done(events), "error");
    cr_assert(strstr(place_text(why, "text"), "No space left on device"), "%s", said.out);
    json_decref(events);
    e2e_output_finish(&said);
    make_room();
    place_apply(&e2e);
}

Test(baddays, a_disk_that_fills_up_in_the_middle_ends_in_a_sentence)
{
    if (!small_disk("8m"))
        cr_skip_test("a small file system cannot be mounted here");
    struct pty *pty =
        e2e_start_sized(&e2e, REHEARSED("apply", "--auto-approve", "-o", "json"), 200, 400);
    pid_t terraform = place_hold(&e2e);
    fill_disk();
    place_release(terraform);
    expect_exit(pty, 1);
    size_t len;
    json_t *events = place_events(pty_raw(pty, &len));
    const json_t *why = json_object_get(place_done(events), "error");
    cr_assert(strstr(place_text(why, "hint"), "is full: make room") != NULL, "%s", pty_dump(pty));
    json_decref(events);
    place_wait_idle(&e2e);
    make_room();
    /* the state may have been torn: then that is said, and never taken for a fresh start */
    struct e2e_output said = e2e_run(&e2e, REHEARSED("apply", "--auto-approve", "-o", "json"));
    cr_assert(said.code == 0 || strstr(said.out, "terraform.tfstate"), "%s%s", said.out, said.err);
    json_decref(place_events(said.out));
    e2e_output_finish(&said);
}

/* ---- what is left lying about ---- */

static void litter(const char *path, const char *content)
{
    char full[PATH_MAX];
    snprintf(full, sizeof full, PLACE "/%.2000s", path);
    e2e_file(&e2e, full, content, 0600);
}

static void garbage_everywhere(void)
{
    litter("lock", "\xff\xfe{ no JSON at all\n");
    litter("history.jsonl", "\x01\x02\n{\"torn\":");
    litter("runs/notes.txt", "buy milk\n");
    litter("runs/.hidden/journal.jsonl", "{}\n");
    litter("runs/20990101-000000-apply-1/journal.jsonl", "\x80\x81 nothing of ours\n{\"event\":");
    litter("runs/20990101-000000-apply-2/journal.jsonl", "");
    litter("runs/20990101-000000-apply-3/other", "");
    litter("runs/zzzz/journal.jsonl/inside", "a directory in its place\n");
}

Test(baddays, garbage_in_the_directory_does_not_stop_a_headless_run)
{
    place_apply(&e2e);
    garbage_everywhere();
    struct e2e_output said = e2e_run(&e2e, REHEARSED("plan", "--exit-code", "-o", "json"));
    cr_assert_eq(said.code, 0, "%s%s", said.out, said.err);
    e2e_output_finish(&said);
    said = e2e_run(&e2e, REHEARSED("status", "-o", "json"));
    cr_assert_eq(said.code, 0, "%s%s", said.out, said.err);
    json_decref(place_json(said.out));
    e2e_output_finish(&said);
}

Test(baddays, garbage_in_the_directory_does_not_stop_a_screen)
{
    place_apply(&e2e);
    garbage_everywhere();
    struct pty *pty = journey_start(&e2e);
    journey_again(pty);
    journey_results(pty);
}

/* A socket whose worker died: nobody listens, and the name is taken. */
static void stale_socket(const char *run)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char full[PATH_MAX], back[PATH_MAX];
    snprintf(full, sizeof full, "%.2000s/" PLACE "/runs/%.63s", e2e.home, run);
    cr_assert(getcwd(back, sizeof back) && chdir(full) == 0);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(at.sun_path, sizeof at.sun_path, "control");
    unlink("control");
    cr_assert_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    close(fd);
    cr_assert_eq(chdir(back), 0);
}

/* An apply whose screen and worker are dead; its terraform lives, and is held. */
static pid_t abandoned(void)
{
    char run[64];
    struct pty *pty = journey_start(&e2e);
    pid_t terraform = journey_held(&e2e, pty), worker = place_worker(&e2e);
    int status;
    pty_signal(pty, SIGKILL);
    pty_wait_end(pty, &status);
    cr_assert(worker > 0);
    kill(worker, SIGKILL);
    place_wait_idle(&e2e);
    place_run(&e2e, run);
    stale_socket(run);
    return terraform;
}

Test(baddays, a_screen_replaces_the_socket_of_a_dead_worker)
{
    pid_t terraform = abandoned();
    struct pty *pty = journey_start(&e2e);
    expect_text(pty, "Creating the cluster");
    place_wait(&e2e, "journal.jsonl", "\"continued\":true");
    pty_keys(pty, "s");
    expect_text(pty, "Nothing has been stopped.");
    pty_keys(pty, "n");
    place_wait(&e2e, "journal.jsonl", "\"interrupt\"");
    place_release(terraform);
    expect_text(pty, "The run was stopped");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
}

Test(baddays, stop_reaches_a_terraform_that_lost_its_worker)
{
    pid_t terraform = abandoned();
    struct e2e_output said = e2e_run(&e2e, REHEARSED("stop"));
    cr_assert_eq(said.code, 0, "%s", said.err);
    e2e_output_finish(&said);
    place_wait(&e2e, "journal.jsonl", "\"interrupt\"");
    cr_assert_eq(place_terraform(&e2e), terraform);
    place_release(terraform);
    place_wait(&e2e, "journal.jsonl", "\"ending\":\"stopped\"");
    cr_assert_eq(place_count(&e2e, "eks-apply", ".jsonl"), 1);
}
