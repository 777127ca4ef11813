/* The -o json contract: names, order, nulls. */
#include <criterion/criterion.h>

#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/session/report.h"
#include "tests/support/turns.h"

#define WALL ((int64_t)1795348800000) /* 2026-11-22T12:00:00Z */

static void expect(json_t *value, const char *wanted)
{
    struct buf text = {0};
    cr_assert_not_null(value);
    cr_assert(js_dump(value, &text));
    cr_assert_str_eq(buf_cstr(&text), wanted);
    buf_finish(&text);
    json_decref(value);
}

static const char *nothing(const char *name)
{
    (void)name;
    return NULL;
}

TestSuite(report, .fini = no_leaks);

Test(report, profiles_and_never_a_secret)
{
    struct profiles profiles;
    struct place place = {.lookup = nothing};
    struct error err;
    char path[PATH_MAX];
    str_copy(str_of(test_directory()), place.home, sizeof place.home);
    cr_assert(path_format(path, &err, "%s/.aws", place.home) && dir_make(path, 0700, &err));
    cr_assert(path_format(path, &err, "%s/.aws/credentials", place.home));
    cr_assert(file_write(path,
                         STR("[default]\naws_access_key_id = AKIAEXAMPLE000000001\n"
                             "aws_secret_access_key = Zm9yYmlkZGVu\n[\x1b[31mred]\n"),
                         0600, &err));
    cr_assert(profiles_load(&profiles, place.home, nothing, &err), "%s", err.text);
    expect(
        report_profiles(&profiles, &place),
        "{\"profiles\":[{\"name\":\"default\",\"kind\":\"static\",\"region\":null,"
        "\"access_key_id\":\"AKIAEXAMPLE000000001\",\"source\":\"~/.aws/credentials\","
        "\"error\":null,\"hint\":null},{\"name\":\"^[[31mred\",\"kind\":\"none\",\"region\":null,"
        "\"access_key_id\":null,\"source\":\"~/.aws/"
        "credentials\",\"error\":null,\"hint\":null}],\"chosen\":\"default\","
        "\"surroundings\":[],\"note\":null,\"warning\":null,\"differences\":[]}");
    profiles_finish(&profiles);
    test_directory_remove();
}

Test(report, checks)
{
    struct checks checks = {.account = "123456789012"};
    for (int i = 0; i < CHECKS; i++)
        checks.items[i] = (struct check){.name = check_name((enum check_id)i),
                                         .state = CHECK_PASS,
                                         .text = "fine",
                                         .began_ms = 5,
                                         .ended_ms = 12};
    checks.items[CHECK_CLOCK] =
        (struct check){.name = "clock", .state = CHECK_FAIL, .text = "late", .hint = "hurry"};
    str_copy(STR("one\ntwo"), checks.items[CHECK_QUOTAS].details, 16);
    expect(report_checks(&checks, "kube_admin"),
           "{\"profile\":\"kube_admin\",\"region\":null,\"account\":\"123456789012\",\"arn\":null,"
           "\"ok\":false,\"checks\":["
           "{\"name\":\"terraform\",\"state\":\"pass\",\"text\":\"fine\",\"hint\":null,\"details\":"
           "[],\"ms\":7},"
           "{\"name\":\"identity\",\"state\":\"pass\",\"text\":\"fine\",\"hint\":null,\"details\":["
           "],\"ms\":7},"
           "{\"name\":\"lifetime\",\"state\":\"pass\",\"text\":\"fine\",\"hint\":null,\"details\":["
           "],\"ms\":7},"
           "{\"name\":\"clock\",\"state\":\"fail\",\"text\":\"late\",\"hint\":\"hurry\","
           "\"details\":[],\"ms\":0},"
           "{\"name\":\"region\",\"state\":\"pass\",\"text\":\"fine\",\"hint\":null,\"details\":[],"
           "\"ms\":7},"
           "{\"name\":\"kubernetes\",\"state\":\"pass\",\"text\":\"fine\",\"hint\":null,"
           "\"details\":[],\"ms\":7},"
           "{\"name\":\"permissions\",\"state\":\"pass\",\"text\":\"fine\",\"hint\":null,"
           "\"details\":[],\"ms\":7},"
           "{\"name\":\"quotas\",\"state\":\"pass\",\"text\":\"fine\",\"hint\":null,\"details\":["
           "\"one\",\"two\"],\"ms\":7},"
           "{\"name\":\"names\",\"state\":\"pass\",\"text\":\"fine\",\"hint\":null,\"details\":[],"
           "\"ms\":7},"
           "{\"name\":\"s3\",\"state\":\"pass\",\"text\":\"fine\",\"hint\":null,\"details\":[],"
           "\"ms\":7},"
           "{\"name\":\"registry\",\"state\":\"pass\",\"text\":\"fine\",\"hint\":null,\"details\":["
           "],\"ms\":7},"
           "{\"name\":\"images\",\"state\":\"pass\",\"text\":\"fine\",\"hint\":null,\"details\":[],"
           "\"ms\":7},"
           "{\"name\":\"disk\",\"state\":\"pass\",\"text\":\"fine\",\"hint\":null,\"details\":[],"
           "\"ms\":7}]}");
    cr_assert_eq(checks_exit_code(&checks), 3);
    checks.items[CHECK_IDENTITY].state = CHECK_FAIL;
    checks.items[CHECK_IDENTITY].kind = ERROR_AUTH;
    cr_assert_eq(checks_exit_code(&checks), 4);
}

