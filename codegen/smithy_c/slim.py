"""Cuts a model down to the operations that are wanted and the shapes they reach.

Facts stay, sentences go: documentation, examples and smoke tests are left out. The endpoint rules and their tests stay.
"""

from __future__ import annotations

import json
from typing import Any, Iterable

from .errors import GeneratorError
from .model import Model, Shape, local_name, members_of

DROPPED_TRAITS = {
    "aws.cloudformation#cfnResource",
    "aws.cloudformation#cfnExcludeProperty",
    "aws.iam#actionName",
    "aws.iam#actionPermissionDescription",
    "aws.iam#conditionKeys",
    "aws.iam#defineConditionKeys",
    "aws.iam#iamAction",
    "aws.iam#requiredActions",
    "smithy.api#documentation",
    "smithy.api#examples",
    "smithy.api#externalDocumentation",
    "smithy.api#suppress",
    "smithy.test#smokeTests",
}


def wanted_operations(model: Model, names: Iterable[str] | None) -> list[str]:
    """Shape ids of the operations called `names`, sorted by name; None: all of the service."""
    available = {local_name(shape_id): shape_id for shape_id in model.operation_ids()}
    if names is None:
        return [available[name] for name in sorted(available)]
    missing = sorted(set(names) - set(available))
    if missing:
        raise GeneratorError(f"{model.name}: the service has no operation {', '.join(missing)}")
    return [available[name] for name in sorted(set(names))]


def slim(model: Model, names: Iterable[str] | None) -> dict[str, Any]:
    """A JSON syntax tree of the wanted operations alone; a model file as it is to be written."""
    operations = wanted_operations(model, names)
    service = {key: value for key, value in model.service.items() if key not in ("resources", "operations", "mixins")}
    service["operations"] = [{"target": shape_id} for shape_id in operations]

    kept: dict[str, Shape] = {model.service_id: service}
    pending = operations + [error["target"] for error in service.get("errors", [])]
    while pending:
        shape_id = pending.pop()
        if shape_id in kept or shape_id not in model.shapes:
            continue
        shape = {key: value for key, value in model.shapes[shape_id].items() if key != "mixins"}
        kept[shape_id] = shape
        pending += [member["target"] for _, member in members_of(shape)]
        pending += [shape[part]["target"] for part in ("input", "output") if part in shape]
        pending += [error["target"] for error in shape.get("errors", [])]
    return {"smithy": "2.0", "shapes": {shape_id: _without_sentences(kept[shape_id]) for shape_id in sorted(kept)}}


def write(tree: dict[str, Any]) -> str:
    return json.dumps(tree, indent=1, ensure_ascii=True) + "\n"


def _without_sentences(shape: Shape) -> Shape:
    result: Shape = {}
    for key, value in shape.items():
        if key == "traits":
            result[key] = _slim_traits(value)
        elif key == "members":
            result[key] = {name: _without_sentences(member) for name, member in value.items()}
        elif key in ("member", "key", "value") and isinstance(value, dict):
            result[key] = _without_sentences(value)
        else:
            result[key] = value
    if not result.get("traits", True):
        del result["traits"]
    return result


def _slim_traits(traits: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in traits.items() if name not in DROPPED_TRAITS}
    if "smithy.api#deprecated" in kept:
        kept["smithy.api#deprecated"] = {}
    for name in ("smithy.rules#clientContextParams", "smithy.waiters#waitable"):
        if name in kept:
            kept[name] = {key: _without_documentation(value) for key, value in kept[name].items()}
    for name in ("smithy.rules#endpointRuleSet", "smithy.rules#endpointBdd"):
        parameters = kept.get(name, {}).get("parameters")
        if parameters:
            slimmed = {key: _without_documentation(value) for key, value in parameters.items()}
            kept[name] = {**kept[name], "parameters": slimmed}
    return kept


def _without_documentation(value: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key != "documentation"}
