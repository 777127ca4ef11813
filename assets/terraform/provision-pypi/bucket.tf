# Where the packages are: a private bucket of its own, or one that is there.

locals {
  bucket_arn    = var.pypi_create_bucket ? one(aws_s3_bucket.pypi[*].arn) : one(data.aws_s3_bucket.given[*].arn)
  bucket_region = var.pypi_create_bucket ? local.eks.region : one(data.aws_s3_bucket.given[*].bucket_region)
}

resource "aws_s3_bucket" "pypi" {
  count = var.pypi_create_bucket ? 1 : 0

  bucket        = var.pypi_bucket_name
  force_destroy = var.pypi_force_destroy
}

resource "aws_s3_bucket_public_access_block" "pypi" {
  count = var.pypi_create_bucket ? 1 : 0

  bucket                  = aws_s3_bucket.pypi[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

data "aws_s3_bucket" "given" {
  count = var.pypi_create_bucket ? 0 : 1

  bucket = var.pypi_bucket_name
}
