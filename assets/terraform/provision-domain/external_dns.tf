# external-dns: it writes the hosts of the Ingresses into the zone, and takes them out again when those go.

resource "kubernetes_namespace_v1" "external_dns" {
  metadata {
    name = "external-dns"
  }
}

resource "helm_release" "external_dns" {
  name       = "external-dns"
  namespace  = kubernetes_namespace_v1.external_dns.metadata[0].name
  repository = "https://kubernetes-sigs.github.io/external-dns/"
  chart      = "external-dns"
  version    = "~1.21.1"
  wait       = true
  timeout    = 600

  cleanup_on_fail = true

  values = [yamlencode({
    provider      = { name = "aws" }
    policy        = "sync" # otherwise nothing is ever taken out
    registry      = "txt"
    txtOwnerId    = local.eks.cluster_name # what another cluster wrote is not touched
    domainFilters = [var.zone_name]
    sources       = ["ingress", "service"]
    interval      = "30s"

    # Another zone of that name, a private one say, is not written to.
    extraArgs = ["--zone-id-filter=${local.zone_id}", "--aws-zone-type=public"]

    serviceAccount = {
      name        = "external-dns"
      annotations = { "eks.amazonaws.com/role-arn" = aws_iam_role.external_dns.arn }
    }

    env = [{ name = "AWS_DEFAULT_REGION", value = local.eks.region }]
  })]

  depends_on = [aws_iam_role_policy.external_dns]
}

# At a destroy: long enough that it sees the Ingresses go and takes their records out, before it goes itself.
resource "time_sleep" "records" {
  destroy_duration = "90s"

  depends_on = [helm_release.external_dns, helm_release.traefik]
}
