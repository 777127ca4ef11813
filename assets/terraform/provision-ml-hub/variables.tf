# What the operator decides. Everything has a default.

variable "profile" {
  description = "AWS profile that reaches the cluster"
  type        = string
  default     = "kube_admin"
}

variable "release_name" {
  description = "Name of the helm release, and of its namespace"
  type        = string
  default     = "mlhub"

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,51}[a-z0-9])?$", var.release_name))
    error_message = "release_name must have 1 to 53 lower-case letters, digits or hyphens and begin with a letter."
  }
}

variable "hub_flavor" {
  description = "Which hub: mlhub, or jupyterhub (Zero to JupyterHub)"
  type        = string
  default     = "mlhub"

  validation {
    condition     = contains(["mlhub", "jupyterhub"], var.hub_flavor)
    error_message = "hub_flavor must be mlhub or jupyterhub."
  }
}

variable "chart" {
  description = "The chart: a URL, a path, or REPOSITORY/NAME"
  type        = string
  default     = "https://github.com/ml-tooling/ml-hub/releases/download/1.0.0/mlhub-chart-1.0.0.tgz"
}

variable "admin_user" {
  description = "Name of the hub's administrator"
  type        = string
  default     = "admin"

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9._@-]{0,63}$", var.admin_user))
    error_message = "admin_user must have 1 to 64 lower-case letters, digits, dots, underscores, hyphens or @."
  }
}

variable "hub_storage" {
  description = "Size of the volume that holds the hub's users"
  type        = string
  default     = "1Gi"

  validation {
    condition     = can(regex("^[1-9][0-9]*(Mi|Gi|Ti)$", var.hub_storage))
    error_message = "hub_storage must be a size, such as 1Gi."
  }
}

variable "workspace_image" {
  description = "Image of the workspaces"
  type        = string
  default     = "mltooling/ml-workspace:0.8.7"

  validation {
    condition     = var.workspace_image == "" || can(regex("^[0-9A-Za-z][0-9A-Za-z._/:@-]*$", var.workspace_image))
    error_message = "workspace_image must be the name of an image, such as mltooling/ml-workspace:0.8.7."
  }
}

variable "workspace_storage" {
  description = "Size of each workspace's volume"
  type        = string
  default     = "10Gi"

  validation {
    condition     = can(regex("^[1-9][0-9]*(Mi|Gi|Ti)$", var.workspace_storage))
    error_message = "workspace_storage must be a size, such as 10Gi."
  }
}

variable "proxy_service_type" {
  description = "Type of the Service proxy-public: ClusterIP until the hub's administrator has signed up"
  type        = string
  default     = "ClusterIP"

  validation {
    condition     = contains(["ClusterIP", "LoadBalancer"], var.proxy_service_type)
    error_message = "proxy_service_type must be ClusterIP or LoadBalancer."
  }
}

variable "source_ranges" {
  description = "Addresses from which the hub can be reached"
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.source_ranges) > 0 && alltrue([for c in var.source_ranges : can(cidrhost(c, 0))])
    error_message = "source_ranges must hold address blocks, such as 203.0.113.7/32."
  }
}

variable "pip_index_url" {
  description = "Package index of the workspaces; empty for the public one"
  type        = string
  default     = ""

  validation {
    condition     = var.pip_index_url == "" || can(regex("^https?://[^/ ]+/[^ ]*$", var.pip_index_url))
    error_message = "pip_index_url must be a URL, such as http://pypi.default.svc.cluster.local/simple/, or be empty."
  }
}

variable "tags" {
  description = "Tags for everything that is created"
  type        = map(string)
  default     = {}

  validation {
    condition     = length(var.tags) <= 40
    error_message = "tags must not be more than 40: AWS allows 50, and modules and controllers add their own."
  }

  validation {
    condition     = alltrue([for name, value in var.tags : !strcontains(name, "aws:") && can(regex("^[^,=]+$", name)) && can(regex("^[^,=]*$", value))])
    error_message = "tags must have no comma and no = in names and values, for controllers are told NAME=VALUE,…, and no name that begins with aws:."
  }
}

variable "token_command" {
  description = "Program that prints an ExecCredential for the cluster; --cluster-name and --region are added"
  type        = list(string)
  default     = ["aws", "eks", "get-token"]

  validation {
    condition     = length(var.token_command) > 0
    error_message = "token_command must name a program, such as [\"aws\", \"eks\", \"get-token\"]."
  }
}
