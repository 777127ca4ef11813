/* The secrets of a deployment: where they come from, who needs which, how they travel. */
#include <criterion/criterion.h>

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/session/secrets.h"

static struct secrets secrets;

static void begin(void)
{
    secret_setup();
    memset(&secrets, 0, sizeof secrets);
}

static void end(void)
{
    secrets_finish(&secrets);
}

TestSuite(secrets, .init = begin, .fini = end);

static const char *given(const char *name)
{
    if (strcmp(name, "EKSHUB_PYPI_PASSWORD") == 0)
        return "plain-one";
    if (strcmp(name, "TF_VAR_pypi_aws_access_key_id") == 0)
        return "AKIAIOSFODNN7EXAMPLE";
    return strcmp(name, "EKSHUB_HUB_PASSWORD") == 0 ? "" : NULL;
}

static void expect(enum secret_id id, const char *text)
{
    struct secret wanted = {.data = NULL};
    struct error err;
    cr_assert(secret_set(&wanted, str_of(text), &err));
    cr_assert(secret_eq(&secrets.items[id], &wanted));
    secret_finish(&wanted);
}

Test(secrets, what_was_typed_wins_over_the_environment)
{
    struct error err;
    cr_assert(secret_set(&secrets.items[SECRET_PYPI_PASSWORD], STR("typed-one"), &err));
    cr_assert(secrets_from_environment(&secrets, given, &err));
    expect(SECRET_PYPI_PASSWORD, "typed-one");
    expect(SECRET_PYPI_KEY_ID, "AKIAIOSFODNN7EXAMPLE");
    cr_assert(secret_empty(&secrets.items[SECRET_HUB_PASSWORD]), "an empty variable is none");
}

static const char *half_a_hash(const char *name)
{
    return strcmp(name, "TF_VAR_pypi_user_encrypted_pwd") == 0 ? "$6$salt$cut-off" : NULL;
}

Test(secrets, a_hash_that_the_index_cannot_check_is_refused)
{
    struct error err = {.kind = ERROR_NONE};
    cr_assert_not(secrets_from_environment(&secrets, half_a_hash, &err));
    cr_assert(strstr(err.text, "TF_VAR_pypi_user_encrypted_pwd"), "%s", err.text);
    cr_assert_null(strstr(err.text, "cut-off"), "it is never quoted");
    cr_assert(secret_empty(&secrets.items[SECRET_PYPI_HASH]));
}

Test(secrets, each_stage_needs_its_own)
{
    struct answers answers;
    struct error err;
    answers_default(&answers, true);
    cr_assert(secrets_need(&secrets, &answers, STAGE_PYPI, SECRET_PYPI_PASSWORD));
    cr_assert(secrets_need(&secrets, &answers, STAGE_MLHUB, SECRET_HUB_PASSWORD));
    cr_assert_not(secrets_need(&secrets, &answers, STAGE_EKS, SECRET_HUB_PASSWORD));
    cr_assert_not(secrets_need(&secrets, &answers, STAGE_PYPI, SECRET_PYPI_KEY_SECRET));
    str_copy(STR("keys"), answers.pypi_credentials, sizeof answers.pypi_credentials);
    cr_assert(secrets_need(&secrets, &answers, STAGE_PYPI, SECRET_PYPI_KEY_SECRET));
    cr_assert(secret_set(&secrets.items[SECRET_PYPI_HASH], STR("$6$x$y"), &err));
    cr_assert_not(secrets_need(&secrets, &answers, STAGE_PYPI, SECRET_PYPI_PASSWORD),
                  "a hash is enough for terraform");
}

static bool still_set(const json_t *facts, const char *user, const char *credentials,
                      const char *namespace)
{
    struct answers answers;
    answers_default(&answers, true);
    str_copy(str_of(user), answers.pypi_admin_user, sizeof answers.pypi_admin_user);
    str_copy(str_of(credentials), answers.pypi_credentials, sizeof answers.pypi_credentials);
    str_copy(str_of(namespace), answers.pypi_namespace, sizeof answers.pypi_namespace);
    return secrets_are_set(&answers, facts, STAGE_PYPI);
}

Test(secrets, are_wanted_again_when_the_cluster_s_secret_is_made_anew)
{
    json_t *facts = json_pack("{s:b,s:s}", "secret_set", 1, "secret_purpose", "default ada role");
    cr_assert(still_set(facts, "ada", "role", "default"));
    cr_assert_not(still_set(facts, "eve", "role", "default"));
    cr_assert_not(still_set(facts, "ada", "keys", "default"));
    cr_assert_not(still_set(facts, "ada", "role", "pypi"));
    json_object_del(facts, "secret_purpose");
    cr_assert(still_set(facts, "eve", "role", "default"), "an older directory does not say");
    js_set_bool(facts, "secret_set", false);
    cr_assert_not(still_set(facts, "ada", "role", "default"));
    cr_assert_not(still_set(NULL, "ada", "role", "default"));
    json_decref(facts);
}

Test(secrets, travel_as_one_object)
{
    struct error err = {.kind = ERROR_NONE};
    cr_assert(secret_set(&secrets.items[SECRET_HUB_PASSWORD], STR("hub \"one\""), &err));
    json_t *value = secrets_json(&secrets);
    cr_assert_eq(json_object_size(value), 1);
    secrets_finish(&secrets);
    cr_assert(secrets_from_json(&secrets, value, &err), "%s", err.text);
    json_decref(value);
    expect(SECRET_HUB_PASSWORD, "hub \"one\"");
    value = json_pack("{s:[s]}", "hub_password", "x");
    cr_assert_not(secrets_from_json(&secrets, value, &err));
    cr_assert_str_eq(err.text, "hub_password must be one text.");
    json_decref(value);
}

Test(secrets, children_do_not_inherit_them)
{
    static const char *const environment[] = {"HOME=/home/ada",
                                              "EKSHUB_PYPI_PASSWORD=plain-one",
                                              "EKSHUB_PYPI_PASSWORDS=mine",
                                              "TF_VAR_pypi_bucket_name=b",
                                              "TF_VAR_pypi_user_encrypted_pwd=$6$x$y",
                                              NULL};
    const char **left = secrets_left_out(environment);
    cr_assert_str_eq(left[0], "HOME=/home/ada");
    cr_assert_str_eq(left[1], "EKSHUB_PYPI_PASSWORDS=mine");
    cr_assert_str_eq(left[2], "TF_VAR_pypi_bucket_name=b");
    cr_assert_null(left[3]);
    free(left);
}

Test(secrets, what_a_rehearsal_makes_up_is_known_to_its_next_command)
{
    struct answers answers;
    struct secrets later = {.generated = {false}};
    struct error err;
    answers_default(&answers, true);
    cr_assert(secrets_make(&secrets, &answers, SECRET_HUB_PASSWORD, &err));
    cr_assert(secrets_make(&later, &answers, SECRET_HUB_PASSWORD, &err));
    cr_assert(secret_eq(&secrets.items[SECRET_HUB_PASSWORD], &later.items[SECRET_HUB_PASSWORD]));
    cr_assert(secrets.generated[SECRET_HUB_PASSWORD]);
    answers.rehearsal = false;
    cr_assert(secrets_make(&later, &answers, SECRET_HUB_PASSWORD, &err));
    cr_assert(secrets_make(&secrets, &answers, SECRET_HUB_PASSWORD, &err));
    cr_assert_not(
        secret_eq(&secrets.items[SECRET_HUB_PASSWORD], &later.items[SECRET_HUB_PASSWORD]));
    secrets_finish(&later);
}
