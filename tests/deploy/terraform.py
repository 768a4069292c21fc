"""What Terraform plans of deploy/terraform, in CloudFormation's words."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "deploy/terraform"
PROVIDER = ROOT / "build/tools/terraform/terraform-provider-aws"


class Terraform:
    """Terraform with the provider that stands in for AWS's: nothing is fetched, nothing is made."""

    def __init__(self, folder):
        program = shutil.which("terraform") or shutil.which("tofu")
        if not program:
            pytest.skip("there is no terraform here")
        if not PROVIDER.exists():
            pytest.skip(f"there is no {PROVIDER.relative_to(ROOT)} here: scripts/setup makes it, where there is Go")
        self._program, self._folder = program, folder
        settings = folder / "settings"
        settings.write_text(f'provider_installation {{\n  dev_overrides {{\n    "hashicorp/aws" = "{PROVIDER.parent}"\n  }}\n}}\n')
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_"))}
        self._environment |= {"TF_CLI_CONFIG_FILE": str(settings), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}

    def run(self, *arguments, folder):
        return subprocess.run(
            [self._program, *arguments], cwd=folder, env=self._environment, capture_output=True, text=True, check=False, timeout=300
        )

    def copy(self, source=MODULE):
        """A copy of the deploy folder, as Terraform writes into folders; of `source` in it, the path."""
        shutil.copytree(ROOT / "deploy", self._folder / "deploy", dirs_exist_ok=True)
        for name in ("arm64", "x86_64"):  # What scripts/package makes.
            package = self._folder / f"dist/bootstrap-{name}.zip"
            package.parent.mkdir(exist_ok=True)
            package.write_bytes(b"a zip")
        return self._folder / source.relative_to(ROOT)

    def plan(self, **variables):
        """(exit code, what it said, resources by address, outputs)"""
        folder = self.copy()
        (folder / "terraform.tfvars.json").write_text(json.dumps(variables))
        done = self.run("plan", "-input=false", "-no-color", "-out=plan", folder=folder)
        if done.returncode != 0:
            return done.returncode, done.stdout + done.stderr, {}, {}
        shown = self.run("show", "-json", "plan", folder=folder)
        planned = json.loads(shown.stdout)["planned_values"]
        resources = {one["address"].removesuffix("[0]"): one["values"] for one in planned["root_module"]["resources"]}
        return 0, done.stdout, resources, {name: one.get("value") for name, one in planned["outputs"].items()}


# ---- in CloudFormation's words ----

_ALONE = {
    "ok_actions": "OKActions", "kms_master_key_id": "KMSMasterKeyID", "sse_algorithm": "SSEAlgorithm",
    "apply_server_side_encryption_by_default": "ServerSideEncryptionByDefault",
    "reserved_concurrent_executions": "ReservedConcurrentExecutions", "message_retention_seconds": "MessageRetentionPeriod",
    "maximum_event_age_in_seconds": "MaximumEventAgeInSeconds", "assume_role_policy": "AssumeRolePolicyDocument",
}  # fmt: skip


def words(name):
    return _ALONE.get(name) or "".join(part.capitalize() for part in name.split("_"))


def in_words(value, *without):
    """Blocks that can be there once are lists of one in a plan; what nobody set is null."""
    if isinstance(value, dict):
        return {words(name): in_words(one) for name, one in value.items() if one is not None and name not in without}
    if isinstance(value, list):
        return [in_words(one) for one in value]
    return value


def one(blocks):
    return in_words(blocks[0]) if blocks else None


def _function(r):
    found = in_words(r, "filename", "source_code_hash", "arn", "environment", "logging_config", "reserved_concurrent_executions")
    if r["reserved_concurrent_executions"] >= 0:
        found["ReservedConcurrentExecutions"] = r["reserved_concurrent_executions"]
    found["Environment"] = {"Variables": r["environment"][0]["variables"]}
    return found | {"LoggingConfig": one(r["logging_config"])}


def _invoke(r):
    found = in_words(r, "destination_config", "function_name")
    target = r["destination_config"][0]["on_failure"][0]["destination"]
    return found | {"FunctionName": r["function_name"], "Qualifier": "$LATEST", "DestinationConfig": {"OnFailure": {"Destination": target}}}


def _role(role, policy):
    found = in_words(role, "arn", "id", "name_prefix", "assume_role_policy")
    found["AssumeRolePolicyDocument"] = json.loads(role["assume_role_policy"])
    return found | {"Policies": [{"PolicyName": policy["name"], "PolicyDocument": json.loads(policy["policy"])}]}


def _schedule(r):
    found = in_words(r, "flexible_time_window", "target")
    target = r["target"][0]
    found["Target"] = in_words(target, "retry_policy", "dead_letter_config") | {
        "RetryPolicy": one(target["retry_policy"]), "DeadLetterConfig": one(target["dead_letter_config"]),
    }  # fmt: skip
    return found | {"FlexibleTimeWindow": one(r["flexible_time_window"])}