Test(report, status)
{
    struct session *session = alloc_zeroed(1, sizeof *session);
    struct error err;
    cr_assert(estimates_load(&session->estimates, SOURCE_ASSETS, &err));
    answers_default(&session->answers, true);
    session->stages[STAGE_EKS] =
        (struct history_stage){.state = STAGE_DONE, .began_ms = WALL, .ended_ms = WALL + 60000};
    static const char rest[] =
        "{\"name\":\"pypi\",\"state\":\"todo\",\"started\":null,\"ended\":null},"
        "{\"name\":\"mlhub\",\"state\":\"todo\",\"started\":null,\"ended\":null},"
        "{\"name\":\"domain\",\"state\":\"todo\",\"started\":null,\"ended\":null}],"
        "\"urls\":{\"mlhub\":null,\"pypi\":null,\"pypi_index\":null}";
    char wanted[1500];
    double cost = session_cost(session);
    cr_assert_gt(cost, 0.4);
    snprintf(wanted, sizeof wanted,
             "{\"deployment\":\"demo-hub\",\"account\":null,\"region\":\"us-east-2\",\"stages\":["
             "{\"name\":\"eks\",\"state\":\"done\",\"started\":\"2026-11-22T12:00:00Z\","
             "\"ended\":\"2026-11-22T12:01:00Z\"},%s,\"cost_per_hour\":%.4f,\"runs\":[]}",
             rest, cost);
    expect(report_status(session), wanted);

    struct run *run = &session->run;
    str_copy(STR("r1"), run->id, sizeof run->id);
    run->command = RUN_APPLY;
    run->phase = RUN_APPLYING;
    run->began_ms = WALL;
    run->stages[STAGE_EKS] = (struct run_stage){.state = STAGE_RUNNING, .began_ms = WALL};
    run->stages[STAGE_EKS].terraform.verb = TF_APPLY;
    run->stages[STAGE_EKS].terraform.done = 41;
    run->stages[STAGE_EKS].terraform.total = 58;
    json_t *value = report_status(session);
    cr_assert_str_eq(js_text(value, "stages.0.state"), "running");
    cr_assert(json_is_null(js_get(value, "stages.0.ended")));
    expect(json_incref(json_object_get(value, "runs")),
           "[{\"id\":\"r1\",\"stage\":\"eks\",\"command\":\"apply\","
           "\"started\":\"2026-11-22T12:00:00Z\",\"done\":41,\"total\":58,\"ending\":null,"
           "\"ended\":null}]");
    json_decref(value);
    estimates_finish(&session->estimates);
    free(session);
}

static json_t *of_journal(const struct run *run, const char *text)
{
    struct error err;
    json_t *event = js_parse(str_of(text), &err);
    cr_assert_not_null(event, "%s", err.text);
    json_t *value = report_event(run, STAGE_NONE, event, NULL, WALL);
    json_decref(event);
    return value;
}

Test(report, events_of_the_journal)
{
    struct run *run = alloc_zeroed(1, sizeof *run);
    str_copy(STR("r1"), run->id, sizeof run->id);
    run->stage = STAGE_NONE;
    expect(of_journal(run, "{\"time\":\"2026-11-22T10:00:00Z\",\"event\":\"run\","
                           "\"command\":\"apply\"}"),
           "{\"time\":\"2026-11-22T10:00:00Z\",\"stage\":null,\"event\":\"start\",\"run\":\"r1\","
           "\"command\":\"apply\"}");
    expect(of_journal(run, "{\"event\":\"step\",\"stage\":\"eks\",\"step\":\"init\","
                           "\"state\":\"running\"}"),
           "{\"time\":\"2026-11-22T12:00:00Z\",\"stage\":\"eks\",\"event\":\"start\","
           "\"step\":\"init\"}");
    expect(of_journal(run, "{\"event\":\"step\",\"stage\":\"eks\",\"step\":\"init\","
                           "\"state\":\"done\",\"code\":0}"),
           "{\"time\":\"2026-11-22T12:00:00Z\",\"stage\":\"eks\",\"event\":\"end\","
           "\"step\":\"init\",\"state\":\"done\"}");
    expect(of_journal(run, "{\"event\":\"review\",\"stage\":\"eks\",\"add\":58,\"change\":1,"
                           "\"remove\":2,\"cost_per_hour\":0.5}"),
           "{\"time\":\"2026-11-22T12:00:00Z\",\"stage\":\"eks\",\"event\":\"progress\","
           "\"step\":\"plan\",\"add\":58,\"change\":1,\"destroy\":2,\"cost_per_hour\":0.5}");
    expect(of_journal(run, "{\"event\":\"stage\",\"stage\":\"eks\",\"state\":\"done\"}"),
           "{\"time\":\"2026-11-22T12:00:00Z\",\"stage\":\"eks\",\"event\":\"end\","
           "\"state\":\"done\"}");
    cr_assert_null(of_journal(run, "{\"event\":\"worker\",\"pid\":7}"));
    cr_assert_null(of_journal(run, "{\"event\":7}"));
    cr_assert_null(report_event(run, STAGE_NONE, NULL, NULL, WALL));
    free(run);
}

