# cert-manager, for the certificates of a domain: see provision-domain. It waits until its webhook answers.

resource "kubernetes_namespace_v1" "cert_manager" {
  count = var.cert_manager ? 1 : 0

  metadata {
    name = "cert-manager"
  }

  depends_on = [module.eks]
}

resource "helm_release" "cert_manager" {
  count = var.cert_manager ? 1 : 0

  name       = "cert-manager"
  namespace  = kubernetes_namespace_v1.cert_manager[0].metadata[0].name
  repository = "oci://quay.io/jetstack/charts"
  chart      = "cert-manager"
  version    = "~1.21.1"
  timeout    = 600

  values = [yamlencode({
    crds = {
      enabled = true
      keep    = false # they would outlive a destroy in a cluster that stays
    }
  })]
}
