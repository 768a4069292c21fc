"""Endpoint parameters that an operation collects from its input (operationContextParams), as C."""

from __future__ import annotations

from typing import Callable

from .errors import GeneratorError
from .ir import ContextPath, Operation, Service
from .jmespath_c import Compiler
from .jmespath_values import Value, all_of, structure
from .layout import Statement, Writer


class ContextParams:
    def __init__(self, service: Service, operation: Operation):
        self.service = service
        self.operation = operation

    def text(self, out: Writer, param: ContextPath, target: str) -> None:
        """One text; absent where anything on its way is."""

        def compile_(compiler: Compiler) -> None:
            value = compiler.one_text(structure(self.operation.input, "input"))
            self._print(out, value, Statement.text(f"{target} = {value.c};"))

        self._compiled(out, param, compile_)

    def texts(self, out: Writer, param: ContextPath, target: str) -> None:
        """A list of texts, in the call's arena."""

        def append(value: Value) -> None:
            self._print(out, value, Statement.attempt("smithy_endpoint_collect", f"&{target}", value.c, "call"))

        root = structure(self.operation.input, "input")
        self._compiled(out, param, lambda compiler: compiler.each_text(root, append))

    def _compiled(self, out: Writer, param: ContextPath, compile_: Callable[[Compiler], None]) -> None:
        try:
            compile_(Compiler(self.service, param.path, out))
        except GeneratorError as error:
            raise GeneratorError(
                f"{self.service.source}: {self.operation.name}: smithy.rules#operationContextParams: {param.name}: {error}"
            ) from error

    def _print(self, out: Writer, value: Value, statement: Statement) -> None:
        if value.guards:
            out.chain([(all_of(value.guards), statement)])
        else:
            out.lines += statement.render(out.indent)
