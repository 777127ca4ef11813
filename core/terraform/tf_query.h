/* version, show PLAN and output as tasks on pipes: their answers hold secrets in clear, so they are
 * reduced or handed on, wiped, and never stored. And state pull and push, whose file is as private
 * as a state is. */
#ifndef CORE_TERRAFORM_TF_QUERY_H
#define CORE_TERRAFORM_TF_QUERY_H

#include "core/base/json.h"
#include "core/io/task.h"
#include "core/terraform/terraform.h"
#include "core/terraform/tf_plan.h"

enum tf_question {
    TF_ASK_VERSION,
    TF_ASK_PLAN,
    TF_ASK_OUTPUTS,
    TF_PULL_STATE, /* into the file, 0600; no file when there is no state */
    TF_PUSH_STATE, /* from the file; refused when the other one is newer or a stranger's */
};

struct tf_query {
    struct task task;
    enum tf_question question;
    struct terraform *terraform; /* TF_ASK_VERSION sets its version */
    struct signals *signals;
    struct process process;
    char dir[PATH_MAX], file[PATH_MAX];
    char **environment;
    const struct process_secret *secrets;
    struct timer limit; /* of TF_ASK_VERSION, which answers at once or not at all */
    bool stopped, late;

    struct tf_plan plan; /* answer to TF_ASK_PLAN */
    json_t *outputs;     /* answer to TF_ASK_OUTPUTS: {name: {sensitive, type, value}}; owned */
};

/* Prepares the task in zeroed memory. `file` (absolute) is the plan, or the state that is pulled or
 * pushed; place may be NULL for TF_ASK_VERSION. */
bool tf_query_init(struct tf_query *query, enum tf_question question, struct terraform *terraform,
                   struct signals *signals, const struct terraform_place *place, const char *file,
                   struct error *err);
/* Its end is task_finish(&query->task), which frees the answers too. */

#endif
