/* A source distribution from a project directory. A pure project whose name and version are written
 * down (pyproject.toml or setup.cfg) is packed here, without any Python; everything else is left to
 * `python3 -m build`, where there is one.
 * https://packaging.python.org/en/latest/specifications/source-distribution-format/ */
#ifndef CORE_INDEX_SDIST_H
#define CORE_INDEX_SDIST_H

#include "core/index/dist.h"
#include "core/io/process.h"
#include "core/io/task.h"

struct sdist {
    struct task task; /* DONE: `dist` is there */
    struct signals *signals;
    const char *const *environment; /* of python; NULL: ours */
    char dir[PATH_MAX];
    struct dist dist;
    bool packed; /* here, and not by python */

    /* private */
    struct process process;
    bool stopped;
    char out[PATH_MAX]; /* where python builds */
    struct error plain; /* why it was not packed here */
};

/* Prepares the task in zeroed memory; its end is task_finish, which frees the dist too. */
bool sdist_init(struct sdist *sdist, const char *dir, struct signals *signals,
                const char *const *environment, struct error *err);

/* Packs a simple project, at once; the same files give the same bytes. ERROR_INPUT says why a
 * project is not one of those. */
bool sdist_pack(const char *dir, struct dist *dist, struct error *err);

#endif
