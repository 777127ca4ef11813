/* Terraform as a program: played by shell scripts for every way to start, stop and end, and the
 * real one, when it is installed, for the truth. */
#include "core/terraform/terraform.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/terraform/tf_command.h"
#include "core/terraform/tf_query.h"
#include "core/terraform/tf_state.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static struct loop loop;
static struct signals sig;
static struct terraform terraform;
static struct error err;
static int descriptors;
static bool over;
static char dir[PATH_MAX];

static void begin(void)
{
    loop_init(&loop, &clock_system);
    cr_assert(signals_init(&sig, &loop, (int[]){0}, &err));
    cr_assert(path_format(dir, &err, "%s", test_directory()));
    terraform = (struct terraform){0};
    over = false;
    descriptors = open_descriptors();
}

static void end(void)
{
    cr_assert_eq(open_descriptors(), descriptors, "a descriptor was left open");
    signals_finish(&sig);
    loop_finish(&loop);
    test_directory_remove();
    no_leaks();
}

TestSuite(terraform, .init = begin, .fini = end, .timeout = 120);

static void write_file(const char *name, const char *text, mode_t mode)
{
    cr_assert(file_write(test_path(name), str_of(text), mode, &err), "%s", err.text);
}

static void touch(const char *name)
{
    write_file(name, "x", 0600);
}

static bool there(const char *name)
{
    return access(test_path(name), F_OK) == 0;
}

static void read_back(const char *name, struct buf *out)
{
    cr_assert(file_read(test_path(name), 1 << 24, out, &err), "%s", err.text);
}

/* A script takes terraform's part. */
static void play(const char *script)
{
    struct buf text = {0};

    buf_printf(&text, "#!/bin/sh\n%s\n", script);
    write_file("player", buf_cstr(&text), 0700);
    chmod(test_path("player"), 0700);
    buf_finish(&text);
    str_copy(str_of(test_path("player")), terraform.program, sizeof(terraform.program));
}

static void has_ended(struct task *task)
{
    (void)task;
    over = true;
}

static void prepare(struct tf_command *command, struct tf_command_spec spec)
{
    static char stream[PATH_MAX], plan[PATH_MAX];

    str_copy(str_of(test_path("stream.jsonl")), stream, sizeof(stream));
    str_copy(str_of(test_path("the.plan")), plan, sizeof(plan));
    spec.stage = "eks";
    spec.stream = stream;
    spec.plan = plan;
    spec.place.dir = dir;
    *command = (struct tf_command){0};
    cr_assert(tf_command_init(command, &terraform, &sig, &spec, &err), "%s", err.text);
    command->task.ended = has_ended;
}

static void run_to_end(struct task *task)
{
    over = false;
    task_start(task, &loop);
    cr_assert(turns_until(&loop, &over));
}

#define LINE(rest) "{\"@message\":\"m\",\"@module\":\"terraform.ui\"," rest "}"
#define VERSION    LINE("\"terraform\":\"1.11.4\",\"type\":\"version\"")
#define RES        "\"resource\":{\"addr\":\"t.r\",\"module\":\"\"},\"action\":\"create\""
#define PLANNED    LINE("\"change\":{" RES "},\"type\":\"planned_change\"")
#define STARTED    LINE("\"hook\":{" RES "},\"type\":\"apply_start\"")
#define COMPLETE   LINE("\"hook\":{" RES ",\"elapsed_seconds\":1},\"type\":\"apply_complete\"")
#define SUMMARY(operation)                                                                         \
    LINE(                                                                                          \
        "\"changes\":{\"add\":1,\"change\":0,\"import\":0,\"remove\":0,\"operation\":\"" operation \
        "\"},\"type\":\"change_summary\"")
#define OUTPUTS   LINE("\"outputs\":{},\"type\":\"outputs\"")
#define SAY(line) "echo '" line "'\n"
#define INTERRUPTED                                                                                \
    "{\"@message\":\"\\\\nInterrupt "                                                              \
    "received.\\\\n\",\"@module\":\"terraform.ui\",\"type\":\"log\"}"

