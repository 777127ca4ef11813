/* The forms of the later stages: their order beside the run, their passwords, and what they refuse.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/screens/fixture.h"

static struct fixture fixture;

static void set_up(void)
{
    fixture_init(&fixture);
    fixture_checked(&fixture);
}

static void tear_down(void)
{
    fixture_finish(&fixture);
}

TestSuite(forms, .init = set_up, .fini = tear_down);

static struct answers *answers(void)
{
    return &fixture.session.answers;
}

static struct secret *secret(enum secret_id id)
{
    return &fixture.session.secrets.items[id];
}

/* Through the EKS form; its plan is made meanwhile. */
static void to_pypi(void)
{
    press_keys(&fixture, "Enter 'demo-hub Enter");
    fixture_run(&fixture, RUN_PREPARING, STEP_PLAN);
    wizard_settle(&fixture.wizard);
    cr_assert_str_eq(place_of(&fixture), "pypi");
}

#define TO_PASSWORD "Tab Tab Tab Tab " /* access, bucket, made, name */

static void to_hub(void)
{
    to_pypi();
    press_keys(&fixture, TO_PASSWORD "Ctrl-G Enter");
    cr_assert_str_eq(place_of(&fixture), "mlhub");
}

Test(forms, are_filled_in_while_the_plan_is_made)
{
    to_hub();
    cr_assert_eq(fake.handed, 1);
    cr_assert_eq(fake.planned, 1);
    press_keys(&fixture, "Tab Tab Tab Ctrl-G Enter");
    cr_assert_str_eq(place_of(&fixture), "domain");
    press_keys(&fixture, "Enter");
    cr_assert_eq(fake.handed, 3);
    cr_assert_eq(fake.planned, 1, "the run that goes is not begun again");
    cr_assert_str_eq(place_of(&fixture), "review");
}

Test(forms, a_plan_that_is_ready_pulls_nobody_out)
{
    to_pypi();
    press_keys(&fixture, "Tab Ctrl-U 'my-packag");
    fixture_plan(&fixture);
    cr_assert(shows(&fixture, "The plan for EKS is ready"));
    cr_assert_str_eq(place_of(&fixture), "pypi");
    cr_assert_str_eq(answers()->pypi_bucket_name, "my-packag");
}

Test(forms, a_run_that_fails_is_said_and_waits)
{
    to_pypi();
    fixture_end(&fixture, RUN_FAILED);
    cr_assert(shows(&fixture, "The run has failed: F8 goes there"));
    press_keys(&fixture, "F8");
    cr_assert_str_eq(place_of(&fixture), "failure");
}

Test(forms, later_leads_to_the_review_and_esc_back_to_the_form)
{
    to_pypi();
    fixture_plan(&fixture);
    press_keys(&fixture, "F8");
    cr_assert_str_eq(place_of(&fixture), "review");
    cr_assert_eq(fake.handed, 0);
    press_keys(&fixture, "Esc");
    cr_assert_eq(fake.discarded, 1);
    cr_assert_str_eq(place_of(&fixture), "pypi");
}

Test(forms, esc_goes_back_form_by_form_and_loses_nothing)
{
    to_hub();
    press_keys(&fixture, "Ctrl-U 'analytics Esc");
    cr_assert_str_eq(place_of(&fixture), "pypi");
    press_keys(&fixture, "Esc");
    cr_assert_str_eq(place_of(&fixture), "cluster");
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(place_of(&fixture), "pypi");
    press_keys(&fixture, "Enter");
    cr_assert(shows(&fixture, "analytics"));
    cr_assert_str_eq(place_of(&fixture), "mlhub");
}

Test(forms, other_answers_for_the_cluster_give_up_its_plan)
{
    to_pypi();
    fixture_plan(&fixture);
    press_keys(&fixture, "Esc Tab Tab Ctrl-U '2 Enter");
    cr_assert_str_eq(place_of(&fixture), "cluster");
    cr_assert_eq(fake.discarded, 1);
    cr_assert_eq(fake.planned, 1);
    fixture_end(&fixture, RUN_DISCARDED);
    wizard_settle(&fixture.wizard);
    cr_assert_eq(fake.planned, 2, "the new plan begins by itself");
    fixture_run(&fixture, RUN_PREPARING, STEP_PLAN);
    snprintf(fixture.session.run.id, sizeof(fixture.session.run.id), "another");
    wizard_settle(&fixture.wizard);
    cr_assert_str_eq(place_of(&fixture), "pypi");
}

