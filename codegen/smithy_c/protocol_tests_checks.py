"""What an operation answered against what a protocol test expects: a straight line of EXPECT…, one a value."""

from __future__ import annotations

import json
from typing import Any

from . import c_types
from .errors import GeneratorError
from .ir import SCALARS, Kind, Member, Service, Shape
from .literals import quoted
from .protocols.json_codec import choice
from .protocol_tests_values import Values, document, scalar


class Checks:
    """Writes the checks of one answer into `lines`."""

    def __init__(self, service: Service):
        self.service = service
        self.values = Values(service)
        self.lines: list[str] = []
        self._keys = 0

    def structure(self, members: tuple[Member, ...], access: str, params: dict[str, Any], where: str) -> None:
        """`access` ends with the operator: "output." or "output.nested->". What the test does not name is absent."""
        unknown = set(params) - {member.name for member in members}
        if unknown:
            raise GeneratorError(f"{where}: {', '.join(sorted(unknown))} is not a member")
        for member in members:
            value = params.get(member.name)
            if value is None:
                self._absent(member, access + member.field)
            else:
                self._member(member, access + member.field, value, f"{where}.{member.name}")

    def _line(self, macro: str, *arguments: str) -> None:
        self.lines.append(f"{macro}({', '.join(arguments)});")

    def _absent(self, member: Member, access: str) -> None:
        if self.service.shape(member).kind is Kind.STREAM:
            self._line("EXPECT", f"{access}.len == 0")
            return
        present = c_types.is_set(self.service, member, access)
        absent = present.replace(" != ", " == ") if " != " in present else f"!{present}"
        self._line("EXPECT", absent)

    def _member(self, member: Member, access: str, value: Any, where: str) -> None:
        shape = self.service.shape(member)
        if shape.kind in SCALARS:
            self._optional(shape, access, value)
        elif shape.kind is Kind.STRUCT:
            self._pointer(shape, access, value, where)
        else:
            self._by_value(shape, access, value, where)

    def _optional(self, shape: Shape, access: str, value: Any) -> None:
        macro = "EXPECT_FLOAT" if shape.kind in (Kind.F32, Kind.F64) else "EXPECT_INT"
        self._line(macro, access, scalar(shape.kind, value))

    def _plain(self, shape: Shape, access: str, value: Any) -> None:
        if shape.kind is Kind.BOOL:
            self._line("EXPECT", access if value else f"!{access}")
            return
        macro = "EXPECT_PLAIN_FLOAT" if shape.kind in (Kind.F32, Kind.F64) else "EXPECT_PLAIN_INT"
        self._line(macro, access, scalar(shape.kind, value))

    def _pointer(self, shape: Shape, access: str, value: Any, where: str) -> None:
        self._line("EXPECT", f"{access} != NULL")
        if shape.kind is Kind.STRUCT:
            self.structure(shape.members, f"{access}->", value, where)
        else:
            self._union(shape, f"{access}->", value, where)

    def _by_value(self, shape: Shape, access: str, value: Any, where: str) -> None:
        if shape.kind in (Kind.STR, Kind.NUMBER):
            wanted = value if isinstance(value, str) else json.dumps(value)
            self._line("EXPECT_STR", access, quoted(wanted))
        elif shape.kind in (Kind.BLOB, Kind.STREAM):
            self._line("EXPECT_BYTES", access, quoted(value))
        elif shape.kind in (Kind.ENUM, Kind.INT_ENUM):
            self._enum(shape, access, value)
        elif shape.kind is Kind.STRUCT:
            self.structure(shape.members, f"{access}.", value, where)
        elif shape.kind is Kind.UNION:
            self._union(shape, f"{access}.", value, where)
        elif shape.kind is Kind.LIST:
            self._list(shape, access, value, where)
        elif shape.kind is Kind.MAP:
            self._map(shape, access, value, where)
        else:
            self._line("EXPECT_DOCUMENT", access, f"((const smithy_document){document(value)})")

    def _enum(self, shape: Shape, access: str, value: Any) -> None:
        known = next((known.constant for known in shape.values if known.wire == value), f"{shape.constant}_UNKNOWN")
        self._line("EXPECT", f"{access}.kind == {known}")
        if shape.kind is Kind.ENUM:
            self._line("EXPECT_STR", f"{shape.name}_wire({access})", quoted(value))
        else:
            self._line("EXPECT_INT", f"{shape.name}_wire({access})", str(value))

    def _union(self, shape: Shape, access: str, value: Any, where: str) -> None:
        member, chosen = self.values.chosen(shape, value, where)
        target = self.service.shape(member)
        self._line("EXPECT", f"{access}kind == {choice(shape, member)}")
        if target.kind in SCALARS:
            self._plain(target, access + member.field, chosen)
        elif target.kind in (Kind.STRUCT, Kind.UNION):
            self._pointer(target, access + member.field, chosen, f"{where}.{member.name}")
        else:
            self._by_value(target, access + member.field, chosen, f"{where}.{member.name}")

    def _list(self, shape: Shape, access: str, value: list[Any], where: str) -> None:
        self._line("EXPECT_COUNT", access, str(len(value)))
        for index, one in enumerate(value):
            self._item(shape, f"{access}.items[{index}]", one, f"{where}[{index}]")

    def _map(self, shape: Shape, access: str, value: dict[str, Any], where: str) -> None:
        """In any order: an entry is looked for by its key."""
        self._line("EXPECT_COUNT", access, str(len(value)))
        for key, one in value.items():
            self._keys += 1
            at = f"at_{self._keys}"
            self.lines.append(f"const size_t {at} = KEY({access}, {quoted(key)});")
            before = len(self.lines)
            self._item(shape, f"{access}.items[{at}].value", one, f"{where}.{key}")
            if not any(at in line for line in self.lines[before:]):
                self.lines.append(f"(void){at};")

    def _item(self, shape: Shape, access: str, value: Any, where: str) -> None:
        target = self.service.shape(shape.item)
        if value is None:
            by_pointer = target.kind is Kind.STRUCT
            self._line("EXPECT", f"{access} == NULL" if by_pointer else self._no_item(shape.item, access))
        elif target.kind in SCALARS:
            (self._optional if shape.sparse else self._plain)(target, access, value)
        elif target.kind is Kind.STRUCT and shape.sparse:
            self._pointer(target, access, value, where)
        else:
            self._by_value(target, access, value, where)

    def _no_item(self, item: Member, access: str) -> str:
        present = c_types.is_set(self.service, item, access)
        return present.replace(" != ", " == ") if " != " in present else f"!{present}"
