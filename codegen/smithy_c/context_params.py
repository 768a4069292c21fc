"""Endpoint parameters that an operation collects from its input (operationContextParams), as C."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from . import context_paths
from .errors import GeneratorError
from .ir import ContextPath, Kind, Member, Operation, Service, Shape
from .layout import Writer

COUNTERS = "ijkl"

Leaf = Callable[[Writer, str], None]  # Prints what becomes of a text that was found.


@dataclass(frozen=True)
class _Place:
    """An expression in C, the shape it holds, and how its members are reached."""

    c: str
    shape: Shape
    arrow: str = "->"


class ContextParams:
    def __init__(self, service: Service, operation: Operation):
        self.service = service
        self.operation = operation

    def text(self, out: Writer, param: ContextPath, target: str) -> None:
        """One text, found by names alone."""
        path = self._parse(param)
        if not all(isinstance(step, context_paths.Field) for step in path):
            raise self._fail(param, "leads to more than one value")
        self._walk(out, param, path, self._root(), lambda inner, text: inner.line(f"{target} = {text};"))

    def texts(self, out: Writer, param: ContextPath, target: str) -> None:
        """A list of texts, in the call's arena."""
        path = self._parse(param)

        def collect(inner: Writer, text: str) -> None:
            inner.attempt("smithy_endpoint_collect", (f"&{target}", text, "call"))

        self._walk(out, param, path, self._root(), collect)

    def _parse(self, param: ContextPath) -> context_paths.Path:
        return context_paths.parse(param.path, self._where(param))

    def _root(self) -> _Place:
        return _Place("input", self.operation.input)

    def _where(self, param: ContextPath) -> str:
        return f"{self.service.source}: {self.operation.name}: smithy.rules#operationContextParams: {param.name}"

    def _fail(self, param: ContextPath, why: str) -> GeneratorError:
        return GeneratorError(f"{self._where(param)}: {param.path!r} {why}")

    def _walk(
        self, out: Writer, param: ContextPath, path: context_paths.Path, at: _Place, leaf: Leaf, depth: int = 0
    ) -> None:
        if not path:
            leaf(out, self._as_text(param, at))
            return
        step, rest = path[0], path[1:]
        if isinstance(step, context_paths.Field):
            self._field(out, param, step, rest, at, leaf, depth)
        elif isinstance(step, context_paths.Select):
            if not rest or rest[0] != context_paths.Each(flattens=True):
                raise self._fail(param, "is a list of lists")
            for choice in step.choices:
                self._walk(out, param, (*choice, *rest[1:]), at, leaf, depth)
        else:
            self._loop(out, param, step, rest, at, leaf, depth)

    def _field(
        self, out: Writer, param: ContextPath, step: context_paths.Field, rest: context_paths.Path, at: _Place, leaf: Leaf, depth: int
    ) -> None:
        members = at.shape.members if at.shape.kind is Kind.STRUCT else ()
        member = next((member for member in members if member.name == step.name), None)
        if member is None:
            raise self._fail(param, f"speaks of {step.name}, which {at.shape.comment or at.shape.id} does not have")
        next_ = _Place(f"{at.c}{at.arrow}{member.field}", self.service.shape(member))
        if next_.shape.kind is not Kind.STRUCT:
            self._walk(out, param, rest, _Place(next_.c, next_.shape, "."), leaf, depth)
            return
        out.open(f"if ({next_.c})")
        self._walk(out, param, rest, next_, leaf, depth)
        out.close()

    def _loop(
        self, out: Writer, param: ContextPath, step: context_paths.Step, rest: context_paths.Path, at: _Place, leaf: Leaf, depth: int
    ) -> None:
        wanted = Kind.LIST if isinstance(step, context_paths.Each) else Kind.MAP
        if at.shape.kind is not wanted or at.shape.sparse or depth == len(COUNTERS):
            raise self._fail(param, f"does not fit {at.shape.comment or at.shape.id}")
        counter = COUNTERS[depth]
        item = self._item(step, at, f"{at.c}.items[{counter}]")
        if isinstance(step, context_paths.Each) and step.flattens and item.shape.kind is Kind.LIST:
            rest = (context_paths.Each(), *rest)
        out.open(f"for (size_t {counter} = 0; {counter} < {at.c}.count; {counter}++)")
        self._walk(out, param, rest, item, leaf, depth + 1)
        out.close()

    def _item(self, step: context_paths.Step, at: _Place, access: str) -> _Place:
        if isinstance(step, context_paths.Keys):
            return _Place(f"{access}.key", Shape("key", Kind.STR), ".")
        value = access if isinstance(step, context_paths.Each) else f"{access}.value"
        assert isinstance(at.shape.item, Member)
        return _Place(value, self.service.shape(at.shape.item), ".")

    def _as_text(self, param: ContextPath, at: _Place) -> str:
        if at.shape.kind is Kind.ENUM:
            return f"{at.shape.name}_wire({at.c})"
        if at.shape.kind is not Kind.STR:
            raise self._fail(param, f"leads to a {at.shape.kind.value}, not to a string")
        return at.c
