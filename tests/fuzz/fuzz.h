/* The parsers that read what comes from outside, each behind one function that takes any bytes.
 * replay.c runs them over known inputs in make check, libfuzzer.c searches for new ones. To add
 * one: a function and a line in targets.c; what the fuzzer found goes to tests/fuzz/found/NAME/. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct fuzz_target {
    const char *name;
    void (*run)(struct str input);
    /* files below tests/data whose path contains this and ends so are its seeds; NULL: none */
    const char *seed_path, *seed_end;
};

/* targets_aws.c */
void fuzz_gosdk(struct str input);
void fuzz_ini_text(struct str input);

/* targets_kube.c */
void fuzz_kube_objects(struct str input);
void fuzz_kube_thin(struct str input);

extern const struct fuzz_target fuzz_targets[]; /* ends with a NULL name */

#endif
