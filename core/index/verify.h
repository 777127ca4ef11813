/* Is it really there? Looks a distribution up on its simple page as pip does (PEP 503), downloads
 * it again and compares the bytes by their digest. The login goes to the index only, never to where
 * it sends us for the file. */
#ifndef CORE_INDEX_VERIFY_H
#define CORE_INDEX_VERIFY_H

#include "core/index/dist.h"
#include "core/index/index.h"
#include "core/io/task.h"

/* Ends DONE when all three are true; else FAILED and the first that is false says where. */
struct index_verify {
    struct task task;
    struct http *http;
    struct index_server server;
    const struct dist *dist; /* borrowed */
    bool listed, downloaded, same;

    /* private */
    struct http_request request;
    char url[4096]; /* presigned ones are long */
    unsigned hops;
};

/* Prepares the task in zeroed memory; its end is task_finish. */
bool index_verify_init(struct index_verify *verify, struct http *http,
                       const struct index_server *server, const struct dist *dist,
                       struct error *err);

/* The address of `file` on a simple page, as it stands there, entities resolved; false when it is
 * not listed. */
bool index_page_link(struct str page, const char *file, struct buf *href);

#endif
