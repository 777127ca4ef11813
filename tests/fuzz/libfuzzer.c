/* libFuzzer's door to one target: FUZZ_TARGET names it. See make fuzz. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fuzz_target *chosen(void)
{
    const char *name = getenv("FUZZ_TARGET");
    for (const struct fuzz_target *target = fuzz_targets; target->name; target++)
        if (name && strcmp(target->name, name) == 0)
            return target;
    fprintf(stderr, "FUZZ_TARGET must be one of:");
    for (const struct fuzz_target *target = fuzz_targets; target->name; target++)
        fprintf(stderr, " %s", target->name);
    fputc('\n', stderr);
    exit(2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct fuzz_target *target;
    if (!target)
        target = chosen();
    target->run((struct str){(const char *)data, size});
    return 0;
}
