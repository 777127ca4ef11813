/* The end of a deployment on the screen: what a destroy means, the typed name, and what is left. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "tests/screens/fixture.h"

static struct fixture fixture;

static void set_up(void)
{
    fixture_init(&fixture);
}

static void tear_down(void)
{
    fixture.session.end = NULL;
    free(fake.end.residue.items);
    fixture_finish(&fixture);
}

TestSuite(ending, .init = set_up, .fini = tear_down);

static struct teardown_data person(const char *name, bool used, int64_t since_ms, int64_t made_ms)
{
    struct teardown_data data = {
        .workspace = true, .used = used, .since_ms = since_ms, .made_ms = made_ms};
    str_copy(str_of(name), data.owner, sizeof data.owner);
    str_copy(STR("workspace volume"), data.what, sizeof data.what);
    str_copy(STR("10Gi"), data.size, sizeof data.size);
    return data;
}

/* Everything is up, and the operator pressed D. */
static void up(void)
{
    struct teardown *teardown = &fake.end.teardown;
    fixture_apply(&fixture, 58);
    fixture_end(&fixture, RUN_SUCCEEDED);
    *teardown = (struct teardown){
        .exists = {true, true, true, false},
        .resources = {58, 9, 7, 0},
        .by_terraform = 74,
        .states = 3,
        .since_ms = WALL_MS - 41LL * 24 * 3600 * 1000,
        .time = {14 * 60, 20 * 60},
        .asked = true,
        .by_controllers = 5,
        .balancers = 2,
        .volumes = 3,
        .data_count = 3,
        .working = 1,
    };
    teardown->data[0] = person("ada", true, WALL_MS - 5 * 3600 * 1000, WALL_MS);
    teardown->data[1] = person("grace", false, 0, WALL_MS - 9LL * 24 * 3600 * 1000);
    teardown->data[2] = (struct teardown_data){.owner = "hub",
                                               .what = "accounts, settings",
                                               .size = "1Gi",
                                               .used = true,
                                               .since_ms = WALL_MS - 6 * 3600 * 1000};
    fixture_draw(&fixture, 80, 24);
    press_keys(&fixture, "D");
}

Test(ending, shows_people_and_data_first)
{
    up();
    cr_assert_str_eq(place_of(&fixture), "destroy");
    cr_assert_eq(fake.looked, 1);
    cr_assert(shows(&fixture, "ada is working in it right now"));
    golden(&fixture, "destroy");
}

Test(ending, the_bucket_is_kept_unless_asked)
{
    struct answers *answers = &fixture.session.answers;
    up();
    str_copy(STR("acme-pypi"), answers->pypi_bucket_name, sizeof answers->pypi_bucket_name);
    fixture_draw(&fixture, 80, 24);
    cr_assert(shows(&fixture, "[ ] delete the bucket acme-pypi too"));
    cr_assert_not(answers_lose_bucket(answers));
    press_keys(&fixture, "Tab 'demo-hub");
    cr_assert(shows(&fixture, "[x] delete the bucket acme-pypi too"));
    cr_assert(shows(&fixture, "Enter destroys demo-hub and all packages."));
    cr_assert(answers_lose_bucket(answers));
    press_keys(&fixture, "Tab");
    cr_assert(shows(&fixture, "Enter destroys demo-hub. There is no way back."));
    cr_assert_not(answers_lose_bucket(answers));
    str_copy(STR("false"), answers->pypi_create_bucket, sizeof answers->pypi_create_bucket);
    press_keys(&fixture, "Tab");
    cr_assert(shows(&fixture, "the bucket acme-pypi stays, with its packages"));
    cr_assert_not(answers_lose_bucket(answers), "it is not ours to delete");
}

Test(ending, nothing_happens_before_the_name_is_complete)
{
    up();
    press_keys(&fixture, "'demo-hu Enter");
    cr_assert_eq(fake.destroyed, 0);
    cr_assert(shows(&fixture, "Nothing has begun: type demo-hub in full"));
    press_keys(&fixture, "'bb Enter");
    cr_assert_eq(fake.destroyed, 0);
    press_keys(&fixture, "Backspace Enter");
    cr_assert_eq(fake.destroyed, 1);
    cr_assert(fixture.session.consent);
    for (int i = 0; i < STAGES; i++)
        cr_assert(fixture.session.wanted[i]);
    press_keys(&fixture, "Enter"); /* once is enough */
    cr_assert_eq(fake.destroyed, 1);
}

Test(ending, keys_that_end_too_early_want_a_second_word)
{
    fixture.session.checks.expires_ms = WALL_MS + fixture.now_ms + (int64_t)5 * 60 * 1000;
    up();
    cr_assert(shows(&fixture, "The credentials end in 5m00s; what begins now may take"));
    press_keys(&fixture, "'demo-hub Enter");
    cr_assert_eq(fake.destroyed, 0);
    cr_assert(shows(&fixture, "type demo-hub anyway in full"));
    press_keys(&fixture, "Space 'anyway Enter");
    cr_assert_eq(fake.destroyed, 1);
    cr_assert(fixture.session.short_lived);
}

