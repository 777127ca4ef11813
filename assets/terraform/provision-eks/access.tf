# Who may administer the cluster: whoever made it, for good, and the principals that are listed.

data "aws_caller_identity" "current" {}

data "aws_iam_session_context" "current" {
  arn = data.aws_caller_identity.current.arn
}

# Remembered from the first apply: a colleague who applies later must not take the creator's place.
resource "terraform_data" "creator" {
  input = data.aws_iam_session_context.current.issuer_arn

  lifecycle {
    ignore_changes = [input]
  }
}

locals {
  access_entries = {
    for arn in distinct(concat([terraform_data.creator.input], var.admin_arns)) : arn => {
      principal_arn = arn
      policy_associations = {
        admin = {
          policy_arn   = "arn:${data.aws_partition.current.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
          access_scope = { type = "cluster" }
        }
      }
    }
  }
}
