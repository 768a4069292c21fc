"""Values of a protocol test as C: what a test sends, as designated initializers, nested as the value is."""

from __future__ import annotations

import json
import math
from typing import Any

from . import c_types
from .errors import GeneratorError
from .ir import INTEGERS, SCALARS, Kind, Member, Service, Shape
from .literals import initializer, integer, quoted
from .protocols.json_codec import choice

NOTHING = "{0}"  # A scalar, enumeration or structure without members; not what begins with a structure: gcc warns.
NO_ITEMS = "protocol_no_items"  # Empty, which is not absent.


def real(value: Any, kind: Kind) -> str:
    value = float(value)
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "INFINITY" if value > 0 else "-INFINITY"
    return repr(value) + ("f" if kind is Kind.F32 else "")


def scalar(kind: Kind, value: Any) -> str:
    """An expression."""
    if kind is Kind.BOOL:
        return "true" if value else "false"
    if kind is Kind.TIME:
        return integer(round(value * 1000))
    if kind in INTEGERS:
        return integer(int(value))
    return real(value, kind)


class Values:
    """Initializers of the C types that one service's shapes have."""

    def __init__(self, service: Service):
        self.service = service

    def structure(self, members: tuple[Member, ...], params: dict[str, Any], where: str, sending: bool = False) -> str:
        """Members that the test does not name, or says are null, stay absent."""
        by_name = {member.name: member for member in members}
        fields = []
        for name, value in params.items():
            if name not in by_name:
                raise GeneratorError(f"{where}: {name} is not a member")
            if value is not None:
                member = by_name[name]
                fields.append((member.field, self.member(member, value, f"{where}.{name}", sending)))
        if members and not fields:
            fields.append((members[0].field, self._absent(members[0], sending)))
        return f"{{{', '.join(f'.{field} = {value}' for field, value in fields)}}}" if fields else NOTHING

    def _absent(self, member: Member, sending: bool = False) -> str:
        kind = self.service.shape(member).kind
        if kind is Kind.STRUCT:
            return "NULL"
        if kind is Kind.STREAM and sending:
            return "{.bytes = {NULL, 0}}"
        if kind in SCALARS or kind in (Kind.ENUM, Kind.INT_ENUM, Kind.UNION, Kind.DOCUMENT):
            return NOTHING
        return "{NULL, 0}"

    def member(self, member: Member, value: Any, where: str, sending: bool = False) -> str:
        """A member of a structure: scalars optional, structures by pointer."""
        shape = self.service.shape(member)
        if shape.kind in SCALARS:
            return f"SMITHY_SET({scalar(shape.kind, value)})"
        if shape.kind is Kind.STRUCT:
            return self._pointer(shape, value, where)
        if shape.kind is Kind.STREAM and sending:
            return f"{{.bytes = {_bytes(value)}}}"
        return self._by_value(shape, value, where)

    def _pointer(self, shape: Shape, value: Any, where: str) -> str:
        return f"&(const {shape.name}){self._by_value(shape, value, where)}"

    def _choice(self, member: Member, value: Any, where: str) -> str:
        """The member of a union: scalars plain, structures and unions by pointer."""
        shape = self.service.shape(member)
        if shape.kind in SCALARS:
            return scalar(shape.kind, value)
        if shape.kind in (Kind.STRUCT, Kind.UNION):
            return self._pointer(shape, value, where)
        return self._by_value(shape, value, where)

    def _item(self, member: Member, value: Any, sparse: bool, where: str) -> str:
        shape = self.service.shape(member)
        if value is None:
            return self._absent(member)
        if shape.kind in SCALARS:
            return f"SMITHY_SET({scalar(shape.kind, value)})" if sparse else scalar(shape.kind, value)
        return self._pointer(shape, value, where) if shape.kind is Kind.STRUCT and sparse else self._by_value(shape, value, where)

    def _by_value(self, shape: Shape, value: Any, where: str) -> str:
        build = getattr(self, f"_{shape.kind.value}", None)
        if build is None:
            raise GeneratorError(f"{where}: a {shape.kind.value} in a protocol test")
        return build(shape, value, where)

    def _str(self, shape: Shape, value: Any, where: str) -> str:
        return initializer(value)

    def _number(self, shape: Shape, value: Any, where: str) -> str:
        return initializer(value if isinstance(value, str) else json.dumps(value))

    def _blob(self, shape: Shape, value: Any, where: str) -> str:
        return _bytes(value)

    def _enum(self, shape: Shape, value: Any, where: str) -> str:
        for known in shape.values:
            if known.wire == value:
                return f"{{.kind = {known.constant}}}"
        wire = initializer(value) if shape.kind is Kind.ENUM else integer(value)
        return f"{{{shape.constant}_UNKNOWN, {wire}}}"

    _int_enum = _enum

    def _struct(self, shape: Shape, value: Any, where: str) -> str:
        return self.structure(shape.members, value, where)

    def _union(self, shape: Shape, value: Any, where: str) -> str:
        member, chosen = self.chosen(shape, value, where)
        content = self._choice(member, chosen, f"{where}.{member.name}")
        return f"{{.kind = {choice(shape, member)}, .{member.field} = {content}}}"

    def chosen(self, shape: Shape, value: dict[str, Any], where: str) -> tuple[Member, Any]:
        """The member of a union that a test sets, and its value."""
        for member in shape.members:
            if value.get(member.name) is not None and len(value) == 1:
                return member, value[member.name]
        raise GeneratorError(f"{where}: not one member of the union {shape.id}")

    def _list(self, shape: Shape, value: Any, where: str) -> str:
        item = c_types.of_item(self.service, shape.item, shape.sparse)
        items = [self._item(shape.item, one, shape.sparse, f"{where}[{i}]") for i, one in enumerate(value)]
        item = f"{item}const" if item.endswith("*") else f"const {item}"
        return _array(f"{item}[]", items)

    def _map(self, shape: Shape, value: Any, where: str) -> str:
        entry = c_types.entry_of(shape)
        entries = [
            f"{{{initializer(key)}, {self._item(shape.item, one, shape.sparse, f'{where}.{key}')}}}"
            for key, one in value.items()
        ]
        return _array(f"const {entry}[]", entries)

    def _document(self, shape: Shape, value: Any, where: str) -> str:
        return document(value)

    # ---- values that a test leaves to us ----

    def required(self, members: tuple[Member, ...]) -> dict[str, Any]:
        """The smallest params that satisfy the required members."""
        return {member.name: self._least(member) for member in members if member.required}

    def _least(self, member: Member) -> Any:
        shape = self.service.shape(member)
        if shape.kind is Kind.STRUCT:
            return self.required(shape.members)
        if shape.kind is Kind.UNION:
            return {shape.members[0].name: self._least(shape.members[0])}
        if shape.kind in (Kind.ENUM, Kind.INT_ENUM):
            return shape.values[0].wire
        plain = {Kind.LIST: [], Kind.MAP: {}, Kind.BOOL: False, Kind.NUMBER: "0", Kind.DOCUMENT: None}
        return plain.get(shape.kind, 0 if shape.kind in SCALARS else "required")


