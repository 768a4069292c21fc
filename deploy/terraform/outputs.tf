output "function_name" {
  description = "To run it now: aws lambda invoke --function-name NAME --cli-read-timeout 900 answer.json"
  value       = aws_lambda_function.function.function_name
}

output "bucket_name" {
  description = "The archive"
  value       = var.bucket_name
}

output "store_dsn" {
  description = "For the command: status --store-dsn DSN"
  value       = local.store_dsn
}

output "dead_letters_url" {
  description = "Runs that could not be started, or failed twice"
  value       = aws_sqs_queue.dead_letters.url
}

output "key_arn" {
  description = "What the archive is encrypted with; null where S3's own keys are"
  value       = local.has_key ? local.key_arn : null
}
