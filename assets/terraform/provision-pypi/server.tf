# pypicloud itself, and the way to it. One pod: what it knows of the packages is a cache of its own.

locals {
  app = { app = "pypi-server" }

  is_public = var.pypi_service_type == "LoadBalancer"

  # Makes the classic load balancer carry the deployment's tag.
  balancer_tags = join(",", [for name, value in local.tags : "${name}=${value}"])
}

resource "kubernetes_service_account_v1" "pypi" {
  metadata {
    name        = "pypi"
    namespace   = local.namespace
    annotations = local.uses_role ? { "eks.amazonaws.com/role-arn" = aws_iam_role.pypi[0].arn } : {}
  }

  # It asks nothing of the Kubernetes API; the token for AWS comes by a volume of its own.
  automount_service_account_token = false
}

resource "kubernetes_deployment_v1" "pypi_server" {
  metadata {
    name      = "pypi-server"
    namespace = local.namespace
    labels    = local.app
  }

  spec {
    replicas = 1

    strategy {
      type = "Recreate"
    }

    selector {
      match_labels = local.app
    }

    template {
      metadata {
        labels = local.app

        # A pod reads its settings once: new ones mean a new pod.
        annotations = {
          "ekshub/settings"        = sha256(jsonencode(local.settings))
          "ekshub/secret-revision" = "${var.pypi_secret_revision} ${var.pypi_admin_user} ${var.pypi_credentials}"
        }
      }

      spec {
        service_account_name            = kubernetes_service_account_v1.pypi.metadata[0].name
        automount_service_account_token = false
        enable_service_links            = false

        # No security_context: the image begins as root and goes on as pypicloud, and with a user or a group
        # set here that one could not read its token.
        container {
          name  = "pypi-server"
          image = var.pypi_image

          port {
            name           = "http"
            container_port = 8080
          }

          env_from {
            config_map_ref {
              name = kubernetes_config_map_v1.pypi.metadata[0].name
            }
          }

          volume_mount {
            name       = "config"
            mount_path = "/etc/pypicloud"
            read_only  = true
          }

          resources {
            requests = {
              cpu    = "100m"
              memory = "256Mi"
            }
            limits = {
              memory = "512Mi"
            }
          }

          # Begins by listing the bucket.
          startup_probe {
            tcp_socket {
              port = "http"
            }
            period_seconds    = 5
            failure_threshold = 36
          }

          # Also whether S3 answers; without it nothing can be served.
          readiness_probe {
            http_get {
              path = "/health"
              port = "http"
            }
            period_seconds  = 10
            timeout_seconds = 5
          }

          # Only whether it lives: a restart mends no S3.
          liveness_probe {
            tcp_socket {
              port = "http"
            }
            period_seconds    = 20
            failure_threshold = 3
          }
        }

        volume {
          name = "config"

          secret {
            secret_name = kubernetes_secret_v1.pypi_config.metadata[0].name
          }
        }
      }
    }
  }

  timeouts {
    create = "10m"
    update = "10m"
  }

  depends_on = [aws_iam_role_policy.pypi]
}

resource "kubernetes_service_v1" "pypi" {
  metadata {
    name      = "pypi"
    namespace = local.namespace
    labels    = local.app

    annotations = local.is_public ? {
      "service.beta.kubernetes.io/aws-load-balancer-additional-resource-tags" = local.balancer_tags
      "service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout"  = "300" # an upload may pause
    } : {}
  }

  spec {
    type                        = var.pypi_service_type
    load_balancer_source_ranges = local.is_public ? var.source_ranges : null
    selector                    = local.app

    port {
      name        = "http"
      port        = 80
      target_port = "http"
    }
  }

  timeouts {
    create = "15m"
  }
}
