"""Model and configuration into the resolved model of ir.py."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Callable

from . import comments, pages, traits, waiters
from .config import ServiceConfig
from .errors import GeneratorError
from .ir import (
    Checksum, ContextPath, EnumValue, Error, ErrorKind, Kind, Member, Namespace, Operation, Paginator, PathPart, Place,
    Service, Setting, Shape, StaticParam, TimeFormat, UrlEncoded, XmlBinding,
)  # fmt: skip
from .model import Model, local_name, members_of
from .names import RESERVED, Scope, field, screaming, snake
from .order import in_c_order
from .slim import wanted_operations

PROTOCOLS = (
    "smithy.protocols#rpcv2Cbor",
    "aws.protocols#awsJson1_0",
    "aws.protocols#awsJson1_1",
    "aws.protocols#restJson1",
    "aws.protocols#restXml",
    "aws.protocols#awsQuery",
    "aws.protocols#ec2Query",
)

SIMPLE_KINDS = {
    "boolean": Kind.BOOL,
    "byte": Kind.I8,
    "short": Kind.I16,
    "integer": Kind.I32,
    "long": Kind.I64,
    "float": Kind.F32,
    "double": Kind.F64,
    "timestamp": Kind.TIME,
    "string": Kind.STR,
    "bigInteger": Kind.NUMBER,
    "bigDecimal": Kind.NUMBER,
    "document": Kind.DOCUMENT,
    "blob": Kind.BLOB,
    "enum": Kind.ENUM,
    "intEnum": Kind.INT_ENUM,
    "structure": Kind.STRUCT,
    "union": Kind.UNION,
    "list": Kind.LIST,
    "set": Kind.LIST,
    "map": Kind.MAP,
}

TIME_FORMATS = {
    "epoch-seconds": TimeFormat.EPOCH,
    "date-time": TimeFormat.DATE_TIME,
    "http-date": TimeFormat.HTTP_DATE,
}

UNIT = "smithy.api#Unit"
SIGV4 = "aws.auth#sigv4"
AUTH_SCHEMES = (
    SIGV4, "aws.auth#sigv4a", "aws.auth#cognitoUserPools", "smithy.api#httpBasicAuth", "smithy.api#httpBearerAuth",
)  # fmt: skip
QUERY_COMPATIBLE = "aws.protocols#awsQueryCompatible"
RULES = ("smithy.rules#endpointRuleSet", "smithy.rules#endpointBdd")
ENDPOINT = "Endpoint"  # The parameter of all endpoint rules that the client's own endpoint goes into.

# What every client has beside its shapes, and what every operation has beside its function.
CLIENT_NAMES = (
    "client", "client_base", "client_options", "client_create", "client_destroy", "error_kind", "error_of", "endpoint_params",
    "resolve_endpoint",
)  # fmt: skip
OTHERS = ("smithy", "std", "aws")  # Prefixes that others use.
CLIENT_HEADERS = ("client", "endpoint", "errors", "serde", "types")
CLIENT_OPTIONS = (
    "region", "endpoint_url", "config", "credentials", "system", "transport", "use_fips", "use_dual_stack", "retry_mode",
    "max_attempts", "attempt_timeout_ms", "app_id",
)  # fmt: skip
MAX_FILE_STEM = 200  # File systems allow 255, with what follows.
OPERATION_SUFFIXES = ("_input", "_output", "_pages", "_next", "_items", "_next_item")


def resolve(model: Model, config: ServiceConfig, source: str, protocols: tuple[str, ...]) -> Service:
    """The service as it is to be generated; `protocols` are those that can be, in the order of preference."""
    taken = {*RESERVED, *OTHERS, *CLIENT_HEADERS, "ops"}
    if not re.fullmatch(r"(?!smithy_)[a-z][a-z0-9_]*", config.prefix) or config.prefix in taken:
        allowed = "lower case letters and digits, no word of C or of the runtime"
        raise GeneratorError(f'"{config.prefix}" cannot begin the names of a client: {allowed}')
    return _Resolver(model, config, source, protocols).service()


def name_of_service(model: Model) -> str:
    """What a client is called that nobody named: as the SDKs call the service, "CloudWatch Logs" cloudwatch_logs."""
    facts = model.service.get("traits", {}).get("aws.api#service", {})
    return re.sub(r"[^a-z0-9]+", "_", facts.get("sdkId", local_name(model.service_id)).lower()).strip("_")


class _Resolver:
    def __init__(self, model: Model, config: ServiceConfig, source: str, protocols: tuple[str, ...]):
        self.model = model
        self.config = config
        self.source = source
        self.protocol = self._protocol(protocols)
        self.types = Scope()
        self.constants = Scope()
        self.shapes: dict[str, Shape] = {}
        self.functions: dict[str, str] = {}  # Operations by id.

    # ---- the service ----

    def service(self) -> Service:
        model, config = self.model, self.config
        traits.check(model, model.service_id)
        operation_ids, left_out = self._operations()
        self._reserve_names(operation_ids)
        self._resolve_shapes(operation_ids)
        error_ids = sorted(
            {target for shape_id in operation_ids for target in self._error_ids(shape_id)}, key=self._error_code
        )
        errors = {shape_id: self._error(shape_id) for shape_id in error_ids}
        kinds, aliases = self._error_kinds(error_ids)
        types, forward = in_c_order(self.shapes)
        service_traits = model.service.get("traits", {})
        facts = service_traits.get("aws.api#service", {})
        sdk_id = facts.get("sdkId", local_name(model.service_id))
        title = service_traits.get("smithy.api#title", sdk_id)
        return Service(
            prefix=config.prefix,
            id=sdk_id,
            title=title if comments.is_safe(title) else sdk_id,
            version=self._version(),
            target_prefix=local_name(model.service_id),
            endpoint_prefix=facts.get("endpointPrefix", facts.get("arnNamespace", config.prefix)),
            signing_name=service_traits.get("aws.auth#sigv4", {}).get("name", facts.get("arnNamespace", config.prefix)),
            protocol=self.protocol,
            no_error_wrapping=bool(service_traits[self.protocol].get("noErrorWrapping", False)),
            is_query_compatible=QUERY_COMPATIBLE in service_traits,
            is_s3=config.is_s3,
            namespace=_namespace(service_traits),
            source=self.source,
            shapes=self.shapes,
            types=types,
            forward=forward,
            operations=tuple(self._operation(shape_id, errors) for shape_id in operation_ids),
            errors=tuple(errors.values()),
            error_kinds=kinds,
            error_aliases=aliases,
            settings=self._settings(),
            headers=tuple(sorted(config.headers.items())),
            taken=self.types.taken,
            left_out=left_out,
        )

    def _version(self) -> str:
        version = self.model.service.get("version", "")
        if not isinstance(version, str) or not traits.is_plain(version):
            raise GeneratorError(f"{self.model.name}: {self.model.service_id}: {version!r} is no version")
        return version

    def _protocol(self, supported: tuple[str, ...]) -> str:
        offered = [name for name in PROTOCOLS if name in self.model.service.get("traits", {})]
        if not offered:
            raise GeneratorError(f"{self.model.name}: {self.model.service_id} names no protocol that is known")
        for name in offered:
            if name in supported:
                return name
        raise GeneratorError(
            f"{self.model.name}: {self.model.service_id}: {', '.join(offered)}: not among the protocols that can be"
            f" generated ({', '.join(supported)})"
        )

    def _operations(self) -> tuple[list[str], tuple[str, ...]]:
        """The operations to generate; without a list of wanted ones, those with event streams are left out."""
        kept, left_out = [], []
        for shape_id in wanted_operations(self.model, self.config.operations):
            if not self._has_event_stream(shape_id):
                kept.append(shape_id)
            elif self.config.operations is None:
                left_out.append(f"{local_name(shape_id)}: event streams are not generated")
            else:
                raise GeneratorError(f"{self.model.name}: {shape_id}: smithy.api#streaming: event streams are not supported")
        if not kept:
            why = ": each has event streams (smithy.api#streaming), which are not supported" if left_out else ""
            raise GeneratorError(f"{self.model.name}: {self.model.service_id}: no operation to generate{why}")
        return kept, tuple(left_out)

    def _has_event_stream(self, operation_id: str) -> bool:
        operation = self.model.shape(operation_id)
        for part in ("input", "output"):
            for _, member in members_of(self.model.shape(operation.get(part, {}).get("target", UNIT))):
                target = self.model.shape(member["target"])
                if target["type"] == "union" and "smithy.api#streaming" in target.get("traits", {}):
                    return True
        return False

    def _settings(self) -> tuple[Setting, ...]:
        params = self.model.service.get("traits", {}).get("smithy.rules#clientContextParams", {})
        kinds = {"boolean": "bool", "string": "str", "stringArray": "str_list"}
        for name, param in params.items():
            if param.get("type") not in kinds:
                raise GeneratorError(
                    f"{self.model.name}: {self.model.service_id}: smithy.rules#clientContextParams: {name} has the"
                    f" unknown type {param.get('type')}"
                )
        scope = Scope(CLIENT_OPTIONS)
        known = set(params) | self._rule_parameters()  # An older model may lack what a newer one lets be set.
        sources = {name: source for name, source in self.config.settings.items() if name in known}
        return tuple(
            Setting(
                name,
                scope.unique(self._field(name)),
                kinds[params[name]["type"]] if name in params else "bool",
                is_option=name in params,
                source=sources.get(name),
            )
            for name in sorted(set(params) | set(sources))
        )

    def _rule_parameters(self) -> set[str]:
        own = self.model.service.get("traits", {})
        return {name for trait in RULES for name in own.get(trait, {}).get("parameters", {})}

    # ---- names ----

    def _snake(self, name: str) -> str:
        return snake(name, self.config.names)

    def _field(self, name: str) -> str:
        """C++ does not let a member have the name of a type that its structure uses."""
        result = field(name, self.config.names)
        return f"{result}_" if result in self.types or result.startswith("smithy_") else result

    def _reserve_names(self, operation_ids: list[str]) -> None:
        """The client's own names first, then the operations': shapes give way to both."""
        prefix = self.config.prefix
        for name in CLIENT_NAMES:
            self.types.unique(f"{prefix}_{name}")
        for guard in ("", prefix, *CLIENT_HEADERS):
            self.constants.unique(f"{prefix}_{guard}_H".upper())
        for shape_id in operation_ids:
            wanted = f"{prefix}_{self._snake(local_name(shape_id))}"
            self.functions[shape_id] = self.types.claim(wanted, OPERATION_SUFFIXES)
            if len(self.functions[shape_id]) > MAX_FILE_STEM:
                raise GeneratorError(f"{self.model.name}: {shape_id}: too long for the name of a file")
            self.constants.unique(f"{prefix}_OPS_{self._stem(self.functions[shape_id])}_H".upper())

    def _stem(self, name: str) -> str:
        return name.removeprefix(f"{self.config.prefix}_")

    # ---- shapes ----

    def _resolve_shapes(self, operation_ids: list[str]) -> None:
        reached: set[str] = set()
        pending: list[str] = []
        for shape_id in operation_ids:
            traits.check(self.model, shape_id)
            operation = self.model.shape(shape_id)
            for part in ("input", "output"):
                holder = operation.get(part, {}).get("target", UNIT)
                traits.check(self.model, holder)
                pending += [member["target"] for _, member in members_of(self.model.shape(holder))]
            for error_id in self._error_ids(shape_id):
                traits.check(self.model, error_id)
                pending += [member["target"] for _, member in members_of(self.model.shape(error_id))]
        while pending:
            shape_id = pending.pop()
            if shape_id in reached:
                continue
            reached.add(shape_id)
            traits.check(self.model, shape_id)
            shape = self.model.shape(shape_id)
            if shape["type"] not in ("enum", "intEnum"):
                pending += [member["target"] for _, member in members_of(shape)]
        for shape_id in sorted(reached, key=lambda reached_id: (local_name(reached_id), reached_id)):
            self.shapes[shape_id] = self._shape(shape_id)
        for shape_id, shape in list(self.shapes.items()):
            self.shapes[shape_id] = self._with_members(shape)
            self._check_members(self.shapes[shape_id])

    def _check_members(self, shape: Shape) -> None:
        """Of a shape that is no operation's input or output."""
        if shape.kind is Kind.UNION and not shape.members:
            raise GeneratorError(f"{self.model.name}: {shape.id}: a union without members")
        for member in filter(None, (*shape.members, shape.item)):
            if self._kind(member.target) is Kind.STREAM:
                where = f"{self.model.name}: {shape.id}${member.name}"
                raise GeneratorError(f"{where}: smithy.api#streaming: not a member of an operation's input or output")

    def _kind(self, shape_id: str) -> Kind:
        shape = self.model.shape(shape_id)
        own = shape.get("traits", {})
        if shape["type"] == "string" and "smithy.api#enum" in own:
            return Kind.ENUM
        if shape["type"] == "blob" and "smithy.api#streaming" in own:
            return Kind.STREAM
        if shape["type"] not in SIMPLE_KINDS:
            raise GeneratorError(f"{self.model.name}: {shape_id}: {shape['type']} shapes are not supported")
        if shape["type"] == "union" and "smithy.api#streaming" in own:
            raise GeneratorError(f"{self.model.name}: {shape_id}: smithy.api#streaming: event streams are not supported")
        return SIMPLE_KINDS[shape["type"]]

    def _shape(self, shape_id: str) -> Shape:
        """The shape with its names, before its members are."""
        kind = self._kind(shape_id)
        own = self.model.traits(shape_id)
        base = Shape(id=shape_id, kind=kind, sparse="smithy.api#sparse" in own, xml=_xml(own))
        if kind in (Kind.ENUM, Kind.INT_ENUM, Kind.STRUCT, Kind.UNION, Kind.LIST, Kind.MAP):
            derived = {Kind.ENUM: ("_kind", "_wire", "_of"), Kind.INT_ENUM: ("_kind", "_wire", "_of")}
            derived |= {Kind.UNION: ("_kind",), Kind.MAP: ("_entry",)}
            wanted = f"{self.config.prefix}_{self._snake(local_name(shape_id))}"
            name = self.types.claim(wanted, derived.get(kind, ()))
            base = replace(base, name=name, stem=self._stem(name), constant=name.upper(), comment=local_name(shape_id))
        if kind is Kind.LIST and self._is_text(self.model.shape(shape_id)["member"]["target"]):
            base = replace(base, name="smithy_str_list")
        if kind is Kind.MAP and self._is_text(self.model.shape(shape_id)["value"]["target"]):
            base = replace(base, name="smithy_str_map")
        if kind is Kind.MAP and self._is_text_list(self.model.shape(shape_id)["value"]["target"]):
            base = replace(base, name="smithy_str_list_map")
        return base

    def _is_text(self, shape_id: str) -> bool:
        return self._kind(shape_id) is Kind.STR

    def _is_text_list(self, shape_id: str) -> bool:
        return self._kind(shape_id) is Kind.LIST and self._is_text(self.model.shape(shape_id)["member"]["target"])

    def _with_members(self, shape: Shape) -> Shape:
        raw = self.model.shape(shape.id)
        if shape.kind is Kind.LIST:
            return replace(shape, item=self._member(shape.id, "member", raw["member"], "items"))
        if shape.kind is Kind.MAP:
            key = self._member(shape.id, "key", raw["key"], "key")
            if self.shapes[key.target].kind not in (Kind.STR, Kind.ENUM):
                raise GeneratorError(f"{self.model.name}: {shape.id}$key: keys of maps must be strings")
            return replace(shape, key=key, item=self._member(shape.id, "value", raw["value"], "value"))
        if shape.kind in (Kind.ENUM, Kind.INT_ENUM):
            return replace(shape, values=self._enum_values(shape))
        if shape.kind is Kind.UNION:
            for reserved in ("ABSENT", "UNKNOWN"):
                self.constants.unique(f"{shape.constant}_{reserved}")
            return replace(shape, members=tuple(map(self._choice(shape), self._members(shape.id, taken=("kind",)))))
        if shape.kind is Kind.STRUCT:
            return replace(shape, members=self._members(shape.id))
        return shape

    def _choice(self, shape: Shape) -> Callable[[Member], Member]:
        def with_constant(member: Member) -> Member:
            constant = f"{shape.constant}_{member.field.rstrip('_').upper()}"
            return replace(member, constant=self.constants.unique(constant))

        return with_constant

    def _enum_values(self, shape: Shape) -> tuple[EnumValue, ...]:
        raw = self.model.shape(shape.id)
        if raw["type"] == "string":
            pairs = [(row.get("name") or str(row["value"]), row["value"]) for row in raw["traits"]["smithy.api#enum"]]
        else:
            pairs = [
                (name, member.get("traits", {}).get("smithy.api#enumValue", name))
                for name, member in raw.get("members", {}).items()
            ]
        wanted = int if shape.kind is Kind.INT_ENUM else str
        for name, value in pairs:
            if not isinstance(value, wanted) or isinstance(value, bool):
                raise GeneratorError(f"{self.model.name}: {shape.id}${name}: smithy.api#enumValue: not a {wanted.__name__}")
            if wanted is int and not -(2**31) <= value < 2**31:
                raise GeneratorError(f"{self.model.name}: {shape.id}${name}: smithy.api#enumValue: past 32 bits")
        for reserved in ("ABSENT", "UNKNOWN"):
            self.constants.unique(f"{shape.constant}_{reserved}")
        by_wire: dict[Any, str] = {}
        for name, value in pairs:
            by_wire.setdefault(value, name)
        ordered = sorted(by_wire, key=lambda wire: wire.encode() if isinstance(wire, str) else wire)
        result = []
        for wire in ordered:
            constant = f"{shape.constant}_{screaming(by_wire[wire], self.config.names)}"
            if constant in (f"{shape.constant}_ABSENT", f"{shape.constant}_UNKNOWN"):
                constant += "_VALUE"
            result.append(EnumValue(self.constants.unique(constant), wire))
        return tuple(result)

    # ---- members ----

    def _members(self, holder_id: str, taken: tuple[str, ...] = ()) -> tuple[Member, ...]:
        scope = Scope(taken)
        return tuple(
            self._member(holder_id, name, raw, scope.unique(self._field(name)))
            for name, raw in self.model.shape(holder_id).get("members", {}).items()
        )

    def _member(self, holder_id: str, name: str, raw: dict[str, Any], c_name: str) -> Member:
        own = raw.get("traits", {})
        target = raw["target"]
        target_traits = self.model.traits(target)
        place, wire = _place(own)
        member = Member(
            name=name,
            field=c_name,
            target=target,
            holder=holder_id,
            required="smithy.api#required" in own,
            always="smithy.api#required" in own and "smithy.api#clientOptional" not in own,
            place=place,
            wire=wire,
            idempotency_token="smithy.api#idempotencyToken" in own,
            when_empty=self.config.empty_labels.get(name, "") if place is Place.LABEL else "",
            lenient=wire in self.config.lenient_headers and place is Place.HEADER,
            encoded=wire in self.config.encoded_headers and place is Place.HEADER,
            default=None if "smithy.api#clientOptional" in own else own.get("smithy.api#default"),
            time_format=self._time_format(f"{holder_id}${name}", own, target_traits),
            media_type=own.get("smithy.api#mediaType", target_traits.get("smithy.api#mediaType", "")),
            xml=_xml(own),
            json_name=own.get("smithy.api#jsonName", name),
            ec2_name=own.get("aws.protocols#ec2QueryName", ""),
            context_param=self._context_param(holder_id, name, own),
        )
        return replace(member, comments=comments.of_member(self.model, member, own))

    def _context_param(self, holder_id: str, name: str, own: dict[str, Any]) -> str:
        if name not in self.config.endpoint_members:
            return own.get("smithy.rules#contextParam", {}).get("name", "")
        if "smithy.api#required" not in own:
            raise GeneratorError(f"{self.model.name}: {holder_id}${name}: an endpoint member must be required")
        return ENDPOINT

    def _time_format(self, where: str, own: dict[str, Any], target: dict[str, Any]) -> TimeFormat | None:
        name = own.get("smithy.api#timestampFormat", target.get("smithy.api#timestampFormat"))
        if name is not None and name not in TIME_FORMATS:
            raise GeneratorError(f'{self.model.name}: {where}: smithy.api#timestampFormat: "{name}" is not known')
        return None if name is None else TIME_FORMATS[name]

    # ---- errors ----

    def _error_ids(self, operation_id: str) -> list[str]:
        listed = self.model.shape(operation_id).get("errors", []) + self.model.service.get("errors", [])
        return sorted({reference["target"] for reference in listed}, key=self._error_code)

    def _has_query_errors(self) -> bool:
        return self.protocol == "aws.protocols#awsQuery" or QUERY_COMPATIBLE in self.model.service.get("traits", {})

    def _error_code(self, shape_id: str) -> str:
        query = self.model.traits(shape_id).get("aws.protocols#awsQueryError", {})
        if self._has_query_errors() and "code" in query:
            return query["code"]
        return local_name(shape_id)

    def _error(self, shape_id: str) -> Error:
        own = self.model.traits(shape_id)
        if "smithy.api#error" not in own:
            raise GeneratorError(f"{self.model.name}: {shape_id}: is an operation's error without smithy.api#error")
        query = own.get("aws.protocols#awsQueryError", {})
        status = 500 if own["smithy.api#error"] == "server" else 400
        name = self.types.claim(f"{self.config.prefix}_{self._snake(local_name(shape_id))}", ("_shape",))
        members = tuple(member for member in self._members(shape_id) if member.name.lower() != "message")
        retryable = own.get("smithy.api#retryable")
        stem = self._stem(name)
        return Error(
            shape=Shape(shape_id, Kind.STRUCT, name, stem, local_name(shape_id), members, xml=_xml(own)),
            code=self._error_code(shape_id),
            row=f"{name}_shape",
            accessor=self.types.unique(f"{self.config.prefix}_error_as_{stem}"),
            http_status=query.get("httpResponseCode", own.get("smithy.api#httpError", status)),
            retryable=retryable is not None,
            throttling=bool((retryable or {}).get("throttling", False)),
        )

    def _error_kinds(self, error_ids: list[str]) -> tuple[tuple[ErrorKind, ...], tuple[ErrorKind, ...]]:
        prefix = f"{self.config.prefix.upper()}_ERROR"
        for reserved in ("NONE", "OTHER"):
            self.constants.unique(f"{prefix}_{reserved}")
        codes = {self._error_code(shape_id): local_name(shape_id) for shape_id in error_ids}
        named = {*codes.values(), *(error.code for error in self.config.errors if not error.name)}
        aliases = [error for error in self.config.errors if error.name in named]
        for error in self.config.errors:
            if error not in aliases:
                codes.setdefault(error.code, error.name or error.code)
        kinds, by_name = [], {}
        for code in sorted(codes, key=str.encode):
            name = codes[code].removesuffix("Exception") or codes[code]
            constant = self.constants.unique(f"{prefix}_{screaming(name, self.config.names)}")
            kinds.append(ErrorKind(constant, code))
            by_name[codes[code]] = constant
        return tuple(kinds), tuple(ErrorKind(by_name[alias.name], alias.code) for alias in aliases)

    # ---- operations ----

    def _operation(self, shape_id: str, errors: dict[str, Error]) -> Operation:
        model = self.model
        raw = model.shape(shape_id)
        own = raw.get("traits", {})
        function = self.functions[shape_id]
        stem = self._stem(function)
        input_shape = self._side(raw, "input", function, stem)
        output_shape = self._side(raw, "output", function, stem)
        operation = Operation(
            name=local_name(shape_id),
            stem=stem,
            function=function,
            input=input_shape,
            output=output_shape,
            errors=tuple(errors[error_id] for error_id in self._error_ids(shape_id)),
            comment="",
            has_input=raw.get("input", {}).get("target", UNIT) != UNIT,
            host=self._host(shape_id, own, input_shape),
            input_stream=self._stream(input_shape),
            output_stream=self._stream(output_shape),
            checksum=self._checksum(shape_id, own, input_shape),
            paginator=self._paginator(shape_id, own, input_shape, output_shape),
            waiters=waiters.resolve(f"{self.model.name}: {shape_id}", self.config, own, self.types),
            static_params=_static_params(own),
            context_paths=_context_paths(own),
            unwrapped="aws.customizations#s3UnwrappedXmlOutput" in own,
            url_encoded=self._url_encoded(output_shape),
            unsigned=self._is_unsigned(shape_id, own),
            compresses_request=self._compresses_request(shape_id, own),
            has_tree_hash=local_name(shape_id) in self.config.tree_hash_operations,
            is_long_poll=local_name(shape_id) in self.config.long_poll_operations,
            presigned=local_name(shape_id) in self.config.presigned_operations,
        )
        operation = self._with_http(shape_id, own, operation)
        return replace(operation, comment=comments.of_operation(operation, own))

    def _is_unsigned(self, shape_id: str, own: dict[str, Any]) -> bool:
        if "smithy.api#optionalAuth" in own:
            return True
        service = self.model.service.get("traits", {})
        offered = own.get("smithy.api#auth", service.get("smithy.api#auth", [name for name in AUTH_SCHEMES if name in service]))
        if any(name in AUTH_SCHEMES for name in offered) and SIGV4 not in offered:
            raise GeneratorError(f"{self.model.name}: {shape_id}: {', '.join(offered)}: not supported, only {SIGV4} is")
        return not offered and ("smithy.api#auth" in own or "smithy.api#auth" in service)

    def _side(self, raw: dict[str, Any], part: str, function: str, stem: str) -> Shape:
        target = raw.get(part, {}).get("target", UNIT)
        kind = self.model.shape(target)["type"]
        if kind != "structure":
            raise GeneratorError(f"{self.model.name}: {target}: an operation's {part} is a {kind}, not a structure")
        taken = ("body_sink",) if part == "input" else ()
        return Shape(
            id=target,
            kind=Kind.STRUCT,
            name=f"{function}_{part}",
            stem=f"{stem}_{part}",
            comment=local_name(target),
            members=tuple(map(_on_this_side(part), self._members(target, taken))),
            xml=_xml(self.model.traits(target)),
        )

    def _url_encoded(self, output: Shape) -> UrlEncoded | None:
        config = self.config.url_encoded
        if config is None or all(member.name != config.when for member in output.members):
            return None
        present = {member.xml.name or member.name for member in self._reachable(output)}
        return UrlEncoded(config.when, tuple(name for name in config.elements if name in present))

    def _reachable(self, shape: Shape) -> list[Member]:
        """The members of a structure and of all that it holds."""
        found: dict[str, Member] = {}
        pending = [(shape.id, member) for member in shape.members]
        while pending:
            holder, member = pending.pop()
            if f"{holder}${member.name}" in found:
                continue
            found[f"{holder}${member.name}"] = member
            target = self.shapes[member.target]
            items = [item for item in (target.key, target.item) if item is not None]
            pending += [(target.id, inner) for inner in (*target.members, *items)]
        return list(found.values())

    def _stream(self, shape: Shape) -> Member | None:
        streams = [member for member in shape.members if self.shapes[member.target].kind is Kind.STREAM]
        for member in streams:
            if member.place is not Place.PAYLOAD:
                raise GeneratorError(
                    f"{self.model.name}: {shape.id}${member.name}: smithy.api#streaming: without smithy.api#httpPayload"
                )
        return streams[0] if streams else None

    def _host(self, shape_id: str, own: dict[str, Any], source: Shape) -> tuple[PathPart, ...]:
        """Before the host that the endpoint rules give; what they are told themselves, they put there themselves."""
        prefix = own.get("smithy.api#endpoint", {}).get("hostPrefix", "")
        if any(member.context_param and f"{{{member.name}}}" in prefix for member in source.members):
            return ()
        members = {member.name: self.shapes[member.target].kind for member in source.members}
        parts = []
        for index, piece in enumerate(re.split(r"\{(\w+)\}", prefix)):
            if index % 2 == 0 and piece:
                parts.append(PathPart(literal=piece))
            elif index % 2 == 1 and members.get(piece) in (Kind.STR, Kind.ENUM):
                parts.append(PathPart(label=piece))
            elif index % 2 == 1:
                raise GeneratorError(f"{self.model.name}: {shape_id}: smithy.api#endpoint: no text for {{{piece}}}")
        return tuple(parts)

    def _checksum(self, shape_id: str, own: dict[str, Any], input_shape: Shape) -> Checksum:
        trait = own.get("aws.protocols#httpChecksum", {})
        algorithm = trait.get("requestAlgorithmMember")
        by_name = {member.name: member for member in input_shape.members}
        if algorithm is not None and algorithm not in by_name:
            raise GeneratorError(f"{self.model.name}: {shape_id}: aws.protocols#httpChecksum: no member {algorithm}")
        return Checksum(
            required="smithy.api#httpChecksumRequired" in own or bool(trait.get("requestChecksumRequired")),
            algorithm_field=by_name[algorithm].field if algorithm else "",
            validates_response="requestValidationModeMember" in trait and bool(trait.get("responseAlgorithms")),
            modeled=algorithm is not None,
        )

    def _compresses_request(self, shape_id: str, own: dict[str, Any]) -> bool:
        encodings = own.get("smithy.api#requestCompression", {}).get("encodings", [])
        if encodings and "gzip" not in encodings:
            raise GeneratorError(f"{self.model.name}: {shape_id}: smithy.api#requestCompression: {', '.join(encodings)}")
        return bool(encodings)

    def _with_http(self, shape_id: str, own: dict[str, Any], operation: Operation) -> Operation:
        http = own.get("smithy.api#http")
        if self.protocol not in ("aws.protocols#restXml", "aws.protocols#restJson1"):
            return replace(operation, path=(PathPart(literal="/"),))
        if not isinstance(http, dict) or "method" not in http or "uri" not in http:
            raise GeneratorError(f"{self.model.name}: {shape_id}: smithy.api#http: missing or without method and uri")
        path, _, query = http["uri"].partition("?")
        labels = {member.name for member in operation.input.members if member.place is Place.LABEL}
        for label in self.config.endpoint_labels:
            if path == f"/{{{label}}}" or path.startswith(f"/{{{label}}}/"):
                path = path[len(label) + 3 :]
        parts = tuple(_path_parts(path or "/"))
        for part in parts:
            if part.label and part.label not in labels:
                raise GeneratorError(f"{self.model.name}: {shape_id}: smithy.api#http: no member for {{{part.label}}}")
        literals = tuple(query.split("&")) if query else ()
        return replace(operation, method=http["method"], path=parts, query_literals=literals)

    def _paginator(self, shape_id: str, own: dict[str, Any], source: Shape, result: Shape) -> Paginator | None:
        config = self.config.paginators.get(local_name(shape_id))
        if (config is None and pages.TRAIT not in own) or (config is not None and config.skip):
            return None
        trait = {**self.model.service.get("traits", {}).get(pages.TRAIT, {}), **own.get(pages.TRAIT, {})}
        return pages.resolve(f"{self.model.name}: {shape_id}", trait, config, pages.Sides(source, result, self.shapes))


