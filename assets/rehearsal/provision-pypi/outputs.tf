# Where the index is. The values are made from the answers, so that they look as AWS would have made them.

output "lb_ip" {
  description = "Host of the load balancer; empty without one"
  value       = local.lb_ip
}

output "url" {
  description = "URL of the index's pages"
  value       = local.url
}

output "index_url" {
  description = "URL for pip and twine"
  value       = local.index_url
}

output "in_cluster_index_url" {
  description = "URL for pip inside the cluster"
  value       = local.in_cluster_index_url
}

output "namespace" {
  description = "Namespace of the index"
  value       = local.namespace
}

output "service" {
  description = "Name of the index's Service"
  value       = local.service
}

output "bucket" {
  description = "Bucket that holds the packages"
  value       = local.bucket
}

output "secret_revision" {
  description = "Of the secrets that were written last: the next ones need a higher one"
  value       = local.secret_revision
}
