/* The session without a screen: which profile it takes, when it is ready, what it refuses to begin,
 * whom it follows. A shell script takes the worker's part; nothing is asked of a network. */
#include "core/session/session.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/session/session_work.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static struct loop loop;
static struct signals sig;
static struct place place;
static struct session *session;
static const char *environment[6];
static int descriptors;

static const char *lookup(const char *name)
{
    size_t len = strlen(name);
    for (const char **entry = environment; *entry; entry++)
        if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=')
            return *entry + len + 1;
    return NULL;
}

static void write_file(const char *name, const char *text, mode_t mode)
{
    struct error err;
    char dir[PATH_MAX];
    path_dirname(test_path(name), dir);
    cr_assert(dir_make(dir, 0700, &err), "%s", err.text);
    cr_assert(file_write(test_path(name), str_of(text), mode, &err), "%s", err.text);
}

static void begin(void)
{
    struct error err;
    loop_init(&loop, &clock_system);
    cr_assert(signals_init(&sig, &loop, (const int[]){0}, &err), "%s", err.text);
    write_file("home/.aws/credentials",
               "[other]\naws_access_key_id = AKIAEXAMPLE000000002\n"
               "aws_secret_access_key = not-a-secret\n"
               "[kube_admin]\naws_access_key_id = AKIAEXAMPLE000000001\n"
               "aws_secret_access_key = not-a-secret\n",
               0600);
    environment[0] = "PATH=/usr/bin:/bin";
    environment[1] = "AWS_EC2_METADATA_DISABLED=true";
    environment[2] = "AWS_ENDPOINT_URL=http://127.0.0.1:1";
    environment[3] = "AWS_MAX_ATTEMPTS=1";
    place = (struct place){.environment = environment, .lookup = lookup, .speed = 1};
    str_copy(str_of(SOURCE_ASSETS), place.assets, sizeof place.assets);
    str_copy(str_of(test_path("home")), place.home, sizeof place.home);
    str_copy(str_of(test_path("state")), place.state_dir, sizeof place.state_dir);
    str_copy(str_of(test_path("dep")), place.dir, sizeof place.dir);
    str_copy(str_of(test_path("worker")), place.program, sizeof place.program);
    session = alloc_zeroed(1, sizeof *session);
    descriptors = open_descriptors();
}

static void end(void)
{
    session_finish(session);
    session_finish(session);
    free(session);
    cr_assert_eq(open_descriptors(), descriptors, "a descriptor was left open");
    signals_finish(&sig);
    loop_finish(&loop);
    test_directory_remove();
    no_leaks();
}

TestSuite(session, .init = begin, .fini = end, .timeout = 120);

static void open_session(void)
{
    struct error err;
    cr_assert(session_init(session, &loop, &sig, &place, &err), "%s", err.text);
}

/* As they are when all checks have passed. */
static void pass_checks(void)
{
    for (int i = 0; i < CHECKS; i++)
        session->checks.items[i].state = CHECK_PASS;
    session->checks.over = true;
    str_copy(STR("123456789012"), session->checks.account, sizeof session->checks.account);
}

static void answer_all(void)
{
    struct answers *answers = &session->answers;
    str_copy(STR("demo"), answers->cluster_name, sizeof answers->cluster_name);
    str_copy(STR("us-east-2"), answers->region, sizeof answers->region);
    str_copy(STR("203.0.113.7/32"), answers->endpoint_cidrs, sizeof answers->endpoint_cidrs);
}

static const char *chosen(void)
{
    return session->profile < 0 ? "" : session->profiles.items[session->profile].name;
}

/* ---- profiles and readiness ---- */

Test(session, habit_chooses_a_profile_unless_somebody_says_otherwise)
{
    open_session();
    cr_assert_str_eq(chosen(), "kube_admin");
    session_finish(session);
    place.profile = "other";
    open_session();
    cr_assert_str_eq(chosen(), "other");
    session_finish(session);
    place.profile = "nobody";
    open_session();
    cr_assert_str_eq(chosen(), "");
    cr_assert_not_null(strstr(session->trouble.text, "nobody"), "%s", session->trouble.text);
    session_finish(session);
    place.profile = NULL;
    write_file("home/.aws/credentials", "[torn\n", 0600);
    open_session();
    struct error why = {0};
    cr_assert(!session_ready(session, &why));
    cr_assert(why.text[0]);
}