Test(forms, are_opened_again_while_their_stage_waits)
{
    fixture_apply(&fixture, 3);
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "e");
    cr_assert_str_eq(place_of(&fixture), "apply", "nothing waits for a form");
    fixture.session.run.stages[STAGE_MLHUB].waits_for_form = true;
    press_keys(&fixture, "e");
    cr_assert_str_eq(place_of(&fixture), "mlhub");
    press_keys(&fixture, "Esc");
    cr_assert_str_eq(place_of(&fixture), "apply");
    fixture.session.run.stages[STAGE_PYPI].waits_for_form = true;
    press_keys(&fixture, "e");
    cr_assert(shows(&fixture, "EKS is still building; PyPI starts by itself"));
    fixture.session.run.changing = true;
    fixture.session.run.stages[STAGE_EKS].state = STAGE_DONE;
    cr_assert(shows(&fixture, "EKS is up: PyPI starts as soon as this is filled in."));
    press_keys(&fixture, TO_PASSWORD "Ctrl-G Enter");
    cr_assert_str_eq(place_of(&fixture), "mlhub");
    press_keys(&fixture, "Tab Tab Tab Ctrl-G Enter");
    cr_assert_str_eq(place_of(&fixture), "apply");
    cr_assert_eq(fake.handed, 2);
}

Test(forms, are_opened_from_a_plan_that_waits_for_one)
{
    fixture_run(&fixture, RUN_PREPARING, STEP_INIT);
    fixture.session.run.stages[STAGE_EKS].state = STAGE_DONE;
    fixture.session.run.stages[STAGE_PYPI].waits_for_form = true;
    wizard_settle(&fixture.wizard);
    cr_assert_str_eq(place_of(&fixture), "review");
    cr_assert(shows(&fixture, "PyPI waits for its form: press e."));
    cr_assert(shows(&fixture, "e fill in the forms"));
    press_keys(&fixture, "e");
    cr_assert_str_eq(place_of(&fixture), "pypi");
    press_keys(&fixture, TO_PASSWORD "Ctrl-G Enter");
    cr_assert_str_eq(place_of(&fixture), "review", "MLHub's form is not waited for");
    cr_assert_eq(fake.handed, 1);
}

Test(forms, the_time_of_eks_stands_on_the_rail)
{
    to_pypi();
    cr_assert(shows(&fixture, "EKS 5m0"));
}

Test(forms, passwords_are_typed_twice)
{
    to_pypi();
    press_keys(&fixture, TO_PASSWORD "Enter");
    cr_assert(shows(&fixture, "Ctrl-G makes one"));
    cr_assert_eq(fake.handed, 0);
    press_keys(&fixture, "'correct-horse Tab 'correct-hors");
    press_keys(&fixture, "Tab");
    cr_assert(shows(&fixture, "The two passwords differ."));
    press_keys(&fixture, "Enter");
    cr_assert_eq(fake.handed, 0);
    press_keys(&fixture, "'e Enter");
    cr_assert_eq(fake.handed, 1);
    cr_assert_str_eq(place_of(&fixture), "mlhub");
    cr_assert_eq(secret(SECRET_PYPI_PASSWORD)->len, strlen("correct-horse"));
}

Test(forms, leaving_asks_while_nobody_else_has_what_was_typed)
{
    to_pypi();
    fixture_end(&fixture, RUN_DISCARDED);
    press_keys(&fixture, TO_PASSWORD "'correct-horse Ctrl-Q");
    cr_assert_str_eq(place_of(&fixture), "quit");
    press_keys(&fixture, "Esc Tab 'correct-horse Enter Ctrl-Q");
    cr_assert(fixture.wizard.leaving);
}

