/* What the between_*.c files share: each has one step, as three functions over its own state; for
 * nobody else. */
#ifndef CORE_SESSION_BETWEEN_WORK_H
#define CORE_SESSION_BETWEEN_WORK_H

#include "core/session/aws_access.h"
#include "core/session/between.h"
#include "core/session/cluster_access.h"
#include "core/session/outputs.h"
#include "core/session/secrets.h"

struct between_step {
    enum stage_step step;
    const char *label;
    unsigned stages; /* bits of enum stage_id that have it */
    size_t size;     /* of its state, zeroed before the start */
    bool (*start)(struct between *between, struct error *err);
    void (*finish)(struct between *between); /* cancels and frees all but the state itself */
};
#define BETWEEN_STAGE(id) (1u << (unsigned)(id))

extern const struct between_step between_kubeconfig, between_balancer, between_claim, between_names,
    between_certificate, between_prove, between_drain, between_residue, between_store;

/* The note, told when it is another. */
void between_note(struct between *between, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void between_done(struct between *between);
void between_warn(struct between *between, const struct error *err);
void between_fail(struct between *between, const struct error *err);
json_t *between_result(struct between *between); /* borrowed, made when there is none */

/* Waits of the world: shorter where a rehearsal's world runs faster. */
int64_t between_ms(const struct between *between, int64_t ms);
/* Since the step began, or since `from_ms` when that is later. */
int64_t between_since(const struct between *between, int64_t from_ms);

/* The certificates that staging signed, trusted by this program alone: the path of the file. */
bool between_staging_file(const struct between *between, char path[PATH_MAX], struct error *err);
/* A client for the domain's hosts, which trusts those where they are in use. Memory zeroed. */
bool between_domain_http(const struct between *between, struct http *http, struct error *err);

const char *between_namespace(const struct between *between, enum stage_id stage);
const char *between_service(const struct between *between, enum stage_id stage);

/* One request to the API server at a time: GET or DELETE of a path, whose answer is JSON. */
struct between_ask {
    struct between *between;
    struct cluster_access access;
    bool open;
    struct kube_request request;
    struct timer timer;
    void (*answered)(struct between_ask *ask, const json_t *answer); /* NULL: request has why */
    void (*again)(struct between_ask *ask);
};
bool between_ask_open(struct between_ask *ask, struct between *between, struct error *err);
bool between_ask_send(struct between_ask *ask, const char *method, const char *path,
                      void (*answered)(struct between_ask *ask, const json_t *answer),
                      struct error *err);
/* Calls `again` after so many ms of the world. */
void between_ask_later(struct between_ask *ask, int64_t ms, void (*again)(struct between_ask *ask));
void between_ask_finish(struct between_ask *ask); /* idempotent; zeroed is fine */

#endif
