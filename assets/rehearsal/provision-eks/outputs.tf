# What later stages read. The values are made from the answers, so that they look as AWS would have made them.

output "region" {
  description = "AWS region of the cluster"
  value       = local.region
}

output "cluster_name" {
  description = "Name of the cluster"
  value       = local.cluster_name
}

output "cluster_endpoint" {
  description = "URL of the Kubernetes API"
  value       = local.cluster_endpoint
}

output "cluster_certificate_authority_data" {
  description = "CA of the Kubernetes API, PEM in base64"
  value       = local.cluster_certificate_authority_data
}

output "oidc_provider_arn" {
  description = "IAM OIDC provider for roles of service accounts"
  value       = local.oidc_provider_arn
}

output "oidc_issuer" {
  description = "Issuer URL of the cluster's service account tokens"
  value       = local.oidc_issuer
}

output "vpc_id" {
  description = "VPC of the cluster"
  value       = local.vpc_id
}

output "azs" {
  description = "Availability zones of the nodes"
  value       = local.azs
}

output "storage_class" {
  description = "The default StorageClass"
  value       = local.storage_class
}
