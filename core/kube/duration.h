/* Ages as kubectl writes them (k8s.io/apimachinery/pkg/util/duration.HumanDuration). */
#ifndef CORE_KUBE_DURATION_H
#define CORE_KUBE_DURATION_H

#include <stdint.h>

#define DURATION_TEXT 32

/* Milliseconds, cut to whole seconds toward zero: "95s", "3m12s", "5d2h", "3y12d"; "<invalid>" for
 * more than a second in the future. Returns `out`. */
const char *duration_human(int64_t ms, char out[DURATION_TEXT]);

/* From `since_ms` to `now_ms`, both wall time; "<unknown>" when `since_ms` is 0. */
const char *duration_since(int64_t since_ms, int64_t now_ms, char out[DURATION_TEXT]);

#endif
