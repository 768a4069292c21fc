"""Waiters of the model (smithy.waiters#waitable): resolved, and printed as C."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping

from . import comments, jmespath_c
from .config import ServiceConfig
from .errors import GeneratorError
from .ir import Acceptor, Operation, Service, Waiter
from .layout import Writer, call, comment
from .names import Scope, snake

TRAIT = "smithy.waiters#waitable"
STATES = ("success", "retry", "failure")
COMPARATORS = ("stringEquals", "booleanEquals", "allStringEquals", "anyStringEquals")

# What the specification waits where the model does not say, in seconds.
MIN_DELAY, MAX_DELAY = 2, 120


def resolve(where: str, config: ServiceConfig, own: Mapping[str, Any], taken: Scope) -> tuple[Waiter, ...]:
    """The waiters among an operation's traits, sorted by name."""
    waiters = [_waiter(f"{where}: {TRAIT}: {name}", name, raw) for name, raw in sorted(own.get(TRAIT, {}).items())]
    return tuple(_named(waiter, config, taken) for waiter in waiters)


def _named(waiter: Waiter, config: ServiceConfig, taken: Scope) -> Waiter:
    before = f"{config.prefix}_wait_until_"
    function = taken.unique(before + snake(waiter.name, config.names))
    return replace(waiter, function=function, stem=function.removeprefix(before))


def _waiter(where: str, name: str, raw: Mapping[str, Any]) -> Waiter:
    acceptors = tuple(_acceptor(where, acceptor) for acceptor in raw.get("acceptors", []))
    shortest, longest = raw.get("minDelay", MIN_DELAY), raw.get("maxDelay", MAX_DELAY)
    if not any(acceptor.state == "success" for acceptor in acceptors) or not 0 < shortest <= longest:
        raise GeneratorError(f"{where}: nothing ends it well, or its delays make no sense")
    return Waiter(name, "", "", shortest * 1000, longest * 1000, acceptors)


def _acceptor(where: str, raw: Mapping[str, Any]) -> Acceptor:
    state, matcher = raw.get("state"), raw.get("matcher", {})
    if state not in STATES or len(matcher) != 1:
        raise GeneratorError(f"{where}: an acceptor without a known state or without one matcher")
    ((kind, what),) = matcher.items()
    if kind == "success":
        return Acceptor(state, kind, succeeds=bool(what))
    if kind == "errorType":
        return Acceptor(state, kind, error=what.rpartition("#")[2])
    if kind not in ("output", "inputOutput") or what.get("comparator") not in COMPARATORS:
        raise GeneratorError(f"{where}: the matcher {kind} {what!r} is not known")
    expected = what["expected"]
    if what["comparator"] == "booleanEquals" and expected not in ("true", "false"):
        raise GeneratorError(f"{where}: booleanEquals expects {expected!r}")
    return Acceptor(state, kind, path=what["path"], expected=expected, comparator=what["comparator"])


