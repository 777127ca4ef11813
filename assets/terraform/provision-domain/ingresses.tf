# The two hosts: certificates for them are asked for by cert-manager, records are written by external-dns.
# Traefik passes websockets on and sets no limit to uploads.

locals {
  entrances = {
    hub = {
      namespace = var.hub_namespace
      service   = var.hub_service
      host      = var.hub_host
    }
    pypi = {
      namespace = var.pypi_namespace
      service   = var.pypi_service
      host      = var.pypi_host
    }
  }
}

resource "kubernetes_ingress_v1" "entrance" {
  for_each = local.entrances

  metadata {
    name      = "${each.key}-https"
    namespace = each.value.namespace

    annotations = {
      "cert-manager.io/cluster-issuer"                   = "letsencrypt-${var.acme_server}"
      "traefik.ingress.kubernetes.io/router.entrypoints" = "websecure"
      "traefik.ingress.kubernetes.io/router.tls"         = "true"
    }
  }

  spec {
    ingress_class_name = "traefik"

    # One secret a server: a certificate of staging is not taken for one of production.
    tls {
      hosts       = [each.value.host]
      secret_name = "${each.key}-tls-${var.acme_server}"
    }

    rule {
      host = each.value.host

      http {
        path {
          path      = "/"
          path_type = "Prefix"

          backend {
            service {
              name = each.value.service

              port {
                number = 80
              }
            }
          }
        }
      }
    }
  }

  wait_for_load_balancer = true

  depends_on = [helm_release.issuers, time_sleep.records]
}
