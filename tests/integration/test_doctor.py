"""`doctor` and `policy`: what is wrong is told before a run fails of it, and what is printed mends it."""

import json
import re
import subprocess
import time
from pathlib import Path

import pytest

DAY = 86_400_000
ACCOUNT = "123456789012"
SERVICE = "logs.us-east-1.amazonaws.com"
ROOT = Path(__file__).resolve().parents[2]
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def command(exporter):
    """command("doctor", every="1h") -> the finished process, with `answer` where it printed JSON."""

    def run(words, *arguments, env=None, **settings):
        done = subprocess.run(
            [exporter.executable, *words.split(), "--json", *arguments, *exporter._flags(settings)],
            env=exporter.environment | (env or {}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        done.answer = json.loads(done.stdout) if done.stdout.startswith("{") else None
        return done

    return run


@pytest.fixture
def world(aws, bucket, command):
    """Two groups, and a bucket that CloudWatch Logs may write to."""
    start = int(time.time() * 1000) - 3 * DAY
    aws.load({f"app/{i}": {"a": [(start + k, f"line {k}") for k in range(3)]} for i in (1, 2)})
    aws.s3.put_bucket_policy(Bucket=bucket, Policy=command("policy bucket").stdout)
    return bucket


@pytest.fixture
def doctor(command):
    """doctor() -> {check: [(verdict, text), …]}; the whole answer is doctor.answer."""

    def run(*arguments, **options):
        done = command("doctor", *arguments, **options)
        assert done.answer, done.stderr
        run.code, run.answer = done.returncode, done.answer
        found = {}
        for check in done.answer["checks"]:
            found.setdefault(check["check"], []).append((check["verdict"], check["text"]))
        return found

    return run


def failed(found):
    return {check: text for check, results in found.items() for verdict, text in results if verdict == "FAIL"}


def bad(found):
    return {check for check, results in found.items() for verdict, _ in results if verdict in ("FAIL", "warn")}


# ---- doctor ----


def test_nothing_is_found_where_all_is_well_and_nothing_is_changed(aws, world, doctor):
    since = len(aws.requests())
    found = doctor()
    assert (doctor.code, doctor.answer["outcome"], bad(found)) == (0, "done", set()), found
    assert doctor.answer["message"] == "nothing is in the way of a run"
    assert doctor.answer["policies"] == {"role": None, "bucket": None, "key": None}
    assert found["bucket policy"] == [
        ("ok", f"s3:GetBucketAcl is allowed to {SERVICE} for the log groups of {ACCOUNT}"),
        ("ok", f"s3:PutObject is allowed to {SERVICE} for the log groups of {ACCOUNT}"),
    ]
    operations = {request["operation"] for request in aws.requests()[since:]}
    assert not [name for name in operations if name and name.startswith(("Put", "Create", "Delete", "Cancel"))]


def test_a_person_reads_one_line_a_check_and_then_the_policy(aws, bucket, exporter, command):
    done = subprocess.run(
        [exporter.executable, "doctor", *exporter._flags({})], env=exporter.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    lines = done.stdout.splitlines()
    assert "FAIL     bucket policy            no statement allows s3:PutObject to" in done.stdout
    assert lines[-1].endswith("checks found what has to change.")
    policy = done.stdout[done.stdout.index("\n{\n") : done.stdout.rindex("\n}\n") + 3]
    assert json.loads(policy) == command("policy bucket").answer


def test_the_policy_that_is_printed_is_the_one_that_was_missing(aws, world, doctor):
    aws.s3.delete_bucket_policy(Bucket=world)
    found = doctor()
    assert set(failed(found)) == {"bucket policy"} and doctor.code == 4
    aws.s3.put_bucket_policy(Bucket=world, Policy=json.dumps(doctor.answer["policies"]["bucket"]))
    assert not failed(doctor()) and doctor.code == 0


@pytest.mark.parametrize(
    "change, verdict, says",
    [
        (lambda put: put["Condition"]["StringEquals"].update({"aws:SourceAccount": "999999999999"}), "FAIL", "no statement"),
        (lambda put: put.update(Principal={"Service": "delivery.logs.amazonaws.com"}), "FAIL", "no statement"),
        (lambda put: put.update(Resource="arn:aws:s3:::archive/elsewhere/*"), "FAIL", "no statement"),
        (lambda put: put.update(Principal={"Service": "logs.amazonaws.com"}), "warn", '"LetCloudWatchLogsWrite"'),
        (lambda put: put["Condition"].update({"DateLessThan": {"aws:CurrentTime": "2030-01-01"}}), "warn", "cannot judge"),
        (lambda put: put.update(Action="s3:*", Resource="*", Condition={}), "ok", "allowed"),
    ],
)
def test_the_buckets_policy_is_judged_as_iam_does(aws, world, doctor, command, change, verdict, says):
    policy = command("policy bucket").answer
    change(policy["Statement"][1])
    aws.s3.put_bucket_policy(Bucket=world, Policy=json.dumps(policy))
    assert doctor()["bucket policy"][1][0] == verdict
    assert says in doctor()["bucket policy"][1][1]


@pytest.mark.parametrize(
    "condition, verdict",
    [
        ({"Bool": {"aws:SecureTransport": "false"}}, "ok"),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, "FAIL"),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}, "Bool": {"aws:PrincipalIsAWSService": "false"}}, "ok"),
        ({"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption": "aws:kms"}}, "warn"),
    ],
)
def test_a_deny_of_everybody_is_told_where_it_hits_the_service(aws, world, doctor, command, condition, verdict):
    policy = command("policy bucket").answer
    deny = {"Sid": "Guard", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Condition": condition}
    policy["Statement"].append(deny | {"Resource": ["arn:aws:s3:::archive", "arn:aws:s3:::archive/*"]})
    aws.s3.put_bucket_policy(Bucket=world, Policy=json.dumps(policy))
    (found,) = {found for found, _ in doctor()["bucket policy"]}
    assert found == verdict
    assert verdict == "ok" or '"Guard"' in doctor()["bucket policy"][0][1]


def test_the_policy_that_may_not_be_read_is_no_failure(aws, world, doctor):
    aws.set(deny=["s3:GetBucketPolicy", "s3:GetEncryptionConfiguration"])
    found = doctor()
    assert doctor.code == 0
    assert found["bucket policy"][0][0] == "unknown" and "allow s3:GetBucketPolicy on arn:aws:s3:::archive" in found["bucket policy"][0][1]
    assert found["encryption"][0][0] == "unknown" and "allow s3:GetEncryptionConfiguration" in found["encryption"][0][1]
    assert doctor.answer["policies"]["bucket"]


def encryption(algorithm, key=None):
    rule = {"SSEAlgorithm": algorithm} | ({"KMSMasterKeyID": key} if key else {})
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]}


