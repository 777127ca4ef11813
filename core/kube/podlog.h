/* The last lines of a container, sanitised; with `follow` also those that come. */
#ifndef CORE_KUBE_PODLOG_H
#define CORE_KUBE_PODLOG_H

#include "core/io/lines.h"
#include "core/kube/kube.h"

struct podlog {
    /* given; texts are borrowed for podlog_start only */
    const char *namespace_name, *pod;
    const char *container; /* NULL: the only one */
    unsigned tail;         /* lines from the end; 0: 20 */
    bool previous;         /* of the container's last life; where there was none, of this one */
    bool follow;
    bool lines_only; /* keeps no text, and asks for it without a limit; implied by follow */
    void (*line)(struct podlog *podlog, struct str line); /* may be NULL; sanitised, no newline */
    void (*done)(struct podlog *podlog);                  /* may finish it or start it anew */
    void *context;                                        /* the owner's */

    /* answered */
    bool ok;
    struct error error;
    bool was_previous; /* the lines are of the container's last life */
    struct buf text;   /* unless lines_only: the lines, sanitised, each ended by a newline */

    /* private */
    struct kube_request request;
    struct lines lines;
    struct kube *kube;
    struct buf present; /* the path without `previous` */
};

/* False when it could not even begin; otherwise `done` comes exactly once. At most 64 KiB are asked
 * for, unless lines_only: the API server cuts at the end, where the last words are. */
bool podlog_start(struct podlog *podlog, struct kube *kube, struct error *err);
void podlog_finish(struct podlog *podlog); /* cancels and frees; idempotent; zeroed is fine */

#endif
