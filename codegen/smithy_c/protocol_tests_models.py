"""Models of protocol tests as the project keeps them: slimmed to what a client is asked, and given endpoint rules."""

from __future__ import annotations

from typing import Any

from .model import Model, local_name, members_of
from .protocol_tests import REQUESTS, RESPONSES, TRAITS
from .slim import slim

RULES = "smithy.rules#"


def slim_tests(model: Model) -> dict[str, Any]:
    """The whole service without sentences, with only those tests that are meant for a client."""
    tree = slim(model, None)
    for shape in tree["shapes"].values():
        own = shape.get("traits", {})
        for trait in TRAITS:
            tests = [_without_sentences(test) for test in own.pop(trait, []) if _is_for_client(trait, test)]
            if tests:
                own[trait] = tests
    return tree


def _is_for_client(trait: str, test: dict[str, Any]) -> bool:
    return trait in (REQUESTS, RESPONSES) and test.get("appliesTo", "client") == "client"


def _without_sentences(test: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in test.items() if key not in ("documentation", "tags", "vendorParamsShape")}


def with_rules(model: Model, other: Model) -> dict[str, Any]:
    """The model with the endpoint rules of another model of the same service, where its own lacks them."""
    bindings = {
        name: _rules_of(member)
        for shape in other.shapes.values()
        for name, member in members_of(shape)
        if _rules_of(member)
    }
    operations = {local_name(shape_id): _rules_of(other.shape(shape_id)) for shape_id in other.operation_ids()}
    _add_traits(model.service, _rules_of(other.service))
    for shape_id in model.operation_ids():
        operation = model.shape(shape_id)
        _add_traits(operation, operations.get(local_name(shape_id), {}))
        for name, member in members_of(model.shape(operation["input"]["target"])):
            _add_traits(member, bindings.get(name, {}))
    return {"smithy": "2.0", "shapes": model.shapes}


def _rules_of(holder: dict[str, Any]) -> dict[str, Any]:
    wanted = {name: value for name, value in holder.get("traits", {}).items() if name.startswith(RULES)}
    wanted.pop(f"{RULES}endpointTests", None)
    return wanted


def _add_traits(holder: dict[str, Any], traits: dict[str, Any]) -> None:
    if traits:
        holder["traits"] = {**traits, **holder.get("traits", {})}
