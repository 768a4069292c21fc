# ---- what is archived ----

variable "source_log_group_prefixes" {
  description = "Log groups whose names begin so are archived: [\"/aws/lambda/\", \"/ecs/prod\"]. [\"*\"] for every group."
  type        = list(string)

  validation {
    condition     = length(var.source_log_group_prefixes) > 0 && alltrue([for prefix in var.source_log_group_prefixes : can(regex("^(\\*|[-._/#A-Za-z0-9]{1,512})$", prefix))])
    error_message = "Allowed: beginnings of log groups' names, comma separated, or * alone for every group."
  }
}

variable "exclude_log_groups" {
  description = "Groups that are left alone, with * and ?: [\"*-debug\", \"/tmp/?\"]. The function's own group is one of them (archive_own_logs)."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for pattern in var.exclude_log_groups : can(regex("^[-._/#A-Za-z0-9*?]+$", pattern))])
    error_message = "Allowed: patterns of whole names."
  }
}

variable "log_group_tags" {
  description = "Tags that a group needs, all of them: { team = \"web\", env = \"prod\" }."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key, value in var.log_group_tags : can(regex("^[^=,]+=[^=,]*$", "${key}=${value}"))])
    error_message = "Allowed: tags whose keys have no = and no comma, and whose values no comma."
  }
}

variable "log_stream_name_prefix" {
  description = "Only streams whose names begin so. A state is of one prefix for good."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^[^:*]{0,512}$", var.log_stream_name_prefix))
    error_message = "Allowed: up to 512 characters without colon and asterisk."
  }
}

variable "archive_own_logs" {
  description = "Whether the function's own log group is archived where a prefix covers it. Each run then leaves the next one something to export."
  type        = bool
  default     = false
}

# ---- where to ----

variable "bucket_name" {
  description = "Of the archive. Buckets share one space of names with everybody's, so something of your own belongs into it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][-.a-z0-9]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "Allowed: a bucket's name, 3 to 63 small letters, digits, hyphens and dots."
  }
}

variable "create_bucket" {
  description = "true: the bucket is made. false: it exists, in this Region."
  type        = bool
  default     = true
}

variable "manage_bucket_policy" {
  description = "For a bucket that exists: whether its policy is REPLACED by the one that exports need. A bucket that is made always gets it."
  type        = bool
  default     = false
}

variable "encryption" {
  description = "AES256: S3's own keys, without charge. aws:kms: a key of yours, made here unless kms_key_arn names one."
  type        = string
  default     = "AES256"

  validation {
    condition     = contains(["AES256", "aws:kms"], var.encryption)
    error_message = "Allowed: AES256, aws:kms."
  }
}

variable "kms_key_arn" {
  description = "With aws:kms: the archive's key. Its policy must let CloudWatch Logs use it (docs/deployment.md)."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(arn:[^:]+:kms:[^:]+:[0-9]{12}:key/[-A-Za-z0-9]+)?$", var.kms_key_arn))
    error_message = "Allowed: the ARN of a key, not of an alias."
  }
}

variable "folder" {
  description = "Of the archive in the bucket. Only in it may the function delete; only it is aged by transition_days and expiration_days."
  type        = string
  default     = "logs"

  validation {
    condition     = can(regex("^[A-Za-z0-9][-_=.A-Za-z0-9]*(/[A-Za-z0-9][-_=.A-Za-z0-9]*)*$", var.folder))
    error_message = "Allowed: folders of letters, digits and -_=. without a slash at the ends."
  }
}

variable "key_template" {
  description = "Of the keys within folder: {group} {stream} {account} {region}, %Y %m %d %H, {data:%Y/%m/%d} (docs/archive.md)."
  type        = string
  default     = "%Y/%m/%d/{group}/{stream}"

  validation {
    condition     = can(regex("^[^/].*[^/]$", var.key_template)) && length(var.key_template) <= 300
    error_message = "Allowed: up to 300 characters without a slash at the ends."
  }
}

# ---- for how long ----

variable "transition_days" {
  description = "After how many days the archive moves to transition_storage_class; 0 for never. At least 30 where late events are swept, which reads it."
  type        = number
  default     = 0

  validation {
    condition     = var.transition_days >= 0 && floor(var.transition_days) == var.transition_days
    error_message = "A whole number from 0."
  }
}

variable "transition_storage_class" {
  description = "Where to. What is in GLACIER or DEEP_ARCHIVE cannot be read back by verify."
  type        = string
  default     = "GLACIER_IR"

  validation {
    condition     = contains(["STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"], var.transition_storage_class)
    error_message = "Allowed: STANDARD_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER, DEEP_ARCHIVE."
  }
}

variable "expiration_days" {
  description = "After how many days the archive is deleted; 0 for never."
  type        = number
  default     = 0

  validation {
    condition     = var.expiration_days >= 0 && floor(var.expiration_days) == var.expiration_days
    error_message = "A whole number from 0."
  }
}

variable "noncurrent_version_days" {
  description = "How long what was deleted or replaced can be restored."
  type        = number
  default     = 30

  validation {
    condition     = var.noncurrent_version_days >= 1 && floor(var.noncurrent_version_days) == var.noncurrent_version_days
    error_message = "A whole number from 1."
  }
}

# ---- when ----

variable "schedule_expression" {
  description = "When the function runs. `plan --every` tells whether the groups fit; rate(1 hour) is right for many groups."
  type        = string
  default     = "cron(0 3 * * ? *)"

  validation {
    condition     = can(regex("^(cron|rate)\\(.+\\)$", var.schedule_expression))
    error_message = "Allowed: cron(...) or rate(...), as EventBridge Scheduler has them."
  }
}

