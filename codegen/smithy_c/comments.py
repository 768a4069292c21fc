"""What the generated comments say: the model's facts, in few words, and none of its sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .ir import Member, Operation, Place
from .model import Model

if TYPE_CHECKING:
    from .model import Shape as RawShape

PATTERN_MAX = 40
VALUES_MAX = 60


def of_member(model: Model, member: Member, own: dict[str, Any]) -> tuple[str, ...]:
    """A member's comment, and shorter ones for where that does not fit."""
    target = model.shape(member.target)
    merged = {**target.get("traits", {}), **own}
    head = member.name
    if member.place in (Place.HEADER, Place.PREFIX_HEADERS):
        head += f", header {member.wire}" if member.place is Place.HEADER else f", headers {member.wire}*"
    elif member.place is Place.QUERY:
        head += f", query {member.wire}"
    must = ["required"] if member.required else []
    more = _facts(target, merged)
    if "smithy.api#deprecated" in merged:
        must.append("deprecated")
    return _sentence(head, must + more), _sentence(member.name, must + more[:1]), _sentence(member.name, must)


def _sentence(head: str, facts: list[str]) -> str:
    text = f"{head}: {'; '.join(facts)}." if facts else f"{head}."
    return text if is_safe(text) else f"{head}."


def is_safe(text: str) -> bool:
    """Whether a C comment can hold the text as it stands."""
    return text.isascii() and text.isprintable() and not any(bad in text for bad in ("*/", "/*", "??", "\\"))


def _facts(target: "RawShape", merged: dict[str, Any]) -> list[str]:
    facts = []
    unit = {"string": "characters", "blob": "bytes", "list": "items", "set": "items", "map": "entries"}
    if "smithy.api#length" in merged and target["type"] in unit:
        facts.append(_span(merged["smithy.api#length"], f" {unit[target['type']]}"))
    if "smithy.api#range" in merged:
        facts.append(_span(merged["smithy.api#range"], ""))
    if target["type"] == "enum" and len(target.get("members", {})) < VALUES_MAX:
        values = [str(m.get("traits", {}).get("smithy.api#enumValue", n)) for n, m in target.get("members", {}).items()]
        listed = " or ".join(filter(None, [", ".join(values[:-1]), values[-1] if values else ""]))
        if values and len(listed) <= VALUES_MAX:
            facts.append(listed)
    pattern = merged.get("smithy.api#pattern", "")
    if pattern and len(pattern) <= PATTERN_MAX and is_safe(pattern):
        facts.append(f"matches {pattern}")
    return facts


def _span(limits: dict[str, Any], unit: str) -> str:
    low, high = limits.get("min"), limits.get("max")
    if low == 1 and high is None and unit:
        return "not empty"
    if low is not None and high is not None:
        return f"{low}{unit}" if low == high else f"{low} to {high}{unit}"
    return f"at least {low}{unit}" if low is not None else f"at most {high}{unit}"


def of_operation(operation: Operation, own: dict[str, Any]) -> str:
    facts = []
    if "smithy.api#readonly" in own:
        facts.append("read-only")
    if "smithy.api#idempotent" in own:
        facts.append("idempotent")
    if "smithy.api#deprecated" in own:
        facts.append("deprecated")
    if operation.paginator:
        facts.append(f"in pages by {operation.paginator.input_name}")
        if operation.paginator.items:
            facts.append(f"items in {operation.paginator.items}")
    if operation.checksum.required:
        facts.append("with a checksum of the body")
    if operation.unsigned:
        facts.append("unsigned")
    return f"{operation.name}: {', '.join(facts)}." if facts else f"{operation.name}."