Test(report, events_of_terraform)
{
    struct run *run = alloc_zeroed(1, sizeof *run);
    struct tf_event *event = alloc_zeroed(1, sizeof *event);
    run->stage = STAGE_EKS;
    run->stages[STAGE_EKS].terraform.done = 3;
    run->stages[STAGE_EKS].terraform.total = 58;
    event->type = TF_APPLY_COMPLETE;
    event->action = TF_CREATE;
    event->wall_ms = WALL + 1000;
    event->elapsed_s = 12;
    str_copy(STR("module.vpc.aws_vpc.this[0]"), event->address, sizeof event->address);
    expect(report_event(run, STAGE_EKS, NULL, event, WALL),
           "{\"time\":\"2026-11-22T12:00:01Z\",\"stage\":\"eks\",\"event\":\"resource\","
           "\"address\":\"module.vpc.aws_vpc.this[0]\",\"action\":\"create\",\"state\":\"done\","
           "\"elapsed_s\":12,\"done\":3,\"total\":58}");
    event->type = TF_APPLY_PROGRESS;
    event->elapsed_s = -1;
    json_t *value = report_event(run, STAGE_EKS, NULL, event, WALL);
    cr_assert_str_eq(js_text(value, "event"), "progress");
    cr_assert(json_is_null(js_get(value, "elapsed_s")));
    json_decref(value);
    event->type = TF_DIAGNOSTIC;
    event->error = true;
    event->wall_ms = 0;
    event->address[0] = '\0';
    str_copy(STR("VcpuLimitExceeded"), event->summary, sizeof event->summary);
    expect(report_event(run, STAGE_EKS, NULL, event, WALL),
           "{\"time\":\"2026-11-22T12:00:00Z\",\"stage\":\"eks\",\"event\":\"diagnostic\","
           "\"severity\":\"error\",\"summary\":\"VcpuLimitExceeded\",\"detail\":null,"
           "\"address\":null}");
    for (int type = TF_NOTE; type <= TF_DIAGNOSTIC; type++) {
        event->type = (enum tf_type)type;
        json_decref(report_event(run, STAGE_EKS, NULL, event, WALL));
    }
    event->type = TF_LOG;
    cr_assert_null(report_event(run, STAGE_EKS, NULL, event, WALL));
    struct session_cluster cluster = {.status = "CREATING"};
    expect(report_cluster(&cluster, WALL),
           "{\"time\":\"2026-11-22T12:00:00Z\",\"stage\":\"eks\",\"event\":\"cluster\","
           "\"status\":\"CREATING\",\"nodes\":null,\"nodes_wanted\":null}");
    free(event);
    free(run);
}

Test(report, the_last_line)
{
    struct run *run = alloc_zeroed(1, sizeof *run);
    struct error err;
    expect(report_done(NULL, NULL, NULL, 0, WALL),
           "{\"time\":\"2026-11-22T12:00:00Z\",\"event\":\"done\",\"ok\":true,\"run\":null,"
           "\"urls\":{\"mlhub\":null,\"pypi\":null,\"pypi_index\":null},\"error\":null}");
    error_set(&err, ERROR_BUSY, "A run is going.");
    error_hint(&err, "Attach.");
    json_t *value = report_done(NULL, NULL, &err, 6, WALL);
    cr_assert_not(js_bool(value, "ok", true));
    expect(json_incref(json_object_get(value, "error")),
           "{\"text\":\"A run is going.\",\"hint\":\"Attach.\",\"exit\":6}");
    json_decref(value);
    value = report_done(NULL, NULL, NULL, 7, WALL);
    cr_assert(js_bool(value, "ok", false), "a plan with changes is no failure");
    json_decref(value);
    run->ending = RUN_DISCARDED;
    value = report_done(run, NULL, NULL, 5, WALL);
    cr_assert_str_eq(js_text(value, "error.text"), "The plan got no consent; nothing was changed.");
    json_decref(value);
    free(run);
}

Test(report, exit_codes)
{
    static const struct {
        enum error_kind kind;
        int code;
    } table[] = {{ERROR_NONE, 0},      {ERROR_INPUT, 2},   {ERROR_AUTH, 4},
                 {ERROR_CANCELLED, 5}, {ERROR_BUSY, 6},    {ERROR_TOOL, 1},
                 {ERROR_SYSTEM, 1},    {ERROR_NETWORK, 1}, {ERROR_SERVICE, 1}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        cr_assert_eq(report_exit_code(&(struct error){.kind = table[i].kind}), table[i].code);
}
