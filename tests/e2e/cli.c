/* The headless face, as a script sees it: exit codes, the JSON contract, runs that go on. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "tests/e2e/e2e.h"

static struct e2e e2e;
static struct e2e_output output;

static void begin(void)
{
    e2e_begin(&e2e);
}

static void end(void)
{
    e2e_output_finish(&output);
    e2e_end(&e2e);
}

TestSuite(cli, .init = begin, .fini = end, .timeout = 240);

#define FAST "--rehearse=1000x"

#define run(...)                                                                                   \
    do {                                                                                           \
        e2e_output_finish(&output);                                                                \
        output = e2e_run(&e2e, ARGS(__VA_ARGS__));                                                 \
    } while (0)
#define expect_code(wanted)                                                                        \
    cr_assert_eq(output.code, wanted, "exit code %d\n%s\n%s", output.code, output.out, output.err)
#define expect_said(text)                                                                          \
    cr_assert(strstr(output.err, text), "no \"%s\" in\n%s\n%s", text, output.err, output.out)

static int lines_of(const char *text)
{
    int lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

static json_t *parsed(const char *text, size_t len)
{
    json_error_t why;
    json_t *value = json_loadb(text, len, 0, &why);
    cr_assert_not_null(value, "%s in %.*s", why.text, (int)len, text);
    return value;
}

/* The last line of standard output, which must be JSON like every line before it. */
static json_t *last_line(void)
{
    json_t *last = NULL;
    for (const char *at = output.out; *at;) {
        const char *stop = strchr(at, '\n');
        cr_assert_not_null(stop, "the last line has no end");
        json_decref(last);
        last = parsed(at, (size_t)(stop - at));
        at = stop + 1;
    }
    cr_assert_not_null(last, "nothing was printed");
    return last;
}

static const char *text_at(json_t *value, const char *key)
{
    const char *text = json_string_value(json_object_get(value, key));
    return text ? text : "";
}

static void expect_done(bool ok)
{
    json_t *last = last_line();
    cr_assert_str_eq(text_at(last, "event"), "done");
    cr_assert_eq(json_is_true(json_object_get(last, "ok")), ok, "%s", output.out);
    cr_assert(json_is_object(json_object_get(last, "urls")));
    if (!ok)
        cr_assert_eq(json_integer_value(json_object_get(json_object_get(last, "error"), "exit")),
                     output.code);
    json_decref(last);
}

Test(cli, usage)
{
    static const char *const wrong[] = {"aply", "--fooo", "destory", "token"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        run(wrong[i]);
        expect_code(2);
        expect_said(wrong[i]);
        cr_assert_eq(lines_of(output.err), 1, "%s", output.err);
        cr_assert_str_eq(output.out, "");
    }
    run("apply", "eksx");
    expect_code(2);
    expect_said("eksx: did you mean eks?");
    run("--version");
    expect_code(0);
    cr_assert(strncmp(output.out, "ekshub-tui ", 11) == 0);
    run("help", "apply");
    expect_code(0);
    cr_assert(strstr(output.out, "--auto-approve"));
    run("--fault", "list");
    expect_code(0);
    cr_assert(strstr(output.out, "apply-error"));
}

Test(cli, hostile_words_do_not_reach_the_terminal)
{
    run("\x1b]0;owned\x07");
    expect_code(2);
    cr_assert_null(strchr(output.err, '\x1b'));
    run("status", "--dir", "no\x1b[31msuch");
    expect_code(2);
    cr_assert_null(strchr(output.err, '\x1b'));
}

Test(cli, without_a_terminal_the_bare_command_names_the_other_faces)
{
    run(NULL);
    expect_code(2);
    expect_said("apply");
}

Test(cli, verbs_that_need_a_deployment_say_that_there_is_none)
{
    static const char *const verbs[] = {"status", "attach", "stop", "logs", "history"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        run(verbs[i]);
        expect_code(2);
        expect_said("no deployment");
    }
}

