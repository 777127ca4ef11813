# The answers of the PyPI stage. Same names, types and defaults as the real root; nothing here reaches AWS.
# What is a secret is ephemeral: it is in no state and in no plan, and has to be given again to an apply.

variable "profile" {
  description = "AWS profile that makes the bucket and the role"
  type        = string
  default     = "kube_admin"
}

variable "pypi_bucket_name" {
  description = "S3 bucket that holds the packages"
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.pypi_bucket_name))
    error_message = "pypi_bucket_name must have 3 to 63 lower-case letters, digits, dots or hyphens."
  }
}

variable "pypi_create_bucket" {
  description = "Whether the bucket is made here; otherwise it has to be there"
  type        = bool
  default     = true
}

variable "pypi_force_destroy" {
  description = "Whether a destroy deletes the bucket with the packages in it; otherwise it stops at a bucket that is not empty"
  type        = bool
  default     = false
}

variable "pypi_admin_user" {
  description = "Name of the index's administrator"
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", var.pypi_admin_user))
    error_message = "pypi_admin_user must have 1 to 64 letters, digits, dots, underscores or hyphens."
  }
}

variable "pypi_user_encrypted_pwd" {
  description = "Hash of the administrator's password, $6$… or $5$…, as ppc-gen-password makes it"
  type        = string
  default     = ""
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = var.pypi_user_encrypted_pwd == "" || can(regex("^\\$[56]\\$[!-~]+$", var.pypi_user_encrypted_pwd))
    error_message = "pypi_user_encrypted_pwd must be a SHA-crypt hash, which begins with $5$ or $6$."
  }
}

variable "pypi_credentials" {
  description = "How the index reaches the bucket: role (of its service account) or keys"
  type        = string
  default     = "role"

  validation {
    condition     = contains(["role", "keys"], var.pypi_credentials)
    error_message = "pypi_credentials must be role or keys."
  }
}

variable "pypi_aws_access_key_id" {
  description = "Access key of the index, when pypi_credentials is keys"
  type        = string
  default     = ""
  sensitive   = true
  ephemeral   = true
}

variable "pypi_aws_access_key_secret" {
  description = "Secret access key of the index, when pypi_credentials is keys"
  type        = string
  default     = ""
  sensitive   = true
  ephemeral   = true
}

variable "pypi_secret_revision" {
  description = "Changed whenever a secret is: terraform sees no other difference"
  type        = string
  default     = "1"
}

variable "pypi_namespace" {
  description = "Kubernetes namespace of the index"
  type        = string
  default     = "default"

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.pypi_namespace))
    error_message = "pypi_namespace must have 1 to 63 lower-case letters, digits or hyphens."
  }
}

variable "pypi_service_type" {
  description = "Type of the index's Service: LoadBalancer, or ClusterIP when it is reached through an entrance"
  type        = string
  default     = "LoadBalancer"

  validation {
    condition     = contains(["LoadBalancer", "ClusterIP"], var.pypi_service_type)
    error_message = "pypi_service_type must be LoadBalancer or ClusterIP."
  }
}

variable "source_ranges" {
  description = "Addresses from which the index can be reached"
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.source_ranges) > 0 && alltrue([for c in var.source_ranges : can(cidrhost(c, 0))])
    error_message = "source_ranges must hold address blocks, such as 203.0.113.7/32."
  }
}

variable "pypi_default_read" {
  description = "Who may read packages: authenticated or everyone"
  type        = string
  default     = "authenticated"

  validation {
    condition     = contains(["authenticated", "everyone"], var.pypi_default_read)
    error_message = "pypi_default_read must be authenticated or everyone."
  }
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
