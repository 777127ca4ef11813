/* A run is what its files say: the journal reduced, streams read beside it, history remembered. */
#include <criterion/criterion.h>

#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/paths.h"
#include "core/session/history.h"
#include "core/session/run.h"

static const char head[] =
    "{\"time\":\"2026-11-22T14:00:00Z\",\"event\":\"run\",\"id\":\"r1\",\"command\":\"apply\","
    "\"stages\":[\"eks\"],\"who\":\"ada@bastion\",\"account\":\"123456789012\","
    "\"arn\":\"arn:aws:iam::123456789012:user/ada\"}\n"
    "{\"time\":\"2026-11-22T14:00:00Z\",\"event\":\"worker\",\"pid\":41,\"continued\":false}\n"
    "{\"time\":\"2026-11-22T14:00:01Z\",\"event\":\"terraform\",\"version\":\"terraform 1.11.4\"}\n"
    "{\"time\":\"2026-11-22T14:00:01Z\",\"event\":\"step\",\"stage\":\"eks\",\"step\":\"init\","
    "\"state\":\"running\",\"stream\":\"eks-init.jsonl\"}\n"
    "{\"time\":\"2026-11-22T14:00:02Z\",\"event\":\"step\",\"stage\":\"eks\",\"step\":\"init\","
    "\"state\":\"done\",\"code\":0}\n";

static const char applying[] =
    "{\"time\":\"2026-11-22T14:00:05Z\",\"event\":\"step\",\"stage\":\"eks\",\"step\":\"consent\","
    "\"state\":\"running\"}\n"
    "{\"time\":\"2026-11-22T14:00:06Z\",\"event\":\"consent\",\"stage\":\"eks\",\"answer\":\"yes\","
    "\"by\":\"typed\"}\n"
    "{\"time\":\"2026-11-22T14:00:06Z\",\"event\":\"step\",\"stage\":\"eks\",\"step\":\"apply\","
    "\"state\":\"running\",\"stream\":\"eks-apply.jsonl\"}\n";

static const char ending[] =
    "{\"time\":\"2026-11-22T14:09:00Z\",\"event\":\"step\",\"stage\":\"eks\",\"step\":\"apply\","
    "\"state\":\"done\",\"code\":0}\n"
    "{\"time\":\"2026-11-22T14:09:01Z\",\"event\":\"outputs\",\"stage\":\"eks\"}\n"
    "{\"time\":\"2026-11-22T14:09:01Z\",\"event\":\"stage\",\"stage\":\"eks\",\"state\":\"done\"}\n"
    "{\"time\":\"2026-11-22T14:09:01Z\",\"event\":\"end\",\"ending\":\"succeeded\"}\n";

static const char stream[] =
    "{\"@level\":\"info\",\"@message\":\"x: Plan to create\",\"@module\":\"terraform.ui\","
    "\"@timestamp\":\"2026-11-22T14:00:07.000000Z\",\"change\":{\"resource\":{\"addr\":\"t.x\","
    "\"module\":\"\",\"resource\":\"t.x\",\"implied_provider\":\"t\",\"resource_type\":\"t\","
    "\"resource_name\":\"x\",\"resource_key\":null},\"action\":\"create\"},"
    "\"type\":\"planned_change\"}\n"
    "{\"@level\":\"info\",\"@message\":\"t.x: Creating...\",\"@module\":\"terraform.ui\","
    "\"@timestamp\":\"2026-11-22T14:00:08.000000Z\",\"hook\":{\"resource\":{\"addr\":\"t.x\","
    "\"module\":\"\",\"resource\":\"t.x\",\"implied_provider\":\"t\",\"resource_type\":\"t\","
    "\"resource_name\":\"x\",\"resource_key\":null},\"action\":\"create\"},"
    "\"type\":\"apply_start\"}\n";

struct place_of_run {
    char dir[64], journal[PATH_MAX], stream[PATH_MAX];
};

static void setup(struct place_of_run *at)
{
    char path[PATH_MAX];
    str_copy(STR("/tmp/ekshub-run-XXXXXX"), at->dir, sizeof at->dir);
    cr_assert_not_null(mkdtemp(at->dir));
    cr_assert(path_format(path, NULL, "%s/runs/r1", at->dir));
    cr_assert(dir_make(path, 0700, NULL));
    cr_assert(path_format(at->journal, NULL, "%s/journal.jsonl", path));
    cr_assert(path_format(at->stream, NULL, "%s/eks-apply.jsonl", path));
}

