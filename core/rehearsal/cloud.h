/* What AWS and what was built in it answer in a rehearsal: a request and the world in, a reply out,
 * no waiting and no sockets. Errors have each service's real shape (facts: STS API, EC2 API, EKS
 * API references). */
#ifndef CORE_REHEARSAL_CLOUD_H
#define CORE_REHEARSAL_CLOUD_H

#include "core/rehearsal/request.h"
#include "core/rehearsal/settings.h"
#include "core/rehearsal/stream.h"
#include "core/rehearsal/world.h"

#define CLOUD_ACCESS_KEY "AKIAREHEARSAL000001"
#define CLOUD_SECRET_KEY "rehearsal/none-of-this-is-a-secret/00001"
/* What AssumeRole gives for the role `ci`. */
#define CLOUD_ROLE            "ci"
#define CLOUD_ROLE_ACCESS_KEY "ASIAREHEARSAL000001"
#define CLOUD_ROLE_SECRET_KEY "rehearsal/none-of-this-is-a-secret/role1"
#define CLOUD_ROLE_TOKEN      "rehearsal/session/of/the/role"
/* A role that wants digits; its device says which ones it takes, and 000000 is always refused. */
#define CLOUD_MFA_ROLE   "deployer"
#define CLOUD_MFA_SERIAL "arn:aws:iam::" WORLD_ACCOUNT ":mfa/any-six-digits-but-000000"
/* What whoever signs in at IAM Identity Center may be. */
#define CLOUD_PORTAL_ROLE "Analyst"

struct cloud { /* what the answer depends on; lent */
    const struct world *world;
    const struct settings *settings;
    const char *dir;     /* the deployment directory, for what clients create; NULL: they cannot */
    const char *ca_data; /* PEM of the CA in base64, as DescribeCluster tells it */
    int64_t now_ms;      /* wall */
};

struct cloud_reply {
    int status;
    char type[48];       /* Content-Type; "" for none */
    char error_type[64]; /* x-amzn-ErrorType; "" for none */
    struct buf headers;  /* further ones, by cloud_reply_header */
    struct buf body;
    struct stream *stream; /* goes on after the body; the reply's owner destroys it */
    bool silent;           /* nobody answers: the connection is closed without a word */
};

/* Fills *reply; never fails, as a server never does: what it does not know gets AWS's error. */
void cloud_answer(const struct request *request, const struct cloud *cloud,
                  struct cloud_reply *reply);
void cloud_reply_header(struct cloud_reply *reply, const char *name, const char *value);
void cloud_reply_finish(struct cloud_reply *reply); /* idempotent; zeroed is fine */

#endif
