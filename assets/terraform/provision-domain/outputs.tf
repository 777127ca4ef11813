# Where hub and index are from outside, once the zone's name servers are known one level up.

output "name_servers" {
  description = "Name servers of the zone: to be set as its NS records one level up, if they are not"
  value       = local.name_servers
}

output "zone_id" {
  description = "Id of the zone"
  value       = local.zone_id
}

output "hub_url" {
  description = "URL of the hub"
  value       = "https://${var.hub_host}"
}

output "pypi_url" {
  description = "URL of the index's pages"
  value       = "https://${var.pypi_host}"
}

output "index_url" {
  description = "URL for pip and twine"
  value       = "https://${var.pypi_host}/simple/"
}

output "namespace" {
  description = "Namespace of the entrance"
  value       = helm_release.traefik.namespace
}

output "service" {
  description = "Name of the entrance's Service"
  value       = helm_release.traefik.name

  depends_on = [kubernetes_ingress_v1.entrance]
}