variable "schedule_timezone" {
  description = "Of a cron expression, such as Europe/Berlin."
  type        = string
  default     = "UTC"

  validation {
    condition     = can(regex("^[A-Za-z][-+_/A-Za-z0-9]*$", var.schedule_timezone))
    error_message = "Allowed: a name of the time zone database."
  }
}

variable "schedule_state" {
  description = "DISABLED pauses the archive. The next run goes on where the last one was, within the retention of the groups."
  type        = string
  default     = "ENABLED"

  validation {
    condition     = contains(["ENABLED", "DISABLED"], var.schedule_state)
    error_message = "Allowed: ENABLED, DISABLED."
  }
}

# ---- how ----

variable "settle_delay" {
  description = "Events younger than this wait. CloudWatch Logs may take 12 hours until it exports an event, so less can lose events."
  type        = string
  default     = "12h"

  validation {
    condition     = can(regex("^(0|([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$", var.settle_delay))
    error_message = "Allowed: a duration such as 12h, 90m, 1h30m or 0."
  }
}

variable "timeout_reserve" {
  description = "How long before the function's timeout nothing new is begun."
  type        = string
  default     = "30s"

  validation {
    condition     = can(regex("^(0|([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$", var.timeout_reserve))
    error_message = "Allowed: a duration such as 30s."
  }
}

variable "export_unit" {
  description = "auto: a group in one task where that is exact."
  type        = string
  default     = "auto"

  validation {
    condition     = contains(["auto", "group", "stream"], var.export_unit)
    error_message = "Allowed: auto, group, stream."
  }
}

variable "late_events" {
  description = "What is done about events behind the watermark. sweep archives them too, and lets the function read log events."
  type        = string
  default     = "report"

  validation {
    condition     = contains(["report", "sweep", "off"], var.late_events)
    error_message = "Allowed: report, sweep, off."
  }
}

variable "late_horizon" {
  description = "How far back a sweep looks."
  type        = string
  default     = "14d"

  validation {
    condition     = can(regex("^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$", var.late_horizon))
    error_message = "Allowed: a duration such as 14d."
  }
}

variable "state_store" {
  description = "Where the watermarks are: an object of the bucket, or a table made for it. Not to be changed later."
  type        = string
  default     = "s3"

  validation {
    condition     = contains(["s3", "dynamodb"], var.state_store)
    error_message = "Allowed: s3, dynamodb."
  }
}

# ---- the function ----

variable "package" {
  description = "The zip that scripts/package made: dist/bootstrap-arm64.zip, of the architecture below."
  type        = string

  validation {
    condition     = fileexists(var.package)
    error_message = "There is no such file: make it with scripts/package ARCHITECTURE."
  }
}

variable "name" {
  description = "Of the function, and the beginning of the other names. The state is kept under it, so it should never change."
  type        = string
  default     = "log-archive"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}$", var.name))
    error_message = "Allowed: 2 to 39 small letters, digits and hyphens, a letter first."
  }
}

variable "architecture" {
  description = "Of the program in package."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "Allowed: arm64, x86_64."
  }
}

variable "memory_size" {
  description = "MB. It decides about the CPU, too."
  type        = number
  default     = 256

  validation {
    condition     = var.memory_size >= 128 && var.memory_size <= 10240 && floor(var.memory_size) == var.memory_size
    error_message = "A whole number from 128 to 10240."
  }
}

variable "timeout" {
  description = "Seconds of a run. What is not done by then is left to the next one."
  type        = number
  default     = 900

  validation {
    condition     = var.timeout >= 60 && var.timeout <= 900 && floor(var.timeout) == var.timeout
    error_message = "A whole number from 60 to 900."
  }
}

variable "reserve_concurrency" {
  description = "Never two runs at once. false for accounts whose quota of concurrent executions is too small to reserve any."
  type        = bool
  default     = true
}

variable "log_level" {
  description = "Of the function's own log."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["DEBUG", "INFO", "WARN", "ERROR"], var.log_level)
    error_message = "Allowed: DEBUG, INFO, WARN, ERROR."
  }
}

variable "log_retention_days" {
  description = "Of the function's own log."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "Allowed: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "permissions_boundary_arn" {
  description = "Of both roles, where the account asks for one."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(arn:[^:]+:iam::[^:]*:policy/.+)?$", var.permissions_boundary_arn))
    error_message = "Allowed: the ARN of a policy."
  }
}

# ---- alarms ----

variable "alarm_email" {
  description = "Who hears of alarms. A topic is made, and the address has to confirm."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^([^@ ]+@[^@ ]+)?$", var.alarm_email))
    error_message = "Allowed: an address."
  }
}

variable "alarm_topic_arn" {
  description = "A topic that exists, which hears of alarms."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(arn:[^:]+:sns:[^:]+:[0-9]{12}:[-_A-Za-z0-9.]+)?$", var.alarm_topic_arn))
    error_message = "Allowed: the ARN of an SNS topic."
  }
}

variable "lag_alarm_seconds" {
  description = "Alarm where, after a run, a group is further behind than this. settle_delay and the schedule's period at least; 36 hours by default."
  type        = number
  default     = 129600

  validation {
    condition     = var.lag_alarm_seconds >= 3600 && floor(var.lag_alarm_seconds) == var.lag_alarm_seconds
    error_message = "A whole number from 3600."
  }
}

variable "retention_alarm_seconds" {
  description = "Alarm where, after a run, retention deletes events that are not archived in less than this; a day by default."
  type        = number
  default     = 86400

  validation {
    condition     = var.retention_alarm_seconds >= 0 && floor(var.retention_alarm_seconds) == var.retention_alarm_seconds
    error_message = "A whole number from 0."
  }
}
