# Who the server is to S3: a role of its service account, which needs no key at all. (The identity agent's way
# is not for it: the AWS library in its image is older than that.) With pypi_credentials = "keys" none of it.

locals {
  uses_role = var.pypi_credentials == "role"
  issuer    = trimprefix(local.eks.oidc_issuer, "https://")

  # A role's name prefix ends behind 38 characters.
  short_name = substr(local.eks.cluster_name, 0, 28)
}

data "aws_iam_policy_document" "trust" {
  count = local.uses_role ? 1 : 0

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.eks.oidc_provider_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = ["system:serviceaccount:${var.pypi_namespace}:pypi"]
    }
  }
}

# No more than it does; the same as assets/iam/pypi-bucket-policy.json, which is for keys.
data "aws_iam_policy_document" "bucket" {
  count = local.uses_role ? 1 : 0

  statement {
    sid       = "ListTheBucket"
    actions   = ["s3:ListBucket"]
    resources = [local.bucket_arn]
  }

  statement {
    sid       = "KeepPackages"
    actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["${local.bucket_arn}/*"]
  }
}

resource "aws_iam_role" "pypi" {
  count = local.uses_role ? 1 : 0

  name_prefix          = "${local.short_name}-pypi-"
  assume_role_policy   = data.aws_iam_policy_document.trust[0].json
  permissions_boundary = var.permissions_boundary == "" ? null : var.permissions_boundary
}

resource "aws_iam_role_policy" "pypi" {
  count = local.uses_role ? 1 : 0

  name   = "packages"
  role   = aws_iam_role.pypi[0].id
  policy = data.aws_iam_policy_document.bucket[0].json
}
