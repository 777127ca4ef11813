/* The recorded terraform streams under tests/data/terraform, read for the tests of this room. */
#ifndef TESTS_CORE_TF_CORPUS_H
#define TESTS_CORE_TF_CORPUS_H

#include "core/base/buf.h"
#include "core/terraform/tf_run.h"

struct corpus_case {
    char name[160];
    enum tf_verb verb;
    int code; /* as the shell showed it */
};

/* All cases of cases.txt; free() it. */
struct corpus_case *corpus_cases(size_t *count);

/* One file of the corpus; fails the test when it cannot be read. */
void corpus_read(const char *file, struct buf *out);

/* Applies every line of `text` to a run that was initialised. */
void corpus_feed(struct tf_run *run, struct str text);

/* A whole recorded case reduced and ended with its code. */
void corpus_run(struct tf_run *run, const char *name, enum tf_verb verb, int code);

#endif
