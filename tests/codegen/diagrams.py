"""Endpoint rules as decision diagrams: a tree of rules said as one, for tests of the trait endpointBdd."""

import base64
import json
import struct

FIRST_RESULT = 100_000_000
NO_MATCH = FIRST_RESULT


def encode(nodes: list[tuple[int, int, int]]) -> str:
    """The node that stands for the terminals comes first."""
    return base64.b64encode(b"".join(struct.pack(">iii", *node) for node in [(-1, 1, -1), *nodes])).decode()


class _Converter:
    """Each rule's conditions become a chain of nodes; none is asked for a second time in the same words on one way."""

    def __init__(self):
        self.conditions: dict[str, int] = {}
        self.results: dict[str, int] = {}
        self.nodes: dict[tuple[int, int, int], int] = {}
        self.assigned: dict[str, str] = {}

    def rules(self, rules: list[dict], names: dict[str, str]) -> int:
        reference = NO_MATCH
        for rule in reversed(rules):
            reference = self.rule(rule, rule.get("conditions", []), reference, names)
        return reference

    def rule(self, rule: dict, conditions: list[dict], otherwise: int, names: dict[str, str]) -> int:
        if not conditions:
            return self.rules(rule["rules"], names) if rule["type"] == "tree" else self.result(rule, names)
        condition = self.renamed(conditions[0], names)
        if "assign" in condition:
            name = self.name_of(condition)
            names = {**names, condition["assign"]: name}
            condition = {**condition, "assign": name}
        high = self.rule(rule, conditions[1:], otherwise, names)
        number = self.conditions.setdefault(json.dumps(condition, sort_keys=True), len(self.conditions))
        if high == otherwise:
            return high
        return self.nodes.setdefault((number, high, otherwise), len(self.nodes) + 2)

    def name_of(self, condition: dict) -> str:
        """A name means one thing in a diagram."""
        key = json.dumps(condition, sort_keys=True)
        if key not in self.assigned:
            same = sum(json.loads(each)["assign"] == condition["assign"] for each in self.assigned)
            self.assigned[key] = condition["assign"] + (f"_{same + 1}" if same else "")
        return self.assigned[key]

    def renamed(self, value, names: dict[str, str]):
        if isinstance(value, dict) and "ref" in value:
            return {"ref": names.get(value["ref"], value["ref"])}
        if isinstance(value, dict):
            return {key: self.renamed(inner, names) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.renamed(inner, names) for inner in value]
        if isinstance(value, str):
            for old, new in names.items():
                value = value.replace(f"{{{old}}}", f"{{{new}}}").replace(f"{{{old}#", f"{{{new}#")
        return value

    def result(self, rule: dict, names: dict[str, str]) -> int:
        rule = {**self.renamed(rule, names), "conditions": []}
        return FIRST_RESULT + self.results.setdefault(json.dumps(rule, sort_keys=True), len(self.results) + 1)


def diagram_of(rule_set: dict) -> dict:
    """A rule set's tree as the trait endpointBdd."""
    converter = _Converter()
    root = converter.rules(rule_set["rules"], {})
    return {
        "version": "1.1",
        "parameters": rule_set["parameters"],
        "conditions": [json.loads(text) for text in converter.conditions],
        "results": [json.loads(text) for text in converter.results],
        "root": root,
        "nodeCount": len(converter.nodes) + 1,
        "nodes": encode(list(converter.nodes)),
    }
