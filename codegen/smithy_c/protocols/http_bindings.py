"""Members that travel outside of the body: path, query, headers, status, payload. Shared by the REST protocols."""

from __future__ import annotations

from ..errors import GeneratorError
from ..ir import SCALARS, Kind, Member, Operation, Place, Service, Shape, TimeFormat
from ..layout import Writer
from ..literals import quoted
from .json_codec import access_of

TIME_CONSTANTS = {
    TimeFormat.EPOCH: "SMITHY_TIME_EPOCH",
    TimeFormat.DATE_TIME: "SMITHY_TIME_DATE_TIME",
    TimeFormat.HTTP_DATE: "SMITHY_TIME_HTTP_DATE",
}


class HttpBindings:
    def __init__(self, service: Service):
        self.service = service

    def _unsupported(self, shape: Shape, member: Member, why: str) -> GeneratorError:
        return GeneratorError(f"{self.service.source}: {shape.id}${member.name}: {why}")

    def _kind(self, member: Member) -> Kind:
        return self.service.shape(member).kind

    # ---- requests ----

    def write(self, out: Writer, operation: Operation) -> None:
        """Path, query and headers, in that order; maps last, since they give way to what is there."""
        by_name = {member.name: member for member in operation.input.members}
        for part in operation.path:
            if part.literal:
                out.line(f'smithy_request_path(request, "{part.literal}");')
            else:
                self._label(out, operation, by_name[part.label], part.greedy)
        for literal in operation.query_literals:
            out.line(f'smithy_request_query(request, "{literal}");')
        for place, write in ((Place.QUERY, self._query), (Place.HEADER, self._header)):
            for member in operation.input.members:
                if member.place is place:
                    write(out, operation, member)
        for member in operation.input.members:
            if member.place is Place.PREFIX_HEADERS:
                self._prefix_headers(out, operation, member)
            if member.place is Place.QUERY_MAP:
                self._query_map(out, operation, member)

    def written_labels(self, operation: Operation) -> frozenset[str]:
        return frozenset(part.label for part in operation.path if part.label)

    def _label(self, out: Writer, operation: Operation, member: Member, greedy: bool) -> None:
        word, value = self._scalar(operation.input, member, f"input->{member.field}", "smithy.api#httpLabel")
        arguments = ["request", f'"{member.name}"', value]
        if word == "str":
            if member.when_empty:
                arguments[2] = f"{value}.len ? {value} : SMITHY_STR({quoted(member.when_empty)})"
            out.call("smithy_request_greedy_label(" if greedy else "smithy_request_label(", arguments)
            return
        out.call(f"smithy_request_label_{word}(", arguments + self._format(member, TimeFormat.DATE_TIME))

    def _query(self, out: Writer, operation: Operation, member: Member) -> None:
        self._parameter(out, operation, member, "smithy_request_query", TimeFormat.DATE_TIME)

    def _header(self, out: Writer, operation: Operation, member: Member) -> None:
        if member.encoded and self._kind(member) is Kind.STR:
            access = access_of(member, "input")
            out.call("smithy_request_header_path(", ("request", f'"{member.wire}"', access))
            return
        if member.media_type and self._kind(member) is Kind.STR:
            access = access_of(member, "input")
            out.call("smithy_request_header_media(", ("request", f'"{member.wire}"', access))
            return
        self._parameter(out, operation, member, "smithy_request_header", TimeFormat.HTTP_DATE)

    def _parameter(self, out: Writer, operation: Operation, member: Member, function: str, time: TimeFormat) -> None:
        """A query parameter or a header: they have the same words."""
        arguments = ["request", f'"{member.wire}"']
        if self._kind(member) is Kind.LIST:
            self._list(out, operation, member, function, time)
            return
        word, value = self._scalar(operation.input, member, access_of(member, "input"), "")
        out.call(f"{function}_{word}(", [*arguments, value, *self._format(member, time)])

    def _format(self, member: Member, default: TimeFormat) -> list[str]:
        return [TIME_CONSTANTS[member.time_format or default]] if self._kind(member) is Kind.TIME else []

    def _prefix_headers(self, out: Writer, operation: Operation, member: Member) -> None:
        self._require_text_map(operation.input, member)
        out.call("smithy_request_prefix_headers(", ("request", f'"{member.wire}"', f"input->{member.field}"))

    def _query_map(self, out: Writer, operation: Operation, member: Member) -> None:
        words = {"smithy_str_map": "map", "smithy_str_list_map": "list_map"}
        word = words.get(self.service.shape(member).name)
        if word is None:
            raise self._unsupported(operation.input, member, "smithy.api#httpQueryParams: not a map of texts or their lists")
        out.call(f"smithy_request_query_{word}(", ("request", f"input->{member.field}"))

    def _list(self, out: Writer, operation: Operation, member: Member, function: str, time: TimeFormat) -> None:
        shape = self.service.shape(member)
        access = f"input->{member.field}"
        item = self.service.shape(shape.item)
        name = f'"{member.wire}"'
        if shape.name == "smithy_str_list":
            out.call(f"{function}_str_list(", ("request", name, access))
        elif shape.sparse:
            raise self._unsupported(operation.input, member, "smithy.api#sparse: not in a query or header")
        elif item.kind is Kind.ENUM:
            self._converted_list(out, function, name, access, ("str", "smithy_str", f"{item.name}_wire({access}.items[i])"))
        elif item.kind is Kind.INT_ENUM:
            value = f"{item.name}_wire({access}.items[i]).value"
            self._converted_list(out, function, name, access, ("i32", "int32_t", value))
        else:
            word = self._word(operation.input, member, item, "")
            format_ = self._format(shape.item, time)
            out.call(f"{function}_{word}_list(", ("request", name, f"{access}.items", f"{access}.count", *format_))

    def _converted_list(self, out: Writer, function: str, name: str, access: str, item: tuple[str, str, str]) -> None:
        """Enumerations: as the texts or numbers that they are on the wire."""
        word, c_type, value = item
        out.open(f"if ({access}.items)")
        out.line(f"{c_type} *wire = smithy_call_alloc(call, {access}.count, sizeof *wire);")
        out.line("if (!wire) return smithy_call_status(call);")
        out.open(f"for (size_t i = 0; i < {access}.count; i++)")
        out.line(f"wire[i] = {value};")
        out.close()
        values = f"(smithy_str_list){{wire, {access}.count}}" if word == "str" else f"wire, {access}.count"
        out.call(f"{function}_{word}_list(", ("request", name, values))
        out.close()

    def _scalar(self, holder: Shape, member: Member, access: str, trait: str) -> tuple[str, str]:
        """The vocabulary's word, and the expression, of a value that is one text on the wire."""
        shape = self.service.shape(member)
        if shape.kind is Kind.ENUM:
            return "str", f"{shape.name}_wire({access})"
        if shape.kind is Kind.INT_ENUM:
            return "i32", f"{shape.name}_wire({access})"
        return self._word(holder, member, shape, trait), access

    def _word(self, holder: Shape, member: Member, shape: Shape, trait: str) -> str:
        if shape.kind in SCALARS:
            return shape.kind.value
        if shape.kind in (Kind.STR, Kind.NUMBER):
            return "str"
        trait = trait or f"smithy.api#http{member.place.value.capitalize()}"
        raise self._unsupported(holder, member, f"{trait}: not supported on a {shape.kind.value}")

    def _require_text_map(self, holder: Shape, member: Member) -> None:
        if self.service.shape(member).name != "smithy_str_map":
            raise self._unsupported(holder, member, "smithy.api#httpPrefixHeaders: only maps of strings are supported")

    # ---- responses ----

    def read(self, out: Writer, holder: Shape, access: str) -> None:
        """Headers and the status, in the model's order."""
        for member in holder.members:
            target = f"{access}->{member.field}"
            if member.place is Place.HEADER:
                self._read_header(out, holder, member, target)
            elif member.place is Place.PREFIX_HEADERS:
                self._require_text_map(holder, member)
                arguments = ("response", f'"{member.wire}"', f"&{target}", "call")
                out.attempt("smithy_response_prefix_headers", arguments)
            elif member.place is Place.STATUS:
                if self._kind(member) is not Kind.I32:
                    raise self._unsupported(holder, member, "smithy.api#httpResponseCode: not on an integer")
                out.line(f"{target} = (smithy_opt_i32)SMITHY_SET(response->status);")

    def _read_header(self, out: Writer, holder: Shape, member: Member, target: str) -> None:
        shape = self.service.shape(member)
        header = f'"{member.wire}"'
        time = member.time_format or TimeFormat.HTTP_DATE
        if shape.kind is Kind.ENUM:
            out.call(f"{target} = {shape.name}_of(", (f"smithy_response_header(response, {header})",))
        elif shape.kind is Kind.INT_ENUM:
            self._read_int_enum(out, shape, header, target)
        elif shape.kind is Kind.LIST:
            self._read_list(out, holder, member, target)
        elif member.media_type and shape.kind is Kind.STR:
            out.attempt("smithy_response_header_media", ("response", header, f"&{target}", "call"))
        elif shape.kind is Kind.TIME and member.lenient:
            value = f"smithy_response_header(response, {header})"
            out.call(f"{target}.has = smithy_time_read_{time.value}(", (value, f"&{target}.value"))
        elif shape.kind is Kind.TIME:
            arguments = ("response", header, TIME_CONSTANTS[time], f"&{target}", "call")
            out.attempt("smithy_response_header_time", arguments)
        else:
            word = self._word(holder, member, shape, "")
            out.attempt(f"smithy_response_header_{word}", ("response", header, f"&{target}", "call"))

    def _read_int_enum(self, out: Writer, shape: Shape, header: str, target: str) -> None:
        out.open(f"if (smithy_response_header(response, {header}).ptr)")
        out.line("smithy_opt_i32 wire = {0};")
        out.attempt("smithy_response_header_i32", ("response", header, "&wire", "call"))
        out.line(f"{target} = {shape.name}_of(wire);")
        out.close()

    def _read_list(self, out: Writer, holder: Shape, member: Member, target: str) -> None:
        shape = self.service.shape(member)
        item = self.service.shape(shape.item)
        header = f'"{member.wire}"'
        if shape.name == "smithy_str_list":
            out.attempt("smithy_response_header_str_list", ("response", header, f"&{target}", "call"))
        elif shape.sparse:
            raise self._unsupported(holder, member, "smithy.api#sparse: not in a header")
        elif item.kind in (Kind.ENUM, Kind.INT_ENUM):
            self._read_enum_list(out, shape, item, header, target)
        else:
            word = self._word(holder, member, item, "")
            time = [TIME_CONSTANTS[shape.item.time_format or TimeFormat.HTTP_DATE]] if item.kind is Kind.TIME else []
            arguments = ("response", header, *time, f"&{target}.items", f"&{target}.count", "call")
            out.attempt(f"smithy_response_header_{word}_list", arguments)

    def _read_enum_list(self, out: Writer, shape: Shape, item: Shape, header: str, target: str) -> None:
        out.open(f"if (smithy_response_header(response, {header}).ptr)")
        if item.kind is Kind.ENUM:
            out.line("smithy_str_list wire = {0};")
            out.attempt("smithy_response_header_str_list", ("response", header, "&wire", "call"))
            count, value = "wire.count", "wire.items[i]"
        else:
            out.line("const int32_t *wire = NULL;")
            out.line("size_t count = 0;")
            out.attempt("smithy_response_header_i32_list", ("response", header, "&wire", "&count", "call"))
            count, value = "count", "(smithy_opt_i32)SMITHY_SET(wire[i])"
        out.call(f"{item.name} *items = smithy_call_alloc(", ("call", count, "sizeof *items"))
        out.line("if (!items) return smithy_call_status(call);")
        out.open(f"for (size_t i = 0; i < {count}; i++)")
        out.line(f"items[i] = {item.name}_of({value});")
        out.close()
        out.line(f"{target} = ({shape.name}){{items, {count}}};")
        out.close()


def payload_of(shape: Shape) -> Member | None:
    return next((member for member in shape.members if member.place is Place.PAYLOAD), None)


def body_members(shape: Shape) -> tuple[Member, ...]:
    return tuple(member for member in shape.members if member.place is Place.BODY)