Test(forms, a_pasted_password_is_not_asked_twice_until_it_is_changed)
{
    to_pypi();
    press_keys(&fixture, TO_PASSWORD);
    wizard_key(&fixture.wizard,
               (struct press){.code = PRESS_PASTE, .text = "correct-horse\n", .len = 14});
    cr_assert(shows(&fixture, "not asked twice"));
    cr_assert_str_eq(place_of(&fixture), "pypi", "a pasted newline submits nothing");
    press_keys(&fixture, "'x Enter");
    cr_assert_eq(fake.handed, 0);
    cr_assert(shows(&fixture, "Type the password once more."));
}

static bool on_screen(struct str text)
{
    const struct grid *grid = &fixture.grid;
    for (int at = 0; at + (int)text.len <= grid->w * grid->h; at++) {
        size_t i = 0;
        while (i < text.len &&
               grid->cells[at + (int)i].runes[0] == (uint32_t)(unsigned char)text.data[i])
            i++;
        if (i == text.len && i > 0)
            return true;
    }
    return false;
}

Test(forms, a_password_is_shown_for_ten_seconds)
{
    to_pypi();
    press_keys(&fixture, TO_PASSWORD "Ctrl-G");
    struct str made = secret_expose(secret(SECRET_PYPI_PASSWORD));
    fixture_draw(&fixture, 80, 24);
    cr_assert_not(on_screen(made));
    press_keys(&fixture, "Ctrl-R");
    fixture_draw(&fixture, 80, 24);
    cr_assert(on_screen(made));
    cr_assert_eq(fake.wakes, 10000);
    fixture.now_ms += 10000;
    fixture.loop.now_ms = fixture.now_ms;
    fixture_draw(&fixture, 80, 24);
    cr_assert_not(on_screen(made));
}

