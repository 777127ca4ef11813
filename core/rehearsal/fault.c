/* The table of faults. The texts are what AWS, terraform's providers and helm really say. */
#include "core/rehearsal/fault.h"

#include "core/base/alloc.h"

#define AWS_SAID(OPERATION, STATUS)                                                                \
    "operation error " OPERATION ", https response error StatusCode: " STATUS                      \
    ", RequestID: 5f0c2b1e-7d5a-4c7e-9a61-3b1d8e0a4f27, api error "

const struct fault fault_table[] = {
    {
        .name = "credentials-refused",
        .summary = "AWS refuses the access key, in every call",
        .text = "The security token included in the request is invalid.",
    },
    {
        .name = "missing-permission",
        .summary = "the cluster's role cannot be created (iam:CreateRole), the first time",
        .address = "module.eks.terraform_data.aws_iam_role_cluster",
        .text = "creating IAM Role (%s): " AWS_SAID(
            "IAM: CreateRole", "403") "AccessDenied: User: "
                                      "arn:aws:iam::123456789012:user/kube_admin is not authorized "
                                      "to perform: iam:CreateRole on resource: "
                                      "arn:aws:iam::123456789012:role/%s because "
                                      "no identity-based policy allows the iam:CreateRole action",
        .once = true,
    },
    {
        .name = "quota-exceeded",
        .summary = "the NAT gateway gets no address (Elastic IP limit), the first time",
        .address = "module.vpc.terraform_data.aws_eip_nat",
        .text = "creating EC2 EIP: " AWS_SAID(
            "EC2: AllocateAddress",
            "400") "AddressLimitExceeded: The maximum number of addresses has been reached.",
        .once = true,
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
    {
        .name = "credentials-expire",
        .summary = "the credentials expire while EKS is being built, and work again a bit later",
        .address = "module.eks.terraform_data.aws_eks_addon_vpc_cni",
        .text = "creating EKS Add-On (%s): " AWS_SAID(
            "EKS: CreateAddon",
            "403") "ExpiredTokenException: The security token included in the request is expired",
        .once = true,
    },
    {
        .name = "state-locked",
        .summary = "somebody else holds the state of EKS when it is first planned",
        .once = true,
    },
    {
        .name = "image-pull",
        .summary = "the index's image cannot be pulled, the first time",
        .address = "terraform_data.kubernetes_deployment_v1_pypi_server",
        .text = "Waiting for rollout to finish: 1 replicas wanted; 0 replicas Ready",
        .seconds = 600,
        .once = true,
    },
    {
        .name = "no-storage-class",
        .summary = "the hub's volume waits for a StorageClass that is not there, the first time",
        .address = "terraform_data.helm_release_mlhub",
        .text = "context deadline exceeded",
        .seconds = 600,
        .once = true,
    },
    {
        .name = "node-too-small",
        .summary = "the hub's pods fit on no node, the first time",
        .address = "terraform_data.helm_release_mlhub",
        .text = "context deadline exceeded",
        .seconds = 600,
        .once = true,
    },
    {
        .name = "load-balancer-stuck",
        .summary = "the index's load balancer does not come, the first time",
        .address = "terraform_data.kubernetes_service_v1_pypi",
        .detail = "LoadBalancer",
        .text = "Waiting for service \"%s\" to assign IP/hostname for a load balancer",
        .seconds = 600,
        .once = true,
    },
    {
        .name = "dns-late",
        .summary = "the names of new load balancers resolve minutes later than usual",
    },
    {
        .name = "watch-cut",
        .summary = "the Kubernetes API cuts watches off and forgets where they were",
    },
    {
        .name = "hub-claimed",
        .summary = "somebody else signed up as the hub's admin before us",
    },
    {
        .name = "orphaned-load-balancer",
        .summary = "the hub's load balancer stays behind when its service is destroyed",
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

const struct fault *fault_at(const char *address, size_t nth)
{
    for (size_t i = 0; i < fault_count; i++)
        if (fault_table[i].address && strcmp(fault_table[i].address, address) == 0 && nth-- == 0)
            return &fault_table[i];
    return NULL;
}
