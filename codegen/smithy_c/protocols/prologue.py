"""What every request begins with: the members that must be there, the idempotency token, the host, the service's own headers."""

from __future__ import annotations

from .. import c_types
from ..ir import Kind, Operation, Service
from ..layout import Writer
from ..literals import quoted


def write_requirements(out: Writer, service: Service, operation: Operation, skip: frozenset[str] = frozenset()) -> None:
    """What must be there before anything is written. Labels that are written say so themselves."""
    for member in operation.input.members:
        if member.name in skip or member.idempotency_token or member is operation.input_stream:
            continue
        if member.required:
            present = c_types.is_set(service, member, f"input->{member.field}")
            out.call("smithy_request_require(", ("request", f'"{member.name}"', present))
    for member in operation.input.members:
        if member.idempotency_token:
            out.call("const smithy_str token = smithy_request_token(", ("request", f"input->{member.field}"))
    _write_host(out, service, operation)
    for name, value in service.headers:
        out.call("smithy_request_header_str(", ("request", quoted(name), f"SMITHY_STR({quoted(value)})"))


def _write_host(out: Writer, service: Service, operation: Operation) -> None:
    by_name = {member.name: member for member in operation.input.members}
    for part in operation.host:
        if part.literal:
            out.line(f'smithy_request_host(request, "{part.literal}");')
            continue
        member = by_name[part.label]
        shape = service.shape(member)
        access = f"input->{member.field}"
        value = f"{shape.name}_wire({access})" if shape.kind is Kind.ENUM else access
        out.call("smithy_request_host_label(", ("request", f'"{member.name}"', value))
