# EKS installs nothing by itself. The network and the identity agent come before the nodes, which would not
# become ready without them; the others wait for nodes.

locals {
  addons = {
    vpc-cni = {
      before_compute       = true
      most_recent          = false
      configuration_values = jsonencode({ env = { ADDITIONAL_ENI_TAGS = jsonencode(local.tags) } })
    }
    eks-pod-identity-agent = {
      before_compute = true
      most_recent    = false
    }
    kube-proxy = {
      most_recent = false
    }
    coredns = {
      most_recent = false
    }
    aws-ebs-csi-driver = {
      most_recent = false
      pod_identity_association = [{
        role_arn        = one(aws_iam_role.ebs_csi[*].arn)
        service_account = "ebs-csi-controller-sa"
      }]
      configuration_values = jsonencode({
        controller          = { extraVolumeTags = local.tags }
        defaultStorageClass = { enabled = true } # ebs-csi-default-sc: gp3, in the zone of the pod
      })
    }
  }
}

data "aws_partition" "current" {}

data "aws_iam_policy_document" "pod_identity" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "ebs_csi" {
  count = local.makes_cluster ? 1 : 0

  name_prefix          = "${local.short_name}-ebs-csi-"
  assume_role_policy   = data.aws_iam_policy_document.pod_identity.json
  permissions_boundary = local.boundary
}

# The second version of the policy reaches only volumes that the driver made.
resource "aws_iam_role_policy_attachment" "ebs_csi" {
  count = local.makes_cluster ? 1 : 0

  role       = aws_iam_role.ebs_csi[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicyV2"
}
