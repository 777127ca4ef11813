#include "tests/screens/fixture.h"

#include "core/session/session_index.h"
#include "core/session/session_signin.h"
#include "core/session/session_wants.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/session/aliases.h"
#include "core/session/session_work.h"
#include "tests/support/turns.h"

#define DESCRIPTION SOURCE_ASSETS "/rehearsal/eks.json"

static int64_t now_monotonic(const struct clock *clock)
{
    return ((const struct fixture *)(const void *)clock)->now_ms;
}

static int64_t now_wall(const struct clock *clock)
{
    return WALL_MS + now_monotonic(clock);
}

static const char *no_environment(const char *name)
{
    (void)name;
    return NULL;
}

static json_t *description(void)
{
    static json_t *cached;
    if (!cached)
        cached = json_load_file(DESCRIPTION, 0, NULL);
    cr_assert(cached != NULL);
    return cached;
}

static const json_t *resource(int n)
{
    return json_array_get(json_object_get(description(), "resources"), (size_t)n);
}

static const char *member(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void fixture_start(struct fixture *fixture)
{
    wizard_init(&fixture->wizard, &fixture->session, false);
    wizard_resize(&fixture->wizard, 80, 24);
    wizard_settle(&fixture->wizard);
}

int fixture_find(const char *in_address)
{
    int n = 0;
    while (resource(n) && !strstr(member(resource(n), "address"), in_address))
        n++;
    cr_assert(resource(n) != NULL, "no resource is called %s", in_address);
    return n;
}

void fixture_init(struct fixture *fixture)
{
    struct error err = {0};
    memset(&fake, 0, sizeof(fake));
    *fixture = (struct fixture){.clock = {now_monotonic, now_wall}, .now_ms = 10000};
    loop_init(&fixture->loop, &fixture->clock);
    fixture->loop.now_ms = fixture->now_ms;
    static const char *const bare[] = {"PATH=/nowhere", NULL};
    fixture->place = (struct place){.speed = 1, .lookup = no_environment, .environment = bare};
    snprintf(fixture->place.assets, sizeof(fixture->place.assets), "%s", SOURCE_ASSETS);
    snprintf(fixture->place.state_dir, sizeof(fixture->place.state_dir), "%s",
             TEST_DATA "/screens/state-of-nobody");
    struct session *session = &fixture->session;
    session->loop = &fixture->loop;
    session->place = &fixture->place;
    for (int i = 0; i < STAGES; i++) {
        session->run.stages[i].run = &session->run;
        session->run.stages[i].cost_per_hour = -1;
    }
    answers_default(&session->answers, false);
    snprintf(session->answers.id, sizeof(session->answers.id), "a1b2c3d4");
    snprintf(session->answers.pypi_admin_user, sizeof(session->answers.pypi_admin_user), "ada");
    snprintf(session->answers.endpoint_cidrs, sizeof(session->answers.endpoint_cidrs), "%s",
             "203.0.113.7/32");
    cr_assert(estimates_load(&session->estimates, SOURCE_ASSETS, &err), "%s", err.text);
    session->profiles_read = profiles_load(&session->profiles, TEST_DATA "/screens/home",
                                           no_environment, &session->profiles_error);
    cr_assert(session->profiles_read, "%s", session->profiles_error.text);
    session->profile = 1;
    cr_assert_str_eq(session->profiles.items[1].name, "kube_admin");
    for (int i = 0; i < CHECKS; i++)
        session->checks.items[i].name = check_name((enum check_id)i);
    grid_init(&fixture->grid, 80, 24);
    fixture_start(fixture);
}

void fixture_finish(struct fixture *fixture)
{
    struct session *session = &fixture->session;
    wizard_finish(&fixture->wizard);
    grid_finish(&fixture->grid);
    session_log_clear(session);
    run_finish(&session->run);
    session_index_close(session);
    outputs_finish(&session->outputs);
    secrets_finish(&session->secrets);
    bucket_try_finish(&session->bucket);
    session_signin_close(session);
    session_wants_forget(session);
    profiles_finish(&session->profiles);
    estimates_finish(&session->estimates);
    deployments_finish(&session->known);
    loop_finish(&fixture->loop);
    no_leaks();
}

void fixture_check(struct fixture *fixture, enum check_id id, enum check_state state,
                   const char *text, const char *hint)
{
    struct check *check = &fixture->session.checks.items[id];
    check->state = state;
    snprintf(check->text, sizeof(check->text), "%s", text);
    snprintf(check->hint, sizeof(check->hint), "%s", hint);
}

void fixture_checked(struct fixture *fixture)
{
    struct checks *checks = &fixture->session.checks;
    fixture_check(fixture, CHECK_TERRAFORM, CHECK_PASS, "terraform 1.11.4", "");
    fixture_check(fixture, CHECK_IDENTITY, CHECK_PASS, "arn:aws:iam::123456789012:user/kube_admin",
                  "");
    fixture_check(fixture, CHECK_CLOCK, CHECK_PASS, "within 1 s of AWS", "");
    fixture_check(fixture, CHECK_REGION, CHECK_PASS, "us-east-2 has 3 zones", "");
    fixture_check(fixture, CHECK_LIFETIME, CHECK_PASS, "These keys do not expire.", "");
    fixture_check(fixture, CHECK_KUBERNETES, CHECK_PASS,
                  "1.35 has standard support until 2027-03-27", "");
    fixture_check(fixture, CHECK_PERMISSIONS, CHECK_PASS,
                  "all 181 actions allowed, says IAM's simulation", "");
    fixture_check(fixture, CHECK_QUOTAS, CHECK_PASS,
                  "6 of 64 on-demand vCPUs, 1 of 5 elastic IPs, 1 of 5 VPCs, 1 of 5 NAT gateways",
                  "");
    fixture_check(fixture, CHECK_NAMES, CHECK_PASS, "The cluster's name demo-hub is free.", "");
    fixture_check(fixture, CHECK_S3, CHECK_PASS, "S3 answers in us-east-2", "");
    fixture_check(fixture, CHECK_REGISTRY, CHECK_PASS, "registry.terraform.io answers", "");
    fixture_check(fixture, CHECK_IMAGES, CHECK_PASS, "3 images and 2 charts are there", "");
    fixture_check(fixture, CHECK_DISK, CHECK_PASS, "41 GiB free", "");
    snprintf(checks->account, sizeof(checks->account), "123456789012");
    snprintf(checks->alias, sizeof(checks->alias), "acme-dev");
    snprintf(checks->arn, sizeof(checks->arn), "arn:aws:iam::123456789012:user/kube_admin");
    snprintf(checks->region, sizeof(checks->region), "us-east-2");
    for (size_t i = 0; i < 3; i++)
        snprintf(checks->zones[i], sizeof(checks->zones[i]), "us-east-2%c", (char)('a' + i));
    checks->zone_count = 3;
    checks->over = true;
    snprintf(fixture->session.answers.region, sizeof(fixture->session.answers.region), "us-east-2");
}

void fixture_run(struct fixture *fixture, enum run_phase phase, enum stage_step step)
{
    struct session *session = &fixture->session;
    struct run *run = &session->run;
    snprintf(session->dir, sizeof(session->dir), "/home/ada/demo-hub");
    snprintf(session->answers.cluster_name, sizeof(session->answers.cluster_name), "demo-hub");
    snprintf(run->id, sizeof(run->id), "20261122T141600Z-1");
    run->loop = &fixture->loop;
    run->command = RUN_APPLY;
    run->stages_wanted[STAGE_EKS] = true;
    run->phase = phase;
    run->stage = STAGE_EKS;
    run->began_ms = WALL_MS + fixture->now_ms - 300000;
    struct run_stage *eks = &run->stages[STAGE_EKS];
    eks->state = STAGE_RUNNING;
    eks->step = step;
    eks->began_ms = run->began_ms;
    eks->ended_ms = 0;
    session->worker_lives = true;
    fixture_checked(fixture);
}

static json_t *change_of(const json_t *described, const char *action, const char *before,
                         const char *after)
{
    char name[128];
    const char *address = member(described, "address"), *dot = strrchr(address, '.');
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(dot + 1, "["), dot + 1);
    json_t *change = json_pack("{s:[s], s:{}, s:{}, s:{}}", "actions", action, "after_unknown",
                               "before_sensitive", "after_sensitive");
    json_object_set_new(change, "before",
                        before ? json_pack("{s:s}", "input", before) : json_null());
    json_object_set_new(change, "after", after ? json_pack("{s:s}", "input", after) : json_null());
    json_t *value = json_pack("{s:s, s:s, s:s, s:s, s:o}", "address", address, "mode", "managed",
                              "type", "terraform_data", "name", name, "change", change);
    if (member(described, "module")[0])
        json_object_set_new(value, "module_address", json_string(member(described, "module")));
    return value;
}

