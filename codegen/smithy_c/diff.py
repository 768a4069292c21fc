"""What differs between two models of one service, and which of it a C caller notices when building again.

Breaking is what stops a caller's source from compiling or a call from being sent: a name that is gone, a type that is
another one, a member that is newly required of him.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Iterable, Iterator, Mapping

from .model import Model, Shape, local_name, members_of
from .names import screaming
from .slim import DROPPED_TRAITS, slim, wanted_operations

# Traits whose change is told by what they change, or that say nothing of the interface.
SILENT = DROPPED_TRAITS | {
    "smithy.api#addedDefault", "smithy.api#box", "smithy.api#clientOptional", "smithy.api#default", "smithy.api#enum",
    "smithy.api#enumValue", "smithy.api#input", "smithy.api#output", "smithy.api#required", "smithy.rules#endpointBdd",
    "smithy.rules#endpointTests",
}  # fmt: skip

# Traits of a shape or member that decide its C type.
TYPING = {"smithy.api#sparse", "smithy.api#streaming"}

# Kinds that become a type with a name.
NAMED = {"structure", "union", "list", "map", "enum", "intEnum"}

# Traits of an operation that come with functions of their own.
FUNCTIONS = {"smithy.api#paginated": "the functions of its pages"}
WAITABLE = "smithy.waiters#waitable"

SIGNS = {"added": "+", "removed": "-", "changed": "~"}
VALUE_MAX = 60


@dataclass(frozen=True, order=True)
class Change:
    place: str
    what: str  # "operation", "member", …
    change: str  # "added", "removed" or "changed".
    breaking: bool
    detail: str = ""


def compare(old: Model, new: Model, operations: Iterable[str] | None = None) -> list[Change]:
    """Sorted by place; `operations` limits both sides to those that each has."""
    old_side, new_side = _Side(old, operations), _Side(new, operations)
    return sorted(set(_Comparison(old_side, new_side).changes()))


def as_text(changes: list[Change]) -> str:
    lines = []
    for title, wanted in (("Breaking", True), ("Not breaking", False)):
        chosen = [change for change in changes if change.breaking is wanted]
        lines += [f"{title}: {len(chosen)}"]
        lines += [f"  {SIGNS[c.change]} {c.place}: {c.what} {c.change}" + (f": {c.detail}" if c.detail else "") for c in chosen]
    return "\n".join(lines) + "\n"


def as_json(changes: list[Change]) -> str:
    breaking = sum(change.breaking for change in changes)
    tree = {"breaking": breaking, "other": len(changes) - breaking, "changes": [asdict(change) for change in changes]}
    return json.dumps(tree, indent=1) + "\n"


class _Side:
    """One of the two models: its operations, what they reach, and where a required member is the caller's to give."""

    def __init__(self, model: Model, operations: Iterable[str] | None):
        self.model = model
        available = {local_name(shape_id) for shape_id in model.operation_ids()}
        names = None if operations is None else sorted(available & set(operations))
        self.operations = {local_name(shape_id): shape_id for shape_id in wanted_operations(model, names)}
        tree = slim(model, names)
        tops = {*self._tops("input"), *self._tops("output")}
        self.shapes = {
            local_name(shape_id): shape_id
            for shape_id, shape in tree["shapes"].items()
            if shape["type"] not in ("service", "operation", "resource") and shape_id not in tops
        }
        self.sent = self._reached_from(self._tops("input"))

    def _tops(self, part: str) -> list[str]:
        shapes = (self.model.shape(shape_id) for shape_id in self.operations.values())
        return [shape[part]["target"] for shape in shapes if part in shape]

    def _reached_from(self, tops: Iterable[str]) -> set[str]:
        reached: set[str] = set()
        pending = list(tops)
        while pending:
            shape_id = pending.pop()
            if shape_id not in reached:
                reached.add(shape_id)
                pending += [member["target"] for _, member in members_of(self.model.shape(shape_id))]
        return reached

    def errors(self) -> dict[str, str]:
        found = list(self.model.service.get("errors", []))
        for shape_id in self.operations.values():
            found += self.model.shape(shape_id).get("errors", [])
        return {local_name(error["target"]): error["target"] for error in found}


