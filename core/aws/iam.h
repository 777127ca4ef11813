/* The account's alias.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccountAliases.html
 */
#ifndef CORE_AWS_IAM_H
#define CORE_AWS_IAM_H

#include "core/aws/aws.h"

struct iam_alias {
    struct aws_request request;
    char alias[64]; /* "" when there is none, or we may not know it: nothing depends on it */
    void (*done)(struct iam_alias *alias); /* may finish it */
};

/* ListAccountAliases. False when it could not even begin; otherwise `done` comes exactly once. */
bool iam_alias_start(struct iam_alias *alias, struct aws *aws,
                     void (*done)(struct iam_alias *alias), struct error *err);
void iam_alias_finish(struct iam_alias *alias); /* cancels; idempotent; zeroed is fine */

#endif