static void take_plan(struct fixture *fixture, json_t *changes, json_t *drift)
{
    struct error err = {0};
    struct run *run = &fixture->session.run;
    json_t *document = json_pack("{s:s, s:s, s:b, s:b, s:o, s:o}", "format_version", "1.2",
                                 "terraform_version", "1.11.4", "applyable", 1, "complete", 1,
                                 "resource_changes", changes, "resource_drift", drift);
    tf_plan_finish(&run->stages[STAGE_EKS].plan);
    cr_assert(tf_plan_parse(&run->stages[STAGE_EKS].plan, document, &err), "%s", err.text);
    json_decref(document);
    run->stages[STAGE_EKS].have_plan = true;
}

/* Those without variables in them. */
static const char *plain_detail(int n)
{
    const char *detail = member(resource(n), "detail");
    return strchr(detail, '$') ? "" : detail;
}

void fixture_plan(struct fixture *fixture)
{
    json_t *changes = json_array();
    fixture_run(fixture, RUN_ASKING, STEP_CONSENT);
    for (int n = 0; resource(n); n++)
        json_array_append_new(changes, change_of(resource(n), "create", NULL, plain_detail(n)));
    take_plan(fixture, changes, json_array());
}

void fixture_plan_change(struct fixture *fixture)
{
    json_t *changes = json_array(), *drift = json_array();
    fixture_run(fixture, RUN_ASKING, STEP_CONSENT);
    json_array_append_new(changes, change_of(resource(0), "create", NULL, "10.0.0.0/16"));
    json_array_append_new(changes, change_of(resource(1), "update", "no rules", "two rules"));
    json_array_append_new(changes, change_of(resource(2), "delete", "allow all", NULL));
    json_t *replaced = change_of(resource(6), "delete", "us-east-2a public", "us-east-2c public");
    json_array_append_new(json_object_get(json_object_get(replaced, "change"), "actions"),
                          json_string("create"));
    json_object_set_new(json_object_get(replaced, "change"), "replace_paths",
                        json_pack("[[s]]", "input"));
    json_object_set_new(replaced, "action_reason", json_string("replace_because_cannot_update"));
    json_array_append_new(changes, replaced);
    json_array_append_new(drift, change_of(resource(3), "update", "no routes", "one route"));
    take_plan(fixture, changes, drift);
}