def _on_this_side(part: str) -> Callable[[Member], Member]:
    """Bindings of the other side say nothing here: such a member travels in the body."""
    foreign = (Place.STATUS,) if part == "input" else (Place.LABEL, Place.QUERY, Place.QUERY_MAP)

    def placed(member: Member) -> Member:
        return replace(member, place=Place.BODY, wire="") if member.place in foreign else member

    return placed


def _place(own: dict[str, Any]) -> tuple[Place, str]:
    if "smithy.api#httpLabel" in own:
        return Place.LABEL, ""
    if "smithy.api#httpQuery" in own:
        return Place.QUERY, own["smithy.api#httpQuery"]
    if "smithy.api#httpQueryParams" in own:
        return Place.QUERY_MAP, ""
    if "smithy.api#httpHeader" in own:
        return Place.HEADER, own["smithy.api#httpHeader"]
    if "smithy.api#httpPrefixHeaders" in own:
        return Place.PREFIX_HEADERS, own["smithy.api#httpPrefixHeaders"]
    if "smithy.api#httpResponseCode" in own:
        return Place.STATUS, ""
    if "smithy.api#httpPayload" in own:
        return Place.PAYLOAD, ""
    return Place.BODY, ""


def _namespace(own: dict[str, Any]) -> Namespace | None:
    trait = own.get("smithy.api#xmlNamespace")
    return None if trait is None else Namespace(trait["uri"], trait.get("prefix", ""))


