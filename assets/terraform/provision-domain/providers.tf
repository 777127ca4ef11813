# The cluster as provision-eks left it: its state has all that is needed to reach it. Where that state is kept
# elsewhere, an override file names the same backend here.

data "terraform_remote_state" "eks" {
  backend = "local"

  config = {
    path = "../provision-eks/terraform.tfstate"
  }
}

locals {
  eks = data.terraform_remote_state.eks.outputs

  # As in provision-eks: on everything, so that what is left can be found.
  tags = merge({ "ekshub:deployment" = local.eks.cluster_name }, var.tags)

  token = {
    command = var.token_command[0]
    args = concat(
      slice(var.token_command, 1, length(var.token_command)),
      ["--cluster-name", local.eks.cluster_name, "--region", local.eks.region],
    )
    env = var.profile == "" ? {} : { AWS_PROFILE = var.profile }
  }
}

provider "aws" {
  profile = var.profile == "" ? null : var.profile
  region  = local.eks.region

  default_tags {
    tags = local.tags
  }
}

provider "kubernetes" {
  host                   = local.eks.cluster_endpoint
  cluster_ca_certificate = base64decode(local.eks.cluster_certificate_authority_data)

  exec {
    api_version = "client.authentication.k8s.io/v1beta1"
    command     = local.token.command
    args        = local.token.args
    env         = local.token.env
  }
}

# The same, but an attribute: the providers differ there.
provider "helm" {
  kubernetes = {
    host                   = local.eks.cluster_endpoint
    cluster_ca_certificate = base64decode(local.eks.cluster_certificate_authority_data)

    exec = {
      api_version = "client.authentication.k8s.io/v1beta1"
      command     = local.token.command
      args        = local.token.args
      env         = local.token.env
    }
  }
}