static const char *seed(const char *name)
{
    static const char *const variables[][2] = {
        {"TF_VAR_pypi_aws_access_key_id", "AKIAIOSFODNN7EXAMPLE"},
        {"TF_VAR_pypi_aws_access_key_secret", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
        {"TF_VAR_pypi_bucket_name", "acme-demo-hub-pypi"},
        {"TF_VAR_pypi_admin_user", "ada"},
        {"TF_VAR_pypi_user_encrypted_pwd",
         "$6$rounds=20500$saltsalt$EjYvTwF1BHck.T2WTtQMm2Cvj4aBTpET3FUVqta."
         "RaVMmiA5AQpjWvxLb4irzX5CZJzL7oIrnYA/8a6.cPGYu/"},
    };
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        if (strcmp(variables[i][0], name) == 0)
            return variables[i][1];
    return NULL;
}

Test(forms, the_environment_of_the_seed_fills_them_in)
{
    fixture.place.lookup = seed;
    to_pypi();
    cr_assert_str_eq(answers()->pypi_credentials, "keys");
    cr_assert_str_eq(answers()->pypi_bucket_name, "acme-demo-hub-pypi");
    cr_assert_str_eq(answers()->pypi_admin_user, "ada");
    cr_assert(shows(&fixture, "AKIAIOSFODNN7EXAMPLE"));
    cr_assert(shows(&fixture, "from TF_VAR_pypi_aws_access_key_id"));
    cr_assert(shows(&fixture, "keys: the environment has a pair"));
    cr_assert(shows(&fixture, "TF_VAR_pypi_user_encrypted_pwd"));
    golden(&fixture, "pypi-seed");
    press_keys(&fixture, "Tab Tab Ctrl-R");
    fixture_draw(&fixture, 80, 24);
    cr_assert_not(on_screen(STR("wJalrXUtnFEMI")), "what the environment gave is never shown");
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(place_of(&fixture), "mlhub");
}

Test(forms, everybody_over_http_wants_a_typed_yes)
{
    to_pypi();
    press_keys(&fixture, TO_PASSWORD "Ctrl-G Tab Tab Ctrl-U '0.0.0.0/0 Enter");
    cr_assert_eq(fake.handed, 0);
    cr_assert(shows(&fixture, "Type yes in full"));
    press_keys(&fixture, "'yes Enter");
    cr_assert_eq(fake.handed, 1);
    press_keys(&fixture, "BackTab Ctrl-U '0.0.0.0/0 Enter");
    cr_assert_str_eq(place_of(&fixture), "mlhub", "the yes for one is none for the other");
}

Test(forms, what_exists_keeps_its_secrets)
{
    fixture.session.stages[STAGE_EKS].state = STAGE_DONE;
    fixture.session.stages[STAGE_PYPI].state = STAGE_DONE;
    fixture.session.stages[STAGE_MLHUB].state = STAGE_DONE;
    snprintf(answers()->pypi_bucket_name, sizeof(answers()->pypi_bucket_name), "kept-as-it-was");
    snprintf(answers()->cluster_name, sizeof(answers()->cluster_name), "demo-hub");
    press_keys(&fixture, "Enter Enter");
    cr_assert_str_eq(place_of(&fixture), "pypi");
    cr_assert(shows(&fixture, "kept-as-it-was"));
    cr_assert(shows(&fixture, "kept; type one only to change it"));
    golden(&fixture, "pypi-kept");
    press_keys(&fixture, "Enter Enter Enter");
    cr_assert_str_eq(place_of(&fixture), "review");
}

Test(forms, a_rehearsal_is_walked_by_enter_alone)
{
    fixture.place.rehearsal = true;
    press_keys(&fixture, "Enter 'demo-hub Enter Enter Enter Enter");
    cr_assert_str_eq(place_of(&fixture), "review");
    cr_assert(fixture.session.secrets.generated[SECRET_PYPI_PASSWORD]);
    cr_assert(fixture.session.secrets.generated[SECRET_HUB_PASSWORD]);
}

Test(forms, bucket_is_tried_when_its_row_is_left)
{
    to_pypi();
    fixture_draw(&fixture, 80, 24);
    int before = fake.tried;
    cr_assert_gt(before, 0, "what is proposed is tried at once");
    press_keys(&fixture, "Tab");
    before = fake.tried;
    press_keys(&fixture, "'x 'y");
    cr_assert_eq(fake.tried, before, "not while it is typed");
    press_keys(&fixture, "Tab");
    cr_assert_gt(fake.tried, before);
    before = fake.tried;
    press_keys(&fixture, "F5");
    cr_assert_gt(fake.tried, before);
}

Test(forms, hostile_texts_stay_texts)
{
    to_pypi();
    press_keys(&fixture, "Tab");
    static const char paste[] = "\x1b[2J\x07 bucket\nname";
    wizard_key(&fixture.wizard,
               (struct press){.code = PRESS_PASTE, .text = paste, .len = sizeof(paste) - 1});
    press_keys(&fixture, "Tab");
    fixture_draw(&fixture, 80, 24);
    for (size_t i = 0; answers()->pypi_bucket_name[i]; i++)
        cr_assert(answers()->pypi_bucket_name[i] >= ' ');
    cr_assert(shows(&fixture, "A bucket has 3 to 63"));
}

Test(forms, the_policy_names_the_bucket)
{
    to_pypi();
    press_keys(&fixture, "Tab Ctrl-U 'my-packages F6");
    cr_assert(shows(&fixture, "arn:aws:s3:::my-packages"));
    golden(&fixture, "pypi-policy");
    press_keys(&fixture, "c");
    char *copied = wizard_copied(&fixture.wizard);
    cr_assert(copied && strstr(copied, "arn:aws:s3:::my-packages/*"));
    free(copied);
    press_keys(&fixture, "Esc");
    cr_assert(shows(&fixture, "Private PyPI server"));
}

Test(forms, looks)
{
    to_hub();
    golden(&fixture, "mlhub");
    press_keys(&fixture, "Esc");
    golden(&fixture, "pypi");
}

Test(forms, all_answers_are_on_one_page)
{
    to_hub();
    press_keys(&fixture, "Tab Tab Tab Ctrl-G Enter Enter");
    fixture_plan(&fixture);
    fixture.session.run.stages_wanted[STAGE_PYPI] = true;
    fixture.session.run.stages_wanted[STAGE_MLHUB] = true;
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "e");
    golden(&fixture, "review-all-answers");
    struct str made = secret_expose(secret(SECRET_HUB_PASSWORD));
    cr_assert_not(on_screen(made));
}
