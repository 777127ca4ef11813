# Where hub and index are from outside. The values are made from the answers, so that they look as AWS would have made them.

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
  value       = local.hub_url
}

output "pypi_url" {
  description = "URL of the index's pages"
  value       = local.pypi_url
}

output "index_url" {
  description = "URL for pip and twine"
  value       = local.index_url
}

output "namespace" {
  description = "Namespace of the entrance"
  value       = local.namespace
}

output "service" {
  description = "Name of the entrance's Service"
  value       = local.service
}
