"""What a member has that is absent and has a default: lines of C that fill it in.

Before a nested structure is written, and after an output or what is in it was read. An operation's own input keeps what
is absent absent: the service knows its defaults better than an older model does.

And what an answer lacks although the model says that it is always there: it is empty or zero then, since a service may
have a reason that the model does not know, and an answer is not to fail over it.
"""

from __future__ import annotations

import base64
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Iterable

from .. import c_types
from ..errors import GeneratorError
from ..ir import INTEGERS, Kind, Member, Service, Shape
from ..layout import Writer, assignment
from ..literals import integer, quoted


def has_any(members: Iterable[Member]) -> bool:
    return any(member.default is not None for member in members)


def complete(out: Writer, service: Service, members: Iterable[Member], access: str) -> None:
    """What was not in an answer, at the end of what reads it: defaults, and what the model says is always there."""
    members = tuple(members)
    fill_in(out, service, members, access)
    correct(out, service, members, access)


def completes(members: Iterable[Member]) -> bool:
    """Whether that may come to anything."""
    return any(member.always or member.default is not None for member in members)


def fill_in(out: Writer, service: Service, members: Iterable[Member], access: str) -> None:
    for member in members:
        if member.default is not None:
            _Filler(service, member, f"{access}->{member.field}").write(out)


def correct(out: Writer, service: Service, members: Iterable[Member], access: str) -> None:
    for member in members:
        if member.always and member.default is None:
            _Filler(service, member, f"{access}->{member.field}").write_zero(out)


class _Filler:
    def __init__(self, service: Service, member: Member, target: str):
        self.service = service
        self.member = member
        self.target = target

    def write(self, out: Writer) -> None:
        shape = self.service.shape(self.member)
        present = c_types.is_set(self.service, self.member, self.target).removesuffix(" != NULL").removesuffix(" != 0")
        if shape.kind in (Kind.LIST, Kind.MAP):
            self._write_empty(out, shape, present)
        elif shape.kind is not Kind.STREAM:  # One that is not there reads as an empty one.
            out.condition(f"!{present}", (f"{self.target} = {self._value(shape, self.member.default)};",))

    def write_zero(self, out: Writer) -> None:
        shape = self.service.shape(self.member)
        present = c_types.is_set(self.service, self.member, self.target).removesuffix(" != NULL").removesuffix(" != 0")
        if shape.kind in (Kind.LIST, Kind.MAP):
            self._write_none(out, shape, present)
        elif shape.kind is Kind.STRUCT:
            out.open(f"if (!{present})")
            out.line(f"static const {shape.name} none;")
            out.line(f"{self.target} = &none;")
            out.close()
        elif shape.kind is not Kind.STREAM:
            out.condition(f"!{present}", (f"{self.target} = {self._zero(shape)};",))

    def _zero(self, shape: Shape) -> str:
        if shape.kind is Kind.UNION:
            return f"({shape.name}){{.kind = {shape.constant}_UNKNOWN}}"
        if shape.kind is Kind.DOCUMENT:
            return "smithy_document_null()"
        texts = {Kind.STR: "", Kind.ENUM: "", Kind.BLOB: "", Kind.NUMBER: 0, Kind.BOOL: False}
        return self._value(shape, texts.get(shape.kind, 0))

    def _write_empty(self, out: Writer, shape: Shape, present: str) -> None:
        if self.member.default not in ([], {}):
            raise self._bad("is not empty")
        self._write_none(out, shape, present)

    def _write_none(self, out: Writer, shape: Shape, present: str) -> None:
        if shape.kind is Kind.MAP:
            item = c_types.entry_of(shape)
        else:
            item = c_types.of_item(self.service, shape.item, shape.sparse)
        out.open(f"if (!{present})")
        out.line(f"static {item}const none;" if item.endswith("*") else f"static const {item} none;")
        out.lines += assignment(f"{self.target} = ({shape.name}){{&none, 0}};", out.indent)
        out.close()

    def _value(self, shape: Shape, value: Any) -> str:
        if shape.kind in c_types.OPTIONAL:
            return f"({c_types.OPTIONAL[shape.kind]})SMITHY_SET({self._scalar(shape, value)})"
        if shape.kind is Kind.STR and isinstance(value, str):
            return f"SMITHY_STR({quoted(value)})"
        if shape.kind is Kind.NUMBER and _is_number(value):
            return f"SMITHY_STR({quoted(str(value))})"
        if shape.kind is Kind.ENUM and isinstance(value, str):
            return f"{shape.name}_of(SMITHY_STR({quoted(value)}))"
        if shape.kind is Kind.INT_ENUM and _is_integer(value):
            return f"{shape.name}_of((smithy_opt_i32)SMITHY_SET({value}))"
        if shape.kind is Kind.BLOB and isinstance(value, str):
            decoded = self._decoded(value)
            return f"(smithy_bytes){{(const uint8_t *){quoted(decoded)}, {len(decoded)}}}"
        if shape.kind is Kind.DOCUMENT:
            return self._document(value)
        raise self._bad(f"{value!r} is no {shape.kind.value}")

    def _decoded(self, value: str) -> bytes:
        try:
            return base64.b64decode(value, validate=True)
        except ValueError as error:
            raise self._bad(f"{value!r} is no base64") from error

    def _scalar(self, shape: Shape, value: Any) -> str:
        if shape.kind is Kind.BOOL and isinstance(value, bool):
            return "true" if value else "false"
        if shape.kind is Kind.TIME:
            return f"INT64_C({self._milliseconds(value)})"
        if shape.kind in INTEGERS and _is_integer(value):
            return integer(value)
        if shape.kind in (Kind.F32, Kind.F64) and _is_number(value):
            return f"{float(value)!r}{'f' if shape.kind is Kind.F32 else ''}"
        raise self._bad(f"{value!r} is no {shape.kind.value}")

    def _milliseconds(self, value: Any) -> int:
        if _is_number(value):
            return round(value * 1000)
        try:
            moment = parsedate_to_datetime(value) if "," in value else datetime.fromisoformat(value.replace("Z", "+00:00"))
        except (TypeError, ValueError) as error:
            raise self._bad(f"{value!r} is no timestamp") from error
        since = moment.astimezone(timezone.utc) - datetime(1970, 1, 1, tzinfo=timezone.utc)
        return round(since.total_seconds() * 1000)

    def _document(self, value: Any) -> str:
        if value in ({}, []) and not isinstance(value, bool):
            return f"smithy_document_{'map' if value == {} else 'list'}(NULL, 0)"
        if isinstance(value, bool):
            return f"smithy_document_bool({'true' if value else 'false'})"
        if isinstance(value, str):
            return f"smithy_document_str(SMITHY_STR({quoted(value)}))"
        if _is_number(value):
            return f'smithy_document_number(SMITHY_STR("{value}"))'
        raise self._bad("is neither simple nor empty")

    def _bad(self, why: str) -> GeneratorError:
        place = f"{self.member.holder}${self.member.name}"
        return GeneratorError(f"{self.service.source}: {place}: smithy.api#default: {why}")


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