Test(cli, nothing_is_missing_but_all_of_it_is_named)
{
    run("apply", "--auto-approve", "-o", "json");
    expect_code(2);
    expect_done(false);
    cr_assert(strstr(output.out, "cluster_name, endpoint_cidrs, region"), "%s", output.out);
    run("apply");
    expect_code(2);
    expect_said("--auto-approve");
}

Test(cli, profiles_and_checks_of_a_machine_without_any)
{
    run("profiles", "-o", "json");
    expect_code(0);
    cr_assert_eq(strncmp(output.out, "{\"profiles\":[],\"chosen\":null,", 29), 0, "%s", output.out);
    run("check", "--profile", "nobody", "-o", "json");
    expect_code(4);
    json_t *value = last_line();
    cr_assert_str_eq(text_at(value, "profile"), "nobody");
    cr_assert(json_is_false(json_object_get(value, "ok")));
    cr_assert(strstr(output.out, "no profile nobody"));
    json_decref(value);
    run("token", "--cluster-name", "x");
    expect_code(4);
}

Test(cli, no_home_is_no_obstacle)
{
    e2e_set(&e2e, "HOME", NULL);
    run("list", "-o", "json");
    expect_code(0);
    run("profiles", "-o", "json");
    cr_assert(output.code == 0 || output.code == 4);
}

Test(cli, files_that_cannot_be_parsed_are_credentials)
{
    e2e_file(&e2e, ".aws/config", "nonsense\n", 0600);
    run("check", "-o", "json");
    expect_code(4);
    json_decref(last_line());
    run("profiles");
    expect_code(4);
    expect_said("~/.aws/config:1");
}

Test(cli, a_token_needs_no_network)
{
    e2e_file(&e2e, ".aws/credentials",
             "[default]\naws_access_key_id = AKIAEXAMPLE000000001\n"
             "aws_secret_access_key = wJalrXUtnFEMI\nregion = eu-west-1\n",
             0600);
    run("token", "--cluster-name", "demo");
    expect_code(0);
    json_t *value = last_line();
    cr_assert_str_eq(text_at(value, "kind"), "ExecCredential");
    cr_assert(strncmp(text_at(json_object_get(value, "status"), "token"), "k8s-aws-v1.", 11) == 0);
    json_decref(value);
    cr_assert_null(strstr(output.out, "wJalrXUtnFEMI"));
}

Test(cli, the_checks_of_a_rehearsal_pass)
{
    run("check", FAST, "-o", "json");
    expect_code(0);
    json_t *value = last_line();
    cr_assert_str_eq(text_at(value, "account"), "123456789012");
    cr_assert_str_eq(text_at(value, "profile"), "kube_admin");
    cr_assert_eq(json_array_size(json_object_get(value, "checks")), 13);
    json_decref(value);
    run("check", FAST, "--fault", "credentials-refused");
    expect_code(4);
}

static void whole_way(void)
{
    run("plan", FAST, "--dir", "d", "--exit-code", "-o", "json");
    expect_code(7);
    expect_done(true);
    run("apply", FAST, "--dir", "d", "--auto-approve", "-o", "json");
    expect_code(0);
    expect_done(true);
    cr_assert(strstr(output.out, "\"event\":\"resource\""));
    run("status", FAST, "--dir", "d", "-o", "json");
    expect_code(0);
    json_t *value = last_line();
    cr_assert_str_eq(text_at(value, "deployment"), "demo-hub");
    json_t *eks = json_array_get(json_object_get(value, "stages"), 0);
    cr_assert_str_eq(text_at(eks, "state"), "done");
    cr_assert_gt(json_real_value(json_object_get(value, "cost_per_hour")), 0.4);
    json_decref(value);
    run("plan", FAST, "--dir", "d", "--exit-code");
    expect_code(0);
    run("history", FAST, "--dir", "d", "-o", "json");
    value = last_line();
    cr_assert_eq(json_array_size(json_object_get(value, "history")), 3);
    json_decref(value);
    run("logs", "eks", FAST, "--dir", "d");
    expect_code(0);
    run("list", FAST, "--dir", "d", "-o", "json");
    cr_assert(strstr(output.out, "/d\""), "%s", output.out);
}