static void stamp(int64_t wall_ms, char out[CLOCK_TEXT])
{
    clock_rfc3339(wall_ms, out);
}

void fixture_event(struct fixture *fixture, const char *json)
{
    static struct tf_event event;
    struct error err = {0};
    tf_event_parse(str_of(json), &event, &err);
    tf_run_apply(&fixture->session.run.stages[STAGE_EKS].terraform, &event,
                 WALL_MS + fixture->now_ms);
    session_log_add(&fixture->session, STAGE_EKS, &event);
}

static void send(struct fixture *fixture, int n, const char *type, const char *holder,
                 int64_t wall_ms)
{
    const json_t *described = resource(n);
    const char *address = member(described, "address"), *dot = strrchr(address, '.');
    char name[128], time[CLOCK_TEXT];
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(dot + 1, "["), dot + 1);
    stamp(wall_ms, time);
    bool planned = strcmp(type, "planned_change") == 0;
    char message[512];
    snprintf(message, sizeof(message), "%s: %s", address,
             planned                              ? "Plan to create"
             : strcmp(type, "apply_start") == 0   ? "Creating..."
             : strcmp(type, "apply_errored") == 0 ? "Creation errored after 1s"
                                                  : "Creation complete after 1s");
    json_t *event = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:{s:{s:s, s:s, s:s, s:s, s:n}, s:s}}", "@level", "info",
        "@message", message, "@module", "terraform.ui", "@timestamp", time, "type", type, holder,
        "resource", "addr", address, "module", member(described, "module"), "resource_type",
        "terraform_data", "resource_name", name, "resource_key", "action", "create");
    cr_assert(event != NULL);
    char *line = json_dumps(event, JSON_COMPACT);
    fixture_event(fixture, line);
    free(line);
    json_decref(event);
}