def _rule(rule):
    found = {"Id": rule["id"], "Status": rule["status"]}
    prefix = rule["filter"][0]["prefix"]
    if prefix:
        found["Prefix"] = prefix
    for old in rule["noncurrent_version_expiration"]:
        found["NoncurrentVersionExpiration"] = in_words(old)
    for rest in rule["abort_incomplete_multipart_upload"]:
        found["AbortIncompleteMultipartUpload"] = in_words(rest)
    for end in rule["expiration"]:
        if end["days"]:
            found["ExpirationInDays"] = end["days"]
        if end["expired_object_delete_marker"]:
            found["ExpiredObjectDeleteMarker"] = True
    for move in rule["transition"]:
        found.setdefault("Transitions", []).append({"StorageClass": move["storage_class"], "TransitionInDays": move["days"]})
    return found


def _bucket(resources):
    def of(kind):
        return resources[f"aws_s3_bucket_{kind}.archive"]

    encryption = of("server_side_encryption_configuration")["rule"][0]
    rule = in_words(encryption, "apply_server_side_encryption_by_default")
    rule["ServerSideEncryptionByDefault"] = one(encryption["apply_server_side_encryption_by_default"])
    return {
        "BucketName": resources["aws_s3_bucket.archive"]["bucket"],
        "PublicAccessBlockConfiguration": in_words(of("public_access_block"), "bucket"),
        "OwnershipControls": {"Rules": in_words(of("ownership_controls")["rule"])},
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]},
        "VersioningConfiguration": one(of("versioning")["versioning_configuration"]),
        "LifecycleConfiguration": {"Rules": [_rule(rule) for rule in of("lifecycle_configuration")["rule"]]},
    }


def _table(r):
    found = in_words(r, "name", "attribute", "hash_key", "range_key", "point_in_time_recovery")
    return found | {
        "TableName": r["name"],
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": r["point_in_time_recovery"][0]["enabled"]},
        "AttributeDefinitions": [{"AttributeName": a["name"], "AttributeType": a["type"]} for a in r["attribute"]],
        "KeySchema": [{"AttributeName": r["hash_key"], "KeyType": "HASH"}, {"AttributeName": r["range_key"], "KeyType": "RANGE"}],
    }


def _alarm(r):
    dimensions = [{"Name": name, "Value": value} for name, value in r["dimensions"].items()]
    return {"AlarmActions": [], "OKActions": []} | in_words(r, "dimensions") | {"Dimensions": dimensions}


def _named(kind, **more):
    return lambda r: in_words(r, "name", "arn", "url") | {kind: r["name"]} | {key: r[of] for key, of in more.items()}


def _policy(r):
    return {"Bucket": r["bucket"], "PolicyDocument": json.loads(r["policy"])}


def _key(r):
    return in_words(r, "policy", "arn") | {"KeyPolicy": json.loads(r["policy"])}


# Of each resource of Terraform: its logical id in the template, and how it reads there.
RESOURCES = {
    "aws_lambda_function.function": ("Function", _function),
    "aws_lambda_function_event_invoke_config.function": ("FunctionEventInvokeConfig", _invoke),
    "aws_cloudwatch_log_group.function": ("FunctionLogs", _named("LogGroupName")),
    "aws_sqs_queue.dead_letters": ("DeadLetters", _named("QueueName")),
    "aws_dynamodb_table.state": ("StateTable", _table),
    "aws_scheduler_schedule.schedule": ("Schedule", _schedule),
    "aws_s3_bucket_policy.archive": ("BucketPolicy", _policy),
    "aws_kms_key.archive": ("Key", _key),
    "aws_sns_topic.alarms": ("Alarms", _named("TopicName")),
    "aws_sns_topic_subscription.alarms": ("AlarmsByEmail", in_words),
    "aws_cloudwatch_metric_alarm.failure": ("FailureAlarm", _alarm),
    "aws_cloudwatch_metric_alarm.dropped": ("DroppedAlarm", _alarm),
    "aws_cloudwatch_metric_alarm.dead_letters": ("DeadLettersAlarm", _alarm),
    "aws_cloudwatch_metric_alarm.lag": ("LagAlarm", _alarm),
    "aws_cloudwatch_metric_alarm.retention": ("RetentionAlarm", _alarm),
}


def as_template(resources):
    """The resources of a plan by the template's logical ids, with the template's properties."""
    left, result = dict(resources), {}
    for address in list(left):
        if address.startswith("aws_s3_bucket") and address != "aws_s3_bucket_policy.archive":
            result["Bucket"] = _bucket(resources)
            del left[address]
    for address, name in (("function", "FunctionRole"), ("schedule", "ScheduleRole")):
        result[name] = _role(left.pop(f"aws_iam_role.{address}"), left.pop(f"aws_iam_role_policy.{address}"))
    for address, values in left.items():
        name, read = RESOURCES[address]
        result[name] = read(values)
    return result
