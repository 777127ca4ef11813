/* A rehearsal with a domain: hub and index behind one https entrance, a package published over it,
 * and nothing left of it at the end. */
#include "tests/e2e/place.h"

#include <stdlib.h>
#include <string.h>

static struct e2e e2e;

static void begin(void)
{
    e2e_begin(&e2e);
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    e2e_set(&e2e, "EKSHUB_PYPI_PASSWORD", "password of ada");
    e2e_set(&e2e, "EKSHUB_HUB_PASSWORD", "password of the hub");
    e2e_file(&e2e, "answers.yaml", "domain_zone: demo.acme.example\ndomain_create_zone: true\n",
             0600);
}

static void end(void)
{
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(domain, .init = begin, .fini = end, .timeout = 170);

static struct e2e_output run(const char *const *arguments)
{
    struct e2e_output said = e2e_run(&e2e, arguments);
    cr_assert_eq(said.code, 0, "exit %d\n%s\n%s", said.code, said.out, said.err);
    return said;
}

static void expect_url(const json_t *urls, const char *name, const char *wanted)
{
    cr_assert_str_eq(place_text(urls, name), wanted);
}

static void expect_https(void)
{
    struct e2e_output said = run(REHEARSED("status", "-o", "json"));
    json_t *value = place_json(said.out), *urls = json_object_get(value, "urls");
    expect_url(urls, "mlhub", "https://hub.demo.acme.example");
    expect_url(urls, "pypi", "https://pypi.demo.acme.example");
    expect_url(urls, "pypi_index", "https://pypi.demo.acme.example/simple/");
    json_decref(value);
    e2e_output_finish(&said);
}

static void expect_said(struct e2e_output said, const char *words)
{
    cr_assert(strstr(said.out, words) || strstr(said.err, words), "no “%s” in:\n%s\n%s", words,
              said.out, said.err);
    e2e_output_finish(&said);
}

Test(domain, up_over_https_and_down)
{
    expect_said(run(REHEARSED("--answers", "answers.yaml", "apply", "--auto-approve")),
                "https://hub.demo.acme.example");
    expect_https();
    expect_said(run(REHEARSED("pypirc")), "https://pypi.demo.acme.example/simple/");
    expect_said(run(REHEARSED("publish")), "the same bytes");
    struct e2e_output said = run(REHEARSED("destroy", "--auto-approve", "-o", "json"));
    json_t *events = place_events(said.out);
    const json_t *done = place_done(events);
    cr_assert(json_is_true(json_object_get(done, "ok")));
    cr_assert_eq(json_array_size(json_object_get(done, "residue")), 0, "%s", said.out);
    json_decref(events);
    e2e_output_finish(&said);
}

Test(domain, alone_it_goes_and_leaves_no_record)
{
    expect_said(run(REHEARSED("--answers", "answers.yaml", "apply", "--auto-approve")), "staging");
    expect_said(run(REHEARSED("destroy", "domain", "--auto-approve")), "");
    struct e2e_output said = run(REHEARSED("status", "-o", "json"));
    json_t *value = place_json(said.out), *stages = json_object_get(value, "stages");
    cr_assert_str_eq(place_text(json_array_get(stages, 2), "state"), "done");
    cr_assert_str_eq(place_text(json_array_get(stages, 3), "state"), "destroyed");
    json_decref(value);
    e2e_output_finish(&said);
}

/* What a plan of all would do to an address; "" when nothing. The exit code must be that one. */
static void expect_planned(int code, const char *address, const char *action)
{
    struct e2e_output said = e2e_run(&e2e, REHEARSED("plan", "--exit-code", "-o", "json"));
    const char *found = "";
    size_t i;
    json_t *event, *events;
    cr_assert_eq(said.code, code, "exit %d\n%s\n%s", said.code, said.out, said.err);
    events = place_events(said.out);
    json_array_foreach(events, i, event)
    {
        bool planned = strcmp(place_text(event, "state"), "planned") == 0;
        if (planned && strcmp(place_text(event, "address"), address) == 0)
            found = place_text(event, "action");
    }
    cr_assert_str_eq(found, action, "%s: %s\n%s", address, found, said.out);
    json_decref(events);
    e2e_output_finish(&said);
}

#define HUB_SERVICE  "terraform_data.kubernetes_service_v1_proxy_public[0]"
#define PYPI_SERVICE "terraform_data.kubernetes_service_v1_pypi"

/* It opens the new entrance first and leaves the old ones; to take those away is planned and asked
 * for when all is applied next. */
Test(domain, on_a_deployment_that_stands)
{
    place_apply(&e2e);
    expect_said(run(REHEARSED("--answers", "answers.yaml", "apply", "domain", "--auto-approve")),
                "https://hub.demo.acme.example");
    expect_https();
    expect_planned(7, HUB_SERVICE, "delete");
    expect_planned(7, PYPI_SERVICE, "replace");
    struct pty *pty = e2e_start_sized(&e2e, REHEARSED("apply"), 60, 200);
    expect_text(pty, "Type yes");
    pty_keys(pty, "n o Enter n o Enter");
    expect_text(pty, "Nothing was changed");
    expect_exit(pty, 5);
    expect_planned(7, HUB_SERVICE, "delete");
    expect_said(run(REHEARSED("apply", "--auto-approve")), "https://pypi.demo.acme.example");
    expect_planned(0, HUB_SERVICE, "");
    expect_https();
}