static void append(const char *path, const char *text, size_t len)
{
    FILE *file = fopen(path, "a");
    cr_assert_not_null(file);
    fwrite(text, 1, len, file);
    fclose(file);
}

static void append_text(const char *path, const char *text)
{
    append(path, text, strlen(text));
}

Test(run, is_what_its_files_say)
{
    struct place_of_run at;
    struct run run = {.id = ""};
    setup(&at);
    append_text(at.journal, head);
    append_text(at.journal, applying);
    append_text(at.stream, stream);
    cr_assert(run_read(&run, at.dir, "r1", NULL));
    cr_assert_eq(run.phase, RUN_APPLYING);
    cr_assert_eq(run.stages[STAGE_EKS].state, STAGE_RUNNING);
    cr_assert_str_eq(run.who, "ada@bastion");
    cr_assert_eq(run.worker_pid, 41);
    cr_assert_eq(run.stages[STAGE_EKS].terraform.running_count, 1);
    cr_assert_eq(run.stages[STAGE_EKS].terraform.total, 1);
    append_text(at.journal, ending);
    run_finish(&run);
    cr_assert(run_read(&run, at.dir, "r1", NULL));
    cr_assert_eq(run.phase, RUN_OVER);
    cr_assert_eq(run.ending, RUN_SUCCEEDED);
    cr_assert_eq(run_ending_code(run.ending, &run.error), 0);
    cr_assert_eq(run.stages[STAGE_EKS].terraform.by_state[TF_ROW_UNKNOWN], 1,
                 "terraform ended without a word about it");
    cr_assert_eq(run.ended_ms - run.began_ms, 541000);
    run_finish(&run);
}

Test(run, following_gives_what_reading_gives)
{
    struct place_of_run at;
    struct loop loop;
    struct run run = {.id = ""};
    setup(&at);
    loop_init(&loop, &clock_system);
    append_text(at.journal, head);
    cr_assert(run_open(&run, &loop, at.dir, "r1", NULL));
    run_drain(&run);
    cr_assert_eq(run.phase, RUN_PREPARING);
    append_text(at.journal, applying);
    while (run.phase != RUN_APPLYING)
        loop_turn(&loop, true);
    append_text(at.stream, stream);
    while (run.stages[STAGE_EKS].terraform.running_count == 0)
        loop_turn(&loop, true);
    append_text(at.journal, ending);
    while (run.phase != RUN_OVER)
        loop_turn(&loop, true);
    cr_assert_eq(run.ending, RUN_SUCCEEDED);
    run_finish(&run);
    run_finish(&run);
    loop_finish(&loop);
}

Test(run, survives_every_truncation_and_garbage)
{
    struct buf whole = {0};
    buf_text(&whole, head);
    buf_text(&whole, applying);
    buf_text(&whole, ending);
    struct place_of_run at;
    setup(&at);
    for (size_t n = 0; n < whole.len; n += 7) {
        struct run run = {.id = ""};
        unlink(at.journal);
        append(at.journal, buf_cstr(&whole), n);
        cr_assert(run_read(&run, at.dir, "r1", NULL));
        cr_assert_eq(run.ending, RUN_GOING, "prefix %zu", n);
        run_finish(&run);
    }
    unlink(at.journal);
    append_text(at.journal, "\xff\xfe not json\n[1,2]\n{\"event\":\"unheard-of\"}\n"
                            "{\"event\":\"step\",\"stage\":\"mars\",\"step\":\"init\"}\n"
                            "{\"event\":\"step\",\"stage\":\"eks\",\"step\":\"apply\",\"state\":"
                            "\"running\",\"stream\":\"../../../etc/passwd\"}\n");
    struct run run = {.id = ""};
    cr_assert(run_read(&run, at.dir, "r1", NULL));
    cr_assert_eq(run.strange_lines, 3);
    cr_assert_str_eq(run.stages[STAGE_EKS].stream, "",
                     "a stream outside the run's directory is not read");
    run_finish(&run);
    cr_assert_not(run_read(&run, at.dir, "r2", NULL));
    buf_finish(&whole);
}

