/* A client whose keys somebody must be asked for: its first request waits until they are there, and
 * when less than five minutes are left of them the next request waits for new ones. Who is asked,
 * and how, is resolve.h's. */
#ifndef CORE_AWS_RENEWAL_H
#define CORE_AWS_RENEWAL_H

#include "core/aws/aws.h"
#include "core/aws/resolve.h"

#define AWS_RENEW_MS ((int64_t)5 * 60 * 1000)

/* aws_init with the keys of a choice of any kind. What is wrong in the files is said at once; what
 * those who are asked say comes as the error of the requests. `world` and `profiles` are borrowed
 * until aws_finish; the client must not move. */
bool aws_open(struct aws *aws, const struct creds_world *world, const struct profiles *profiles,
              const struct profile_choice *choice, const char *region, struct error *err);

/* creds_renew for the choice of this client; keys that stand in files or the environment stay what
 * they are. */
bool aws_renews(const struct aws *aws, int64_t *until_ms);

/* ---- for aws.c ---- */

enum aws_keys { AWS_KEYS_READY, AWS_KEYS_COME, AWS_KEYS_FAIL };

/* With AWS_KEYS_COME the request is told later, by aws_request_go_on. */
enum aws_keys aws_renewal_ask(struct aws_request *request, struct error *err);
void aws_renewal_finish(struct aws *aws); /* idempotent */

/* On a later turn the request is sent or, with an error, ends by it. */
void aws_request_go_on(struct aws_request *request, const struct error *err);

#endif
