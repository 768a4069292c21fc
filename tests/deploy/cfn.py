"""A SAM template as CloudFormation sees it: transformed, and evaluated for some parameters."""

import functools
import os
import re
from pathlib import Path
from unittest import mock

import yaml
from samtranslator.translator.transform import transform

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "deploy/sam/template.yaml"
ACCOUNT, REGION = "123456789012", "us-east-1"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "stack",
}
ABSENT = object()


def _role(name):
    return lambda parameters: f"arn:aws:iam::{ACCOUNT}:role/" + f"{parameters['Name']}-{name}-"[:38]


def _arn(service, name):
    return lambda parameters: f"arn:aws:{service}:{REGION}:{ACCOUNT}:" + name.format(parameters["Name"])


def _text(name):
    return lambda parameters: name.format(parameters["Name"])


# What AWS answers about what was made, as tests/deploy/stand-in says it to Terraform, too.
ATTRIBUTES = {
    ("Function", "Ref"): _text("{}"),
    ("Function", "Arn"): _arn("lambda", "function:{}"),
    ("FunctionRole", "Arn"): _role("function"),
    ("ScheduleRole", "Arn"): _role("schedule"),
    ("FunctionLogs", "Ref"): _text("/aws/lambda/{}"),
    ("DeadLetters", "Arn"): _arn("sqs", "{}-dead-letters"),
    ("DeadLetters", "QueueName"): _text("{}-dead-letters"),
    ("DeadLetters", "Ref"): _text(f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{{}}-dead-letters"),
    ("Bucket", "Ref"): lambda parameters: parameters["BucketName"],
    ("StateTable", "Ref"): _text("{}-state"),
    ("StateTable", "Arn"): _arn("dynamodb", "table/{}-state"),
    ("Key", "Arn"): _arn("kms", "key/00000000-0000-0000-0000-000000000000"),
    ("Alarms", "Ref"): _arn("sns", "{}-alarms"),
}


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, such as !Ref."""


def _short_form(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt":
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def load(path=TEMPLATE):
    return yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506: a safe loader


@functools.cache
def transformed(code="s3://code/bootstrap.zip", **parameters):
    """What CloudFormation makes of the template, the package being where `code` says. Not to be changed."""
    template = load()
    template["Resources"]["Function"]["Properties"]["CodeUri"] = code
    values = {name: one.get("Default", "") for name, one in template["Parameters"].items()} | parameters
    with mock.patch.dict(os.environ, AWS_DEFAULT_REGION=REGION):
        return transform(template, values, _NoPolicies())


class _NoPolicies:
    def load(self):
        return {}


class Stack:
    """The template for `parameters`: its resources by logical id, with all functions evaluated. `attributes` says what
    Fn::GetAtt and Ref answer of resources: (id, attribute) or (id, "Ref") -> text."""

    def __init__(self, template, attributes=None, **parameters):
        self.template, self._attributes = template, attributes or {}
        self.parameters = {}
        for name, one in template["Parameters"].items():
            value = parameters.get(name, one.get("Default"))
            assert value is not None, f"{name} is required"
            if one["Type"] == "CommaDelimitedList" and isinstance(value, str):
                value = value.split(",")
            self.parameters[name] = value
        self.resources = {
            name: self.value({key: value for key, value in one.items() if key in ("Type", "Properties", "DeletionPolicy")})
            for name, one in template["Resources"].items()
            if "Condition" not in one or self.holds(one["Condition"])
        }
        self.outputs = {
            name: self.value(one["Value"])
            for name, one in template["Outputs"].items()
            if "Condition" not in one or self.holds(one["Condition"])
        }

    def properties(self, name):
        return self.resources[name]["Properties"]

    def holds(self, condition):
        if isinstance(condition, str):
            return self.holds(self.template["Conditions"][condition])
        ((name, value),) = condition.items()
        match name:
            case "Condition":
                return self.holds(value)
            case "Fn::Equals":
                first, second = map(self.value, value)
                return str(first) == str(second)
            case "Fn::Not":
                return not self.holds(value[0])
            case "Fn::And":
                return all(map(self.holds, value))
            case "Fn::Or":
                return any(map(self.holds, value))
        raise AssertionError(f"unknown condition {name}")

    def value(self, node):
        if isinstance(node, list):
            return [value for value in map(self.value, node) if value is not ABSENT]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name == "Ref":
                return self._ref(argument)
            if name.startswith("Fn::"):
                return self._function(name, argument)
        found = {key: self.value(value) for key, value in node.items()}
        return {key: value for key, value in found.items() if value is not ABSENT}

    def _ref(self, name):
        if name == "AWS::NoValue":
            return ABSENT
        for known in (self.parameters, PSEUDO):
            if name in known:
                return known[name]
        return self._attribute(name, "Ref")

    def _attribute(self, name, attribute):
        of = self.template["Resources"][name]
        assert "Condition" not in of or self.holds(of["Condition"]), f"{name} is not made, and is asked for {attribute}"
        answer = self._attributes.get((name, attribute), f"<{name}.{attribute}>")
        return answer(self.parameters) if callable(answer) else answer

    def _function(self, name, argument):
        match name:
            case "Fn::If":
                condition, yes, no = argument
                return self.value(yes if self.holds(condition) else no)
            case "Fn::GetAtt":
                return self._attribute(*argument)
            case "Fn::Join":
                delimiter, parts = argument
                assert isinstance(delimiter, str), "a delimiter takes no function"
                return delimiter.join(map(str, self.value(parts)))
            case "Fn::Split":
                delimiter, text = argument
                return self.value(text).split(delimiter)
            case "Fn::Sub":
                text, own = (argument, {}) if isinstance(argument, str) else argument
                own = {key: self.value(value) for key, value in own.items()}
                return re.sub(r"\$\{([^}]+)\}", lambda found: str(self._substitute(found[1], own)), text)
        raise AssertionError(f"unknown function {name}")

    def _substitute(self, name, own):
        if name in own:
            return own[name]
        return self._attribute(*name.split(".", 1)) if "." in name else self._ref(name)
