"""The resolved model into files: everything is settled here, so that the templates only loop and print."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from . import c_types, client_settings, comments, endpoints, pages, protocols
from .context_params import ContextParams
from .errors import GeneratorError
from .ir import Error, Kind, Operation, Service, Setting, Shape
from .layout import WIDTH, Row, Writer, assignment, call, comment, trailing
from .literals import initializer, quoted
from .model import Model
from .order import ENTRY
from .protocols.base import Protocol
from .protocols.json_codec import choice
from .waiters import Printer as WaiterPrinter

NEWER = "A value newer than the model: see wire."

EMPTY = Row("char unused;", ("The shape has no members.",))

# Settings of the endpoint rules that every client has, by their built-in name.
BUILT_IN = {
    "AWS::Region": "smithy_client_region(client)",
    "AWS::UseFIPS": "(smithy_opt_bool)SMITHY_SET(smithy_client_use_fips(client))",
    "AWS::UseDualStack": "(smithy_opt_bool)SMITHY_SET(smithy_client_use_dual_stack(client))",
    "SDK::Endpoint": "smithy_client_endpoint_url(client)",
    "AWS::Auth::AccountIdEndpointMode": "smithy_client_account_id_endpoint_mode(client)",
}

# Told with each request, since credentials may change.
ACCOUNT_ID = "AWS::Auth::AccountId"


def files(service: Service, model: Model, tests: Mapping[str, str] | None = None) -> dict[str, str]:
    """Path below the service's folder -> text. `tests`: what to test it with, "endpoint" or "protocol" -> source."""
    return _Emitter(service, model).files(tests or {})


def top_level(prefixes: list[str]) -> str:
    return endpoints.environment_of_templates().get_template("top.cmake.j2").render(prefixes=sorted(prefixes))


def private_level(prefixes: list[str], files: Iterable[str]) -> str:
    """The CMakeLists.txt of clients that are compiled into the runtime; `files` below the folder of them all."""
    sources = sorted(name for name in files if name.endswith(".c"))
    return endpoints.environment_of_templates().get_template("private.cmake.j2").render(prefixes=sorted(prefixes), sources=sources)


def _test_file(kind: str) -> str:
    return f"tests/{kind}_test.c"


