/* Every fault that can be planted, as the man page describes it: the table there is what is tested.
 * The exit code, the state of the stage that it strikes, the sentence; and that a fault which
 * strikes once leaves the next apply alone. */
#include "tests/e2e/place.h"

#include <stdlib.h>
#include <string.h>

enum { PLANTS_MAX = 32 };

struct plant {
    char name[40], stage[16], state[16], sentence[160];
    int code;
};

static struct e2e e2e;

/* The list of the section FAULTS: .It Cm NAME, then "Exit N; STAGE STATE", then .Dq SENTENCE. */
static size_t read_plants(struct plant plants[PLANTS_MAX])
{
    char line[512];
    size_t count = 0;
    bool inside = false;
    FILE *page = fopen(SOURCE_ASSETS "/ekshub-tui.1", "r");
    cr_assert_not_null(page);
    while (fgets(line, sizeof line, page)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, ".Sh ", 4) == 0)
            inside = strcmp(line, ".Sh FAULTS") == 0;
        if (!inside)
            continue;
        if (strncmp(line, ".It Cm ", 7) == 0 && count < PLANTS_MAX) {
            plants[count] = (struct plant){.code = -1};
            snprintf(plants[count++].name, sizeof plants->name, "%.39s", line + 7);
        } else if (count && strncmp(line, "Exit ", 5) == 0) {
            struct plant *plant = &plants[count - 1];
            cr_assert_eq(sscanf(line, "Exit %d; %15[a-z] %15[a-z]", &plant->code, plant->stage,
                                plant->state),
                         3, "%s", line);
        } else if (count && strncmp(line, ".Dq ", 4) == 0) {
            snprintf(plants[count - 1].sentence, sizeof plants->sentence, "%.*s",
                     (int)(strlen(line) - 6), line + 4);
        }
    }
    fclose(page);
    return count;
}

static void begin(void)
{
    e2e_begin(&e2e);
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
}

static void end(void)
{
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(plants, .init = begin, .fini = end, .timeout = 170);

static void expect_stage(const struct plant *plant)
{
    struct e2e_output said = e2e_run(&e2e, REHEARSED("status", "-o", "json"));
    json_t *value = place_json(said.out), *stage;
    size_t i;
    bool found = false;
    json_array_foreach(json_object_get(value, "stages"), i, stage)
    {
        if (strcmp(place_text(stage, "name"), plant->stage) != 0)
            continue;
        found = true;
        cr_assert_str_eq(place_text(stage, "state"), plant->state, "%s: %s", plant->name, said.out);
    }
    cr_assert(found, "%s: %s", plant->name, said.out);
    json_decref(value);
    e2e_output_finish(&said);
}

static void strike(const struct plant *plant)
{
    struct e2e_output said =
        e2e_run(&e2e, REHEARSED("--fault", plant->name, "apply", "--auto-approve", "-o", "json"));
    cr_assert_eq(said.code, plant->code, "%s: exit %d\n%s%s", plant->name, said.code, said.out,
                 said.err);
    json_t *events = place_events(said.out);
    const json_t *done = place_done(events), *error = json_object_get(done, "error");
    cr_assert_eq(json_is_true(json_object_get(done, "ok")), plant->code == 0);
    if (plant->sentence[0])
        cr_assert(strstr(said.out, plant->sentence), "%s: %s", plant->name, said.out);
    if (plant->code)
        cr_assert(place_text(error, "text")[0], "%s: no sentence", plant->name);
    json_decref(events);
    e2e_output_finish(&said);
    place_wait_idle(&e2e);
}

static void goes_on(const struct plant *plant)
{
    struct e2e_output said = e2e_run(&e2e, REHEARSED("apply", "--auto-approve", "-o", "json"));
    cr_assert_eq(said.code, 0, "%s, once more: exit %d\n%s%s", plant->name, said.code, said.out,
                 said.err);
    e2e_output_finish(&said);
    place_wait_idle(&e2e);
}

/* Those that do not go away by themselves. */
static bool stays(const struct plant *plant)
{
    return strcmp(plant->name, "credentials-refused") == 0 ||
           strcmp(plant->name, "hub-claimed") == 0;
}

static void as_described(const char *name)
{
    struct plant plants[PLANTS_MAX];
    size_t count = read_plants(plants);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(plants[i].name, name) != 0)
            continue;
        strike(&plants[i]);
        if (strcmp(plants[i].state, "todo") != 0) /* else nothing was begun: nothing is there */
            expect_stage(&plants[i]);
        if (!stays(&plants[i]))
            goes_on(&plants[i]);
        return;
    }
    cr_assert_fail("the man page has no fault %s", name);
}

#define PLANT(function, name)                                                                      \
    Test(plants, function)                                                                         \
    {                                                                                              \
        as_described(name);                                                                        \
    }

PLANT(credentials_refused, "credentials-refused")
PLANT(missing_permission, "missing-permission")
PLANT(quota_exceeded, "quota-exceeded")
PLANT(apply_error, "apply-error")
PLANT(credentials_expire, "credentials-expire")
PLANT(state_locked, "state-locked")
PLANT(image_pull, "image-pull")
PLANT(no_storage_class, "no-storage-class")
PLANT(node_too_small, "node-too-small")
PLANT(load_balancer_stuck, "load-balancer-stuck")
PLANT(dns_late, "dns-late")
PLANT(watch_cut, "watch-cut")
PLANT(hub_claimed, "hub-claimed")
PLANT(orphaned_load_balancer, "orphaned-load-balancer")

Test(plants, the_program_knows_what_the_man_page_describes)
{
    struct plant plants[PLANTS_MAX];
    size_t count = read_plants(plants);
    struct e2e_output said = e2e_run(&e2e, ARGS("--fault", "list"));
    size_t lines = 0;
    for (const char *c = said.out; *c; c++)
        lines += *c == '\n';
    cr_assert_eq(lines, count);
    for (size_t i = 0; i < count; i++)
        cr_assert(strstr(said.out, plants[i].name), "%s", plants[i].name);
    e2e_output_finish(&said);
}

Test(plants, an_orphaned_load_balancer_is_reported_by_the_destroy)
{
    struct e2e_output said = e2e_run(&e2e, REHEARSED("--fault", "orphaned-load-balancer", "apply",
                                                     "--auto-approve", "-o", "json"));
    cr_assert_eq(said.code, 0, "%s%s", said.out, said.err);
    e2e_output_finish(&said);
    place_wait_idle(&e2e);
    said = e2e_run(&e2e, REHEARSED("destroy", "--auto-approve", "-o", "json"));
    json_t *events = place_events(said.out);
    const json_t *residue = json_object_get(place_done(events), "residue");
    cr_assert_gt(json_array_size(residue), 0, "%s", said.out);
    cr_assert(strstr(said.out, "load balancer"), "%s", said.out);
    json_decref(events);
    e2e_output_finish(&said);
    place_wait_idle(&e2e);
    said = e2e_run(&e2e, REHEARSED("destroy", "--auto-approve", "-o", "json"));
    cr_assert_null(strstr(said.out, "Unsupported attribute"),
                   "what is gone already is passed over: %s", said.out);
    e2e_output_finish(&said);
}
