/* Private to diagnose*.c: one diagnosis in the making. */
#ifndef CORE_KUBE_DIAGNOSE_WORK_H
#define CORE_KUBE_DIAGNOSE_WORK_H

#include "core/kube/diagnose.h"
#include "core/kube/quantity.h"

struct diagnosing {
    const struct pod *pod; /* NULL: it is about something else */
    const struct diagnose_world *world;
    struct diagnosis *out;
    int64_t age_ms; /* of the object */
};

/* The first that is said is the headline, with its hint; what is said later becomes a detail. The
 * hint may be NULL. */
void diagnosing_say(struct diagnosing *work, enum diagnosis_level level, const char *hint,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The newest event about the object with this reason (NULL: any), a word in its message (NULL:
 * any); NULL when there is none. */
const struct event *diagnosing_event(const struct diagnosing *work, const char *kind,
                                     const struct record *object, const char *reason,
                                     const char *word);
/* The same of the pod. */
const struct event *diagnosing_pod_event(const struct diagnosing *work, const char *reason,
                                         const char *word);

/* Whether one of the words, ended by NULL, is in the text; ASCII letters in either case. */
bool diagnosing_has(const char *text, const char *const *words);
/* What stands between two quotes right behind `before` in the text; false when nothing does. */
bool diagnosing_quoted(const char *text, const char *before, char *out, size_t capacity);

/* Walks ",a,b,": the next name, or false. */
bool diagnosing_name(const char **list, char *out, size_t capacity);

void diagnose_scheduling(struct diagnosing *work);
void diagnose_claims(struct diagnosing *work); /* those of the pod that are not bound */
void diagnose_mounts(struct diagnosing *work); /* volumes that do not come to the node */
void diagnose_image(struct diagnosing *work, const struct pod_container *container);
void diagnose_container(struct diagnosing *work, const struct pod_container *container);

#endif
