/* The table of faults. */
#include "core/rehearsal/fault.h"

#include "core/base/alloc.h"

const struct fault fault_table[] = {
    {
        .name = "credentials-refused",
        .summary = "AWS refuses the access key, in every call",
        .text = "The security token included in the request is invalid.",
    },
    {
        .name = "apply-error",
        .summary = "the node group cannot be created (vCPU limit), the first time",
        .address = "module.eks.terraform_data.aws_eks_node_group_workers",
        .text = "VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU "
                "limit of 5 allows for the instance bucket that the specified instance type "
                "belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request "
                "an adjustment to this limit.",
        .once = true,
    },
};
const size_t fault_count = sizeof fault_table / sizeof *fault_table;

const struct fault *fault_named(const char *name)
{
    for (size_t i = 0; i < fault_count; i++)
        if (strcmp(fault_table[i].name, name) == 0)
            return &fault_table[i];
    return NULL;
}

const struct fault *fault_find(const char *name, struct error *err)
{
    const struct fault *found = fault_named(name);
    if (found)
        return found;
    const struct fault *nearest = &fault_table[0];
    for (size_t i = 1; i < fault_count; i++)
        if (str_distance(str_of(name), str_of(fault_table[i].name)) <
            str_distance(str_of(name), str_of(nearest->name)))
            nearest = &fault_table[i];
    error_set(err, ERROR_INPUT, "There is no fault “%.64s”.", name);
    error_hint(err, "The nearest is %s; --fault list shows all.", nearest->name);
    return NULL;
}

const struct fault *fault_at(const char *address)
{
    for (size_t i = 0; i < fault_count; i++)
        if (fault_table[i].address && strcmp(fault_table[i].address, address) == 0)
            return &fault_table[i];
    return NULL;
}
