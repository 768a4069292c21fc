"""What JMESPath's steps work on while they are compiled, and how conditions are laid out.

A value is a C expression with the conditions under which it may be evaluated (`guards`: pointers on the way that must
not be NULL) and the one under which it is there (`own`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Callable, Mapping

from .ir import Shape
from .layout import WIDTH


@dataclass(frozen=True)
class Value:
    """Something of a C type: text, number, bool, struct, union, list, map, or one of which only presence is known."""

    kind: str
    c: str
    guards: tuple[str, ...] = ()
    own: str = ""  # "": it is there.
    shape: Shape | None = None
    arrow: bool = False  # c is a pointer to the structure.
    number: str = ""  # "size", "int" or "float".
    access: str = ""  # Of an enumeration: the structure of kind and wire.

    @property
    def present(self) -> tuple[str, ...]:
        return self.guards + ((self.own,) if self.own else ())


@dataclass(frozen=True)
class Constant:
    value: Any


@dataclass(frozen=True)
class Stream:
    """What a projection yields: `each` writes the loops, and calls the consumer inside of them."""

    each: Callable[[Callable[["Any"], None]], None]


@dataclass(frozen=True)
class Record:
    fields: Mapping[str, "Any"]


@dataclass(frozen=True)
class Several:
    """A list whose items are known one by one: `[a, b]`."""

    items: tuple["Any", ...]


def structure(shape: Shape, c: str) -> Value:
    """The value that a pointer to a structure stands for."""
    return Value("struct", c, shape=shape, arrow=True)


def all_of(conditions: tuple[str, ...]) -> str:
    return " && ".join(dict.fromkeys(conditions)) or "true"


def packed(head: str, condition: str, tail: str, indent: int) -> list[str]:
    """A condition on as few lines as the margin allows, aligned behind `head`; broken inside of parentheses at last."""
    lines = _filled(head, _operands(condition + tail), indent)
    if all(len(line) <= WIDTH for line in lines):
        return lines
    return _filled(head, re.split(r"(?<=&&|\|\|) ", condition + tail), indent)


def _filled(head: str, parts: list[str], indent: int) -> list[str]:
    lines, current = [], " " * indent + head
    margin = " " * len(current)
    for index, part in enumerate(parts):
        if index > 0 and len(current) + 1 + len(part) > WIDTH:
            lines.append(current)
            current = margin + part
        else:
            current += (" " if index > 0 else "") + part
    return [*lines, current]


def _operands(condition: str) -> list[str]:
    """Cut behind each && and || that stands outside of parentheses."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|[()]|(?:&&|\|\|) ', condition):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if match[0][-1] == " " and depth == 0:
            parts.append(condition[start : match.end() - 1])
            start = match.end()
    return [*parts, condition[start:]]
