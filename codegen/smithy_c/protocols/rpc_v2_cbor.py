"""rpcv2Cbor: one POST for each operation to a path of its own, CBOR both ways."""

from __future__ import annotations

from ..ir import Error, Member, Operation, Service
from ..layout import Writer
from .base import Protocol, with_unused_call
from .cbor_codec import CborCodec
from .prologue import write_prologue
from .requirements import Requirements


class RpcV2Cbor(Protocol):
    trait = "smithy.protocols#rpcv2Cbor"
    constant = "SMITHY_PROTOCOL_RPC_V2_CBOR"

    def __init__(self, service: Service):
        super().__init__(service)
        self.codec = CborCodec(service)
        self.requirements = Requirements(service)
        self.codecs = (self.codec, self.requirements)

    def service_rows(self) -> list[tuple[str, str]]:
        return [("error_facts", "smithy_cbor_error_facts")]

    def write_request(self, operation: Operation) -> list[str]:
        out = Writer.body()
        if operation.input.members:
            out.line(f"const {operation.input.name} *input = in;")
        else:
            out.line("(void)in;")
        write_prologue(out, self.requirements, operation)
        if operation.has_input:
            out.line("smithy_cbor_writer *cbor = smithy_request_cbor(request);")
            out.line("smithy_cbor_open_object(cbor);")
            self.codec.put_members(out, "cbor", operation.input.members, "input")
            out.line("smithy_cbor_close_object(cbor);")
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

    def _read_body(self, out: Writer, members: tuple[Member, ...], access: str) -> None:
        out.line("const smithy_cbor_node *member = NULL;")
        out.line("SMITHY_TRY(smithy_response_cbor(response, &member, call));")
        out.open("for (; member; member = member->next)")
        self.codec.get_members(out, members, access)
        out.close()
        self.codec.fill_in(out, members, access)
        out.line("return SMITHY_OK;")
