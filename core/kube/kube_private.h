/* Shared by kube*.c; for nobody else. */
#ifndef CORE_KUBE_KUBE_PRIVATE_H
#define CORE_KUBE_KUBE_PRIVATE_H

#include "core/kube/kube.h"

/* Whether this server is shown credentials at all, and whether new ones can be had. */
bool kube_has_credentials(const struct kube *kube);
bool kube_can_renew(const struct kube *kube);

/* Whether the credentials at hand are good for another request. */
bool kube_is_fresh(const struct kube *kube);

enum kube_got { KUBE_GOT, KUBE_WAIT, KUBE_FAILED };
/* Gets new ones: at once, or (KUBE_WAIT) later, when kube_dispatch is called. */
enum kube_got kube_renew(struct kube *kube, struct error *err);

/* Every waiting request goes on, or ends with `err` when it is not NULL. */
void kube_dispatch(struct kube *kube, const struct error *err);

/* kube_plugin.c. False when it could not even begin. */
bool kube_plugin_start(struct kube *kube, struct error *err);
void kube_plugin_finish(struct kube *kube);

/* Trust, identity and credentials of a request to this server, as they are now. */
bool kube_prepare(struct kube *kube, struct http_request *http, struct error *err);

/* What a refusal with this status and body means, as a sentence. */
void kube_explain(int status, struct str body, struct error *err);

/* The refusal of a whole answer as request->error, reason and refusal. */
void kube_request_refused(struct kube_request *request, struct str body);

#endif