static const char several[] =
    "{\"time\":\"2026-11-22T14:00:00Z\",\"event\":\"run\",\"id\":\"r1\",\"command\":\"apply\","
    "\"stages\":[\"eks\",\"pypi\",\"mlhub\"],\"consent\":false}\n"
    "{\"time\":\"2026-11-22T14:00:01Z\",\"event\":\"step\",\"stage\":\"eks\",\"step\":\"consent\","
    "\"pass\":1,\"state\":\"running\"}\n"
    "{\"event\":\"consent\",\"stage\":\"eks\",\"answer\":\"yes\",\"by\":\"typed\",\"covers\":{"
    "\"stages\":[\"eks\",\"pypi\",\"mars\"],\"cost_per_hour\":0.55}}\n"
    "{\"time\":\"2026-11-22T14:00:02Z\",\"event\":\"step\",\"stage\":\"eks\",\"step\":\"apply\","
    "\"pass\":1,\"state\":\"running\"}\n"
    "{\"time\":\"2026-11-22T14:00:03Z\",\"event\":\"step\",\"stage\":\"pypi\",\"step\":\"init\","
    "\"pass\":1,\"state\":\"running\"}\n"
    "{\"time\":\"2026-11-22T14:00:04Z\",\"event\":\"interrupt\",\"stage\":\"eks\"}\n";

static const char waiting[] =
    "{\"time\":\"2026-11-22T14:00:05Z\",\"event\":\"stage\",\"stage\":\"eks\",\"state\":\"done\"}\n"
    "{\"time\":\"2026-11-22T14:00:05Z\",\"event\":\"waits\",\"stage\":\"pypi\",\"text\":\"Its "
    "form.\","
    "\"form\":true}\n";

static const char between[] =
    "{\"time\":\"2026-11-22T14:00:06Z\",\"event\":\"step\",\"stage\":\"pypi\",\"step\":\"prove\","
    "\"pass\":2,\"state\":\"running\"}\n"
    "{\"event\":\"warning\",\"stage\":\"pypi\",\"step\":\"prove\",\"kind\":4,\"text\":\"Not "
    "proven.\",\"hint\":\"Wait.\"}\n"
    "{\"event\":\"facts\",\"stage\":\"eks\",\"step\":\"residue\",\"values\":{\"residue\":[{}]}}\n"
    "{\"time\":\"2026-11-22T14:00:07Z\",\"event\":\"stage\",\"stage\":\"mlhub\",\"state\":"
    "\"failed\","
    "\"error\":{\"kind\":5,\"text\":\"No luck.\",\"hint\":\"\"}}\n";

Test(run, several_stages_are_told_apart)
{
    struct place_of_run at;
    struct run run = {.id = ""};
    setup(&at);
    append_text(at.journal, several);
    cr_assert(run_read(&run, at.dir, "r1", NULL));
    cr_assert_eq(run.phase, RUN_APPLYING, "what prepares itself hides nothing");
    cr_assert_eq(run.stage, STAGE_EKS);
    cr_assert(run.cover.given && run.cover.stages[STAGE_PYPI] && !run.cover.stages[STAGE_MLHUB]);
    cr_assert_eq(run.cover.cost_per_hour, 0.55);
    cr_assert(run.stages[STAGE_EKS].interrupted_ms && !run.stages[STAGE_PYPI].interrupted_ms);
    run_finish(&run);
    append_text(at.journal, waiting);
    cr_assert(run_read(&run, at.dir, "r1", NULL));
    cr_assert_eq(run.phase, RUN_APPLYING, "nor does it take the run back");
    cr_assert(run.stages[STAGE_PYPI].waits_for_form);
    cr_assert_str_eq(run.stages[STAGE_PYPI].waits, "Its form.");
    run_finish(&run);
    append_text(at.journal, between);
    cr_assert(run_read(&run, at.dir, "r1", NULL));
    cr_assert(!run.stages[STAGE_PYPI].waits_for_form && !run.stages[STAGE_PYPI].waits[0]);
    cr_assert_eq(run.stages[STAGE_PYPI].pass, 2);
    cr_assert_str_eq(run.stages[STAGE_PYPI].warning.text, "Not proven.");
    cr_assert_str_eq(run.stages[STAGE_MLHUB].error.text, "No luck.");
    cr_assert_eq(run.stage, STAGE_MLHUB, "what failed is looked at");
    cr_assert_eq(json_array_size(run.residue), 1);
    run_finish(&run);
}

