# The control plane, its nodes and its add-ons; or the cluster that is there already.

locals {
  makes_cluster = var.existing_cluster_name == ""

  # Names of IAM roles end behind 64 characters, their prefixes behind 38; those of clusters behind 100.
  short_name = substr(var.cluster_name, 0, 28)

  # Everything carries the deployment's tag, so that what is left of it can be found. The program gives a
  # longer value; by hand it is the cluster's name.
  tags = merge({ "ekshub:deployment" = var.cluster_name }, var.tags)

  boundary = var.permissions_boundary == "" ? null : var.permissions_boundary

  made = {
    name        = one(module.eks[*].cluster_name)
    endpoint    = one(module.eks[*].cluster_endpoint)
    ca          = one(module.eks[*].cluster_certificate_authority_data)
    oidc_issuer = one(module.eks[*].cluster_oidc_issuer_url)
    oidc_arn    = one(module.eks[*].oidc_provider_arn)
    vpc_id      = local.vpc_id
    zones       = local.makes_network ? local.zones : local.given_network.zones
  }

  found = {
    name        = one(data.aws_eks_cluster.existing[*].name)
    endpoint    = one(data.aws_eks_cluster.existing[*].endpoint)
    ca          = one(data.aws_eks_cluster.existing[*].certificate_authority[0].data)
    oidc_issuer = one(data.aws_eks_cluster.existing[*].identity[0].oidc[0].issuer)
    oidc_arn    = one(data.aws_iam_openid_connect_provider.existing[*].arn)
    vpc_id      = one(data.aws_eks_cluster.existing[*].vpc_config[0].vpc_id)
    zones       = local.given_network.zones
  }

  cluster = local.makes_cluster ? local.made : local.found

  given_subnet_ids = local.makes_cluster ? var.subnet_ids : flatten(data.aws_eks_cluster.existing[*].vpc_config[0].subnet_ids)
}

module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 21.19"
  count   = local.makes_cluster ? 1 : 0

  name               = var.cluster_name
  kubernetes_version = var.kubernetes_version
  upgrade_policy     = { support_type = "STANDARD" } # the extended one costs six times as much

  vpc_id     = local.vpc_id
  subnet_ids = local.subnet_ids

  endpoint_public_access       = true
  endpoint_public_access_cidrs = var.endpoint_public_access_cidrs
  endpoint_private_access      = true

  authentication_mode                      = "API"
  enable_cluster_creator_admin_permissions = false # it would be whoever applied last: access.tf lists them
  access_entries                           = local.access_entries

  # Secrets are encrypted with a key of AWS's own; one of ours would stay behind for 30 days.
  encryption_config = null
  create_kms_key    = false

  iam_role_name                 = "${local.short_name}-cluster"
  iam_role_permissions_boundary = local.boundary

  addons = local.addons

  eks_managed_node_groups = {
    workers = {
      instance_types                 = var.instance_types
      ami_type                       = "AL2023_x86_64_STANDARD"
      use_latest_ami_release_version = false # a new image must not replace nodes on some later apply

      min_size     = var.node_count
      desired_size = var.node_count
      max_size     = var.node_count + 1

      iam_role_permissions_boundary = local.boundary

      block_device_mappings = {
        root = {
          device_name = "/dev/xvda"
          ebs = {
            volume_size           = var.node_disk_gib
            volume_type           = "gp3"
            encrypted             = true
            delete_on_termination = true
          }
        }
      }
    }
  }

  # Beside the provider's default tags: the launch template hands these to instances, disks and interfaces.
  tags = local.tags
}

data "aws_eks_cluster" "existing" {
  count = local.makes_cluster ? 0 : 1

  name = var.existing_cluster_name
}

data "aws_iam_openid_connect_provider" "existing" {
  count = local.makes_cluster ? 0 : 1

  url = data.aws_eks_cluster.existing[0].identity[0].oidc[0].issuer
}
