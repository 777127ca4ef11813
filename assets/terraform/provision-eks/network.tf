# Two zones, each with a public and a private subnet, and one NAT gateway. Skipped when subnets are given.

locals {
  # EKS puts no control plane there: its own documentation lists them by id, for a zone's name differs from
  # account to account.
  zones_without_control_plane = ["cac1-az3", "use1-az3", "usw1-az2"]

  makes_network = local.makes_cluster && length(var.subnet_ids) == 0
  zones         = length(var.azs) == 2 ? var.azs : terraform_data.zones.input

  vpc_id     = local.makes_network ? one(module.vpc[*].vpc_id) : local.given_network.vpc_id
  subnet_ids = local.makes_network ? one(module.vpc[*].private_subnets) : var.subnet_ids

  given_network = {
    vpc_id = one(distinct([for s in data.aws_subnet.given : s.vpc_id]))
    zones  = sort(distinct([for s in data.aws_subnet.given : s.availability_zone]))
  }
}

data "aws_availability_zones" "usable" {
  state            = "available"
  exclude_zone_ids = local.zones_without_control_plane

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

# Chosen once: a zone that AWS opens later must not move subnets that are in use.
resource "terraform_data" "zones" {
  input = slice(data.aws_availability_zones.usable.names, 0, 2)

  lifecycle {
    ignore_changes = [input]
  }
}

data "aws_ec2_instance_type_offerings" "nodes" {
  for_each = toset(var.instance_types)

  location_type = "availability-zone"

  filter {
    name   = "instance-type"
    values = [each.value]
  }
}

data "aws_subnet" "given" {
  for_each = toset(local.given_subnet_ids)

  id = each.value
}

module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 6.6"
  count   = local.makes_network ? 1 : 0

  name = var.cluster_name
  cidr = var.vpc_cidr
  azs  = local.zones

  # Pods take their addresses from the private subnets: a sixteenth of the VPC each, beside two small ones.
  private_subnets = [for i in range(2) : cidrsubnet(var.vpc_cidr, 4, i)]
  public_subnets  = [for i in range(2) : cidrsubnet(var.vpc_cidr, 8, 240 + i)]

  enable_nat_gateway = true
  single_nat_gateway = true

  # How the load balancers of Services find their subnets.
  public_subnet_tags  = { "kubernetes.io/role/elb" = "1" }
  private_subnet_tags = { "kubernetes.io/role/internal-elb" = "1" }
}

# Packages go to S3 and back beside the NAT gateway, which charges by the gigabyte; this costs nothing.
resource "aws_vpc_endpoint" "s3" {
  count = local.makes_network ? 1 : 0

  vpc_id            = module.vpc[0].vpc_id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = concat(module.vpc[0].public_route_table_ids, module.vpc[0].private_route_table_ids)

  tags = { Name = "${var.cluster_name}-s3" }
}
