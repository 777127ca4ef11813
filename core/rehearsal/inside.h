/* What is reached inside the simulated cluster: its API, and the index and the hub behind their
 * load balancers, as far as their pods are ready. */
#ifndef CORE_REHEARSAL_INSIDE_H
#define CORE_REHEARSAL_INSIDE_H

#include "core/rehearsal/cloud.h"

/* Answers when the host is one of these; false for every other. */
bool inside_answer(const struct request *request, const struct cloud *cloud,
                   struct cloud_reply *reply);

/* Whether the name is one that comes and goes: only then inside_resolves has to be asked. */
bool inside_names(const char *host);

/* Whether a resolver of the rehearsal knows the name: that of a cluster that is there, of a load
 * balancer that has been there for a while (the fault dns-late: a long while), of anything else. */
bool inside_resolves(const struct cloud *cloud, const char *host);

#endif
