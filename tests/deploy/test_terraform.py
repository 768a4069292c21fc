"""The Terraform module, by Terraform itself, and beside the SAM template: the same resources with the same properties."""

import json
import re

import cfn
import hcl2
import pytest
from scenarios import LEAST, OF_TERRAFORM, SCENARIOS, variable, variables
from terraform import MODULE, RESOURCES, ROOT, Terraform, as_template


@pytest.fixture(scope="module")
def terraform(tmp_path_factory):
    return Terraform(tmp_path_factory.mktemp("terraform"))


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    path = tmp_path_factory.mktemp("package") / "bootstrap.zip"
    path.write_bytes(b"a zip")
    return str(path)


# ---- what Terraform says ----


def test_it_is_formatted(terraform):
    done = terraform.run("fmt", "-check", "-diff", "-recursive", "-no-color", folder=terraform.copy())
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("source", [MODULE, *sorted((MODULE / "examples").iterdir())], ids=lambda path: path.name)
def test_it_is_valid(terraform, source):
    folder = terraform.copy(source)
    assert terraform.run("get", folder=folder).returncode == 0
    done = terraform.run("validate", "-json", folder=folder)
    found = json.loads(done.stdout)
    wrong = [one for one in found["diagnostics"] if "development overrides" not in one["summary"]]
    assert found["valid"] and not wrong, wrong


# Terraform tells of all bad values at once.
BAD = [
    {
        "name": "Archive", "bucket_name": "Nobody's", "source_log_group_prefixes": [], "exclude_log_groups": ["a b"],
        "log_group_tags": {"a=b": "c"}, "settle_delay": "12 hours", "late_events": "on", "export_unit": "stream ",
        "state_store": "file", "timeout": 901, "memory_size": 100, "expiration_days": -1, "folder": "/logs", "key_template": "/x",
        "kms_key_arn": "alias/x", "encryption": "DSSE", "log_retention_days": 2, "architecture": "x86", "log_level": "TRACE",
        "schedule_expression": "daily", "alarm_topic_arn": "oncall", "package": "/nonexistent.zip", "alarm_email": "ann",
    },
    {
        "name": "", "source_log_group_prefixes": ["/a", ""], "log_group_tags": {"a": "b,c"}, "timeout": 59.5, "folder": "logs/",
        "schedule_timezone": "", "permissions_boundary_arn": "boundary", "lag_alarm_seconds": 0, "late_horizon": "a while",
    },
    {"source_log_group_prefixes": ["/a*"], "folder": "", "timeout_reserve": "soon", "log_stream_name_prefix": "a:b"},
]  # fmt: skip


@pytest.mark.parametrize("values", BAD, ids=["first", "second", "third"])
def test_bad_values_are_refused_with_their_names_and_what_is_allowed(terraform, package, values):
    code, said, _, _ = terraform.plan(**variables(LEAST) | {"package": package} | values)
    assert code != 0
    refused = dict.fromkeys(re.findall(r"var\.(\w+) is ", said))
    assert set(refused) >= set(values), said
    assert len(re.findall(r"Allowed:|A whole number|There is no such file", said)) >= len(values)


# ---- beside the template ----


# SAM's own: where the program comes from, and its tag.
OF_SAM = {"Function": {"Code", "Tags"}}
SORTED = {"Action", "Resource", "AlarmActions", "OKActions", "AttributeDefinitions", "Architectures", "Transitions"}


