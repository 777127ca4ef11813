/* The bearer token that EKS accepts, and the ExecCredential that kubectl wants it in. Pure: keys
 * and time in, text out; no network is asked.
 * https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
#ifndef CORE_AWS_TOKEN_H
#define CORE_AWS_TOKEN_H

#include "core/aws/creds.h"

/* EKS takes a token for 15 minutes; we say 14, so that nobody uses it on its last second. */
#define EKS_TOKEN_LIFE_MS ((int64_t)14 * 60 * 1000)

/* Made for the standard STS host of the region, whatever endpoints are configured: the cluster
 * takes no other. Fails for a region or a cluster name that cannot be one. */
bool eks_token(const struct creds *creds, const char *region, const char *cluster, int64_t wall_ms,
               struct secret *token, struct error *err);

/* When a token that is made now ends: with its keys, if they end earlier. */
int64_t eks_token_end(const struct creds *creds, int64_t wall_ms);

/* Writes the ExecCredential, one line of JSON, to a descriptor. `exec_info` is KUBERNETES_EXEC_INFO
 * (NULL when unset), whose apiVersion is answered; v1beta1 when it names none that we know. */
bool eks_token_print(int fd, const struct secret *token, const char *exec_info, int64_t ends_ms,
                     struct error *err);

#endif
