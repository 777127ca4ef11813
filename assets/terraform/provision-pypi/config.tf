# How the server is set up: what anybody may read is a ConfigMap, what nobody may is a Secret. The Secret's
# content is written and never read back: neither the state nor a plan has it.

resource "kubernetes_namespace_v1" "pypi" {
  count = var.pypi_namespace == "default" ? 0 : 1

  metadata {
    name = var.pypi_namespace
  }
}

locals {
  namespace = var.pypi_namespace == "default" ? "default" : one(kubernetes_namespace_v1.pypi[*].metadata[0].name)

  # Settings of pypicloud: its names in capitals, with PPC_ before them.
  settings = {
    PPC_PYPI_STORAGE                   = "s3"
    PPC_STORAGE_BUCKET                 = var.pypi_bucket_name
    PPC_STORAGE_REGION_NAME            = local.bucket_region
    PPC_STORAGE_SERVER_SIDE_ENCRYPTION = "AES256"
    PPC_DB_URL                         = "sqlite:////var/lib/pypicloud/db.sqlite" # rebuilt from the bucket
    PPC_PYPI_AUTH                      = "config"
    PPC_PYPI_DEFAULT_READ              = var.pypi_default_read
    PPC_PYPI_DEFAULT_WRITE             = "authenticated"
    PPC_PYPI_FALLBACK                  = "redirect" # one index for pip: no second one can slip a package in
    PPC_SESSION_SECURE                 = "false"    # the load balancer speaks http
  }
}

resource "kubernetes_config_map_v1" "pypi" {
  metadata {
    name      = "pypi-config"
    namespace = local.namespace
  }

  data = local.settings
}

# Whoever has these keys can make a session of the administrator's. New ones at every run, of which those of
# the last pypi_secret_revision count; then all have to log in again.
ephemeral "random_password" "session" {
  for_each = toset(["encrypt", "validate"])

  length  = 32
  special = false
}

resource "kubernetes_secret_v1" "pypi_config" {
  metadata {
    name      = "pypi-secret-config"
    namespace = local.namespace
  }

  data_wo_revision = tonumber(var.pypi_secret_revision)
  data_wo = {
    "config.ini" = templatefile("${path.module}/config.ini.tftpl", {
      admin        = var.pypi_admin_user
      hash         = var.pypi_user_encrypted_pwd
      keys         = !local.uses_role
      key_id       = var.pypi_aws_access_key_id
      key_secret   = var.pypi_aws_access_key_secret
      encrypt_key  = base64encode(ephemeral.random_password.session["encrypt"].result)
      validate_key = base64encode(ephemeral.random_password.session["validate"].result)
    })
  }

  # Its content cannot be compared: another administrator needs the whole of it anew.
  lifecycle {
    replace_triggered_by = [terraform_data.admin]
  }
}

resource "terraform_data" "admin" {
  input = [var.pypi_admin_user, var.pypi_credentials]
}
