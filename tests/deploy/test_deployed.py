"""The template deployed by CloudFormation to a local AWS, and the program run with the settings that the function has then,
allowed no more than its role allows."""

import io
import json
import time
import urllib.request
import zipfile

import boto3
import cfn
import pytest
from aws.archive import Archive
from aws.lambda_host import LambdaHost
from aws.s3 import BUCKET_KEY
from scenarios import LEAST

DAY = 86_400_000
# What moto's CloudFormation makes nothing of (nor of most of a bucket's settings), or keeps in a form that it cannot read (policies): it is asked
# of the services themselves.
BESIDE = {
    "AWS::Scheduler::Schedule", "AWS::S3::BucketPolicy", "AWS::Lambda::EventInvokeConfig", "AWS::CloudWatch::Alarm",
    "AWS::SNS::Subscription",
}  # fmt: skip


def clients(endpoint):
    def client(service):
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        return boto3.client(service, endpoint_url=endpoint, region_name=cfn.REGION, **keys)

    return client


class Deployment:
    """The stack as moto made it. `settings` are the function's variables, `statements` its role's."""

    def __init__(self, endpoint, **parameters):
        self.client, self.parameters = clients(endpoint), parameters
        self._put_code()
        template = cfn.transformed(code="s3://code/bootstrap.zip")
        texts = [{"ParameterKey": name, "ParameterValue": str(value)} for name, value in parameters.items()]
        self._cloudformation = self.client("cloudformation")
        self._cloudformation.create_stack(StackName="archive", TemplateBody=json.dumps(template), Parameters=texts,
                                          Capabilities=["CAPABILITY_IAM"])  # fmt: skip
        (self.stack,) = self._cloudformation.describe_stacks(StackName="archive")["Stacks"]
        self.ids = {
            one["LogicalResourceId"]: one["PhysicalResourceId"]
            for one in self._cloudformation.describe_stack_resources(StackName="archive")["StackResources"]
            if "LogicalResourceId" in one  # moto lists what it does not make, too: without a name.
        }
        self.wanted = cfn.Stack(template, self._attributes(), **parameters)
        self._put_beside()

    def _put_code(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as opened:
            opened.writestr("bootstrap", "program")
        s3 = self.client("s3")
        s3.create_bucket(Bucket="code")
        s3.put_object(Bucket="code", Key="bootstrap.zip", Body=packed.getvalue())

    def _attributes(self):
        """What AWS's services say of what was made, for what moto's CloudFormation does not make."""
        known = {(name, "Ref"): physical for name, physical in self.ids.items()}
        iam = self.client("iam")
        for name in ("FunctionRole", "ScheduleRole"):
            known[name, "Arn"] = iam.get_role(RoleName=self.ids[name])["Role"]["Arn"]
        queue = self.client("sqs").get_queue_attributes(QueueUrl=self.ids["DeadLetters"], AttributeNames=["QueueArn"])
        known["DeadLetters", "Arn"] = queue["Attributes"]["QueueArn"]
        known["DeadLetters", "QueueName"] = known["DeadLetters", "Arn"].rsplit(":", 1)[1]
        known["Function", "Arn"] = self.function()["FunctionArn"]
        if "Key" in self.ids:
            known["Key", "Arn"] = f"arn:aws:kms:{cfn.REGION}:{cfn.ACCOUNT}:key/{self.ids['Key']}"
        if "StateTable" in self.ids:
            known["StateTable", "Arn"] = self.client("dynamodb").describe_table(TableName=self.ids["StateTable"])["Table"]["TableArn"]
        return known

    def _put_beside(self):
        """boto3 checks what it is given by AWS's own models."""
        alarms = [one["Properties"] for one in self.wanted.resources.values() if one["Type"] == "AWS::CloudWatch::Alarm"]
        for alarm in alarms:
            self.client("cloudwatch").put_metric_alarm(**alarm)
        self.client("scheduler").create_schedule(**self.wanted.properties("Schedule"))
        if "BucketPolicy" in self.wanted.resources:
            policy = self.wanted.properties("BucketPolicy")
            self.client("s3").put_bucket_policy(Bucket=policy["Bucket"], Policy=json.dumps(policy["PolicyDocument"]))
        if "AlarmsByEmail" in self.wanted.resources:
            self.client("sns").subscribe(**self.wanted.properties("AlarmsByEmail"))
        self.client("lambda").put_function_event_invoke_config(**self.wanted.properties("FunctionEventInvokeConfig"))
        for name in ("FunctionRole", "ScheduleRole"):  # Which checks their grammar.
            for policy in self.wanted.properties(name)["Policies"]:
                document = json.dumps(policy["PolicyDocument"])
                self.client("iam").put_role_policy(RoleName=self.ids[name], PolicyName=policy["PolicyName"], PolicyDocument=document)
        if "Key" in self.ids:
            policy = json.dumps(self.wanted.properties("Key")["KeyPolicy"])
            self.client("kms").put_key_policy(KeyId=self.ids["Key"], PolicyName="default", Policy=policy)
        if "Bucket" in self.ids:
            self._put_bucket(self.wanted.properties("Bucket"))

    def _put_bucket(self, bucket):
        s3, name = self.client("s3"), bucket["BucketName"]
        access, versioning = bucket["PublicAccessBlockConfiguration"], bucket["VersioningConfiguration"]
        sse = [
            {name.replace("ServerSide", "ApplyServerSide"): value for name, value in rule.items()}
            for rule in bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        ]
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": sse})
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=access)
        s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=bucket["OwnershipControls"])
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=versioning)
        rules = [self._rule(rule) for rule in bucket["LifecycleConfiguration"]["Rules"]]
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})

    @staticmethod
    def _rule(rule):
        """CloudFormation has its own names for some of it."""
        expiration = {"Days": rule.get("ExpirationInDays"), "ExpiredObjectDeleteMarker": rule.get("ExpiredObjectDeleteMarker")}
        expiration = {key: value for key, value in expiration.items() if value is not None}
        moves = [{"Days": one["TransitionInDays"], "StorageClass": one["StorageClass"]} for one in rule.get("Transitions", [])]
        found = {"ID": rule["Id"], "Status": rule["Status"], "Filter": {"Prefix": rule.get("Prefix", "")}}
        for name, value in (("Expiration", expiration), ("Transitions", moves)):
            if value:
                found[name] = value
        for name in ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"):
            if name in rule:
                found[name] = rule[name]
        return found

    def function(self):
        return self.client("lambda").get_function_configuration(FunctionName=self.parameters.get("Name", "log-archive"))

    @property
    def settings(self):
        return self.function()["Environment"]["Variables"]

    @property
    def event(self):
        schedule = self.client("scheduler").get_schedule(Name=self.parameters.get("Name", "log-archive"))
        return json.loads(schedule["Target"]["Input"])

    @property
    def statements(self):
        return self.policy("FunctionRole", "export")["Statement"]

    def policy(self, role, name):
        return self.client("iam").get_role_policy(RoleName=self.ids[role], PolicyName=name)["PolicyDocument"]

    def allowed(self):
        """The role's policy as the local AWS takes it: "action pattern"."""
        found = []
        for statement in self.statements:
            assert statement["Effect"] == "Allow"
            actions, resources = (
                [value] if isinstance(value, str) else value for value in (statement["Action"], statement["Resource"])
            )
            if statement["Sid"] == "UseKey":
                resources = [BUCKET_KEY]  # The local AWS has one key for all buckets.
            found += [f"{action} {resource}" for action in actions for resource in resources]
        return found


