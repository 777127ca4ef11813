/* One line of terraform's machine-readable UI as a flat struct. Pure: no state, no I/O.
 * https://developer.hashicorp.com/terraform/internals/machine-readable-ui
 * All text in it is already safe to show (UTF-8, no controls but newlines in message, summary,
 * detail and code). */
#ifndef CORE_TERRAFORM_TF_EVENT_H
#define CORE_TERRAFORM_TF_EVENT_H

#include "core/base/error.h"
#include "core/base/str.h"

enum tf_type {
    TF_NOTE, /* not an event, or of a type that is not known here: message holds what it says */
    TF_VERSION,
    TF_LOG,
    TF_EMERGENCY_STATE, /* the line holds the only copy of the state: see tf_state_rescue */
    TF_INIT_OUTPUT,
    TF_LOCK_ACQUIRE,
    TF_LOCK_RELEASE,
    TF_REFRESH_START,
    TF_REFRESH_COMPLETE,
    TF_PLANNED_CHANGE,
    TF_RESOURCE_DRIFT,
    TF_CHANGE_SUMMARY,
    TF_OUTPUTS,
    TF_APPLY_START,
    TF_APPLY_PROGRESS,
    TF_APPLY_COMPLETE,
    TF_APPLY_ERRORED,
    TF_PROVISION_START,
    TF_PROVISION_PROGRESS,
    TF_PROVISION_COMPLETE,
    TF_PROVISION_ERRORED,
    TF_EPHEMERAL_START,
    TF_EPHEMERAL_PROGRESS,
    TF_EPHEMERAL_COMPLETE,
    TF_EPHEMERAL_ERRORED,
    TF_DIAGNOSTIC,
};

enum tf_action {
    TF_NOOP,
    TF_CREATE,
    TF_UPDATE,
    TF_DELETE,
    TF_REPLACE,
    TF_READ,
    TF_MOVE,
    TF_IMPORT,
    TF_FORGET, /* out of the state, the object stays */
    TF_OPEN,   /* ephemeral resources: open, renew, close */
    TF_RENEW,
    TF_CLOSE,
};
#define TF_ACTIONS (TF_CLOSE + 1)

#define TF_ADDRESS 1024

struct tf_event {
    enum tf_type type;
    int64_t wall_ms; /* of @timestamp; 0 when there is none. Not monotonic across lines */
    char message[2048];

    /* of a resource: hooks, planned_change, resource_drift; address also of a diagnostic */
    char address[TF_ADDRESS]; /* whole: module.app["blue"].terraform_data.svc[0] */
    char module[512];         /* "" for the root */
    char resource_type[128], name[128];
    char key[256]; /* count index or for_each key as text; "" when none */
    enum tf_action action;
    char reason[64];           /* tainted, cannot_update, …; "" */
    char previous[TF_ADDRESS]; /* where it was before a move */
    int elapsed_s;             /* -1 when not given */
    char provisioner[64];
    char output[1024]; /* one line of a provisioner */

    /* change_summary */
    unsigned add, change, import, remove;
    char operation[16];       /* plan, apply, destroy */
    unsigned outputs_changed; /* of `outputs`: those with an action other than noop */

    char version[32]; /* of `version` */

    /* diagnostic */
    bool error;         /* else a warning */
    bool cut;           /* summary or detail was too long and ends early */
    char summary[2048]; /* may hold the whole text, with newlines, and detail "" */
    char detail[8192];
    char file[512]; /* "" when it points nowhere */
    int line, column;
    char context[256];                /* resource "terraform_data" "x" */
    char code[1024];                  /* the source lines */
    int highlight_from, highlight_to; /* byte offsets into the source lines */
};

/* Parses one line. False with a sentence when it is no event (other output, a torn line): *event is
 * then a note with the line's text, and may be applied all the same. */
bool tf_event_parse(struct str line, struct tf_event *event, struct error *err);

/* "create", "update", …, as the stream writes them. */
const char *tf_action_name(enum tf_action action);
enum tf_action tf_action_of(struct str name); /* also show's names: no-op, forget; else TF_NOOP */

#endif
