/* A cluster and its node groups, as EKS tells it.
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html */
#ifndef CORE_AWS_EKS_H
#define CORE_AWS_EKS_H

#include "core/aws/aws.h"

struct eks_cluster {
    struct aws_request request;
    bool ok;
    struct error error;
    bool missing;               /* not ok because there is no such cluster */
    char name[128], status[24]; /* "CREATING", "ACTIVE", "DELETING", "FAILED", "UPDATING", … */
    char version[16], platform[24];
    char arn[256], endpoint[256], issuer[256]; /* "" while it is being created */
    char deployment[160];                      /* tag ekshub:deployment; "" */
    struct buf ca;                             /* PEM in base64, as a kubeconfig wants it */
    void (*done)(struct eks_cluster *cluster); /* may finish it */
};

/* DescribeCluster. False when it could not even begin; otherwise `done` comes exactly once. */
bool eks_cluster_start(struct eks_cluster *cluster, struct aws *aws, const char *name,
                       void (*done)(struct eks_cluster *cluster), struct error *err);
void eks_cluster_finish(struct eks_cluster *cluster); /* cancels; idempotent; zeroed is fine */

#define EKS_NODEGROUPS_MAX 16

struct eks_nodegroup {
    char name[64], status[24]; /* "CREATING", "ACTIVE", "DEGRADED", "CREATE_FAILED", … */
    int desired;
    char issue[256]; /* the first health issue, in the words of EKS; "" for none */
};

struct eks_nodegroups {
    struct aws_request request;
    bool ok;
    struct error error;
    char cluster[128];
    struct eks_nodegroup groups[EKS_NODEGROUPS_MAX];
    size_t count, described;
    void (*done)(struct eks_nodegroups *groups); /* may finish it */
};

/* ListNodegroups (its first page), then DescribeNodegroup one after the other. */
bool eks_nodegroups_start(struct eks_nodegroups *groups, struct aws *aws, const char *cluster,
                          void (*done)(struct eks_nodegroups *groups), struct error *err);
void eks_nodegroups_finish(struct eks_nodegroups *groups); /* cancels; idempotent; zeroed is fine */

#endif