def _array(c_type: str, items: list[str]) -> str:
    """An initializer of what has items and a count."""
    return f"{{({c_type}){{{', '.join(items)}}}, {len(items)}}}" if items else f"{{{NO_ITEMS}, 0}}"


def _bytes(value: str) -> str:
    return f"{{(const uint8_t *){quoted(value)}, {len(value.encode())}}}"


def document(value: Any) -> str:
    """An initializer of a smithy_document."""
    if value is None:
        return "{.kind = SMITHY_DOCUMENT_NULL}"
    if isinstance(value, bool):
        return f"{{.kind = SMITHY_DOCUMENT_BOOL, .boolean = {'true' if value else 'false'}}}"
    if isinstance(value, (int, float)):
        return f"{{.kind = SMITHY_DOCUMENT_NUMBER, .text = {initializer(json.dumps(value))}}}"
    if isinstance(value, str):
        return f"{{.kind = SMITHY_DOCUMENT_STR, .text = {initializer(value)}}}"
    if isinstance(value, list):
        items = ", ".join(map(document, value))
        held = f"(const smithy_document[]){{{items}}}" if value else NO_ITEMS
        return f"{{.kind = SMITHY_DOCUMENT_LIST, .items = {held}, .count = {len(value)}}}"
    entries = ", ".join(f"{{{initializer(key)}, {document(item)}}}" for key, item in value.items())
    held = f"(const smithy_document_entry[]){{{entries}}}" if value else NO_ITEMS
    return f"{{.kind = SMITHY_DOCUMENT_MAP, .entries = {held}, .count = {len(value)}}}"
