"""What every request begins with: the members that must be there, the idempotency token, the host, the service's own headers."""

from __future__ import annotations

from ..ir import Kind, Operation, Service
from ..layout import Writer
from ..literals import quoted
from .requirements import Requirements


def write_prologue(
    out: Writer, requirements: Requirements, operation: Operation, skip: frozenset[str] = frozenset()
) -> None:
    service = requirements.service
    requirements.write(out, operation, skip)
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
