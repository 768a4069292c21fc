"""Endpoint rules, part 3: from statements to functions of a readable length, laid out as clang-format would."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from . import names
from .endpoint_tree import If, Node, Return, Statement

COLUMNS = 120
_MAX_LINES = 56  # Of a function's body.
_MAX_BLOCK = 14  # Of a block that stays inside of the function; and where the function is too long with it.
_MAX_BLOCK_OF_LONG = 4
_MAX_DEPTH = 3
_MAX_NAME = 64


@dataclass
class Function:
    name: str
    lines: list[str]


class Layout:
    """Cuts a tree of statements into functions. The last one is the root; each stands after those that it calls."""

    def __init__(self, nodes: list[Node]):
        self.functions: list[Function] = []
        self._known: dict[tuple[str, ...], str] = {}
        self._names = names.Scope()
        self._seen: Counter[tuple[str, ...]] = Counter()
        self._count(nodes)
        self._define("resolve", self._shrink(nodes))

    def _count(self, nodes: list[Node]) -> None:
        for node in nodes:
            if isinstance(node, If):
                body = tuple(block(node.body, 1))
                self._seen[body] += 1
                if self._seen[body] == 1:
                    self._count(node.body)

    def _shrink(self, nodes: list[Node], max_block: int = _MAX_BLOCK) -> list[Node]:
        """Replaces blocks that are long, deep or repeated by calls."""
        result: list[Node] = []
        for node in nodes:
            if isinstance(node, If):
                before = tuple(block(node.body, 1))
                body = self._shrink(node.body, max_block)
                if node.ends and self._stands_alone(before, body, max_block):
                    body = [Return(self._define(_name(node.names), body), ["r"])]
                node = If(node.conditions, node.names, body, node.ends)
            result.append(node)
        return result

    def _stands_alone(self, before: tuple[str, ...], body: list[Node], max_block: int) -> bool:
        lines = len(block(body, 1))
        if self._seen[before] > 1 and (lines > 2 or len(body) > 1):
            return True
        return lines > max_block or _depth(body) >= _MAX_DEPTH

    def _define(self, name: str, nodes: list[Node]) -> str:
        """A function with this body: a new one, or one that is there already."""
        if any(len(block([node], 1)) > _MAX_LINES for node in nodes):
            nodes = self._shrink(nodes, _MAX_BLOCK_OF_LONG)
        cut = self._fitting(nodes)
        if cut < len(nodes) - 1:
            rest = self._define(f"{name.removesuffix('_else')}_else", nodes[cut:])
            nodes = [*nodes[:cut], Return(rest, ["r"])]
        lines = block(nodes, 1)
        key = tuple(lines)
        if key not in self._known:
            self._known[key] = self._names.unique(name)
            self.functions.append(Function(self._known[key], lines))
        return self._known[key]

    def _fitting(self, nodes: list[Node]) -> int:
        """How many of the statements one function takes."""
        lines = 0
        for index, node in enumerate(nodes):
            lines += len(block([node], 1))
            if lines > _MAX_LINES and index > 0:
                return index
        return len(nodes)


def _name(conditions: list[str]) -> str:
    """What the conditions say, the last ones first where all are too many."""
    parts: list[str] = []
    for says in reversed(conditions):
        if parts and parts[0].startswith(says):
            continue  # A value is taken, and then looked at.
        if parts and len("_and_".join(["when", says, *parts])) > _MAX_NAME:
            break
        parts.insert(0, says)
    return "when_" + "_and_".join(parts)


def _depth(nodes: list[Node]) -> int:
    return max((1 + _depth(node.body) for node in nodes if isinstance(node, If) and not _is_line(node.body)), default=0)


def _is_line(nodes: list[Node]) -> bool:
    return len(nodes) == 1 and not isinstance(nodes[0], If)


def block(nodes: list[Node], level: int) -> list[str]:
    """The lines of a block."""
    lines: list[str] = []
    for node in nodes:
        lines += _lines(node, level)
    return lines


def _lines(node: Node, level: int) -> list[str]:
    indent = "    " * level
    if isinstance(node, Statement):
        return fill(indent, node.text)
    if isinstance(node, Return):
        return call(f"{indent}return {node.function}(", node.arguments, indent)
    single = _is_line(node.body)
    head = wrap(f"{indent}if (", node.conditions, " &&", ")" if single else ") {")
    if not single:
        return [*head, *block(node.body, level + 1), f"{indent}}}"]
    body = _lines(node.body[0], level + 1)
    if len(head) == 1 and len(body) == 1 and len(head[0]) + 1 + len(body[0].strip()) <= COLUMNS:
        return [f"{head[0]} {body[0].strip()}"]
    return [*head, *body]


def fill(indent: str, text: str) -> list[str]:
    """One statement, broken at the arguments of its outermost call where it is too long."""
    opening = text.find("(")
    if len(indent) + len(text) <= COLUMNS or opening < 0:
        return [indent + text]
    closing = text.rindex(")")
    return wrap(indent + text[: opening + 1], split_arguments(text[opening + 1 : closing]), ",", text[closing:])


def split_arguments(text: str) -> list[str]:
    """At the commas that stand in no parentheses, braces or quotes."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|[({})]|,', text):
        if match[0] in "({":
            depth += 1
        elif match[0] in ")}":
            depth -= 1
        elif match[0] == "," and depth == 0:
            parts.append(text[start : match.start()].strip())
            start = match.end()
    return [*parts, text[start:].strip()]


