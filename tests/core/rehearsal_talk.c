/* See rehearsal_talk.h. */
#include "tests/core/rehearsal_talk.h"

#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/rehearsal/locked.h"
#include "core/rehearsal/player.h"
#include "core/rehearsal/step.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

__attribute__((constructor)) static void take_part(int argc, char **argv, char **envp)
{
    (void)envp;
    if (argc > 1 && strcmp(argv[1], "--rehearse-locked") == 0)
        _exit(locked_main(argc - 2, argv + 2));
    if (argc > 1 && strcmp(argv[1], "--rehearse-step") == 0)
        _exit(step_main(argc - 2, argv + 2));
    if (argc > 1 && strcmp(argv[1], "--player") == 0) {
        int code = player_main(argc - 2, argv + 2);
        fflush(stdout);
        _exit(code);
    }
}

struct rehearsal rehearsal;
char root[PATH_MAX];

static struct loop loop;
static char program[PATH_MAX];

/* A blank and a quote in the path: both tools must live with them. */
void open_with(const char *tool, const char *const *faults, int speed)
{
    struct error err = {.kind = ERROR_NONE};
    char dir[PATH_MAX];
    cr_assert(realpath("/proc/self/exe", program));
    cr_assert(path_format(dir, NULL, "%s", test_path("it's a place")));
    setenv("EKSHUB_TERRAFORM", tool, 1);
    setenv("TF_VAR_cluster_name", "demo-hub", 1);
    struct rehearsal_wish wish = {
        .dir = dir, .assets = SOURCE_ASSETS, .program = program, .speed = speed, .faults = faults};
    loop_init(&loop, &clock_system);
    cr_assert(rehearsal_open(&rehearsal, &wish, &loop, &err), "%s", err.text);
    cr_assert(path_format(root, NULL, "%s/provision-eks", rehearsal.dir));
}

void close_all(void)
{
    rehearsal_finish(&rehearsal);
    loop_finish(&loop);
    test_directory_remove();
    no_leaks();
}

void talk_start(struct talk *talk, const char *const *words)
{
    const char *argv[16] = {rehearsal.terraform, "-chdir=", NULL};
    char chdir_option[PATH_MAX + 16];
    size_t count = 2;
    int ends[2];
    posix_spawn_file_actions_t actions;
    snprintf(chdir_option, sizeof chdir_option, "-chdir=%s", root);
    argv[1] = chdir_option;
    for (; *words && count + 1 < sizeof argv / sizeof *argv; words++)
        argv[count++] = *words;
    argv[count] = NULL;
    *talk = (struct talk){.pid = -1};
    buf_init(&talk->text, ANSWER_MAX);
    cr_assert_eq(pipe(ends), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    cr_assert_eq(posix_spawn(&talk->pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv,
                             rehearsal.environment),
                 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    talk->out = ends[0];
}

/* Reads on; false at the end. */
bool talk_read(struct talk *talk)
{
    char bytes[16384];
    ssize_t got = read(talk->out, bytes, sizeof bytes);
    cr_assert(got >= 0 || errno == EINTR);
    if (got > 0)
        cr_assert(buf_append(&talk->text, (struct str){bytes, (size_t)got}));
    return got != 0;
}

int talk_end(struct talk *talk)
{
    int status;
    while (talk_read(talk))
        ;
    close(talk->out);
    cr_assert_eq(waitpid(talk->pid, &status, 0), talk->pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int run_words(struct buf *text, const char *const *words)
{
    struct talk talk;
    talk_start(&talk, words);
    int code = talk_end(&talk);
    *text = talk.text;
    return code;
}

void init_root(void)
{
    struct buf text;
    cr_assert_eq(RUN(&text, "init", "-json", "-input=false"), 0, "%s", buf_cstr(&text));
    buf_finish(&text);
}

void close_rehearsal(void)
{
    rehearsal_finish(&rehearsal);
    loop_finish(&loop);
}

void reopen(const char *tool)
{
    close_rehearsal();
    open_with(tool, NULL, 1000);
}

bool find_terraform(char path[PATH_MAX])
{
    struct str rest = str_of(getenv("PATH")), part;
    while (rest.len > 0) {
        str_cut(&rest, ':', &part);
        if (part.len && path_format(path, NULL, "%.*s/terraform", STR_ARG(part)) &&
            access(path, X_OK) == 0)
            return true;
    }
    return false;
}
