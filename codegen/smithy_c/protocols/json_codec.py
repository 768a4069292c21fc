"""Shapes as JSON: what the awsJson and restJson protocols put into their bodies. CBOR reads and writes just so."""

from __future__ import annotations

from .. import c_types
from ..ir import INTEGERS, SCALARS, Kind, Member, Service, Shape, TimeFormat
from ..layout import Statement, Writer
from . import defaults
from .base import Codec, Function

CALL = "smithy_call *call"

# What the vocabulary writes as one value, absent by itself.
TEXTS = (Kind.STR, Kind.BLOB, Kind.NUMBER, Kind.DOCUMENT)


class JsonCodec(Codec):
    word = "json"  # Of the vocabulary; CBOR has the same one under another name.
    node = "cJSON"

    def __init__(self, service: Service, use_json_name: bool):
        super().__init__(service)
        self.use_json_name = use_json_name

    def wire_name(self, member: Member) -> str:
        return member.json_name if self.use_json_name else member.name

    def build(self, what: str, shape: Shape) -> list[Function]:
        return [getattr(self, f"_{what}_{shape.kind.value}")(shape)]

    def _suffix(self, member: Member) -> str:
        """The vocabulary's word for a scalar, text or blob."""
        kind = self.kind(member)
        if kind is Kind.TIME:
            return (member.time_format or TimeFormat.EPOCH).value
        return {Kind.BLOB: "bytes", Kind.STR: "str"}.get(kind, kind.value)

    # ---- writing ----

    def put_members(self, out: Writer, w: str, members: tuple[Member, ...], access: str) -> None:
        for member in members:
            self._put(out, w, member, access_of(member, access))

    def _put(self, out: Writer, w: str, member: Member, access: str) -> None:
        """A structure's member: nothing when it is absent."""
        shape = self.service.shape(member)
        name = f'"{self.wire_name(member)}"'
        if shape.kind is Kind.ENUM:
            out.call(f"smithy_{self.word}_put_str(", (w, name, f"{shape.name}_wire({access})"))
        elif shape.kind is Kind.INT_ENUM:
            out.call(f"smithy_{self.word}_put_i32(", (w, name, f"{shape.name}_wire({access})"))
        elif shape.kind in SCALARS or shape.kind in TEXTS:
            out.call(f"smithy_{self.word}_put_{self._suffix(member)}(", (w, name, access))
        else:
            out.open(f"if ({c_types.is_set(self.service, member, access).removesuffix(' != NULL').removesuffix(' != 0')})")
            out.line(f"smithy_{self.word}_name({w}, {name});")
            out.call(f"{self.writer_of(shape)}(", (w, access if shape.kind is Kind.STRUCT else f"&{access}"))
            out.close()

    def _value(self, out: Writer, member: Member, access: str, sparse: bool = False, pointer: bool = False) -> None:
        """An item of a list, the value of a map's entry or the one member of a union."""
        shape = self.service.shape(member)
        if shape.kind is Kind.ENUM:
            out.line(f"smithy_{self.word}_value_str(w, {shape.name}_wire({access}));")
        elif shape.kind in TEXTS:
            out.line(f"smithy_{self.word}_value_{self._suffix(member)}(w, {access});")
        elif shape.kind is Kind.INT_ENUM:
            self._or_null(out, sparse, f"{access}.kind", f"smithy_{self.word}_value_i64(w, {shape.name}_wire({access}).value);")
        elif shape.kind in SCALARS:
            word = "i64" if shape.kind in INTEGERS else self._suffix(member)
            plain = f"{access}.value" if sparse else access
            self._or_null(out, sparse, f"{access}.has", f"smithy_{self.word}_value_{word}(w, {plain});")
        elif shape.kind is Kind.STRUCT and (sparse or pointer):
            self._or_null(out, sparse, access, f"{self.writer_of(shape)}(w, {access});")
        else:
            present = {Kind.UNION: f"{access}.kind", Kind.STRUCT: access}.get(shape.kind, f"{access}.items")
            argument = access if pointer and shape.kind is Kind.UNION else f"&{access}"
            self._or_null(out, sparse, present, f"{self.writer_of(shape)}(w, {argument});")

    def _or_null(self, out: Writer, sparse: bool, present: str, statement: str) -> None:
        if not sparse:
            out.line(statement)
            return
        out.chain([(present, Statement.text(statement))], Statement.text(f"smithy_{self.word}_value_null(w);"))

    def _writer(self, shape: Shape, body: Writer, value: str = "value") -> Function:
        parameters = (f"smithy_{self.word}_writer *w", f"const {shape.name} *{value}")
        return Function(self.writer_of(shape), "void", parameters, tuple(body.lines))

    def _write_struct(self, shape: Shape) -> Function:
        out = Writer.body()
        if not shape.members:
            out.line("(void)value;")
        has_defaults = defaults.has_any(shape.members)
        if has_defaults:
            out.line(f"{shape.name} filled = *given;")
            out.line(f"{self._ask('fill_in', shape)}(&filled);")
            out.line(f"const {shape.name} *value = &filled;")
        out.line(f"smithy_{self.word}_open_object(w);")
        self.put_members(out, "w", shape.members, "value")
        out.line(f"smithy_{self.word}_close_object(w);")
        return self._writer(shape, out, "given" if has_defaults else "value")

    def _fill_in_struct(self, shape: Shape) -> Function:
        out = Writer.body()
        defaults.fill_in(out, self.service, shape.members, "value")
        return Function(self._ask("fill_in", shape), "void", (f"{shape.name} *value",), tuple(out.lines))

    def fill_in(self, out: Writer, members: tuple[Member, ...], access: str) -> None:
        defaults.complete(out, self.service, members, access)

    def _write_union(self, shape: Shape) -> Function:
        out = Writer.body()
        out.line(f"smithy_{self.word}_open_object(w);")
        out.line("switch (value->kind) {")
        for member in shape.members:
            out.line(f"case {choice(shape, member)}:")
            out.indent += 4
            out.line(f'smithy_{self.word}_name(w, "{self.wire_name(member)}");')
            self._value(out, member, f"value->{member.field}", pointer=True)
            out.line("break;")
            out.indent -= 4
        out.line(f"case {shape.constant}_ABSENT:")
        out.line(f"case {shape.constant}_UNKNOWN: break;")
        out.line("}")
        out.line(f"smithy_{self.word}_close_object(w);")
        return self._writer(shape, out)

    def _write_list(self, shape: Shape) -> Function:
        out = Writer.body()
        out.line(f"smithy_{self.word}_open_array(w);")
        self._loop(out, shape)
        out.line(f"smithy_{self.word}_close_array(w);")
        return self._writer(shape, out)

    def _loop(self, out: Writer, shape: Shape) -> None:
        body = Writer([], out.indent + 4)
        self._value(body, shape.item, "value->items[i]", shape.sparse)
        out.loop("for (size_t i = 0; i < value->count; i++)", body.lines)

    def _write_map(self, shape: Shape) -> Function:
        out = Writer.body()
        out.line(f"smithy_{self.word}_open_object(w);")
        out.open("for (size_t i = 0; i < value->count; i++)")
        out.line(f"smithy_{self.word}_key(w, value->items[i].key);")
        self._value(out, shape.item, "value->items[i].value", shape.sparse)
        out.close()
        out.line(f"smithy_{self.word}_close_object(w);")
        return self._writer(shape, out)

    # ---- reading ----

    def get_members(self, out: Writer, members: tuple[Member, ...], access: str) -> None:
        """The chain inside of a loop over `member`."""
        out.chain(
            (f'smithy_{self.word}_is(member, "{self.wire_name(member)}")', self.get(member, "member", f"{access}->{member.field}"))
            for member in members
        )

    def get(self, member: Member, json: str, access: str) -> Statement:
        """Reads a value into a structure's member."""
        shape = self.service.shape(member)
        if shape.kind is Kind.STRUCT:
            return Statement.attempt(self.new_reader_of(shape), json, f"&{access}", "call")
        return Statement.attempt(self._reader(member), json, f"&{access}", "call")

    def _reader(self, member: Member) -> str:
        shape = self.service.shape(member)
        if shape.kind in SCALARS or shape.kind in TEXTS:
            return f"smithy_{self.word}_get_{self._suffix(member)}"
        return self.reader_of(shape)

    def _get_item(self, out: Writer, member: Member, access: str, sparse: bool, pointer: bool = False) -> None:
        """Reads `item` into an item of a list, a map's value or a union's member."""
        shape = self.service.shape(member)
        if shape.kind in SCALARS and not sparse:
            out.line(f"{c_types.OPTIONAL[shape.kind]} plain = {{0}};")
            out.attempt(self._reader(member), ("item", "&plain", "call"))
            out.line(f"{access} = plain.value;")
        elif shape.kind is Kind.STRUCT and (sparse or pointer):
            out.attempt(self.new_reader_of(shape), ("item", f"&{access}", "call"))
        elif shape.kind is Kind.UNION and pointer:
            out.attempt(self.new_reader_of(shape), ("item", f"&{access}", "call"))
        else:
            out.attempt(self._reader(member), ("item", f"&{access}", "call"))

    def _read(self, shape: Shape, body: Writer, what: str = "read", value: str = "") -> Function:
        value = value or f"{shape.name} *value"
        name = self.new_reader_of(shape) if what == "read_new" else self.reader_of(shape)
        return Function(name, "smithy_status", (f"const {self.node} *{self.word}", value, CALL), tuple(body.lines), nodiscard=True)

    def _read_enum(self, shape: Shape) -> Function:
        out = Writer.body()
        out.line("smithy_str wire = {0};")
        out.line(f"SMITHY_TRY(smithy_{self.word}_get_str({self.word}, &wire, call));")
        out.line(f"*value = {shape.name}_of(wire);")
        out.line("return SMITHY_OK;")
        return self._read(shape, out)

    def _read_int_enum(self, shape: Shape) -> Function:
        out = Writer.body()
        out.line("smithy_opt_i32 wire = {0};")
        out.line(f"SMITHY_TRY(smithy_{self.word}_get_i32({self.word}, &wire, call));")
        out.line(f"*value = {shape.name}_of(wire);")
        out.line("return SMITHY_OK;")
        return self._read(shape, out)

    def _read_struct(self, shape: Shape) -> Function:
        out = Writer.body()
        out.line(f"const {self.node} *member = NULL;")
        out.line(f"SMITHY_TRY(smithy_{self.word}_object({self.word}, &member, call));")
        if shape.members:
            out.open("for (; member; member = member->next)")
            self.get_members(out, shape.members, "value")
            out.close()
        else:
            out.line("(void)value;")
        if defaults.has_any(shape.members):
            out.line(f"{self._ask('fill_in', shape)}(value);")
        defaults.correct(out, self.service, shape.members, "value")
        out.line("return SMITHY_OK;")
        return self._read(shape, out)

    def _new_reader(self, shape: Shape) -> Function:
        out = Writer.body()
        out.line(f"if (smithy_{self.word}_is_null({self.word})) return SMITHY_OK;")
        out.call(f"{shape.name} *fresh = smithy_call_alloc(", ("call", "1", "sizeof *fresh"))
        out.line("if (!fresh) return smithy_call_status(call);")
        out.line("*value = fresh;")
        out.line(f"return {self.reader_of(shape)}({self.word}, fresh, call);")
        return self._read(shape, out, "read_new", f"const {shape.name} **value")

    _read_new_struct = _new_reader
    _read_new_union = _new_reader

    def _read_union(self, shape: Shape) -> Function:
        out = Writer.body()
        out.line(f"const {self.node} *item = NULL;")
        out.line(f"SMITHY_TRY(smithy_{self.word}_object({self.word}, &item, call));")
        out.open("for (; item; item = item->next)")
        out.line(f'if (smithy_{self.word}_is_null(item) || smithy_{self.word}_is(item, "__type")) continue;')
        failure = (f'return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "{shape.comment}: more than one member");',)
        out.condition("value->kind", failure)
        word = "if"
        for member in shape.members:
            out.open(f'{word} (smithy_{self.word}_is(item, "{self.wire_name(member)}"))')
            self._get_item(out, member, f"value->{member.field}", sparse=False, pointer=True)
            out.line(f"value->kind = {choice(shape, member)};")
            out.indent -= 4
            word = "} else if"
        out.open("} else")
        out.line(f"value->kind = {shape.constant}_UNKNOWN;")
        out.close()
        out.close()
        out.line("return SMITHY_OK;")
        return self._read(shape, out)

    def _items(self, out: Writer, shape: Shape, function: str, item_type: str) -> None:
        sparse = "true" if shape.sparse else "false"
        out.line(f"if (smithy_{self.word}_is_null({self.word})) return SMITHY_OK;")
        out.line(f"const {self.node} *item = NULL;")
        out.line("size_t count = 0;")
        out.attempt(function, (self.word, sparse, "&item", "&count", "call"))
        star = "*items" if item_type.endswith("*") else " *items"
        out.call(f"{item_type}{star} = smithy_call_alloc(", ("call", "count", "sizeof *items"))
        out.line("if (!items) return smithy_call_status(call);")
        out.line("size_t at = 0;")
        out.open("for (; item; item = item->next)")
        if not shape.sparse:
            out.line(f"if (smithy_{self.word}_is_null(item)) continue;")

    def _items_end(self, out: Writer, shape: Shape) -> None:
        out.line("at++;")
        out.close()
        out.line(f"*value = ({shape.name}){{items, count}};")
        out.line("return SMITHY_OK;")

    def _read_list(self, shape: Shape) -> Function:
        out = Writer.body()
        self._items(out, shape, f"smithy_{self.word}_array", c_types.of_item(self.service, shape.item, shape.sparse))
        self._get_item(out, shape.item, "items[at]", shape.sparse)
        self._items_end(out, shape)
        return self._read(shape, out)

    def _read_map(self, shape: Shape) -> Function:
        out = Writer.body()
        self._items(out, shape, f"smithy_{self.word}_map", c_types.entry_of(shape))
        out.line(f"SMITHY_TRY(smithy_{self.word}_get_key(item, &items[at].key, call));")
        self._get_item(out, shape.item, "items[at].value", shape.sparse)
        self._items_end(out, shape)
        return self._read(shape, out)


def choice(shape: Shape, member: Member) -> str:
    """The constant of a union's member."""
    return member.constant or f"{shape.constant}_{member.field.rstrip('_').upper()}"


def access_of(member: Member, holder: str) -> str:
    """A member of `holder`; the idempotency token of an input is a local that was filled in before."""
    return "token" if holder == "input" and member.idempotency_token else f"{holder}->{member.field}"
