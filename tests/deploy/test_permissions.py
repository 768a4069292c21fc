"""What the deployment allows, beside what the exporter calls and what its own `policy` prints: neither more nor less."""

import json
import os
import re
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

import cfn
import pytest
from scenarios import KEY, LEAST

ROOT = Path(__file__).resolve().parents[2]
# Where IAM's action is not named as the operation is.
ACTIONS = {
    "s3:ListObjectsV2": "s3:ListBucket", "s3:HeadBucket": "s3:ListBucket", "s3:HeadObject": "s3:GetObject",
    "s3:DeleteObjects": "s3:DeleteObject",
}  # fmt: skip
# What the function's platform needs: the exporter knows nothing of it.
OF_LAMBDA = {"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"}
OF_KEY = {"kms:GenerateDataKey", "kms:Decrypt"}
ALL = LEAST | {"LogGroupTags": "team=web", "LateEvents": "sweep", "Encryption": "aws:kms", "KmsKeyArn": KEY}


def operations():
    """The operations of AWS that the code of a run names: "logs:CreateExportTask"."""
    known = {}
    for service in ("logs", "s3", "dynamodb", "sts"):
        model = json.loads((ROOT / f"models/{service}.json").read_text(encoding="utf-8"))
        for shape, body in model["shapes"].items():
            if body["type"] == "operation":
                name = shape.split("#")[1]
                snake = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", re.sub(r"([A-Z]+)(?=[A-Z][a-z])", r"\1_", name)).lower()
                known[f"{service}_{snake}"] = f"{service}:{name}"
    found = set()
    for path in sorted((ROOT / "src/exporter").glob("*.c")):
        for call in re.findall(r"\b((?:logs|s3|dynamodb|sts)_[a-z0-9_]+)\(", path.read_text(encoding="utf-8")):
            for name in (call, re.sub(r"_next(_item)?$", "", call)):
                if name in known:
                    found.add(known[name])
    return found


def statements(**parameters):
    stack = cfn.Stack(cfn.transformed(), cfn.ATTRIBUTES, **ALL | parameters)
    (policy,) = stack.properties("FunctionRole")["Policies"]
    return policy["PolicyDocument"]["Statement"]


def listed(value):
    return [value] if isinstance(value, str) else value


def actions(found):
    return {action for one in found for action in listed(one["Action"])}


def test_the_role_has_the_actions_of_what_a_run_calls_and_no_other():
    called = {ACTIONS.get(operation, operation) for operation in operations()}
    assert "logs:CreateExportTask" in called and "s3:PutObject" in called and "dynamodb:Query" in called
    granted = actions(statements()) | actions(statements(StateStore="dynamodb"))
    # What is new here has to be in deploy/sam, deploy/terraform and docs/deployment.md; what only a command calls, in src/cli.
    assert granted - OF_LAMBDA - OF_KEY == called


def test_what_only_an_option_needs_is_given_with_that_option():
    least = actions(statements(LogGroupTags="", LateEvents="report", Encryption="AES256"))
    assert least.isdisjoint({"logs:ListTagsForResource", "logs:FilterLogEvents", "dynamodb:GetItem"} | OF_KEY)
    assert "logs:ListTagsForResource" in actions(statements(LateEvents="report"))
    assert "logs:FilterLogEvents" in actions(statements(LogGroupTags=""))


def test_no_action_has_a_wildcard_and_few_resources_are_everything():
    for one in statements(StateStore="dynamodb"):
        assert not any("*" in action for action in listed(one["Action"])), one
        if "*" in listed(one["Resource"]):
            assert set(one["Action"]) == {"logs:DescribeLogGroups", "logs:DescribeExportTasks"}


def test_only_the_archives_folder_can_be_deleted_from():
    (one,) = [one for one in statements() if "s3:DeleteObject" in listed(one["Action"])]
    assert listed(one["Resource"]) == ["arn:aws:s3:::my-archive/logs/*"]


# ---- beside the command `policy` ----


@pytest.fixture(scope="module")
def policy():
    """policy("role", **parameters) -> the statements that the command prints for a deployment with these parameters"""
    program = Path(os.environ.get("EXPORTER", "nowhere"))
    if not program.exists():
        pytest.skip("EXPORTER names no program")

    def run(kind, **parameters):
        stack = cfn.Stack(cfn.transformed(), cfn.ATTRIBUTES, **ALL | parameters)
        settings = stack.properties("Function")["Environment"]["Variables"]
        environment = {"PATH": os.environ["PATH"], "AWS_REGION": cfn.REGION, "AWS_CONFIG_FILE": "/dev/null"} | settings
        keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
        command = [program, "policy", kind, "--account", cfn.ACCOUNT, "--kms-key-arn", KEY]
        done = subprocess.run(command, env=environment | keys, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["Statement"]

    return run


@pytest.mark.parametrize("store", ["s3", "dynamodb"])
def test_the_role_is_what_policy_prints_on_fewer_resources(policy, store):
    """The function's role is narrower where it can be: the command knows nothing of Folder."""
    printed, granted = policy("role", StateStore=store), statements(StateStore=store)
    assert actions(granted) - OF_LAMBDA == actions(printed)
    for one in granted:
        for action in set(listed(one["Action"])) - OF_LAMBDA:
            patterns = [pattern for other in printed if action in listed(other["Action"]) for pattern in listed(other["Resource"])]
            for resource in listed(one["Resource"]):
                resource = resource.replace("arn:*:logs:*:*:", f"arn:aws:logs:{cfn.REGION}:{cfn.ACCOUNT}:")
                assert any(fnmatchcase(resource, pattern) for pattern in patterns), f"{action} on {resource}"


def without_names(found):
    plain = [{key: listed(value) if key in ("Action", "Resource") else value for key, value in one.items() if key != "Sid"} for one in found]
    for one in plain:
        one["Action"] = sorted(one["Action"])
    return plain


def test_the_buckets_policy_is_what_policy_prints_and_a_refusal_of_plain_text(policy):
    made = cfn.Stack(cfn.transformed(), **ALL).properties("BucketPolicy")["PolicyDocument"]["Statement"]
    allowed = without_names(one for one in made if one["Effect"] == "Allow")
    assert allowed == without_names(policy("bucket"))
    (denied,) = [one for one in made if one["Effect"] == "Deny"]
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_keys_policy_is_what_policy_prints(policy):
    made = cfn.Stack(cfn.transformed(), **ALL | {"KmsKeyArn": ""}).properties("Key")["KeyPolicy"]["Statement"]
    assert without_names(made) == without_names(policy("key"))
