# The zone: one of its own, or one that is there. Whose it is at the registrar is said there: a new zone answers
# the world only once its name servers (output name_servers) are set as NS records one level up.

resource "aws_route53_zone" "this" {
  count = var.create_zone ? 1 : 0

  name          = var.zone_name
  comment       = "ekshub ${local.eks.cluster_name}"
  force_destroy = true # external-dns and cert-manager write into it
}

data "aws_route53_zone" "given" {
  count = var.create_zone ? 0 : 1

  name         = "${var.zone_name}."
  private_zone = false
}

locals {
  zone_id      = var.create_zone ? one(aws_route53_zone.this[*].zone_id) : one(data.aws_route53_zone.given[*].zone_id)
  zone_arn     = var.create_zone ? one(aws_route53_zone.this[*].arn) : one(data.aws_route53_zone.given[*].arn)
  name_servers = var.create_zone ? one(aws_route53_zone.this[*].name_servers) : one(data.aws_route53_zone.given[*].name_servers)
}
