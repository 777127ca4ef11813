/* A try of a bucket against the rehearsal's S3, which verifies signatures: what is there, what is
 * refused, and what is left behind. */
#include "core/session/bucket_try.h"

#include <criterion/criterion.h>
#include <signal.h>

#include "core/rehearsal/rehearsal.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

static struct loop loop;
static struct rehearsal rehearsal;
static struct http http;
static struct profiles profiles;
static struct profile_choice choice;
static struct answers answers;
static struct secrets secrets;
static struct bucket_try tried;
static bool over;

static void ended(struct bucket_try *bucket_try)
{
    over = bucket_try->over;
}

static void begin(void)
{
    struct error err = {.kind = ERROR_NONE};
    char dir[PATH_MAX];
    signal(SIGPIPE, SIG_IGN); /* as in the program: clients may leave the server at any time */
    loop_init(&loop, &clock_system);
    snprintf(dir, sizeof dir, "%s", test_path("deployment"));
    setenv("EKSHUB_TERRAFORM", "player", 1);
    struct rehearsal_wish wish = {
        .dir = dir, .assets = SOURCE_ASSETS, .program = "/usr/bin/ekshub-tui"};
    cr_assert(rehearsal_open(&rehearsal, &wish, &loop, &err), "%s", err.text);
    http_init(&http, &loop, &rehearsal.route);
    cr_assert(profiles_load(&profiles, rehearsal.home, rehearsal_lookup, &err), "%s", err.text);
    cr_assert(profiles_choose(&profiles, NULL, &choice, &err), "%s", err.text);
    answers_default(&answers, true);
    str_copy(STR("false"), answers.pypi_create_bucket, sizeof answers.pypi_create_bucket);
    tried = (struct bucket_try){.ended = ended};
    over = false;
}

static void end(void)
{
    bucket_try_finish(&tried);
    bucket_try_finish(&tried);
    secrets_finish(&secrets);
    http_finish(&http);
    profiles_finish(&profiles);
    rehearsal_finish(&rehearsal);
    loop_finish(&loop);
    test_directory_remove();
    no_leaks();
}

TestSuite(bucket_try, .init = begin, .fini = end, .timeout = 60);

static void start(const char *bucket)
{
    str_copy(str_of(bucket), answers.pypi_bucket_name, sizeof answers.pypi_bucket_name);
    over = false;
    bucket_try_start(&tried, &loop, &(struct creds_world){.http = &http, .home = "/"}, &profiles,
                     &choice, &answers, &secrets);
    cr_assert(tried.going);
}

static void try_it(const char *bucket)
{
    start(bucket);
    cr_assert(turns_until(&loop, &over));
    cr_assert_not(tried.going);
    cr_assert_str_eq(tried.bucket, bucket);
}

static void check_rights(
    const char *wanted) /* one letter a right: + allowed, x refused, - skipped */
{
    static const char letters[] = {[BUCKET_WAITING] = 'w',
                                   [BUCKET_RUNNING] = 'r',
                                   [BUCKET_ALLOWED] = '+',
                                   [BUCKET_REFUSED] = 'x',
                                   [BUCKET_SKIPPED] = '-'};
    char found[BUCKET_RIGHTS + 1] = "";
    for (int i = 0; i < BUCKET_RIGHTS; i++)
        found[i] = letters[tried.rights[i].state];
    cr_assert_str_eq(found, wanted);
}

Test(bucket_try, a_bucket_that_is_ours)
{
    try_it("acme-existing");
    cr_assert_eq(tried.trouble.kind, ERROR_NONE, "%s", tried.trouble.text);
    cr_assert_eq(tried.found, BUCKET_THERE);
    cr_assert_str_eq(tried.found_region, "us-east-2");
    cr_assert_str_eq(tried.who, "user/kube_admin");
    check_rights("++++");
    cr_assert_str_eq(tried.left, "");
    cr_assert_eq(bucket_try_refused(&tried), 0);
}

Test(bucket_try, dots_put_the_name_into_the_path)
{
    try_it("acme.dotted-existing");
    check_rights("++++");
}

Test(bucket_try, refused_rights_have_the_words_of_the_service)
{
    try_it("acme-existing-readonly");
    check_rights("+x--");
    cr_assert_str_eq(tried.rights[BUCKET_PUT].code, "AccessDenied");
    cr_assert(strstr(tried.rights[BUCKET_PUT].text, "S3 does not permit PutObject"));
    cr_assert_eq(bucket_try_refused(&tried), 1);
}

Test(bucket_try, no_bucket_has_no_rights)
{
    try_it("acme-nowhere");
    cr_assert_eq(tried.found, BUCKET_FREE);
    check_rights("----");
}

Test(bucket_try, a_bucket_of_somebody_else)
{
    try_it("acme-taken");
    cr_assert_eq(tried.found, BUCKET_FORBIDDEN);
    check_rights("xx--");
}

Test(bucket_try, what_is_to_be_made_is_only_looked_for)
{
    str_copy(STR("true"), answers.pypi_create_bucket, sizeof answers.pypi_create_bucket);
    try_it("acme-nowhere");
    cr_assert_eq(tried.found, BUCKET_FREE);
    check_rights("----");
    try_it("acme-existing");
    cr_assert_eq(tried.found, BUCKET_THERE);
    check_rights("----");
}

Test(bucket_try, a_key_pair_of_the_form)
{
    struct error err;
    str_copy(STR("keys"), answers.pypi_credentials, sizeof answers.pypi_credentials);
    cr_assert(secret_set(&secrets.items[SECRET_PYPI_KEY_ID], STR("AKIAIOSFODNN7EXAMPLE"), &err));
    cr_assert(secret_set(&secrets.items[SECRET_PYPI_KEY_SECRET],
                         STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), &err));
    try_it("acme-existing");
    check_rights("xx--");
    cr_assert_str_eq(tried.rights[BUCKET_LIST].code, "InvalidAccessKeyId");
    cr_assert_str_eq(tried.who, "");
    cr_assert(bucket_try_fits(&tried, &answers, &secrets));
    cr_assert(secret_set(&secrets.items[SECRET_PYPI_KEY_SECRET], STR("another"), &err));
    cr_assert_not(bucket_try_fits(&tried, &answers, &secrets));
}

Test(bucket_try, a_name_that_is_none_is_said)
{
    try_it("a/b?c");
    cr_assert_neq(tried.trouble.kind, ERROR_NONE);
    check_rights("----");
}

Test(bucket_try, can_be_left_at_every_turn)
{
    for (int n = 0; n < 40; n++) {
        start("acme-existing");
        turns(&loop, n);
        bucket_try_finish(&tried);
        cr_assert_not(tried.going);
    }
    try_it("acme-existing");
    check_rights("++++");
}

Test(bucket_try, fits_only_what_it_was_of)
{
    cr_assert_not(bucket_try_fits(&tried, &answers, &secrets));
    try_it("acme-existing");
    cr_assert(bucket_try_fits(&tried, &answers, &secrets));
    str_copy(STR("true"), answers.pypi_create_bucket, sizeof answers.pypi_create_bucket);
    cr_assert_not(bucket_try_fits(&tried, &answers, &secrets));
}
