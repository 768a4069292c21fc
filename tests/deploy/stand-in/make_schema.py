"""Writes schema.json: of hashicorp/aws, what deploy/terraform uses, as the bindings of the CDK for Terraform have it, which
are generated from the provider's own schema. Refuses what the provider does not know.

    npm pack @cdktf/provider-aws && tar xzf cdktf-provider-aws-*.tgz
    .venv/bin/python tests/deploy/stand-in/make_schema.py package
"""

import json
import re
import sys
from pathlib import Path

import hcl2

HERE = Path(__file__).resolve().parent
MODULE = HERE.parents[2] / "deploy/terraform"
META = {"count", "for_each", "depends_on", "lifecycle", "provider"}
TYPES = {"string": "string", "number": "number", "boolean": "bool", "stringList": "list", "stringMap": "map"}

ACCOUNT, REGION = "123456789012", "us-east-1"
# What AWS decides, of what the module asks for.
DECIDED = {
    "aws_lambda_function": {"arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{{function_name}}"},
    "aws_sqs_queue": {
        "arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{name}}",
        "url": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{{name}}",
    },
    "aws_iam_role": {"arn": f"arn:aws:iam::{ACCOUNT}:role/{{name_prefix}}", "id": "{name_prefix}"},
    "aws_kms_key": {"arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"},
    "aws_s3_bucket": {"id": "{bucket}"},
    "aws_sns_topic": {"arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:{{name}}"},
}
DATA = {
    "aws_caller_identity": {"attributes": {}, "decided": {"account_id": ACCOUNT}},
    "aws_partition": {"attributes": {}, "decided": {"partition": "aws", "dns_suffix": "amazonaws.com"}},
    "aws_region": {"attributes": {}, "decided": {"name": REGION}},
}


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


class Bindings:
    """One resource type's lib/*/index.js."""

    def __init__(self, package, resource):
        self.text = (package / "lib" / self._folder(package, resource) / "index.js").read_text(encoding="utf-8")
        self.classes = dict(re.findall(r"^class (\w+) extends [^\n]*\{\n(.*?)^\}\n", self.text, re.MULTILINE | re.DOTALL))
        self.root = next(name for name, body in self.classes.items() if f'tfResourceType = "{resource}"' in self.text and "synthesizeHclAttributes" in body)

    @staticmethod
    def _folder(package, resource):
        plain = resource.removeprefix("aws_").replace("_", "-")
        return next(name for name in (plain, f"{plain}-a") if (package / "lib" / name).exists())

    def attributes(self, name):
        """(kind, is a block, storage class) of each attribute and block of a struct, or of the resource itself."""
        if name == self.root:
            body = self.classes[name].split("synthesizeHclAttributes()")[1]
        else:
            body = re.search(rf"^function {name[0].lower()}{name[1:]}ToHclTerraform\(.*?^\}}\n", self.text, re.MULTILINE | re.DOTALL)[0]
        entry = r'^ +(\w+): \{\n +value: .*?isBlock: (\w+),\n +type: "(\w+)",\n +storageClassType: "(\w+)",'
        return {found[0]: (found[2], found[1] == "true", found[3]) for found in re.findall(entry, body, re.MULTILINE | re.DOTALL)}

    def is_required(self, owner, attribute):
        body = self.classes[owner if owner == self.root else f"{owner}OutputReference"]
        return f"reset{camel(attribute)[0].upper()}{camel(attribute)[1:]}()" not in body

    def describe(self, used, owner=None):
        owner = owner or self.root
        known, result = self.attributes(owner), {"attributes": {}}
        for name, value in used.items():
            if name not in known:
                sys.exit(f"{owner} has no {name}")
            kind, is_block, storage = known[name]
            if not is_block:
                list_or_set = "set" if kind == "set" else TYPES[storage]
                result["attributes"][name] = list_or_set + ("!" if self.is_required(owner, name) else "")
                continue
            inner = self.describe(value, storage.removesuffix("List"))
            inner["nesting"] = "set" if kind == "set" else "list"
            if f"new {storage.removesuffix('List')}OutputReference(this, \"{name}\"" in self.text:
                inner["max"] = 1
            result.setdefault("blocks", {})[name] = inner
        return result


def merge(into, body):
    """What blocks of one kind use, taken together. A block is {name: block or None}."""
    for name, value in body.items():
        if name in META or name.startswith("__"):
            continue
        if name == "dynamic":
            for one in value:
                for inner, content in one.items():
                    for block in content["content"]:
                        merge(into.setdefault(inner.strip('"'), {}), block)
        elif isinstance(value, list) and value and all(isinstance(item, dict) and item.get("__is_block__") for item in value):
            for block in value:
                merge(into.setdefault(name, {}), block)
        else:
            into.setdefault(name, None)
    return into


def main():
    package, used = Path(sys.argv[1]), {}
    for path in sorted(MODULE.glob("*.tf")):
        for resource in hcl2.loads(path.read_text(encoding="utf-8")).get("resource", []):
            for kind, named in resource.items():
                if kind == "__is_block__":
                    continue
                for body in named.values():
                    merge(used.setdefault(kind.strip('"'), {}), body)
    resources = {}
    for kind in sorted(used):
        resources[kind] = Bindings(package, kind).describe(used[kind])
        if kind in DECIDED:
            resources[kind]["decided"] = DECIDED[kind]
    text = json.dumps({"resources": resources, "data": DATA}, indent=1)
    (HERE / "schema.json").write_text(text + "\n", encoding="utf-8")


main()
