/* What controllers inside the simulated cluster have made, beside terraform: load balancers and
 * what belongs to them, volumes of the hub and of its people. Pure functions of the world, the
 * speed and the clock. What was deleted through an API stands in the world as WORLD_DESTROY of
 * the address that world_made_address gives.
 *
 * Types in the world that terraform did not make: hub_user, pypi_package, pypi_login,
 * kubernetes_pod, and of things that were made here, when they are deleted by an API: aws_elb,
 * aws_security_group, ebs_volume, persistent_volume_claim, hosted_zone, route53_record. */
#ifndef CORE_REHEARSAL_WORLD_THINGS_H
#define CORE_REHEARSAL_WORLD_THINGS_H

#include "core/rehearsal/settings.h"
#include "core/rehearsal/world.h"

enum { WORLD_ID = 40, WORLD_HOST = 128, WORLD_ZONE = 40, WORLD_BALANCERS = 16, WORLD_VOLUMES = 48 };

/* "aws_elb" and "a1b2…" give "aws_elb.a1b2…"; "persistent_volume_claim" wants "NS/NAME". */
void world_made_address(const char *type, const char *id, char out[WORLD_ADDRESS]);

/* When an API deleted what was made at `made_ms` or later under that name; -1: it did not. */
int64_t world_deleted_ms(const struct world *world, const char *type, const char *id,
                         int64_t made_ms);

/* Where the deployment is and was: "us-east-2", "demo-hub", "vpc-…". Known while the world has, or
 * had, a cluster; otherwise region is "us-east-2" and the others are "". */
struct world_where {
    char region[WORLD_ID];
    char cluster[WORLD_DETAIL];
    char vpc[WORLD_ID];
};
struct world_where world_where(const struct world *world);

/* Whether the fault struck the creation of that thing that was begun last. */
bool world_struck(const struct world *world, const char *fault, const struct world_thing *thing);

/* The name that AWS gives the load balancer of "NS/NAME", and its host: the same as the outputs
 * say, whether there is such a Service or not. */
void world_balancer_host(const struct world *world, const char *service, char out[WORLD_HOST]);

struct world_balancer {         /* a classic load balancer of a Service */
    char service[WORLD_DETAIL]; /* "default/pypi" */
    char name[WORLD_ID];        /* "a" and 31 hex digits */
    char host[WORLD_HOST];
    enum world_status status; /* CREATING, ACTIVE or DELETING */
    bool assigned;            /* the Service's status tells the host */
    bool orphan;              /* its Service is gone and nobody deletes it */
    bool resolves;            /* its name is in the DNS */
    int64_t created_ms, resolves_ms;
};
/* Those that exist; returns how many were written. */
size_t world_balancers(const struct world *world, const struct settings *settings, int64_t now_ms,
                       struct world_balancer *out, size_t capacity);
/* That of "NS/NAME"; false when there is none. */
bool world_balancer_of(const struct world *world, const struct settings *settings, int64_t now_ms,
                       const char *service, struct world_balancer *out);

struct world_remnant {       /* what stands in the VPC because of a load balancer */
    bool group;              /* a security group; else a network interface */
    char id[WORLD_ID];       /* "sg-…", "eni-…" */
    char name[64];           /* "k8s-elb-a1b2…", or the interface's description "ELB a1b2…" */
    char zone[WORLD_ZONE];   /* of an interface */
    char balancer[WORLD_ID]; /* its name; it may be gone already */
};
/* Two interfaces and a group for each load balancer; of an orphan that was deleted through the API
 * the group stays until it is deleted too. */
size_t world_remnants(const struct world *world, const struct settings *settings, int64_t now_ms,
                      struct world_remnant *out, size_t capacity);

struct world_volume {         /* an EBS volume that the CSI driver made */
    char id[WORLD_ID];        /* "vol-0…" */
    char claim[WORLD_DETAIL]; /* "mlhub/hub-db-dir", "mlhub/ws-ada" */
    char owner[64];           /* "ada"; "" for the hub's own */
    char zone[WORLD_ZONE];
    int gib;
    enum world_status status;    /* CREATING, ACTIVE or DELETING */
    bool attached;               /* a pod uses it */
    bool orphan;                 /* its claim is gone with the cluster, and nobody deletes it */
    int64_t created_ms, used_ms; /* used_ms: when it was last in use */
};
/* The hub's own while there is a hub; ada's and grace's from a while after it is up. */
size_t world_volumes(const struct world *world, const struct settings *settings, int64_t now_ms,
                     struct world_volume *out, size_t capacity);

#endif