Test(session, a_profile_that_is_not_there_is_not_chosen)
{
    open_session();
    session_choose_profile(session, 17);
    cr_assert_str_eq(chosen(), "kube_admin");
}

/* While its checks go on, which work with the profiles that are read anew. */
Test(session, an_added_profile_is_chosen_and_checked)
{
    struct profile_new new = {.kind = PROFILE_NEW_ROLE};
    struct error err = {0};
    open_session();
    session_choose_profile(session, 0);
    str_copy(STR("a-role "), new.text[PROFILE_FIELD_NAME], PROFILE_TEXT);
    str_copy(STR("kube_admin"), new.text[PROFILE_FIELD_SOURCE], PROFILE_TEXT);
    cr_assert_not(session_add_profile(session, &new, &err));
    cr_assert_str_eq(chosen(), "other");
    str_copy(STR("arn:aws:iam::123456789012:role/r"), new.text[PROFILE_FIELD_ROLE_ARN],
             PROFILE_TEXT);
    cr_assert(session_add_profile(session, &new, &err), "%s", err.text);
    cr_assert_str_eq(chosen(), "a-role");
    cr_assert_str_eq(session->choice.name, "a-role");
    cr_assert(session->checks.work && !session->choice.environment);
    profile_new_finish(&new);
}

Test(session, ready_says_what_is_missing)
{
    struct error why;
    open_session();
    cr_assert(!session_ready(session, &why));
    cr_assert_str_eq(why.text, "The checks are still running.");
    pass_checks();
    cr_assert(session_ready(session, &why));
    struct check *identity = &session->checks.items[CHECK_IDENTITY];
    identity->state = CHECK_FAIL;
    identity->kind = ERROR_AUTH;
    snprintf(identity->text, sizeof identity->text, "The keys were refused.");
    snprintf(identity->hint, sizeof identity->hint, "Choose others.");
    cr_assert(!session_ready(session, &why));
    cr_assert_eq(why.kind, ERROR_AUTH);
    cr_assert_str_eq(why.text, "The keys were refused.");
    cr_assert_str_eq(why.hint, "Choose others.");
    session->profile = -1;
    cr_assert(!session_ready(session, &why));
    cr_assert_not_null(strstr(why.text, "profile"));
}

/* ---- what it refuses to begin ---- */

Test(session, another_account_is_refused)
{
    open_session();
    pass_checks();
    answer_all();
    str_copy(STR("999999999999"), session->answers.account, sizeof session->answers.account);
    cr_assert(!session_plan(session));
    cr_assert_eq(session->trouble.kind, ERROR_AUTH);
    cr_assert_not_null(strstr(session->trouble.text, "999999999999"));
    cr_assert_not_null(strstr(session->trouble.text, "123456789012"));
    cr_assert(!session->launching);
}

Test(session, what_was_not_saved_does_not_stick)
{
    open_session();
    pass_checks();
    session->dir[0] = '\0';
    cr_assert(!session_plan(session));
    cr_assert_not_null(strstr(session->trouble.text, "cluster_name"), "%s", session->trouble.text);
    cr_assert_not_null(strstr(session->trouble.text, "region"), "all of it is named");
    cr_assert_str_eq(session->answers.account, "", "another profile may still be chosen");
    cr_assert_str_eq(session->dir, "", "and another name");
}

/* ---- workers ---- */

static void worker_says(const char *line)
{
    struct buf text = {0};
    buf_printf(&text, "#!/bin/sh\ncat >/dev/null\necho '%s'\n", line);
    write_file("worker", buf_cstr(&text), 0700);
    buf_finish(&text);
}

static void launched(void)
{
    while (session->launching)
        loop_turn(&loop, true);
}

Test(session, a_worker_that_refuses_says_why)
{
    worker_says("{\"ok\":false,\"kind\":6,\"text\":\"The disk is full.\",\"hint\":\"Make room.\"}");
    open_session();
    pass_checks();
    answer_all();
    cr_assert(session_plan(session), "%s", session->trouble.text);
    cr_assert(session_plan(session), "one worker is enough");
    launched();
    cr_assert_str_eq(session->trouble.text, "The disk is full.");
    cr_assert_str_eq(session->trouble.hint, "Make room.");
    cr_assert_eq(session->trouble.kind, ERROR_SYSTEM);
    cr_assert_str_eq(session->answers.account, "123456789012", "saved: it belongs to it now");
}

