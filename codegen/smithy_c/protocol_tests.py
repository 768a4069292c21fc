"""Turns a model's protocol tests (smithy.test#httpRequestTests, #httpResponseTests) into a test program in C.

Each case is a function. A request's builds the input, calls the operation over a scripted transport and compares what
was asked; a response's has the transport give the answer and compares the output, or the error, member by member. What
compares is written by hand (tests/support/protocol_bench.c).

How to add a protocol's tests: put the service's model, slimmed, into tests/protocol/models/ and name it in
tests/protocol/CMakeLists.txt:

    python -m smithy_c slim-tests MODEL.json --out ../tests/protocol/models/restJson1.json
    protocol_test(restJson1 rest_json)         # model, prefix of the C names

A test that cannot be run yet is named in tests/protocol/not_run.toml with the reason.
"""

from __future__ import annotations

import base64
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .endpoints import environment_of_templates
from .errors import GeneratorError
from .ir import Error, Operation, Service
from .literals import initializer, quoted
from .model import Model, local_name
from .names import Scope, snake
from .protocol_tests_checks import Checks
from .protocol_tests_values import Values

REQUESTS = "smithy.test#httpRequestTests"
RESPONSES = "smithy.test#httpResponseTests"
TRAITS = (REQUESTS, RESPONSES, "smithy.test#httpMalformedRequestTests")

LONGEST_LITERAL = 4095  # What C promises.

BODIES = {
    "application/json": "PROTOCOL_BODY_JSON",
    "application/xml": "PROTOCOL_BODY_XML",
    "application/x-www-form-urlencoded": "PROTOCOL_BODY_FORM",
    "application/cbor": "PROTOCOL_BODY_CBOR",
}


@dataclass(frozen=True)
class Case:
    """One test, as the template prints it."""

    id: str
    kind: str  # "REQUEST" or "RESPONSE"
    function: str
    options: str
    operation: Operation
    input: str
    skipped: str  # A literal: why it is not run; empty where it is.
    expected: list[tuple[str, str]] = field(default_factory=list)  # Of a request, as (member, value in C).
    answer: list[tuple[str, str]] = field(default_factory=list)  # Of a response.
    checks: list[str] = field(default_factory=list)
    is_long: bool = False


def build(model: Model, service: Service, name: str, not_run: dict[str, str]) -> str:
    """The source of the test program; empty where the model has no protocol tests of these operations."""
    builder = _Builder(model, service, not_run)
    cases = builder.cases()
    if not cases:
        return ""
    template = environment_of_templates().get_template("protocol_test.c.j2")
    return template.render(
        protocol=service.protocol.rpartition("#")[2],
        name=name,
        prefix=service.prefix,
        source=service.source,
        cases=cases,
        options=builder.options,
    )


def load_not_run(path: Path | None, name: str) -> dict[str, str]:
    """Test -> reason, out of the table of that name."""
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")).get(name, {})
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise GeneratorError(f"{path}: {error}") from error