class Printer:
    """One waiter as the context of its templates."""

    def __init__(self, service: Service, operation: Operation, waiter: Waiter):
        self.service = service
        self.operation = operation
        self.waiter = waiter
        self.functions: list[list[str]] = []
        self.names: dict[str, int] = {}

    def header(self) -> dict[str, Any]:
        return {
            "operation": self.operation,
            "waiter": self.waiter,
            "head": comment(self._description()),
            "prototype": self._prototype("SMITHY_API ", ") SMITHY_NODISCARD;"),
        }

    def source(self) -> dict[str, Any]:
        poll = self._poll()
        includes = [f"{self.service.prefix}/waiters/{self.waiter.stem}.h"]
        return {
            "operation": self.operation,
            "waiter": self.waiter,
            "includes": includes,
            "functions": self.functions,
            "poll": poll,
            "opening": self._prototype("", ") {"),
        }

    def _description(self) -> str:
        waiter = self.waiter
        lines = [f"{waiter.name}: {self.operation.name} every {waiter.min_delay_ms // 1000} to {waiter.max_delay_ms // 1000} s."]
        for state in STATES:
            rows = [self._told(acceptor) for acceptor in waiter.acceptors if acceptor.state == state]
            if rows:
                lines.append(f"{state.capitalize()}: {'; '.join(rows)}.")
        return "\n".join(lines)

    def _told(self, acceptor: Acceptor) -> str:
        if acceptor.matcher == "success":
            return "it succeeds" if acceptor.succeeds else "it fails with any error of the service"
        if acceptor.matcher == "errorType":
            return f"error {acceptor.error}"
        return _condition_in_words(acceptor)

    def _prototype(self, before: str, tail: str) -> list[str]:
        parameters = (
            f"{self.service.prefix}_client *client",
            f"const {self.operation.input.name} *input",
            "const smithy_wait_options *options",
            "smithy_call *call",
        )
        return call(f"{before}smithy_status {self.waiter.function}(", parameters, tail)

    def _poll(self) -> list[str]:
        out = Writer.body()
        out.line(f"{self.operation.output.name} output;")
        out.call(f"const smithy_status status = {self.operation.function}(", ("client", "in", "&output", "call"))
        for acceptor in self.waiter.acceptors:
            out.condition(self._match(acceptor), (f"return SMITHY_WAIT_{acceptor.state.upper()};",))
        out.line("return status == SMITHY_OK ? SMITHY_WAIT_RETRY : SMITHY_WAIT_FAILURE;")
        return out.lines

    def _match(self, acceptor: Acceptor) -> str:
        if acceptor.matcher == "success":
            return "status == SMITHY_OK" if acceptor.succeeds else "status == SMITHY_ERROR_SERVICE"
        if acceptor.matcher == "errorType":
            return self._is_error(acceptor.error)
        name = self._path_function(acceptor)
        arguments = "in, &output" if acceptor.matcher == "inputOutput" else "&output"
        return f"status == SMITHY_OK && {name}({arguments})"

    def _is_error(self, name: str) -> str:
        """By the kind where the model has one: that knows every code that stands for it."""
        codes = {error.shape.comment: error.code for error in self.service.errors}
        code = codes.get(name, name)
        kind = next((kind for kind in self.service.error_kinds if kind.code == code), None)
        if kind is None:
            kind = next((kind for kind in self.service.error_aliases if kind.code == code), None)
        if kind:
            return f"{self.service.prefix}_error_of(call) == {kind.constant}"
        return f'smithy_error_has_code(smithy_call_error(call), "{name}")'

    def _path_function(self, acceptor: Acceptor) -> str:
        self.names[acceptor.state] = self.names.get(acceptor.state, 0) + 1
        number = self.names[acceptor.state]
        name = f"is_{acceptor.state}" + (f"_{number}" if number > 1 else "")
        output = jmespath_c.structure(self.operation.output, "output")
        parameters = [f"const {self.operation.output.name} *output"]
        root: Any = output
        if acceptor.matcher == "inputOutput":
            parameters.insert(0, f"const {self.operation.input.name} *input")
            root = jmespath_c.Record({"input": jmespath_c.structure(self.operation.input, "input"), "output": output})
        out = Writer.body()
        self._compile(acceptor, root, out)
        text = "\n".join(out.lines)
        unused = [name for name in ("input", "output") if f"*{name}" in "".join(parameters) and f"{name}->" not in text]
        self.functions.append(
            [
                *comment(_condition_in_words(acceptor)),
                *call(f"static bool {name}(", tuple(parameters), ") {"),
                *(f"    (void){name};" for name in unused),
                *out.lines,
                "}",
            ]
        )
        return name

    def _compile(self, acceptor: Acceptor, root: Any, out: Writer) -> None:
        try:
            compiler = jmespath_c.Compiler(self.service, acceptor.path, out)
            if acceptor.comparator == "stringEquals":
                compiler.text_is(root, acceptor.expected)
            elif acceptor.comparator == "booleanEquals":
                compiler.bool_is(root, acceptor.expected == "true")
            elif acceptor.comparator == "allStringEquals":
                compiler.all_texts_are(root, acceptor.expected)
            else:
                compiler.any_text_is(root, acceptor.expected)
        except GeneratorError as error:
            where = f"{self.service.source}: {self.operation.name}: {TRAIT}: {self.waiter.name}"
            raise GeneratorError(f"{where}: {error}") from error


def _condition_in_words(acceptor: Acceptor) -> str:
    words = {"stringEquals": "is", "anyStringEquals": "holds", "allStringEquals": "holds nothing but"}
    if acceptor.comparator == "booleanEquals":
        text = acceptor.path if acceptor.expected == "true" else f"not {acceptor.path}"
    else:
        text = f'{acceptor.path} {words[acceptor.comparator]} "{acceptor.expected}"'
    return text if comments.is_safe(text) else f"a condition on the {acceptor.matcher}"
