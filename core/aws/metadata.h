/* Keys that the surroundings give: the instance metadata service (version 2) and the endpoint of a
 * container. Both stand at addresses of the machine itself and answer at once or not at all.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
#ifndef CORE_AWS_METADATA_H
#define CORE_AWS_METADATA_H

#include "core/aws/resolve.h"

struct metadata {
    struct http_request request;
    struct http *http;
    const char *endpoint;
    struct secret token; /* of the session with the service */
    int step;
    bool unreached; /* nobody is there: this is no such machine */
    bool ok;
    struct creds creds; /* the caller may steal them */
    struct error error;
    void (*done)(struct metadata *metadata); /* may finish it */
};

bool metadata_machine_start(struct metadata *metadata, const struct creds_world *world,
                            const struct profiles *profiles, const struct profile *profile,
                            void (*done)(struct metadata *metadata), struct error *err);
bool metadata_container_start(struct metadata *metadata, const struct creds_world *world,
                              const struct profiles *profiles,
                              void (*done)(struct metadata *metadata), struct error *err);
void metadata_finish(struct metadata *metadata); /* cancels; idempotent; zeroed is fine */

#endif
