# All that the other roots need of the cluster, so that they ask AWS for nothing more.

output "region" {
  description = "AWS region of the cluster"
  value       = var.region
}

output "cluster_name" {
  description = "Name of the cluster"
  value       = local.cluster.name
}

output "cluster_endpoint" {
  description = "URL of the Kubernetes API"
  value       = local.cluster.endpoint
}

output "cluster_certificate_authority_data" {
  description = "CA of the Kubernetes API, PEM in base64"
  value       = local.cluster.ca
}

output "oidc_provider_arn" {
  description = "IAM OIDC provider for roles of service accounts"
  value       = local.cluster.oidc_arn
}

output "oidc_issuer" {
  description = "Issuer URL of the cluster's service account tokens"
  value       = local.cluster.oidc_issuer
}

output "vpc_id" {
  description = "VPC of the cluster"
  value       = local.cluster.vpc_id
}

output "azs" {
  description = "Availability zones of the nodes"
  value       = local.cluster.zones

  precondition {
    condition     = length(local.cluster.zones) >= 2
    error_message = "The subnets must lie in at least two availability zones, and do in ${length(local.cluster.zones)}."
  }

  precondition {
    condition     = !local.makes_network || alltrue([for zone in local.zones : contains(data.aws_availability_zones.usable.names, zone)])
    error_message = "azs must be zones of ${var.region} in which EKS has control planes: ${join(", ", data.aws_availability_zones.usable.names)}."
  }

  precondition {
    condition = !local.makes_cluster || alltrue([
      for offered in data.aws_ec2_instance_type_offerings.nodes : length(setsubtract(local.made.zones, offered.locations)) == 0
    ])
    error_message = "AWS does not offer all of ${join(", ", var.instance_types)} in both ${join(" and ", local.made.zones)}: choose other instance_types or azs."
  }
}

output "storage_class" {
  description = "The default StorageClass"
  value       = local.makes_cluster ? "ebs-csi-default-sc" : "" # of a cluster that was there: its own default

  # The driver has to know it before a later root asks for volumes.
  depends_on = [module.eks, aws_iam_role_policy_attachment.ebs_csi]
}
