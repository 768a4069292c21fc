"""Parses the JMESPath of waiters into a small tree; what is beyond it is an error that shows the expression."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from .errors import GeneratorError


@dataclass(frozen=True)
class Current:
    """`@`, and what stands to the left of a projection's first step."""


@dataclass(frozen=True)
class Field:
    source: "Node"
    name: str


@dataclass(frozen=True)
class Index:
    source: "Node"
    index: int


@dataclass(frozen=True)
class Flatten:
    """`source[]`: the items, those of lists in the list among them."""

    source: "Node"


@dataclass(frozen=True)
class Items:
    """`source[*]`, or of a map `source.*`."""

    source: "Node"


@dataclass(frozen=True)
class Filter:
    """`source[?condition]`."""

    source: "Node"
    condition: "Node"


@dataclass(frozen=True)
class Project:
    """`each` of what `source` yields; nulls drop out."""

    source: "Node"
    each: "Node"


@dataclass(frozen=True)
class Pipe:
    source: "Node"
    then: "Node"


@dataclass(frozen=True)
class Compare:
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class And:
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Or:
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Not:
    operand: "Node"


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True)
class Literal:
    value: Any


@dataclass(frozen=True)
class MultiList:
    source: "Node"
    items: tuple["Node", ...]


@dataclass(frozen=True)
class MultiHash:
    source: "Node"
    items: tuple[tuple[str, "Node"], ...]


Node = (
    Current | Field | Index | Flatten | Items | Filter | Project | Pipe | Compare | And | Or | Not | Call | Literal
    | MultiList | MultiHash
)  # fmt: skip

TOKENS = re.compile(
    r"""(?P<space>\s+)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<number>-?[0-9]+)
      | (?P<quoted>"(?:[^"\\]|\\.)*")
      | (?P<raw>'(?:[^'\\]|\\.)*')
      | (?P<literal>`(?:[^`\\]|\\.)*`)
      | (?P<sign>\[\]|\[\?|\|\||&&|==|!=|<=|>=|[.\[\]{}()*,:@|<>!&])""",
    re.VERBOSE,
)

# How tightly what follows a token binds to what is on its left.
POWERS = {
    "|": 1, "||": 2, "&&": 3, "==": 5, "!=": 5, "<": 5, "<=": 5, ">": 5, ">=": 5,
    "[]": 9, "[?": 21, ".": 40, "[": 55,
}  # fmt: skip
PROJECTION = 10  # What binds less tightly ends a projection.
NEGATION = 45


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    at: int


def parse(expression: str) -> Node:
    """The tree of an expression; GeneratorError says what in it is not understood."""
    return _Parser(expression).whole()


