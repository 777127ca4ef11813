/* A process on loopback that answers as STS, EC2 and IAM do, in their XML, and as a container's
 * agent
 * (/container/keys) and the metadata service of a machine do, so that the program can
 * be tested on a real profile: outside any rehearsal, and without its simulated AWS. */
#ifndef TESTS_E2E_RESPONDER_H
#define TESTS_E2E_RESPONDER_H

#include <sys/types.h>

#define RESPONDER_ACCOUNT   "210987654321"
#define RESPONDER_ARN       "arn:aws:iam::" RESPONDER_ACCOUNT ":user/ada"
#define RESPONDER_CONTAINER "ASIACONTAINEREXAMPLE" /* the keys that they give */
#define RESPONDER_MACHINE   "ASIAMACHINEEXAMPLE00"

enum responder_mood {
    RESPONDER_KNOWS,   /* every key is Ada's */
    RESPONDER_REFUSES, /* no signature matches */
};

struct responder {
    pid_t pid;
    char url[64]; /* for AWS_ENDPOINT_URL */
};

/* Appends every request as it came to the file `log`. */
void responder_start(struct responder *responder, enum responder_mood mood, const char *log);
void responder_stop(struct responder *responder); /* idempotent; zeroed is fine */

#endif
