/* The bucket of the packages when everything is taken down: it stays, full as it is, and the next
 * apply takes it again; asked for, it goes with all that is in it. With the player and with the
 * terraform that is installed. */
#define _GNU_SOURCE /* asprintf */

#include "tests/e2e/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct e2e e2e;

static void begin(void)
{
    e2e_begin(&e2e);
    e2e_set(&e2e, "EKSHUB_PYPI_PASSWORD", "pass phrase & more");
    e2e_set(&e2e, "EKSHUB_HUB_PASSWORD", "another phrase");
}

static void end(void)
{
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(bucket, .init = begin, .fini = end, .timeout = 170);

static void run(const char *const *arguments)
{
    struct e2e_output said = e2e_run(&e2e, arguments);
    cr_assert_eq(said.code, 0, "%s: exit %d\n%s\n%s", arguments[3], said.code, said.out, said.err);
    e2e_output_finish(&said);
    place_wait_idle(&e2e);
}

static void build(void)
{
    run(REHEARSED("apply", "--auto-approve"));
    run(REHEARSED("publish"));
}

/* With nothing left; how many things were kept on purpose. */
static size_t destroy(void)
{
    struct e2e_output said = e2e_run(&e2e, REHEARSED("destroy", "--auto-approve", "-o", "json"));
    json_t *events = place_events(said.out);
    const json_t *done = place_done(events), *kept = json_object_get(done, "kept");
    size_t count = json_array_size(kept);
    cr_assert_eq(said.code, 0, "%s\n%s", said.out, said.err);
    cr_assert_eq(json_array_size(json_object_get(done, "residue")), 0, "%s", said.out);
    if (count > 0)
        cr_assert_str_eq(place_text(json_array_get(kept, 0), "id"), "acme-demo-hub-pypi");
    json_decref(events);
    e2e_output_finish(&said);
    place_wait_idle(&e2e);
    return count;
}

static bool holds(const char *file, const char *what)
{
    char *text = e2e_read(&e2e, file);
    bool found = strstr(text, what) != NULL;
    free(text);
    return found;
}

static const char answers[] = PLACE "/ekshub.yaml", world[] = PLACE "/rehearsal/world.jsonl";
static const char gone[] =
    "\"what\":\"destroy\",\"address\":\"terraform_data.aws_s3_bucket_pypi[0]\"";

static void keep(void)
{
    build();
    cr_assert(holds(answers, "pypi_create_bucket: true"));
    cr_assert_eq(destroy(), 1);
    cr_assert(holds(answers, "pypi_create_bucket: false"));
    cr_assert_not(holds(world, gone));
    cr_assert_not(holds(PLACE "/provision-pypi/terraform.tfstate", "aws_s3_bucket"));
    build();
    cr_assert_eq(destroy(), 1);
    cr_assert_not(holds(world, gone));
}

static void give_up(void)
{
    build();
    char *text = e2e_read(&e2e, answers), *choice = strstr(text, "pypi_keep_bucket: true"), *other;
    cr_assert(choice);
    *choice = '\0';
    cr_assert_gt(asprintf(&other, "%spypi_keep_bucket: false%s", text, strchr(choice + 1, '\n')),
                 0);
    e2e_file(&e2e, answers, other, 0600);
    free(other);
    free(text);
    cr_assert_eq(destroy(), 0);
    cr_assert(holds(world, gone));
}

Test(bucket, stays_full_and_is_taken_again_with_the_player)
{
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    keep();
}

Test(bucket, stays_full_and_is_taken_again)
{
    keep();
}

Test(bucket, goes_when_it_is_asked_for_with_the_player)
{
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    give_up();
}

Test(bucket, goes_when_it_is_asked_for)
{
    give_up();
}