class _Parser:
    def __init__(self, expression: str):
        self.expression = expression
        self.tokens = self._tokens()
        self.position = 0

    def _fail(self, why: str, at: int) -> GeneratorError:
        return GeneratorError(f"JMESPath {self.expression!r}: {why} at character {at + 1}")

    def _tokens(self) -> list[Token]:
        tokens, at = [], 0
        while at < len(self.expression):
            match = TOKENS.match(self.expression, at)
            if match is None:
                raise self._fail(f"{self.expression[at]!r} is not understood", at)
            if match.lastgroup != "space":
                kind = match[0] if match.lastgroup == "sign" else match.lastgroup
                tokens.append(Token(kind or "", match[0], at))
            at = match.end()
        return [*tokens, Token("end", "", at)]

    @property
    def next(self) -> Token:
        return self.tokens[self.position]

    def _take(self, kind: str | None = None) -> Token:
        token = self.next
        if kind is not None and token.kind != kind:
            raise self._fail(f"{kind!r} is missing", token.at)
        self.position += 1
        return token

    def whole(self) -> Node:
        node = self._expression(0)
        if self.next.kind != "end":
            raise self._fail(f"{self.next.text!r} is not expected", self.next.at)
        return node

    def _expression(self, power: int) -> Node:
        node = self._first()
        while power < POWERS.get(self.next.kind, 0):
            node = self._after(node)
        return node

    def _first(self) -> Node:
        token = self._take()
        kind = token.kind
        if kind == "name" and self.next.kind == "(":
            return self._call(token.text)
        if kind in ("name", "quoted"):
            return Field(Current(), self._name(token))
        if kind == "raw":
            return Literal(token.text[1:-1].replace("\\'", "'"))
        if kind == "literal":
            return Literal(self._literal(token))
        if kind == "@":
            return Current()
        if kind == "!":
            return Not(self._expression(NEGATION))
        if kind == "(":
            node = self._expression(0)
            self._take(")")
            return node
        if kind == "*":
            return self._projection(Items(Current()))
        if kind in ("[]", "[?", "[", "{"):
            self.position -= 1
            return self._select(Current())
        raise self._fail(f"{token.text!r} is not expected" if token.text else "the expression ends too early", token.at)

    def _name(self, token: Token) -> str:
        if token.kind not in ("name", "quoted"):
            raise self._fail(f"{token.text!r} is not a name", token.at)
        return self._json(token, token.text) if token.kind == "quoted" else token.text

    def _literal(self, token: Token) -> Any:
        return self._json(token, token.text[1:-1].replace("\\`", "`"))

    def _json(self, token: Token, text: str) -> Any:
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise self._fail(f"{token.text} is no JSON", token.at) from error

    def _call(self, name: str) -> Call:
        self._take("(")
        return Call(name, self._listed(")"))

    def _listed(self, end: str) -> tuple[Node, ...]:
        """Expressions with commas between them, up to `end`."""
        items = []
        while self.next.kind != end:
            items.append(self._expression(0))
            if self.next.kind != end:
                self._take(",")
        self._take(end)
        return tuple(items)

    def _after(self, left: Node) -> Node:
        kind = self.next.kind
        if kind in ("[]", "[?", "["):
            return self._select(left)
        self._take()
        if kind == ".":
            return self._member(left)
        right = self._expression(POWERS[kind])
        if kind == "|":
            return Pipe(left, right)
        if kind == "||":
            return Or(left, right)
        return And(left, right) if kind == "&&" else Compare(kind, left, right)

    def _member(self, left: Node) -> Node:
        """What may stand behind a dot."""
        if self.next.kind == "*":
            self._take()
            return self._projection(Items(left))
        if self.next.kind in ("[", "{"):
            return self._multi(left)
        return Field(left, self._name(self._take()))

    def _select(self, left: Node) -> Node:
        """What brackets mean behind `left`, or first."""
        kind = self.next.kind
        if kind == "[]":
            self._take()
            return self._projection(Flatten(left))
        if kind == "[?":
            self._take()
            condition = self._expression(0)
            self._take("]")
            return self._projection(Filter(left, condition))
        following = [token.kind for token in self.tokens[self.position + 1 : self.position + 3]]
        if kind == "[" and following == ["*", "]"]:
            self.position += 3
            return self._projection(Items(left))
        if kind == "[" and following[0] in ("number", ":"):
            return self._index(left)
        return self._multi(left)

    def _index(self, left: Node) -> Index:
        self._take("[")
        if ":" in (self.next.kind, self.tokens[self.position + 1].kind):
            raise self._fail("slices are not supported", self.next.at)
        index = int(self._take("number").text)
        self._take("]")
        return Index(left, index)

    def _multi(self, left: Node) -> Node:
        if self._take().kind == "[":
            return MultiList(left, self._listed("]"))
        pairs = []
        while self.next.kind != "}":
            name = self._name(self._take())
            self._take(":")
            pairs.append((name, self._expression(0)))
            if self.next.kind != "}":
                self._take(",")
        self._take("}")
        return MultiHash(left, tuple(pairs))

    def _projection(self, source: Node) -> Node:
        """The steps behind a projection belong to each item of it."""
        each: Node = Current()
        while POWERS.get(self.next.kind, 0) >= PROJECTION:
            each = self._after(each)
        return source if each == Current() else Project(source, each)
