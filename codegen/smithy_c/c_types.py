"""Which C type holds a shape, by where it stands."""

from __future__ import annotations

from .ir import Kind, Member, Service, Shape

OPTIONAL = {
    Kind.BOOL: "smithy_opt_bool",
    Kind.I8: "smithy_opt_i8",
    Kind.I16: "smithy_opt_i16",
    Kind.I32: "smithy_opt_i32",
    Kind.I64: "smithy_opt_i64",
    Kind.F32: "smithy_opt_f32",
    Kind.F64: "smithy_opt_f64",
    Kind.TIME: "smithy_opt_time",
}

PLAIN = {
    Kind.BOOL: "bool",
    Kind.I8: "int8_t",
    Kind.I16: "int16_t",
    Kind.I32: "int32_t",
    Kind.I64: "int64_t",
    Kind.F32: "float",
    Kind.F64: "double",
    Kind.TIME: "int64_t",
}


def _by_value(shape: Shape, sending: bool) -> str:
    if shape.kind in (Kind.STR, Kind.NUMBER):
        return "smithy_str"
    if shape.kind is Kind.BLOB:
        return "smithy_bytes"
    if shape.kind is Kind.DOCUMENT:
        return "smithy_document"
    if shape.kind is Kind.STREAM:
        return "smithy_body" if sending else "smithy_str"
    return shape.name


def _declare(c_type: str, name: str) -> str:
    return f"{c_type}{name};" if c_type.endswith("*") else f"{c_type} {name};"


def of_member(service: Service, member: Member, sending: bool = False) -> str:
    """In a structure: scalars optional, structures by pointer."""
    shape = service.shape(member)
    if shape.kind in OPTIONAL:
        return OPTIONAL[shape.kind]
    return f"const {shape.name} *" if shape.kind is Kind.STRUCT else _by_value(shape, sending)


def of_choice(service: Service, member: Member) -> str:
    """In a union: scalars plain, structures and unions by pointer."""
    shape = service.shape(member)
    if shape.kind in (Kind.STRUCT, Kind.UNION):
        return f"const {shape.name} *"
    return PLAIN.get(shape.kind) or _by_value(shape, False)


def of_item(service: Service, member: Member, sparse: bool) -> str:
    """In a list or as a map's value: plain, or able to be absent where the list is sparse."""
    shape = service.shape(member)
    if shape.kind in PLAIN:
        return OPTIONAL[shape.kind] if sparse else PLAIN[shape.kind]
    if shape.kind is Kind.STRUCT and sparse:
        return f"const {shape.name} *"
    return _by_value(shape, False)


def declare_member(service: Service, member: Member, sending: bool = False) -> str:
    return _declare(of_member(service, member, sending), member.field)


def declare_choice(service: Service, member: Member) -> str:
    return _declare(of_choice(service, member), member.field)


def declare_items(service: Service, shape: Shape) -> str:
    """The `items` of a list."""
    item = of_item(service, shape.item, shape.sparse)
    return f"{item}const *items;" if item.endswith("*") else f"const {item} *items;"


def entry_of(shape: Shape) -> str:
    """The type of a map's entries; the runtime's own maps have the runtime's."""
    return f"{shape.name.removesuffix('_map') if shape.name.startswith('smithy_') else shape.name}_entry"


def declare_entry_value(service: Service, item: Member, sparse: bool) -> str:
    return _declare(of_item(service, item, sparse), "value")


def is_set(service: Service, member: Member, access: str) -> str:
    """The condition that a structure's member is present."""
    kind = service.shape(member).kind
    if kind in OPTIONAL:
        return f"{access}.has"
    if kind in (Kind.ENUM, Kind.INT_ENUM, Kind.UNION, Kind.DOCUMENT):
        return f"{access}.kind != 0"
    if kind in (Kind.LIST, Kind.MAP):
        return f"{access}.items != NULL"
    if kind is Kind.STRUCT:
        return f"{access} != NULL"
    return f"{access}.ptr != NULL"
