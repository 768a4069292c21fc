locals {
  alarm_actions = concat(
    aws_sns_topic.alarms[*].arn,
    var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : [],
  )
}

resource "aws_sns_topic" "alarms" {
  count = var.alarm_email != "" ? 1 : 0
  name  = "${var.name}-alarms"
}

resource "aws_sns_topic_subscription" "alarms" {
  count     = var.alarm_email != "" ? 1 : 0
  topic_arn = aws_sns_topic.alarms[0].arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

resource "aws_cloudwatch_metric_alarm" "failure" {
  alarm_name          = "${var.name}-failure"
  alarm_description   = "A run failed, or could not export some of the groups. The function's log has a line that says what to change."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = var.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "dropped" {
  alarm_name          = "${var.name}-dropped"
  alarm_description   = "Lambda gave up on starting a run, after an hour of refusals or an error. The dead letters hold the event."
  namespace           = "AWS/Lambda"
  metric_name         = "AsyncEventsDropped"
  dimensions          = { FunctionName = var.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${var.name}-dead-letters"
  alarm_description   = "There are runs that failed twice, or that the schedule could not start. Empty the queue when it is mended."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

# Two days, as days of an alarm need not begin where a nightly run does. Without any figure for so long, nothing runs.
resource "aws_cloudwatch_metric_alarm" "lag" {
  alarm_name          = "${var.name}-lag"
  alarm_description   = "The archive is too far behind, or there was no run for two days. Before the first run, it is in alarm, too."
  namespace           = "CloudWatchLogsS3Exporter"
  metric_name         = "LagSeconds"
  dimensions          = { FunctionName = var.name }
  statistic           = "Maximum"
  period              = 86400
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  threshold           = var.lag_alarm_seconds
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "retention" {
  alarm_name          = "${var.name}-retention"
  alarm_description   = "A log group's retention is about to delete what is not archived. Run more often, or keep the group's events for longer."
  namespace           = "CloudWatchLogsS3Exporter"
  metric_name         = "RetentionRiskSeconds"
  dimensions          = { FunctionName = var.name }
  statistic           = "Minimum"
  period              = 86400
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  threshold           = var.retention_alarm_seconds
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}
