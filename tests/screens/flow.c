/* What keys do: where they lead, what they ask of the session, and what they refuse. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/screens/fixture.h"

static struct fixture fixture;

static void set_up(void)
{
    fixture_init(&fixture);
}

static void tear_down(void)
{
    fixture_finish(&fixture);
}

TestSuite(flow, .init = set_up, .fini = tear_down);

Test(flow, checks_begin_after_the_first_frame)
{
    struct wizard fresh;
    memset(&fake, 0, sizeof(fake));
    wizard_init(&fresh, &fixture.session, false);
    cr_assert_eq(fake.chosen, 0);
    wizard_settle(&fresh);
    cr_assert_eq(fake.chosen, 1);
    cr_assert_eq(fake.profile, 1);
    wizard_settle(&fresh);
    cr_assert_eq(fake.chosen, 1);
    wizard_finish(&fresh);
}

Test(flow, failing_checks_hold_enter_back)
{
    fixture_checked(&fixture);
    fixture_check(&fixture, CHECK_CLOCK, CHECK_FAIL, "This clock is wrong.", "");
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(place_of(&fixture), "credentials");
    cr_assert(shows(&fixture, "1 check has failed"));
    press_keys(&fixture, "r");
    cr_assert_eq(fake.rechecked, 1);
}

Test(flow, moving_only_points_and_enter_chooses)
{
    fixture_checked(&fixture);
    int before = fake.chosen;
    press_keys(&fixture, "Up");
    cr_assert_eq(fake.chosen, before);
    press_keys(&fixture, "Enter");
    cr_assert_eq(fake.chosen, before + 1);
    cr_assert_eq(fake.profile, 0);
    cr_assert_str_eq(place_of(&fixture), "credentials");
}

Test(flow, tab_goes_to_the_checks_and_back)
{
    fixture_checked(&fixture);
    fixture_check(&fixture, CHECK_QUOTAS, CHECK_WARN, "5 elastic IPs allowed.", "Ask for more.");
    press_keys(&fixture, "Tab Enter");
    cr_assert(shows(&fixture, "quotas")); /* what warns stands first */
    cr_assert(shows(&fixture, "Ask for more."));
    cr_assert(hides(&fixture, "Which AWS profile?"));
    press_keys(&fixture, "Down Down Up r");
    cr_assert_eq(fake.rechecked, 1);
    press_keys(&fixture, "Esc");
    cr_assert(shows(&fixture, "Enter details"));
    press_keys(&fixture, "r Esc");
    cr_assert_eq(fake.rechecked, 2);
    cr_assert(shows(&fixture, "Enter go on"));
    cr_assert_str_eq(place_of(&fixture), "credentials");
}

Test(flow, form_is_open_while_checks_run_but_does_not_plan)
{
    press_keys(&fixture, "Enter 'demo-hub Enter");
    cr_assert_str_eq(place_of(&fixture), "cluster");
    cr_assert_eq(fake.planned, 0);
    cr_assert(shows(&fixture, "still running"));
}

Test(flow, a_type_without_a_price_makes_the_cost_no_smaller)
{
    fixture_checked(&fixture);
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(place_of(&fixture), "cluster");
    str_copy(STR("t3.nosuch"), fixture.session.answers.instance_type,
             sizeof fixture.session.answers.instance_type);
    wizard_settle(&fixture.wizard);
    cr_assert(shows(&fixture, "more than $"));
    cr_assert(shows(&fixture, "t3.nosuch unknown"));
}

Test(flow, first_complaint_gets_the_focus_and_nothing_is_planned)
{
    fixture_checked(&fixture);
    press_keys(&fixture, "Enter Tab Enter");
    cr_assert_eq(fake.planned, 0);
    cr_assert(shows(&fixture, "The cluster needs a name."));
    press_keys(&fixture, "'demo-hub Enter");
    cr_assert_eq(fake.planned, 1);
    cr_assert_str_eq(place_of(&fixture), "pypi");
}

Test(flow, what_was_typed_outlives_esc)
{
    fixture_checked(&fixture);
    press_keys(&fixture, "Enter 'demo-hub Esc");
    cr_assert_str_eq(place_of(&fixture), "credentials");
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(fixture.session.answers.cluster_name, "demo-hub");
    cr_assert(shows(&fixture, "demo-hub"));
}

