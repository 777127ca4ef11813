/* libFuzzer's door to one target: FUZZ_TARGET names it. See make fuzz. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fuzz_target *chosen;

/* Without a target it lists them: name, and where below tests/data its seeds are. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    const char *name = getenv("FUZZ_TARGET");
    for (const struct fuzz_target *target = fuzz_targets; target->name; target++) {
        if (!name)
            printf("%s *%s*%s\n", target->name, target->seed_path ? target->seed_path : "/none/",
                   target->seed_end ? target->seed_end : "");
        else if (strcmp(target->name, name) == 0)
            chosen = target;
    }
    if (!chosen)
        exit(name ? 2 : 0);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    chosen->run((struct str){(const char *)data, size});
    return 0;
}
