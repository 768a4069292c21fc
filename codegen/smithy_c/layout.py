"""Lines of C within 120 columns, broken where clang-format breaks them with the repository's .clang-format."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Iterable, Sequence

WIDTH = 120


def call(head: str, arguments: Sequence[str], tail: str = ");", indent: int = 0) -> list[str]:
    """`head(` arguments `)` tail on one line, or the arguments packed and aligned behind the parenthesis.

    `head` ends with its open parenthesis, `tail` starts with the closing one.
    """
    margin = " " * indent
    line = margin + head + ", ".join(arguments) + tail
    if len(line) <= WIDTH:
        return [line]
    for outer in (" = ", "SMITHY_TRY("):
        before, found, after = head.partition(outer)
        rest = f"{margin}    {after}{', '.join(arguments)}{tail}"
        if found and len(rest) <= WIDTH:
            return [margin + before + found.rstrip(" "), rest]
    column = len(margin + head)
    widest = max(len(argument) for argument in arguments)
    last = column + len(arguments[-1]) + len(tail)
    packed = _pack(arguments, tail, column)
    broken = _pack(arguments, tail, indent + 4)
    too_wide = column + widest + 1 > WIDTH or last > WIDTH
    if too_wide and _is_declaration(head) and not head.startswith("void "):
        apart = _result_apart(head, arguments, tail, indent)
        allowance = 1 if head.startswith("SMITHY_API") else 2  # clang-format counts the macro's own break as dearer.
        if apart is not None and len(apart) <= len(broken) + allowance:
            return apart
    # A break behind the parenthesis is as dear as two between arguments.
    if too_wide or (not _is_declaration(head) and len(packed) >= len(broken) + 2):
        return [margin + head, *broken]
    return [margin + head + packed[0].lstrip(), *packed[1:]]


def assignment(statement: str, indent: int = 0) -> list[str]:
    """target = value; with the value below where it is too far to the right."""
    target, found, value = statement.partition(" = ")
    if indent + len(statement) <= WIDTH or not found:
        return [" " * indent + statement]
    return [" " * indent + target + " =", " " * (indent + 4) + value]


def _result_apart(head: str, arguments: Sequence[str], tail: str, indent: int) -> list[str] | None:
    """The result's type on a line of its own; None where the arguments would not fit behind the name even then."""
    result, space, name = head.rpartition(" ")
    stars = name[: len(name) - len(name.lstrip("*"))]
    name = name.lstrip("*")
    packed = _pack(arguments, tail, indent + len(name))
    if any(len(line) > WIDTH for line in packed):
        return None
    return [" " * indent + (result + space + stars).rstrip(), " " * indent + name + packed[0].lstrip(), *packed[1:]]


def _is_declaration(head: str) -> bool:
    return " " in head and "=" not in head and not head.startswith("return ")


def _pack(arguments: Sequence[str], tail: str, column: int) -> list[str]:
    lines, current = [], " " * column
    for index, argument in enumerate(arguments):
        last = index == len(arguments) - 1
        piece = argument + (tail if last else ",")
        started = bool(current.strip())
        if started and len(current) + 1 + len(piece) > WIDTH:
            lines.append(current)
            current = " " * column + piece
        else:
            current += (" " if started else "") + piece
    return [*lines, current]


@dataclass(frozen=True)
class Row:
    """A declaration, and its comment in the words that are preferred, then in ever fewer."""

    declaration: str
    comments: tuple[str, ...] = ()


def trailing(rows: Sequence[Row], indent: int = 4) -> list[str]:
    """Declarations, each with its comment behind it, aligned; above it where one would pass the margin."""
    margin = " " * indent
    lines: list[str] = []
    for run in _runs(rows):
        if not run[0].comments:
            for row in run:
                lines += _declared(row.declaration, indent)
            continue
        column = max(len(row.declaration) for row in run) + 1
        room = WIDTH - indent - column - len("/*  */")
        for row in run:
            text = next((text for text in row.comments if len(text) <= room), None)
            if text is None:
                return _above(rows, indent)
            lines.append(f"{margin}{row.declaration.ljust(column)}/* {text} */")
    return lines


def _declared(declaration: str, indent: int) -> list[str]:
    """A name that is too far to the right stands below its type."""
    type_, space, name = declaration.rpartition(" ")
    if indent + len(declaration) <= WIDTH or not space:
        return [" " * indent + declaration]
    return [" " * indent + type_, " " * (indent + 4) + name]


def _runs(rows: Sequence[Row]) -> list[list[Row]]:
    """Neighbours that have a comment, or have none: only those align with each other."""
    runs: list[list[Row]] = []
    for row in rows:
        if runs and bool(runs[-1][0].comments) == bool(row.comments):
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _above(rows: Sequence[Row], indent: int) -> list[str]:
    lines: list[str] = []
    for row in rows:
        lines += (comment(row.comments[0], indent) if row.comments else []) + _declared(row.declaration, indent)
    return lines


