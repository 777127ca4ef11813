/* See checking.h. */
#include "tests/core/checking.h"

#include <criterion/criterion.h>

#include "core/base/paths.h"

#include "core/base/alloc.h"

struct checking checking;

const char *checking_lookup(const char *name)
{
    size_t len = strlen(name);
    for (const char **entry = checking.environment; *entry; entry++)
        if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=')
            return *entry + len + 1;
    return NULL;
}

void checking_file(const char *name, const char *text, mode_t mode)
{
    struct error err;
    char dir[PATH_MAX];
    path_dirname(test_path(name), dir);
    cr_assert(dir_make(dir, 0700, &err), "%s", err.text);
    cr_assert(file_write(test_path(name), str_of(text), mode, &err), "%s", err.text);
}

void checking_answers(int status, const char *date, const char *body)
{
    checking_answers_with(status, date, "", body);
}

void checking_answers_with(int status, const char *date, const char *headers, const char *body)
{
    buf_clear(&checking.answer);
    buf_printf(&checking.answer, "HTTP/1.1 %d Is\r\n", status);
    if (date)
        buf_printf(&checking.answer, "Date: Sun, 22 Nov 2026 %s GMT\r\n", date);
    buf_printf(&checking.answer, "%sContent-Length: %zu\r\n\r\n%s", headers, strlen(body), body);
    checking.server.answer = buf_str(&checking.answer);
}

static void on_ended(struct checks *which)
{
    cr_assert_eq(which, &checking.checks);
    checking.told = true;
}

/* AWS, a mirror and a registry; the others are https, which this server does not speak. */
static bool resolves(const char *host)
{
    return str_ends(str_of(host), STR(".test")) || strcmp(host, "localhost") == 0;
}

void checking_begin(void)
{
    static char program[PATH_MAX + 32];
    test_directory();
    checking.descriptors = open_descriptors();
    still_clock_init(&checking.still);
    checking.still.wall = NOON;
    loop_init(&checking.loop, &checking.still.clock);
    struct error err;
    cr_assert(signals_init(&checking.signals, &checking.loop, (const int[]){0}, &err), "%s",
              err.text);
    server_init(&checking.server, &checking.loop);
    checking_file("home/.aws/credentials",
                  "[kube_admin]\naws_access_key_id = AKIAEXAMPLE000000001\n"
                  "aws_secret_access_key = not-a-secret\n[empty]\n",
                  0600);
    checking_file("home/.aws/config", "[profile kube_admin]\nregion = us-east-2\n", 0600);
    checking_file("terraform", "#!/bin/sh\necho '{\"terraform_version\":\"1.11.4\"}'\n", 0700);
    snprintf(program, sizeof program, "EKSHUB_TERRAFORM=%s", test_path("terraform"));
    checking.environment[0] = "PATH=/usr/bin:/bin";
    checking.environment[1] = program;
    checking.environment[2] = "AWS_ENDPOINT_URL=http://aws.test";
    checking.environment[3] = "AWS_MAX_ATTEMPTS=1";
    checking.environment[4] = "AWS_EC2_METADATA_DISABLED=true";
    checking.place = (struct place){.environment = checking.environment,
                                    .lookup = checking_lookup,
                                    .speed = 1,
                                    .profile = "kube_admin",
                                    .route = {.port = checking.server.port, .resolves = resolves}};
    str_copy(STR(SOURCE_ASSETS), checking.place.assets, sizeof checking.place.assets);
    str_copy(str_of(test_path("home")), checking.place.home, sizeof checking.place.home);
    str_copy(str_of(test_path("deployment/not/yet")), checking.place.dir,
             sizeof checking.place.dir);
    http_init(&checking.http, &checking.loop, &checking.place.route);
    cr_assert(profiles_load(&checking.profiles, checking.place.home, checking_lookup, &err), "%s",
              err.text);
    checking.checks = (struct checks){.ended = on_ended};
    answers_default(&checking.answers, true);
    cr_assert(estimates_load(&checking.estimates, SOURCE_ASSETS, &err), "%s", err.text);
    checking.checks.answers = &checking.answers;
    checking.checks.estimates = &checking.estimates;
    checking.told = false;
    checking_answers(200, "12:00:00", IDENTITY TWO_ZONES ALIAS);
}

void checking_end(void)
{
    checks_finish(&checking.checks);
    checks_finish(&checking.checks);
    profiles_finish(&checking.profiles);
    estimates_finish(&checking.estimates);
    http_finish(&checking.http);
    server_finish(&checking.server);
    signals_finish(&checking.signals);
    loop_finish(&checking.loop);
    buf_finish(&checking.answer);
    test_directory_remove();
    no_more_descriptors(checking.descriptors + 1); /* OpenSSL may keep one for its random numbers */
    no_leaks();
}

void checking_start(void)
{
    checks_start(&checking.checks, &checking.loop, &checking.signals, &checking.http,
                 &checking.place, &checking.profiles, NULL);
}

void checking_run(void)
{
    checking_start();
    cr_assert_not(checking.checks.over);
    cr_assert(turns_until(&checking.loop, &checking.told));
    cr_assert(checking.checks.over);
}

void checking_expect(enum check_id id, enum check_state state, const char *text)
{
    const struct check *check = &checking.checks.items[id];
    cr_assert_eq(check->state, state, "%s is %s: %s", check->name, check_state_name(check->state),
                 check->text);
    if (text)
        cr_assert_str_eq(check->text, text);
}