def call(opening: str, arguments: list[str], indent: str) -> list[str]:
    """A call: its arguments under each other, or one step further in where that saves a line."""
    beside = wrap(opening, arguments, ",", ");")
    below = wrap(indent + "    ", arguments, ",", ");")
    return [opening, *below] if len(below) + 1 < len(beside) else beside


def wrap(opening: str, items: list[str], separator: str, closing: str) -> list[str]:
    """As many items to a line as fit, the next lines under the first item."""
    column = len(opening)
    lines = [opening]
    fresh = True  # Nothing stands on the line yet.
    for index, item in enumerate(items):
        last = index == len(items) - 1
        tail = closing if last else separator
        glue = "" if fresh else " "
        if len(lines[-1]) + len(glue) + len(item) + len(tail) <= COLUMNS:
            lines[-1] += glue + item + tail
            fresh = False
            continue
        start = len(lines[-1]) + len(glue)
        # clang-format leaves a long text beside a single short argument and moves it away from more.
        stays = last and index == 1 and _splits_well(item, COLUMNS - start, len(tail))
        if not fresh and not stays:
            lines.append(" " * column)
            start, glue = column, ""
        inner = re.match(r"!?\w+\(", item)
        if inner and item.endswith(")") and start + len(item) + len(tail) > COLUMNS:
            arguments = split_arguments(item[inner.end() : -1])
            lines[-1:] = wrap(lines[-1] + glue + inner[0], arguments, ",", ")" + tail)
            fresh = False
            continue
        pieces = _pieces(item, COLUMNS - start, len(tail))
        lines[-1] += glue + pieces[0]
        lines.extend(" " * start + piece for piece in pieces[1:])
        lines[-1] += tail
        fresh = len(pieces) > 1 and not last
        if fresh:
            lines.append(" " * column)
    return lines


def _splits_well(item: str, width: int, tail: int) -> bool:
    pieces = _pieces(item, width, tail)
    return len(pieces) > 1 and len(pieces[-1]) + tail <= width


def _pieces(item: str, width: int, tail: int) -> list[str]:
    """A literal that is longer than a line, in several."""
    pieces = []
    while item.startswith('"') and len(item) + tail > width:
        at = item.rfind(" ", 1, width - 1)
        if at <= 0:
            break
        pieces.append(item[: at + 1] + '"')
        item = '"' + item[at + 1 :]
    return [*pieces, item]
