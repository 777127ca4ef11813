/* fork and exec with exact descriptors and an exact environment. Knows no loop: process.c is what
 * the rest of the program uses. */
#ifndef CORE_IO_SPAWN_H
#define CORE_IO_SPAWN_H

#include "core/io/process.h"

/* Runs `path`; `fds` become 0, 1 and 2 and stay the caller's. Waits for exec, so that a failure is
 * known here, with a sentence. -1 on failure. */
pid_t spawn(const struct process_spec *spec, const char *path, const int fds[3], struct error *err);

#endif
