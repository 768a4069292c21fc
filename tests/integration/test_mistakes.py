"""What a new user gets wrong, as the command and as the Lambda: each ends in one line that says what to change, with the
action, the policy and the resource where it is a permission."""

import time
from dataclasses import dataclass, field

import pytest
from aws.lambda_host import LambdaHost

DAY = 86_400_000
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group"
ROLE = "to the role exporter (identity-based policy)"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SERVICE = "the service logs.us-east-1.amazonaws.com"
TEMPORARY = {"AWS_ACCESS_KEY_ID": "ASIATEMPORARY0000001", "AWS_SECRET_ACCESS_KEY": "temporary"}
ELSEWHERE = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
DYNAMODB = {"StateStoreType": "dynamodb", "StoreDSN": "dynamodb://states"}
UNDER_STATES = "arn:aws:s3:::states/*"


@dataclass
class Mistake:
    name: str
    says: str
    code: int = 4  # 1: others go on. 0: nothing is wrong, but nothing is done.
    settings: dict = field(default_factory=dict)
    env: dict = field(default_factory=dict)
    switches: dict = field(default_factory=dict)  # Of the server.
    fault: dict = field(default_factory=dict)  # operation, code, message, match
    archived: int = 0  # Events, all the same.


def denied(name, says, *actions, **more):
    return Mistake(name, says, switches={"deny": list(actions)}, **more)


def refused(name, says, **fault):
    return Mistake(name, says, fault=fault)


MISTAKES = [
    # ---- the role ----
    denied("no task of one group", f"app/1: creating the export task: allow logs:CreateExportTask on {GROUP}:app/1:* {ROLE}",
           "logs:CreateExportTask *:app/1:*", code=1, archived=3),
    denied("no listing of one group", f"app/1: listing its streams: allow logs:DescribeLogStreams on {GROUP}:app/1:* {ROLE}",
           "logs:DescribeLogStreams *:app/1:*", code=1, archived=3),
    denied("no tasks", f"allow logs:CreateExportTask on {GROUP}:app/1:* {ROLE}", "logs:CreateExportTask"),
    denied("no groups", f"allow logs:DescribeLogGroups on {GROUP}:* {ROLE}", "logs:DescribeLogGroups"),
    denied("no look at tasks", f"allow logs:DescribeExportTasks on {GROUP}:* {ROLE}", "logs:DescribeExportTasks"),
    denied("no listing of the bucket", "allow s3:ListBucket on arn:aws:s3:::archive to whoever runs this", "s3:ListBucket",
           archived=7),
    denied("no ledger", "writing the ledger: allow s3:PutObject on arn:aws:s3:::archive/* to whoever runs this",
           "s3:PutObject arn:aws:s3:::archive/_ledger/*", archived=7),
    Mistake("an explicit deny", "a service control policy denies logs:CreateExportTask on "
            f"{GROUP}:app/1:* to arn:aws:iam::123456789012:user/ann explicitly", fault={
                "operation": "CreateExportTask", "code": "AccessDeniedException",
                "message": "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: logs:CreateExportTask on"
                f" resource: {GROUP}:app/1:log-stream: with an explicit deny in a service control policy"}),
    # ---- the bucket ----
    Mistake("no bucket", 'DestinationS3Bucket "missing" does not exist: name a bucket in the Region of the log groups',
            settings={"DestinationS3Bucket": "missing"}),
    Mistake("a bucket elsewhere", 'DestinationS3Bucket "far" is in another Region, eu-west-1: an export needs a bucket in the'
            " Region of the log groups, which by Region or AWS_REGION is us-east-1", settings={"DestinationS3Bucket": "far"}),
    Mistake("a policy without GetBucketAcl", f"the bucket's policy must allow {SERVICE} s3:GetBucketAcl on"
            " arn:aws:s3:::archive.", switches={"bucket_refuses": "GetBucketAcl"}),
    Mistake("a policy without PutObject", f"the bucket's policy must allow {SERVICE} s3:PutObject on arn:aws:s3:::archive/*,"
            " and the policy of its KMS key, where it has one, kms:GenerateDataKey and kms:Decrypt",
            switches={"bucket_refuses": "PutObject"}),
    refused("another account's bucket", "allow s3:PutObject on arn:aws:s3:::archive/* to whoever runs this, in the bucket's"
            " policy too", operation="CreateExportTask", code="InvalidParameterException",
            message="Please ensure that the CreateExportTask caller has been granted s3:PutObject access to the bucket."),
    denied("no key to write with", f"saving the state: allow kms:GenerateDataKey on {KEY} {ROLE}", "kms:GenerateDataKey"),
    denied("no key to read with", f"reading the state: allow kms:Decrypt on {KEY} {ROLE}", "kms:Decrypt"),
    Mistake("a group's key", f"app/1: creating the export task: the group's KMS key must exist, be enabled, and by its policy"
            f" allow {SERVICE} and whoever runs this kms:Decrypt", code=1, archived=3, fault={
                "operation": "CreateExportTask", "code": "AccessDeniedException", "match": {"logGroupName": "app/1"},
                "message": f"The specified KMS key does not exist or is not allowed to be used with Arn '{GROUP}:app/1'"}),
    # ---- credentials ----
    Mistake("no credentials", "no credentials: AWS_ACCESS_KEY_ID is not set",
            env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}),
    Mistake("an unknown key", "AWS does not know this access key", env={"AWS_ACCESS_KEY_ID": "AKIAWRONG00000000001"},
            switches={"verify_signatures": True}),
    Mistake("a wrong secret", "the secret access key is not the one of this access key id: enter both anew",
            env={"AWS_SECRET_ACCESS_KEY": "wrong"}, switches={"verify_signatures": True}),
    Mistake("a wrong token", "the session token is not the one of this access key", switches={"verify_signatures": True},
            env={**TEMPORARY, "AWS_SESSION_TOKEN": "another-ones"}),
    refused("credentials that are over", "these credentials are over: get new ones", operation="*", code="ExpiredToken",
            message="The provided token has expired."),
    # ---- where, and which groups ----
    Mistake("another Region", 'no log group in eu-west-1 starts with any of SourceLogGroupPrefixes, first "app": change the'
            " prefixes (case matters), the Region, or the account of the credentials", code=0, env=ELSEWHERE,
            settings={"DestinationS3Bucket": "far", "StoreDSN": "s3://far/state.json"}),
    Mistake("a misspelt prefix", 'no log group in us-east-1 starts with any of SourceLogGroupPrefixes, first "tpyo"', code=0,
            settings={"SourceLogGroupPrefixes": "tpyo"}),
    # ---- the state ----
    Mistake("a malformed DSN", '"s3:/archive/x" cannot be used: give s3://bucket/key',
            settings={"StoreDSN": "s3:/archive/x"}),
    Mistake("no bucket of the state", "the bucket missing of StoreDSN does not exist: make it, or name another one",
            settings={"StoreDSN": "s3://missing/state.json"}),
    denied("no right to write the state", "saving the state: PutObject: AccessDenied: allow s3:PutObject on"
           " arn:aws:s3:::states/new.json to whoever runs this", f"s3:PutObject {UNDER_STATES}",
           settings={"StoreDSN": "s3://states/new.json"}),
    denied("no right to read the state", "the state exists and may not be read: allow s3:GetObject on"
           " arn:aws:s3:::states/old.json to whoever runs this", f"s3:GetObject {UNDER_STATES}",
           settings={"StoreDSN": "s3://states/old.json"}),
    Mistake("no table", "the table states does not exist: make it, with the strings pk (HASH) and sk (RANGE) as its keys",
            settings=DYNAMODB),
    denied("no right on the table", "reading the state: allow dynamodb:GetItem on"
           f" arn:aws:dynamodb:us-east-1:123456789012:table/states {ROLE}", "dynamodb:GetItem", settings=DYNAMODB),
    Mistake("another account's state", "the state s3://states/theirs.json is of the account 999999999999 and the log groups are"
            " of 123456789012: give this account a state of its own in StoreDSN, or use credentials of the other one",
            settings={"StoreDSN": "s3://states/theirs.json"}),
]


