#include "tests/core/rehearsal_here.h"

#include <criterion/criterion.h>

#include <stdlib.h>

#include "core/base/paths.h"

#include "core/base/alloc.h"

struct here here;

void here_begin(void)
{
    loop_init(&here.loop, &clock_system);
}

void here_open(const char *const *faults)
{
    struct error err = {.kind = ERROR_NONE};
    char dir[PATH_MAX];
    cr_assert(path_format(dir, NULL, "%s", test_path("deployment")));
    setenv("EKSHUB_TERRAFORM", "player", 1);
    struct rehearsal_wish wish = {
        .dir = dir, .assets = SOURCE_ASSETS, .program = "/usr/bin/ekshub-tui", .faults = faults};
    cr_assert(rehearsal_open(&here.rehearsal, &wish, &here.loop, &err), "%s", err.text);
}

void here_end(void)
{
    rehearsal_finish(&here.rehearsal);
    rehearsal_finish(&here.rehearsal); /* twice is as good as once */
    loop_finish(&here.loop);
    test_directory_remove();
    no_leaks();
}
