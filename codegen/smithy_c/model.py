"""Reads a Smithy model: the JSON syntax tree, version 1.0 or 2.x, as AWS publishes it.

What comes out is flat: mixins and apply statements are resolved, and every target exists.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Iterator

from .errors import GeneratorError

Shape = dict[str, Any]

PRELUDE = {
    "smithy.api#String": "string",
    "smithy.api#Blob": "blob",
    "smithy.api#Boolean": "boolean",
    "smithy.api#PrimitiveBoolean": "boolean",
    "smithy.api#Byte": "byte",
    "smithy.api#PrimitiveByte": "byte",
    "smithy.api#Short": "short",
    "smithy.api#PrimitiveShort": "short",
    "smithy.api#Integer": "integer",
    "smithy.api#PrimitiveInteger": "integer",
    "smithy.api#Long": "long",
    "smithy.api#PrimitiveLong": "long",
    "smithy.api#Float": "float",
    "smithy.api#PrimitiveFloat": "float",
    "smithy.api#Double": "double",
    "smithy.api#PrimitiveDouble": "double",
    "smithy.api#BigInteger": "bigInteger",
    "smithy.api#BigDecimal": "bigDecimal",
    "smithy.api#Timestamp": "timestamp",
    "smithy.api#Document": "document",
    "smithy.api#Unit": "structure",
}

TYPES = {
    "service", "resource", "operation", "structure", "union", "list", "set", "map", "enum", "intEnum", "string",
    "blob", "boolean", "byte", "short", "integer", "long", "float", "double", "bigInteger", "bigDecimal",
    "timestamp", "document",
}  # fmt: skip

IDENTIFIER = re.compile(r"\w+", re.ASCII)
SHAPE_ID = re.compile(r"[\w.]+#\w+", re.ASCII)
RESOURCE_LIFECYCLE = ("create", "put", "read", "update", "delete", "list")


def local_name(shape_id: str) -> str:
    """`com.amazonaws.s3#GetObject` -> `GetObject`."""
    return shape_id.rpartition("#")[2].partition("$")[0]


class Model:
    """A checked model: `shapes` by id, and one service."""

    def __init__(self, shapes: dict[str, Shape], name: str):
        self.name = name
        self.shapes = _flatten(shapes, name)
        for shape_id, shape in self.shapes.items():
            for where, target in _targets(shape_id, shape):
                if target not in self.shapes and target not in PRELUDE:
                    raise GeneratorError(f"{name}: {where} refers to {target}, which the model does not define")
        self.service_id = self._only_service()

    @classmethod
    def load(cls, path: Path) -> "Model":
        try:
            tree = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise GeneratorError(f"{path}: {error.strerror}") from error
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            raise GeneratorError(f"{path}: not a JSON model: {error}") from error
        return cls.from_tree(tree, path.name)

    @classmethod
    def from_tree(cls, tree: Any, name: str) -> "Model":
        if not isinstance(tree, dict) or not isinstance(tree.get("shapes"), dict):
            raise GeneratorError(f'{name}: not a Smithy JSON model: no "shapes" object')
        version = str(tree.get("smithy", ""))
        if version.split(".")[0] not in ("1", "2"):
            raise GeneratorError(f'{name}: Smithy version "{version}" is not 1.0 or 2.x')
        return cls(tree["shapes"], name)

    def _only_service(self) -> str:
        services = [shape_id for shape_id, shape in self.shapes.items() if shape["type"] == "service"]
        if len(services) != 1:
            raise GeneratorError(f"{self.name}: has {len(services)} services, not one: {', '.join(sorted(services))}")
        return services[0]

    def shape(self, shape_id: str) -> Shape:
        if shape_id in self.shapes:
            return self.shapes[shape_id]
        return {"type": PRELUDE[shape_id]}

    def traits(self, shape_id: str) -> dict[str, Any]:
        return self.shape(shape_id).get("traits", {})

    @property
    def service(self) -> Shape:
        return self.shapes[self.service_id]

    def operation_ids(self) -> list[str]:
        """Every operation of the service and of its resources, sorted by name."""
        found: set[str] = set()
        pending, seen = [self.service_id], set()
        while pending:
            shape_id = pending.pop()
            if shape_id in seen:
                continue
            seen.add(shape_id)
            shape = self.shape(shape_id)
            found.update(_ids(shape.get("operations")))
            found.update(_ids(shape.get("collectionOperations")))
            found.update(shape[verb]["target"] for verb in RESOURCE_LIFECYCLE if verb in shape)
            pending.extend(_ids(shape.get("resources")))
        return sorted(found, key=lambda shape_id: (local_name(shape_id), shape_id))


def _ids(references: Any) -> list[str]:
    return [reference["target"] for reference in references or []]


def members_of(shape: Shape) -> Iterator[tuple[str, dict[str, Any]]]:
    """Members by name, those of lists and maps ("member", "key", "value") included."""
    yield from shape.get("members", {}).items()
    for name in ("member", "key", "value"):
        if name in shape:
            yield name, shape[name]


def _targets(shape_id: str, shape: Shape) -> Iterator[tuple[str, str]]:
    for name, member in members_of(shape):
        yield f"{shape_id}${name}", member["target"]
    for name in ("input", "output", *RESOURCE_LIFECYCLE):
        if name in shape:
            yield f"{shape_id} ({name})", shape[name]["target"]
    for name in ("errors", "operations", "collectionOperations", "resources"):
        for target in _ids(shape.get(name)):
            yield f"{shape_id} ({name})", target


def _check(shape_id: str, shape: Any, name: str) -> None:
    if not SHAPE_ID.fullmatch(shape_id):
        raise GeneratorError(f"{name}: {shape_id!r} is not the name of a shape")
    if not isinstance(shape, dict) or "type" not in shape:
        raise GeneratorError(f"{name}: {shape_id} has no type")
    if not isinstance(shape["type"], str) or shape["type"] not in TYPES:
        raise GeneratorError(f'{name}: {shape_id} has the unknown type "{shape["type"]}"')
    required = {"list": ("member",), "set": ("member",), "map": ("key", "value")}.get(shape["type"], ())
    for part in required:
        if part not in shape:
            raise GeneratorError(f'{name}: {shape_id} is a {shape["type"]} without "{part}"')
    if not isinstance(shape.get("traits", {}), dict) or not isinstance(shape.get("members", {}), dict):
        raise GeneratorError(f"{name}: {shape_id} has traits or members that are not objects")
    for member_name, member in members_of(shape):
        if not IDENTIFIER.fullmatch(member_name):
            raise GeneratorError(f"{name}: {shape_id}: {member_name!r} is not the name of a member")
        if not isinstance(member, dict) or not isinstance(member.get("target"), str):
            raise GeneratorError(f"{name}: {shape_id}${member_name} has no target")
        if not isinstance(member.get("traits", {}), dict):
            raise GeneratorError(f"{name}: {shape_id}${member_name} has traits that are not an object")
    references = [shape[part] for part in ("input", "output", *RESOURCE_LIFECYCLE) if part in shape]
    for part in ("errors", "operations", "collectionOperations", "resources", "mixins"):
        if not isinstance(shape.get(part, []), list):
            raise GeneratorError(f'{name}: {shape_id} has "{part}" that is not a list')
        references += shape.get(part, [])
    if not all(isinstance(reference, dict) and isinstance(reference.get("target"), str) for reference in references):
        raise GeneratorError(f"{name}: {shape_id} has a reference without a target")


def _flatten(raw: dict[str, Shape], name: str) -> dict[str, Shape]:
    """Merges apply statements and mixins into the shapes they speak of."""
    shapes: dict[str, Shape] = {}
    applied: dict[str, dict[str, Any]] = {}
    for shape_id, shape in raw.items():
        if isinstance(shape, dict) and shape.get("type") == "apply":
            applied.setdefault(shape_id, {}).update(shape.get("traits", {}))
        else:
            _check(shape_id, shape, name)
            shapes[shape_id] = shape

    done = _with_mixins(shapes, name)
    for target, traits in applied.items():
        shape_id, _, member = target.partition("$")
        holder = done.get(shape_id)
        if holder is not None and member:
            holder = dict(members_of(holder)).get(member)
        if holder is None:
            raise GeneratorError(f"{name}: traits are applied to {target}, which the model does not define")
        holder["traits"] = {**holder.get("traits", {}), **traits}
    return done


def _with_mixins(shapes: dict[str, Shape], name: str) -> dict[str, Shape]:
    """The shapes with what their mixins bring, each after those that it mixes in."""
    done: dict[str, Shape] = {}
    for first in shapes:
        path = [] if first in done else [first]
        while path:
            shape_id = path[-1]
            mixins = _ids(shapes[shape_id].get("mixins"))
            missing = next((mixin for mixin in mixins if mixin not in done), None)
            if missing is None:
                done[shape_id] = _merged(shapes[shape_id], [done[mixin] for mixin in mixins])
                path.pop()
            elif missing in path:
                raise GeneratorError(f"{name}: {missing} is a mixin of itself")
            elif missing not in shapes:
                raise GeneratorError(f"{name}: {shape_id} has the mixin {missing}, which the model does not define")
            else:
                path.append(missing)
    return done


def _merged(shape: Shape, mixins: list[Shape]) -> Shape:
    if not mixins:
        return shape
    members: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    for mixin in mixins:
        members.update({member: dict(body) for member, body in mixin.get("members", {}).items()})
        marker = mixin.get("traits", {}).get("smithy.api#mixin", {})
        local = {"smithy.api#mixin", *marker.get("localTraits", [])}
        traits.update({trait: value for trait, value in mixin.get("traits", {}).items() if trait not in local})
    for member, body in shape.get("members", {}).items():
        inherited = members.get(member, {})
        members[member] = {**body, "traits": {**inherited.get("traits", {}), **body.get("traits", {})}}
    return {**shape, "members": members, "traits": {**traits, **shape.get("traits", {})}}