@pytest.fixture
def account(aws, bucket):
    start = int(time.time() * 1000) - 3 * DAY
    aws.load({f"app/{i}": {"a": [(start + k, f"line {k}") for k in range(count)]} for i, count in ((1, 4), (2, 3))})
    aws.bucket("states")
    aws.client("s3", region="eu-west-1").create_bucket(
        Bucket="far", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    aws.s3.put_object(Bucket="states", Key="old.json", Body=b"{}")
    aws.s3.put_object(Bucket="states", Key="theirs.json", Body=THEIRS.encode())
    aws.control("key", access=TEMPORARY["AWS_ACCESS_KEY_ID"], secret="temporary", token="its-own")


THEIRS = """[{"LogGroupArn": "arn:aws:logs:us-east-1:999999999999:log-group:app/1", "ExportedAt": 1716900000000,
"LogStreamArn": "arn:aws:logs:us-east-1:999999999999:log-group:app/1:log-stream:a", "TaskId": "none"}]"""


def prepare(aws, mistake):
    aws.set(**mistake.switches)
    if mistake.fault:
        operations = ("HeadBucket", "GetObject", "DescribeLogGroups") if mistake.fault["operation"] == "*" else None
        for operation in operations or (mistake.fault["operation"],):
            aws.fault(operation, "error", count=99, status=400, **{k: v for k, v in mistake.fault.items() if k != "operation"})
    # A state that is there to be read.
    if "kms:Decrypt" in mistake.switches.get("deny", ()):
        aws.s3.put_object(Bucket="archive", Key="state/exporter.json", Body=b"{}")


def check(mistake, line, archive):
    assert mistake.says in line, line
    assert "\n" not in line
    assert archive().count == mistake.archived


def all_of_them(function):
    return pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.name for mistake in MISTAKES])(function)


@all_of_them
def test_the_command_says_what_to_change(aws, account, exporter, archive, mistake):
    prepare(aws, mistake)
    snake = {"DestinationS3Bucket": "destination_s3_bucket", "StateStoreType": "state_store_type", "StoreDSN": "store_dsn",
             "SourceLogGroupPrefixes": "source_log_group_prefixes"}
    run = exporter("--log-level", "ERROR", env=mistake.env, **{snake[key]: text for key, text in mistake.settings.items()})
    assert run.code == mistake.code, run.answer
    aws.set(deny=[], verify_signatures=False)
    aws.control("faults", clear=True)
    check(mistake, run.answer["message"], archive)


@all_of_them
def test_the_lambda_says_what_to_change(aws, account, executable, lambda_event, archive, mistake):
    prepare(aws, mistake)
    with LambdaHost(executable, aws.environment() | mistake.env) as host:
        result = host.invoke(lambda_event | mistake.settings)
    assert result.kind == ("error" if mistake.code else "response"), result
    aws.set(deny=[], verify_signatures=False)
    aws.control("faults", clear=True)
    check(mistake, result.payload["errorMessage" if mistake.code else "message"], archive)