Test(run, a_failure_keeps_its_sentence_and_code)
{
    struct place_of_run at;
    struct run run = {.id = ""};
    setup(&at);
    append_text(at.journal, head);
    append_text(at.journal, "{\"time\":\"2026-11-22T14:09:01Z\",\"event\":\"end\",\"ending\":"
                            "\"failed\",\"error\":{\"kind\":2,\"text\":\"Expired.\",\"hint\":"
                            "\"Sign in.\"}}\n");
    cr_assert(run_read(&run, at.dir, "r1", NULL));
    cr_assert_eq(run.ending, RUN_FAILED);
    cr_assert_eq(run_ending_code(run.ending, &run.error), 4);
    cr_assert_str_eq(run.error.text, "Expired.");
    cr_assert_str_eq(run.error.hint, "Sign in.");
    run_finish(&run);
}

Test(history, each_stage_has_its_own_word)
{
    struct place_of_run at;
    struct history_stage stages[STAGES];
    setup(&at);
    json_t *line =
        json_pack("{s:s,s:s,s:[s,s,s],s:{s:s,s:s}}", "command", "apply", "ending", "failed",
                  "stages", "eks", "pypi", "mlhub", "states", "eks", "done", "pypi", "failed");
    cr_assert(history_append(at.dir, 1795184467000, line, NULL));
    history_stages(at.dir, stages);
    cr_assert_eq(stages[STAGE_EKS].state, STAGE_DONE);
    cr_assert_eq(stages[STAGE_PYPI].state, STAGE_FAILED);
    cr_assert_eq(stages[STAGE_MLHUB].state, STAGE_TODO, "nothing was done to it");
}

static void remember(const char *dir, const char *command, const char *how, bool began)
{
    json_t *line = json_object(), *stages = json_array();
    json_array_append_new(stages, json_string("eks"));
    js_set_text(line, "command", command);
    js_set(line, "stages", stages);
    js_set_text(line, "ending", how);
    js_set_bool(line, "began", began);
    cr_assert(history_append(dir, 1795184467000, line, NULL));
}

Test(history, says_what_the_stages_are)
{
    struct place_of_run at;
    struct history_stage stages[STAGES];
    char path[PATH_MAX];
    setup(&at);
    history_stages(at.dir, stages);
    cr_assert_eq(stages[STAGE_EKS].state, STAGE_TODO);
    remember(at.dir, "apply", "failed", true);
    history_stages(at.dir, stages);
    cr_assert_eq(stages[STAGE_EKS].state, STAGE_FAILED);
    remember(at.dir, "apply", "succeeded", true);
    remember(at.dir, "plan", "planned", false);
    remember(at.dir, "apply", "discarded", false);
    remember(at.dir, "apply", "failed", false);
    path_format(path, NULL, "%s/history.jsonl", at.dir);
    append_text(path, "{\"torn\n");
    history_stages(at.dir, stages);
    cr_assert_eq(stages[STAGE_EKS].state, STAGE_DONE,
                 "what changed nothing leaves the stage as it is");
    cr_assert_eq(stages[STAGE_EKS].ended_ms, 1795184467000);
    cr_assert_eq(stages[STAGE_PYPI].state, STAGE_TODO);
}

Test(run, a_consent_that_was_given_before_asks_nobody)
{
    static const char silent[] =
        "{\"time\":\"2026-11-22T14:00:05Z\",\"event\":\"step\",\"stage\":\"eks\","
        "\"step\":\"consent\",\"state\":\"running\",\"silent\":true}\n";
    struct place_of_run at;
    struct run run = {.id = ""};
    setup(&at);
    append_text(at.journal, head);
    append_text(at.journal, silent);
    cr_assert(run_read(&run, at.dir, "r1", NULL));
    cr_assert_neq(run.phase, RUN_ASKING);
    run_finish(&run);
}
