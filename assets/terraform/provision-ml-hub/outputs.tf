# Where the hub is inside the cluster. Its public host is read from its Service: the load balancer may be newer than the state.

output "namespace" {
  description = "Namespace of the hub"
  value       = helm_release.hub.namespace
}

output "service" {
  description = "Name of the hub's Service"
  value       = "proxy-public"
}

output "in_cluster_url" {
  description = "URL of the hub inside the cluster"
  value       = "http://proxy-public.${helm_release.hub.namespace}.svc.cluster.local"
}

output "service_type" {
  description = "LoadBalancer once the hub is claimed and open: tells whoever shares this state"
  value       = var.proxy_service_type
}
