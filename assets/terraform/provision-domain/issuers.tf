# Let's Encrypt for cert-manager, staging and production: a chart of this directory, because terraform could
# plan such objects only in a cluster that knows their kind already.

resource "helm_release" "issuers" {
  name      = "issuers"
  namespace = "cert-manager" # of provision-eks
  chart     = "${path.module}/issuers"
  timeout   = 300

  cleanup_on_fail = true

  values = [yamlencode({
    email        = var.acme_email
    ingressClass = "traefik"
    dns01 = {
      enabled = local.uses_dns01
      zone    = local.zone_id
      region  = local.eks.region
      role    = local.uses_dns01 ? aws_iam_role.acme_dns[0].arn : ""
    }
  })]

  depends_on = [aws_iam_role_policy.acme_dns]
}
