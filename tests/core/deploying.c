#include "tests/core/deploying.h"

#include <criterion/criterion.h>
#include <unistd.h>

#include "core/base/paths.h"

#include "core/base/alloc.h"

/* The first interrupt is said at once and ends it as soon as nothing holds it. */
static const char script[] =
    "#!/bin/sh\n"
    "verb=$1 stage=$(basename \"$PWD\" | sed s/provision-// | tr -d -)\n"
    "event() { echo \"{\\\"@message\\\":\\\"$1\\\",\\\"@module\\\":\\\"terraform.ui\\\",$2}\"; }\n"
    "resource='\"resource\":{\"addr\":\"t.r\",\"module\":\"\"},\"action\":\"create\"'\n"
    "summary() { event m \"\\\"changes\\\":{\\\"add\\\":$2,\\\"change\\\":0,\\\"import\\\":0,"
    "\\\"remove\\\":0,\\\"operation\\\":\\\"$1\\\"},\\\"type\\\":\\\"change_summary\\\"\"; }\n"
    "told() { [ -e \"$FAKE/$1-$2\" ] || [ -e \"$FAKE/$1-$stage-$2\" ]; }\n"
    "held() { while told hold $verb; do sleep 0.01; done; }\n"
    "stopped() { echo INT >>\"$FAKE/calls\"; event 'Interrupt received.' '\"type\":\"log\"'; held; "
    "exit 1; }\n"
    "printf '%s\\n%s\\n' \"$verb\" \"$stage-$verb\" >>\"$FAKE/calls\"\n"
    "env | grep -E '^(TF_VAR_|EKSHUB_[PH])' | sort >\"$FAKE/env-$stage-$verb\"\n"
    "env | grep ^AWS_ | sort >\"$FAKE/aws-$stage-$verb\"\n"
    "[ $verb = version ] || [ $verb = show ] || [ $verb = output ] || "
    "event v '\"terraform\":\"1.11.4\",\"type\":\"version\"'\n"
    "trap stopped INT\n"
    "[ $verb = apply ] && event r "
    "\"\\\"change\\\":{$resource},\\\"type\\\":\\\"planned_change\\\"\" "
    "&& summary plan 1 && event s \"\\\"hook\\\":{$resource},\\\"type\\\":\\\"apply_start\\\"\"\n"
    "[ $verb = plan ] && [ -n \"$TF_VAR_pypi_user_encrypted_pwd\" ] && "
    "event \"said $TF_VAR_pypi_user_encrypted_pwd\" '\"type\":\"log\"'\n"
    "held\n"
    "if told fail $verb; then\n"
    "  event 'Error: no luck' '\"@level\":\"error\",\"diagnostic\":{\"severity\":\"error\","
    "\"summary\":\"no luck\",\"detail\":\"none at all\"},\"type\":\"diagnostic\"'; exit 1\n"
    "fi\n"
    "case $verb in\n"
    "version) echo '{\"terraform_version\":\"1.11.4\"}' ;;\n"
    "plan) how='[\"create\"],\"before\":null,\"after\":{}'\n"
    "  grep -q LoadBalancer terraform.tfvars.json && "
    "how='[\"update\"],\"before\":{\"a\":1},\"after\":{\"a\":2}'\n"
    "  [ -e \"$FAKE/harsh-$stage\" ] && how='[\"delete\"],\"before\":{},\"after\":null'\n"
    "  for word; do case $word in -out=*) out=${word#-out=} ;;\n"
    "    -destroy) how='[\"delete\"],\"before\":{},\"after\":null' ;; esac; done\n"
    "  echo \"$how\" >\"$out\"\n"
    "  { [ -e \"$FAKE/no-changes\" ] || [ -e \"$FAKE/no-changes-$stage\" ]; } && "
    "{ summary plan 0; exit 0; }\n"
    "  event p \"\\\"change\\\":{$resource},\\\"type\\\":\\\"planned_change\\\"\"; summary plan 1; "
    "exit 2 ;;\n"
    "show) for word; do plan=$word; done\n"
    "  echo '{\"format_version\":\"1.2\",\"resource_changes\":[{\"address\":\"t.r\","
    "\"type\":\"t\",\"name\":\"r\",\"mode\":\"managed\",\"change\":{\"actions\":'"
    "\"$(cat \"$plan\")\"'}}]}' ;;\n"
    "apply) event c \"\\\"hook\\\":{$resource,\\\"elapsed_seconds\\\":1},"
    "\\\"type\\\":\\\"apply_complete\\\"\"; summary apply 1; "
    "event o '\"outputs\":{},\"type\":\"outputs\"'; for word; do plan=$word; done\n"
    "  made='{\"mode\":\"managed\",\"type\":\"t\",\"name\":\"r\",\"instances\":[{}]}'\n"
    "  grep -q '\"delete\"' \"$plan\" && made=\n"
    "  echo '{\"version\":4,\"serial\":1,\"lineage\":\"l\",\"resources\":['\"$made\"']}' "
    ">terraform.tfstate ;;\n"
    "output) echo '{\"endpoint\":{\"sensitive\":false,\"type\":\"string\",\"value\":\"https://x\"},"
    "\"token\":{\"sensitive\":true,\"type\":\"string\",\"value\":\"hush-hush\"}}' ;;\n"
    "esac\n";