@pytest.mark.parametrize(
    "algorithm, key, verdict, says",
    [
        ("AES256", None, "ok", "SSE-S3"),
        ("aws:kms", KEY, "unknown", KEY),
        ("aws:kms", None, "FAIL", "aws/s3"),
        ("aws:kms:dsse", KEY, "FAIL", "aws:kms:dsse, which export tasks do not take"),
    ],
)
def test_the_buckets_encryption_is_one_that_tasks_can_write(aws, world, doctor, command, algorithm, key, verdict, says):
    aws.s3.put_bucket_encryption(Bucket=world, ServerSideEncryptionConfiguration=encryption(algorithm, key))
    (found,) = doctor()["encryption"]
    assert found[0] == verdict and says in found[1]
    policies = doctor.answer["policies"]
    if algorithm == "aws:kms":
        assert policies["key"] == command("policy key").answer


@pytest.mark.parametrize(
    "action, check, settings",
    [
        ("logs:DescribeLogGroups", "log groups", {}),
        ("logs:DescribeLogStreams", "logs:DescribeLogStreams", {}),
        ("logs:DescribeExportTasks", "export slot", {}),
        ("logs:FilterLogEvents", "logs:FilterLogEvents", {"late_events": "sweep"}),
        ("logs:ListTagsForResource", "logs:ListTagsForResource", {"log_group_tags": "a=b"}),
        ("s3:ListBucket", "s3:ListBucket", {}),
        ("s3:GetObject", "s3:GetObject", {}),
    ],
)
def test_an_action_that_is_not_allowed_is_named_and_the_role_printed(aws, world, doctor, command, action, check, settings):
    aws.set(deny=[action])
    found = doctor(**settings)
    aws.set(deny=[])
    assert doctor.code == 4
    assert f"allow {action} on arn:aws:" in failed(found)[check]
    assert doctor.answer["policies"]["role"] == command("policy role", **settings).answer


