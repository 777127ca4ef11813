# The answers of the EKS stage. Same names, types and defaults as the real root; nothing here reaches AWS.

variable "profile" {
  description = "AWS profile that creates the cluster"
  type        = string
  default     = "kube_admin"
}

variable "region" {
  description = "AWS region of the cluster"
  type        = string
  default     = "us-east-2"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]+$", var.region))
    error_message = "region must be the name of an AWS region, such as us-east-2."
  }
}

variable "cluster_name" {
  description = "Name of the cluster; everything that belongs to it carries this name"
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", var.cluster_name))
    error_message = "cluster_name must have 1 to 100 letters, digits, hyphens or underscores and begin with a letter or digit."
  }
}

variable "kubernetes_version" {
  description = "Kubernetes minor version"
  type        = string
  default     = "1.35"

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "kubernetes_version must be a minor version, such as 1.35."
  }
}

variable "azs" {
  description = "Availability zones; empty: the first two of the region"
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.azs) == 0 || length(var.azs) == 2
    error_message = "azs must name exactly two zones, or be empty: then two are chosen."
  }
}

variable "node_count" {
  description = "Number of worker nodes"
  type        = number
  default     = 3

  validation {
    condition     = var.node_count >= 2 && var.node_count <= 100 && floor(var.node_count) == var.node_count
    error_message = "node_count must be a whole number from 2 to 100: with fewer than two nodes a zone has none."
  }
}

variable "instance_types" {
  description = "EC2 instance types of the nodes, in order of preference"
  type        = list(string)
  default     = ["t3.large"]

  validation {
    condition     = length(var.instance_types) > 0 && alltrue([for t in var.instance_types : can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9-]+$", t))])
    error_message = "instance_types must hold at least one EC2 instance type, such as t3.large."
  }
}

variable "node_disk_gib" {
  description = "Root disk of each node in GiB"
  type        = number
  default     = 100

  validation {
    condition     = var.node_disk_gib >= 20 && var.node_disk_gib <= 16384
    error_message = "node_disk_gib must lie between 20 and 16384."
  }
}

variable "vpc_cidr" {
  description = "Addresses of the VPC"
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition     = can(cidrsubnet(var.vpc_cidr, 8, 0))
    error_message = "vpc_cidr must be an IPv4 block with room for /24 subnets, such as 10.0.0.0/16."
  }
}

variable "endpoint_public_access_cidrs" {
  description = "Addresses from which the Kubernetes API can be reached"
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.endpoint_public_access_cidrs) > 0 && alltrue([for c in var.endpoint_public_access_cidrs : can(cidrhost(c, 0))])
    error_message = "endpoint_public_access_cidrs must hold address blocks, such as 203.0.113.7/32."
  }
}

variable "admin_arns" {
  description = "IAM roles and users that administer the cluster beside its creator"
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for a in var.admin_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+$", a))])
    error_message = "admin_arns must hold ARNs of IAM roles or users, such as arn:aws:iam::123456789012:role/admin."
  }
}

variable "cert_manager" {
  description = "Whether cert-manager is installed"
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags for everything that is created"
  type        = map(string)
  default     = {}
}

variable "existing_cluster_name" {
  description = "Name of a cluster to use instead of making one"
  type        = string
  default     = ""

  validation {
    condition     = var.existing_cluster_name == ""
    error_message = "existing_cluster_name must be empty: a rehearsal has no cluster but the one it makes."
  }
}

variable "subnet_ids" {
  description = "Subnets to use instead of a VPC of its own"
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.subnet_ids) == 0
    error_message = "subnet_ids must be empty: a rehearsal has no network but the one it makes."
  }
}

variable "permissions_boundary" {
  description = "ARN of the permissions boundary for the IAM roles that are created"
  type        = string
  default     = ""
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
