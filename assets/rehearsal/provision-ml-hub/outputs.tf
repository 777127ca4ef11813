# Where the hub is inside the cluster. Its public host is read from its Service: the load balancer may be newer than the state.

output "namespace" {
  description = "Namespace of the hub"
  value       = local.namespace
}

output "service" {
  description = "Name of the hub's Service"
  value       = local.service
}

output "in_cluster_url" {
  description = "URL of the hub inside the cluster"
  value       = local.in_cluster_url
}