Test(ending, refused_destroy_gives_the_consent_back)
{
    up();
    fake.refuse = true;
    press_keys(&fixture, "'demo-hub Enter");
    cr_assert_not(fixture.session.consent);
    cr_assert(shows(&fixture, "The fake refuses."));
}

Test(ending, cluster_that_is_gone_is_said)
{
    up();
    fake.end.teardown.cluster_gone = true;
    fake.end.teardown.data_count = fake.end.teardown.working = 0;
    fixture_draw(&fixture, 80, 24);
    cr_assert(shows(&fixture, "the cluster is gone already"));
    cr_assert(shows(&fixture, "what was in the cluster went with it"));
    golden(&fixture, "destroy-gone");
}

Test(ending, esc_goes_back_and_nothing_was_done)
{
    up();
    press_keys(&fixture, "'demo Esc");
    cr_assert_str_eq(place_of(&fixture), "results");
    cr_assert_eq(fake.destroyed, 0);
}

/* ---- residue ---- */

static void leave(int kind, const char *id, const char *because, double cost)
{
    struct residue *residue = &fake.end.residue;
    alloc_room(&residue->items, residue->count, &residue->capacity, sizeof *residue->items);
    struct residue_item *item = &residue->items[residue->count++];
    *item = (struct residue_item){.kind = kind, .cost_per_hour = cost};
    str_copy(str_of(id), item->thing.id, sizeof item->thing.id);
    str_copy(str_of(because), item->because, sizeof item->because);
    residue->cost_per_hour += cost;
}

static void destroyed(bool orphan)
{
    struct residue *residue = &fake.end.residue;
    fixture_apply(&fixture, 58);
    residue->looked_ms = WALL_MS;
    for (int i = 0; i < RESIDUE_KINDS; i++)
        residue->looked[i] = true;
    str_copy(STR("us-east-2"), residue->region, sizeof residue->region);
    if (orphan) {
        leave(INVENTORY_BALANCER, "a1b2c3d4e5f60718293a4b5c6d7e8f90", "service mlhub/proxy-public",
              0.025);
        leave(INVENTORY_INTERFACE, "eni-0d4c0000000000001", "of that load balancer", 0);
        leave(INVENTORY_INTERFACE, "eni-07be0000000000002", "of that load balancer", 0);
        leave(INVENTORY_SECURITY_GROUP, "sg-0123456789abcdef0", "of that load balancer", 0);
        leave(INVENTORY_VPC, "vpc-0a1b2c3d", "cannot go before these", 0);
        leave(RESIDUE_ADDRESS, "203.0.113.21", "of that load balancer", 0.005);
        leave(RESIDUE_ADDRESS, "203.0.113.22", "of that load balancer", 0.005);
    }
    fixture.session.run.command = RUN_DESTROY;
    fixture_end(&fixture, RUN_SUCCEEDED);
    fixture_draw(&fixture, 80, 24);
}

Test(ending, run_that_destroyed_leads_to_what_is_left)
{
    destroyed(true);
    cr_assert_str_eq(place_of(&fixture), "residue");
    cr_assert_eq(fake.searched, 1);
    cr_assert(shows(&fixture, "7 things are left"));
    golden(&fixture, "residue");
}

Test(ending, what_is_gone_may_be_built_again)
{
    destroyed(false);
    cr_assert(shows(&fixture, "e build it again"));
    press_keys(&fixture, "e");
    cr_assert_str_eq(place_of(&fixture), "cluster");
    press_keys(&fixture, "Esc");
    cr_assert_str_eq(place_of(&fixture), "residue");
}

Test(ending, removal_of_all_asks_once_more)
{
    destroyed(true);
    press_keys(&fixture, "X");
    cr_assert_eq(fake.removed, 0);
    cr_assert(shows(&fixture, "X again removes all 7"));
    press_keys(&fixture, "Down X");
    cr_assert_eq(fake.removed, 0);
    press_keys(&fixture, "X");
    cr_assert_eq(fake.removed, 1);
}

Test(ending, removal_of_one_is_the_one_under_the_cursor)
{
    destroyed(true);
    press_keys(&fixture, "Down x");
    cr_assert_eq(fake.removed, 1 + 2);
}

Test(ending, green_only_at_zero)
{
    destroyed(false);
    cr_assert(shows(&fixture, "Nothing is left. $0/h."));
    golden(&fixture, "residue-nothing");
    fake.end.residue.failed = 1;
    fake.end.residue.looked[INVENTORY_VOLUME] = false;
    fixture_draw(&fixture, 80, 24);
    cr_assert(hides(&fixture, "Nothing is left. $0/h."));
    cr_assert(shows(&fixture, "not everything could be asked"));
}

Test(ending, report_is_saved_and_ids_are_copied)
{
    destroyed(true);
    press_keys(&fixture, "s");
    cr_assert_eq(fake.saved, 1);
    press_keys(&fixture, "y");
    char *copied = wizard_copied(&fixture.wizard);
    cr_assert(strstr(copied, "load balancer a1b2c3d4e5f60718293a4b5c6d7e8f90\n"));
    free(copied);
}
