/* What exists in an account, kind by kind, as far as a teardown asks: id, name, network, tags that
 * say whose it is; and the one call that removes a thing. Which things belong together and in what
 * order they go is for the caller. One table holds what differs between kinds.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Operations.html */
#ifndef CORE_AWS_INVENTORY_H
#define CORE_AWS_INVENTORY_H

#include "core/aws/pages.h"

enum inventory_kind { /* in the order in which they have to go */
                      INVENTORY_BALANCER,
                      INVENTORY_BALANCER_V2,
                      INVENTORY_INSTANCE,
                      INVENTORY_NAT_GATEWAY,
                      INVENTORY_ENDPOINT,
                      INVENTORY_INTERFACE,
                      INVENTORY_ADDRESS,
                      INVENTORY_SECURITY_GROUP,
                      INVENTORY_VOLUME,
                      INVENTORY_SNAPSHOT,
                      INVENTORY_LAUNCH_TEMPLATE,
                      INVENTORY_INTERNET_GATEWAY,
                      INVENTORY_SUBNET,
                      INVENTORY_ROUTE_TABLE,
                      INVENTORY_VPC,
                      INVENTORY_ROLE,
                      INVENTORY_OIDC_PROVIDER,
                      INVENTORY_KINDS,
};

struct inventory_item { /* flat; texts are sanitised and cut */
    enum inventory_kind kind;
    char id[200];         /* what the API wants to remove it: an id, a name or an ARN */
    char name[128];       /* for people; "" when the id says as much */
    char vpc[32];         /* "" when it is in none, or that is not told */
    char subnet[32];      /* of an interface */
    char state[24];       /* "available", "in-use", "running" …; "" when the kind has none */
    char note[160];       /* of an interface or group: its description */
    char type[32];        /* of an instance or volume */
    char address[48];     /* public, of an interface or elastic IP */
    char host[260];       /* DNS name of a load balancer */
    char deployment[160]; /* tag ekshub:deployment; "" */
    char cluster[128];    /* NAME of a tag kubernetes.io/cluster/NAME; "" */
    char object[256];     /* NAMESPACE/NAME that it was made for, by a controller's tag; "" */
    int gib;              /* of volumes and snapshots */
    bool gone;            /* only its record is left: terminated, deleted */
};

/* "load balancer", "elastic IP": in a sentence, and whether several have another word. */
const char *inventory_word(enum inventory_kind kind, size_t count);

/* Reads one answer of the kind's list, calls `item` for each thing. Pure. */
void inventory_read(enum inventory_kind kind, struct str body,
                    void (*item)(void *context, const struct inventory_item *item), void *context);

/* Reads tags (key and value pairs, as every service writes them) into the item. Pure. */
void inventory_read_tags(struct str tags, struct inventory_item *item);

struct inventory_list { /* asking for one kind */
    struct aws_pages pages;
    enum inventory_kind kind;
    void *context;
    void (*item)(void *context, const struct inventory_item *item);
    void (*done)(struct inventory_list *list); /* pages.ok, pages.error; may finish it */
};

/* The list of that kind, with at most one filter of EC2 ("vpc-id", "tag:NAME", "tag-key"; NULL for
 * none; other services know no filters). Tags of load balancers, roles and OIDC providers are not
 * on it: see inventory_tags. Memory zeroed or finished; false when it could not even begin. */
bool inventory_list_start(struct inventory_list *list, struct aws *aws, enum inventory_kind kind,
                          const char *filter, const char *value, struct error *err);
void inventory_list_finish(struct inventory_list *list); /* cancels; idempotent; zeroed is fine */

/* The tags of one load balancer, role or OIDC provider, put into *item (borrowed until done).
 * One that is gone by now is marked so, and fine. */
struct inventory_tags {
    struct aws_request request;
    struct inventory_item *item;
    bool ok;
    struct error error;
    void (*done)(struct inventory_tags *tags);
};
bool inventory_has_tags_apart(enum inventory_kind kind);
bool inventory_tags_start(struct inventory_tags *tags, struct aws *aws, struct inventory_item *item,
                          void (*done)(struct inventory_tags *tags), struct error *err);
void inventory_tags_finish(struct inventory_tags *tags);

/* Removes one thing by its one call (an internet gateway is detached first). What is gone already
 * is fine; `waits` says that something else still holds it and that asking again may help. */
struct inventory_removal {
    struct aws_request request;
    struct inventory_item item;
    unsigned step;
    bool ok, waits;
    struct error error;
    void (*done)(struct inventory_removal *removal); /* may finish it */
};
bool inventory_remove_start(struct inventory_removal *removal, struct aws *aws,
                            const struct inventory_item *item,
                            void (*done)(struct inventory_removal *removal), struct error *err);
void inventory_remove_finish(struct inventory_removal *removal);

#endif
