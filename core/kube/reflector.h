/* All objects of one kind, kept up to date: list, then watch, for ever, as client-go's Reflector
 * does it. Feeds a reducer object by object and keeps none itself; only which there are (a key and
 * a hash of the uid each), so that it can say what a new list does not have any more.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes */
#ifndef CORE_KUBE_REFLECTOR_H
#define CORE_KUBE_REFLECTOR_H

#include "core/io/lines.h"
#include "core/kube/keyset.h"
#include "core/kube/kube.h"

enum reflector_change { REFLECTOR_ADDED, REFLECTOR_MODIFIED, REFLECTOR_DELETED };

enum reflector_state {
    REFLECTOR_IDLE,      /* not started */
    REFLECTOR_LISTING,   /* what is there is not known yet, or is being asked anew */
    REFLECTOR_WATCHING,  /* up to date */
    REFLECTOR_STALE,     /* as it was at stale_ms; `error` says why, and it goes on trying */
    REFLECTOR_FORBIDDEN, /* asked again every minute */
    REFLECTOR_MISSING,   /* this server has no such kind; asked again every minute */
};

struct reflector {
    /* given before reflector_start; texts are copied by reflector_init */
    struct kube *kube;
    char group[128];         /* "/api/v1", "/apis/apps/v1" */
    char resource[64];       /* "pods" */
    char namespace_name[64]; /* "": all */
    char fallback[64];       /* namespace to be content with where all are forbidden; "" */
    char label_selector[256], field_selector[256];
    const char *const *unread; /* members that nobody reads (thin.h); NULL: none */
    double (*random)(void);    /* in [0, 1); jitter and the length of watches */
    void *context;             /* the owner's */

    /* One object was added or changed, or is gone. Additions and changes come during a list as it
     * is read, what is gone at its end. The object of a DELETED after a list has only
     * metadata.namespace and metadata.name. Same name and another uid: DELETED, then ADDED. */
    void (*item)(struct reflector *reflector, enum reflector_change change, const json_t *object);
    /* `state`, `complete` or `error` changed; may be NULL. Neither callback may finish it. */
    void (*changed)(struct reflector *reflector);

    /* to be seen */
    enum reflector_state state;
    bool complete;           /* a list was read to its end: what the reducer has is all there is */
    bool narrowed;           /* `fallback` is what is watched */
    int64_t stale_ms;        /* monotonic: since when it is STALE */
    struct error error;      /* of STALE, FORBIDDEN and MISSING */
    unsigned lists, watches; /* begun, for the log and tests */

    /* private */
    struct kube_request request;
    struct lines lines;
    struct buf thinned; /* an event that was read, thinned */
    struct keyset keys;
    struct timer timer; /* the next try; while a watch is open, its silence */
    struct buf version; /* resourceVersion of what is known */
    struct buf token;   /* of the next page */
    bool watching;      /* a watch is open */
    bool heard;         /* … and said something */
    bool relist;        /* the next try is a list */
    int broken;         /* code of the error that the watch said; -1: it was no event */
    unsigned expired;   /* lists in a row that grew too old between two pages */
    int64_t backoff_ms, failed_ms, refused_ms, watch_ms;
};

/* `group` is "/api/v1" or "/apis/GROUP/VERSION". The kube is borrowed until the finish. */
void reflector_init(struct reflector *reflector, struct kube *kube, const char *group,
                    const char *resource);
void reflector_start(struct reflector *reflector);
void reflector_retry(struct reflector *reflector);  /* now, where it waits for a next try */
void reflector_finish(struct reflector *reflector); /* idempotent; zeroed is fine */

/* Objects known. */
size_t reflector_count(const struct reflector *reflector);

#endif
