"""The part of JMESPath that endpoint parameters are written in: names, sub-expressions, keys(), [*], [], .*, [a, b].

An expression becomes a row of steps, each applied to what the one before gives. Anything else is an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Union

from .errors import GeneratorError


@dataclass(frozen=True)
class Field:
    name: str


@dataclass(frozen=True)
class Each:
    """[*], or [], which takes lists in a list apart as well."""

    flattens: bool = False


@dataclass(frozen=True)
class Keys:
    pass


@dataclass(frozen=True)
class Values:
    pass


@dataclass(frozen=True)
class Select:
    choices: tuple["Path", ...]


Step = Union[Field, Each, Keys, Values, Select]
Path = tuple[Step, ...]

TOKEN = re.compile(r'\s*(?:([A-Za-z_]\w*)|"([A-Za-z_][\w-]*)"|(\[\*\]|\[\]|[\[\](),.*]))')


def parse(text: str, where: str) -> Path:
    return _Parser(text, where).whole()


class _Parser:
    def __init__(self, text: str, where: str):
        self.text = text
        self.where = where
        self.tokens = self._split()
        self.at = 0

    def fail(self) -> GeneratorError:
        return GeneratorError(f"{self.where}: the JMESPath expression {self.text!r} is not supported")

    def _split(self) -> list[tuple[str, str]]:
        """(kind, text), the kind "name" or the sign itself."""
        tokens, at = [], 0
        text = self.text.rstrip()
        while at < len(text):
            match = TOKEN.match(text, at)
            if match is None:
                raise self.fail()
            name = match[1] or match[2]
            tokens.append(("name", name) if name else (match[3], match[3]))
            at = match.end()
        return tokens

    def peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def take(self, kind: str) -> str:
        if self.peek() != kind:
            raise self.fail()
        self.at += 1
        return self.tokens[self.at - 1][1]

    def whole(self) -> Path:
        path = self.expression()
        if self.peek():
            raise self.fail()
        return path

    def expression(self) -> Path:
        steps = [*self.name_or_keys()]
        while True:
            sign = self.peek()
            if sign == ".":
                self.take(".")
                steps += self.after_point()
            elif sign in ("[*]", "[]"):
                self.take(sign)
                steps.append(Each(flattens=sign == "[]"))
            else:
                return tuple(steps)

    def name_or_keys(self) -> Path:
        name = self.take("name")
        if self.peek() != "(":
            return (Field(name),)
        if name != "keys":
            raise self.fail()
        self.take("(")
        inner = self.expression()
        self.take(")")
        return (*inner, Keys())

    def after_point(self) -> list[Step]:
        if self.peek() == "*":
            self.take("*")
            return [Values()]
        if self.peek() != "[":
            return [Field(self.take("name"))]
        self.take("[")
        choices = [self.expression()]
        while self.peek() == ",":
            self.take(",")
            choices.append(self.expression())
        self.take("]")
        return [Select(tuple(choices))]
