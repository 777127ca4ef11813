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