@pytest.fixture
def deploy(moto):
    """deploy(**parameters) -> Deployment"""

    urllib.request.urlopen(urllib.request.Request(f"{moto}/moto-api/reset", method="POST"), timeout=60).close()
    return lambda **parameters: Deployment(moto, **LEAST | parameters)


# ---- what is made ----


def test_cloudformation_makes_all_of_it(deploy):
    made = deploy()
    assert made.stack["StackStatus"] == "CREATE_COMPLETE"
    wanted = {name: one["Type"] for name, one in made.wanted.resources.items()}
    assert set(wanted) - set(made.ids) == {name for name, kind in wanted.items() if kind in BESIDE}
    assert {"Key", "StateTable", "Alarms"}.isdisjoint(made.ids)


def test_the_function_is_as_it_should_be(deploy):
    made = deploy(Timeout=600, MemorySize=128, Architecture="x86_64")
    function = made.function()
    assert function["Runtime"] == "provided.al2023" and function["Handler"] == "bootstrap"
    assert function["Architectures"] == ["x86_64"] and function["Timeout"] == 600 and function["MemorySize"] == 128
    assert function["Role"] == made.client("iam").get_role(RoleName=made.ids["FunctionRole"])["Role"]["Arn"]
    assert made.wanted.properties("Function")["ReservedConcurrentExecutions"] == 1
    (group,) = made.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]
    assert group["logGroupName"] == "/aws/lambda/log-archive" and group["retentionInDays"] == 30


