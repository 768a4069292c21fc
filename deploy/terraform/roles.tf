locals {
  log_groups = [for prefix in var.source_log_group_prefixes : "arn:*:logs:*:*:log-group:${prefix}*"]
  sweeps     = var.late_events == "sweep"

  statements = concat(
    [
      # These two know no resources but "all of the Region".
      {
        Sid       = "SeeGroupsAndTasks"
        Effect    = "Allow"
        Action    = ["logs:DescribeLogGroups", "logs:DescribeExportTasks"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:RequestedRegion" = local.region } }
      },
      {
        Sid    = "ExportGroups"
        Effect = "Allow"
        Action = concat(
          ["logs:DescribeLogStreams", "logs:CreateExportTask"],
          length(var.log_group_tags) > 0 ? ["logs:ListTagsForResource"] : [],
          local.sweeps ? ["logs:FilterLogEvents"] : [],
        )
        Resource  = local.log_groups
        Condition = { StringEquals = { "aws:RequestedRegion" = local.region } }
      },
      {
        Sid      = "SeeObjects"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = local.bucket_arn
      },
      {
        Sid      = "KeepLedger"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "${local.bucket_arn}/_ledger/*"
      },
      # Whoever creates a task must be allowed to write to where it writes.
      {
        Sid      = "MakeAndCleanUpTasks"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:DeleteObject"]
        Resource = "${local.bucket_arn}/${var.folder}/*"
      },
    ],
    [for sid in local.sweeps ? ["ReadArchive"] : [] : {
      Sid      = sid
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = "${local.bucket_arn}/${var.folder}/*"
    }],
    [{
      Sid      = "KeepState"
      Effect   = "Allow"
      Action   = local.uses_table ? ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:DeleteItem"] : ["s3:GetObject", "s3:PutObject"]
      Resource = local.uses_table ? local.table_arn : "${local.bucket_arn}/_state/${var.name}.json"
    }],
    [for sid in local.has_key ? ["UseKey"] : [] : {
      Sid       = sid
      Effect    = "Allow"
      Action    = ["kms:GenerateDataKey", "kms:Decrypt"]
      Resource  = local.key_arn
      Condition = { StringEquals = { "kms:ViaService" = "s3.${local.region}.${local.suffix}" } }
    }],
    [
      {
        Sid      = "WriteOwnLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}:*"
      },
      {
        Sid      = "LeaveDeadLetters"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = local.queue_arn
      },
    ],
  )
}

resource "aws_iam_role" "function" {
  name_prefix          = substr("${var.name}-function-", 0, 38)
  description          = "What the function ${var.name} may do"
  permissions_boundary = var.permissions_boundary_arn != "" ? var.permissions_boundary_arn : null

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  name   = "export"
  role   = aws_iam_role.function.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements })
}

resource "aws_iam_role" "schedule" {
  name_prefix          = substr("${var.name}-schedule-", 0, 38)
  description          = "What the schedule ${var.name} may do"
  permissions_boundary = var.permissions_boundary_arn != "" ? var.permissions_boundary_arn : null

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "schedule" {
  name = "invoke"
  role = aws_iam_role.schedule.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "RunFunction"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = local.function_arn
      },
      {
        Sid      = "LeaveDeadLetters"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = local.queue_arn
      },
    ]
  })
}
