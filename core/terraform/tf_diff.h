/* What changes inside one resource of a plan, and which texts must not be shown. Shared by the
 * files of tf_plan, and nobody else's business. */
#ifndef CORE_TERRAFORM_TF_DIFF_H
#define CORE_TERRAFORM_TF_DIFF_H

#include "core/terraform/tf_plan.h"

/* Every string that the document marks sensitive anywhere; views into the document. terraform loses
 * the mark in computed copies (terraform_data.output), so text is compared with all of them. */
struct tf_hidden {
    const char **values;
    size_t count, capacity;
};

void tf_hidden_gather(struct tf_hidden *hidden, const json_t *document);
void tf_hidden_finish(struct tf_hidden *hidden);

/* A value as one short line, or NULL when it is absent, null, or holds something hidden; free() it.
 * Containers become {…} and […], a list of scalars its members. */
char *tf_value_text(const json_t *value, const struct tf_hidden *hidden);

/* Fills the entry's attributes from a `change` of the document. */
void tf_diff(struct tf_entry *entry, const json_t *change, const struct tf_hidden *hidden);

/* Fills the entry's remark. */
void tf_remark(struct tf_entry *entry, const json_t *change, const struct tf_hidden *hidden);

/* Sorts, groups and counts what is in plan->entries. */
void tf_plan_arrange(struct tf_plan *plan);

#endif