struct loop loop;
struct place place;
struct journal journal;
struct deploy deploy;
struct run *before;
bool over, wanted[STAGES];
char program[PATH_MAX + 32];

static struct signals sig;
static const char *environment[6];
static char fake[PATH_MAX + 8];
static int descriptors;
static unsigned ended_count;
static bool closed_first;

static const char *lookup(const char *name)
{
    return strcmp(name, "EKSHUB_TERRAFORM") == 0 ? program : NULL;
}

void make(const char *name)
{
    cr_assert(file_write(test_path(name), STR(""), 0600, NULL));
}

void drop(const char *name)
{
    unlink(test_path(name));
}

void want(enum stage_id stage)
{
    memset(wanted, 0, sizeof wanted);
    wanted[stage] = true;
}

void want_all(void)
{
    want(STAGE_EKS);
    wanted[STAGE_PYPI] = wanted[STAGE_MLHUB] = true;
}

void deploying_begin(void)
{
    struct error err;
    loop_init(&loop, &clock_system);
    cr_assert(signals_init(&sig, &loop, (const int[]){0}, &err), "%s", err.text);
    snprintf(fake, sizeof fake, "FAKE=%s", test_directory());
    environment[0] = "PATH=/usr/bin:/bin";
    environment[1] = fake;
    place = (struct place){.environment = environment, .lookup = lookup, .speed = 1};
    str_copy(str_of(SOURCE_ASSETS), place.assets, sizeof place.assets);
    str_copy(STR("/opt/ekshub tui"), place.program, sizeof place.program);
    str_copy(str_of(test_path("dep")), place.dir, sizeof place.dir);
    cr_assert(dir_make(test_path("dep/provision-eks"), 0700, &err));
    cr_assert(dir_make(test_path("dep/provision-pypi"), 0700, &err));
    cr_assert(dir_make(test_path("dep/provision-ml-hub"), 0700, &err));
    cr_assert(dir_make(test_path("dep/runs/r1"), 0700, &err));
    cr_assert(file_write(test_path("terraform"), str_of(script), 0700, &err), "%s", err.text);
    str_copy(str_of(test_path("terraform")), program, sizeof program);
    want(STAGE_EKS);
    before = alloc_zeroed(1, sizeof *before);
    descriptors = open_descriptors();
}

void deploying_end(void)
{
    run_finish(before);
    free(before);
    no_more_descriptors(descriptors);
    signals_finish(&sig);
    loop_finish(&loop);
    test_directory_remove();
    no_leaks();
}

void read_before(void)
{
    struct error err;
    run_finish(before);
    cr_assert(run_read(before, place.dir, "r1", &err), "%s", err.text);
}

static void has_closed(struct deploy *which)
{
    (void)which;
    read_before();
    closed_first = before->phase != RUN_OVER;
}

static void has_ended(struct deploy *which)
{
    cr_assert_eq(which, &deploy);
    over = true;
    ended_count++;
}

/* ---- in the part of the steps between ---- */

struct pretence {
    struct timer timer;
    struct between *between;
};

static bool told(const struct between *between, const char *what)
{
    char name[64];
    snprintf(name, sizeof name, "%s-%s", what, step_name(between->step));
    return file_exists(test_path(name));
}

static void pretend(struct timer *timer)
{
    struct pretence *pretence = container_of(timer, struct pretence, timer);
    struct between *between = pretence->between;
    struct error err;
    error_set(&err, ERROR_SERVICE, "%s had no luck.", step_name(between->step));
    if (told(between, "hold")) {
        loop_after(between->world->loop, timer, 5);
        return;
    }
    if (told(between, "fail")) {
        task_end(&between->task, TASK_FAILED, &err);
        return;
    }
    if (between->step == STEP_RESIDUE)
        between->result = json_pack("{s:[{s:s,s:s}]}", "residue", "kind", "volume", "id", "vol-1");
    if (between->step == STEP_BALANCER)
        between->result = json_pack("{s:s}", "url", "http://lb.example");
    task_end(&between->task, told(between, "warn") ? TASK_WARNED : TASK_DONE, &err);
}

static bool pretence_start(struct task *task, struct error *err)
{
    struct between *between = container_of(task, struct between, task);
    struct pretence *pretence = between->work = alloc_zeroed(1, sizeof *pretence);
    (void)err;
    pretence->between = between;
    pretence->timer.fire = pretend;
    snprintf(task->note, sizeof task->note, "%s is at it.", step_name(between->step));
    if (between->changed)
        between->changed(between);
    loop_after(task->loop, &pretence->timer, 0);
    return true;
}

static void pretence_stop(struct task *task)
{
    struct between *between = container_of(task, struct between, task);
    struct error err;
    error_set(&err, ERROR_CANCELLED, "Stopped.");
    loop_cancel(task->loop, &((struct pretence *)between->work)->timer);
    task_end(task, TASK_CANCELLED, &err);
}

