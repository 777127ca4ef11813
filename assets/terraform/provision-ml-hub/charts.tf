# Which chart is installed for which flavour, and where it comes from.

locals {
  # MLHub 1.0.0 is the newest there is and comes as a file; the variable's default. JupyterHub has a repository.
  mlhub_chart        = "https://github.com/ml-tooling/ml-hub/releases/download/1.0.0/mlhub-chart-1.0.0.tgz"
  jupyterhub_chart   = "https://hub.jupyter.org/helm-chart/jupyterhub"
  jupyterhub_version = "~4.4.0"

  # An image of MLHub's workspaces is no good to JupyterHub, which then takes its own.
  mlhub_image = "mltooling/ml-workspace:0.8.7"

  is_mlhub       = var.hub_flavor == "mlhub"
  is_default     = contains(["", local.mlhub_chart], var.chart)
  asked_chart    = !local.is_default ? var.chart : local.is_mlhub ? local.mlhub_chart : local.jupyterhub_chart
  asked_image    = !contains(["", local.mlhub_image], var.workspace_image) ? var.workspace_image : local.is_mlhub ? local.mlhub_image : ""
  is_in_repo     = can(regex("^https?://.+/[^/.]+$", local.asked_chart))
  chart          = local.is_in_repo ? basename(local.asked_chart) : local.asked_chart
  repository     = local.is_in_repo ? trimsuffix(local.asked_chart, "/${basename(local.asked_chart)}") : null
  version        = local.asked_chart == local.jupyterhub_chart ? local.jupyterhub_version : null
  values         = { mlhub = local.mlhub_values, jupyterhub = local.jupyterhub_values }[var.hub_flavor]
  token_argument = { mlhub = "mlhub.secretToken", jupyterhub = "proxy.secretToken" }[var.hub_flavor]
}
