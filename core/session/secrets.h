/* The secrets of a deployment's stages: what a form or the environment gives, what a worker is
 * handed over a pipe or its control socket, and what terraform gets as environment. They rest in no
 * file of the deployment. */
#ifndef CORE_SESSION_SECRETS_H
#define CORE_SESSION_SECRETS_H

#include "core/aws/creds.h"
#include "core/base/json.h"
#include "core/base/secret.h"
#include "core/session/answers.h"
#include "core/session/stage.h"

enum secret_id {
    SECRET_PYPI_PASSWORD, /* plain; proven by a login, never for terraform */
    SECRET_PYPI_HASH,     /* made from it by crypt(3), or given as in the seed */
    SECRET_PYPI_KEY_ID,   /* of the IAM user for S3, when pypi_credentials is "keys" */
    SECRET_PYPI_KEY_SECRET,
    SECRET_HUB_PASSWORD, /* of the hub's admin; for the claim, never for terraform */
    SECRETS,
};

struct secret_kind {
    const char *name;        /* in a request: "pypi_password" */
    const char *environment; /* where a headless run finds it: "EKSHUB_PYPI_PASSWORD" */
    const char *variable;    /* terraform's, as TF_VAR_…; NULL when terraform never gets it */
    const char *label;       /* for sentences: "the PyPI password" */
    enum stage_id stage;
};
extern const struct secret_kind secret_table[SECRETS];

struct secrets {
    struct secret items[SECRETS];
    bool generated[SECRETS]; /* by us: to be shown once at the end, on a terminal only */
};

void secrets_finish(struct secrets *secrets); /* wipes; idempotent; zeroed is fine */

/* Takes those that are not there yet from the environment; `lookup` has getenv's shape. A hash that
 * pypicloud cannot check is refused. */
bool secrets_from_environment(struct secrets *secrets, const char *(*lookup)(const char *name),
                              struct error *err);

/* The environment without those that hold a secret, for children: no terraform inherits what it is
 * not given. A new array of the same strings, NULL-terminated; free() it. */
const char **secrets_left_out(const char *const *environment);

/* Whether the stage needs this one, by what the answers chose. The PyPI password is not needed when
 * a hash is there. */
bool secrets_need(const struct secrets *secrets, const struct answers *answers, enum stage_id stage,
                  enum secret_id id);

/* What the Secret in the cluster was made for: another admin, another way to S3 or another
 * namespace makes it anew, and nobody can read its content back. */
enum { SECRETS_PURPOSE = 256 };
void secrets_purpose(const struct answers *answers, char purpose[SECRETS_PURPOSE]);
/* Whether the cluster has them already, so that a change need not be given them again. `facts` is
 * what is known of the stage (outputs.h); NULL is fine. */
bool secrets_are_set(const struct answers *answers, const json_t *facts, enum stage_id stage);

/* Whether it still is what the environment gave: such a one is never shown. */
bool secrets_from_outside(const struct secrets *secrets, enum secret_id id,
                          const char *(*lookup)(const char *name));

/* NULL when it will do, else the sentence that complains; static. An empty one complains. */
const char *secrets_judge(const struct secrets *secrets, enum secret_id id);

/* The key pair for S3, to sign with. */
bool secrets_key(const struct secrets *secrets, struct creds *creds, struct error *err);

/* A password that nobody gave. In a rehearsal, where it protects nothing, it follows from the
 * deployment's id: so a later command of the same rehearsal knows it too. */
bool secrets_make_up(const struct answers *answers, struct secret *password, struct error *err);
/* The same for one of them, remembered as generated. */
bool secrets_make(struct secrets *secrets, const struct answers *answers, enum secret_id id,
                  struct error *err);

/* {"pypi_password": "…"}: for the pipe and the control socket alone, whose lines are wiped. */
json_t *secrets_json(const struct secrets *secrets);
/* Takes what the object has; unknown names are ignored, a value that is no text is ERROR_INPUT. */
bool secrets_from_json(struct secrets *secrets, const json_t *value, struct error *err);
/* Overwrites the texts of such an object where they stand; then it is good for nothing but to be
 * released. NULL is fine. */
void secrets_wipe_json(json_t *value);

/* A mark by which what PyPI was given is known again, and nothing else: salted, slow to make, and
 * so short that a great many secrets share it. False when there is no randomness. */
enum { SECRETS_MARK = 48 };
bool secrets_mark(const struct secrets *secrets, char mark[SECRETS_MARK], struct error *err);
bool secrets_fit(const struct secrets *secrets, const char *mark);

#endif