def _xml(own: dict[str, Any]) -> XmlBinding:
    return XmlBinding(
        name=own.get("smithy.api#xmlName", ""),
        flattened="smithy.api#xmlFlattened" in own,
        attribute="smithy.api#xmlAttribute" in own,
        namespace=_namespace(own),
    )


def _static_params(own: dict[str, Any]) -> tuple[StaticParam, ...]:
    params = own.get("smithy.rules#staticContextParams", {})
    return tuple(
        StaticParam(name, tuple(value["value"]) if isinstance(value["value"], list) else value["value"])
        for name, value in sorted(params.items())
    )


def _context_paths(own: dict[str, Any]) -> tuple[ContextPath, ...]:
    params = own.get("smithy.rules#operationContextParams", {})
    return tuple(ContextPath(name, params[name]["path"]) for name in sorted(params))


def _path_parts(path: str) -> list[PathPart]:
    parts: list[PathPart] = []
    literal = ""
    for segment in path.removeprefix("/").split("/"):
        literal += "/"
        if segment.startswith("{") and segment.endswith("}"):
            parts.append(PathPart(literal=literal))
            literal = ""
            parts.append(PathPart(label=segment[1:-1].removesuffix("+"), greedy=segment.endswith("+}")))
        else:
            literal += segment
    if literal:
        parts.append(PathPart(literal=literal))
    return parts