class _Comparison:
    def __init__(self, old: _Side, new: _Side):
        self.old = old
        self.new = new

    def changes(self) -> Iterator[Change]:
        yield from self._traits(local_name(self.new.model.service_id), self.old.model.service, self.new.model.service)
        for name, old, new in _pairs(self.old.operations, self.new.operations):
            if old is None or new is None:
                yield _came_or_went(name, "operation", old, new)
            else:
                yield from self._operation(name, self.old.model.shape(old), self.new.model.shape(new))
        for name, old, new in _pairs(self.old.errors(), self.new.errors()):
            if old is None or new is None:
                yield _came_or_went(name, "error", old, new)
        for name, old, new in _pairs(self.old.shapes, self.new.shapes):
            yield from self._shape(name, old, new)

    def _operation(self, name: str, old: Shape, new: Shape) -> Iterator[Change]:
        yield from self._traits(name, old, new)
        for trait, what in FUNCTIONS.items():
            if trait in old.get("traits", {}) and trait not in new.get("traits", {}):
                yield Change(name, trait, "removed", True, f"{what} go")
        for waiter, was, is_ in _pairs(old.get("traits", {}).get(WAITABLE, {}), new.get("traits", {}).get(WAITABLE, {})):
            if was is None or is_ is None:
                yield _came_or_went(f"{name}: {waiter}", "waiter", was, is_)
        for part in ("input", "output"):
            yield from self._members(f"{name} ({part})", _target(old, part), _target(new, part), part == "input")
        errors = [{local_name(error["target"]): error for error in shape.get("errors", [])} for shape in (old, new)]
        for error, was, is_ in _pairs(*errors):
            if was is None or is_ is None:
                yield Change(f"{name}: {error}", "error of the operation", "removed" if was else "added", False)

    def _shape(self, name: str, old_id: str | None, new_id: str | None) -> Iterator[Change]:
        if old_id is None or new_id is None:
            shape = self.old.model.shape(old_id) if old_id else self.new.model.shape(new_id or "")
            if _has_name(shape) and "smithy.api#error" not in shape.get("traits", {}):
                yield _came_or_went(name, _kind(shape), old_id, new_id)
            return
        old, new = self.old.model.shape(old_id), self.new.model.shape(new_id)
        yield from self._traits(name, old, new)
        if _kind(old) != _kind(new):
            if _has_name(old) or _has_name(new):
                yield Change(name, "type", "changed", True, f"{_kind(old)}, now {_kind(new)}")
        elif _values(new):
            for value, was, is_ in _pairs(_values(old), _values(new)):
                if was is None or is_ is None:
                    yield _came_or_went(f"{name}: {value}", "value", was, is_)
                elif was != is_:
                    yield Change(f"{name}: {value}", "value's name", "changed", True, f"{was}, now {is_}")
        else:
            yield from self._members(name, old_id, new_id, new_id in self.new.sent and new["type"] == "structure")

    def _members(self, place: str, old_id: str | None, new_id: str | None, is_sent: bool) -> Iterator[Change]:
        old = dict(members_of(self.old.model.shape(old_id))) if old_id else {}
        new = dict(members_of(self.new.model.shape(new_id))) if new_id else {}
        for name, was, is_ in _pairs(old, new):
            where = f"{place}${name}"
            now_required = is_sent and is_ is not None and _is_required(is_) and not (was is not None and _is_required(was))
            if was is None or is_ is None:
                kind = _came_or_went(where, "member", was, is_)
                yield Change(where, "member", kind.change, True, "required") if now_required else kind
                continue
            yield from self._traits(where, was, is_)
            before, after = self._type(self.old.model, was), self._type(self.new.model, is_)
            if before != after:
                yield Change(where, "member", "changed", True, f"{before}, now {after}")
            if now_required:
                yield Change(where, "member", "changed", True, "now required")
            elif _is_required(was) and not _is_required(is_):
                yield Change(where, "member", "changed", False, "no longer required")

    @staticmethod
    def _type(model: Model, member: Mapping[str, Any]) -> str:
        """What decides the member's type in C: of texts and numbers the type alone, else the name too."""
        shape = model.shape(member["target"])
        kind = _kind(shape)
        streams = " streaming" if "smithy.api#streaming" in shape.get("traits", {}) else ""
        return f"{kind} {local_name(member['target'])}" if kind in NAMED else kind + streams

    def _traits(self, place: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        for trait, was, is_ in _pairs(old.get("traits", {}), new.get("traits", {})):
            if trait in SILENT or was == is_:
                continue
            change = "added" if was is None else "removed" if is_ is None else "changed"
            breaking = trait in TYPING and "type" in new
            if trait not in FUNCTIONS or is_ is not None:
                yield Change(place, trait, change, breaking, _told(was, is_))


def _pairs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Each name with what either side has of it; None: nothing."""
    for name in sorted({*old, *new}):
        yield name, old.get(name), new.get(name)


def _came_or_went(place: str, what: str, old: object, new: object) -> Change:
    return Change(place, what, "added", False) if old is None else Change(place, what, "removed", True)


def _target(operation: Shape, part: str) -> str | None:
    return operation[part]["target"] if part in operation else None


def _is_required(member: Mapping[str, Any]) -> bool:
    return "smithy.api#required" in member.get("traits", {})


def _kind(shape: Shape) -> str:
    """The type, by which an older model's enumeration is the same as a newer one's."""
    if shape["type"] == "string" and "smithy.api#enum" in shape.get("traits", {}):
        return "enum"
    return {"set": "list"}.get(shape["type"], shape["type"])


def _has_name(shape: Shape) -> bool:
    """Whether it is a type of its own in C; of others, the members that have them tell."""
    return _kind(shape) in NAMED


def _values(shape: Shape) -> dict[str, str]:
    """Of an enumeration, value -> the name its constant is made of."""
    if shape["type"] in ("enum", "intEnum"):
        members = shape.get("members", {}).items()
        pairs = [(str(member.get("traits", {}).get("smithy.api#enumValue", name)), name) for name, member in members]
    else:
        pairs = [(row["value"], row.get("name") or row["value"]) for row in shape.get("traits", {}).get("smithy.api#enum", [])]
    return {value: screaming(name) for value, name in pairs}


def _told(old: object, new: object) -> str:
    """The two values of a trait, where they are short."""
    words = [json.dumps(value) for value in (old, new) if value is not None and value != {}]
    text = ", now ".join(words)
    return text if len(text) <= VALUE_MAX else ""
