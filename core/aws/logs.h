/* One log group of CloudWatch Logs: whether it is there, and its removal.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
 */
#ifndef CORE_AWS_LOGS_H
#define CORE_AWS_LOGS_H

#include "core/aws/aws.h"

struct logs_group {
    struct aws_request request;
    char name[256];
    bool ok;
    struct error error;
    bool there;                             /* after logs_group_start */
    int64_t bytes;                          /* stored */
    void (*done)(struct logs_group *group); /* may finish it or start it anew */
};

/* Looks for the group of exactly that name. Memory zeroed or finished; false when it could not even
 * begin. */
bool logs_group_start(struct logs_group *group, struct aws *aws, const char *name,
                      void (*done)(struct logs_group *group), struct error *err);

/* Removes it; one that is gone already is fine. */
bool logs_group_remove(struct logs_group *group, struct aws *aws, const char *name,
                       void (*done)(struct logs_group *group), struct error *err);
void logs_group_finish(struct logs_group *group); /* cancels; idempotent; zeroed is fine */

#endif
