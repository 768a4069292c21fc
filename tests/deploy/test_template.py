"""The SAM template by itself: what AWS's linter says, and that its settings are the exporter's."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import cfn
import pytest
from scenarios import LEAST, SCENARIOS

ROOT = Path(__file__).resolve().parents[2]
# Keys of the exporter that no deployment needs: it runs in the Region of the groups, as the role that is made, and the alarms
# go by its metrics.
LEFT_OUT = {"REGION", "ROLE_ARN", "EXTERNAL_ID", "METRICS"}


def function_settings(**parameters):
    return cfn.Stack(cfn.transformed(), **LEAST | parameters).properties("Function")["Environment"]["Variables"]


def test_the_linter_has_nothing_to_say():
    """cfn-lint transforms it as SAM does, and knows every resource's schema."""
    command = [Path(sys.executable).with_name("cfn-lint"), "--regions", "us-east-1", "eu-west-1", "--", cfn.TEMPLATE]
    done = subprocess.run(command, env=os.environ | {"AWS_DEFAULT_REGION": cfn.REGION}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_parameter_is_described_and_in_a_group():
    template = cfn.load()
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(template["Parameters"])
    for name, one in template["Parameters"].items():
        assert one["Description"], name
        if "AllowedPattern" in one:
            assert one["ConstraintDescription"], name


def test_every_text_that_is_taken_is_checked():
    for name, one in cfn.load()["Parameters"].items():
        assert {"AllowedPattern", "AllowedValues", "MinValue"} & set(one), name


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_the_parameters_take_what_they_should(scenario):
    for name, value in scenario.items():
        one = cfn.load()["Parameters"][name]
        values = value.split(",") if one["Type"] == "CommaDelimitedList" else [value]
        for part in values:
            assert str(part) in map(str, one.get("AllowedValues", [part])), name
            assert re.search(one.get("AllowedPattern", ""), str(part)), name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Name", "Archive"), ("Name", "a_b"), ("BucketName", "ab"), ("BucketName", "My"), ("SourceLogGroupPrefixes", ""),
        ("SourceLogGroupPrefixes", "/a*"), ("ExcludeLogGroups", "a b"), ("LogGroupTags", "team"), ("Folder", "/a"),
        ("Folder", "a/"), ("KeyTemplate", "a/"), ("SettleDelay", "12 hours"), ("LateHorizon", "0 d"), ("ScheduleExpression", "daily"),
        ("KmsKeyArn", "arn:aws:kms:eu-west-1:123456789012:alias/a"), ("AlarmEmail", "ann"), ("AlarmTopicArn", "oncall"),
    ],
)  # fmt: skip
def test_the_parameters_refuse_what_they_should(name, value):
    assert not re.search(cfn.load()["Parameters"][name]["AllowedPattern"], value)


def test_the_defaults_are_the_exporters():
    """A setting of the template that nobody changed is what the program does without it."""
    settings = function_settings()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = dict(re.findall(r"^\| (\w+) \|.*\| ([^|]+) \|$", readme, re.MULTILINE))
    keys = {"SETTLE_DELAY": "SettleDelay", "TIMEOUT_RESERVE": "TimeoutReserve", "LOG_LEVEL": "LogLevel", "EXPORT_UNIT": "ExportUnit"}
    for variable, key in keys.items():
        assert re.search(rf"\b{settings[variable]}\b", table[key]), key
    assert settings["LATE_EVENTS"] == "report" and settings["LATE_HORIZON"] == "14d"


def test_the_settings_are_keys_of_the_exporter_and_none_is_forgotten():
    source = (ROOT / "src/exporter/settings_keys.c").read_text(encoding="utf-8")
    known = set(re.findall(r'\.variable = "(\w+)"', source)) - LEFT_OUT
    everything = function_settings(ExcludeLogGroups="x", LogGroupTags="a=b", LogStreamNamePrefix="web-")
    assert set(everything) == known