void fixture_hook(struct fixture *fixture, int n, const char *type, int64_t ago_ms)
{
    send(fixture, n, type, "hook", WALL_MS + fixture->now_ms - ago_ms);
}

void fixture_apply(struct fixture *fixture, int created)
{
    struct run *run = &fixture->session.run;
    fixture_plan(fixture);
    run->phase = RUN_APPLYING;
    run->changing = true;
    run->stages[STAGE_EKS].step = STEP_APPLY;
    tf_run_finish(&run->stages[STAGE_EKS].terraform);
    tf_run_init(&run->stages[STAGE_EKS].terraform, TF_APPLY);
    for (int n = 0; resource(n); n++)
        send(fixture, n, "planned_change", "change", run->began_ms + 20000);
    for (int n = 0; n < created; n++) {
        int64_t at = 270000 - n * 5000;
        fixture_hook(fixture, n, "apply_start", at > 0 ? at : 5000);
        fixture_hook(fixture, n, "apply_complete", at > 2000 ? at - 2000 : 4000);
    }
}

void fixture_end(struct fixture *fixture, enum run_ending ending)
{
    struct run *run = &fixture->session.run;
    run->phase = RUN_OVER;
    run->ending = ending;
    run->ended_ms = WALL_MS + fixture->now_ms;
    run->stages[STAGE_EKS].state = ending == RUN_SUCCEEDED ? STAGE_DONE : STAGE_FAILED;
    run->stages[STAGE_EKS].ended_ms = run->ended_ms;
    fixture->session.worker_lives = false;
    if (run->stages[STAGE_EKS].step == STEP_APPLY)
        tf_run_ended(&run->stages[STAGE_EKS].terraform, ending == RUN_SUCCEEDED ? 0 : 1);
}

static void write_file(const char *dir, const char *name, const char *text)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *out = fopen(path, "w");
    cr_assert(out != NULL, "cannot write %s", path);
    fputs(text, out);
    fclose(out);
}

static void make_deployment(struct fixture *fixture, const char *name, const char *ending)
{
    struct answers answers = fixture->session.answers;
    struct error err = {0};
    char dir[PATH_MAX], line[512];
    snprintf(dir, sizeof(dir), "%.200s/%s", fixture->place.home, name);
    snprintf(answers.cluster_name, sizeof(answers.cluster_name), "%s", name);
    snprintf(answers.account, sizeof(answers.account), "123456789012");
    snprintf(answers.region, sizeof(answers.region), "eu-west-1");
    cr_assert(deployment_save(dir, &answers, &err), "%s", err.text);
    cr_assert(deployments_remember(fixture->place.state_dir, dir, &err), "%s", err.text);
    if (!ending)
        return;
    snprintf(line, sizeof(line),
             "{\"time\":\"2026-11-22T12:21:00Z\",\"command\":\"apply\",\"stages\":[\"eks\"],"
             "\"ending\":\"%s\",\"began\":true}\n",
             ending);
    write_file(dir, "history.jsonl", line);
    snprintf(line, sizeof(line),
             "{\"time\":\"2026-11-22T12:00:00Z\",\"event\":\"run\",\"id\":\"one\",\"command\":"
             "\"apply\",\"stages\":[\"eks\"]}\n"
             "{\"time\":\"2026-11-22T12:21:00Z\",\"event\":\"end\",\"ending\":\"%s\"}\n",
             ending);
    strncat(dir, "/runs", sizeof(dir) - strlen(dir) - 1);
    cr_assert(mkdir(dir, 0700) == 0 || errno == EEXIST);
    strncat(dir, "/one", sizeof(dir) - strlen(dir) - 1);
    cr_assert(mkdir(dir, 0700) == 0);
    write_file(dir, "journal.jsonl", line);
}