def test_groups_that_cannot_be_exported_are_counted(aws, world, doctor):
    aws.logs.create_log_group(logGroupName="app/rare", logGroupClass="INFREQUENT_ACCESS")
    ((verdict, text),) = doctor()["log class"]
    assert verdict == "warn" and doctor.code == 0
    assert "1 of 3 groups" in text and "app/rare (INFREQUENT_ACCESS)" in text


@pytest.mark.parametrize("days, every, verdict", [(1, "12h", "FAIL"), (1, "11h", "warn"), (3, "1d", "ok"), (1, "1h", "ok")])
def test_retention_is_compared_with_how_often_a_run_is_started(aws, world, doctor, days, every, verdict):
    aws.logs.put_retention_policy(logGroupName="app/2", retentionInDays=days)
    ((found, text),) = doctor("--every", every, settle_delay="12h")["retention"]
    assert found == verdict, text
    assert found == "ok" or "app/2" in text


def test_a_bucket_that_is_not_there_or_elsewhere_is_told(aws, world, doctor):
    aws.client("s3", region="eu-west-1").create_bucket(
        Bucket="far", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    for name, says in (("missing", 'DestinationS3Bucket "missing" does not exist'), ("far", "eu-west-1")):
        found = doctor(destination_s3_bucket=name)
        assert says in failed(found)["bucket"] and doctor.code == 4


def test_a_state_that_cannot_be_used_is_told_and_the_rest_is_looked_at(aws, world, doctor):
    aws.s3.put_object(Bucket=world, Key="state/exporter.json", Body=b'{"broken')
    found = doctor()
    assert set(failed(found)) == {"state"}
    assert "cannot be used" in failed(found)["state"]
    assert found["bucket policy"][1][0] == "ok"


def test_a_strangers_task_in_the_slot_is_told(aws, world, doctor):
    aws.set(running_s=30)
    aws.logs.create_export_task(taskName="theirs", logGroupName="app/1", fromTime=0, to=1, destination=world)
    ((verdict, text),) = doctor()["export slot"]
    assert verdict == "warn" and '"theirs" on app/1' in text


def test_without_credentials_nothing_else_is_looked_at(aws, world, doctor):
    found = doctor(env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
    assert doctor.code == 4
    assert "no credentials" in failed(found)["credentials"]
    assert found["the rest"][0][0] == "unknown"


def test_no_matching_group_is_told(aws, world, doctor):
    ((verdict, text),) = doctor(source_log_group_prefixes="App")["log groups"]
    assert verdict == "warn" and "case matters" in text


def test_a_period_that_is_none_is_refused(command):
    done = command("doctor", "--every", "often")
    assert done.returncode == 4 and '--every "often" cannot be used' in done.stderr


# ---- policy ----

OFFLINE = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}


def actions(policy):
    return {action for statement in policy["Statement"] for action in statement["Action"]}


def test_policies_are_printed_without_aws(command):
    done = command("policy role", "--account", "111122223333", "--region", "cn-north-1", env=OFFLINE)
    assert done.returncode == 0, done.stderr
    assert done.answer["Statement"] == [
        {
            "Sid": "ListLogGroupsAndTasks",
            "Effect": "Allow",
            "Action": ["logs:DescribeExportTasks", "logs:DescribeLogGroups"],
            "Resource": "*",
        },
        {
            "Sid": "ExportLogGroups",
            "Effect": "Allow",
            "Action": ["logs:CreateExportTask", "logs:DescribeLogStreams"],
            "Resource": ["arn:aws-cn:logs:cn-north-1:111122223333:log-group:app*"],
        },
        {"Sid": "ListBuckets", "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": ["arn:aws-cn:s3:::archive"]},
        {
            "Sid": "ReadAndWriteArchive",
            "Effect": "Allow",
            "Action": ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            "Resource": "arn:aws-cn:s3:::archive/*",
        },
    ]
    bucket = command("policy bucket", "--account", "111122223333", "--region", "cn-north-1", env=OFFLINE).answer
    assert {s["Principal"]["Service"] for s in bucket["Statement"]} == {"logs.cn-north-1.amazonaws.com.cn"}


def test_the_role_may_do_what_the_settings_ask_for_and_no_more(command):
    def role(**settings):
        return command("policy role", "--account", ACCOUNT, env=OFFLINE, **settings).answer

    plain = actions(role())
    assert actions(role(late_events="sweep")) - plain == {"logs:FilterLogEvents"}
    assert actions(role(log_group_tags="team=web")) - plain == {"logs:ListTagsForResource"}
    assert role(source_log_group_prefixes="*")["Statement"][1]["Resource"] == [f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:*"]
    table = role(state_store_type="dynamodb", store_dsn="dynamodb://states")
    assert table["Statement"][-1] == {
        "Sid": "ReadAndWriteState",
        "Effect": "Allow",
        "Action": ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
        "Resource": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/states",
    }
    elsewhere = role(store_dsn="s3://states/a/b.json")
    assert elsewhere["Statement"][-1]["Resource"] == "arn:aws:s3:::states/a/b.json"
    assert elsewhere["Statement"][2]["Resource"] == ["arn:aws:s3:::archive", "arn:aws:s3:::states"]


def test_a_run_does_nothing_that_its_role_may_not(aws, world, exporter, command):
    since = len(aws.requests())
    assert exporter(late_events="sweep", log_stream_name_prefix="a").code == 0
    names = {"HeadBucket": "s3:ListBucket", "ListObjectsV2": "s3:ListBucket", "DeleteObjects": "s3:DeleteObject"}
    s3 = {"HeadBucket", "ListObjectsV2", "GetObject", "PutObject", "DeleteObject", "DeleteObjects"}
    used = {r["operation"] for r in aws.requests()[since:]}
    wanted = {names.get(name, f"s3:{name}" if name in s3 else f"logs:{name}") for name in used}
    assert "logs:CreateExportTask" in wanted
    assert wanted <= actions(command("policy role", late_events="sweep").answer)


def test_all_policies_come_as_one_object(command):
    every = command("policy", "--kms-key-arn", KEY).answer
    assert every == {kind: command(f"policy {kind}", "--kms-key-arn", KEY).answer for kind in ("role", "bucket", "key")}
    assert every["role"]["Statement"][-1]["Resource"] == KEY
    assert command("policy").answer["key"] is None


@pytest.mark.parametrize(
    "words, says",
    [
        ("policy roles", "policy is followed by role, bucket or key"),
        ("policy role --account 12", '--account "12" cannot be used'),
        ("policy key --kms-key-arn alias/logs", '--kms-key-arn "alias/logs" cannot be used'),
    ],
)
def test_what_is_no_policy_account_or_key_is_refused(command, words, says):
    done = command(words)
    assert done.returncode == 4 and says in done.stderr


def test_the_account_that_nobody_tells_is_asked_for(command):
    done = command("policy role", env=OFFLINE)
    assert done.returncode == 4 and "give --account" in done.stderr


def test_the_page_about_permissions_shows_these_policies(command):
    page = (ROOT / "docs" / "permissions.md").read_text("utf-8")
    shown = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", page, re.S)]
    printed = command(
        "policy", "--account", "111122223333", "--kms-key-arn", KEY.replace(ACCOUNT, "111122223333"),
        source_log_group_prefixes="/aws/lambda/,/ecs/", log_group_tags=None,
    ).answer  # fmt: skip
    assert shown == [printed["role"], printed["bucket"], printed["key"]]
