/* One request to the Kubernetes API, taken apart. Private to the kube_… files that answer. */
#ifndef CORE_REHEARSAL_KUBE_CALL_H
#define CORE_REHEARSAL_KUBE_CALL_H

#include "core/rehearsal/kube_api.h"
#include "core/rehearsal/kube_world.h"

enum { KUBE_SELECTOR = 512 };

struct kube_call {
    const struct request *request;
    const struct cloud *cloud;
    char region[32];
    enum kube_kind kind;
    char ns[KUBE_NAME], name[KUBE_NAME], part[32]; /* part: "log", "portforward", "status"; or "" */
    char fields[KUBE_SELECTOR], labels[KUBE_SELECTOR]; /* selectors */
    bool table;       /* the client wants columns rather than objects */
    char include[16]; /* of the object, beside its columns: "Object", "None"; "" its metadata */
};

/* ---- refusals: Status bodies ---- */

void kube_status_reply(struct cloud_reply *reply, int code, const char *reason, const char *format,
                       ...) __attribute__((format(printf, 4, 5)));
json_t *kube_status(int code, const char *reason, const char *message);
void kube_json_reply(struct cloud_reply *reply, int code, json_t *json); /* takes the reference */
void kube_missing_reply(const struct kube_call *call, struct cloud_reply *reply);

/* ---- what is selected ---- */

/* Whether the call's namespace, name and selectors let the object through. */
bool kube_selects(const struct kube_call *call, const struct kube_object *object);
/* False and a reply when a selector cannot be read. */
bool kube_selectors_check(const struct kube_call *call, struct cloud_reply *reply);

/* The parameter's value into a bounded array; "" when it is absent. */
void kube_parameter(const struct request *request, const char *name, char *out, size_t capacity);

/* The cluster at a moment up to now. False when the world cannot be read. */
bool kube_at(const struct kube_call *call, int64_t when_ms, struct kube_world *kube);

/* ---- the verbs ---- */

bool kube_may(const struct request *request, const struct cloud *cloud); /* kube_auth.c */
bool kube_discovery(const struct kube_call *call, struct str path, struct cloud_reply *reply);
void kube_list(const struct kube_call *call, struct cloud_reply *reply);
void kube_get(const struct kube_call *call, struct cloud_reply *reply);
void kube_watch(const struct kube_call *call, struct cloud_reply *reply);
void kube_log(const struct kube_call *call, struct cloud_reply *reply);
void kube_create(const struct kube_call *call, struct cloud_reply *reply);
void kube_delete(const struct kube_call *call, struct cloud_reply *reply);
void kube_forward(const struct kube_call *call, struct cloud_reply *reply);

/* Whether Accept says as=Table; fills call->table and call->include. */
void kube_table_ask(struct kube_call *call);
/* The table of these objects; takes the reference of `metadata`. */
json_t *kube_table(const struct kube_call *call, const json_t *items, json_t *metadata,
                   int64_t now_ms);

/* The oldest moment that a list or watch may ask for. */
int64_t kube_oldest(int64_t now_ms);

#endif
