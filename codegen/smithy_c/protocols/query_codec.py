"""Shapes as the form that awsQuery and ec2Query send. Only writing: their answers are XML.

A structure's writer puts its members into the level that is open; a list's or map's writer opens a level of its own and
is told its name and that of its items, so that wrapped, flattened and nested ones share it.
"""

from __future__ import annotations

from .. import c_types
from ..ir import INTEGERS, SCALARS, Kind, Member, Shape, TimeFormat
from ..layout import Statement, Writer
from .base import Codec, Function
from .json_codec import access_of, choice

TEXTS = (Kind.STR, Kind.NUMBER, Kind.BLOB, Kind.ENUM, Kind.INT_ENUM)  # Absent by themselves.
SIMPLE = SCALARS | {*TEXTS}
WORDS = {Kind.BLOB: "bytes", Kind.STR: "str", Kind.ENUM: "str", Kind.INT_ENUM: "i32"}


class QueryCodec(Codec):
    """awsQuery's names."""

    def build(self, what: str, shape: Shape) -> list[Function]:
        if shape.kind is Kind.DOCUMENT:
            raise self.unsupported(shape, None, "documents have no form in this protocol")
        return [getattr(self, f"_{what}_{shape.kind.value}")(shape)]

    def wire_name(self, member: Member) -> str:
        return member.xml.name or member.name

    def item_name(self, member: Member | None, shape: Shape) -> str:
        """What stands between the name of a list or map and an item's number; `member` None: it is itself an item."""
        if member is not None and member.xml.flattened:
            return "NULL"
        return '"entry"' if shape.kind is Kind.MAP else f'"{shape.item.xml.name or "member"}"'

    def put_members(self, out: Writer, w: str, members: tuple[Member, ...], access: str) -> None:
        for member in members:
            self._put(out, w, member, access_of(member, access))

    def _word(self, member: Member) -> str:
        """The vocabulary's word for a value that is one text."""
        kind = self.kind(member)
        if kind is Kind.TIME:
            return (member.time_format or TimeFormat.DATE_TIME).value
        return WORDS.get(kind, kind.value)

    def _wire(self, shape: Shape, access: str) -> str:
        return f"{shape.name}_wire({access})" if shape.kind in (Kind.ENUM, Kind.INT_ENUM) else access

    def _put(self, out: Writer, w: str, member: Member, access: str) -> None:
        """A structure's member: nothing when it is absent."""
        shape = self.service.shape(member)
        name = f'"{self.wire_name(member)}"'
        if shape.kind in SIMPLE:
            out.call(f"smithy_query_put_{self._word(member)}(", (w, name, self._wire(shape, access)))
            return
        present = c_types.is_set(self.service, member, access).removesuffix(" != NULL").removesuffix(" != 0")
        if shape.kind in (Kind.LIST, Kind.MAP):
            arguments = (w, name, self.item_name(member, shape), f"&{access}")
            out.chain([(present, Statement(((f"{self.writer_of(shape)}(", arguments, ");"),)))])
            return
        out.open(f"if ({present})")
        out.line(f"smithy_query_open({w}, {name});")
        out.call(f"{self.writer_of(shape)}(", (w, access if shape.kind is Kind.STRUCT else "&" + access))
        out.line(f"smithy_query_close({w});")
        out.close()

    def _named(self, out: Writer, name: str, member: Member, access: str, pointer: bool = False) -> None:
        """A value that is there under a name: a union's member, or a map's value."""
        shape = self.service.shape(member)
        if shape.kind in TEXTS:
            out.call(f"smithy_query_put_{self._word(member)}(", ("w", f'"{name}"', self._wire(shape, access)))
        elif shape.kind in (Kind.LIST, Kind.MAP):
            out.call(f"{self.writer_of(shape)}(", ("w", f'"{name}"', self.item_name(member, shape), f"&{access}"))
        else:
            out.line(f'smithy_query_open(w, "{name}");')
            self._value(out, member, access, pointer)
            out.line("smithy_query_close(w);")

    def _value(self, out: Writer, member: Member, access: str, pointer: bool = False) -> None:
        """A value that is the open level itself."""
        shape = self.service.shape(member)
        if shape.kind is Kind.INT_ENUM:
            out.call("smithy_query_value_i64(", ("w", f"{self._wire(shape, access)}.value"))
        elif shape.kind in SIMPLE:
            word = "i64" if shape.kind in INTEGERS else self._word(member)
            out.call(f"smithy_query_value_{word}(", ("w", self._wire(shape, access)))
        elif shape.kind in (Kind.LIST, Kind.MAP):
            out.call(f"{self.writer_of(shape)}(", ("w", "NULL", self.item_name(None, shape), f"&{access}"))
        else:
            out.call(f"{self.writer_of(shape)}(", ("w", access if pointer else "&" + access))

    def _writer(self, shape: Shape, body: Writer, named: bool = False) -> Function:
        names = ("const char *name", "const char *item") if named else ()
        parameters = ("smithy_query_writer *w", *names, f"const {shape.name} *value")
        return Function(self.writer_of(shape), "void", parameters, tuple(body.lines))

    def _write_struct(self, shape: Shape) -> Function:
        out = Writer.body()
        if not shape.members:
            out.line("(void)w;")
            out.line("(void)value;")
        self.put_members(out, "w", shape.members, "value")
        return self._writer(shape, out)

    def _write_union(self, shape: Shape) -> Function:
        out = Writer.body()
        out.line("switch (value->kind) {")
        for member in shape.members:
            body = Writer([], out.indent + 4)
            self._named(body, self.wire_name(member), member, f"value->{member.field}", pointer=True)
            out.case(choice(shape, member), body.lines)
        out.line(f"case {shape.constant}_ABSENT:")
        out.line(f"case {shape.constant}_UNKNOWN: break;")
        out.line("}")
        return self._writer(shape, out)

    def _items(self, out: Writer) -> None:
        out.open("for (size_t i = 0; i < value->count; i++)")
        out.line("smithy_query_open_item(w, i + 1);")

    def _items_end(self, out: Writer) -> None:
        out.line("smithy_query_close(w);")
        out.close()
        out.line("smithy_query_close(w);")

    def _refuse_sparse(self, shape: Shape) -> None:
        if shape.sparse:
            raise self.unsupported(shape, None, "smithy.api#sparse: a form has no null")

    def _write_list(self, shape: Shape) -> Function:
        self._refuse_sparse(shape)
        out = Writer.body()
        out.line("smithy_query_open_list(w, name, item, value->count);")
        self._items(out)
        self._value(out, shape.item, "value->items[i]")
        self._items_end(out)
        return self._writer(shape, out, named=True)

    def _write_map(self, shape: Shape) -> Function:
        self._refuse_sparse(shape)
        out = Writer.body()
        out.line("smithy_query_open_map(w, name, item);")
        self._items(out)
        out.call("smithy_query_put_str(", ("w", f'"{shape.key.xml.name or "key"}"', "value->items[i].key"))
        self._named(out, shape.item.xml.name or "value", shape.item, "value->items[i].value")
        self._items_end(out)
        return self._writer(shape, out, named=True)


class Ec2QueryCodec(QueryCodec):
    """ec2Query's names: all lists are flattened, and members are called as they are for EC2."""

    def wire_name(self, member: Member) -> str:
        if member.ec2_name:
            return member.ec2_name
        name = super().wire_name(member)
        return name[:1].upper() + name[1:]

    def item_name(self, member: Member | None, shape: Shape) -> str:
        return "NULL"

    def _write_map(self, shape: Shape) -> Function:
        raise self.unsupported(shape, None, "aws.protocols#ec2Query: the protocol has no form for maps in a request")
