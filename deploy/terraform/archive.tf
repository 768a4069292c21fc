locals {
  wants_kms = var.encryption == "aws:kms"
  names_key = local.wants_kms && var.kms_key_arn != ""
  makes_key = local.wants_kms && var.create_bucket && var.kms_key_arn == ""
  has_key   = local.names_key || local.makes_key
  key_arn   = local.names_key ? var.kms_key_arn : one(aws_kms_key.archive[*].arn)

  exports_from = {
    StringEquals = { "aws:SourceAccount" = local.account }
    ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:*" }
  }
}

resource "aws_s3_bucket" "archive" {
  count  = var.create_bucket ? 1 : 0
  bucket = var.bucket_name

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_public_access_block" "archive" {
  count  = var.create_bucket ? 1 : 0
  bucket = aws_s3_bucket.archive[0].id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "archive" {
  count  = var.create_bucket ? 1 : 0
  bucket = aws_s3_bucket.archive[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "archive" {
  count  = var.create_bucket ? 1 : 0
  bucket = aws_s3_bucket.archive[0].id

  rule {
    bucket_key_enabled = local.has_key ? true : null

    apply_server_side_encryption_by_default {
      sse_algorithm     = local.has_key ? "aws:kms" : "AES256"
      kms_master_key_id = local.has_key ? local.key_arn : null
    }
  }
}

resource "aws_s3_bucket_versioning" "archive" {
  count  = var.create_bucket ? 1 : 0
  bucket = aws_s3_bucket.archive[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "archive" {
  count  = var.create_bucket ? 1 : 0
  bucket = aws_s3_bucket.archive[0].id

  rule {
    id     = "versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.noncurrent_version_days
    }

    expiration {
      expired_object_delete_marker = true
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # Neither the state nor the ledger may go: hence the folder.
  dynamic "rule" {
    for_each = var.transition_days > 0 || var.expiration_days > 0 ? ["age"] : []

    content {
      id     = rule.value
      status = "Enabled"

      filter {
        prefix = "${var.folder}/"
      }

      dynamic "transition" {
        for_each = var.transition_days > 0 ? [var.transition_days] : []

        content {
          days          = transition.value
          storage_class = var.transition_storage_class
        }
      }

      dynamic "expiration" {
        for_each = var.expiration_days > 0 ? [var.expiration_days] : []

        content {
          days = expiration.value
        }
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.archive]
}

resource "aws_s3_bucket_policy" "archive" {
  count  = var.create_bucket || var.manage_bucket_policy ? 1 : 0
  bucket = var.create_bucket ? aws_s3_bucket.archive[0].id : var.bucket_name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ExportsLookAtTheBucket"
        Effect    = "Allow"
        Principal = { Service = "logs.${local.region}.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = local.bucket_arn
        Condition = local.exports_from
      },
      {
        Sid       = "ExportsWriteObjects"
        Effect    = "Allow"
        Principal = { Service = "logs.${local.region}.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${local.bucket_arn}/*"
        Condition = {
          StringEquals = merge({ "s3:x-amz-acl" = "bucket-owner-full-control" }, local.exports_from.StringEquals)
          ArnLike      = local.exports_from.ArnLike
        }
      },
      {
        Sid       = "NothingInPlainText"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.archive]
}

resource "aws_kms_key" "archive" {
  count = local.makes_key ? 1 : 0

  description         = "The archive of ${var.name}"
  enable_key_rotation = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TheAccountDecides"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "ExportsEncrypt"
        Effect    = "Allow"
        Principal = { Service = "logs.${local.region}.amazonaws.com" }
        Action    = ["kms:GenerateDataKey", "kms:Decrypt"]
        Resource  = "*"
      },
    ]
  })

  lifecycle {
    prevent_destroy = true
  }
}