class _Builder:
    def __init__(self, model: Model, service: Service, not_run: dict[str, str]):
        self.model = model
        self.service = service
        self.not_run = not_run
        self.values = Values(service)
        self.names = Scope()
        self.options: dict[str, str] = {}  # Members of the client's options, as one initializer -> the constant's name.

    def cases(self) -> list[Case]:
        cases = []
        for operation in self.service.operations:
            shape_id = next(i for i in self.model.operation_ids() if local_name(i) == operation.name)
            own = self.model.traits(shape_id)
            cases += [self._request(operation, test) for test in self._tests(own, REQUESTS)]
            cases += [self._response(operation, test, None) for test in self._tests(own, RESPONSES)]
        for error in self.service.errors:
            operation = next(o for o in self.service.operations if error in o.errors)
            tests = self._tests(self.model.traits(error.shape.id), RESPONSES)
            cases += [self._response(operation, test, error) for test in tests]
        unknown = set(self.not_run) - {case.id for case in cases}
        if unknown:
            raise GeneratorError(f"{self.model.name}: there is no test {', '.join(sorted(unknown))} not to run")
        return cases

    def _tests(self, own: dict[str, Any], trait: str) -> list[dict[str, Any]]:
        """Those of the protocol that are meant for a client."""
        tests = own.get(trait, [])
        return [t for t in tests if t.get("appliesTo", "client") == "client" and t["protocol"] == self.service.protocol]

    def _case(self, kind: str, operation: Operation, test: dict[str, Any], params: dict[str, Any], **more: Any) -> Case:
        sent = self.values.structure(operation.input.members, params, test["id"], sending=True)
        skipped = self.not_run.get(test["id"], "")
        return Case(
            id=test["id"],
            kind=kind,
            function=self.names.unique(f"{kind.lower()}_{snake(test['id'])}"),
            options=self._options(test),
            operation=operation,
            input=sent,
            skipped=quoted(skipped) if skipped else "",
            is_long=any(len(part) > LONGEST_LITERAL for part in _texts(params)),
            **more,
        )

    # ---- the client ----

    def _options(self, test: dict[str, Any]) -> str:
        scoped = test.get("vendorParams", {}).get("scopedConfig", {})
        client, s3 = scoped.get("client", {}), {}
        for scope in (client, scoped.get("operation", {})):
            s3 |= scope.get("s3", {})
        members = [f".region = {initializer(client.get('region', 'us-east-1'))}"]
        if not scoped:
            members.append(f".endpoint_url = {initializer('https://' + test.get('host', 'example.com'))}")
        if s3.get("addressing_style") == "path":
            members.append(f".{self._setting('ForcePathStyle')} = SMITHY_SET(true)")
        if s3.get("use_accelerate_endpoint"):
            members.append(f".{self._setting('Accelerate')} = SMITHY_SET(true)")
        if s3.get("use_dualstack_endpoint"):
            members.append(".use_dual_stack = SMITHY_SET(true)")
        return self.options.setdefault(", ".join(members), f"OPTIONS_{len(self.options) + 1}")

    def _setting(self, name: str) -> str:
        for setting in self.service.settings:
            if setting.name == name:
                return setting.field
        raise GeneratorError(f"{self.model.name}: a test wants the setting {name}, which the client does not have")

    # ---- requests ----

    def _request(self, operation: Operation, test: dict[str, Any]) -> Case:
        expected = [("method", quoted(test["method"])), ("uri", quoted(test["uri"]))]
        if "resolvedHost" in test:
            expected.append(("host", quoted(test["resolvedHost"])))
        headers = [f"{name}: {value}" for name, value in test.get("headers", {}).items()]
        for member, texts in (
            ("query_params", test.get("queryParams")),
            ("forbid_query_params", test.get("forbidQueryParams")),
            ("require_query_params", test.get("requireQueryParams")),
            ("headers", headers),
            ("forbid_headers", test.get("forbidHeaders")),
            ("require_headers", test.get("requireHeaders")),
        ):
            if texts:
                expected.append((member, _list(texts)))
        if "body" in test:
            media_type = test.get("bodyMediaType", "")
            expected.append(("body_kind", BODIES.get(media_type, "PROTOCOL_BODY_BYTES")))
            expected.append(("body", f"SMITHY_STR_INIT({_in_lines(_body(test), 32)})"))
        return self._case("REQUEST", operation, test, test.get("params", {}), expected=expected)

    # ---- responses ----

    def _response(self, operation: Operation, test: dict[str, Any], error: Error | None) -> Case:
        answer = [("status", str(test["code"]))]
        headers = "\n".join(f"{name}: {value}" for name, value in test.get("headers", {}).items())
        body = _body(test)
        if headers:
            answer.append(("headers", quoted(headers)))
        if body:
            answer += [("body", _in_lines(body, 16)), ("body_len", str(len(body)))]
        checks = self._error_checks(test, error) if error else self._output_checks(operation, test)
        params = self.values.required(operation.input.members)
        return self._case("RESPONSE", operation, test, params, answer=answer, checks=checks)

    def _output_checks(self, operation: Operation, test: dict[str, Any]) -> list[str]:
        checks = Checks(self.service)
        checks.lines.append("EXPECT_OK();")
        if operation.output.members and "params" in test:
            checks.structure(operation.output.members, "output.", test["params"], test["id"])
        return checks.lines

    def _error_checks(self, test: dict[str, Any], error: Error) -> list[str]:
        checks = Checks(self.service)
        params = {name: value for name, value in test.get("params", {}).items() if name.lower() != "message"}
        message = next((value for name, value in test.get("params", {}).items() if name.lower() == "message"), None)
        code = test.get("vendorParams", {}).get("code", error.code)
        checks.lines.append(f"EXPECT_ERROR({test['code']}, {quoted(code)});")
        if message is not None:
            checks.lines.append(f"EXPECT_MESSAGE({quoted(message)});")
        kind = next(kind.constant for kind in self.service.error_kinds if kind.code == error.code)
        checks.lines.append(f"EXPECT({self.service.prefix}_error_of(bench->call) == {kind});")
        if error.shape.members and "params" in test:
            accessor = f"{self.service.prefix}_error_as_{error.shape.stem}"
            checks.lines.append(f"const {error.shape.name} *error = {accessor}(bench->call);")
            checks.lines.append("EXPECT(error != NULL);")
            checks.structure(error.shape.members, "error->", params, test["id"])
        return checks.lines


def _body(test: dict[str, Any]) -> bytes:
    """CBOR is written in base64; not everywhere with the "=" at its end."""
    if test.get("bodyMediaType") == "application/cbor":
        return base64.b64decode(test["body"] + "=" * (-len(test["body"]) % 4))
    return test.get("body", "").encode()


def _in_lines(body: bytes, column: int) -> str:
    """A literal that has the body's own lines; those after the first begin at `column`."""
    *lines, last = body.split(b"\n")
    literals = [quoted(line)[:-1] + '\\n"' for line in lines] + ([quoted(last)] if last or not lines else [])
    return ("\n" + " " * column).join(literals)


def _list(texts: list[str]) -> str:
    return f"(const char *const[]){{{', '.join(map(quoted, texts))}, NULL}}"


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [found for item in value for found in _texts(item)] if isinstance(value, list) else []
