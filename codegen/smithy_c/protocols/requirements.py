"""What an input must have: said before anything is sent, and with the way to it, however deep it is.

A member of the input itself is asked for in the request's writer. A shape that has required members in it, or below it,
has a function of its own that walks there; it asks a caller's structure, so that nothing is written for it. A member
with a default is never missing, nor is one that the model tells clients to regard as optional.
"""

from __future__ import annotations

from .. import c_types
from ..ir import Kind, Member, Operation, Service, Shape
from ..layout import Statement, Writer
from .base import Codec, Function


class Requirements(Codec):
    def __init__(self, service: Service):
        super().__init__(service)
        self._demanding = _demanding(service)

    def build(self, what: str, shape: Shape) -> list[Function]:
        out = Writer.body()
        getattr(self, f"_{what}_{shape.kind.value}")(out, shape)
        parameters = ("smithy_request *request", "smithy_place at", f"const {shape.name} *value")
        return [Function(self._checker(shape), "void", parameters, tuple(out.lines))]

    def _checker(self, shape: Shape) -> str:
        return self._ask("check", shape)

    # ---- in a request's writer ----

    def write(self, out: Writer, operation: Operation, skip: frozenset[str]) -> None:
        """The members that must be there, then what those must have that are. Labels in `skip` say so themselves."""
        for member in operation.input.members:
            if member.name in skip or member.idempotency_token or member is operation.input_stream:
                continue
            if member.required:
                out.call("smithy_request_require(", ("request", f'"{member.name}"', self._is_set(member, "input")))
        for member in operation.input.members:
            if member.target in self._demanding:
                out.chain([(self._present(member, "input"), self._below(member, "input", "NULL"))])

    # ---- the shapes' functions ----

    def _check_struct(self, out: Writer, shape: Shape) -> None:
        for member in shape.members:
            present, is_below = self._present(member, "value"), member.target in self._demanding
            lacks = Statement((("smithy_request_lacks(", ("request", "&at", f'"{member.name}"'), ");"),))
            if _is_needed(member):
                out.chain([(f"!{present}", lacks)], self._below(member, "value", "&at") if is_below else None)
            elif is_below:
                out.chain([(present, self._below(member, "value", "&at"))])

    def _check_union(self, out: Writer, shape: Shape) -> None:
        """Its structures and unions stand by pointer, the rest by value."""
        cases = []
        for member in shape.members:
            if member.target in self._demanding:
                by_pointer = self.kind(member) in (Kind.STRUCT, Kind.UNION)
                access = f"value->{member.field}" if by_pointer else f"&value->{member.field}"
                place = f'smithy_place_member(&at, "{member.name}")'
                cases.append((f"value->kind == {member.constant}", self._call(member, place, access)))
        out.chain(cases)

    def _check_list(self, out: Writer, shape: Shape) -> None:
        self._loop(out, shape, "smithy_place_item(&at, i)", "value->items[i]")

    def _check_map(self, out: Writer, shape: Shape) -> None:
        self._loop(out, shape, "smithy_place_entry(&at, value->items[i].key)", "value->items[i].value")

    def _loop(self, out: Writer, shape: Shape, place: str, access: str) -> None:
        by_pointer = shape.sparse and self.kind(shape.item) is Kind.STRUCT
        call = self._call(shape.item, place, access if by_pointer else f"&{access}")
        body = Writer([], out.indent + 4)
        if by_pointer:
            body.chain([(access, call)])
        else:
            body.lines += call.render(body.indent)
        out.loop("for (size_t i = 0; i < value->count; i++)", body.lines)

    # ---- pieces ----

    def _is_set(self, member: Member, holder: str) -> str:
        return c_types.is_set(self.service, member, f"{holder}->{member.field}")

    def _present(self, member: Member, holder: str) -> str:
        """The same, as short as a condition may be."""
        return self._is_set(member, holder).removesuffix(" != NULL").removesuffix(" != 0")

    def _below(self, member: Member, holder: str, place: str) -> Statement:
        """Goes on in a structure's member, which is there."""
        access = f"{holder}->{member.field}"
        by_pointer = self.kind(member) is Kind.STRUCT
        return self._call(member, f'smithy_place_member({place}, "{member.name}")', access if by_pointer else f"&{access}")

    def _call(self, member: Member, place: str, access: str) -> Statement:
        return Statement(((f"{self._checker(self.service.shape(member))}(", ("request", place, access), ");"),))


def _is_needed(member: Member) -> bool:
    return member.always and member.default is None


def _demanding(service: Service) -> frozenset[str]:
    """The shapes that have required members, or hold shapes that do."""
    holders: dict[str, set[str]] = {}
    for shape in service.shapes.values():
        for member in (*shape.members, *filter(None, (shape.item,))):
            holders.setdefault(member.target, set()).add(shape.id)
    pending = [s.id for s in service.shapes.values() if s.kind is Kind.STRUCT and any(map(_is_needed, s.members))]
    found: set[str] = set()
    while pending:
        shape_id = pending.pop()
        if shape_id not in found:
            found.add(shape_id)
            pending += holders.get(shape_id, ())
    return frozenset(found)
