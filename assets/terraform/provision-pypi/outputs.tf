# Where the index is: from outside by its load balancer, from inside by its Service.

locals {
  balancer_host = try(kubernetes_service_v1.pypi.status[0].load_balancer[0].ingress[0].hostname, "")
  inside_host   = "${kubernetes_service_v1.pypi.metadata[0].name}.${local.namespace}.svc.cluster.local"
  url           = "http://${local.is_public ? local.balancer_host : local.inside_host}"
}

output "lb_ip" {
  description = "Host of the load balancer; empty without one"
  value       = local.is_public ? local.balancer_host : ""
}

output "url" {
  description = "URL of the index's pages"
  value       = local.url
}

output "index_url" {
  description = "URL for pip and twine"
  value       = "${local.url}/simple/"
}

output "in_cluster_index_url" {
  description = "URL for pip inside the cluster"
  value       = "http://${local.inside_host}/simple/"
}

output "namespace" {
  description = "Namespace of the index"
  value       = local.namespace
}

output "service" {
  description = "Name of the index's Service"
  value       = kubernetes_service_v1.pypi.metadata[0].name
}

output "bucket" {
  description = "Bucket that holds the packages"
  value       = var.pypi_bucket_name
}

output "secret_revision" {
  description = "Of the secrets that were written last: the next ones need a higher one"
  value       = var.pypi_secret_revision
}
