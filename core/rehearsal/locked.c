/* Holding the state as another terraform would: a process of its own with the real lock and the
 * real lock info, which ends by itself. */
#include "core/rehearsal/locked.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <sys/wait.h>

#include "core/base/clock.h"
#include "core/base/paths.h"
#include "core/rehearsal/play_lock.h"
#include "core/rehearsal/settings.h"
#include "core/rehearsal/world.h"

#include "core/base/alloc.h"

static const char fault[] = "state-locked";

/* The most, in the world, for one that waits by -lock-timeout; and the least of that here. */
enum { HELD_SECONDS = 60, HELD_MS_LEAST = 2000 };

static bool changes_state(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (argv[i][0] != '-')
            return strcmp(argv[i], "plan") == 0 || strcmp(argv[i], "apply") == 0 ||
                   strcmp(argv[i], "destroy") == 0;
    return false;
}

/* Where the state is: the working directory, or that of -chdir=. */
static bool root_of(int argc, char **argv, char root[PATH_MAX])
{
    for (int i = 1; i < argc && argv[i][0] == '-'; i++)
        if (strncmp(argv[i], "-chdir=", 7) == 0)
            return realpath(argv[i] + 7, root) != NULL;
    return getcwd(root, PATH_MAX) != NULL;
}

/* Until the tool has ended, which closes its end of `tool`, or the time is over. */
static void hold(const char *root, int64_t ms, int ready, int tool)
{
    int fd;
    bool created;
    struct buf text;
    struct pollfd end = {.fd = tool};
    int64_t until = clock_now(&clock_system) + ms;
    buf_init(&text, PLAY_STATE_MAX);
    bool held =
        play_lock_take(root, "OperationTypeApply", "ada@bastion", &fd, &created, &text, NULL);
    buf_finish(&text);
    close(ready);
    if (!held)
        return;
    while (poll(&end, 1, (int)ms) < 0 && errno == EINTR) {
        int64_t left = until - clock_now(&clock_system);
        ms = left > 0 ? left : 0;
    }
    play_lock_give(root, fd, created);
}

/* Nobody who waits for terraform's output or its end must wait for the holder. */
static void detach(int ready, int tool)
{
    int nothing = open("/dev/null", O_RDWR);
    setsid();
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    for (int fd = 0; nothing >= 0 && fd <= STDERR_FILENO; fd++)
        dup2(nothing, fd);
    for (int fd = STDERR_FILENO + 1; fd < 64; fd++)
        if (fd != ready && fd != tool)
            close(fd);
}

/* Returns when the state is held. The holder is nobody's child; the tool inherits its end of the
 * second pipe. */
static void start_holder(const char *root, int64_t ms)
{
    int ends[2], tool[2];
    char byte;
    if (pipe(ends) < 0 || pipe(tool) < 0)
        return;
    pid_t child = fork();
    if (child == 0) {
        if (fork() != 0)
            _exit(0);
        close(tool[1]);
        detach(ends[1], tool[0]);
        hold(root, ms, ends[1], tool[0]);
        _exit(0);
    }
    close(ends[1]);
    close(tool[0]);
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    while (read(ends[0], &byte, 1) < 0 && errno == EINTR)
        ;
    close(ends[0]);
}

static void strike(int argc, char **argv)
{
    char root[PATH_MAX], place[PATH_MAX];
    struct settings settings;
    bool first;
    if (!changes_state(argc, argv) || !root_of(argc, argv, root))
        return;
    path_dirname(root, place);
    if (!settings_load(place, &settings, NULL) || !settings_has_fault(&settings, fault) ||
        !world_spend(place, fault, clock_wall(&clock_system), &first, NULL) || !first)
        return;
    int64_t ms = settings_wait_ms(&settings, HELD_SECONDS);
    start_holder(root, ms < HELD_MS_LEAST ? HELD_MS_LEAST : ms);
}

int locked_main(int argc, char **argv)
{
    if (argc < 1)
        return 2;
    strike(argc, argv);
    execv(argv[0], argv);
    fprintf(stderr, "%s cannot be run: %s\n", argv[0], strerror(errno));
    return 127;
}
