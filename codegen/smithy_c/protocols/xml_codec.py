"""Shapes as XML: what restXml puts into its bodies, and what the Query protocols read out of theirs.

A structure's writer fills an element that its caller opened; a list's writer is told the name of its items, so that
wrapped and flattened lists share it.
"""

from __future__ import annotations

from .. import c_types
from ..ir import INTEGERS, SCALARS, Kind, Member, Namespace, Shape, TimeFormat
from ..layout import Statement, Writer
from . import defaults
from .base import Codec, Function, with_unused_call
from .json_codec import CALL, access_of, choice

TEXTS = (Kind.STR, Kind.BLOB, Kind.NUMBER)  # What the vocabulary writes as one value, absent by itself.


class XmlCodec(Codec):
    def build(self, what: str, shape: Shape) -> list[Function]:
        if shape.kind is Kind.DOCUMENT:
            raise self.unsupported(shape, None, "documents have no form in this protocol")
        return [getattr(self, f"_{what}_{shape.kind.value}")(shape)]

    def wire_name(self, member: Member) -> str:
        return member.xml.name or member.name

    def item_name(self, member: Member, shape: Shape) -> str:
        """The element of one item of a list, or of one entry of a map."""
        if member.xml.flattened:
            return self.wire_name(member)
        return "entry" if shape.kind is Kind.MAP else shape.item.xml.name or "member"

    def _suffix(self, member: Member) -> str:
        kind = self.kind(member)
        if kind is Kind.TIME:
            return (member.time_format or TimeFormat.DATE_TIME).value
        return {Kind.BLOB: "bytes", Kind.STR: "str"}.get(kind, kind.value)

    # ---- writing ----

    def put_members(self, out: Writer, w: str, members: tuple[Member, ...], access: str) -> None:
        """Attributes first, then child elements."""
        for member in members:
            if member.xml.attribute:
                self._put_attribute(out, w, member, access_of(member, access))
        for member in members:
            if not member.xml.attribute:
                self._put(out, w, member, access_of(member, access))

    def namespace(self, out: Writer, w: str, namespace: Namespace | None) -> None:
        if namespace is not None:
            prefix = f'"{namespace.prefix}"' if namespace.prefix else "NULL"
            out.call("smithy_xml_namespace(", (w, prefix, f'"{namespace.uri}"'))

    def _put_attribute(self, out: Writer, w: str, member: Member, access: str) -> None:
        shape = self.service.shape(member)
        if shape.kind not in (Kind.STR, Kind.ENUM):
            raise self.unsupported(shape, member, "smithy.api#xmlAttribute: only on strings")
        value = access if shape.kind is Kind.STR else f"{shape.name}_wire({access})"
        out.call("smithy_xml_attribute(", (w, f'"{self.wire_name(member)}"', value))

    def _put(self, out: Writer, w: str, member: Member, access: str) -> None:
        shape = self.service.shape(member)
        name = f'"{self.wire_name(member)}"'
        simple = shape.kind in SCALARS or shape.kind in (*TEXTS, Kind.ENUM, Kind.INT_ENUM)
        if simple and member.xml.namespace is None:
            value = f"{shape.name}_wire({access})" if shape.kind in (Kind.ENUM, Kind.INT_ENUM) else access
            word = {Kind.ENUM: "str", Kind.INT_ENUM: "i32"}.get(shape.kind) or self._suffix(member)
            out.call(f"smithy_xml_put_{word}(", (w, name, value))
            return
        present = c_types.is_set(self.service, member, access).removesuffix(" != NULL").removesuffix(" != 0")
        if member.xml.flattened and shape.kind in (Kind.LIST, Kind.MAP):
            self._put_flattened(out, w, member, shape, present, access)
            return
        out.open(f"if ({present})")
        out.line(f"smithy_xml_open({w}, {name});")
        self.namespace(out, w, member.xml.namespace)
        if simple:
            plain = access if shape.kind not in SCALARS else f"{access}.value"
            self._value(out, w, member, plain)
        elif shape.kind in (Kind.LIST, Kind.MAP):
            item = f'"{self.item_name(member, shape)}"'
            out.line(f"{self.writer_of(shape)}({w}, {item}, &{access});")
        else:
            out.call(f"{self.writer_of(shape)}(", (w, access if shape.kind is Kind.STRUCT else f"&{access}"))
        out.line(f"smithy_xml_close({w}, {name});")
        out.close()

    def _put_flattened(self, out: Writer, w: str, member: Member, shape: Shape, present: str, access: str) -> None:
        if member.xml.namespace is not None:
            raise self.unsupported(shape, member, "smithy.api#xmlNamespace: not on a flattened list or map of a request")
        arguments = (w, f'"{self.wire_name(member)}"', f"&{access}")
        out.chain([(present, Statement(((f"{self.writer_of(shape)}(", arguments, ");"),)))])

    def _value(self, out: Writer, w: str, member: Member, access: str, pointer: bool = False) -> None:
        """The content of an element that is open."""
        shape = self.service.shape(member)
        if shape.kind is Kind.ENUM:
            out.line(f"smithy_xml_value_str({w}, {shape.name}_wire({access}));")
        elif shape.kind is Kind.INT_ENUM:
            out.line(f"smithy_xml_value_i64({w}, {shape.name}_wire({access}).value);")
        elif shape.kind in SCALARS or shape.kind in TEXTS:
            word = "i64" if shape.kind in INTEGERS else self._suffix(member)
            out.line(f"smithy_xml_value_{word}({w}, {access});")
        elif shape.kind in (Kind.LIST, Kind.MAP):
            out.line(f'{self.writer_of(shape)}({w}, "{self.item_name(Member("", "", shape.id), shape)}", &{access});')
        else:
            out.line(f"{self.writer_of(shape)}({w}, {access if pointer else '&' + access});")

    def _element(self, out: Writer, name: str, member: Member, access: str, pointer: bool = False) -> None:
        out.line(f"smithy_xml_open(w, {name});")
        self.namespace(out, "w", member.xml.namespace)
        self._value(out, "w", member, access, pointer)
        out.line(f"smithy_xml_close(w, {name});")

    def _writer(self, shape: Shape, body: Writer, named: bool = False) -> Function:
        name = ("const char *name",) if named else ()
        parameters = ("smithy_xml_writer *w", *name, f"const {shape.name} *value")
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
            target = self.service.shape(member)
            if member.xml.attribute or (member.xml.flattened and target.kind in (Kind.LIST, Kind.MAP)):
                raise self.unsupported(shape, member, "attributes and flattened lists are not supported in unions")
            out.line(f"case {choice(shape, member)}:")
            out.indent += 4
            self._element(out, f'"{self.wire_name(member)}"', member, f"value->{member.field}", pointer=True)
            out.line("break;")
            out.indent -= 4
        out.line(f"case {shape.constant}_ABSENT:")
        out.line(f"case {shape.constant}_UNKNOWN: break;")
        out.line("}")
        return self._writer(shape, out)

    def _refuse_sparse(self, shape: Shape) -> None:
        if shape.sparse:
            raise self.unsupported(shape, None, "smithy.api#sparse: XML has no null")

    def _write_list(self, shape: Shape) -> Function:
        self._refuse_sparse(shape)
        out = Writer.body()
        out.open("for (size_t i = 0; i < value->count; i++)")
        self._element(out, "name", shape.item, "value->items[i]")
        out.close()
        return self._writer(shape, out, named=True)

    def _write_map(self, shape: Shape) -> Function:
        self._refuse_sparse(shape)
        out = Writer.body()
        out.open("for (size_t i = 0; i < value->count; i++)")
        out.line("smithy_xml_open(w, name);")
        key = shape.key.xml.name or "key"
        out.line(f'smithy_xml_open(w, "{key}");')
        self.namespace(out, "w", shape.key.xml.namespace)
        out.line("smithy_xml_value_str(w, value->items[i].key);")
        out.line(f'smithy_xml_close(w, "{key}");')
        self._element(out, f'"{shape.item.xml.name or "value"}"', shape.item, "value->items[i].value")
        out.line("smithy_xml_close(w, name);")
        out.close()
        return self._writer(shape, out, named=True)

    # ---- reading ----

    def get_members(self, out: Writer, members: tuple[Member, ...], node: str, access: str) -> None:
        """Attributes, flattened lists, then one walk over the child elements."""
        loop = []
        for member in members:
            target = f"{access}->{member.field}"
            shape = self.service.shape(member)
            if member.xml.attribute:
                self._get_attribute(out, member, node, target)
            elif member.xml.flattened and shape.kind in (Kind.LIST, Kind.MAP):
                name = f'"{self.wire_name(member)}"'
                self._if_child(out, node, name, shape, target)
            else:
                loop.append((f'smithy_xml_is(child, "{self.wire_name(member)}")', self._get(member, target)))
        if loop:
            out.open(f"for (const smithy_xml_node *child = {node}->first; child; child = child->next)")
            out.chain(loop)
            out.close()

    def _if_child(self, out: Writer, node: str, name: str, shape: Shape, target: str) -> None:
        statement = Statement.attempt(self.reader_of(shape), node, name, f"&{target}", "call")
        out.chain([(f"smithy_xml_child({node}, {name})", statement)])

    def get_all(self, out: Writer, members: tuple[Member, ...], inside: tuple[Member, ...], node: str, access: str) -> None:
        """The rest of a reader: those of the members that stand inside of `node`, which may be absent; then what lacks."""
        if not defaults.completes(members):
            out.line(f"if (!{node}) return SMITHY_OK;")
            self.get_members(out, inside, node, access)
        else:
            out.open(f"if ({node})")
            self.get_members(out, inside, node, access)
            out.close()
            defaults.complete(out, self.service, members, access)
        out.line("return SMITHY_OK;")

    def _get_attribute(self, out: Writer, member: Member, node: str, target: str) -> None:
        shape = self.service.shape(member)
        if shape.kind not in (Kind.STR, Kind.ENUM):
            raise self.unsupported(shape, member, "smithy.api#xmlAttribute: only on strings")
        # The tree knows attributes without their namespace's prefix.
        value = f'smithy_xml_get_attribute({node}, "{self.wire_name(member).rpartition(":")[2]}")'
        out.line(f"{target} = {value};" if shape.kind is Kind.STR else f"{target} = {shape.name}_of({value});")

    def _get(self, member: Member, target: str) -> Statement:
        """Reads the element `child` into a structure's member."""
        shape = self.service.shape(member)
        if shape.kind is Kind.ENUM:
            return Statement.text(f"{target} = {shape.name}_of(child->text);")
        if shape.kind in (Kind.LIST, Kind.MAP):
            item = f'"{self.item_name(member, shape)}"'
            return Statement.attempt(self.reader_of(shape), "child", item, f"&{target}", "call")
        if shape.kind is Kind.STRUCT:
            return Statement.attempt(self.new_reader_of(shape), "child", f"&{target}", "call")
        return Statement.attempt(self._reader(member), "child", f"&{target}", "call")

    def _reader(self, member: Member) -> str:
        shape = self.service.shape(member)
        if shape.kind in SCALARS or shape.kind in TEXTS:
            return f"smithy_xml_get_{self._suffix(member)}"
        return self.reader_of(shape)

    def _get_item(self, out: Writer, member: Member, node: str, access: str, pointer: bool = False) -> None:
        """Reads an element into an item of a list, a map's value or a union's member."""
        shape = self.service.shape(member)
        if shape.kind in SCALARS:
            out.line(f"{c_types.OPTIONAL[shape.kind]} plain = {{0}};")
            out.attempt(self._reader(member), (node, "&plain", "call"))
            out.line(f"{access} = plain.value;")
        elif shape.kind is Kind.ENUM:
            out.line(f"{access} = {shape.name}_of({node}->text);")
        elif shape.kind in (Kind.LIST, Kind.MAP):
            item = f'"{self.item_name(Member("", "", shape.id), shape)}"'
            out.attempt(self.reader_of(shape), (node, item, f"&{access}", "call"))
        elif pointer and shape.kind in (Kind.STRUCT, Kind.UNION):
            out.attempt(self.new_reader_of(shape), (node, f"&{access}", "call"))
        else:
            out.attempt(self._reader(member), (node, f"&{access}", "call"))

    def _read(self, shape: Shape, body: Writer, what: str = "read", named: bool = False) -> Function:
        value = f"const {shape.name} **value" if what == "read_new" else f"{shape.name} *value"
        function = self.new_reader_of(shape) if what == "read_new" else self.reader_of(shape)
        name = ("const char *name",) if named else ()
        parameters = ("const smithy_xml_node *node", *name, value, CALL)
        return Function(function, "smithy_status", parameters, tuple(body.lines), nodiscard=True)

    def _read_int_enum(self, shape: Shape) -> Function:
        out = Writer.body()
        out.line("smithy_opt_i32 wire = {0};")
        out.line("SMITHY_TRY(smithy_xml_get_i32(node, &wire, call));")
        out.line(f"*value = {shape.name}_of(wire);")
        out.line("return SMITHY_OK;")
        return self._read(shape, out)

    def _read_struct(self, shape: Shape) -> Function:
        out = Writer.body()
        if not shape.members:
            out.line("(void)node;")
            out.line("(void)value;")
        self.get_members(out, shape.members, "node", "value")
        defaults.complete(out, self.service, shape.members, "value")
        out.line("return SMITHY_OK;")
        out.lines = with_unused_call(out.lines)
        return self._read(shape, out)

    def _new_reader(self, shape: Shape) -> Function:
        out = Writer.body()
        out.call(f"{shape.name} *fresh = smithy_call_alloc(", ("call", "1", "sizeof *fresh"))
        out.line("if (!fresh) return smithy_call_status(call);")
        out.line("*value = fresh;")
        out.line(f"return {self.reader_of(shape)}(node, fresh, call);")
        return self._read(shape, out, "read_new")

    _read_new_struct = _new_reader
    _read_new_union = _new_reader

    def _read_union(self, shape: Shape) -> Function:
        out = Writer.body()
        out.open("for (const smithy_xml_node *child = node->first; child; child = child->next)")
        failure = (f'return smithy_call_fail(call, SMITHY_ERROR_RESPONSE, "{shape.comment}: more than one member");',)
        out.condition("value->kind", failure)
        word = "if"
        for member in shape.members:
            target = self.service.shape(member)
            if member.xml.attribute or (member.xml.flattened and target.kind in (Kind.LIST, Kind.MAP)):
                raise self.unsupported(shape, member, "attributes and flattened lists are not supported in unions")
            out.open(f'{word} (smithy_xml_is(child, "{self.wire_name(member)}"))')
            self._get_item(out, member, "child", f"value->{member.field}", pointer=True)
            out.line(f"value->kind = {choice(shape, member)};")
            out.indent -= 4
            word = "} else if"
        out.open("} else")
        out.line(f"value->kind = {shape.constant}_UNKNOWN;")
        out.close()
        out.close()
        out.line("return SMITHY_OK;")
        return self._read(shape, out)

    def _items(self, out: Writer, item_type: str) -> None:
        out.line("const size_t count = smithy_xml_count(node, name);")
        out.call(f"{item_type} *items = smithy_call_alloc(", ("call", "count", "sizeof *items"))
        out.line("if (!items) return smithy_call_status(call);")
        out.line("size_t at = 0;")
        out.open("for (const smithy_xml_node *child = node->first; child; child = child->next)")
        out.line("if (!smithy_xml_is(child, name)) continue;")

    def _items_end(self, out: Writer, shape: Shape) -> None:
        out.line("at++;")
        out.close()
        out.line(f"*value = ({shape.name}){{items, count}};")
        out.line("return SMITHY_OK;")

    def _read_list(self, shape: Shape) -> Function:
        self._refuse_sparse(shape)
        out = Writer.body()
        self._items(out, c_types.of_item(self.service, shape.item, False))
        self._get_item(out, shape.item, "child", "items[at]")
        self._items_end(out, shape)
        return self._read(shape, out, named=True)

    def _read_map(self, shape: Shape) -> Function:
        self._refuse_sparse(shape)
        out = Writer.body()
        self._items(out, c_types.entry_of(shape))
        out.line(f'const smithy_xml_node *key = smithy_xml_child(child, "{shape.key.xml.name or "key"}");')
        out.line(f'const smithy_xml_node *item = smithy_xml_child(child, "{shape.item.xml.name or "value"}");')
        out.line("if (key) items[at].key = key->text;")
        inner = Writer([], out.indent + 4)
        self._get_item(inner, shape.item, "item", "items[at].value")
        out.chain([("item", Statement.text(*(line.strip() for line in inner.lines)))])
        self._items_end(out, shape)
        return self._read(shape, out, named=True)
