/* Private to pods*.c: the screen's own state, which holds no pod, only where the operator is. */
#ifndef SCREENS_PODS_H
#define SCREENS_PODS_H

#include "core/session/session_pods.h"
#include "screens/screen.h"
#include "tui/field.h"
#include "tui/finder.h"
#include "tui/table.h"

enum pods_order {
    PODS_BY_KEY, /* namespace and name, as the server lists them */
    PODS_BY_STATE,
    PODS_BY_RESTARTS,
    PODS_BY_AGE,
    PODS_BY_READY,
    PODS_BY_NODE,
    PODS_BY_IP,
    PODS_BY_NAME,
    PODS_ORDERS
};

/* Which rows are wanted, and in which order. */
struct pods_choice {
    char needle[64];
    char namespace_name[128]; /* shown alone; "": all */
    enum pods_order order;
    bool backwards, only_not_ready;
};

struct pods {
    struct screen screen;
    struct table table;
    struct field find;
    bool finding;
    struct pods_choice choice;
    bool details;        /* of the pod under the cursor, instead of the table */
    int scroll, lines;   /* of the details */
    bool at_end;         /* the details stay at their end while the log grows */
    char log_of[64];     /* container whose log was chosen; "": the one that says most */
    bool log_previous;   /* … of its last life */
    char key[PACK_TEXT]; /* of the pod under the cursor; "" */

    /* the whole log of a container, over the details or the table */
    bool reading;
    struct logview log;
    struct finder finder;
    struct str *log_lines; /* of the log that is shown, made anew before drawing */
    size_t log_count, log_capacity;
    uint64_t log_first, log_number;

    /* the rows, made anew when something has changed: what they were made of, and they */
    const struct session_pods *view; /* NULL: none is open */
    uint64_t edition;                /* of the view's pods */
    struct pods_choice chosen;
    bool collected;
    const struct pod **rows;
    size_t count, capacity, not_fine;
};

/* pods_rows.c */
void pods_collect(struct pods *self, const struct session *session);
/* The next namespace that has pods, then all again. */
void pods_next_namespace(struct pods *self);

/* pods_order.c */
void pods_sort(struct pods *self); /* the rows, as the choice says */
const char *pods_order_name(enum pods_order order);

/* pods_details.c: one pod; returns the lines it takes. */
int pods_details_draw(const struct session_pods *view, const struct pod *pod, struct canvas canvas);
/* The container whose log says most, and whether that of its last life. */
const struct pod_container *pods_log_container(const struct session_pods *view,
                                               const struct pod *pod, bool *previous);

/* pods_log.c: all of one container's log, followed and searched. */
void pods_log_open(struct pods *self);
void pods_log_settle(struct pods *self);
bool pods_log_key(struct pods *self, struct press press); /* false: not for it */
void pods_log_draw(const struct pods *self, struct canvas room);
extern const struct press_hint pods_log_hints[], pods_log_find_hints[];

#endif
