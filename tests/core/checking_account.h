/* An account that is asked by the checks: what it lets people do and have is what a test wants. */
#ifndef TESTS_CORE_CHECKING_ACCOUNT_H
#define TESTS_CORE_CHECKING_ACCOUNT_H

#include "tests/core/checking.h"

struct account { /* what the account answers; account_begin: all is well */
    const char *denied, *arn, *role_path;
    bool may_not_simulate, may_not_ask_quotas, no_quota_set, no_versions;
    int limit, addresses, s3_status;
    const char *instances, *support, *ends;
    const char *wishes;      /* members of RequestedQuotas for the vCPUs */
    bool refuses_wishes;     /* one is open already */
    double wished;           /* the sum of what was asked for */
    const char *cluster_tag; /* of a cluster of that name; NULL: none */
    int bucket_status;       /* to HEAD of the bucket; 0: as s3_status */
    void (*registry)(void);  /* says what localhost says */
    unsigned simulated;
    char source[200];
};
extern struct account account;

void account_begin(void); /* checking_begin, with a server that is the account */
void account_run(void);   /* one round of checks to its end */
const char *account_text(enum check_id id);

/* For account.registry: answers, and whether that text is in the request. */
void account_say(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool account_asked(const char *text);

#endif
