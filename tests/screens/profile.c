/* The form that adds a profile: what it asks for each kind, what it refuses, and where it leads. */
#include <criterion/criterion.h>
#include <sys/stat.h>

#include "core/base/paths.h"
#include "core/session/session_work.h"
#include "tests/screens/fixture.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

static struct fixture fixture;

static const char *no_environment(const char *name)
{
    (void)name;
    return NULL;
}

static void put(const char *name, const char *text)
{
    char dir[PATH_MAX];
    path_dirname(test_path(name), dir);
    cr_assert(dir_make(dir, 0700, NULL));
    cr_assert(file_write(test_path(name), str_of(text), 0600, NULL));
}

static void set_up(void)
{
    fixture_init(&fixture);
    struct session *session = &fixture.session;
    struct error err;
    put("home/.aws/credentials",
        "# mine\n[base]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = " SECRET
        "\n");
    str_copy(str_of(test_path("home")), fixture.place.home, sizeof fixture.place.home);
    profiles_finish(&session->profiles);
    session->profiles_read =
        profiles_load(&session->profiles, fixture.place.home, no_environment, &err);
    cr_assert(session->profiles_read);
    session->profile = 0;
    session->work = alloc_zeroed(1, sizeof *session->work);
    fixture_checked(&fixture);
}

static void tear_down(void)
{
    test_directory_remove();
    free(fixture.session.work);
    fixture_finish(&fixture);
}

TestSuite(profile, .init = set_up, .fini = tear_down);

static void reads(const char *name, const char *wanted)
{
    struct buf text = {0};
    struct error err;
    cr_assert(file_read(test_path(name), 1 << 20, &text, &err), "%s", err.text);
    cr_assert_str_eq(buf_cstr(&text), wanted);
    buf_finish(&text);
}

Test(profile, keys_are_added_and_chosen)
{
    press_keys(&fixture, "n");
    cr_assert_str_eq(place_of(&fixture), "profile");
    cr_assert(shows(&fixture, "kube_admin"), "it is missing, so it is meant");
    press_keys(&fixture, "Tab Tab 'AKIAI44QH8DHBEXAMPLE Tab '" SECRET);
    cr_assert(hides(&fixture, SECRET));
    cr_assert(shows(&fixture, " 40 "));
    press_keys(&fixture, "Tab Tab 'us-east-2 Enter");
    cr_assert_str_eq(place_of(&fixture), "credentials");
    cr_assert_eq(fake.chosen, 2, "its checks begin");
    cr_assert_str_eq(fixture.session.profiles.items[fake.profile].name, "kube_admin");
    reads(
        "home/.aws/credentials",
        "# mine\n[base]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = " SECRET
        "\n\n[kube_admin]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\n"
        "aws_secret_access_key = " SECRET "\n");
    reads("home/.aws/config", "[profile kube_admin]\nregion = us-east-2\n");
    press_keys(&fixture, "n");
    cr_assert(hides(&fixture, "AKIAI44QH8DHBEXAMPLE"), "the form begins anew");
}

Test(profile, says_what_is_wrong_and_gives_it_the_focus)
{
    press_keys(&fixture, "n Enter");
    cr_assert_str_eq(place_of(&fixture), "profile");
    cr_assert(shows(&fixture, "Paste the access key ID: it begins with AKIA or ASIA."));
    press_keys(&fixture, "'AKIAI44QH8DHBEXAMPLE Tab 'short Enter");
    cr_assert(shows(&fixture, "A secret access key has 40 characters."));
    press_keys(&fixture, "Esc");
    cr_assert_str_eq(place_of(&fixture), "credentials");
    press_keys(&fixture, "n");
    cr_assert(shows(&fixture, "AKIAI44QH8DHBEXAMPLE"), "nothing typed is lost");
    press_keys(&fixture, "Ctrl-Q");
    cr_assert_str_eq(place_of(&fixture), "quit", "nobody else has what was typed");
}

Test(profile, a_secret_that_is_shown_hides_by_itself)
{
    press_keys(&fixture, "n Tab Tab Tab 'abc Ctrl-R");
    cr_assert(shows(&fixture, "abc"));
    cr_assert_eq(fake.wakes, 10000);
    fixture.now_ms += 10000;
    fixture.loop.now_ms = fixture.now_ms;
    wizard_settle(&fixture.wizard);
    cr_assert(hides(&fixture, "abc"));
}

Test(profile, keys_of_an_existing_one_are_replaced_on_request_only)
{
    press_keys(&fixture, "n Ctrl-U 'base Tab");
    cr_assert(shows(&fixture, "There is a profile of that name already"));
    cr_assert(shows(&fixture, "Is there"));
    press_keys(&fixture, "Right Tab Tab 'AKIAI44QH8DHBEXAMPLE Tab '" SECRET);
    cr_assert(shows(&fixture, "Enter replaces the keys of base"));
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(place_of(&fixture), "credentials");
    reads(
        "home/.aws/credentials",
        "# mine\n[base]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = " SECRET
        "\n");
}

Test(profile, a_role_takes_another_profile_as_its_source)
{
    press_keys(&fixture, "n Ctrl-U 'ci Tab Right Tab 'arn:aws:iam::123456789012:role/ci");
    cr_assert(shows(&fixture, "Assumed by"));
    cr_assert(hides(&fixture, "Secret key"));
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(place_of(&fixture), "credentials");
    reads("home/.aws/config", "[profile ci]\nrole_arn = arn:aws:iam::123456789012:role/ci\n"
                              "source_profile = base\n");
}

Test(profile, a_sign_in)
{
    press_keys(&fixture, "n Ctrl-U 'analytics Tab Right Right Tab 'corp Tab "
                         "'https://corp.awsapps.com/start Tab 'eu-west-1 Tab '123456789012 Tab "
                         "'Admin Enter");
    cr_assert_str_eq(place_of(&fixture), "credentials");
    reads("home/.aws/config",
          "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\n"
          "sso_region = eu-west-1\nsso_registration_scopes = sso:account:access\n\n"
          "[profile analytics]\nsso_session = corp\nsso_account_id = 123456789012\n"
          "sso_role_name = Admin\n");
}

Test(profile, what_cannot_be_saved_stays_typed)
{
    press_keys(&fixture, "n Tab Tab 'AKIAI44QH8DHBEXAMPLE Tab '" SECRET);
    put("home/.aws/credentials", "[base]\n[base]\n");
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(place_of(&fixture), "profile");
    cr_assert(shows(&fixture, ".aws/credentials:2: section base was already given"));
    cr_assert(shows(&fixture, "AKIAI44QH8DHBEXAMPLE"));
}

Test(profile, without_any_profile_enter_leads_to_the_form)
{
    struct session *session = &fixture.session;
    struct error err;
    put("home/.aws/credentials", "");
    profiles_finish(&session->profiles);
    cr_assert(profiles_load(&session->profiles, fixture.place.home, no_environment, &err));
    session->profile = -1;
    cr_assert(shows(&fixture, "Enter adds one: kube_admin"));
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(place_of(&fixture), "profile");
}

Test(profile, looks)
{
    press_keys(&fixture, "n Tab Tab 'AKIAI44QH8DHBEXAMPLE Tab '" SECRET);
    golden(&fixture, "profile-keys");
    press_keys(&fixture, "Esc n");
    press_keys(&fixture, "Up Up Right");
    golden(&fixture, "profile-role");
    press_keys(&fixture, "Right");
    golden(&fixture, "profile-sign-in");
}
