/* One rehearsal of the player in a directory of its own, opened in this process on one loop: what
 * the tests of its place, its server and its clients start from. */
#ifndef TESTS_CORE_REHEARSAL_HERE_H
#define TESTS_CORE_REHEARSAL_HERE_H

#include "core/rehearsal/rehearsal.h"
#include "tests/support/turns.h"

struct here {
    struct loop loop;
    struct rehearsal rehearsal;
};
extern struct here here;

/* For .init. No secret_setup: OpenSSL's generator would move into the secure heap, where
 * LeakSanitizer does not look for pointers. */
void here_begin(void);
void here_open(const char *const *faults); /* NULL: those that are planted stay */
void here_end(void);                       /* for .fini: removes the directory, looks for leaks */

#endif