def test_what_fails_is_kept_and_told(deploy):
    made = deploy(AlarmEmail="ann@example.com", LagAlarmSeconds=7200)
    queue = made.wanted.properties("Schedule")["Target"]["DeadLetterConfig"]["Arn"]
    invoke = made.client("lambda").get_function_event_invoke_config(FunctionName="log-archive")
    assert invoke["DestinationConfig"]["OnFailure"]["Destination"] == queue
    assert invoke["MaximumRetryAttempts"] == 1
    alarms = {one["AlarmName"]: one for one in made.client("cloudwatch").describe_alarms()["MetricAlarms"]}
    assert set(alarms) == {f"log-archive-{name}" for name in ("failure", "dropped", "dead-letters", "lag", "retention")}
    assert all(one["AlarmActions"] == [made.ids["Alarms"]] for one in alarms.values())
    assert alarms["log-archive-lag"]["Threshold"] == 7200
    (subscription,) = made.client("sns").list_subscriptions()["Subscriptions"]
    assert subscription["Endpoint"] == "ann@example.com"


def test_the_schedule_starts_the_function_as_a_role_that_may(deploy):
    made = deploy(ScheduleExpression="rate(1 hour)", ScheduleTimezone="Europe/Berlin")
    schedule = made.client("scheduler").get_schedule(Name="log-archive")
    assert schedule["ScheduleExpression"] == "rate(1 hour)" and schedule["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert schedule["Target"]["Arn"] == made.function()["FunctionArn"] and schedule["State"] == "ENABLED"
    by_action = {one["Action"]: one["Resource"] for one in made.policy("ScheduleRole", "invoke")["Statement"]}
    assert by_action == {
        "lambda:InvokeFunction": made.function()["FunctionArn"],
        "sqs:SendMessage": schedule["Target"]["DeadLetterConfig"]["Arn"],
    }


def test_the_bucket_is_private_kept_and_open_to_exports_alone(deploy):
    made = deploy(ExpirationDays=400)
    s3 = made.client("s3")
    assert all(s3.get_public_access_block(Bucket="my-archive")["PublicAccessBlockConfiguration"].values())
    assert s3.get_bucket_versioning(Bucket="my-archive")["Status"] == "Enabled"
    (rule,) = s3.get_bucket_encryption(Bucket="my-archive")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    rules = {one["ID"]: one for one in s3.get_bucket_lifecycle_configuration(Bucket="my-archive")["Rules"]}
    assert rules["age"]["Expiration"]["Days"] == 400 and "logs/" in json.dumps(rules["age"])
    assert rules["versions"]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30
    policy = json.loads(s3.get_bucket_policy(Bucket="my-archive")["Policy"])
    allowed = [one for one in policy["Statement"] if one["Effect"] == "Allow"]
    assert {one["Action"] for one in allowed} == {"s3:GetBucketAcl", "s3:PutObject"}
    for one in allowed:
        assert one["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}
        assert one["Condition"]["StringEquals"]["aws:SourceAccount"] == cfn.ACCOUNT
        assert one["Condition"]["ArnLike"] == {"aws:SourceArn": f"arn:aws:logs:us-east-1:{cfn.ACCOUNT}:log-group:*"}
    assert made.wanted.resources["Bucket"]["DeletionPolicy"] == "Retain"


def test_a_key_of_its_own_is_open_to_exports(deploy):
    made = deploy(Encryption="aws:kms")
    arn = made.client("kms").describe_key(KeyId=made.ids["Key"])["KeyMetadata"]["Arn"]
    (rule,) = made.client("s3").get_bucket_encryption(Bucket="my-archive")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["BucketKeyEnabled"] and rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == arn
    policy = json.loads(made.client("kms").get_key_policy(KeyId=made.ids["Key"], PolicyName="default")["Policy"])
    exports = next(one for one in policy["Statement"] if one["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"})
    assert set(exports["Action"]) == {"kms:GenerateDataKey", "kms:Decrypt"}
    (use,) = [one for one in made.statements if one["Sid"] == "UseKey"]
    assert use["Resource"] == arn and set(use["Action"]) == {"kms:GenerateDataKey", "kms:Decrypt"}


# ---- what it does ----


def load(aws, old=3 * DAY):
    start = int(time.time() * 1000) - old
    aws.load({
        "/aws/lambda/orders": {"a": [(start + i, f"order {i}") for i in range(40)], "b": [(start, "b")]},
        "/ecs/prod/web": {"web/1": [(start + i, f"request {i}") for i in range(9)]},
        "/ecs/test": {"x": [(start, "nobody asked for it")]},
        "/aws/lambda/log-archive": {"own": [(start, "its own log")]},
    })  # fmt: skip


def run_as_deployed(aws, made, bootstrap, **environment):
    """One invocation with the schedule's event, by a program with the function's variables and its role's rights."""
    aws.bucket(made.settings["DESTINATION_S3_BUCKET"])
    unencrypted = [] if "UseKey" in [one["Sid"] for one in made.statements] else ["kms:GenerateDataKey", "kms:Decrypt"]
    variables = aws.environment() | made.settings | environment
    with LambdaHost(bootstrap, variables) as host:
        aws.set(allow=[*made.allowed(), *unencrypted])
        try:
            return [host.invoke(made.event, timeout_s=made.function()["Timeout"]) for _ in range(2)]
        finally:
            aws.set(allow=[])


def assert_archived(aws, groups, folder="logs"):
    truth = [entry for entry in aws.truth() if entry["group"] in groups]
    compared = Archive(aws.s3, "my-archive").compare(truth, aws.tasks())
    assert compared.exact and compared.archived == len(truth) > 0
    keys = [one["Key"] for one in aws.s3.list_objects_v2(Bucket="my-archive")["Contents"]]
    assert {key.split("/")[0] for key in keys} <= {folder.split("/")[0], "_ledger", "_state"}
    return keys


def test_the_scheduled_run_archives_what_the_template_names(aws, deploy, bootstrap):
    load(aws)
    made = deploy()
    first, second = run_as_deployed(aws, made, bootstrap)
    assert first.ok and second.ok, (first.payload, second.payload)
    assert first.payload["groups"]["exported"] == 2, first.payload
    keys = assert_archived(aws, {"/aws/lambda/orders", "/ecs/prod/web"})
    assert "_state/log-archive.json" in keys


def test_it_does_so_with_every_option_and_a_table(aws, deploy, bootstrap, moto):
    load(aws)
    made = deploy(
        Encryption="aws:kms", StateStore="dynamodb", LateEvents="sweep", ExportUnit="stream", Folder="archive/cloudwatch",
        KeyTemplate="{group}/{data:%Y/%m/%d}/{stream}", ExcludeLogGroups="*/prod/*", ReservedConcurrency="none",
    )  # fmt: skip
    first, second = run_as_deployed(aws, made, bootstrap, AWS_ENDPOINT_URL_DYNAMODB=moto)
    assert first.ok and second.ok, (first.payload, second.payload)
    keys = assert_archived(aws, {"/aws/lambda/orders"}, folder="archive/cloudwatch")
    assert not any(key.startswith("_state/") for key in keys)
    items = made.client("dynamodb").scan(TableName="log-archive-state")["Items"]
    assert {item["pk"]["S"] for item in items} == {"log-archive"}


def test_its_own_log_is_archived_where_that_is_asked_for(aws, deploy, bootstrap):
    load(aws)
    first, _ = run_as_deployed(aws, deploy(ArchiveOwnLogs="true"), bootstrap)
    assert first.ok, first.payload
    assert_archived(aws, {"/aws/lambda/orders", "/ecs/prod/web", "/aws/lambda/log-archive"})


def test_what_the_role_does_not_allow_is_not_done(aws, deploy, bootstrap):
    """So the tests above say something."""
    load(aws)
    made = deploy(SourceLogGroupPrefixes="/ecs/prod")
    aws.bucket("my-archive")
    allowed = [entry for entry in made.allowed() if not entry.startswith("logs:CreateExportTask ")]
    aws.set(allow=[*allowed, "kms:GenerateDataKey", "kms:Decrypt"])
    with LambdaHost(bootstrap, aws.environment() | made.settings) as host:
        result = host.invoke(made.event, timeout_s=60)
    aws.set(allow=[])
    assert not result.ok and "allow logs:CreateExportTask" in result.payload["errorMessage"]