def test_the_alarms_watch_metrics_that_a_run_writes():
    source = (ROOT / "src/exporter/metrics.c").read_text(encoding="utf-8")
    resources = cfn.Stack(cfn.transformed(), **LEAST).resources.values()
    alarms = [one["Properties"] for one in resources if one["Type"] == "AWS::CloudWatch::Alarm"]
    own = [one for one in alarms if not one["Namespace"].startswith("AWS/")]
    assert {one["MetricName"] for one in own} == {"LagSeconds", "RetentionRiskSeconds"}
    for one in own:
        assert f'"{one["Namespace"]}"' in source and f'"{one["MetricName"]}"' in source
        assert one["Dimensions"] == [{"Name": "FunctionName", "Value": "log-archive"}] and '"FunctionName"' in source


def test_the_functions_own_group_is_left_alone_unless_asked_for():
    assert function_settings()["EXCLUDE_LOG_GROUPS"] == "/aws/lambda/log-archive"
    assert function_settings(Name="other", ExcludeLogGroups="a,b")["EXCLUDE_LOG_GROUPS"] == "/aws/lambda/other,a,b"
    assert "EXCLUDE_LOG_GROUPS" not in function_settings(ArchiveOwnLogs="true")


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_the_package_that_it_names_has_what_lambda_starts(architecture):
    package = ROOT / f"dist/bootstrap-{architecture}.zip"
    if not package.exists():
        pytest.skip(f"there is no {package.name} in dist/; `scripts/package {architecture}` makes it")
    with zipfile.ZipFile(package) as opened:
        assert opened.getinfo("bootstrap").external_attr >> 16 & 0o111
        machine = opened.read("bootstrap")[18:20]
    assert machine == {"arm64": b"\xb7\x00", "x86_64": b"\x3e\x00"}[architecture]


# ---- deploy/sam/deploy ----


@pytest.fixture
def deploy(tmp_path):
    """deploy(*arguments) -> the finished process, in a copy of the tree, with a `sam` that only says what it was told"""
    script = tmp_path / "deploy/sam/deploy"
    script.parent.mkdir(parents=True)
    for name in ("deploy", "template.yaml"):
        (script.parent / name).write_bytes((ROOT / "deploy/sam" / name).read_bytes())
    script.chmod(0o755)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist/bootstrap-x86_64.zip").write_bytes(b"a zip")
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "sam").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tools / "sam").chmod(0o755)

    def run(*arguments, path=f"{tools}:/usr/bin:/bin"):
        return subprocess.run([script, *arguments], env={"PATH": path}, capture_output=True, text=True, check=False)

    run.root = tmp_path
    return run


def test_the_script_deploys_the_architectures_own_package(deploy):
    done = deploy("x86_64", "--guided")
    assert done.returncode == 0, done.stderr
    arguments = done.stdout.splitlines()
    made = Path(arguments[arguments.index("--template-file") + 1])
    assert arguments[0] == "deploy" and arguments[-1] == "--guided"
    template = cfn.load(made)
    package = (made.parent / template["Resources"]["Function"]["Properties"]["CodeUri"]).resolve()
    assert package == (deploy.root / "dist/bootstrap-x86_64.zip").resolve()
    assert template["Parameters"]["Architecture"]["Default"] == "x86_64"
    assert template["Parameters"]["Architecture"]["AllowedValues"] == ["x86_64"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "usage: deploy/sam/deploy arm64|x86_64"),
        (["x86"], "usage: deploy/sam/deploy arm64|x86_64"),
        (["arm64"], "there is no dist/bootstrap-arm64.zip: run scripts/package arm64 first"),
    ],
)
def test_the_script_says_what_is_missing(deploy, arguments, says):
    done = deploy(*arguments)
    assert done.returncode == 2 and done.stdout == "" and says in done.stderr


def test_the_script_says_that_there_is_no_sam(deploy):
    (deploy.root / "bin/sam").unlink()
    done = deploy("x86_64")
    assert done.returncode == 2 and "there is no sam here" in done.stderr
