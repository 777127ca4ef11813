/* May this identity do that? IAM's simulation of a user's or role's policies, and which principal
 * an identity's ARN stands for. It has false alarms: resource limits and conditions are not known.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html */
#ifndef CORE_AWS_SIMULATE_H
#define CORE_AWS_SIMULATE_H

#include "core/aws/pages.h"

#define IAM_ARN 512

enum iam_principal {
    IAM_PRINCIPAL_ITSELF,  /* a user or a role: its ARN can be simulated as it is */
    IAM_PRINCIPAL_SESSION, /* of a role, whose path its ARN does not tell: ask iam_role */
    IAM_PRINCIPAL_ROOT,    /* cannot be simulated */
    IAM_PRINCIPAL_OTHER,   /* federated users and what may come: neither */
};

/* Pure. `principal` gets the ARN to simulate ("" when there is none), `role` a session's role. */
enum iam_principal iam_principal_of(const char *arn, char principal[IAM_ARN], char role[65]);

struct iam_role {
    struct aws_request request;
    bool ok;
    char arn[IAM_ARN];                   /* with its path */
    void (*done)(struct iam_role *role); /* may finish it */
};

/* GetRole. False when it could not even begin; otherwise `done` comes exactly once. */
bool iam_role_start(struct iam_role *role, struct aws *aws, const char *name,
                    void (*done)(struct iam_role *role), struct error *err);
void iam_role_finish(struct iam_role *role); /* cancels; idempotent; zeroed is fine */

#define IAM_SIMULATION_MAX 100 /* actions of one question */

struct iam_simulation {
    struct aws_pages pages; /* ok, error: whether all answers came */
    void *context;
    void (*verdict)(struct iam_simulation *simulation, struct str action, bool allowed);
    void (*done)(struct iam_simulation *simulation); /* may finish it */
};

/* Into zeroed or finished memory with context and callbacks set; then actions, then send. */
void iam_simulation_init(struct iam_simulation *simulation, struct aws *aws, const char *principal);
void iam_simulation_action(struct iam_simulation *simulation, unsigned number, struct str action);
/* False when it could not even begin; otherwise `done` comes exactly once. */
bool iam_simulation_send(struct iam_simulation *simulation, struct error *err);
void iam_simulation_finish(struct iam_simulation *simulation); /* idempotent; zeroed is fine */

#endif
