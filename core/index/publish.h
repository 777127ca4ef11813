/* From a project directory or a file to a proven package in the index: built, uploaded, listed,
 * downloaded again, compared. One task over sdist, upload and verify. */
#ifndef CORE_INDEX_PUBLISH_H
#define CORE_INDEX_PUBLISH_H

#include "core/index/sdist.h"
#include "core/index/upload.h"
#include "core/index/verify.h"

enum publish_step { PUBLISH_BUILD, PUBLISH_UPLOAD, PUBLISH_VERIFY, PUBLISH_STEPS };

/* Ends DONE when the index holds the very bytes; FAILED otherwise, `step` says where. */
struct publish {
    struct task task;
    enum publish_step step;
    bool built, uploaded, there, listed, downloaded, same; /* as far as it came */
    const struct dist *dist;                               /* NULL before it is built */

    /* private */
    struct http *http;
    struct signals *signals;
    const char *const *environment;
    struct index_server server;
    struct sdist sdist;
    struct dist file;
    bool from_file;
    struct index_upload upload;
    struct index_verify verify;
    char path[PATH_MAX];
};

/* Prepares the task in zeroed memory. `path` is a project directory or a distribution. The server's
 * members are borrowed until task_finish. */
bool publish_init(struct publish *publish, struct http *http, struct signals *signals,
                  const char *const *environment, const struct index_server *server,
                  const char *path, struct error *err);

#endif
