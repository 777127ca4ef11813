/* What a plan costs and how long it takes, from the dated tables in assets. Pure arithmetic over
 * data that was read once; an unknown type costs nothing and says so. */
#ifndef CORE_SESSION_ESTIMATE_H
#define CORE_SESSION_ESTIMATE_H

#include "core/session/answers.h"
#include "core/terraform/tf_plan.h"

struct estimates {
    json_t *prices, *durations, *kubernetes; /* assets/NAME.json */
    char priced[16];                         /* date of the prices, "2026-10-01" */
};

bool estimates_load(struct estimates *estimates, const char *assets, struct error *err);
void estimates_finish(struct estimates *estimates); /* idempotent; zeroed is fine */

/* The type and the name that people know: a rehearsal's terraform_data.aws_nat_gateway_this is an
 * aws_nat_gateway named this. Others come back as they are. */
void estimate_true_type(const struct estimates *estimates, const char *type, const char *name,
                        char true_type[64], char true_name[64]);

/* An address as people read it, the modules cut off and the true type put in:
 * "module.vpc.terraform_data.aws_vpc_this[0]" → module "vpc", local "aws_vpc.this[0]". The module
 * is the outermost one; "" for the root. */
void estimate_address(const struct estimates *estimates, const char *address, char module[64],
                      char local[160]);

/* The true type at an address: "aws_vpc"; "data" for what is only read. */
void estimate_type(const struct estimates *estimates, const char *address, char type[64]);

struct estimate_span {
    int low_s, high_s; /* usual time; 0 0: unknown */
};
struct estimate_span estimate_span(const struct estimates *estimates, const char *true_type,
                                   int speed);
/* Creating a cluster, a node group or a NAT gateway: an interrupt now would leave it half done. */
bool estimate_is_slow(const struct estimates *estimates, const char *true_type);

/* $/h; 0 when free or unknown. A node group costs its instances and their disks. */
double estimate_cost(const struct estimates *estimates, const char *true_type,
                     const struct answers *answers);

/* What a consent covers: the next five cents above, so that an answer of a later form does not stop
 * a run for nothing. */
double estimate_ceiling(double per_hour);

struct estimate_parts { /* $/h; nat: the gateway and its public address */
    double control_plane, nodes, nat, disks, total, with_load_balancers;
};
struct estimate_parts estimate_eks(const struct estimates *estimates,
                                   const struct answers *answers);
/* $/h of a stage as the answers want it; load balancers and disks in the cluster count for the
 * stage that has them made. */
double estimate_stage(const struct estimates *estimates, const struct answers *answers,
                      enum stage_id stage);
/* From the stage's first creation to the end of its steps, at that speed; 0 0: unknown. */
struct estimate_span estimate_stage_time(const struct estimates *estimates, enum stage_id stage,
                                         int speed);
/* Of the critical path of the stage, at that speed. */
struct estimate_span estimate_eks_time(const struct estimates *estimates, int speed);
/* cpu, memory (GiB) and price of an instance type; false when the table does not have it. */
bool estimate_instance(const struct estimates *estimates, const char *type, int *cpu,
                       double *memory_gib, double *per_hour);

/* The last day of EKS standard support of a minor version, "2027-03-27"; "" when not known. */
const char *estimate_support_ends(const struct estimates *estimates, const char *version);
/* The versions of the table, oldest first; NULL behind the last. */
const char *estimate_kubernetes(const struct estimates *estimates, size_t index);

#endif
