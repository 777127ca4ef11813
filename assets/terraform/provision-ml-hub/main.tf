# The hub: one release in a namespace of its own. It is installed closed; once its administrator has signed up,
# proxy_service_type = "LoadBalancer" opens it.

resource "kubernetes_namespace_v1" "hub" {
  metadata {
    name = var.release_name
  }
}

# Between hub and proxy. Without one of ours the chart makes a new one at every upgrade, a different one for each.
resource "random_bytes" "hub_token" {
  length = 32
}

# One flavour is never upgraded to the other: their objects have the same names and are not alike.
resource "terraform_data" "flavor" {
  input = var.hub_flavor
}

resource "helm_release" "hub" {
  name       = var.release_name
  namespace  = kubernetes_namespace_v1.hub.metadata[0].name
  repository = local.repository
  chart      = local.chart
  version    = local.version

  values        = [local.values]
  set_sensitive = [{ name = local.token_argument, value = random_bytes.hub_token.hex, type = "string" }]

  # Until the pods are ready, the volume is bound and the load balancer has its name; the images are large. At a
  # destroy until the load balancer is gone.
  wait    = true
  timeout = 900

  # A release that failed is of no use to the next apply, which could not install over it.
  cleanup_on_fail = true

  lifecycle {
    replace_triggered_by = [terraform_data.flavor]
  }
}

locals {
  is_public = var.proxy_service_type == "LoadBalancer"

  # Kubernetes refuses source ranges of a Service that has no load balancer.
  service_annotations = local.is_public ? {
    "service.beta.kubernetes.io/load-balancer-source-ranges"                = join(",", var.source_ranges)
    "service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout"  = "3600" # of a notebook's websocket
    "service.beta.kubernetes.io/aws-load-balancer-additional-resource-tags" = join(",", [for name, value in local.tags : "${name}=${value}"])
  } : {}

  storage_class = local.eks.storage_class == "" ? null : local.eks.storage_class # null: the cluster's default

  # pip takes a plain http index only from a host that it is told to trust.
  pip_environment = var.pip_index_url == "" ? {} : merge(
    { PIP_INDEX_URL = var.pip_index_url },
    startswith(var.pip_index_url, "http://") ? { PIP_TRUSTED_HOST = regex("^http://([^/:]+)", var.pip_index_url)[0] } : {},
  )
}