def plain(value, name=""):
    """Without what makes no difference: a list of one, the order of what is a set, a number as text."""
    if isinstance(value, dict):
        return {key: plain(one, key) for key, one in sorted(value.items())}
    if name in SORTED:
        value = [value] if isinstance(value, str) else value
        return sorted((plain(one) for one in value), key=json.dumps)
    if isinstance(value, list):
        return [plain(one) for one in value]
    return int(value) if isinstance(value, str) and value.isdigit() and name != "Value" else value


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_it_makes_what_the_template_makes(terraform, package, scenario):
    stack = cfn.Stack(cfn.transformed(), cfn.ATTRIBUTES, **scenario)
    code, said, resources, outputs = terraform.plan(package=package, **variables(scenario))
    assert code == 0, said
    planned = as_template(resources)
    assert set(planned) == set(stack.resources)
    for name, values in planned.items():
        expected = {key: value for key, value in stack.properties(name).items() if key not in OF_SAM.get(name, ())}
        assert plain(values) == plain(expected), name
    outputs = {name: value for name, value in outputs.items() if value is not None}
    assert outputs == {variable(name): value for name, value in stack.outputs.items()}


# ---- without Terraform, too ----


def module():
    """All of the module's *.tf in one: {"variable": {...}, "resource": {...}}."""
    merged = {"variable": {}, "resource": {}, "output": {}}
    for path in sorted(MODULE.glob("*.tf")):
        parsed = hcl2.loads(path.read_text(encoding="utf-8"))
        for kind in ("variable", "output"):
            for block in parsed.get(kind, []):
                merged[kind] |= {name.strip('"'): body for name, body in block.items() if not name.startswith("__")}
        for block in parsed.get("resource", []):
            for kind, named in block.items():
                if not kind.startswith("__"):
                    merged["resource"] |= {f"{kind}.{name}".replace('"', ""): body for name, body in named.items()}
    return merged


def test_the_variables_are_the_parameters_with_their_defaults():
    known, parameters = module()["variable"], cfn.load()["Parameters"]
    assert set(known) - OF_TERRAFORM == {variable(name) for name in parameters}
    for name, one in parameters.items():
        body = known[variable(name)]
        assert body["description"].strip('"'), name
        wanted = variables({name: one["Default"]})[variable(name)] if "Default" in one else None
        default = body.get("default")
        if isinstance(default, str) and default.startswith('"'):
            default = json.loads(default)
        assert default == wanted and ("default" in body) == ("Default" in one), name


def test_the_variables_allow_what_the_parameters_allow():
    sources = (MODULE / "variables.tf").read_text(encoding="utf-8")
    bodies = dict(re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', sources, re.MULTILINE | re.DOTALL))
    for name, one in cfn.load()["Parameters"].items():
        body = bodies[variable(name)]
        if name in ("ExcludeLogGroups", "LogGroupTags"):  # Lists there, texts here.
            assert "validation" in body
            continue
        if "AllowedPattern" in one:
            assert json.dumps(one["AllowedPattern"]) in body, name
        if "MinValue" in one:
            assert f">= {one['MinValue']}" in body, name
        if "MaxValue" in one:
            assert f"<= {one['MaxValue']}" in body, name
        if "AllowedValues" in one and one["AllowedValues"] != ["true", "false"] and name != "ReservedConcurrency":
            assert json.dumps(one["AllowedValues"]) in body, name


def test_the_resources_are_those_of_the_template():
    made = {address for address in module()["resource"] if not re.match(r"aws_iam_role|aws_s3_bucket(?!_policy)", address)}
    assert made == set(RESOURCES)
    logical = {name for name, _ in RESOURCES.values()} | {"FunctionRole", "ScheduleRole", "Bucket"}
    assert logical - {"FunctionEventInvokeConfig"} == set(cfn.load()["Resources"])  # That one is a property in SAM.


def test_every_bucket_setting_is_of_the_bucket():
    kinds = {address for address in module()["resource"] if address.startswith("aws_s3_bucket")}
    assert all(address.endswith(".archive") for address in kinds) and len(kinds) == 7


def test_the_outputs_are_the_same():
    assert set(module()["output"]) == {variable(name) for name in cfn.load()["Outputs"]}


def test_the_examples_name_a_file_that_is_packaged():
    for path in (MODULE / "examples").glob("*/main.tf"):
        assert "dist/bootstrap-" in path.read_text(encoding="utf-8"), path.relative_to(ROOT)
