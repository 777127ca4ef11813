# Traefik: the one entrance for hub and index, and the only load balancer. It speaks https to the outside and
# http to the two Services, which need no balancer of their own.

resource "kubernetes_namespace_v1" "traefik" {
  metadata {
    name = "traefik"
  }
}

locals {
  # Makes the classic load balancer carry the deployment's tag.
  balancer_tags = join(",", [for name, value in local.tags : "${name}=${value}"])

  # Its default cuts an upload off after a minute; sizes have no limit there.
  patient = { respondingTimeouts = { readTimeout = "1h" } }
}

resource "helm_release" "traefik" {
  name       = "traefik"
  namespace  = kubernetes_namespace_v1.traefik.metadata[0].name
  repository = "https://traefik.github.io/charts"
  chart      = "traefik"
  version    = "~41.3.0"

  # Until the load balancer has its name; at a destroy until it is gone.
  wait    = true
  timeout = 900

  cleanup_on_fail = true

  values = [yamlencode({
    ingressClass = { enabled = true, isDefaultClass = false, name = "traefik" }

    providers = {
      kubernetesCRD     = { enabled = false }
      kubernetesGateway = { enabled = false }
      kubernetesIngress = { enabled = true, publishedService = { enabled = true } } # external-dns reads it there
    }

    ports = {
      web = {
        transport       = local.patient
        allowACMEByPass = true # challenges of http01 are not for Traefik
        http = {
          redirections = { entryPoint = { to = "websecure", scheme = "https", permanent = true } }
        }
      }
      websecure = { transport = local.patient }
    }

    service = {
      annotations = {
        "service.beta.kubernetes.io/aws-load-balancer-additional-resource-tags" = local.balancer_tags
        "service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout"  = "3600" # of a notebook's websocket
      }
      spec = {
        type                     = "LoadBalancer"
        loadBalancerSourceRanges = var.source_ranges
      }
    }
  })]
}
