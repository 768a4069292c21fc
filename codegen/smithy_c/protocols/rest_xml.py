"""restXml: HTTP bindings, and XML in the bodies."""

from __future__ import annotations

from ..ir import Error, Kind, Member, Operation, Service, Shape
from ..layout import Statement, Writer
from ..model import local_name
from . import defaults
from .base import Protocol, with_unused_call
from .http_bindings import HttpBindings, body_members, payload_of
from .prologue import write_prologue
from .requirements import Requirements
from .xml_codec import XmlCodec


class RestXml(Protocol):
    trait = "aws.protocols#restXml"
    constant = "SMITHY_PROTOCOL_REST_XML"

    def __init__(self, service: Service):
        super().__init__(service)
        self.codec = XmlCodec(service)
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
            self._write_payload(out, operation, payload)
        elif body_members(operation.input):
            self._write_body(out, operation)
        out.line("return smithy_request_finish(request);")
        return with_unused_call(out.lines)

    def _write_body(self, out: Writer, operation: Operation) -> None:
        shape = operation.input
        name = shape.xml.name or local_name(shape.id)
        out.line("smithy_xml_writer *xml = smithy_request_xml(request);")
        out.line(f'smithy_xml_open(xml, "{name}");')
        self.codec.namespace(out, "xml", shape.xml.namespace or self.service.namespace)
        self.codec.put_members(out, "xml", body_members(shape), "input")
        out.line(f'smithy_xml_close(xml, "{name}");')

    def _write_payload(self, out: Writer, operation: Operation, member: Member) -> None:
        shape = self.service.shape(member)
        access = f"input->{member.field}"
        media_type = f'"{member.media_type}"' if member.media_type else None
        if shape.kind is Kind.STREAM:
            out.call("smithy_request_body(", ("request", access, media_type or '"application/octet-stream"'))
        elif shape.kind in (Kind.BLOB, Kind.STR, Kind.ENUM):
            self._write_plain_payload(out, member, access, media_type)
        elif shape.kind in (Kind.STRUCT, Kind.UNION):
            name = member.xml.name or shape.xml.name or local_name(shape.id)
            value = access if shape.kind is Kind.STRUCT else f"&{access}"
            out.open(f"if ({access if shape.kind is Kind.STRUCT else access + '.kind'})")
            out.line("smithy_xml_writer *xml = smithy_request_xml(request);")
            out.line(f'smithy_xml_open(xml, "{name}");')
            self.codec.namespace(out, "xml", member.xml.namespace or shape.xml.namespace or self.service.namespace)
            out.line(f"{self.codec.writer_of(shape)}(xml, {value});")
            out.line(f'smithy_xml_close(xml, "{name}");')
            out.close()
        else:
            raise self.codec.unsupported(shape, member, f"smithy.api#httpPayload: a {shape.kind.value} is not supported")

    def _write_plain_payload(self, out: Writer, member: Member, access: str, media_type: str | None) -> None:
        shape = self.service.shape(member)
        default = '"application/octet-stream"' if shape.kind is Kind.BLOB else '"text/plain"'
        if shape.kind is Kind.ENUM:
            out.open(f"if ({access}.kind)")
            out.line(f"const smithy_str text = {shape.name}_wire({access});")
            access = "text"
        else:
            out.open(f"if ({access}.ptr)")
        value = access if shape.kind is Kind.BLOB else f"{{(const uint8_t *){access}.ptr, {access}.len}}"
        out.line(f"const smithy_body body = {{.bytes = {value}}};")
        out.call("smithy_request_body(", ("request", "body", media_type or default))
        out.close()

    # ---- responses ----

    def read_response(self, operation: Operation) -> list[str]:
        out = Writer.body()
        shape = operation.output
        if not shape.members:
            for unused in ("response", "out", "call"):
                out.line(f"(void){unused};")
            out.line("return SMITHY_OK;")
            return out.lines
        out.line(f"{shape.name} *output = out;")
        self.http.read(out, shape, "output")
        payload = payload_of(shape)
        if payload is not None:
            self._read_payload(out, payload)
        elif body_members(shape):
            if operation.url_encoded:
                elements = [f'"{name}"' for name in operation.url_encoded.elements]
                out.call("static const char *const ENCODED[] = {", (*elements, "NULL"), "};")
            out.line("const smithy_xml_node *root = NULL;")
            out.line("SMITHY_TRY(smithy_response_xml(response, &root, call));")
            if operation.url_encoded:
                out.line(f'if (root) smithy_xml_url_decode(root, "{operation.url_encoded.when}", ENCODED);')
            if not operation.unwrapped:
                self.codec.get_all(out, shape.members, body_members(shape), "root", "output")
                return out.lines
            self._read_root(out, shape)
        defaults.complete(out, self.service, shape.members, "output")
        out.line("return SMITHY_OK;")
        return with_unused_call(out.lines)

    def _read_root(self, out: Writer, shape: Shape) -> None:
        """s3UnwrappedXmlOutput: the root is the only member itself."""
        member, *others = body_members(shape)
        kind = self.service.shape(member).kind
        if others or kind not in (Kind.STR, Kind.ENUM):
            raise self.codec.unsupported(shape, member, "aws.customizations#s3UnwrappedXmlOutput: not the only string")
        text = "root->text" if kind is Kind.STR else f"{self.service.shape(member).name}_of(root->text)"
        out.line(f"if (root && root->text.len) output->{member.field} = {text};")

    def _read_payload(self, out: Writer, member: Member) -> None:
        shape = self.service.shape(member)
        target = f"output->{member.field}"
        if shape.kind is Kind.STREAM:
            out.line(f"{target} = response->body;")
        elif shape.kind is Kind.STR:
            out.line(f"if (response->body.len) {target} = response->body;")
        elif shape.kind is Kind.ENUM:
            out.line(f"if (response->body.len) {target} = {shape.name}_of(response->body);")
        elif shape.kind is Kind.BLOB:
            out.open("if (response->body.len)")
            out.line(f"{target} = (smithy_bytes){{(const uint8_t *)response->body.ptr, response->body.len}};")
            out.close()
        elif shape.kind is Kind.STRUCT:
            out.line("const smithy_xml_node *root = NULL;")
            out.line("SMITHY_TRY(smithy_response_xml(response, &root, call));")
            read = Statement.attempt(self.codec.new_reader_of(shape), "root", f"&{target}", "call")
            out.chain([("root", read)])
        elif shape.kind is Kind.UNION:
            out.line("const smithy_xml_node *root = NULL;")
            out.line("SMITHY_TRY(smithy_response_xml(response, &root, call));")
            read = Statement.attempt(self.codec.reader_of(shape), "root", f"&{target}", "call")
            out.chain([("root", read)])
        else:
            raise self.codec.unsupported(shape, member, f"smithy.api#httpPayload: a {shape.kind.value} is not supported")

    def read_error(self, error: Error) -> list[str]:
        out = Writer.body()
        out.line(f"{error.shape.name} *error = detail;")
        self.http.read(out, error.shape, "error")
        members = body_members(error.shape)
        if members:
            out.line("const smithy_xml_node *root = NULL;")
            out.line("SMITHY_TRY(smithy_response_xml(response, &root, call));")
            if not self.service.no_error_wrapping:
                out.line('if (root) root = smithy_xml_child(root, "Error");')
            self.codec.get_all(out, error.shape.members, members, "root", "error")
            return out.lines
        defaults.complete(out, self.service, error.shape.members, "error")
        out.line("return SMITHY_OK;")
        return out.lines