void fixture_deployments(struct fixture *fixture)
{
    struct place *place = &fixture->place;
    snprintf(place->home, sizeof(place->home), "%s/screens.XXXXXX", getenv("TMPDIR"));
    cr_assert(mkdtemp(place->home) != NULL);
    snprintf(place->state_dir, sizeof(place->state_dir), "%.200s/state", place->home);
    make_deployment(fixture, "demo-hub", "succeeded");
    write_file(place->home, "demo-hub/seen", "2026-11-22T12:10:00Z\n");
    make_deployment(fixture, "spring", NULL);
    make_deployment(fixture, "team-hub", "failed");
    alias_remember(place->state_dir, "123456789012", "acme-dev");
    deployments_finish(&fixture->session.known);
    deployments_load(&fixture->session.known, place->state_dir);
}

static void press_word(struct fixture *fixture, const char *word)
{
    uint32_t code;
    for (size_t used; (used = text_decode(word, strlen(word), &code)) > 0; word += used)
        wizard_key(&fixture->wizard, (struct press){.code = code});
}

void press_keys(struct fixture *fixture, const char *names)
{
    char copy[512], *rest = copy;
    snprintf(copy, sizeof(copy), "%s", names);
    for (char *name; (name = strsep(&rest, " ")) != NULL;) {
        struct press press;
        if (*name == '\'') {
            press_word(fixture, name + 1);
        } else if (*name) {
            cr_assert(press_parse(name, &press), "no key is called %s", name);
            wizard_key(&fixture->wizard, press);
        }
    }
}

void fixture_draw(struct fixture *fixture, int w, int h)
{
    wizard_resize(&fixture->wizard, w, h);
    wizard_settle(&fixture->wizard);
    grid_resize(&fixture->grid, w, h);
    wizard_draw(&fixture->wizard, canvas_of(&fixture->grid));
}

static char *dumped(const struct grid *grid, bool roles)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cr_assert(out != NULL);
    if (roles && grid->cursor_x >= 0)
        fprintf(out, "cursor %d,%d\n", grid->cursor_x, grid->cursor_y);
    grid_print(grid, out);
    if (roles) {
        fputs("---- roles\n", out);
        grid_print_roles(grid, out);
    }
    fclose(out);
    return text;
}

static bool finds(struct fixture *fixture, const char *text, bool wanted)
{
    fixture_draw(fixture, 80, 24);
    char *all = dumped(&fixture->grid, false);
    bool found = strstr(all, text) != NULL;
    if (found != wanted)
        fprintf(stderr, "“%s” is %sshown:\n%s\n", text, wanted ? "not " : "", all);
    free(all);
    return found;
}

bool shows(struct fixture *fixture, const char *text)
{
    return finds(fixture, text, true);
}

bool hides(struct fixture *fixture, const char *text)
{
    return !finds(fixture, text, false);
}

const char *place_of(const struct fixture *fixture)
{
    return wizard_top(&fixture->wizard)->ops->name;
}

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    char *text = calloc(1, 1 << 17);
    size_t len = fread(text, 1, (1 << 17) - 1, file);
    text[len] = '\0';
    fclose(file);
    return text;
}

static void golden_of(struct fixture *fixture, const char *name, int w, int h)
{
    char path[512];
    snprintf(path, sizeof(path), TEST_GOLDEN "/screens/%s-%dx%d.txt", name, w, h);
    fixture_draw(fixture, w, h);
    char *now = dumped(&fixture->grid, true);
    if (getenv("UPDATE_GOLDEN") && *getenv("UPDATE_GOLDEN")) {
        FILE *file = fopen(path, "w");
        cr_assert(file != NULL, "cannot write %s", path);
        fputs(now, file);
        fclose(file);
    } else {
        char *before = read_whole(path);
        cr_expect(before && strcmp(before, now) == 0, "%s differs; it is now\n%s\nand was\n%s",
                  path, now, before ? before : "(missing)");
        free(before);
    }
    free(now);
}

void golden(struct fixture *fixture, const char *name)
{
    golden_of(fixture, name, 80, 24);
    golden_of(fixture, name, 120, 40);
}
