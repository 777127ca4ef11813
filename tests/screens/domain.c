/* The Domain form: one row without a domain, the account's zones to pick from, what its answers are
 * together, and what a run that builds already leaves open. */
#include <criterion/criterion.h>
#include <string.h>

#include "core/session/session_zones.h"
#include "tests/screens/fixture.h"

static struct fixture fixture;
static struct session_zones zones;

static void set_up(void)
{
    fixture_init(&fixture);
    fixture_checked(&fixture);
    fixture.place.rehearsal = true; /* passwords make themselves */
    zones = (struct session_zones){.over = false};
    fixture.session.zones = &zones;
    snprintf(fixture.session.answers.domain_acme_email,
             sizeof fixture.session.answers.domain_acme_email, "ada@acme.example");
}

static void tear_down(void)
{
    fixture.session.zones = NULL;
    fixture_finish(&fixture);
}

TestSuite(domain_form, .init = set_up, .fini = tear_down);

static struct answers *answers(void)
{
    return &fixture.session.answers;
}

static void to_domain(void)
{
    press_keys(&fixture, "Enter 'demo-hub Enter");
    fixture_run(&fixture, RUN_PREPARING, STEP_PLAN);
    wizard_settle(&fixture.wizard);
    press_keys(&fixture, "Enter Enter");
    cr_assert_str_eq(place_of(&fixture), "domain");
}

static void know_zones(void)
{
    static const char *const names[] = {"acme.example", "demo.acme.example"};
    zones.over = true;
    zones.route53.zone_count = 2;
    for (size_t i = 0; i < 2; i++)
        snprintf(zones.route53.zones[i].name, sizeof zones.route53.zones[i].name, "%s", names[i]);
    wizard_settle(&fixture.wizard);
}

Test(domain_form, is_one_row_without_a_domain)
{
    to_domain();
    cr_assert_eq(fake.zones, 0, "nobody is asked");
    golden(&fixture, "domain-none");
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(place_of(&fixture), "review");
    cr_assert_not(fixture.session.wanted[STAGE_DOMAIN]);
}

Test(domain_form, takes_a_name_while_the_zones_are_asked_for)
{
    to_domain();
    press_keys(&fixture, "Right Tab 'demo.acme.example");
    cr_assert(fake.zones > 0);
    cr_assert(shows(&fixture, "asking Route 53 for yours"));
    cr_assert(shows(&fixture, "hub.demo.acme.example"));
    golden(&fixture, "domain");
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(place_of(&fixture), "review");
    cr_assert_str_eq(answers()->domain_zone, "demo.acme.example");
    cr_assert(fixture.session.wanted[STAGE_DOMAIN]);
    cr_assert_eq(fake.handed, 3);
}

Test(domain_form, wants_a_zone_or_none)
{
    to_domain();
    press_keys(&fixture, "Right Enter");
    cr_assert_str_eq(place_of(&fixture), "domain");
    cr_assert(shows(&fixture, "Name the zone that hub and PyPI shall be in"));
    press_keys(&fixture, "'Demo Enter");
    cr_assert(shows(&fixture, "in small letters"));
    press_keys(&fixture, "BackTab Left Enter");
    cr_assert_str_eq(place_of(&fixture), "review");
    cr_assert_str_empty(answers()->domain_zone);
}

Test(domain_form, none_and_back_keeps_the_name)
{
    to_domain();
    press_keys(&fixture, "Right Tab 'demo.acme.example BackTab Left");
    cr_assert_str_empty(answers()->domain_zone);
    press_keys(&fixture, "Right");
    cr_assert_str_eq(answers()->domain_zone, "demo.acme.example");
}

Test(domain_form, a_zone_is_picked_from_the_account)
{
    to_domain();
    press_keys(&fixture, "Right");
    know_zones();
    cr_assert(shows(&fixture, "the account has 2"));
    press_keys(&fixture, "Tab Tab Space Down Down Enter");
    cr_assert_str_eq(answers()->domain_zone, "demo.acme.example");
    cr_assert(shows(&fixture, "in this account"));
    golden(&fixture, "domain-picked");
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(place_of(&fixture), "review");
}

Test(domain_form, a_zone_that_is_not_there_is_to_be_made)
{
    to_domain();
    press_keys(&fixture, "Right Tab 'new.example");
    know_zones();
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(place_of(&fixture), "domain");
    cr_assert(shows(&fixture, "The account has no zone new.example"));
    press_keys(&fixture, "Right Enter");
    cr_assert_str_eq(place_of(&fixture), "review");
    cr_assert_str_eq(answers()->domain_create_zone, "true");
}

Test(domain_form, says_what_cannot_be_together_and_where)
{
    to_domain();
    press_keys(&fixture, "Right Tab 'demo.acme.example Tab Tab 'hub.elsewhere.example Enter");
    cr_assert(shows(&fixture, "is not in the zone demo.acme.example"));
    press_keys(&fixture, "Ctrl-U Tab Tab Tab Tab Right Enter");
    cr_assert(shows(&fixture, "With http01 Let's Encrypt comes from anywhere"));
    press_keys(&fixture, "Left Enter");
    cr_assert_str_eq(place_of(&fixture), "review");
}

Test(domain_form, is_settled_once_the_index_is_planned)
{
    to_domain();
    fixture.session.run.stages[STAGE_PYPI].step = STEP_PLAN;
    wizard_settle(&fixture.wizard);
    cr_assert(shows(&fixture, "this run builds without it already"));
    press_keys(&fixture, "Right");
    cr_assert(shows(&fixture, "‹ none ›"));
    press_keys(&fixture, "Enter");
    cr_assert_str_eq(place_of(&fixture), "review");
}

Test(domain_form, that_is_up_keeps_its_zone)
{
    snprintf(answers()->domain_zone, sizeof answers()->domain_zone, "demo.acme.example");
    fixture.session.stages[STAGE_DOMAIN].state = STAGE_DONE;
    to_domain();
    cr_assert(shows(&fixture, "ekshub-tui destroy domain ends it"));
    press_keys(&fixture, "'x");
    cr_assert_str_eq(answers()->domain_zone, "demo.acme.example", "the focus is behind it");
}

Test(domain_form, esc_goes_back_and_later_leaves_it)
{
    to_domain();
    press_keys(&fixture, "Right Tab 'demo.acme.example Esc");
    cr_assert_str_eq(place_of(&fixture), "mlhub");
    press_keys(&fixture, "Enter");
    cr_assert(shows(&fixture, "demo.acme.example"));
    fixture_plan(&fixture);
    press_keys(&fixture, "F8");
    cr_assert_str_eq(place_of(&fixture), "review");
}