class _Emitter:
    def __init__(self, service: Service, model: Model):
        self.service = service
        self.protocol: Protocol = protocols.of(service)
        self.environment = endpoints.environment_of_templates()
        self.endpoint = endpoints.build({"smithy": "2.0", "shapes": model.shapes}, model.service_id, service.prefix)
        self.fields = {param.name: param for param in self.endpoint.params}

    def files(self, tests: Mapping[str, str]) -> dict[str, str]:
        prefix = self.service.prefix
        include = f"include/{prefix}"
        operations = self.service.operations
        sources = {f"src/ops/{o.stem}.c": self._render("operation.c", **self._operation_source(o)) for o in operations}
        waiters = {w.stem: WaiterPrinter(self.service, o, w) for o in operations for w in o.waiters}
        sources |= {f"src/waiters/{s}.c": self._render("waiter.c", **w.source()) for s, w in waiters.items()}
        sources |= {"src/errors.c": self._render("errors.c", **self._errors_source())}
        functions = self.protocol.functions()  # Now that everything above has asked for what it needs.
        sources |= {
            "src/client.c": self._render("client.c", **self._client_source()),
            "src/endpoint.c": self.endpoint.source,
            "src/types.c": self._render("types.c", enums=self._enums(), functions=functions),
        }
        words = self.service.protocol.rpartition("#")[2]
        return {
            f"{include}/{prefix}.h": self._render("umbrella.h", **self._umbrella(waiters)),
            f"{include}/client.h": self._render("client.h", settings=self._settings()),
            f"{include}/endpoint.h": self.endpoint.header,
            f"{include}/errors.h": self._render("errors.h", **self._errors_header()),
            f"{include}/types.h": self._render("types.h", **self._types()),
            **{f"{include}/ops/{o.stem}.h": self._render("operation.h", **self._operation_header(o)) for o in operations},
            **{f"{include}/waiters/{s}.h": self._render("waiter.h", **w.header()) for s, w in waiters.items()},
            **sources,
            "src/serde.h": self._render("serde.h", functions=functions, protocol_words=words),
            **{_test_file(kind): text for kind, text in tests.items()},
            "CMakeLists.txt": self._render(
                "service.cmake",
                banner=self._cmake_banner(),
                sources=sorted(sources),
                tests=[f"{kind.upper()} {_test_file(kind)}" for kind in sorted(tests)],
            ),
        }

    def _render(self, template: str, **context: Any) -> str:
        shared = {"banner": self._banner(), "prefix": self.service.prefix, "service": self.service}
        return self.environment.get_template(f"{template}.j2").render({**shared, **context})

    def _umbrella(self, waiters: dict[str, Any]) -> dict[str, Any]:
        left_out = [note.partition(":")[0] for note in self.service.left_out]
        lines = [f"{self.service.title}: the whole client. Each operation's header may be included alone, too."]
        lines += [f"Left out, since event streams are not generated: {', '.join(left_out)}."] if left_out else []
        return {"head": comment("\n".join(lines)), "waiters": [waiters[stem].waiter for stem in sorted(waiters)]}

    def _banner_lines(self) -> list[str]:
        return [
            f"Generated by smithy_c from {self.service.source} ({self.service.version}). Edits are lost:",
            "change the model, the service's toml or a template, then build the target `generate`.",
        ]

    def _banner(self) -> str:
        first, second = self._banner_lines()
        return f"/* {first}\n * {second} */"

    def _cmake_banner(self) -> str:
        return "\n".join(f"# {line}" for line in self._banner_lines())

    # ---- the client ----

    def _settings(self) -> list[str]:
        options = [setting for setting in self.service.settings if setting.is_option]
        return trailing([Row(self._declare_setting(s), (client_settings.comment(s),)) for s in options])

    def _declare_setting(self, setting: Setting) -> str:
        c_type = {"bool": "smithy_opt_bool", "str": "smithy_str", "str_list": "smithy_str_list"}[setting.kind]
        return f"{c_type} {setting.field};"

    def _client_source(self) -> dict[str, Any]:
        settings = self.service.settings
        return {
            "setting_members": [f"    {self._declare_setting(setting)}" for setting in settings],
            "setting_rows": [f"        .{s.field} = options->{s.field}," for s in settings if s.is_option],
            "setting_sources": client_settings.table(settings),
            "endpoint_defaults": self._endpoint_defaults(),
            "bind_account": self._bind_account(),
            "bucket_region": self._bucket_region(),
            "service_rows": self._service_rows(),
        }

    def _endpoint_defaults(self) -> list[str]:
        own = {setting.name: setting for setting in self.service.settings}
        client_settings.check(self.service.settings, self.endpoint.params, self.service.source)
        out = Writer.body()
        used = set()
        for param in self.endpoint.params:
            if param.builtin in BUILT_IN:
                out.line(f"rules->{param.field} = {BUILT_IN[param.builtin]};")
                used.add("client")
            elif param.name in own:
                out.line(f"rules->{param.field} = own->{own[param.name].field};")
                used |= {"client", "own"}
            elif param.builtin != ACCOUNT_ID and param.builtin and param.required and param.default is None:
                raise GeneratorError(f"{self.service.source}: the endpoint rules need {param.builtin}, which is not known")
        head = ["static void endpoint_defaults(const smithy_client *client, void *params) {"]
        head.append(f"    {self.service.prefix}_endpoint_params *rules = params;")
        if "own" in used:
            head.append("    const settings *own = smithy_client_settings(client);")
        if "client" not in used:
            head.append("    (void)client;")
        if not out.lines:
            head.append("    (void)rules;")
        return [*head, *out.lines, "}"]

    def _bind_account(self) -> list[str]:
        param = next((param for param in self.endpoint.params if param.builtin == ACCOUNT_ID), None)
        if param is None:
            return []
        return [
            "static void bind_account(smithy_str account_id, void *params) {",
            f"    {self.service.prefix}_endpoint_params *rules = params;",
            f"    rules->{param.field} = account_id;",
            "}",
        ]

    def _bucket_region(self) -> list[str]:
        """S3: the parameters of the endpoint rules by which the runtime follows a bucket to its Region."""
        bucket = next((param for param in self.endpoint.params if param.name == "Bucket"), None)
        region = next((param for param in self.endpoint.params if param.builtin == "AWS::Region"), None)
        if not self.service.is_s3 or bucket is None or region is None:
            return []
        return [
            "static smithy_str endpoint_bucket(const void *params) {",
            f"    const {self.service.prefix}_endpoint_params *rules = params;",
            f"    return rules->{bucket.field};",
            "}",
            "",
            "static void bind_region(smithy_str region, void *params) {",
            f"    {self.service.prefix}_endpoint_params *rules = params;",
            f"    rules->{region.field} = region;",
            "}",
        ]

    def _service_rows(self) -> list[str]:
        service = self.service
        rows = [
            ("id", f'"{service.id}"'),
            ("endpoint_prefix", f'"{service.endpoint_prefix}"'),
            ("signing_name", f'"{service.signing_name}"'),
            ("api_version", f'"{service.version}"'),
            ("target_prefix", f'"{service.target_prefix}"'),
            ("protocol", self.protocol.constant),
        ]
        rows += [("is_s3", "true")] if service.is_s3 else []
        rows += [("no_error_wrapping", "true")] if service.no_error_wrapping else []
        rows += [("is_query_compatible", "true")] if service.is_query_compatible else []
        rows += self.protocol.service_rows()
        sources = len([setting for setting in service.settings if setting.source])
        rows += [("settings", "SETTINGS"), ("setting_count", str(sources))] if sources else []
        rows += [
            ("endpoint_params_size", f"sizeof({service.prefix}_endpoint_params)"),
            ("endpoint_defaults", "endpoint_defaults"),
        ]
        rows += [("bind_account", "bind_account")] if self._bind_account() else []
        if self._bucket_region():
            rows += [("endpoint_bucket", "endpoint_bucket"), ("bind_region", "bind_region")]
        rows += [("resolve_endpoint", "resolve_endpoint")]
        return [f"    .{name} = {value}," for name, value in rows]

    # ---- types ----

    def _types(self) -> dict[str, Any]:
        printed = [self._type(shape) for shape in self.service.types]
        includes = ["smithy/base.h", "smithy/http.h"]
        if any(shape.kind is Kind.DOCUMENT for shape in self.service.shapes.values()):
            includes.insert(1, "smithy/document.h")
        return {"forward": self.service.forward, "types": [lines for lines in printed if lines], "includes": includes}

    def _type(self, shape: Shape) -> list[str]:
        if shape.id.startswith(ENTRY):
            holder = self.service.shapes[shape.id.removeprefix(ENTRY)]
            value = c_types.declare_entry_value(self.service, holder.item, holder.sparse)
            return self._structure(shape.name, f"An entry of {shape.comment}.", [Row("smithy_str key;"), Row(value)])
        if shape.kind in (Kind.ENUM, Kind.INT_ENUM):
            return self._enum_type(shape)
        if shape.kind is Kind.UNION:
            return self._union_type(shape)
        if shape.kind is Kind.LIST:
            rows = [Row(c_types.declare_items(self.service, shape)), Row("size_t count;")]
            return self._structure(shape.name, f"{shape.comment}.", rows)
        if shape.kind is Kind.MAP:
            rows = [Row(f"const {shape.name}_entry *items;", ("In the order of the wire.",)), Row("size_t count;")]
            return self._structure(shape.name, f"{shape.comment}.", rows)
        return self._structure(shape.name, f"{shape.comment}.", self._member_rows(shape))

    def _member_rows(self, shape: Shape, sending: bool = False) -> list[Row]:
        rows = [Row(c_types.declare_member(self.service, member, sending), member.comments) for member in shape.members]
        return rows or [EMPTY]

    def _structure(self, name: str, text: str, rows: list[Row]) -> list[str]:
        return [*comment(text), f"typedef struct {name} {{", *trailing(rows), f"}} {name};"]

    def _enum_type(self, shape: Shape) -> list[str]:
        rows = [Row(f"{shape.constant}_ABSENT = 0,")]
        rows += [Row(f"{value.constant},", self._wire_comment(value.wire)) for value in shape.values]
        rows.append(Row(f"{shape.constant}_UNKNOWN", (NEWER,)))
        wire = "smithy_str wire;" if shape.kind is Kind.ENUM else "int32_t wire;"
        wire_type = "smithy_str" if shape.kind is Kind.ENUM else "smithy_opt_i32"
        what = "Sent only with the unknown kind; read, always set."
        name = shape.name
        return [
            *comment(f"{shape.comment}."),
            f"typedef enum {name}_kind {{",
            *trailing(rows),
            f"}} {name}_kind;",
            f"typedef struct {name} {{",
            *trailing([Row(f"{name}_kind kind;"), Row(wire, (what,))]),
            f"}} {name};",
            *call(f"SMITHY_API {wire_type} {name}_wire(", (f"{name} value",)),
            *call(f"SMITHY_API {name} {name}_of(", (f"{wire_type} wire",)),
        ]

    def _wire_comment(self, wire: str | int) -> tuple[str, ...]:
        text = f'"{wire}"' if isinstance(wire, str) else str(wire)
        return (text,) if comments.is_safe(text) and len(text) <= 60 else ()

    def _union_type(self, shape: Shape) -> list[str]:
        kinds = [Row(f"{shape.constant}_ABSENT = 0,")]
        kinds += [Row(f"{choice(shape, member)},", (member.name,)) for member in shape.members]
        kinds.append(Row(f"{shape.constant}_UNKNOWN", ("A member newer than the model; it is not kept.",)))
        rows = [Row(c_types.declare_choice(self.service, member), member.comments) for member in shape.members] or [EMPTY]
        return [
            *comment(f"{shape.comment}: one of its members, as `kind` says."),
            f"typedef enum {shape.name}_kind {{",
            *trailing(kinds),
            f"}} {shape.name}_kind;",
            f"typedef struct {shape.name} {{",
            f"    {shape.name}_kind kind;",
            "    union {",
            *trailing(rows, 8),
            "    };",
            f"}} {shape.name};",
        ]

    def _enums(self) -> list[dict[str, list[str]]]:
        enums = [shape for shape in self.service.types if shape.kind in (Kind.ENUM, Kind.INT_ENUM)]
        return [self._enum_source(shape) for shape in enums if not shape.id.startswith(ENTRY)]

    def _enum_source(self, shape: Shape) -> dict[str, list[str]]:
        name, table, unknown = shape.name, f"{shape.stem.upper()}_VALUES", f"{shape.constant}_UNKNOWN"
        text = shape.kind is Kind.ENUM
        wire_type, word = ("smithy_str", "smithy_enum") if text else ("smithy_opt_i32", "smithy_int_enum")
        rows = [(value.constant, initializer(value.wire) if text else str(value.wire)) for value in shape.values]
        return {
            "table": enum_table(f"{word}_row", table, f"{shape.constant}_ABSENT", rows),
            "wire": [
                *call(f"{wire_type} {name}_wire(", (f"{name} value",), ") {"),
                *call(f"return {word}_wire(", (table, unknown, "(int)value.kind", "value.wire"), indent=4),
                "}",
            ],
            "of": [
                *call(f"{name} {name}_of(", (f"{wire_type} wire",), ") {"),
                *call(f"const int kind = {word}_kind(", (table, unknown, "wire"), indent=4),
                *call(f"return ({name}){{", (f"({name}_kind)kind", "wire" if text else "wire.value"), "};", indent=4),
                "}",
            ],
        }

    # ---- errors ----

    def _errors_header(self) -> dict[str, Any]:
        prefix = self.service.prefix.upper()
        rows = [Row(f"{prefix}_ERROR_NONE = 0,", ("It did not fail, or not by an answer of the service.",))]
        rows += [Row(f"{kind.constant},", (f'"{kind.code}"',)) for kind in self.service.error_kinds]
        rows.append(Row(f"{prefix}_ERROR_OTHER", ("Any other code.",)))
        return {
            "kind_rows": trailing(rows),
            "structures": [self._error_structure(error) for error in self.service.errors if error.shape.members],
        }

    def _error_structure(self, error: Error) -> dict[str, list[str]]:
        shape = error.shape
        return {
            "structure": self._structure(shape.name, f"{shape.comment}.", self._member_rows(shape)),
            "comment": comment("What the last error says beyond its message; NULL when it is another one. Lives in the call."),
            "prototype": call(f"SMITHY_API const {shape.name} *{self._accessor(error)}(", ("const smithy_call *call",)),
        }

    def _accessor(self, error: Error) -> str:
        return error.accessor

    def _errors_source(self) -> dict[str, Any]:
        other = f"{self.service.prefix.upper()}_ERROR_OTHER"
        rows = [(kind.constant, initializer(kind.code)) for kind in self.service.error_kinds]
        kind = f"{self.service.prefix}_error_kind"
        find = call(f"return ({kind})smithy_enum_kind(", ("CODES", other, "smithy_str_from(error->code)"), indent=4)
        return {
            "codes": enum_table("smithy_enum_row", "CODES", other.replace("OTHER", "NONE"), rows),
            "find": find,
            "rows": [self._error_row(error) for error in self.service.errors],
        }

    def _error_row(self, error: Error) -> list[str]:
        lines: list[str] = []
        rows = [("code", f'"{error.code}"'), ("http_status", str(error.http_status))]
        rows += [("retryable", "true")] if error.retryable else []
        rows += [("throttling", "true")] if error.throttling else []
        if error.shape.members:
            read = f"read_{error.shape.stem}"
            parameters = ("const smithy_http_response *response", "void *detail", "smithy_call *call")
            lines += call(f"static smithy_status {read}(", parameters, ") {")
            lines += [*self.protocol.read_error(error), "}", ""]
            rows += [("size", f"sizeof({error.shape.name})"), ("read", read)]
        lines += [f"const smithy_error_shape {error.row} = {{", *(f"    .{name} = {value}," for name, value in rows), "};"]
        if error.shape.members:
            opening = call(f"const {error.shape.name} *{self._accessor(error)}(", ("const smithy_call *call",), ") {")
            lines += ["", *opening, f"    return smithy_call_error_shape(call, &{error.row});", "}"]
        return lines

    # ---- operations ----

    def _operation_header(self, operation: Operation) -> dict[str, Any]:
        printer = self._pages(operation)
        presign = ["smithy/presign.h"] if operation.presigned else []
        return {
            "operation": operation,
            "head": comment(f"{operation.comment}\n{self._error_list(operation)}"),
            "input": self._input(operation),
            "output": self._structure_alone(operation.output.name, self._output_rows(operation)),
            "doc": self._doc(operation),
            "prototype": self._prototype(operation, "SMITHY_API ", ") SMITHY_NODISCARD;"),
            "includes": [*(f"{self.service.prefix}/{name}.h" for name in ("client", "errors", "types")), *presign],
            "presign": self._presign_prototype(operation, "SMITHY_API ", ") SMITHY_NODISCARD;"),
            "pages": printer.header() if printer else None,
        }

    def _error_list(self, operation: Operation) -> str:
        if not operation.errors:
            return "Errors: none of its own."
        constants = {kind.code: kind.constant for kind in self.service.error_kinds}
        return f"Errors: {', '.join(constants[error.code] for error in operation.errors)}."

    def _structure_alone(self, name: str, rows: list[Row]) -> list[str]:
        return [f"typedef struct {name} {{", *trailing(rows), f"}} {name};"]

    def _input(self, operation: Operation) -> list[str]:
        rows = self._member_rows(operation.input, sending=True)
        if operation.output_stream:
            rows = [] if not operation.input.members else rows
            field = operation.output_stream.field
            text = f"Optional; takes the body as it comes; NULL collects it into output->{field}."
            short = f"Optional; NULL collects the body into output->{field}."
            rows.append(Row("smithy_sink *body_sink;", (text, short)))
        return self._structure_alone(operation.input.name, rows)

    def _output_rows(self, operation: Operation) -> list[Row]:
        rows = self._member_rows(operation.output)
        if operation.output_stream is None:
            return rows
        index = operation.output.members.index(operation.output_stream)
        text = f"{operation.output_stream.name}: empty where input->body_sink took it."
        rows[index] = Row(rows[index].declaration, (text,))
        return rows

    def _doc(self, operation: Operation) -> list[str]:
        return comment("Calls the service, with retries. What `output` points to lives in the call until its next reset.")

    def _prototype(self, operation: Operation, before: str, tail: str) -> list[str]:
        parameters = (
            f"{self.service.prefix}_client *client",
            f"const {operation.input.name} *input",
            f"{operation.output.name} *output",
            "smithy_call *call",
        )
        return call(f"{before}smithy_status {operation.function}(", parameters, tail)

    def _pages(self, operation: Operation) -> pages.Printer | None:
        return pages.Printer(self.service, operation, operation.paginator) if operation.paginator else None

    def _presign_prototype(self, operation: Operation, before: str, tail: str) -> list[str]:
        if not operation.presigned:
            return []
        parameters = (
            f"{self.service.prefix}_client *client",
            f"const {operation.input.name} *input",
            "int64_t expires_s",
            "smithy_presigned *presigned",
            "smithy_call *call",
        )
        return call(f"{before}smithy_status {operation.function}_presign(", parameters, tail)

    def _operation_source(self, operation: Operation) -> dict[str, Any]:
        printer = self._pages(operation)
        write, read = self.protocol.write_request(operation), self.protocol.read_response(operation)
        hooks, hook_rows = self._hooks(operation)
        text = "\n".join([*write, *read])
        prefix = self.service.prefix
        includes = [f"{prefix}/ops/{operation.stem}.h"]
        includes += [f"{prefix}/endpoint.h"] if any("_endpoint" in name for name, _ in hook_rows) else []
        includes += ["smithy/text.h"] if "smithy_time_read_" in text else []
        return {
            "operation": operation,
            "includes": sorted(includes),
            "write_request": write,
            "read_response": read,
            "hooks": hooks,
            "errors": self._operation_errors(operation),
            "rows": [f"    .{name} = {value}," for name, value in self._operation_rows(operation) + hook_rows],
            "opening": self._prototype(operation, "", ") {"),
            "presign_opening": self._presign_prototype(operation, "", ") {"),
            "pages": printer.source() if printer else None,
        }

    def _operation_errors(self, operation: Operation) -> list[str]:
        if not operation.errors:
            return ["static const smithy_error_shape *const ERRORS[] = {NULL};"]
        rows = [Row(f"&{error.row},", (f"HTTP {error.http_status}",)) for error in operation.errors]
        return ["static const smithy_error_shape *const ERRORS[] = {", *trailing([*rows, Row("NULL,")]), "};"]

    def _operation_rows(self, operation: Operation) -> list[tuple[str, str]]:
        return [
            ("name", f'"{operation.name}"'),
            ("method", f'SMITHY_STR_INIT("{operation.method}")'),
            ("write_request", "write_request"),
            ("read_response", "read_response"),
            ("errors", "ERRORS"),
            ("output_size", f"sizeof({operation.output.name})"),
        ]

    def _hooks(self, operation: Operation) -> tuple[list[list[str]], list[tuple[str, str]]]:
        """The operation's smaller functions, and the rows of its description that name them."""
        functions, rows = [], []
        bind = self._bind_endpoint(operation)
        if bind:
            functions.append(bind)
            rows.append(("bind_endpoint", "bind_endpoint"))
        collect = self._collect_endpoint(operation)
        if collect:
            functions.append(collect)
            rows.append(("collect_endpoint", "collect_endpoint"))
        if operation.output_stream:
            functions.append(_getter("smithy_sink *body_sink", operation, "body_sink", ""))
            rows += [("body_sink", "body_sink"), ("is_streaming_output", "true")]
        rows += [("is_unsigned", "true")] if operation.unsigned else []
        checksum = operation.checksum
        rows += [("requires_checksum", "true")] if checksum.required else []
        rows += [("compresses_request", "true")] if operation.compresses_request else []
        rows += [("has_tree_hash", "true")] if operation.has_tree_hash else []
        rows += [("is_long_poll", "true")] if operation.is_long_poll else []
        rows += [("has_checksum", "true")] if checksum.modeled else []
        if checksum.algorithm_field:
            member = next(m for m in operation.input.members if m.field == checksum.algorithm_field)
            shape = self.service.shape(member)
            wire = f"{shape.name}_wire" if shape.kind is Kind.ENUM else ""
            functions.append(_getter("smithy_str checksum_algorithm", operation, checksum.algorithm_field, wire))
            rows.append(("checksum_algorithm", "checksum_algorithm"))
        rows += [("validates_response_checksum", "true")] if checksum.validates_response else []
        return functions, rows

    def _bind_endpoint(self, operation: Operation) -> list[str]:
        out = Writer.body()
        bound = [member for member in operation.input.members if member.context_param]
        for param in operation.static_params:
            field = self._endpoint_field(operation, param.name)
            if isinstance(param.value, bool):
                out.line(f"rules->{field} = (smithy_opt_bool)SMITHY_SET({'true' if param.value else 'false'});")
            elif isinstance(param.value, str):
                out.line(f"rules->{field} = SMITHY_STR({quoted(param.value)});")
            else:
                items = [initializer(text) for text in param.value] or [initializer("")]
                out.call(f"static const smithy_str {field}[] = {{", items, "};")
                out.line(f"rules->{field} = (smithy_str_list){{{field}, {len(param.value)}}};")
        for member in bound:
            kind = self.service.shape(member).kind
            field = self._endpoint_field(operation, member.context_param)
            fits = {"str": Kind.STR, "bool": Kind.BOOL, "str_list": Kind.LIST}[self.fields[member.context_param].kind]
            if kind is not fits:
                raise GeneratorError(
                    f"{self.service.source}: {operation.name}${member.name}: smithy.rules#contextParam: a {kind.value}"
                )
            out.line(f"rules->{field} = input->{member.field};")
        for param in operation.context_paths:
            field = self._endpoint_field(operation, param.name)
            if self.fields[param.name].kind == "str":
                ContextParams(self.service, operation).text(out, param, f"rules->{field}")
        if not out.lines:
            return []
        head = ["static void bind_endpoint(const void *in, void *params) {"]
        uses_input = any("input->" in line for line in out.lines)
        head.append(f"    const {operation.input.name} *input = in;" if uses_input else "    (void)in;")
        head.append(f"    {self.service.prefix}_endpoint_params *rules = params;")
        return [*head, *out.lines, "}"]

    def _collect_endpoint(self, operation: Operation) -> list[str]:
        out = Writer.body()
        for param in operation.context_paths:
            field = self._endpoint_field(operation, param.name)
            kind = self.fields[param.name].kind
            if kind == "str_list":
                ContextParams(self.service, operation).texts(out, param, f"rules->{field}")
            elif kind != "str":
                raise GeneratorError(
                    f"{self.service.source}: {operation.name}: smithy.rules#operationContextParams: {param.name} is a {kind}"
                )
        if not out.lines:
            return []
        return [
            "static smithy_status collect_endpoint(const void *in, void *params, smithy_call *call) {",
            f"    const {operation.input.name} *input = in;",
            f"    {self.service.prefix}_endpoint_params *rules = params;",
            *out.lines,
            "    return SMITHY_OK;",
            "}",
        ]

    def _endpoint_field(self, operation: Operation, name: str) -> str:
        if name not in self.fields:
            raise GeneratorError(f"{self.service.source}: {operation.name}: the endpoint rules have no parameter {name}")
        return self.fields[name].field



def _getter(signature: str, operation: Operation, field: str, wrap: str) -> list[str]:
    value = f"input->{field}"
    return [
        f"static {signature}(const void *in) {{",
        f"    const {operation.input.name} *input = in;",
        f"    return {wrap}({value});" if wrap else f"    return {value};",
        "}",
    ]


def enum_table(row_type: str, name: str, absent: str, rows: list[tuple[str, str]]) -> list[str]:
    """Rows by kind. Row 0, of the absent kind, is written out only where there is no other."""
    lines = [f"static const {row_type} {name}[] = {{"]
    nothing = "0" if row_type == "smithy_int_enum_row" else "{NULL, 0}"
    for constant, wire in rows or [(absent, nothing)]:
        one = f"    [{constant}] = {{{wire}}},"
        head, opening, text = one.partition("SMITHY_STR_INIT(")
        if len(one) <= WIDTH:
            lines.append(one)
        elif len(head + opening) <= WIDTH:
            lines += [head + opening, " " * 8 + text]
        else:
            lines += assignment(one.strip(), 4)
    return [*lines, "};"]