def comment(text: str, indent: int = 0) -> list[str]:
    """A block comment of its own, wrapped."""
    margin = " " * indent
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += textwrap.wrap(paragraph, WIDTH - indent - 6, break_long_words=False, break_on_hyphens=False) or [""]
    lines = [f"/* {lines[0]}"] + [f" * {line}".rstrip() for line in lines[1:]]
    lines[-1] += " */"
    return [margin + line for line in lines]


@dataclass
class Writer:
    """Collects lines at an indentation."""

    lines: list[str]
    indent: int = 4

    @classmethod
    def body(cls) -> "Writer":
        return cls([])

    def line(self, text: str) -> None:
        self.lines.append(" " * self.indent + text if text else "")

    def call(self, head: str, arguments: Sequence[str], tail: str = ");") -> None:
        self.lines += call(head, arguments, tail, self.indent)

    def attempt(self, function: str, arguments: Sequence[str]) -> None:
        """SMITHY_TRY(function(arguments));"""
        self.call(f"SMITHY_TRY({function}(", arguments, "));")

    def alternatives(self, head: str, conditions: Sequence[str]) -> None:
        """`head` a || b; on one line, or a line for each."""
        one = f"{head}{' || '.join(conditions)};"
        if self.indent + len(one) <= WIDTH:
            self.line(one)
            return
        margin = " " * len(head)
        for index, condition in enumerate(conditions):
            self.line((margin if index else head) + condition + (" ||" if index + 1 < len(conditions) else ";"))

    def open(self, text: str) -> None:
        self.line(text + " {")
        self.indent += 4

    def loop(self, head: str, body: Sequence[str]) -> None:
        """head, and what is done each time: behind it where it is one statement that fits there."""
        one = f"{' ' * self.indent}{head} {body[0].strip()}"
        if len(body) == 1 and len(one) <= WIDTH:
            self.lines.append(one)
            return
        self.open(head)
        self.lines += body
        self.close()

    def close(self) -> None:
        self.indent -= 4
        self.line("}")

    def case(self, label: str, statements: Sequence[str]) -> None:
        """case label: statements, as they stand below it, and a break; all on one line where one statement fits there."""
        one = f"{' ' * self.indent}case {label}: {statements[0].strip()} break;"
        if len(statements) == 1 and len(one) <= WIDTH:
            self.lines.append(one)
            return
        self.line(f"case {label}:")
        self.lines += [*statements, " " * (self.indent + 4) + "break;"]

    def condition(self, condition: str, statement: Sequence[str]) -> None:
        """if (condition) statement, without braces; `statement` was written for no indentation."""
        one = " " * self.indent + f"if ({condition}) {statement[0]}"
        if len(statement) == 1 and len(one) <= WIDTH:
            self.lines.append(one)
            return
        self.line(f"if ({condition})")
        for line in statement:
            self.lines += assignment(line, self.indent + 4)

    def chain(self, cases: Iterable[tuple[str, "Statement"]], otherwise: "Statement | None" = None) -> None:
        """if (…) … else if (…) …; braces everywhere once one case needs them."""
        cases = list(cases)
        if not cases:
            return
        rendered = [(condition, statement.render(self.indent + 4)) for condition, statement in cases]
        last = otherwise.render(self.indent + 4) if otherwise else None
        if len(cases) == 1 and last is None and len(rendered[0][1]) == 1:
            one = " " * self.indent + f"if ({rendered[0][0]}) {rendered[0][1][0].strip()}"
            if len(one) <= WIDTH and not cases[0][1].compound:
                self.lines.append(one)
                return
        braces = any(statement.compound for _, statement in cases) or bool(otherwise and otherwise.compound)
        opening, word = " {" if braces else "", "if"
        for condition, lines in rendered:
            self.line(f"{word} ({condition}){opening}")
            self.lines += lines
            word = "} else if" if braces else "else if"
        if last is not None:
            self.line(("} else" if braces else "else") + opening)
            self.lines += last
        if braces:
            self.line("}")


@dataclass(frozen=True)
class Statement:
    """One or more statements that know how to break themselves at any indentation."""

    parts: tuple[tuple[str, tuple[str, ...], str], ...]  # As for `call`; no arguments and no tail: as it stands.

    @property
    def compound(self) -> bool:
        return len(self.parts) > 1

    def render(self, indent: int) -> list[str]:
        lines: list[str] = []
        for head, arguments, tail in self.parts:
            lines += call(head, arguments, tail, indent) if tail else [" " * indent + head]
        return lines

    @classmethod
    def text(cls, *texts: str) -> "Statement":
        return cls(tuple((text, (), "") for text in texts))

    @classmethod
    def attempt(cls, function: str, *arguments: str) -> "Statement":
        return cls(((f"SMITHY_TRY({function}(", arguments, "));"),))

    def then(self, other: "Statement") -> "Statement":
        return Statement(self.parts + other.parts)
