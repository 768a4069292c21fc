"""Members that travel outside of the body: path, query, headers, status, payload. Shared by the REST protocols."""

from __future__ import annotations

from .. import c_types
from ..errors import GeneratorError
from ..ir import INTEGERS, Kind, Member, Operation, Place, Service, Shape, TimeFormat
from ..layout import Writer
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
        """Host prefix, path, query and headers, in that order."""
        if operation.host_prefix:
            out.line(f'request->host_prefix = SMITHY_STR("{operation.host_prefix}");')
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
                raise self._unsupported(operation.input, member, "smithy.api#httpQueryParams: not supported")

    def written_labels(self, operation: Operation) -> frozenset[str]:
        return frozenset(part.label for part in operation.path if part.label)

    def _label(self, out: Writer, operation: Operation, member: Member, greedy: bool) -> None:
        word, value = self._scalar(operation.input, member, f"input->{member.field}", "smithy.api#httpLabel")
        arguments = ["request", f'"{member.name}"', value]
        if word == "str":
            out.call("smithy_request_greedy_label(" if greedy else "smithy_request_label(", arguments)
            return
        if word == "time":
            arguments.append(TIME_CONSTANTS[member.time_format or TimeFormat.DATE_TIME])
        if word == "i32":
            word, arguments[2] = "i64", self._widened(f"input->{member.field}", "i64")
        out.call(f"smithy_request_label_{word}(", arguments)

    def _query(self, out: Writer, operation: Operation, member: Member) -> None:
        access = access_of(member, "input")
        arguments = ["request", f'"{member.wire}"']
        if self._kind(member) is Kind.LIST:
            self._text_list(out, operation, member, "smithy_request_query_str_list(", arguments)
            return
        word, value = self._scalar(operation.input, member, access, "smithy.api#httpQuery")
        time = [TIME_CONSTANTS[member.time_format or TimeFormat.DATE_TIME]] if word == "time" else []
        out.call(f"smithy_request_query_{word}(", [*arguments, value, *time])

    def _header(self, out: Writer, operation: Operation, member: Member) -> None:
        access = access_of(member, "input")
        arguments = ["request", f'"{member.wire}"']
        if member.media_type:
            raise self._unsupported(operation.input, member, "smithy.api#mediaType: not supported on a header")
        if self._kind(member) is Kind.LIST:
            self._text_list(out, operation, member, "smithy_request_header_str_list(", arguments)
            return
        word, value = self._scalar(operation.input, member, access, "smithy.api#httpHeader")
        time = [TIME_CONSTANTS[member.time_format or TimeFormat.HTTP_DATE]] if word == "time" else []
        out.call(f"smithy_request_header_{word}(", [*arguments, value, *time])

    def _prefix_headers(self, out: Writer, operation: Operation, member: Member) -> None:
        self._require_text_map(operation.input, member)
        out.call("smithy_request_prefix_headers(", ("request", f'"{member.wire}"', f"input->{member.field}"))

    def _text_list(self, out: Writer, operation: Operation, member: Member, head: str, arguments: list[str]) -> None:
        shape = self.service.shape(member)
        access = f"input->{member.field}"
        item = self.service.shape(shape.item)
        if shape.name == "smithy_str_list":
            out.call(head, [*arguments, access])
            return
        if item.kind is not Kind.ENUM:
            raise self._unsupported(operation.input, member, "a list of anything but strings is not supported here")
        out.open(f"if ({access}.items)")
        out.line(f"smithy_str *texts = smithy_call_alloc(call, {access}.count, sizeof *texts);")
        out.line("if (!texts) return smithy_call_status(call);")
        out.open(f"for (size_t i = 0; i < {access}.count; i++)")
        out.line(f"texts[i] = {item.name}_wire({access}.items[i]);")
        out.close()
        out.call(head, [*arguments, f"(smithy_str_list){{texts, {access}.count}}"])
        out.close()

    def _scalar(self, holder: Shape, member: Member, access: str, trait: str) -> tuple[str, str]:
        """The vocabulary's word, and the expression, of a value that is one text on the wire."""
        shape = self.service.shape(member)
        if shape.kind is Kind.ENUM:
            return "str", f"{shape.name}_wire({access})"
        if shape.kind is Kind.INT_ENUM:
            return "i32", f"{shape.name}_wire({access})"
        if shape.kind in (Kind.I8, Kind.I16):
            return "i64", self._widened(access, "i64")
        if shape.kind is Kind.F32:
            return "f64", self._widened(access, "f64")
        if shape.kind in (Kind.STR, Kind.BOOL, Kind.I32, Kind.I64, Kind.F64, Kind.TIME):
            return shape.kind.value, access
        raise self._unsupported(holder, member, f"{trait}: not supported on a {shape.kind.value}")

    def _widened(self, access: str, word: str) -> str:
        return f"(smithy_opt_{word}){{{access}.has, {access}.value}}"

    def _require_text_list(self, holder: Shape, member: Member, trait: str) -> None:
        if self.service.shape(member).name != "smithy_str_list":
            raise self._unsupported(holder, member, f"{trait}: lists of anything but strings are not supported")

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
        if member.media_type:
            raise self._unsupported(holder, member, "smithy.api#mediaType: not supported on a header")
        if shape.kind is Kind.ENUM:
            out.call(f"{target} = {shape.name}_of(smithy_response_header(", ("response", header), "));")
        elif shape.kind is Kind.LIST:
            self._require_text_list(holder, member, "smithy.api#httpHeader")
            out.attempt("smithy_response_header_str_list", ("response", header, f"&{target}", "call"))
        elif shape.kind is Kind.TIME and member.lenient:
            read = (member.time_format or TimeFormat.HTTP_DATE).value
            value = f"smithy_response_header(response, {header})"
            out.call(f"{target}.has = smithy_time_read_{read}(", (value, f"&{target}.value"))
        elif shape.kind is Kind.TIME:
            constant = TIME_CONSTANTS[member.time_format or TimeFormat.HTTP_DATE]
            out.attempt("smithy_response_header_time", ("response", header, constant, f"&{target}", "call"))
        elif shape.kind in (Kind.STR, Kind.BOOL, Kind.I32, Kind.I64, Kind.F64):
            out.attempt(f"smithy_response_header_{shape.kind.value}", ("response", header, f"&{target}", "call"))
        else:
            raise self._unsupported(holder, member, f"smithy.api#httpHeader: a {shape.kind.value} is not supported")


def payload_of(shape: Shape) -> Member | None:
    return next((member for member in shape.members if member.place is Place.PAYLOAD), None)


def body_members(shape: Shape) -> tuple[Member, ...]:
    return tuple(member for member in shape.members if member.place is Place.BODY)
