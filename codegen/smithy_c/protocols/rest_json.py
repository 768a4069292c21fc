"""restJson1: HTTP bindings, and JSON in the bodies."""

from __future__ import annotations

from ..ir import Error, Kind, Member, Operation, Service, Shape
from ..layout import Writer
from ..literals import quoted
from .base import Protocol, with_unused_call
from .http_bindings import HttpBindings, body_members, payload_of
from .json_codec import JsonCodec
from .prologue import write_prologue
from .requirements import Requirements

AGGREGATES = (Kind.UNION, Kind.LIST, Kind.MAP)


class RestJson1(Protocol):
    trait = "aws.protocols#restJson1"
    constant = "SMITHY_PROTOCOL_REST_JSON_1"

    def __init__(self, service: Service):
        super().__init__(service)
        self.codec = JsonCodec(service, use_json_name=True)
        self.requirements = Requirements(service)
        self.codecs = (self.codec, self.requirements)
        self.http = HttpBindings(service)

    # ---- requests ----

    def write_request(self, operation: Operation) -> list[str]:
        out = Writer.body()
        if operation.input.members:
            out.line(f"const {operation.input.name} *input = in;")
        else:
            out.line("(void)in;")
        write_prologue(out, self.requirements, operation, self.http.written_labels(operation))
        self.http.write(out, operation)
        payload = payload_of(operation.input)
        if payload is not None:
            self._write_payload(out, payload)
        elif body_members(operation.input):
            out.line("smithy_json_writer *json = smithy_request_json(request);")
            out.line("smithy_json_open_object(json);")
            self.codec.put_members(out, "json", body_members(operation.input), "input")
            out.line("smithy_json_close_object(json);")
        out.line("return smithy_request_finish(request);")
        return with_unused_call(out.lines)

    def _write_payload(self, out: Writer, member: Member) -> None:
        shape = self.service.shape(member)
        access = f"input->{member.field}"
        media_type = quoted(member.media_type) if member.media_type else "NULL"
        if shape.kind is Kind.STREAM:
            media_type = quoted(member.media_type or "application/octet-stream")
            out.call("smithy_request_body(", ("request", access, media_type))
        elif shape.kind is Kind.BLOB:
            out.call("smithy_request_body_bytes(", ("request", access, media_type))
        elif shape.kind is Kind.STR:
            out.call("smithy_request_body_str(", ("request", access, media_type))
        elif shape.kind is Kind.ENUM:
            out.call("smithy_request_body_str(", ("request", f"{shape.name}_wire({access})", media_type))
        elif shape.kind is Kind.STRUCT:
            self._write_structure(out, shape, access)
        elif shape.kind is Kind.DOCUMENT:
            out.line(f"if ({access}.kind) smithy_json_value_document(smithy_request_json(request), {access});")
        elif shape.kind in AGGREGATES:
            present = f"{access}.kind" if shape.kind is Kind.UNION else f"{access}.items"
            out.line(f"if ({present}) {self.codec.writer_of(shape)}(smithy_request_json(request), &{access});")
        else:
            raise self.codec.unsupported(shape, member, f"smithy.api#httpPayload: a {shape.kind.value} is not supported")

    def _write_structure(self, out: Writer, shape: Shape, access: str) -> None:
        """An absent one is an empty object: the body is JSON in any case."""
        out.line("smithy_json_writer *json = smithy_request_json(request);")
        out.open(f"if ({access})")
        out.line(f"{self.codec.writer_of(shape)}(json, {access});")
        out.indent -= 4
        out.open("} else")
        out.line("smithy_json_open_object(json);")
        out.line("smithy_json_close_object(json);")
        out.close()

    # ---- responses ----

    def read_response(self, operation: Operation) -> list[str]:
        shape = operation.output
        out = Writer.body()
        if not shape.members:
            for unused in ("response", "out", "call"):
                out.line(f"(void){unused};")
            out.line("return SMITHY_OK;")
            return out.lines
        out.line(f"{shape.name} *output = out;")
        self.http.read(out, shape, "output")
        self._read_body(out, shape, "output")
        return with_unused_call(out.lines)

    def read_error(self, error: Error) -> list[str]:
        out = Writer.body()
        out.line(f"{error.shape.name} *error = detail;")
        self.http.read(out, error.shape, "error")
        self._read_body(out, error.shape, "error")
        return with_unused_call(out.lines)

    def _read_body(self, out: Writer, shape: Shape, access: str) -> None:
        payload = payload_of(shape)
        if payload is not None:
            self._read_payload(out, payload, f"{access}->{payload.field}")
        elif body_members(shape):
            out.line("const cJSON *member = NULL;")
            out.line("SMITHY_TRY(smithy_response_json(response, &member, call));")
            out.open("for (; member; member = member->next)")
            self.codec.get_members(out, body_members(shape), access)
            out.close()
        self.codec.fill_in(out, shape.members, access)
        out.line("return SMITHY_OK;")

    def _read_payload(self, out: Writer, member: Member, target: str) -> None:
        shape = self.service.shape(member)
        if shape.kind is Kind.STREAM:
            out.line(f"{target} = response->body;")
        elif shape.kind is Kind.STR:
            out.line(f"{target} = smithy_response_body_str(response);")
        elif shape.kind is Kind.ENUM:
            out.line(f"{target} = {shape.name}_of(smithy_response_body_str(response));")
        elif shape.kind is Kind.BLOB:
            out.line(f"{target} = smithy_response_body_bytes(response);")
        elif shape.kind in (Kind.STRUCT, Kind.DOCUMENT, *AGGREGATES):
            out.line("const cJSON *root = NULL;")
            out.line("SMITHY_TRY(smithy_response_json_root(response, &root, call));")
            out.condition("root", self.codec.get(member, "root", target).render(0))
        else:
            raise self.codec.unsupported(shape, member, f"smithy.api#httpPayload: a {shape.kind.value} is not supported")
