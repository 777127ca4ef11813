/* Does the hub answer? Asks /hub/health again and again until it does, or the limit is over.
 * https://jupyterhub.readthedocs.io/en/stable/reference/rest-api.html */
#ifndef CORE_HUB_HEALTH_H
#define CORE_HUB_HEALTH_H

#include "core/io/http.h"
#include "core/io/task.h"

struct hub_health {
    struct task task; /* DONE when it answered 200; else FAILED with what it said last */
    struct http *http;
    char url[440];
    int64_t limit_ms, every_ms;
    int status; /* of the last answer; 0: none */
    struct http_request request;
    struct timer timer;
    void (*changed)(struct hub_health *health); /* the note is another; may be NULL */
};

/* Prepares the task in zeroed memory; its end is task_finish. `path` is "/hub/health", or that of
 * anything else that answers 200 when it is well. */
void hub_health_init(struct hub_health *health, struct http *http, const char *base,
                     const char *path, int64_t limit_ms);

#endif
