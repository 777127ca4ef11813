/* What exists in the simulated account, as one list: what terraform made and what the cluster's
 * controllers made beside it. For the cloud's files that tell it in EC2's, ELB's and IAM's words.
 */
#ifndef CORE_REHEARSAL_CLOUD_THINGS_H
#define CORE_REHEARSAL_CLOUD_THINGS_H

#include "core/rehearsal/cloud_services.h"
#include "core/rehearsal/world_things.h"

enum { CLOUD_THINGS = 96 };

struct cloud_thing {
    const char *type; /* "aws_vpc", "aws_elb", "interface", "instance", "ebs_volume", … */
    char id[WORLD_DETAIL];
    char name[WORLD_DETAIL];
    char note[WORLD_DETAIL];
    char object[WORLD_DETAIL]; /* the NAMESPACE/NAME it was made for; "" */
    char address[16];          /* public; "" */
    char host[WORLD_HOST];
    char size_type[32];        /* t3.large, gp3; "" */
    char world[WORLD_ADDRESS]; /* what a removal destroys in the world; "" when it cannot be */
    char balancer[WORLD_ID];   /* that it belongs to; "" */
    enum world_status status;
    int gib;
    bool in_vpc, by_terraform, owned; /* owned: tagged kubernetes.io/cluster/NAME */
    bool used;                        /* somebody holds it: it cannot be removed now */
};

/* Those of that type, or all for NULL; returns how many were written. */
size_t cloud_things(const struct cloud_call *call, const char *type, struct cloud_thing *out,
                    size_t capacity);

/* The tag ekshub:deployment that terraform was told to put on everything; "" when there is none. */
void cloud_deployment_tag(const struct cloud_call *call, char out[WORLD_DETAIL]);

/* Appends the thing's tags, each as <ITEM><KEY>…</KEY><VALUE>…</VALUE></ITEM>. */
void cloud_tags(const struct cloud_call *call, const struct cloud_thing *thing, const char *item,
                const char *key, const char *value, struct buf *out);

/* Removes it from the world; answers with an error when the world's file cannot be written. */
bool cloud_remove(const struct cloud_call *call, const struct cloud_thing *thing,
                  struct cloud_reply *reply);

#endif
