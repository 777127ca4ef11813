/* Who writes a stream: a small file beside it, STREAM.pid, while terraform runs. After the worker's
 * death it tells the next start which terraform goes on. */
#ifndef CORE_TERRAFORM_TF_RECORD_H
#define CORE_TERRAFORM_TF_RECORD_H

#include <limits.h>

#include "core/io/process.h"
#include "core/terraform/tf_run.h"

struct tf_record {
    struct process_identity identity;
    enum tf_verb verb;
    bool destroy; /* a plan that destroys */
    char stage[32];
    char dir[PATH_MAX], stream[PATH_MAX], plan[PATH_MAX];
    int64_t from; /* where in the stream this command begins */
};

bool tf_record_write(const struct tf_record *record, struct error *err);

/* Reads the record beside a stream; ERROR_SYSTEM with ENOENT when its command has ended in order.
 */
bool tf_record_read(struct tf_record *record, const char *stream, struct error *err);

void tf_record_remove(const struct tf_record *record);

/* The very process of the record still runs. */
bool tf_record_alive(const struct tf_record *record);

#endif
