"""awsQuery and ec2Query: one POST of a form to "/", answered in XML."""

from __future__ import annotations

from ..ir import Error, Member, Operation, Service
from ..layout import Writer
from .base import Protocol, with_unused_call
from .prologue import write_prologue
from .requirements import Requirements
from .query_codec import QueryCodec
from .xml_codec import XmlCodec


class AwsQuery(Protocol):
    trait = "aws.protocols#awsQuery"
    constant = "SMITHY_PROTOCOL_AWS_QUERY"

    def __init__(self, service: Service):
        super().__init__(service)
        self.form = self.make_form(service)
        self.xml = XmlCodec(service)
        self.requirements = Requirements(service)
        self.codecs = (self.form, self.xml, self.requirements)

    def make_form(self, service: Service) -> QueryCodec:
        return QueryCodec(service)

    def write_request(self, operation: Operation) -> list[str]:
        out = Writer.body()
        members = operation.input.members
        if members:
            out.line(f"const {operation.input.name} *input = in;")
        else:
            out.line("(void)in;")
        write_prologue(out, self.requirements, operation)
        head = "smithy_query_writer *form = smithy_request_query_form(" if members else "smithy_request_query_form("
        out.call(head, ("request", f'"{operation.name}"', f'"{self.service.version}"'))
        self.form.put_members(out, "form", members, "input")
        out.line("return smithy_request_finish(request);")
        return with_unused_call(out.lines)

    def read_response(self, operation: Operation) -> list[str]:
        out = Writer.body()
        if not operation.output.members:
            for unused in ("response", "out", "call"):
                out.line(f"(void){unused};")
            out.line("return SMITHY_OK;")
            return out.lines
        out.line(f"{operation.output.name} *output = out;")
        out.line("const smithy_xml_node *result = NULL;")
        self.find_result(out, operation)
        self._read_members(out, operation.output.members, "result", "output")
        return out.lines

    def find_result(self, out: Writer, operation: Operation) -> None:
        out.attempt("smithy_response_xml_result", ("response", f'"{operation.name}Result"', "&result", "call"))

    def read_error(self, error: Error) -> list[str]:
        out = Writer.body()
        out.line(f"{error.shape.name} *value = detail;")
        out.line("const smithy_xml_node *error = NULL;")
        out.line("SMITHY_TRY(smithy_response_xml_error(response, &error, call));")
        self._read_members(out, error.shape.members, "error", "value")
        return out.lines

    def _read_members(self, out: Writer, members: tuple[Member, ...], node: str, access: str) -> None:
        self.xml.get_all(out, members, members, node, access)
