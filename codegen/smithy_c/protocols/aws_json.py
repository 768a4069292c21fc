"""awsJson1_0 and awsJson1_1: one POST to "/", the operation in a header, JSON both ways."""

from __future__ import annotations

from ..ir import Error, Operation, Service
from ..layout import Writer
from .base import Protocol, with_unused_call
from .json_codec import JsonCodec
from .prologue import write_prologue
from .requirements import Requirements


class AwsJson1_1(Protocol):
    trait = "aws.protocols#awsJson1_1"
    constant = "SMITHY_PROTOCOL_AWS_JSON_1_1"

    def __init__(self, service: Service):
        super().__init__(service)
        self.codec = JsonCodec(service, use_json_name=False)
        self.requirements = Requirements(service)
        self.codecs = (self.codec, self.requirements)

    def write_request(self, operation: Operation) -> list[str]:
        out = Writer.body()
        members = operation.input.members
        if members:
            out.line(f"const {operation.input.name} *input = in;")
        else:
            out.line("(void)in;")
        write_prologue(out, self.requirements, operation)
        out.line("smithy_json_writer *json = smithy_request_json(request);")
        out.line("smithy_json_open_object(json);")
        self.codec.put_members(out, "json", members, "input")
        out.line("smithy_json_close_object(json);")
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
        self._read_body(out, operation.output.members, "output")
        return out.lines

    def read_error(self, error: Error) -> list[str]:
        out = Writer.body()
        out.line(f"{error.shape.name} *error = detail;")
        self._read_body(out, error.shape.members, "error")
        return out.lines

    def _read_body(self, out: Writer, members: tuple, access: str) -> None:
        out.line("const cJSON *member = NULL;")
        out.line("SMITHY_TRY(smithy_response_json(response, &member, call));")
        out.open("for (; member; member = member->next)")
        self.codec.get_members(out, members, access)
        out.close()
        self.codec.fill_in(out, members, access)
        out.line("return SMITHY_OK;")


class AwsJson1_0(AwsJson1_1):
    trait = "aws.protocols#awsJson1_0"
    constant = "SMITHY_PROTOCOL_AWS_JSON_1_0"
