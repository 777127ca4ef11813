/* The cases of tests/data/aws-config, one after the other: home and environment as the case wants
 * them, and botocore's answers. */
#ifndef TESTS_SUPPORT_AWS_CASES_H
#define TESTS_SUPPORT_AWS_CASES_H

#include "core/aws/profiles.h"
#include "core/base/json.h"

struct aws_case {
    const char *name;
    char home[PATH_MAX]; /* a copy that may be written to; test_directory_remove takes it away */
    json_t *about, *expected;
    const json_t *results; /* with the environment's order of the AWS CLI v2 */
    json_t *environment;   /* may be added to before the profiles are loaded */
};

/* Calls `check` for each of them, with the environment `also` (may be NULL) below its own. Returns
 * how many there were. */
unsigned aws_cases_each(const json_t *also, void (*check)(const struct aws_case *each));

/* getenv's shape, over the environment of the case that is going on. */
const char *aws_case_env(const char *name);

/* The keys are those that botocore found. */
struct creds;
void aws_case_keys(const struct creds *creds, const json_t *expected, const char *name);

#endif