/* ---- finding it ---- */

static const char *path_value;

static const char *named(const char *name)
{
    return strcmp(name, "EKSHUB_TERRAFORM") == 0 ? path_value : NULL;
}

Test(terraform, it_is_found_where_it_is_named_or_in_path)
{
    char path[PATH_MAX];
    const char *environment[] = {path, NULL};

    cr_assert(path_format(path, &err, "PATH=%s", dir));
    path_value = NULL;
    cr_assert(!terraform_find(&terraform, named, environment, &err));
    cr_assert_eq(err.kind, ERROR_TOOL);
    cr_assert_not_null(strstr(err.hint, "1.11"));
    write_file("tofu", "#!/bin/sh\n", 0700);
    chmod(test_path("tofu"), 0700);
    cr_assert(terraform_find(&terraform, named, environment, &err), "%s", err.text);
    cr_assert(terraform.tofu);
    write_file("terraform", "#!/bin/sh\n", 0700);
    chmod(test_path("terraform"), 0700);
    cr_assert(terraform_find(&terraform, named, environment, &err));
    cr_assert(!terraform.tofu);
    path_value = "tofu";
    cr_assert(terraform_find(&terraform, named, environment, &err));
    cr_assert(terraform.tofu);
    path_value = "/nonexistent/terraform";
    cr_assert(!terraform_find(&terraform, named, environment, &err));
    cr_assert_not_null(strstr(err.text, "EKSHUB_TERRAFORM"));
    path_value = dir;
    cr_assert(!terraform_find(&terraform, named, environment, &err), "a directory is no program");
}

Test(terraform, versions)
{
    cr_assert(terraform_version_fits("1.11.4"));
    cr_assert(terraform_version_fits("1.11.0"));
    cr_assert(terraform_version_fits("1.12.0-beta1"));
    cr_assert(terraform_version_fits("2.0.0"));
    cr_assert(!terraform_version_fits("1.11.0-rc1"));
    cr_assert(!terraform_version_fits("1.10.9"));
    cr_assert(!terraform_version_fits("0.15.5"));
    cr_assert(!terraform_version_fits(""));
    cr_assert(!terraform_version_fits("one.two.three"));
    cr_assert(terraform_judge(&terraform, STR("{\"terraform_version\": \"1.11.4\"}"), &err));
    cr_assert_str_eq(terraform.version, "1.11.4");
    cr_assert(!terraform_judge(&terraform, STR("{\"terraform_version\": \"1.5.7\"}"), &err));
    cr_assert_not_null(strstr(err.text, "too old"));
    cr_assert(!terraform_judge(&terraform, STR("Terraform v1.11.4\n\033[31mon linux"), &err));
    cr_assert_not_null(strstr(err.text, "is not terraform"));
    cr_assert_null(strchr(err.text, '\033'));
    cr_assert(!terraform_judge(&terraform, STR(""), &err));
}

Test(terraform, the_environment_is_cleaned)
{
    const char *environment[] = {"A=1",         "TF_CLI_ARGS=-x",        "TF_CLI_ARGS_plan=-y",
                                 "TF_LOG=json", "TF_LOG_PATH=/tmp/x",    "TF_WORKSPACE=w",
                                 "TF_INPUT=1",  "TF_DATA_DIR=d",         "TF_VAR_a=1",
                                 "PATH=/bin",   "TF_PLUGIN_CACHE_DIR=z", NULL};
    const char *expected[] = {"A=1",
                              "TF_VAR_a=1",
                              "PATH=/bin",
                              "TF_IN_AUTOMATION=1",
                              "CHECKPOINT_DISABLE=1",
                              "TF_PLUGIN_CACHE_DIR=/cache",
                              NULL};
    char **result;

    str_copy(STR("/cache"), terraform.plugin_cache, sizeof(terraform.plugin_cache));
    result = terraform_environment(&terraform, environment);
    for (size_t i = 0; expected[i]; i++)
        cr_assert_str_eq(result[i], expected[i]);
    cr_assert_null(result[6]);
    terraform_environment_free(result);
}

