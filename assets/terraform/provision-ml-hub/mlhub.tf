# MLHub's chart is of 2020. What makes it install on today's Kubernetes, and what it needs to be safe there.

locals {
  mlhub_values = yamlencode({
    mlhub = {
      baseUrl = "/"
      env     = { HUB_NAME = var.release_name } # the namespace in which its clean-up looks for workspaces
    }

    userConfig = templatefile("${path.module}/mlhub_config.py.tftpl", {
      admin         = jsonencode(var.admin_user)
      is_plain      = can(regex("^[a-z0-9]+$", var.admin_user))
      image         = jsonencode(local.asked_image)
      storage       = jsonencode(var.workspace_storage)
      storage_class = jsonencode(local.storage_class == null ? "" : local.storage_class)
      environment   = jsonencode(local.pip_environment)
    })

    hub = {
      pdb = { enabled = false } # of an API that went with Kubernetes 1.25

      # Without a volume every restart forgets the users, and the next visitor becomes the administrator.
      db = {
        type = "sqlite-pvc"
        pvc = {
          storage          = var.hub_storage
          storageClassName = local.storage_class
        }
      }

      # The chart's own template has a placeholder for the version.
      image = { name = "mltooling/ml-hub", tag = "1.0.0" }
    }

    proxy = {
      pdb = { enabled = false }
      chp = { image = { name = "mltooling/ml-hub", tag = "1.0.0" } }
      service = {
        type        = var.proxy_service_type
        annotations = local.service_annotations
      }
    }

    ingress = { enabled = false }
  })
}
