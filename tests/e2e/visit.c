/* K: another program on our terminal, as a job of ours. Whatever becomes of it, of the terminal or
 * of us, the terminal is given back as it was. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/e2e/place.h"

static struct e2e e2e;

/* Says how it was called and does what single words ask for. */
static const char k9s[] =
    "#!/bin/sh\n"
    "echo \"called with $*\"\n"
    "echo \"KUBECONFIG is $KUBECONFIG\"\n"
    "while read -r word; do\n"
    "    case $word in\n"
    "    size) stty size ;;\n"
    "    fail) echo 'no such context'; exit 3 ;;\n"
    "    die) stty raw -echo; printf '\\033[?1049h\\033[?1000h\\033[?2004hin the middle'\n"
    "        kill -KILL $$ ;;\n"
    "    quit) exit 0 ;;\n"
    "    esac\n"
    "done\n";

static void begin(void)
{
    char path[PATH_MAX + 32];
    e2e_begin(&e2e);
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    place_apply(&e2e);
    snprintf(path, sizeof path, "%s/bin:/usr/bin:/bin", e2e.home);
    e2e_set(&e2e, "PATH", path);
}

static void end(void)
{
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(visit, .init = begin, .fini = end, .timeout = 170);

static struct pty *open_pods(void)
{
    struct pty *pty = e2e_start(&e2e, REHEARSED("--ascii"));
    expect_text(pty, "A rehearsal was begun");
    pty_keys(pty, "Enter");
    expect_text(pty, "p pods");
    pty_keys(pty, "p");
    expect_match(pty, "aws-node-[a-z0-9]+ +1/1 +Running");
    return pty;
}

static struct pty *open_k9s(void)
{
    e2e_file(&e2e, "bin/k9s", k9s, 0700);
    struct pty *pty = open_pods();
    expect_text(pty, "K k9s");
    pty_keys(pty, "K");
    expect_text(pty, "called with --kubeconfig");
    return pty;
}

static void expect_pods(struct pty *pty)
{
    expect_match(pty, "aws-node-[a-z0-9]+ +1/1 +Running");
}

static void leave(struct pty *pty)
{
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
}

Test(visit, k9s_is_called_for_this_cluster_and_comes_back)
{
    struct pty *pty = open_k9s();
    expect_text(pty, "--context demo-hub");
    expect_text(pty, "--all-namespaces");
    expect_match(pty, "KUBECONFIG is .*" PLACE "/shell/kubeconfig");
    pty_resize(pty, 30, 100);
    pty_text(pty, "size\n");
    expect_text(pty, "30 100");
    pty_text(pty, "quit\n");
    expect_pods(pty);
    cr_assert(pty_shows(pty, "Pods"));
    leave(pty);
}

Test(visit, what_k9s_said_when_it_failed_stays_until_enter)
{
    struct pty *pty = open_k9s();
    pty_text(pty, "fail\n");
    expect_text(pty, "no such context");
    expect_text(pty, "k9s ended: exit code 3.");
    pty_keys(pty, "Enter");
    expect_pods(pty);
    leave(pty);
}

Test(visit, a_terminal_that_is_left_in_any_state_is_cleaned)
{
    struct pty *pty = open_k9s();
    pty_text(pty, "die\n");
    expect_text(pty, "killed by signal 9");
    pty_keys(pty, "Enter");
    expect_pods(pty);
    leave(pty);
}

Test(visit, ctrl_c_is_for_the_program_alone)
{
    struct pty *pty = open_k9s();
    pty_keys(pty, "C-c");
    expect_text(pty, "killed by signal 2");
    pty_keys(pty, "Enter");
    expect_pods(pty);
    leave(pty);
}

Test(visit, a_signal_that_ends_us_ends_it)
{
    static const int numbers[] = {SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct pty *pty = open_k9s();
        int status;
        const char *what;
        pty_signal(pty, numbers[i]);
        cr_assert(pty_wait_end(pty, &status), "signal %d\n%s", numbers[i], pty_dump(pty));
        cr_assert(pty_restored(pty, &what), "%s\n%s", what, pty_dump(pty));
    }
}

Test(visit, a_terminal_that_hangs_up_ends_both)
{
    struct pty *pty = open_k9s();
    int status;
    pty_hang_up(pty);
    cr_assert(pty_wait_end(pty, &status));
}

Test(visit, stopped_there_both_are_stopped_and_continued)
{
    e2e_file(&e2e, "bin/k9s", k9s, 0700);
    e2e_set(&e2e, "PS1", "shell> ");
    struct pty *pty = e2e_open(&e2e, ARGS("sh", "-i"), 24, 80);
    expect_text(pty, "shell>");
    pty_text(pty, e2e.program);
    pty_text(pty, " --rehearse=200x --ascii --dir " PLACE "\r");
    expect_text(pty, "A rehearsal was begun");
    pty_keys(pty, "Enter");
    expect_text(pty, "p pods");
    pty_keys(pty, "p");
    expect_pods(pty);
    pty_keys(pty, "K");
    expect_text(pty, "called with");
    pty_keys(pty, "C-z");
    expect_match(pty, "Stopped.*\n(.*\n)*shell>$");
    pty_text(pty, "fg\r");
    expect_match(pty, "rehearse=200x[^\n]*$");
    pty_text(pty, "size\n");
    expect_text(pty, "24 80");
    pty_text(pty, "quit\n");
    expect_pods(pty);
    pty_keys(pty, "C-q");
    expect_match(pty, "shell>$");
}

/* Where KUBECONFIG is set by the operator's own files, too. */
Test(visit, kubectl_means_this_cluster_in_a_shell)
{
    if (access("/bin/bash", X_OK) != 0)
        cr_skip_test("there is no bash");
    e2e_file(&e2e, "bin/kubectl", "#!/bin/sh\necho \"$1 of $(basename $KUBECONFIG)\"\n", 0700);
    e2e_file(&e2e, PLACE "/rehearsal/home/.bashrc", "export KUBECONFIG=elsewhere\nPS1='mine> '\n",
             0600);
    e2e_set(&e2e, "SHELL", "/bin/bash");
    struct pty *pty = open_pods();
    expect_text(pty, "K kubectl");
    pty_keys(pty, "K");
    expect_text(pty, "kubectl means demo-hub in this shell");
    expect_text(pty, "(demo-hub) mine>");
    pty_text(pty, "kubectl get\r");
    expect_match(pty, "get of kubeconfig\n.demo-hub. mine>$");
    pty_keys(pty, "C-d");
    expect_pods(pty);
    leave(pty);
}

Test(visit, without_either_it_is_said_what_to_install)
{
    e2e_set(&e2e, "PATH", "/nowhere");
    struct pty *pty = open_pods();
    cr_assert_not(pty_shows(pty, "K k"));
    pty_keys(pty, "K");
    expect_text(pty, "Neither k9s nor kubectl is installed here");
    leave(pty);
}
