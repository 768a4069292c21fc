# A bucket, and a run each night. First: ./scripts/package arm64

provider "aws" {
  region = "eu-west-1" # Of the log groups, and so of the bucket.
}

module "log_archive" {
  source  = "../.."
  package = "${path.module}/../../../../dist/bootstrap-arm64.zip"

  bucket_name               = "example-log-archive"
  source_log_group_prefixes = ["/aws/lambda/", "/ecs/prod"]
  alarm_email               = "ops@example.com"
}

output "log_archive" {
  value = module.log_archive
}
