/* Signing in, seen from the keys: how one gets there and back, what is shown at every size, what is
 * copied, and what a failed run offers when its credentials have ended. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/session/session_signin.h"
#include "core/session/session_wants.h"
#include "tests/screens/fixture.h"

static struct fixture fixture;

static void set_up(void)
{
    fixture_init(&fixture);
    fixture_checked(&fixture);
    wizard_settle(&fixture.wizard);
}

static void tear_down(void)
{
    fixture_finish(&fixture);
}

TestSuite(sign_in, .init = set_up, .fini = tear_down);

static struct session_signin *opened(void)
{
    press_keys(&fixture, "Down Enter");
    cr_assert_str_eq(place_of(&fixture), "sign-in");
    return fixture.session.signin;
}

static void give_code(struct session_signin *signin)
{
    struct sso_signin *sso = &signin->sso;
    str_copy(STR("KQFD-WPTX"), sso->code, sizeof sso->code);
    str_copy(STR("https://device.sso.eu-west-1.amazonaws.com/"), sso->url, sizeof sso->url);
    str_copy(STR("https://device.sso.eu-west-1.amazonaws.com/?user_code=KQFD-WPTX"),
             sso->url_complete, sizeof sso->url_complete);
    sso->code_ends_ms = fixture.loop.now_ms + (int64_t)552 * 1000;
    sso->task.state = TASK_RUNNING;
}

static void want_digits(struct session_signin *signin)
{
    signin->want = CREDS_WANT_DIGITS;
    str_copy(STR("arn:aws:iam::123456789012:mfa/ada"), signin->serial, sizeof signin->serial);
    wizard_settle(&fixture.wizard);
}

static bool shows_at(int w, int h, const char *text)
{
    char *out = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);
    fixture_draw(&fixture, w, h);
    grid_print(&fixture.grid, stream);
    fclose(stream);
    bool found = strstr(out, text) != NULL;
    if (!found)
        fprintf(stderr, "\"%s\" is not in\n%s\n", text, out);
    free(out);
    return found;
}

Test(sign_in, enter_opens_it_and_esc_leaves_it)
{
    int chosen = fake.chosen;
    cr_assert(shows(&fixture, "not signed in"));
    press_keys(&fixture, "Down");
    cr_assert(shows(&fixture, "Enter signs in, by a page"));
    press_keys(&fixture, "Enter");
    cr_assert_eq(fake.signed_in, 1);
    cr_assert_str_eq(place_of(&fixture), "sign-in");
    cr_assert(shows(&fixture, "Asking IAM Identity Center for a code"));
    press_keys(&fixture, "Esc");
    cr_assert_str_eq(place_of(&fixture), "credentials");
    cr_assert_null(fixture.session.signin);
    cr_assert_eq(fake.chosen, chosen, "nothing was chosen by the way");
    press_keys(&fixture, "s");
    cr_assert_eq(fake.signed_in, 2);
    press_keys(&fixture, "q");
    cr_assert_str_eq(place_of(&fixture), "credentials");
}

Test(sign_in, the_end_leads_back)
{
    opened();
    session_signin_close(&fixture.session);
    wizard_settle(&fixture.wizard);
    cr_assert_str_eq(place_of(&fixture), "credentials");
}

Test(sign_in, help_over_it_outlives_its_end)
{
    opened();
    press_keys(&fixture, "?");
    session_signin_close(&fixture.session);
    cr_assert(shows(&fixture, "Help"));
    press_keys(&fixture, "Esc");
    cr_assert_str_eq(place_of(&fixture), "credentials");
}

Test(sign_in, the_page_and_the_code_can_be_copied)
{
    struct session_signin *signin = opened();
    press_keys(&fixture, "c");
    cr_assert_null(wizard_copied(&fixture.wizard), "there is none yet");
    give_code(signin);
    press_keys(&fixture, "c");
    char *copied = wizard_copied(&fixture.wizard);
    cr_assert_str_eq(copied, signin->sso.url_complete);
    free(copied);
    press_keys(&fixture, "y");
    copied = wizard_copied(&fixture.wizard);
    cr_assert_str_eq(copied, "KQFD-WPTX");
    free(copied);
    golden(&fixture, "signin-page");
}

Test(sign_in, nothing_that_is_needed_is_lost_on_a_small_screen)
{
    static const int sizes[][2] = {{80, 24}, {60, 16}, {40, 14}, {40, 10}};
    struct session_signin *signin = opened();
    give_code(signin);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        cr_assert(shows_at(sizes[i][0], sizes[i][1], "KQFD-WPTX"));
        cr_assert(shows_at(sizes[i][0], sizes[i][1], "https://device.sso.eu-west-1.amazona"));
    }
    fixture.grid.ascii = true;
    cr_assert(shows_at(80, 24, "KQFD-WPTX"));
    fixture.grid.ascii = false;
    want_digits(signin);
    cr_assert(shows_at(40, 10, "Digits"));
}

Test(sign_in, an_end_without_success_offers_a_new_code)
{
    struct session_signin *signin = opened();
    signin->sso.task.state = TASK_FAILED;
    error_set(&signin->error, ERROR_AUTH, "Nobody confirmed the code in time.");
    cr_assert(shows(&fixture, "Nobody confirmed the code in time."));
    cr_assert(shows(&fixture, "Enter a new code"));
    press_keys(&fixture, "Enter");
    cr_assert_eq(fake.codes, 1);
}

Test(sign_in, digits_are_typed_and_sent)
{
    struct session_signin *signin = opened();
    want_digits(signin);
    golden(&fixture, "signin-digits");
    press_keys(&fixture, "'12 Enter");
    cr_assert(shows(&fixture, "Six digits."));
    press_keys(&fixture, "'3456 Enter");
    cr_assert_eq(fake.digits, 2);
    cr_assert_str_eq(signin->digits, "123456");
    signin->asking = true;
    cr_assert(shows(&fixture, "Asking STS"));
    signin->asking = false;
    error_set(&signin->error, ERROR_AUTH, "The role of profile ci: STS does not permit it.");
    cr_assert(shows(&fixture, "STS does not permit it."));
    press_keys(&fixture, "Esc");
    cr_assert_str_eq(place_of(&fixture), "credentials");
}

Test(sign_in, profiles_that_need_nobody_say_so)
{
    fake.refuse = true;
    press_keys(&fixture, "s");
    cr_assert_str_eq(place_of(&fixture), "credentials");
    cr_assert(shows(&fixture, "The fake refuses."));
}

Test(sign_in, a_run_whose_credentials_ended_goes_on_after_it)
{
    struct session *session = &fixture.session;
    session->profile = 2;
    fixture_run(&fixture, RUN_APPLYING, STEP_APPLY);
    fixture_plan(&fixture);
    fixture_apply(&fixture, 20);
    error_set(&session->run.error, ERROR_AUTH,
              "Profile analytics has a sign-in at IAM Identity Center that is over.");
    fixture_end(&fixture, RUN_FAILED);
    session->run.error.kind = ERROR_AUTH;
    wizard_settle(&fixture.wizard);
    cr_assert_str_eq(place_of(&fixture), "failure");
    cr_assert(shows(&fixture, "sign in again"));
    press_keys(&fixture, "k");
    cr_assert_str_eq(place_of(&fixture), "sign-in");
    session_signin_close(session);
    session->wants[2].now = CREDS_WANT_NOTHING;
    wizard_settle(&fixture.wizard);
    cr_assert_str_eq(place_of(&fixture), "failure");
    cr_assert(shows(&fixture, "look at the credentials"));
    press_keys(&fixture, "Enter");
    cr_assert_eq(fake.retried, 1);
}
