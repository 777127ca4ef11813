# Zero to JupyterHub: the maintained hub, with the same way to sign up and the same names for its Services.

locals {
  jupyterhub_image = local.asked_image == "" ? {} : {
    name = one(regex("^(.+?)(?::[^:/@]+)?$", local.asked_image))
    tag  = try(regex(":([^:/@]+)$", local.asked_image)[0], "latest")
  }

  jupyterhub_values = yamlencode({
    hub = {
      config = {
        JupyterHub          = { authenticator_class = "native" }
        Authenticator       = { admin_users = [var.admin_user], allow_all = true }
        NativeAuthenticator = { open_signup = false, minimum_password_length = 10 }
      }
      db = {
        type = "sqlite-pvc"
        pvc = {
          storage          = var.hub_storage
          storageClassName = local.storage_class
        }
      }
    }

    proxy = {
      service = {
        type        = var.proxy_service_type
        annotations = local.service_annotations
      }
    }

    singleuser = merge(
      {
        extraEnv      = local.pip_environment
        cloudMetadata = { blockWithIptables = false } # the nodes' hop limit does it
        storage = {
          capacity = var.workspace_storage
          dynamic  = { storageClass = local.storage_class }
        }
        networkPolicy = { egressAllowRules = { privateIPs = var.pip_index_url != "" } } # an index in the cluster
      },
      local.asked_image == "" ? {} : { image = local.jupyterhub_image },
    )

    # For clusters of hundreds of users: one pod a node, and a scheduler.
    prePuller = {
      hook       = { enabled = false }
      continuous = { enabled = false }
    }
    scheduling = { userScheduler = { enabled = false } }
  })
}
