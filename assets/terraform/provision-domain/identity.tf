# Who writes into the zone: external-dns the two hosts, and with dns01 cert-manager the challenges. A role of a
# service account each, and no more than it does in this one zone.

locals {
  issuer = trimprefix(local.eks.oidc_issuer, "https://")

  # A role's name prefix ends behind 38 characters.
  short_name = substr(local.eks.cluster_name, 0, 26)

  uses_dns01 = var.challenge == "dns01"

  writers = merge(
    { external-dns = "system:serviceaccount:external-dns:external-dns" },
    local.uses_dns01 ? { acme-dns = "system:serviceaccount:cert-manager:acme-dns" } : {},
  )
}

data "aws_iam_policy_document" "trust" {
  for_each = local.writers

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
      values   = [each.value]
    }
  }
}

data "aws_iam_policy_document" "external_dns" {
  statement {
    sid       = "KeepRecords"
    actions   = ["route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets", "route53:ListTagsForResources"]
    resources = [local.zone_arn]
  }

  statement {
    sid       = "FindTheZone"
    actions   = ["route53:ListHostedZones"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "acme_dns" {
  count = local.uses_dns01 ? 1 : 0

  statement {
    sid       = "AnswerChallenges"
    actions   = ["route53:ChangeResourceRecordSets"]
    resources = [local.zone_arn]

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "route53:ChangeResourceRecordSetsRecordTypes"
      values   = ["TXT"]
    }
  }

  statement {
    sid       = "ReadRecords"
    actions   = ["route53:ListResourceRecordSets"]
    resources = [local.zone_arn]
  }

  statement {
    sid       = "WaitForChanges"
    actions   = ["route53:GetChange"]
    resources = ["${split(":hostedzone/", local.zone_arn)[0]}:change/*"]
  }
}

resource "aws_iam_role" "external_dns" {
  name_prefix          = "${local.short_name}-dns-"
  assume_role_policy   = data.aws_iam_policy_document.trust["external-dns"].json
  permissions_boundary = var.permissions_boundary == "" ? null : var.permissions_boundary
}

resource "aws_iam_role_policy" "external_dns" {
  name   = "records"
  role   = aws_iam_role.external_dns.id
  policy = data.aws_iam_policy_document.external_dns.json
}

resource "aws_iam_role" "acme_dns" {
  count = local.uses_dns01 ? 1 : 0

  name_prefix          = "${local.short_name}-acme-"
  assume_role_policy   = data.aws_iam_policy_document.trust["acme-dns"].json
  permissions_boundary = var.permissions_boundary == "" ? null : var.permissions_boundary
}

resource "aws_iam_role_policy" "acme_dns" {
  count = local.uses_dns01 ? 1 : 0

  name   = "challenges"
  role   = aws_iam_role.acme_dns[0].id
  policy = data.aws_iam_policy_document.acme_dns[0].json
}
