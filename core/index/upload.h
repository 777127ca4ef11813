/* One distribution to the index, by the upload form that twine sends too.
 * https://docs.pypi.org/api/upload/ */
#ifndef CORE_INDEX_UPLOAD_H
#define CORE_INDEX_UPLOAD_H

#include "core/index/dist.h"
#include "core/index/index.h"
#include "core/io/task.h"

/* Ends DONE when it was taken; WARNED when a file of that name is there already (409): whether it
 * is the same one is what verify.h finds out; else FAILED with a sentence. */
struct index_upload {
    struct task task;
    struct http *http;
    struct index_server server;
    const struct dist *dist; /* borrowed */
    bool there;              /* it was there already */
    struct http_request request;
    char url[INDEX_URL];
};

/* Prepares the task in zeroed memory; its end is task_finish. */
bool index_upload_init(struct index_upload *upload, struct http *http,
                       const struct index_server *server, const struct dist *dist,
                       struct error *err);

#endif
