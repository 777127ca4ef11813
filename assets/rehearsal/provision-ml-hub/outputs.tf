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

output "service_type" {
  description = "LoadBalancer once the hub is claimed and open: tells whoever shares this state"
  value       = local.service_type
}