Test(cli, the_whole_way)
{
    whole_way();
}

Test(cli, the_whole_way_without_terraform)
{
    e2e_hide_terraform(&e2e);
    whole_way();
}

Test(cli, answers_come_from_a_file_and_stay)
{
    e2e_file(&e2e, "a.yaml", "cluster_name: lab\nnode_count: 2\nid: stranger\n", 0600);
    run("plan", FAST, "--dir", "d", "--answers", "a.yaml");
    expect_code(0);
    char *kept = e2e_read(&e2e, "d/ekshub.yaml");
    cr_assert(strstr(kept, "cluster_name: lab") && strstr(kept, "node_count: 2"), "%s", kept);
    cr_assert_null(strstr(kept, "stranger"));
    free(kept);
    e2e_file(&e2e, "a.yaml", "node_count: 1\n", 0600);
    run("plan", FAST, "--dir", "d", "--answers", "a.yaml");
    expect_code(2);
    expect_said("from 2 to 100");
    run("plan", FAST, "--dir", "d", "--region", "eu-west-1");
    expect_code(2);
    run("status", "--dir", "d");
    expect_code(2);
    expect_said("--rehearse");
}

Test(cli, a_planted_error_fails_and_the_next_apply_goes_on)
{
    run("apply", FAST, "--dir", "d", "--auto-approve", "-o", "json", "--fault", "apply-error");
    expect_code(1);
    expect_done(false);
    cr_assert(strstr(output.out, "\"event\":\"diagnostic\""));
    run("status", FAST, "--dir", "d", "-o", "json");
    cr_assert(strstr(output.out, "\"state\":\"failed\""), "%s", output.out);
    run("apply", FAST, "--dir", "d", "--auto-approve");
    expect_code(0);
}

/* On a terminal: the plan is shown, and only a typed yes goes on. */
Test(cli, consent_is_typed)
{
    struct pty *pty = e2e_start(&e2e, ARGS("apply", FAST, "--dir", "d"));
    expect_text(pty, "Type yes");
    pty_keys(pty, "n o Enter");
    expect_text(pty, "Nothing was changed");
    expect_exit(pty, 5);
    pty = e2e_start(&e2e, ARGS("apply", FAST, "--dir", "d"));
    expect_text(pty, "Type yes");
    pty_keys(pty, "y e s Enter");
    expect_text(pty, "Done after");
    expect_exit(pty, 0);
}

/* Ctrl-C leaves the run going; others are kept out; stop ends it. */
Test(cli, a_run_outlives_the_one_who_watched_it)
{
    struct pty *pty =
        e2e_start(&e2e, ARGS("apply", "--rehearse=2x", "--dir", "d", "--auto-approve"));
    expect_text(pty, "1 of 58");
    pty_keys(pty, "C-c");
    expect_text(pty, "goes on");
    expect_exit(pty, 5);
    run("apply", "--rehearse", "--dir", "d", "--auto-approve", "-o", "json");
    expect_code(6);
    expect_done(false);
    run("status", "--rehearse", "--dir", "d", "-o", "json");
    cr_assert(strstr(output.out, "\"state\":\"running\""), "%s", output.out);
    run("stop", "--rehearse", "--dir", "d");
    expect_code(0);
    run("attach", "--rehearse", "--dir", "d", "-o", "json");
    cr_assert(output.code == 5 || output.code == 1, "%d %s", output.code, output.err);
    expect_done(false);
    run("attach", "--rehearse", "--dir", "d");
    expect_code(1);
    expect_said("No run is going");
    run("stop", "--rehearse", "--dir", "d");
    expect_code(1);
}