Test(flow, letters_are_text_in_a_field)
{
    fixture_checked(&fixture);
    press_keys(&fixture, "Enter 'quiz? Esc");
    cr_assert_str_eq(fixture.session.answers.cluster_name, "quiz?");
}

Test(flow, a_refused_plan_says_why)
{
    fixture_checked(&fixture);
    fake.refuse = true;
    press_keys(&fixture, "Enter 'demo-hub Enter");
    cr_assert_str_eq(place_of(&fixture), "cluster");
    cr_assert(shows(&fixture, "The fake refuses."));
}

Test(flow, version_is_chosen_from_the_table)
{
    fixture_checked(&fixture);
    press_keys(&fixture, "Enter Tab Right");
    cr_assert_str_eq(fixture.session.answers.kubernetes_version, "1.36");
    press_keys(&fixture, "Left Left");
    cr_assert_str_eq(fixture.session.answers.kubernetes_version, "1.34");
}

static void review(void)
{
    fixture_plan(&fixture);
    fixture_draw(&fixture, 80, 24);
    cr_assert_str_eq(place_of(&fixture), "review");
}

Test(flow, only_a_whole_yes_consents)
{
    review();
    press_keys(&fixture, "a Enter");
    cr_assert_eq(fake.consented, 0);
    static const char *const wrong[] = {"y", "ye", "Yes", "yess", "no"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char keys[32];
        snprintf(keys, sizeof(keys), "Ctrl-U '%s Enter", wrong[i]);
        press_keys(&fixture, keys);
        cr_assert_eq(fake.consented, 0, "%s consented", wrong[i]);
        cr_assert(shows(&fixture, "type yes in full"));
    }
    press_keys(&fixture, "Ctrl-U 'yes");
    cr_assert_eq(fake.consented, 0, "nothing happens before Enter");
    press_keys(&fixture, "Enter");
    cr_assert_eq(fake.consented, 1);
    press_keys(&fixture, "Enter");
    cr_assert_eq(fake.consented, 1, "consent is given once");
}

Test(flow, a_yes_with_keys_that_end_too_early_wants_a_second_word)
{
    struct session *session = &fixture.session;
    session->checks.expires_ms = WALL_MS + fixture.now_ms + (int64_t)12 * 60 * 1000;
    review();
    cr_assert(shows(&fixture, "The credentials end in 12m00s; what begins now may take"));
    press_keys(&fixture, "a 'yes Enter");
    cr_assert_eq(fake.consented, 0);
    cr_assert(shows(&fixture, "type yes anyway in full"));
    cr_assert_not(session->short_lived);
    press_keys(&fixture, "Space 'anyway Enter");
    cr_assert_eq(fake.consented, 1);
    cr_assert(session->short_lived);
}

Test(flow, keys_that_are_renewed_want_no_second_word)
{
    fixture.session.checks.expires_ms = WALL_MS + fixture.now_ms + (int64_t)12 * 60 * 1000;
    fixture.session.checks.renews = true;
    review();
    cr_assert(hides(&fixture, "The credentials end in"));
    press_keys(&fixture, "a 'yes Enter");
    cr_assert_eq(fake.consented, 1);
}

Test(flow, a_pasted_newline_does_not_consent)
{
    review();
    press_keys(&fixture, "a");
    wizard_key(&fixture.wizard, (struct press){.code = PRESS_PASTE, .text = "yes\n", .len = 4});
    cr_assert_eq(fake.consented, 0);
    cr_assert(shows(&fixture, "yes"));
}

Test(flow, yes_typed_at_the_tree_is_no_answer)
{
    review();
    press_keys(&fixture, "'yes Enter");
    cr_assert_eq(fake.consented, 0);
}

Test(flow, destruction_wants_the_name)
{
    fixture_plan_change(&fixture);
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "a 'yes Enter");
    cr_assert_eq(fake.consented, 0);
    cr_assert(shows(&fixture, "type demo-hub in full"));
    press_keys(&fixture, "Ctrl-U 'demo-hub Enter");
    cr_assert_eq(fake.consented, 1);
}

Test(flow, a_yes_to_one_plan_is_none_to_another)
{
    review();
    press_keys(&fixture, "a 'ye");
    snprintf(fixture.session.run.id, sizeof(fixture.session.run.id), "another");
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "a 's Enter");
    cr_assert_eq(fake.consented, 0);
}

