/* Kubernetes quantities: "100m", "1.5", "128Mi", "1e3" (k8s.io/apimachinery/pkg/api/resource). */
#ifndef CORE_KUBE_QUANTITY_H
#define CORE_KUBE_QUANTITY_H

#include "core/base/str.h"

#define QUANTITY_TEXT 32

/* Thousandths, rounded up, so that "100m" of a CPU is 100 and "1Ki" is 1 024 000. What is beyond
 * int64_t becomes its end. False, with *milli untouched, when it is no quantity. */
bool quantity_parse(struct str text, int64_t *milli);

/* "1.5 cpu", "100m cpu". Returns `out`. */
const char *quantity_cpu(int64_t milli, char out[QUANTITY_TEXT]);
/* "512 MiB", "7.5 GiB", from thousandths of bytes. */
const char *quantity_bytes(int64_t milli, char out[QUANTITY_TEXT]);

#endif
