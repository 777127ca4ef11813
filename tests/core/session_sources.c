/* Which of all that gives keys the session takes when nobody said so, what a choice leaves behind,
 * and what the worker is told of it. A shell script takes the worker's part. */
#include "core/session/session.h"

#include <criterion/criterion.h>

#include "core/base/paths.h"
#include "core/session/aws_access.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

#define KEYS "aws_access_key_id = AKIAEXAMPLE000000001\naws_secret_access_key = not-a-secret\n"

static struct loop loop;
static struct signals sig;
static struct place place;
static struct session *session;
static const char *environment[12];

static const char *lookup(const char *name)
{
    size_t len = strlen(name);
    for (const char **entry = environment; *entry; entry++)
        if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=')
            return *entry + len + 1;
    return NULL;
}

static void put(const char *name, const char *text, mode_t mode)
{
    struct error err;
    char dir[PATH_MAX];
    path_dirname(test_path(name), dir);
    cr_assert(dir_make(dir, 0700, &err) && file_write(test_path(name), str_of(text), mode, &err),
              "%s", err.text);
}

static void set(const char *entry)
{
    size_t count = 0;
    while (environment[count])
        count++;
    environment[count] = entry;
}

static void begin(void)
{
    struct error err;
    loop_init(&loop, &clock_system);
    cr_assert(signals_init(&sig, &loop, (const int[]){0}, &err), "%s", err.text);
    memset(environment, 0, sizeof environment);
    set("PATH=/usr/bin:/bin");
    set("AWS_ENDPOINT_URL=http://127.0.0.1:1");
    set("AWS_MAX_ATTEMPTS=1");
    set("AWS_EC2_METADATA_DISABLED=true");
    place = (struct place){.environment = environment, .lookup = lookup, .speed = 1};
    str_copy(str_of(SOURCE_ASSETS), place.assets, sizeof place.assets);
    str_copy(str_of(test_path("home")), place.home, sizeof place.home);
    str_copy(str_of(test_path("state")), place.state_dir, sizeof place.state_dir);
    str_copy(str_of(test_path("dep")), place.dir, sizeof place.dir);
    str_copy(str_of(test_path("worker")), place.program, sizeof place.program);
    session = alloc_zeroed(1, sizeof *session);
}

static void end(void)
{
    session_finish(session);
    free(session);
    signals_finish(&sig);
    loop_finish(&loop);
    test_directory_remove();
    no_leaks();
}

TestSuite(session_sources, .init = begin, .fini = end, .timeout = 120);

static void open_with(const char *credentials)
{
    struct error err;
    put("home/.aws/credentials", credentials, 0600);
    cr_assert(session_init(session, &loop, &sig, &place, &err), "%s", err.text);
}

static void set_keys(void)
{
    set("AWS_ACCESS_KEY_ID=AKIAEXAMPLE000000009");
    set("AWS_SECRET_ACCESS_KEY=not-a-secret");
}

static void set_web_identity(void)
{
    set("AWS_WEB_IDENTITY_TOKEN_FILE=/nowhere/token");
    set("AWS_ROLE_ARN=arn:aws:iam::123456789012:role/teams/platform");
}

static void set_container(void)
{
    set("AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:1/keys");
}

static void set_machine(void)
{
    environment[3] = "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:1";
}

static void expect(enum surrounding_id source, const char *profile)
{
    cr_assert_eq(session_surrounding(session), source, "%s",
                 surrounding_name(session_surrounding(session)));
    cr_assert_eq(place.source, source, "whoever works here uses it too");
    if (profile)
        cr_assert_str_eq(session->profiles.items[session->profile].name, profile);
    else
        cr_assert_eq(session->profile, -1);
    cr_assert(session_has_credentials(session));
}

/* ---- what is taken when nobody said so ---- */

Test(session_sources, a_web_identity_comes_before_a_profile_that_nobody_named)
{
    set_web_identity();
    open_with("[default]\n" KEYS "[kube_admin]\n" KEYS);
    expect(SURROUNDING_WEB_IDENTITY, NULL);
    cr_assert(strstr(profile_choice_note(&session->choice), "AWS_WEB_IDENTITY_TOKEN_FILE"));
    session_choose_default(session);
    expect(SURROUNDING_WEB_IDENTITY, NULL);
    cr_assert(session->checks.work);
}