Test(flow, esc_keeps_the_half_typed_answer_and_then_discards)
{
    review();
    press_keys(&fixture, "a 'ye Esc");
    cr_assert_str_eq(place_of(&fixture), "review");
    cr_assert_eq(fake.discarded, 0);
    press_keys(&fixture, "a 's Enter");
    cr_assert_eq(fake.consented, 1);
}

Test(flow, esc_discards_the_plan_and_goes_to_the_form)
{
    review();
    press_keys(&fixture, "Esc");
    cr_assert_eq(fake.discarded, 1);
    cr_assert_str_eq(place_of(&fixture), "cluster");
    fixture_end(&fixture, RUN_DISCARDED);
    fixture_draw(&fixture, 80, 24);
    cr_assert_str_eq(place_of(&fixture), "cluster");
    cr_assert_str_eq(fixture.session.answers.cluster_name, "demo-hub");
}

Test(flow, find_unfolds_what_it_finds)
{
    review();
    press_keys(&fixture, "/ 'nat_gateway Enter");
    cr_assert(shows(&fixture, "aws_nat_gateway.this"));
    press_keys(&fixture, "/ Ctrl-U 'nonsense Enter");
    cr_assert(shows(&fixture, "Nothing in this plan is called"));
}

Test(flow, the_wizard_follows_the_run)
{
    fixture_run(&fixture, RUN_PREPARING, STEP_INIT);
    fixture_draw(&fixture, 80, 24);
    cr_assert_str_eq(place_of(&fixture), "review");
    fixture_apply(&fixture, 3);
    fixture_draw(&fixture, 80, 24);
    cr_assert_str_eq(place_of(&fixture), "apply");
    fixture_end(&fixture, RUN_SUCCEEDED);
    fixture_draw(&fixture, 80, 24);
    cr_assert_str_eq(place_of(&fixture), "results");
}

Test(flow, the_operator_is_called_when_needed_only)
{
    fixture_run(&fixture, RUN_PREPARING, STEP_PLAN);
    wizard_settle(&fixture.wizard);
    cr_assert_not(fixture.wizard.calls);
    fixture_plan(&fixture);
    wizard_settle(&fixture.wizard);
    cr_assert(fixture.wizard.calls);
    fixture.wizard.calls = false;
    fixture_apply(&fixture, 3);
    wizard_settle(&fixture.wizard);
    cr_assert_not(fixture.wizard.calls);
    fixture_end(&fixture, RUN_FAILED);
    wizard_settle(&fixture.wizard);
    cr_assert(fixture.wizard.calls);
}

Test(flow, a_plan_that_was_stopped_leads_back_to_the_form)
{
    fixture_run(&fixture, RUN_PREPARING, STEP_PLAN);
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "Esc");
    cr_assert_eq(fake.stopped[STOP_NOW], 1);
    fixture_end(&fixture, RUN_STOPPED);
    fixture_draw(&fixture, 80, 24);
    cr_assert_str_eq(place_of(&fixture), "cluster");
}

Test(flow, welcome_opens_the_chosen_one_or_begins_a_new_one)
{
    wizard_finish(&fixture.wizard);
    fixture_deployments(&fixture);
    wizard_init(&fixture.wizard, &fixture.session, false);
    cr_assert(shows(&fixture, "team-hub"));
    press_keys(&fixture, "Enter");
    cr_assert_eq(fake.opened, 1);
    cr_assert_str_eq(place_of(&fixture), "credentials");
    press_keys(&fixture, "Esc n");
    cr_assert_eq(fake.begun, 1);
}

Test(flow, welcome_shows_a_deployment_that_is_only_named)
{
    struct place *place = &fixture.place;
    wizard_finish(&fixture.wizard);
    fixture_deployments(&fixture);
    snprintf(place->dir, sizeof place->dir, "%s", fixture.session.known.items[0].dir);
    snprintf(place->state_dir, sizeof place->state_dir, "/nowhere");
    wizard_init(&fixture.wizard, &fixture.session, false);
    press_keys(&fixture, "Esc");
    cr_assert_str_eq(place_of(&fixture), "welcome");
    cr_assert(shows(&fixture, "demo-hub"));
}

