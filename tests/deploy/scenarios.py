"""Ways to deploy: parameters of the template, by their names there."""

import re

LEAST = {"BucketName": "my-archive", "SourceLogGroupPrefixes": "/aws/lambda/,/ecs/prod"}
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TOPIC = "arn:aws:sns:us-east-1:123456789012:oncall"
BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"

SCENARIOS = {
    "the least": LEAST,
    "every group, x86_64": LEAST | {"SourceLogGroupPrefixes": "*", "Architecture": "x86_64", "ArchiveOwnLogs": "true"},
    "all that can be asked for": LEAST | {
        "Name": "everything", "ExcludeLogGroups": "*-debug,/tmp/?", "LogGroupTags": "env=prod,team=web", "LogStreamNamePrefix": "web-",
        "Encryption": "aws:kms", "Folder": "a/b", "KeyTemplate": "year={data:%Y}/{group}", "TransitionDays": 90,
        "TransitionStorageClass": "GLACIER", "ExpirationDays": 400, "NoncurrentVersionDays": 7, "ScheduleExpression": "rate(1 hour)",
        "ScheduleTimezone": "Europe/Berlin", "ScheduleState": "DISABLED", "SettleDelay": "1h30m", "TimeoutReserve": "45s",
        "ExportUnit": "stream", "LateEvents": "sweep", "LateHorizon": "3d", "StateStore": "dynamodb", "MemorySize": 512, "Timeout": 600,
        "ReservedConcurrency": "none", "LogLevel": "DEBUG", "LogRetentionDays": 365, "PermissionsBoundaryArn": BOUNDARY,
        "AlarmEmail": "ann@example.com", "AlarmTopicArn": TOPIC, "LagAlarmSeconds": 7200, "RetentionAlarmSeconds": 0,
    },
    "a key that exists": LEAST | {"Encryption": "aws:kms", "KmsKeyArn": KEY, "AlarmTopicArn": TOPIC},
    "a bucket that exists": LEAST | {"CreateBucket": "false", "ArchiveOwnLogs": "true", "ExcludeLogGroups": "x"},
    "a bucket and a key that exist": LEAST | {
        "CreateBucket": "false", "ManageBucketPolicy": "true", "Encryption": "aws:kms", "KmsKeyArn": KEY, "LateEvents": "off",
    },
    "a bucket that exists, with a key that nobody names": LEAST | {"CreateBucket": "false", "Encryption": "aws:kms"},
    "what grows old": LEAST | {"ExpirationDays": 30, "LateEvents": "sweep", "AlarmEmail": "ann@example.com"},
}  # fmt: skip

# The one name that differs by more than its spelling, and what Terraform alone needs.
RENAMED = {"ReservedConcurrency": "reserve_concurrency"}
OF_TERRAFORM = {"package"}


def variable(name):
    return RENAMED.get(name) or re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def variables(parameters):
    """The same for Terraform, whose variables have types."""
    return {variable(name): _typed(name, value) for name, value in parameters.items()}


def _typed(name, value):
    match name:
        case "SourceLogGroupPrefixes" | "ExcludeLogGroups":
            return [part for part in value.split(",") if part]
        case "LogGroupTags":
            return dict(part.split("=", 1) for part in value.split(",") if part)
        case "ReservedConcurrency":
            return value == "1"
    return {"true": True, "false": False}.get(value, value)
