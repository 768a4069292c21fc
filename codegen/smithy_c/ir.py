"""The resolved model: every name, type and binding settled. Frozen; nothing below it looks at a trait.

Shapes refer to each other by id, since they may be recursive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Mapping

from .config import SettingConfig


class Kind(Enum):
    BOOL = "bool"
    I8 = "i8"
    I16 = "i16"
    I32 = "i32"
    I64 = "i64"
    F32 = "f32"
    F64 = "f64"
    TIME = "time"
    STR = "str"
    BLOB = "blob"
    NUMBER = "number"  # Of any size, as text.
    DOCUMENT = "document"
    STREAM = "stream"
    ENUM = "enum"
    INT_ENUM = "int_enum"
    STRUCT = "struct"
    UNION = "union"
    LIST = "list"
    MAP = "map"


INTEGERS = frozenset((Kind.I8, Kind.I16, Kind.I32, Kind.I64))
SCALARS = INTEGERS | {Kind.BOOL, Kind.F32, Kind.F64, Kind.TIME}


class TimeFormat(Enum):
    EPOCH = "epoch"
    DATE_TIME = "date_time"
    HTTP_DATE = "http_date"


class Place(Enum):
    """Where a member of an operation's input or output travels."""

    BODY = "body"
    LABEL = "label"
    QUERY = "query"
    QUERY_MAP = "query_map"
    HEADER = "header"
    PREFIX_HEADERS = "prefix_headers"
    STATUS = "status"
    PAYLOAD = "payload"


@dataclass(frozen=True)
class Namespace:
    uri: str
    prefix: str = ""


@dataclass(frozen=True)
class XmlBinding:
    name: str = ""  # "": the protocol's own.
    flattened: bool = False
    attribute: bool = False
    namespace: Namespace | None = None


@dataclass(frozen=True)
class Member:
    """A member of a structure or union, or the item, key or value of a list or map."""

    name: str  # In the model.
    field: str  # In C.
    target: str
    holder: str = ""  # The shape that it is a member of.
    required: bool = False
    always: bool = False  # Every answer has it: required, and nothing says that a client should not count on it.
    place: Place = Place.BODY
    wire: str = ""  # The header's, query parameter's or prefix's name.
    greedy: bool = False
    idempotency_token: bool = False
    when_empty: str = ""  # Of a label: what stands for it where it is empty.
    lenient: bool = False  # A value that cannot be read counts as absent.
    encoded: bool = False  # A path that is percent-encoded on its way.
    default: object = None
    time_format: TimeFormat | None = None  # As the member or its target says; None: the place's default.
    media_type: str = ""
    xml: XmlBinding = XmlBinding()
    json_name: str = ""
    ec2_name: str = ""
    context_param: str = ""
    constant: str = ""  # Of the members of unions.
    comments: tuple[str, ...] = ()  # The one that is preferred first, the shortest last.


@dataclass(frozen=True)
class EnumValue:
    constant: str
    wire: str | int


@dataclass(frozen=True)
class Shape:
    id: str
    kind: Kind
    name: str = ""  # The C type, for those that have one.
    stem: str = ""  # The name without the service's prefix, as functions use it.
    comment: str = ""
    members: tuple[Member, ...] = ()  # Structures and unions.
    item: Member | None = None  # Lists; of maps the value.
    key: Member | None = None  # Maps.
    sparse: bool = False
    values: tuple[EnumValue, ...] = ()  # Enums, sorted by wire value.
    constant: str = ""  # Enums and unions: the stem of the constants.
    xml: XmlBinding = XmlBinding()


@dataclass(frozen=True)
class Error:
    shape: Shape  # Its members are those beyond the message.
    code: str
    row: str  # The C name of its static description.
    accessor: str  # The function that finds its detail in a call.
    http_status: int
    retryable: bool
    throttling: bool


@dataclass(frozen=True)
class ErrorKind:
    constant: str
    code: str


@dataclass(frozen=True)
class Checksum:
    required: bool = False
    algorithm_field: str = ""
    validates_response: bool = False
    modeled: bool = False  # httpChecksum names a requestAlgorithmMember.


