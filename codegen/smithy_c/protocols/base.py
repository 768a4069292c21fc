"""What the protocols share: functions as lines, and the queue of the shapes' own readers and writers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import GeneratorError
from ..ir import Error, Kind, Member, Operation, Service, Shape
from ..layout import call
from ..names import Scope


@dataclass(frozen=True)
class Function:
    """A function that types.c defines and serde.h declares."""

    name: str
    result: str
    parameters: tuple[str, ...]
    body: tuple[str, ...]
    nodiscard: bool = False

    @property
    def prototype(self) -> list[str]:
        tail = ") SMITHY_NODISCARD;" if self.nodiscard else ");"
        return call(f"{self.result} {self.name}(", self.parameters, tail)

    @property
    def opening(self) -> list[str]:
        return call(f"{self.result} {self.name}(", self.parameters, ") {")


def with_unused_call(body: list[str]) -> list[str]:
    """The body of a function that has `call`, which not every one needs; declarations stay first."""
    if any(re.search(r"\bcall\b", re.sub(r'->call\b|"[^"]*"', "", line)) for line in body):
        return body
    first = next(i for i, line in enumerate(body) if not re.match(r" +(const |\(void\)|\w+ \*output)", line))
    return [*body[:first], "    (void)call;", *body[first:]]


class Codec:
    """One wire format of shapes. Asking for a shape's function queues it, so that only what is used is printed."""

    def __init__(self, service: Service):
        self.service = service
        self._functions: dict[str, Function] = {}
        self._pending: list[tuple[str, Shape]] = []
        self._scope = Scope(tuple(service.taken))
        self._names: dict[tuple[str, str], str] = {}

    def _ask(self, what: str, shape: Shape) -> str:
        if (what, shape.id) not in self._names:
            self._names[what, shape.id] = self._scope.unique(f"{self.service.prefix}_{what}_{shape.stem}")
            self._pending.append((what, shape))
        return self._names[what, shape.id]

    def writer_of(self, shape: Shape) -> str:
        return self._ask("write", shape)

    def reader_of(self, shape: Shape) -> str:
        """Reads into storage that is there."""
        return self._ask("read", shape)

    def new_reader_of(self, shape: Shape) -> str:
        """Allocates a structure and reads into it."""
        return self._ask("read_new", shape)

    def functions(self) -> list[Function]:
        """All that was asked for, and what that asks for in turn, sorted by name."""
        while self._pending:
            what, shape = self._pending.pop()
            for function in self.build(what, shape):
                self._functions[function.name] = function
        return [self._functions[name] for name in sorted(self._functions)]

    def build(self, what: str, shape: Shape) -> list[Function]:
        raise NotImplementedError

    def kind(self, member: Member) -> Kind:
        return self.service.shape(member).kind

    def unsupported(self, shape: Shape, member: Member | None, why: str) -> GeneratorError:
        place = f"{member.holder}${member.name}" if member else shape.id
        return GeneratorError(f"{self.service.source}: {place}: {why}")


class Protocol:
    """Turns operations into the bodies of their functions. One subclass each; see PROTOCOLS."""

    trait = ""
    constant = ""
    codecs: tuple[Codec, ...] = ()  # All that it uses.

    def __init__(self, service: Service):
        self.service = service

    def functions(self) -> list[Function]:
        """The shapes' functions, sorted by name; asked for after all operations."""
        return sorted((f for codec in self.codecs for f in codec.functions()), key=lambda function: function.name)

    def service_rows(self) -> list[tuple[str, str]]:
        """What the service's static description says for this protocol."""
        return []

    def write_request(self, operation: Operation) -> list[str]:
        raise NotImplementedError

    def read_response(self, operation: Operation) -> list[str]:
        raise NotImplementedError

    def read_error(self, error: Error) -> list[str]:
        raise NotImplementedError