static void pretence_finish(struct task *task)
{
    struct between *between = container_of(task, struct between, task);
    if (between->work)
        loop_cancel(task->loop, &((struct pretence *)between->work)->timer);
    free(between->work);
    between->work = NULL;
    json_decref(between->result);
    between->result = NULL;
}

static bool pretend_between(struct between *between, const struct between_world *world,
                            enum stage_id stage, enum stage_step step, bool destroy,
                            struct error *err)
{
    static const struct task_ops ops = {pretence_start, pretence_stop, pretence_finish};
    FILE *file = fopen(test_path("calls"), "a");
    (void)err;
    fprintf(file, "%s %s\n", stage_table[stage].name, step_name(step));
    fclose(file);
    *between = (struct between){
        .task = {.ops = &ops}, .world = world, .stage = stage, .step = step, .destroy = destroy};
    return true;
}

/* ---- runs ---- */

static void prepare(enum run_command command, bool consent)
{
    deploy = (struct deploy){.place = &place,
                             .loop = &loop,
                             .signals = &sig,
                             .journal = &journal,
                             .between = pretend_between,
                             .command = command,
                             .consent = consent,
                             .closing = has_closed,
                             .ended = has_ended};
    memcpy(deploy.wanted, wanted, sizeof wanted);
    str_copy(str_of(test_path("dep/runs/r1")), deploy.run_dir, sizeof deploy.run_dir);
    answers_default(&deploy.answers, true);
    over = closed_first = false;
    ended_count = 0;
}

static void write_head(enum run_command command)
{
    json_t *head = json_object(), *stages = json_array();
    for (int i = 0; i < STAGES; i++)
        if (wanted[i])
            json_array_append_new(stages, json_string(stage_table[i].name));
    js_set_text(head, "event", "run");
    js_set_text(head, "command", run_command_name(command));
    js_set(head, "stages", stages);
    cr_assert(journal_append(&journal, 1000, head, NULL));
}

static void open_journal(void)
{
    struct error err;
    cr_assert(journal_open(&journal, test_path("dep/runs/r1/journal.jsonl"), &err), "%s", err.text);
}

void start(enum run_command command, bool consent)
{
    open_journal();
    write_head(command);
    prepare(command, consent);
    deploy_start(&deploy, NULL);
}

void give_secrets(void)
{
    struct error err;
    json_t *secrets =
        json_pack("{s:s,s:s}", "pypi_password", "correct horse", "hub_password", "battery staple");
    cr_assert(deploy_answers(&deploy, NULL, secrets, &err), "%s", err.text);
    json_decref(secrets);
}

void die(void)
{
    deploy_finish(&deploy);
    deploy_finish(&deploy);
    journal_close(&journal);
}

void go_on(bool consent)
{
    read_before();
    open_journal();
    prepare(before->command, consent);
    deploy_start(&deploy, before);
}

void run_to(enum stage_id stage, enum stage_step step)
{
    const struct deploy_lane *lane = &deploy.lanes[stage];
    while (lane->step != step && !over)
        loop_turn(&loop, true);
    cr_assert_eq(lane->step, step, "ended instead: %s", deploy.error.text);
}

void run_until_waiting(enum stage_id stage)
{
    const struct deploy_lane *lane = &deploy.lanes[stage];
    while (!strstr(lane->waits, "form") && !over)
        loop_turn(&loop, true);
    cr_assert(!over, "ended instead: %s", deploy.error.text);
}

void run_to_end(enum run_ending ending)
{
    cr_assert(turns_until(&loop, &over));
    cr_assert_eq(deploy.ending, ending, "%d: %s", deploy.ending, deploy.error.text);
    cr_assert_eq(ended_count, 1);
    cr_assert(closed_first, "the history comes before the end");
    die();
    read_before();
    cr_assert_eq(before->phase, RUN_OVER);
    cr_assert_eq(before->ending, ending);
    cr_assert(!file_exists(test_path("dep/runs/r1/eks.plan")), "plans hold secrets");
    cr_assert(!file_exists(test_path("dep/runs/r1/pypi.plan")), "plans hold secrets");
}

/* ---- what was called ---- */

static unsigned count_calls(const char *word, unsigned *first)
{
    struct buf text = {0};
    unsigned count = 0, line_number = 0;
    file_read(test_path("calls"), 1 << 20, &text, NULL);
    struct str rest = buf_str(&text), line;
    *first = 0;
    while (rest.len) {
        str_cut(&rest, '\n', &line);
        line_number++;
        if (!str_is(line, word))
            continue;
        count++;
        *first = *first ? *first : line_number;
    }
    buf_finish(&text);
    return count;
}

unsigned calls(const char *word)
{
    unsigned ignored;
    return count_calls(word, &ignored);
}

unsigned call_at(const char *word)
{
    unsigned first;
    count_calls(word, &first);
    return first;
}

const char *environment_of(const char *stage_and_verb)
{
    static char out[4096];
    struct buf text = {0};
    char name[64];
    snprintf(name, sizeof name, "env-%s", stage_and_verb);
    file_read(test_path(name), 1 << 16, &text, NULL);
    str_copy(buf_str(&text), out, sizeof out);
    buf_finish(&text);
    return out;
}