Test(session, a_worker_that_dies_before_a_word_is_noticed)
{
    write_file("worker", "#!/bin/sh\necho no luck >&2\nexit 3\n", 0700);
    open_session();
    pass_checks();
    answer_all();
    cr_assert(session_plan(session));
    launched();
    cr_assert_not_null(strstr(session->trouble.text, "no luck"), "%s", session->trouble.text);
}

#define HEAD                                                                                       \
    "{\"time\":\"2026-11-22T12:00:00Z\",\"event\":\"run\",\"command\":\"apply\","                  \
    "\"stages\":[\"eks\"],\"profile\":\"other\"}\n"
#define END "{\"time\":\"2026-11-22T12:01:00Z\",\"event\":\"end\",\"ending\":\"succeeded\"}\n"

static void make_deployment(const char *journal)
{
    struct answers answers;
    struct error err;
    answers_default(&answers, false);
    str_copy(STR("demo"), answers.cluster_name, sizeof answers.cluster_name);
    cr_assert(deployment_save(place.dir, &answers, &err), "%s", err.text);
    write_file("dep/runs/r1/journal.jsonl", journal, 0600);
}

Test(session, a_run_whose_worker_died_is_gone_on_with)
{
    struct error err;
    make_deployment(HEAD);
    worker_says("{\"ok\":true,\"run\":\"r1\"}");
    open_session();
    cr_assert(session_open(session, place.dir, &err), "%s", session->trouble.text);
    cr_assert(session->launching);
    cr_assert_str_eq(session->run.profile, "other");
    launched();
    cr_assert(session->worker_lives);
    cr_assert_eq(session->trouble.kind, ERROR_NONE);
}

Test(session, whoever_goes_on_first_is_followed)
{
    struct error err;
    make_deployment(HEAD);
    worker_says("{\"ok\":false,\"kind\":7,\"text\":\"eve@host works here.\"}");
    open_session();
    cr_assert(session_open(session, place.dir, &err));
    launched();
    cr_assert_eq(session->trouble.kind, ERROR_NONE, "%s", session->trouble.text);
    int fd = open(test_path("dep/runs/r1/journal.jsonl"), O_WRONLY | O_APPEND | O_CLOEXEC);
    cr_assert_eq(write(fd, END, strlen(END)), (ssize_t)strlen(END));
    close(fd);
    while (session->run.phase != RUN_OVER)
        loop_turn(&loop, true);
    cr_assert_eq(session->run.ending, RUN_SUCCEEDED);
}

Test(session, a_refusal_is_not_asked_for_again)
{
    struct error err;
    make_deployment(HEAD);
    worker_says("{\"ok\":false,\"kind\":6,\"text\":\"The disk is full.\"}");
    open_session();
    cr_assert(session_open(session, place.dir, &err));
    launched();
    cr_assert_str_eq(session->trouble.text, "The disk is full.");
    for (unsigned beats = session->work->beats; session->work->beats < beats + 2;)
        loop_turn(&loop, true);
    cr_assert(!session->launching);
    cr_assert_str_eq(session->trouble.text, "The disk is full.");
}

Test(session, a_run_that_has_ended_is_left_alone)
{
    struct error err;
    make_deployment(HEAD END);
    open_session();
    cr_assert(session_open(session, place.dir, &err));
    cr_assert(!session->launching);
    cr_assert_eq(session->run.ending, RUN_SUCCEEDED);
    session_new(session);
    cr_assert(!run_is_open(&session->run));
}

Test(session, leaving_a_deployment_leaves_its_launch)
{
    struct error err;
    make_deployment(HEAD);
    worker_says("{\"ok\":true,\"run\":\"r1\"}");
    open_session();
    cr_assert(session_open(session, place.dir, &err));
    session_new(session);
    cr_assert(!session->launching);
    turns(&loop, 100);
    cr_assert(!run_is_open(&session->run));
}

Test(session, it_can_be_finished_at_any_turn)
{
    make_deployment(HEAD);
    worker_says("{\"ok\":true,\"run\":\"r1\"}");
    for (int n = 0; n < 12; n++) {
        struct error err;
        open_session();
        session_choose_default(session);
        cr_assert(session_open(session, place.dir, &err));
        for (int turn = 0; turn < n; turn++)
            loop_turn(&loop, turn % 4 == 0);
        session_finish(session);
    }
}
