# Every hour into a bucket that exists and is encrypted with a key of its own; its policy stays as it is, and has to let
# CloudWatch Logs write (docs/permissions.md). First: ./scripts/package arm64

provider "aws" {
  region = "eu-west-1" # Of the log groups, and so of the bucket.
}

module "log_archive" {
  source  = "../.."
  package = "${path.module}/../../../../dist/bootstrap-arm64.zip"

  bucket_name   = "example-compliance"
  create_bucket = false
  encryption    = "aws:kms"
  kms_key_arn   = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"

  source_log_group_prefixes = ["*"]
  exclude_log_groups        = ["*-debug"]
  schedule_expression       = "rate(1 hour)"
  late_events               = "sweep"
  state_store               = "dynamodb"
  alarm_topic_arn           = "arn:aws:sns:eu-west-1:123456789012:oncall"
}