@dataclass(frozen=True)
class Paginator:
    input_field: str
    token: tuple[Member, ...]  # The way to the output's.
    token_kind: Kind
    input_name: str
    output_name: str
    items: str = ""
    item_path: tuple[Member, ...] = ()
    page_size: str = ""
    more_field: str = ""
    ends_when_token_repeats: bool = False


@dataclass(frozen=True)
class Acceptor:
    """What makes a waiter end, or go on."""

    state: str  # "success", "retry" or "failure".
    matcher: str  # "success", "errorType", "output" or "inputOutput".
    succeeds: bool = False
    error: str = ""
    path: str = ""  # JMESPath.
    expected: str = ""
    comparator: str = ""


@dataclass(frozen=True)
class Waiter:
    name: str
    stem: str
    function: str
    min_delay_ms: int
    max_delay_ms: int
    acceptors: tuple[Acceptor, ...]


@dataclass(frozen=True)
class StaticParam:
    name: str
    value: bool | str | tuple[str, ...]


@dataclass(frozen=True)
class ContextPath:
    """An endpoint parameter that is collected from the input."""

    name: str
    path: str  # JMESPath.


@dataclass(frozen=True)
class UrlEncoded:
    """Elements of an XML answer that are percent-encoded when its element `when` says "url"."""

    when: str
    elements: tuple[str, ...]


@dataclass(frozen=True)
class PathPart:
    literal: str = ""
    label: str = ""  # The member's name in the model.
    greedy: bool = False


@dataclass(frozen=True)
class Operation:
    name: str
    stem: str  # describe_log_streams
    function: str  # logs_describe_log_streams
    input: Shape
    output: Shape
    errors: tuple[Error, ...]
    comment: str
    has_input: bool = True  # The model names one, be it without members.
    method: str = "POST"
    path: tuple[PathPart, ...] = ()
    query_literals: tuple[str, ...] = ()
    host: tuple[PathPart, ...] = ()  # Put in front of the endpoint's.
    input_stream: Member | None = None
    output_stream: Member | None = None
    checksum: Checksum = Checksum()
    paginator: Paginator | None = None
    waiters: tuple[Waiter, ...] = ()
    static_params: tuple[StaticParam, ...] = ()
    context_paths: tuple[ContextPath, ...] = ()
    unwrapped: bool = False  # s3UnwrappedXmlOutput: the answer's root is the only member.
    url_encoded: UrlEncoded | None = None
    unsigned: bool = False
    compresses_request: bool = False
    has_tree_hash: bool = False
    is_long_poll: bool = False
    presigned: bool = False  # A URL can be made of it.


@dataclass(frozen=True)
class Setting:
    """A setting of one service: a clientContextParam, or another boolean of its endpoint rules."""

    name: str
    field: str
    kind: str  # "bool", "str" or "str_list"
    is_option: bool = True  # The caller can give it: it is a clientContextParam.
    source: SettingConfig | None = None  # Who else can.


@dataclass(frozen=True)
class Service:
    prefix: str
    id: str  # sdkId
    title: str
    version: str
    target_prefix: str
    endpoint_prefix: str
    signing_name: str
    protocol: str
    no_error_wrapping: bool
    is_query_compatible: bool
    is_s3: bool
    namespace: Namespace | None
    source: str  # The model's file, as the banner names it.
    shapes: Mapping[str, Shape]
    types: tuple[Shape, ...]  # Those of types.h, in the order C needs.
    forward: tuple[str, ...]  # Names that are used before they are defined.
    operations: tuple[Operation, ...]
    errors: tuple[Error, ...]  # Sorted by code.
    error_kinds: tuple[ErrorKind, ...]  # Sorted by code.
    error_aliases: tuple[ErrorKind, ...]
    settings: tuple[Setting, ...]
    headers: tuple[tuple[str, str], ...] = ()  # That every request carries: name and value.
    taken: frozenset[str] = frozenset()  # C names that shapes and operations have.
    left_out: tuple[str, ...] = field(default=())  # Operations that cannot be generated, with the reason.

    def shape(self, member: Member) -> Shape:
        return self.shapes[member.target]
