/* A saved plan, reduced from `terraform show -json PLAN` to what people review. Values that
 * terraform marks sensitive are never copied, nor is text that contains one; so the reduced plan
 * may rest in a file, which the original must not.
 * https://developer.hashicorp.com/terraform/internals/json-format */
#ifndef CORE_TERRAFORM_TF_PLAN_H
#define CORE_TERRAFORM_TF_PLAN_H

#include "core/base/json.h"
#include "core/terraform/tf_event.h"

struct tf_attribute {     /* one leaf that changes; strings owned by the plan */
    char *path;           /* tags["team"], ingress[0].cidr_blocks[1] */
    char *before, *after; /* as a person reads it; NULL: not there, or not known before the apply */
    bool sensitive;       /* both are "(sensitive)" then */
    bool unknown;         /* after is known only after the apply */
    bool forces;          /* this one makes it a replace */
};

struct tf_entry {
    char *address;
    const char *local; /* address without its group's module; points into address */
    char *resource_type, *name, *key;
    enum tf_action action;
    bool drift;        /* changed outside terraform: action says how */
    bool create_first; /* replace: the new one before the old one goes */
    char *reason;      /* action_reason: replace_because_cannot_update …; "" */
    char *previous;    /* address before a move; "" */
    char *remark;      /* the one attribute worth showing: 10.0.0.0/16; "" */
    struct tf_attribute *attributes;
    size_t attribute_count;
    unsigned attributes_left; /* more than were kept */
};

struct tf_group {        /* a top-level module with everything below it */
    char *module;        /* "" for the root */
    size_t first, count; /* of entries */
};

struct tf_output_change {
    char *name;
    enum tf_action action;
    bool sensitive, unknown;
    char *after; /* "" when sensitive or unknown */
};

struct tf_plan {
    struct tf_group *groups;
    size_t group_count;
    struct tf_entry
        *entries; /* by group; destroy, replace, change, changed outside, create, rest */
    size_t entry_count;
    struct tf_output_change *outputs; /* without the unchanged */
    size_t output_count;
    unsigned by_action[TF_ACTIONS]; /* without drift; a replace counts once, here */
    unsigned drifted, unchanged;
    unsigned add, change, remove; /* as terraform says it: a replace in add and in remove */
    bool applyable, complete, errored;
    char version[32]; /* of terraform */
};

/* Takes the whole document in. `plan` must be zeroed or finished. */
bool tf_plan_parse(struct tf_plan *plan, const json_t *document, struct error *err);
void tf_plan_finish(struct tf_plan *plan); /* idempotent; zeroed is fine */

/* The reduced plan as one JSON object, and back; the file is written 0600. */
json_t *tf_plan_json(const struct tf_plan *plan);
bool tf_plan_from_json(struct tf_plan *plan, const json_t *value, struct error *err);
bool tf_plan_write(const struct tf_plan *plan, const char *path, struct error *err);
bool tf_plan_read(struct tf_plan *plan, const char *path, struct error *err);

/* Only creations, reads and outputs: nothing that exists is touched. */
bool tf_plan_creates_only(const struct tf_plan *plan);

#endif