Test(flow, welcome_leads_to_a_rehearsal)
{
    wizard_finish(&fixture.wizard);
    fixture_deployments(&fixture);
    wizard_init(&fixture.wizard, &fixture.session, false);
    press_keys(&fixture, "R");
    cr_assert(fixture.wizard.rehearse);
    cr_assert(fixture.wizard.leaving);
}

Test(flow, a_rehearsal_begun_before_is_gone_on_with_or_started_over)
{
    wizard_finish(&fixture.wizard);
    wizard_init(&fixture.wizard, &fixture.session, true);
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(place_of(&fixture), "credentials");
    wizard_finish(&fixture.wizard);
    wizard_init(&fixture.wizard, &fixture.session, true);
    press_keys(&fixture, "o");
    cr_assert(fixture.wizard.start_over);
    cr_assert(fixture.wizard.leaving);
}

Test(flow, asking_to_stop_stops_nothing)
{
    fixture_apply(&fixture, 3);
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "s");
    cr_assert_str_eq(place_of(&fixture), "stop");
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(place_of(&fixture), "apply");
    cr_assert_eq(fake.stopped[STOP_NOW] + fake.stopped[STOP_WHEN_SAFE], 0);
    press_keys(&fixture, "s w");
    cr_assert_eq(fake.stopped[STOP_WHEN_SAFE], 1);
    press_keys(&fixture, "n");
    cr_assert_eq(fake.stopped[STOP_NOW], 1);
    press_keys(&fixture, "x");
    cr_assert_eq(fake.stopped[STOP_HARDER], 0, "harsher ways come only after two minutes");
    fixture.session.run.interrupted_ms = WALL_MS + fixture.now_ms - 121000;
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "x");
    cr_assert_eq(fake.stopped[STOP_HARDER], 1);
}

Test(flow, the_stop_question_closes_when_the_run_is_over)
{
    fixture_apply(&fixture, 3);
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "s");
    fixture_end(&fixture, RUN_FAILED);
    fixture_draw(&fixture, 80, 24);
    cr_assert_str_eq(place_of(&fixture), "failure");
}

Test(flow, the_log_stays_open_while_the_run_moves_on)
{
    fixture_apply(&fixture, 3);
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "l");
    fixture_end(&fixture, RUN_SUCCEEDED);
    fixture_draw(&fixture, 80, 24);
    cr_assert_str_eq(place_of(&fixture), "log");
    press_keys(&fixture, "Esc");
    cr_assert_str_eq(place_of(&fixture), "results");
}

Test(flow, log_searches_upwards)
{
    fixture_apply(&fixture, 20);
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "l / 'nowhere Enter");
    cr_assert(shows(&fixture, "not there"));
    press_keys(&fixture, "/ 'aws_vpc_this Enter");
    cr_assert(shows(&fixture, "aws_vpc_this"));
    cr_assert(shows(&fixture, " lines"));
    press_keys(&fixture, "Esc");
    cr_assert_str_eq(place_of(&fixture), "log");
    press_keys(&fixture, "Esc");
    cr_assert_str_eq(place_of(&fixture), "apply");
}

static void fail(void)
{
    fixture_apply(&fixture, 3);
    fixture_hook(&fixture, 3, "apply_start", 1000);
    fixture_hook(&fixture, 3, "apply_errored", 0);
    fixture_end(&fixture, RUN_FAILED);
    fixture_draw(&fixture, 80, 24);
    cr_assert_str_eq(place_of(&fixture), "failure");
}

Test(flow, failure_offers_to_go_on_or_change)
{
    fail();
    press_keys(&fixture, "r");
    cr_assert_eq(fake.retried, 1);
    press_keys(&fixture, "c");
    cr_assert_str_eq(place_of(&fixture), "cluster");
}

Test(flow, failure_offers_to_undo_what_an_earlier_run_made)
{
    fail();
    fixture.session.run.changing = false; /* it failed before it changed anything */
    fixture.session.stages[STAGE_EKS].state = STAGE_DONE;
    press_keys(&fixture, "c Esc"); /* back is where it was opened from */
    fixture_draw(&fixture, 80, 24);
    cr_assert_str_eq(place_of(&fixture), "failure");
    cr_assert(shows(&fixture, "undo: destroy what was made"));
}

Test(flow, failure_in_the_cluster_leads_to_its_pods)
{
    fail();
    fixture.session.run.stage = STAGE_PYPI;
    press_keys(&fixture, "c Esc");
    cr_assert(shows(&fixture, "look at the pods"));
    press_keys(&fixture, "p");
    cr_assert_str_eq(place_of(&fixture), "pods");
}

