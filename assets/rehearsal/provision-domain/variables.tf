# The answers of the domain stage. Same names, types and defaults as the real root; nothing here reaches AWS.

variable "profile" {
  description = "AWS profile that makes the zone and the roles"
  type        = string
  default     = "kube_admin"
}

variable "zone_name" {
  description = "Route53 zone in which the hosts are"
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$", var.zone_name))
    error_message = "zone_name must be a domain in lower-case letters, such as demo.example.org, with no dot at its end."
  }
}

variable "create_zone" {
  description = "Whether the zone is made here; otherwise it has to be there"
  type        = bool
  default     = false
}

variable "hub_host" {
  description = "Host of the hub"
  type        = string

  validation {
    condition     = endswith(var.hub_host, ".${var.zone_name}")
    error_message = "hub_host must lie in the zone, such as hub.demo.example.org in demo.example.org."
  }
}

variable "pypi_host" {
  description = "Host of the index"
  type        = string

  validation {
    condition     = endswith(var.pypi_host, ".${var.zone_name}") && var.pypi_host != var.hub_host
    error_message = "pypi_host must lie in the zone, such as pypi.demo.example.org in demo.example.org, and be another one than hub_host."
  }
}

variable "acme_email" {
  description = "Address to which Let's Encrypt writes"
  type        = string

  validation {
    condition     = can(regex("^[^@ ]+@[^@ ]+\\.[^@ .]+$", var.acme_email))
    error_message = "acme_email must be an e-mail address, such as ops@example.org."
  }
}

variable "acme_server" {
  description = "Which Let's Encrypt: staging, whose certificates no browser trusts, or production, which has limits"
  type        = string
  default     = "staging"

  validation {
    condition     = contains(["staging", "production"], var.acme_server)
    error_message = "acme_server must be staging or production."
  }
}

variable "challenge" {
  description = "How Let's Encrypt is shown whose the hosts are: dns01 (by a record) or http01 (by a page that all the world can read)"
  type        = string
  default     = "dns01"

  validation {
    condition     = contains(["dns01", "http01"], var.challenge)
    error_message = "challenge must be dns01 or http01."
  }
}

variable "source_ranges" {
  description = "Addresses from which hub and index can be reached"
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.source_ranges) > 0 && alltrue([for c in var.source_ranges : can(cidrhost(c, 0))])
    error_message = "source_ranges must hold address blocks, such as 203.0.113.7/32."
  }

  validation {
    condition     = var.challenge != "http01" || contains(var.source_ranges, "0.0.0.0/0")
    error_message = "source_ranges must have 0.0.0.0/0 with the challenge http01, which comes from anywhere; or take dns01."
  }
}

variable "hub_namespace" {
  description = "Namespace of the hub, output of provision-ml-hub"
  type        = string
  default     = "mlhub"
}

variable "hub_service" {
  description = "Service of the hub, output of provision-ml-hub"
  type        = string
  default     = "proxy-public"
}

variable "pypi_namespace" {
  description = "Namespace of the index, output of provision-pypi"
  type        = string
  default     = "default"
}

variable "pypi_service" {
  description = "Service of the index, output of provision-pypi"
  type        = string
  default     = "pypi"
}

variable "tags" {
  description = "Tags for everything that is created"
  type        = map(string)
  default     = {}
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
