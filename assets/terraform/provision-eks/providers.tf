# AWS by the operator's profile; the cluster by short-lived tokens of the same identity. The two blocks for
# the cluster are alike but for helm's attribute: the providers differ there.

locals {
  profile_environment = var.profile == "" ? {} : { AWS_PROFILE = var.profile }

  token = {
    command = var.token_command[0]
    args = concat(
      slice(var.token_command, 1, length(var.token_command)),
      ["--cluster-name", local.cluster.name, "--region", var.region],
    )
  }
}

provider "aws" {
  profile = var.profile == "" ? null : var.profile
  region  = var.region

  default_tags {
    tags = local.tags
  }
}

provider "kubernetes" {
  host                   = local.cluster.endpoint
  cluster_ca_certificate = base64decode(local.cluster.ca)

  exec {
    api_version = "client.authentication.k8s.io/v1beta1"
    command     = local.token.command
    args        = local.token.args
    env         = local.profile_environment
  }
}

provider "helm" {
  kubernetes = {
    host                   = local.cluster.endpoint
    cluster_ca_certificate = base64decode(local.cluster.ca)

    exec = {
      api_version = "client.authentication.k8s.io/v1beta1"
      command     = local.token.command
      args        = local.token.args
      env         = local.profile_environment
    }
  }
}