Test(flow, failure_copies_the_error)
{
    fail();
    error_set(&fixture.session.run.error, ERROR_TOOL, "It broke.");
    press_keys(&fixture, "y");
    char *copied = wizard_copied(&fixture.wizard);
    cr_assert(copied != NULL);
    cr_assert(strlen(copied) > 0);
    free(copied);
    cr_assert(wizard_copied(&fixture.wizard) == NULL);
}

Test(flow, quota_preselects_the_form_and_credentials_the_profile)
{
    fail();
    fixture.session.run.error.kind = ERROR_AUTH;
    fixture.wizard.fit = PLACE_NONE; /* as if the screen were entered now */
    fixture.wizard.base = PLACE_CLUSTER;
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(place_of(&fixture), "credentials");
}

Test(flow, a_quota_that_no_answer_changes_leads_to_asking_for_more)
{
    fixture_apply(&fixture, 3);
    fixture_event(
        &fixture,
        "{\"@level\":\"error\",\"@message\":\"Error\",\"@module\":\"terraform.ui\","
        "\"@timestamp\":\"2026-11-22T14:21:00.000000Z\",\"diagnostic\":{\"severity\":"
        "\"error\",\"summary\":\"creating EC2 EIP\",\"detail\":\"AddressLimitExceeded: The "
        "maximum number of addresses has been reached.\",\"address\":"
        "\"module.vpc.aws_eip.nat[0]\"},\"type\":\"diagnostic\"}");
    fixture_end(&fixture, RUN_FAILED);
    fixture_draw(&fixture, 80, 24);
    cr_assert(shows(&fixture, "› k   ask AWS for more"));
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(place_of(&fixture), "credentials");
}

Test(flow, leaving_asks_when_something_would_be_lost)
{
    fixture_checked(&fixture);
    press_keys(&fixture, "Enter 'demo Ctrl-Q");
    cr_assert_str_eq(place_of(&fixture), "quit");
    cr_assert_not(fixture.wizard.leaving);
    press_keys(&fixture, "Esc");
    cr_assert_str_eq(place_of(&fixture), "cluster");
    press_keys(&fixture, "Ctrl-Q x");
    cr_assert(fixture.wizard.leaving);
}

Test(flow, leaving_does_not_ask_when_nothing_would_be_lost)
{
    fixture_checked(&fixture);
    press_keys(&fixture, "Enter Ctrl-Q");
    cr_assert(fixture.wizard.leaving);
}

Test(flow, q_leaves_a_run_at_once_and_ctrl_q_says_what_happens)
{
    fixture_apply(&fixture, 3);
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "Ctrl-Q");
    cr_assert_not(fixture.wizard.leaving);
    cr_assert(shows(&fixture, "The run goes on without this terminal"));
    press_keys(&fixture, "Esc q");
    cr_assert(fixture.wizard.leaving);
}

Test(flow, help_is_everywhere)
{
    fixture_checked(&fixture);
    press_keys(&fixture, "?");
    cr_assert_str_eq(place_of(&fixture), "help");
    press_keys(&fixture, "Esc Enter F1");
    cr_assert_str_eq(place_of(&fixture), "help");
    press_keys(&fixture, "Esc");
    cr_assert_str_eq(place_of(&fixture), "cluster");
}

Test(flow, results_copy_what_is_chosen)
{
    fixture_apply(&fixture, 58);
    fixture_end(&fixture, RUN_SUCCEEDED);
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "Enter");
    char *copied = wizard_copied(&fixture.wizard);
    cr_assert_str_eq(copied, "aws eks update-kubeconfig --name demo-hub --region us-east-2 "
                             "--profile kube_admin");
    free(copied);
}

static void up(void)
{
    fixture.session.outputs.text =
        json_pack("{s:{s:s},s:{s:s}}", "pypi", "url", "http://index", "mlhub", "url", "http://hub");
    str_copy(STR("ada"), fixture.session.answers.pypi_admin_user,
             sizeof fixture.session.answers.pypi_admin_user);
    fixture_apply(&fixture, 58);
    fixture_end(&fixture, RUN_SUCCEEDED);
    fixture_draw(&fixture, 80, 24);
}

