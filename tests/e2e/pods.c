/* The pods of a rehearsal's cluster, from outside: the table, the JSON contract, the watch that
 * Ctrl-C ends, the screen, and what is said beside a terraform that waits in vain. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/place.h"

static struct e2e e2e;
static struct e2e_output output;

static void begin(void)
{
    e2e_begin(&e2e);
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
}

static void end(void)
{
    e2e_output_finish(&output);
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(pods, .init = begin, .fini = end, .timeout = 170);

static void run(const char *const *arguments, int code)
{
    e2e_output_finish(&output);
    output = e2e_run(&e2e, arguments);
    cr_assert_eq(output.code, code, "exit code %d\n%s\n%s", output.code, output.out, output.err);
}

static bool is_text_or_null(const json_t *pod, const char *key)
{
    const json_t *value = json_object_get(pod, key);
    return json_is_string(value) || json_is_null(value);
}

/* All keys of the contract, each of its type. */
static void expect_pod(const json_t *pod)
{
    static const char *const texts[] = {"namespace", "age", "ip", "node", "why"};
    cr_assert_eq(json_object_size(pod), 9);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_assert(is_text_or_null(pod, texts[i]), "%s", texts[i]);
    cr_assert(json_is_string(json_object_get(pod, "name")));
    cr_assert(json_is_string(json_object_get(pod, "ready")));
    cr_assert(json_is_string(json_object_get(pod, "status")));
    cr_assert(json_is_integer(json_object_get(pod, "restarts")));
}

static size_t expect_list(void)
{
    json_t *answer = place_json(output.out);
    const json_t *list = json_object_get(answer, "pods");
    size_t count = json_array_size(list);
    for (size_t i = 0; i < count; i++)
        expect_pod(json_array_get(list, i));
    json_decref(answer);
    return count;
}

static void watch_until_stopped(void)
{
    struct pty *pty = e2e_start(&e2e, REHEARSED("pods", "-A", "-w"));
    expect_match(pty, "kube-proxy-[a-z0-9]+ +1/1 +Running");
    pty_keys(pty, "C-c");
    expect_exit(pty, 5);
}

static void look_at_the_screen(void)
{
    struct pty *pty = e2e_start(&e2e, REHEARSED("--ascii"));
    expect_text(pty, "A rehearsal was begun");
    pty_keys(pty, "Enter");
    expect_text(pty, "p pods");
    pty_keys(pty, "p");
    expect_match(pty, "aws-node-[a-z0-9]+ +1/1 +Running");
    pty_keys(pty, "/");
    pty_text(pty, "coredns");
    expect_gone(pty, "aws-node");
    pty_keys(pty, "Enter Enter");
    expect_text(pty, "Container");
    pty_keys(pty, "Esc Esc");
    expect_text(pty, "p pods");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
}

Test(pods, of_a_cluster_that_is_up)
{
    run(REHEARSED("pods", "-A"), 2);
    place_apply(&e2e);
    run(REHEARSED("pods", "-A"), 0);
    cr_assert(strncmp(output.out, "NAMESPACE ", 10) == 0, "%s", output.out);
    run(REHEARSED("pods", "-n", "kube-system", "-o", "json"), 0);
    cr_assert_gt(expect_list(), 5);
    run(REHEARSED("pods", "-n", "nobody", "-o", "json"), 0);
    cr_assert_str_eq(output.out, "{\"pods\":[]}\n");
    run(REHEARSED("pods", "-A", "--kubeconfig", PLACE "/kubeconfig"), 0);
    run(REHEARSED("pods", "--kubeconfig", "nowhere"), 1);
    run(REHEARSED("pods", "--context", "nobody"), 2);
    watch_until_stopped();
    look_at_the_screen();
}

/* The hub's volume is never made: terraform can only say that it waited too long. */
Test(pods, tell_what_terraform_waited_for)
{
    run(REHEARSED("--fault", "no-storage-class", "apply", "--auto-approve", "-o", "json"), 1);
    run(REHEARSED("pods", "-A", "-o", "json"), 0);
    cr_assert_gt(expect_list(), 5);
    cr_assert(strstr(output.out, "names no StorageClass, and the cluster has no default"), "%s",
              output.out);
    struct pty *pty = e2e_start(&e2e, REHEARSED("--ascii"));
    expect_text(pty, "A rehearsal was begun");
    pty_keys(pty, "Enter");
    expect_text(pty, "Waits for a volume: claim hub-db-dir names no");
    pty_keys(pty, "p s");
    expect_match(pty, "hub-[a-z0-9-]+ +0/1 +Pending");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
}