/* ---- commands, played ---- */

Test(terraform, a_plan_and_what_it_was_asked)
{
    struct tf_command command;
    struct buf said = {0};
    struct stat st;

    play("echo \"$@\" >args; echo \"$TF_IN_AUTOMATION $TF_LOG\" >env; umask >>env\n"
         "touch \"${5#-out=}\"\n" SAY(VERSION) SAY(PLANNED) SAY(SUMMARY("plan")) "exit 2");
    prepare(&command, (struct tf_command_spec){.verb = TF_PLAN, .destroy = true});
    run_to_end(&command.task);
    cr_assert_eq(command.task.state, TASK_DONE, "%s", command.task.error.text);
    cr_assert_eq(command.run.outcome, TF_OUTCOME_CHANGES);
    cr_assert_eq(command.run.total, 1);
    cr_assert_str_eq(command.task.label, "eks plan");
    read_back("args", &said);
    cr_assert(str_starts(buf_str(&said), STR("plan -input=false -no-color -json -out=/")), "%s",
              buf_cstr(&said));
    cr_assert(str_ends(str_trim(buf_str(&said)), STR("the.plan -detailed-exitcode -destroy")));
    buf_clear(&said);
    read_back("env", &said);
    cr_assert_str_eq(buf_cstr(&said), "1 \n0077\n");
    cr_assert(there("the.plan"), "a plan that can be applied is kept");
    cr_assert(!there("stream.jsonl.pid"));
    cr_assert_eq(stat(test_path("stream.jsonl"), &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0600);
    buf_finish(&said);
    task_finish(&command.task);
}

Test(terraform, a_failed_plan_leaves_no_plan_file)
{
    struct tf_command command;

    play("touch \"${5#-out=}\"\n" SAY(VERSION)
             SAY(LINE("\"diagnostic\":{\"severity\":\"error\",\"summary\":\"Saved plan is stale\","
                      "\"detail\":\"d\"},\"type\":\"diagnostic\"")) "exit 1");
    prepare(&command, (struct tf_command_spec){.verb = TF_PLAN});
    run_to_end(&command.task);
    cr_assert_eq(command.task.state, TASK_FAILED);
    cr_assert_str_eq(command.task.error.text, "Saved plan is stale: d");
    cr_assert_not_null(strstr(command.task.error.hint, "plan again"));
    cr_assert_eq(command.task.error.code, 1);
    cr_assert(!there("the.plan"));
    task_finish(&command.task);
}

Test(terraform, what_stands_on_stderr_alone_is_told)
{
    struct tf_command command;

    play("printf '\\033[31mflag provided but not defined\\033[0m\\n' >&2; exit 1");
    prepare(&command, (struct tf_command_spec){.verb = TF_INIT});
    run_to_end(&command.task);
    cr_assert_eq(command.task.state, TASK_FAILED);
    cr_assert_str_eq(command.task.error.text, "flag provided but not defined");
    task_finish(&command.task);
}

Test(terraform, an_appended_stream_shows_the_last_command)
{
    struct tf_command command;

    write_file("stream.jsonl", VERSION "\n" PLANNED "\n" SUMMARY("apply") "\n" OUTPUTS "\n", 0600);
    play(SAY(VERSION) SAY(PLANNED) SAY(STARTED) "exit 1");
    prepare(&command, (struct tf_command_spec){.verb = TF_APPLY});
    run_to_end(&command.task);
    cr_assert_eq(command.run.events, 3);
    cr_assert_eq(command.run.outcome, TF_OUTCOME_FAILED);
    cr_assert_eq(command.run.by_state[TF_ROW_UNKNOWN], 1);
    task_finish(&command.task);
}

static void stop_when_started(struct tf_command *command, const struct tf_event *event)
{
    if (event->type != TF_APPLY_START)
        return;
    for (int i = 0; i < 3; i++)
        task_stop(&command->task);
}

Test(terraform, stopping_is_exactly_one_interrupt)
{
    struct tf_command command;
    struct buf said = {0};

    play("trap 'echo int >>ints; echo \"" INTERRUPTED "\" | sed s/X/X/' INT\n" SAY(VERSION)
             SAY(PLANNED) SAY(STARTED) "n=0; while [ ! -s ints ]; do sleep 0.02; done\n" SAY(
                 COMPLETE) "touch finished; exit 1");
    prepare(&command, (struct tf_command_spec){.verb = TF_APPLY});
    command.changed = stop_when_started;
    run_to_end(&command.task);
    read_back("ints", &said);
    cr_assert_str_eq(buf_cstr(&said), "int\n");
    cr_assert(there("finished"));
    cr_assert_eq(command.interrupts, 1);
    cr_assert(command.interrupted_ms > 0);
    cr_assert_eq(command.run.done, 1);
    task_finish(&command.task);
    buf_finish(&said);
}

static void stop_twice(struct tf_command *command, const struct tf_event *event)
{
    (void)event;
    if (command->run.phase != TF_PHASE_APPLYING)
        return;
    if (!command->interrupts) {
        tf_command_stop_harder(command);
        cr_assert_eq(command->interrupts, 0, "no second one before the first");
        task_stop(&command->task);
    } else if (strcmp(event->message, "first") == 0) {
        tf_command_stop_harder(command);
        tf_command_stop_harder(command);
    }
}

Test(terraform, harder_is_one_more)
{
    struct tf_command command;
    struct buf said = {0};

    play("trap 'echo int >>ints; echo first' INT\n" SAY(VERSION) SAY(PLANNED) SAY(
        STARTED) "while [ ! -e ints ] || [ $(wc -l <ints) -lt 2 ]; do sleep 0.02; done; exit 1");
    prepare(&command, (struct tf_command_spec){.verb = TF_APPLY});
    command.changed = stop_twice;
    run_to_end(&command.task);
    read_back("ints", &said);
    cr_assert_str_eq(buf_cstr(&said), "int\nint\n");
    cr_assert_eq(command.interrupts, 2);
    task_finish(&command.task);
    buf_finish(&said);
}

Test(terraform, a_program_that_does_not_run_is_said_at_once)
{
    struct tf_command command;

    str_copy(STR("/nonexistent/terraform"), terraform.program, sizeof(terraform.program));
    prepare(&command, (struct tf_command_spec){.verb = TF_INIT});
    task_start(&command.task, &loop);
    cr_assert_eq(command.task.state, TASK_FAILED);
    cr_assert_str_not_empty(command.task.error.text);
    task_finish(&command.task);
    command = (struct tf_command){0};
    cr_assert(!tf_command_init(&command, &terraform, &sig,
                               &(struct tf_command_spec){.stage = "x",
                                                         .stream = "/tmp/x",
                                                         .place = {.dir = "/nonexistent"}},
                               &err));
    task_finish(&command.task);
    task_finish(&command.task);
}

static void note_start(struct tf_command *command, const struct tf_event *event)
{
    (void)command;
    over = over || event->type == TF_APPLY_START;
}

Test(terraform, finishing_leaves_a_running_terraform_alone)
{
    struct tf_command command, again = {0};
    struct tf_record record;

    play(SAY(VERSION) SAY(PLANNED)
             SAY(STARTED) "while [ -e player ] && [ ! -e go ]; do sleep 0.02; done\n" SAY(COMPLETE)
                 SAY(SUMMARY("apply")) SAY(OUTPUTS));
    prepare(&command, (struct tf_command_spec){.verb = TF_APPLY});
    command.changed = note_start;
    task_start(&command.task, &loop);
    cr_assert(turns_until(&loop, &over));
    task_finish(&command.task);
    cr_assert(tf_record_read(&record, test_path("stream.jsonl"), &err), "%s", err.text);
    cr_assert(tf_record_alive(&record));
    cr_assert_str_eq(record.stage, "eks");
    cr_assert_eq(record.verb, TF_APPLY);

    tf_command_adopt(&again, &record);
    again.task.ended = has_ended;
    over = false;
    task_start(&again.task, &loop);
    cr_assert_eq(again.task.state, TASK_RUNNING);
    touch("go");
    cr_assert(turns_until(&loop, &over));
    cr_assert_eq(again.run.outcome, TF_OUTCOME_SUCCEEDED);
    cr_assert_eq(again.task.state, TASK_DONE);
    cr_assert_eq(again.run.code, -1);
    cr_assert(!there("stream.jsonl.pid"));
    task_finish(&again.task);
}

Test(terraform, an_adopted_one_that_is_gone_ends_at_once)
{
    struct tf_command command = {0};
    struct tf_record record = {.verb = TF_APPLY, .identity = {2147483, 99}, .stage = "eks"};

    str_copy(str_of(test_path("stream.jsonl")), record.stream, sizeof(record.stream));
    write_file("stream.jsonl", VERSION "\n" PLANNED "\n" STARTED "\n", 0600);
    cr_assert(tf_record_write(&record, &err));
    cr_assert(tf_record_read(&record, record.stream, &err));
    tf_command_adopt(&command, &record);
    command.task.ended = has_ended;
    task_start(&command.task, &loop);
    cr_assert_eq(command.task.state, TASK_FAILED);
    cr_assert_eq(command.run.outcome, TF_OUTCOME_UNCLEAR);
    cr_assert_eq(command.run.by_state[TF_ROW_UNKNOWN], 1);
    cr_assert(!tf_record_read(&record, record.stream, &err));
    cr_assert_eq(err.code, ENOENT);
    task_finish(&command.task);
    write_file("stream.jsonl.pid", "{\"pid\":0}", 0600);
    cr_assert(!tf_record_read(&record, test_path("stream.jsonl"), &err));
    cr_assert_eq(err.kind, ERROR_INPUT);
}

Test(terraform, finishing_at_every_step)
{
    for (int steps = 0; steps < 12; steps++) {
        struct tf_command command;
        struct tf_query query = {0};

        play(SAY(VERSION) SAY(PLANNED) "exit 2");
        prepare(&command, (struct tf_command_spec){.verb = TF_PLAN});
        cr_assert(tf_query_init(&query, TF_ASK_VERSION, &terraform, &sig, NULL, NULL, &err));
        task_start(&command.task, &loop);
        task_start(&query.task, &loop);
        for (int i = 0; i < steps && !(over && task_over(&query.task)); i++)
            loop_turn(&loop, true);
        task_finish(&command.task);
        task_finish(&query.task);
        while (waitpid(-1, NULL, 0) > 0)
            continue;
    }
}

/* ---- questions, played ---- */

static void ask(struct tf_query *query, enum tf_question question)
{
    struct terraform_place place = {.dir = dir};

    *query = (struct tf_query){0};
    cr_assert(tf_query_init(query, question, &terraform, &sig, &place, "the.plan", &err));
    query->task.ended = has_ended;
    run_to_end(&query->task);
}

Test(terraform, questions_are_answered_or_explained)
{
    struct tf_query query;

    play("echo '{\"terraform_version\":\"1.12.1\"}'");
    ask(&query, TF_ASK_VERSION);
    cr_assert_eq(query.task.state, TASK_DONE);
    cr_assert_str_eq(terraform.version, "1.12.1");
    task_finish(&query.task);
    play("echo '{\"a\":{\"value\":12345678901234567890123}}'");
    ask(&query, TF_ASK_OUTPUTS);
    cr_assert_eq(query.task.state, TASK_DONE, "%s", query.task.error.text);
    cr_assert(js_real(query.outputs, "a.value", 0) > 1e22);
    task_finish(&query.task);
    play("echo 'Error: no such file' >&2; exit 1");
    ask(&query, TF_ASK_PLAN);
    cr_assert_eq(query.task.state, TASK_FAILED);
    cr_assert_not_null(strstr(query.task.error.text, "no such file"));
    task_finish(&query.task);
    play("echo '{\"format_version'");
    ask(&query, TF_ASK_PLAN);
    cr_assert_eq(query.task.state, TASK_FAILED);
    task_finish(&query.task);
    play("exit 3");
    ask(&query, TF_ASK_VERSION);
    cr_assert_eq(query.task.state, TASK_FAILED);
    cr_assert_not_null(strstr(query.task.error.text, "exit code 3"));
    task_finish(&query.task);
    terraform.mode[0] = '\0';
    str_copy(STR("--player"), terraform.mode, sizeof(terraform.mode));
    play("test \"$1 $2\" = '--player output' && echo '{}'");
    ask(&query, TF_ASK_OUTPUTS);
    cr_assert_eq(query.task.state, TASK_DONE);
    task_finish(&query.task);
    task_finish(&query.task);
}

Test(terraform, a_question_can_be_stopped)
{
    struct tf_query query = {0};

    play("sleep 60");
    cr_assert(tf_query_init(&query, TF_ASK_VERSION, &terraform, &sig, NULL, NULL, &err));
    query.task.ended = has_ended;
    task_start(&query.task, &loop);
    task_stop(&query.task);
    cr_assert(turns_until(&loop, &over));
    cr_assert_eq(query.task.state, TASK_CANCELLED);
    task_finish(&query.task);
}

Test(terraform, a_program_that_never_tells_its_version_is_left)
{
    struct tf_query query = {0};

    play("exec sleep 60");
    cr_assert(tf_query_init(&query, TF_ASK_VERSION, &terraform, &sig, NULL, NULL, &err));
    query.task.ended = has_ended;
    over = false;
    task_start(&query.task, &loop);
    loop_after(&loop, &query.limit, 0); /* the time is up */
    cr_assert(turns_until(&loop, &over));
    cr_assert_eq(query.task.state, TASK_FAILED);
    cr_assert_not_null(strstr(query.task.error.text, "did not say its version within"));
    cr_assert_not_null(strstr(query.task.error.hint, "EKSHUB_TERRAFORM"));
    task_finish(&query.task);
    play("exec yes");
    ask(&query, TF_ASK_VERSION);
    cr_assert_eq(query.task.state, TASK_FAILED, "one that never stops talking is left too");
    cr_assert_not_null(strstr(query.task.error.text, "is not terraform"));
    task_finish(&query.task);
}

/* ---- secrets ---- */

Test(terraform, secrets_are_masked_in_every_disguise)
{
    struct secret plain = {0}, odd = {0}, tiny = {0};
    const struct secret *secrets[] = {&plain, &odd, &tiny};
    struct buf text = {0};
    const char *stream = "{\"x\":\"nSECRET-1 and \\nSECRET-1\"}\n"
                         "{\"y\":\"p\\\"a\\\\ss\\u003cw and p\\\\\\\"a\\\\\\\\ss\\u003cw\"}\n"
                         "p\"a\\ss<w\nno\n"
                         "{\"@message\":\"Emergency state dump\",\"state\":\"SECRET-1\"}\n"
                         "last SECRET-1";

    cr_assert(secret_set(&plain, STR("nSECRET-1"), &err));
    cr_assert(secret_set(&odd, STR("p\"a\\ss<w"), &err));
    cr_assert(secret_set(&tiny, STR("no"), &err));
    write_file("s", stream, 0600);
    cr_assert(terraform_mask_stream(test_path("s"), secrets, 3, &err), "%s", err.text);
    read_back("s", &text);
    cr_assert_eq(text.len, strlen(stream));
    cr_assert_str_eq(buf_cstr(&text),
                     "{\"x\":\"********* and **********\"}\n"
                     "{\"y\":\"*************** and *******************\"}\n"
                     "********\nno\n"
                     "{\"@message\":\"Emergency state dump\",\"state\":\"SECRET-1\"}\n"
                     "last SECRET-1");
    write_file("empty", "", 0600);
    cr_assert(terraform_mask_stream(test_path("empty"), secrets, 3, &err));
    cr_assert(!terraform_mask_stream(test_path("absent"), secrets, 3, &err));
    secret_finish(&plain);
    secret_finish(&odd);
    secret_finish(&tiny);
    buf_finish(&text);
}

/* ---- the real one ---- */

static const char root[] =
    "variable \"pw\" {\n  type = string\n  ephemeral = true\n}\n"
    "variable \"wait\" { default = false }\n"
    "resource \"terraform_data\" \"fast\" {\n  count = 3\n  input = \"fast ${count.index}\"\n}\n"
    "resource \"terraform_data\" \"slow\" {\n  input = { summary = \"slow one\" }\n"
    "  provisioner \"local-exec\" {\n"
    "    command = \"touch begun; while ${var.wait} && test -e main.tf && ! test -e go; do sleep "
    "0.05; done\"\n  "
    "}\n}\n"
    "output \"names\" { value = terraform_data.fast[*].input }\n"
    "output \"hidden\" {\n  value = \"out-secret\"\n  sensitive = true\n}\n";

static struct secret password;
static const struct process_secret passed[] = {{"TF_VAR_pw", &password}, {0}};

static const char *system_lookup(const char *name)
{
    return getenv(name);
}

static void with_real_terraform(const char *test)
{
    if (!terraform_find(&terraform, system_lookup, NULL, &err))
        cr_skip_test("%s: no terraform is installed here", test);
    cr_assert(secret_set(&password, STR("pw-secret"), &err));
    write_file("main.tf", root, 0600);
}

static void run_real(struct tf_command *command, struct tf_command_spec spec)
{
    spec.place.secrets = passed;
    unlink(test_path("stream.jsonl"));
    prepare(command, spec);
    run_to_end(&command->task);
}

static void expect_real(struct tf_command_spec spec, enum tf_outcome outcome)
{
    struct tf_command command;

    run_real(&command, spec);
    cr_assert_eq(command.run.outcome, outcome, "%d: %s", command.run.outcome,
                 command.task.error.text);
    task_finish(&command.task);
}

Test(terraform, real_init_plan_show_apply_output_destroy)
{
    struct tf_command command;
    struct tf_query query;
    struct tf_state state;

    with_real_terraform("real_init_plan_show_apply_output_destroy");
    ask(&query, TF_ASK_VERSION);
    cr_assert_eq(query.task.state, TASK_DONE, "%s", query.task.error.text);
    task_finish(&query.task);
    expect_real((struct tf_command_spec){.verb = TF_INIT}, TF_OUTCOME_SUCCEEDED);
    expect_real((struct tf_command_spec){.verb = TF_PLAN}, TF_OUTCOME_CHANGES);
    ask(&query, TF_ASK_PLAN);
    cr_assert_eq(query.task.state, TASK_DONE, "%s", query.task.error.text);
    cr_assert_eq(query.plan.add, 4);
    cr_assert(query.plan.applyable && tf_plan_creates_only(&query.plan));
    cr_assert_str_eq(query.plan.entries[3].remark, "slow one");
    task_finish(&query.task);

    run_real(&command, (struct tf_command_spec){.verb = TF_APPLY});
    cr_assert_eq(command.run.outcome, TF_OUTCOME_SUCCEEDED, "%s", command.task.error.text);
    cr_assert_eq(command.task.done, 4);
    cr_assert_eq(command.task.total, 4);
    cr_assert(!there("the.plan"));
    task_finish(&command.task);
    cr_assert(tf_state_check(&state, dir, NULL, &err), "%s", err.text);
    cr_assert_eq(state.current.resources, 4);

    ask(&query, TF_ASK_OUTPUTS);
    cr_assert_str_eq(js_text(query.outputs, "names.value.1"), "fast 1");
    cr_assert(js_bool(query.outputs, "hidden.sensitive", false));
    task_finish(&query.task);
    expect_real((struct tf_command_spec){.verb = TF_PLAN}, TF_OUTCOME_NO_CHANGES);
    cr_assert(!there("the.plan"));
    expect_real((struct tf_command_spec){.verb = TF_PLAN, .destroy = true}, TF_OUTCOME_CHANGES);
    expect_real((struct tf_command_spec){.verb = TF_APPLY}, TF_OUTCOME_SUCCEEDED);
    cr_assert(tf_state_check(&state, dir, NULL, &err));
    cr_assert_eq(state.current.resources, 0);
    secret_finish(&password);
}

static void stop_when_begun(struct tf_command *command, const struct tf_event *event)
{
    if (event->type == TF_PROVISION_START)
        task_stop(&command->task);
}

Test(terraform, real_interrupt)
{
    struct tf_command command;
    struct tf_state state;
    struct tf_lock lock;
    const struct tf_row *row;
    unsigned done;

    with_real_terraform("real_interrupt");
    setenv("TF_VAR_wait", "true", 1);
    expect_real((struct tf_command_spec){.verb = TF_INIT}, TF_OUTCOME_SUCCEEDED);
    expect_real((struct tf_command_spec){.verb = TF_PLAN}, TF_OUTCOME_CHANGES);
    unlink(test_path("stream.jsonl"));
    prepare(&command, (struct tf_command_spec){.verb = TF_APPLY, .place = {.secrets = passed}});
    command.changed = stop_when_begun;
    run_to_end(&command.task);
    touch("go"); /* for the shell's orphans */
    cr_assert_eq(command.run.outcome, TF_OUTCOME_INTERRUPTED);
    cr_assert_eq(command.task.state, TASK_CANCELLED);
    cr_assert_eq(command.run.interrupts, 1);
    row = tf_run_row(&command.run, "terraform_data.slow", TF_CREATE);
    cr_assert_eq(row->state, TF_ROW_FAILED);
    cr_assert(row->diagnostic >= 0);
    done = command.run.by_state[TF_ROW_DONE];
    task_finish(&command.task);
    cr_assert(tf_lock_check(&lock, dir, &err), "the lock was released");
    cr_assert(tf_state_check(&state, dir, NULL, &err));
    cr_assert_eq(state.current.resources, done + 1, "the interrupted one is kept, tainted");
    secret_finish(&password);
}

static void leave_when_begun(struct tf_command *command, const struct tf_event *event)
{
    (void)command;
    if (event->type == TF_PROVISION_START)
        _exit(0);
}

/* The worker dies in the middle of an apply. */
static void start_and_die(void)
{
    struct tf_command command;

    prepare(&command, (struct tf_command_spec){.verb = TF_APPLY, .place = {.secrets = passed}});
    command.changed = leave_when_begun;
    over = false;
    task_start(&command.task, &loop);
    turns_until(&loop, &over);
    _exit(1);
}

Test(terraform, real_adoption_after_the_worker_died)
{
    struct tf_command command = {0};
    struct tf_record record;
    struct tf_lock lock;
    pid_t worker;
    int status;

    with_real_terraform("real_adoption_after_the_worker_died");
    setenv("TF_VAR_wait", "true", 1);
    expect_real((struct tf_command_spec){.verb = TF_INIT}, TF_OUTCOME_SUCCEEDED);
    expect_real((struct tf_command_spec){.verb = TF_PLAN}, TF_OUTCOME_CHANGES);
    unlink(test_path("stream.jsonl"));
    worker = fork();
    if (worker == 0)
        start_and_die();
    while (waitpid(worker, &status, 0) < 0)
        continue;
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    cr_assert(tf_record_read(&record, test_path("stream.jsonl"), &err), "%s", err.text);
    cr_assert(tf_record_alive(&record), "terraform outlives its worker");
    cr_assert(!tf_lock_check(&lock, dir, &err));
    cr_assert_eq(lock.pid, record.identity.pid);
    tf_command_adopt(&command, &record);
    command.task.ended = has_ended;
    over = false;
    task_start(&command.task, &loop);
    touch("go");
    cr_assert(turns_until(&loop, &over));
    cr_assert_eq(command.run.outcome, TF_OUTCOME_SUCCEEDED, "%s", command.task.error.text);
    cr_assert_eq(command.run.done, 4);
    cr_assert(!there("the.plan"));
    task_finish(&command.task);
    secret_finish(&password);
}
