data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  suffix    = data.aws_partition.current.dns_suffix
  region    = data.aws_region.current.name

  function_arn = "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}"
  queue_arn    = "arn:${local.partition}:sqs:${local.region}:${local.account}:${var.name}-dead-letters"
  table_arn    = "arn:${local.partition}:dynamodb:${local.region}:${local.account}:table/${var.name}-state"
  bucket_arn   = "arn:${local.partition}:s3:::${var.bucket_name}"
  uses_table   = var.state_store == "dynamodb"
  store_dsn    = local.uses_table ? "dynamodb://${var.name}-state/${var.name}" : "s3://${var.bucket_name}/_state/${var.name}.json"

  # The function's own group would give each run something to export.
  excluded = concat(var.archive_own_logs ? [] : ["/aws/lambda/${var.name}"], var.exclude_log_groups)
}

resource "aws_lambda_function" "function" {
  function_name    = var.name
  description      = "Archives CloudWatch Logs to S3, each event once"
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  handler          = "bootstrap"
  runtime          = "provided.al2023"
  architectures    = [var.architecture]
  memory_size      = var.memory_size
  timeout          = var.timeout
  role             = aws_iam_role.function.arn

  reserved_concurrent_executions = var.reserve_concurrency ? 1 : -1

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function.name
    # The function leaves out what LOG_LEVEL does not want; Lambda's own filter would take metrics, too.
    application_log_level = "DEBUG"
    system_log_level      = "WARN"
  }

  environment {
    variables = merge(
      {
        DESTINATION_S3_BUCKET     = var.bucket_name
        DESTINATION_PREFIX        = "${var.folder}/${var.key_template}"
        SOURCE_LOG_GROUP_PREFIXES = join(",", var.source_log_group_prefixes)
        STATE_STORE_TYPE          = var.state_store
        STORE_DSN                 = local.store_dsn
        SETTLE_DELAY              = var.settle_delay
        TIMEOUT_RESERVE           = var.timeout_reserve
        EXPORT_UNIT               = var.export_unit
        LATE_EVENTS               = var.late_events
        LATE_HORIZON              = var.late_horizon
        LOG_LEVEL                 = var.log_level
      },
      length(local.excluded) > 0 ? { EXCLUDE_LOG_GROUPS = join(",", local.excluded) } : {},
      length(var.log_group_tags) > 0 ? { LOG_GROUP_TAGS = join(",", [for key, value in var.log_group_tags : "${key}=${value}"]) } : {},
      var.log_stream_name_prefix != "" ? { LOG_STREAM_NAME_PREFIX = var.log_stream_name_prefix } : {},
    )
  }

  depends_on = [aws_iam_role_policy.function]
}

resource "aws_lambda_function_event_invoke_config" "function" {
  function_name                = aws_lambda_function.function.function_name
  maximum_retry_attempts       = 1
  maximum_event_age_in_seconds = 3600

  destination_config {
    on_failure {
      destination = aws_sqs_queue.dead_letters.arn
    }
  }
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name}-dead-letters"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_dynamodb_table" "state" {
  count = local.uses_table ? 1 : 0

  name                        = "${var.name}-state"
  billing_mode                = "PAY_PER_REQUEST"
  deletion_protection_enabled = true
  hash_key                    = "pk"
  range_key                   = "sk"

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  lifecycle {
    prevent_destroy = true
  }
}