Test(session_sources, a_profile_of_the_command_line_comes_before_all)
{
    set_keys();
    set_web_identity();
    place.profile = "default";
    open_with("[default]\n" KEYS);
    expect(SURROUNDING_NONE, "default");
    cr_assert(strstr(profile_choice_note(&session->choice), "are ignored"));
}

Test(session_sources, keys_come_before_a_web_identity)
{
    set_web_identity();
    set_keys();
    open_with("[default]\n" KEYS);
    expect(SURROUNDING_ENVIRONMENT, NULL);
    cr_assert(strstr(profile_choice_note(&session->choice), "AWS_ACCESS_KEY_ID is set"));
    cr_assert_eq(session->surrounding_count, 2);
}

Test(session_sources, a_container_is_taken_where_there_is_nothing_else)
{
    set_machine();
    set_container();
    open_with("");
    expect(SURROUNDING_CONTAINER, NULL);
    cr_assert_null(profile_choice_note(&session->choice));
}

Test(session_sources, a_profile_comes_before_container_and_machine)
{
    set_machine();
    set_container();
    open_with("[default]\n" KEYS);
    expect(SURROUNDING_NONE, "default");
}

/* ---- choosing ---- */

Test(session_sources, one_is_chosen_like_a_profile_and_back)
{
    set_keys();
    set_machine();
    open_with("[default]\nregion = eu-west-1\n" KEYS);
    session_choose_surrounding(session, SURROUNDING_MACHINE);
    expect(SURROUNDING_MACHINE, NULL);
    cr_assert(session->choice.machine && !session->choice.environment);
    cr_assert_str_eq(session->checks.region, "eu-west-1", "settings are those of default");
    session_choose_surrounding(session, SURROUNDING_CONTAINER);
    expect(SURROUNDING_MACHINE, NULL);
    session_choose_profile(session, -1);
    expect(SURROUNDING_MACHINE, NULL);
    session_choose_profile(session, 0);
    expect(SURROUNDING_NONE, "default");
    cr_assert(session->choice.keys_ignored);
}

Test(session_sources, whoever_works_here_uses_what_was_chosen)
{
    struct profile_choice choice;
    struct error err;
    set_keys();
    set_container();
    place.profile = "default";
    open_with("[default]\n" KEYS "[other]\n" KEYS);
    session_choose_surrounding(session, SURROUNDING_CONTAINER);
    cr_assert(place_choose(&place, &session->profiles, "", &choice, &err));
    cr_assert(choice.container && !choice.environment);
    cr_assert(place_choose(&place, &session->profiles, "other", &choice, &err));
    cr_assert_str_eq(choice.profile->name, "other");
    cr_assert_eq(profile_choice_surrounding(&choice), SURROUNDING_NONE);
    session_choose_profile(session, 1);
    cr_assert(place_choose(&place, &session->profiles, NULL, &choice, &err));
    cr_assert_str_eq(choice.name, "default", "--profile, when nothing is said");
}

/* ---- the worker ---- */

Test(session_sources, the_worker_is_told_which)
{
    set_keys();
    set_container();
    open_with("[default]\n" KEYS);
    put("worker",
        "#!/bin/sh\ncat >\"${0%worker}request\"\n"
        "echo '{\"ok\":false,\"kind\":6,\"text\":\"Enough.\"}'\n",
        0700);
    session_choose_surrounding(session, SURROUNDING_CONTAINER);
    for (int i = 0; i < CHECKS; i++)
        session->checks.items[i].state = CHECK_PASS;
    session->checks.over = true;
    str_copy(STR("123456789012"), session->checks.account, sizeof session->checks.account);
    str_copy(STR("demo"), session->answers.cluster_name, sizeof session->answers.cluster_name);
    str_copy(STR("us-east-2"), session->answers.region, sizeof session->answers.region);
    str_copy(STR("203.0.113.7/32"), session->answers.endpoint_cidrs,
             sizeof session->answers.endpoint_cidrs);
    cr_assert(session_plan(session), "%s", session->trouble.text);
    while (session->launching)
        loop_turn(&loop, true);
    struct buf text = {0};
    cr_assert(file_read(test_path("request"), 64 << 10, &text, NULL));
    cr_assert(strstr(buf_cstr(&text), "\"source\":\"container\""), "%s", buf_cstr(&text));
    cr_assert(strstr(buf_cstr(&text), "\"profile\":null"), "%s", buf_cstr(&text));
    buf_finish(&text);
}
