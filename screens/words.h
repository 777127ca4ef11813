/* How the screens say things: money, spans, usual times, addresses, who and where. Pure; each
 * writes into the caller's buffer and returns it. */
#ifndef SCREENS_WORDS_H
#define SCREENS_WORDS_H

#include "core/session/session.h"

#define WORDS       96
#define WORDS_TYPED 120 /* a cluster's name and " anyway" */

/* "$0.43/h", "$0.045/h"; "$0/h" for nothing. */
const char *words_money(double per_hour, char out[WORDS]);
/* "$313/month": 730 hours. */
const char *words_month(double per_hour, char out[WORDS]);

/* A usual time: "8–12 min", "20–30 s"; "" when unknown. */
const char *words_usual(struct estimate_span span, char out[WORDS]);

/* "14:21–14:27" for a range of milliseconds from now on; one time when both are the same. */
const char *words_clock_range(int64_t now_wall_ms, int64_t low_ms, int64_t high_ms,
                              char out[WORDS]);

/* "acme-dev 123456789012", or the number, or "". */
const char *words_account(const struct session *session, char out[WORDS]);

/* The name people know the identity by: the end of the ARN, else the profile. */
const char *words_identity(const struct session *session, char out[WORDS]);

/* A path with ~ for the home directory. */
const char *words_path(const struct session *session, const char *path, char out[PATH_MAX]);

struct words_resource {
    char module[64]; /* "vpc"; "" for the root */
    char local[160]; /* "aws_vpc.this[0]" */
    char type[64];   /* "aws_vpc" */
};
void words_resource(const struct session *session, const char *address, struct words_resource *out);

/* The usual time of a resource at the speed of this place. */
struct estimate_span words_span(const struct session *session, const char *type);

/* "creating", "changing" … for a row in flight; "created", "changed" … for one that has ended. */
const char *words_doing(enum tf_action action);
const char *words_done(enum tf_action action);

/* What a step between the terraforms does: "waiting for its load balancer"; "" for terraform's. */
const char *words_step(enum stage_step step);

/* terraform's action_reason as the end of "because it …"; the word itself when it is a new one. */
const char *words_reason(const char *reason);

/* "1 check", "3 checks". */
const char *words_count(unsigned count, const char *one, const char *many, char out[WORDS]);

int64_t words_wall(const struct session *session); /* now */

/* What has to be typed: the word, and "anyway" behind it where the credentials end too early. */
const char *words_anyway(const struct session *session, bool destroy, const char *word,
                         char out[WORDS_TYPED]);

#endif