Test(flow, results_copy_by_number)
{
    static const char *const wanted[] = {
        "http://hub", "http://index/simple/", "[distutils]\nindex-servers =",
        "pip install --index-url http://index/simple/ --trusted-host index demo-pkg",
        "aws eks update-kubeconfig"};
    up();
    for (int i = 0; i < 5; i++) {
        char keys[16];
        snprintf(keys, sizeof keys, "c %d", i + 1);
        press_keys(&fixture, i % 2 ? keys : keys + 2);
        char *copied = wizard_copied(&fixture.wizard);
        cr_assert(copied && strncmp(copied, wanted[i], strlen(wanted[i])) == 0, "%s", copied);
        cr_assert(!strstr(copied, "password = s"), "never the password");
        free(copied);
    }
}

Test(flow, results_ask_for_a_password_that_nobody_knows)
{
    up();
    press_keys(&fixture, "w 'opensesame");
    cr_assert(shows(&fixture, "Password of ada"));
    cr_assert_eq(fake.wrote, 0);
    press_keys(&fixture, "Esc w Enter");
    cr_assert_eq(fake.wrote, 0, "nothing was typed");
    press_keys(&fixture, "'opensesame Enter");
    cr_assert_eq(fake.wrote, 1);
    press_keys(&fixture, "u i");
    cr_assert_eq(fake.published, 1, "it is known now");
    cr_assert_eq(fake.proved, 1);
}

Test(flow, results_hand_nothing_over_that_is_not_there)
{
    up();
    press_keys(&fixture, "h");
    cr_assert(shows(&fixture, "There is nothing to hand over"));
}

/* Nothing from outside reaches a cell as it is. */
static void no_controls(void)
{
    const struct grid *grid = &fixture.grid;
    for (int i = 0; i < grid->w * grid->h; i++) {
        for (int k = 0; k < TEXT_RUNES && grid->cells[i].runes[k]; k++)
            cr_assert_not(text_hostile(grid->cells[i].runes[k]));
    }
}

Test(flow, hostile_text_never_reaches_a_cell)
{
    static char name[] = "ev\033[2Jil\xc2\x9b\xe2\x80\xae";
    struct session *session = &fixture.session;
    free(session->profiles.items[0].name);
    session->profiles.items[0].name = strdup(name);
    fixture_check(&fixture, CHECK_IDENTITY, CHECK_FAIL, name, name);
    fixture_draw(&fixture, 80, 24);
    no_controls();
    fixture_apply(&fixture, 2);
    fixture_event(&fixture, "{\"@level\":\"error\",\"type\":\"diagnostic\",\"@message\":\"x\",\"@"
                            "module\":\"terraform.ui\","
                            "\"diagnostic\":{\"severity\":\"error\",\"summary\":"
                            "\"\\u001b]0;owned\\u0007\",\"detail\":\"\\u009b31m\\u202e\"}}");
    snprintf(session->answers.cluster_name, sizeof(session->answers.cluster_name), "%s", name);
    snprintf(session->run.who, sizeof(session->run.who), "%s", name);
    static const char *const keys[] = {"", "l", "Esc s", "Esc ?", "Esc Ctrl-Q", "Esc"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        press_keys(&fixture, keys[i]);
        fixture_draw(&fixture, 80, 24);
        no_controls();
    }
    fixture_end(&fixture, RUN_FAILED);
    fixture_draw(&fixture, 120, 40);
    no_controls();
}

Test(flow, any_key_on_any_screen_is_survived)
{
    static const char keys[] = "abcdefghijklmnoprstuvwxyz/?GN ";
    fixture_plan(&fixture);
    fixture_draw(&fixture, 80, 24);
    for (int round = 0; round < 4; round++) {
        if (round == 1)
            fixture_apply(&fixture, 30);
        if (round > 1)
            fixture_end(&fixture, round == 2 ? RUN_FAILED : RUN_SUCCEEDED);
        for (const char *key = keys; *key; key++) {
            wizard_key(&fixture.wizard, (struct press){.code = (uint32_t)*key});
            fixture_draw(&fixture, 80, 24);
            for (uint32_t code = PRESS_ENTER; code <= PRESS_UNKNOWN; code++) {
                if (code != PRESS_PASTE)
                    wizard_key(&fixture.wizard, (struct press){.code = code});
            }
            fixture_draw(&fixture, 60, 16);
        }
    }
    cr_assert(true);
}
