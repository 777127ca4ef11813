/* See stepping.h. */
#include "tests/core/stepping.h"

#include <criterion/criterion.h>
#include <signal.h>

#include "core/base/paths.h"
#include "tests/core/rehearsal_town.h"
#include "tests/core/rehearsal_visit.h"

#include "core/base/alloc.h"

struct stepping stepping;
static bool over;

void stepping_output(enum stage_id stage, const char *name, json_t *value)
{
    struct error err = {.kind = ERROR_NONE};
    json_t *values = json_object();
    js_set(values, name, value);
    cr_assert(outputs_set(&stepping.outputs, visit_rehearsal.dir, stage, values, &err), "%s",
              err.text);
    json_decref(values);
}

static void output(enum stage_id stage, const char *name, const char *value)
{
    stepping_output(stage, name, json_string(value));
}

static void fill_outputs(void)
{
    output(STAGE_EKS, "cluster_name", "demo-hub");
    output(STAGE_EKS, "region", "us-east-2");
    output(STAGE_EKS, "cluster_endpoint", visit_api);
    output(STAGE_EKS, "cluster_certificate_authority_data", visit_rehearsal.server.ca_data);
    output(STAGE_PYPI, "url", visit_pypi);
    output(STAGE_MLHUB, "url", visit_hub);
}

/* As terraform is told them: the simulated account takes its tags from there. */
static void give_tags(const struct place *place, const char *id)
{
    char path[PATH_MAX], text[200];
    cr_assert(path_format(path, NULL, "%s/provision-eks", place->dir) &&
              dir_make(path, 0700, NULL));
    snprintf(text, sizeof text, "{\"tags\": {\"ekshub:deployment\": \"demo-hub/%s\"}}", id);
    cr_assert(path_format(path, NULL, "%s/provision-eks/terraform.tfvars.json", place->dir));
    cr_assert(file_write(path, str_of(text), 0600, NULL));
}

static void fill_place(struct place *place)
{
    *place = (struct place){.rehearsal = true, .player = true, .speed = 200};
    str_copy(str_of(visit_rehearsal.dir), place->dir, sizeof place->dir);
    str_copy(str_of(visit_rehearsal.home), place->home, sizeof place->home);
    str_copy(STR(SOURCE_ASSETS), place->assets, sizeof place->assets);
    str_copy(STR("/usr/bin/ekshub-tui"), place->program, sizeof place->program);
    place->environment = (const char *const *)visit_rehearsal.environment;
    place->lookup = rehearsal_lookup;
    place->route = visit_rehearsal.route;
    place->profile = "kube_admin";
}

static void fill_answers(struct answers *answers)
{
    answers_default(answers, true);
    str_copy(STR("demo-hub"), answers->cluster_name, sizeof answers->cluster_name);
    str_copy(STR("us-east-2"), answers->region, sizeof answers->region);
    str_copy(STR("mlhub"), answers->hub_release, sizeof answers->hub_release);
    str_copy(STR("admin"), answers->hub_admin_user, sizeof answers->hub_admin_user);
    str_copy(STR("default"), answers->pypi_namespace, sizeof answers->pypi_namespace);
    str_copy(STR(TOWN_USER), answers->pypi_admin_user, sizeof answers->pypi_admin_user);
}

void stepping_begin(const char *const *faults)
{
    struct error err = {.kind = ERROR_NONE};
    struct secret *secrets = stepping.secrets.items;
    signal(SIGPIPE, SIG_IGN); /* as main.c has it: the server is in this process */
    visit_begin(faults);
    fill_place(&stepping.place);
    fill_answers(&stepping.answers);
    fill_outputs();
    give_tags(&stepping.place, stepping.answers.id);
    cr_assert(secret_set(&secrets[SECRET_HUB_PASSWORD], STR("pass phrase & more"), &err));
    cr_assert(secret_set(&secrets[SECRET_PYPI_PASSWORD], STR(TOWN_PASSWORD), &err));
    stepping.world = (struct between_world){.place = &stepping.place,
                                            .loop = &visit_loop,
                                            .signals = &stepping.signals,
                                            .http = &visit_http,
                                            .answers = &stepping.answers,
                                            .outputs = &stepping.outputs,
                                            .secrets = &stepping.secrets,
                                            .profile = "kube_admin"};
    str_copy(str_of(stepping.place.dir), stepping.world.dir, sizeof stepping.world.dir);
}

void stepping_end(void)
{
    task_finish(&stepping.between.task);
    outputs_finish(&stepping.outputs);
    secrets_finish(&stepping.secrets);
    visit_end();
}

static void on_end(struct task *task)
{
    (void)task;
    over = true;
}

static void begin(struct task *task)
{
    task->ended = on_end;
    over = false;
    task_start(task, &visit_loop);
}

enum task_state stepping_run(struct task *task)
{
    begin(task);
    while (!over)
        loop_turn(&visit_loop, true);
    return task->state;
}

void stepping_start(enum stage_id stage, enum stage_step step, bool destroy)
{
    struct error err = {.kind = ERROR_NONE};
    struct between *between = &stepping.between;
    task_finish(&between->task);
    cr_assert(between_init(between, &stepping.world, stage, step, destroy, &err), "%s", err.text);
    begin(&between->task);
}

bool stepping_runs(void)
{
    return !over;
}

enum task_state stepping_wait(void)
{
    while (!over)
        loop_turn(&visit_loop, true);
    return stepping.between.task.state;
}

enum task_state stepping_go(enum stage_id stage, enum stage_step step, bool destroy)
{
    stepping_start(stage, step, destroy);
    return stepping_wait();
}

void stepping_until_note(const char *text)
{
    const struct task *task = &stepping.between.task;
    while (!strstr(task->note, text)) {
        cr_assert(!over, "it ended before it said “%s”: %s", text, task->error.text);
        loop_turn(&visit_loop, true);
    }
}
