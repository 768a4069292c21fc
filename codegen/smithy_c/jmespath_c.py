"""Compiles JMESPath over a typed value into straight-line C: every step is settled by the model while generating.

A projection is not a value in C: it is loops around whatever consumes its items. Two liberties are taken: a list that
is absent has the length 0, and && and || answer true or false where JMESPath may answer null.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Callable

from . import jmespath_tree as path
from .c_types import PLAIN
from .errors import GeneratorError
from .ir import INTEGERS, EnumValue, Kind, Member, Service, Shape
from .jmespath_values import Constant, Record, Several, Stream, Value, all_of, packed, structure
from .layout import Writer
from .literals import quoted

COUNTERS = "ijklmn"
EMPTY: dict[str, Any] = {"text": "", "list": [], "map": {}}
OPPOSITES = {"==": "!=", "!=": "==", "<=": ">", ">=": "<", "<": ">=", ">": "<="}


class Compiler:
    """Compiles one expression into the body of a function that answers a bool."""

    def __init__(self, service: Service, expression: str, out: Writer):
        self.service = service
        self.expression = expression
        self.tree = path.parse(expression)
        self.out = out
        self.depth = 0
        self.names: dict[str, int] = {}

    def fail(self, why: str) -> GeneratorError:
        return GeneratorError(f"JMESPath {self.expression!r}: {why}")

    # ---- the four comparators of waiters ----

    def text_is(self, root: Any, expected: str) -> None:
        value = self.value(self.tree, root)
        if not isinstance(value, Value) or value.kind != "text":
            raise self.fail("is not a text")
        self._answer(self._equal(value, Constant(expected)))

    def bool_is(self, root: Any, expected: bool) -> None:
        value = self.value(self.tree, root)
        if not isinstance(value, Value) or value.kind != "bool":
            raise self.fail("is not true or false")
        if not expected and not value.present and (" && " in value.c or " || " in value.c):
            self._open_if(value.c)
            self.out.line("return false;")
            self.out.close()
            self.out.line("return true;")
            return
        condition = value.c if expected else self._negated(value.c)
        self._answer(all_of((*value.present, self._inside_and(condition) if value.present else condition)))

    def any_text_is(self, root: Any, expected: str) -> None:
        def consume(item: Any) -> None:
            self.out.condition(self._equal(self._text(item), Constant(expected)), ("return true;",))

        self._stream(self.value(self.tree, root)).each(consume)
        self.out.line("return false;")

    def all_texts_are(self, root: Any, expected: str) -> None:
        def consume(item: Any) -> None:
            text = self._text(item)
            same = self._equal(replace(text, guards=(), own=""), Constant(expected))
            if text.present:
                self._open_if(all_of(text.present))
            self.out.condition(self._negated(same), ("return false;",))
            self.out.line("any = true;")
            if text.present:
                self.out.close()

        self.out.line("bool any = false;")
        self._stream(self.value(self.tree, root)).each(consume)
        self.out.line("return any;")

    # ---- what endpoint parameters ask for ----

    def one_text(self, root: Any) -> Value:
        value = self.value(self.tree, root)
        if not isinstance(value, Value) or value.kind != "text":
            raise self.fail("is not a text")
        return value

    def each_text(self, root: Any, consume: Callable[[Value], None]) -> None:
        """Prints the loops, and has `consume` print what becomes of an item."""
        self._stream(self.value(self.tree, root)).each(lambda item: consume(self._text(item)))

    def _answer(self, condition: str) -> None:
        self.out.lines += packed("return ", condition, ";", self.out.indent)

    def _open_if(self, condition: str) -> None:
        self.out.lines += packed("if (", condition, ") {", self.out.indent)
        self.out.indent += 4

    def _text(self, item: Any) -> Value:
        if not isinstance(item, Value) or item.kind != "text":
            raise self.fail("its items are not texts")
        return item

    # ---- values ----

    def value(self, node: path.Node, at: Any) -> Any:
        handler = getattr(self, f"_{type(node).__name__.lower()}")
        return handler(node, at)

    def _current(self, node: path.Current, at: Any) -> Any:
        return at

    def _literal(self, node: path.Literal, at: Any) -> Constant:
        return Constant(node.value)

    def _field(self, node: path.Field, at: Any) -> Any:
        source = self.value(node.source, at)
        if isinstance(source, Record):
            if node.name not in source.fields:
                raise self.fail(f"there is no {node.name}")
            return source.fields[node.name]
        if not isinstance(source, Value) or source.kind not in ("struct", "union") or source.shape is None:
            raise self.fail(f"what stands before {node.name} is not a structure")
        for member in source.shape.members:
            if member.name == node.name:
                return self._member(source, member)
        raise self.fail(f"{source.shape.comment} has no member {node.name}")

    def _member(self, source: Value, member: Member) -> Value:
        shape = self.service.shape(member)
        if source.kind == "union":
            raise self.fail("members of unions are not supported")
        access = f"{source.c}{'->' if source.arrow else '.'}{member.field}"
        guards = source.present
        if shape.kind is Kind.BOOL:
            return Value("bool", f"{access}.value", guards, f"{access}.has")
        if shape.kind in INTEGERS or shape.kind in (Kind.F32, Kind.F64):
            number = "int" if shape.kind in INTEGERS else "float"
            return Value("number", f"{access}.value", guards, f"{access}.has", number=number)
        return replace(self._plain(shape, access), guards=guards, own=self._is_there(shape, access))

    def _is_there(self, shape: Shape, access: str) -> str:
        if shape.kind in (Kind.ENUM, Kind.INT_ENUM, Kind.UNION):
            return f"{access}.kind != 0"
        if shape.kind in (Kind.LIST, Kind.MAP):
            return f"{access}.items"
        if shape.kind in PLAIN:
            return f"{access}.has"
        return access if shape.kind is Kind.STRUCT else f"{access}.ptr"

    def _plain(self, shape: Shape, c: str) -> Value:
        """A value of a shape's own C type, as in lists; a structure by its pointer."""
        if shape.kind is Kind.STR:
            return Value("text", c)
        if shape.kind is Kind.ENUM:
            return Value("text", f"{shape.name}_wire({c})", shape=shape, access=c)
        if shape.kind is Kind.INT_ENUM:
            return Value("number", f"{shape.name}_wire({c}).value", number="int")
        if shape.kind is Kind.BOOL:
            return Value("bool", c)
        if shape.kind in INTEGERS or shape.kind in (Kind.F32, Kind.F64):
            return Value("number", c, number="int" if shape.kind in INTEGERS else "float")
        kinds = {Kind.STRUCT: "struct", Kind.UNION: "union", Kind.LIST: "list", Kind.MAP: "map"}
        return Value(kinds.get(shape.kind, shape.kind.value), c, shape=shape, arrow=shape.kind is Kind.STRUCT)

    def _index(self, node: path.Index, at: Any) -> Any:
        source = self.value(node.source, at)
        if isinstance(source, Several):
            if not -len(source.items) <= node.index < len(source.items):
                raise self.fail(f"there is no item {node.index}")
            return source.items[node.index]
        if not isinstance(source, Value) or source.kind != "list" or source.shape is None or source.shape.sparse:
            raise self.fail("only items of lists can be picked")
        index = node.index
        enough = f"{source.c}.count > {index if index >= 0 else -index - 1}"
        item = f"{source.c}.items[{index}]" if index >= 0 else f"{source.c}.items[{source.c}.count - {-index}]"
        shape = self.service.shape(source.shape.item)
        value = self._plain(shape, f"(&{item})" if shape.kind is Kind.STRUCT else item)
        return replace(value, guards=(*source.guards, enough))

    # ---- projections ----

    def _stream(self, value: Any) -> Stream:
        """The items of whatever has some."""
        if isinstance(value, Stream):
            return value
        if isinstance(value, Several):
            return Stream(lambda consume: [consume(item) for item in value.items] and None)
        if isinstance(value, Value) and value.kind == "list":
            return Stream(lambda consume: self._loop(value, consume))
        if isinstance(value, Value) and value.kind == "map":
            return Stream(lambda consume: self._loop(value, consume, ".value"))
        raise self.fail("is not a list")

    def _loop(self, source: Value, consume: Callable[[Any], None], part: str = "") -> None:
        assert source.shape is not None
        if self.depth >= len(COUNTERS):
            raise self.fail("it goes through too many lists in each other")
        counter = COUNTERS[self.depth]
        item = "item" if self.depth == 0 else f"item_{self.depth + 1}"
        if source.guards:
            self._open_if(all_of(source.guards))
        self.out.open(f"for (size_t {counter} = 0; {counter} < {source.c}.count; {counter}++)")
        self.depth += 1
        start = len(self.out.lines)
        consume(self._item(source.shape, f"{source.c}.items[{counter}]{part}", item, part == ".key"))
        self._drop_unused(item, start)
        self.depth -= 1
        self.out.close()
        if source.guards:
            self.out.close()

    def _drop_unused(self, name: str, at: int) -> None:
        """The item's declaration goes where nothing asks for more than how many there are."""
        is_declared = self.out.lines[at].endswith(";") and f" *{name} = " in self.out.lines[at]
        if is_declared and not any(re.search(rf"\b{name}\b", line) for line in self.out.lines[at + 1 :]):
            del self.out.lines[at]

    def _item(self, holder: Shape, c: str, name: str, is_key: bool) -> Value:
        if is_key:
            return Value("text", c)
        shape = self.service.shape(holder.item)
        if shape.kind is Kind.STRUCT:
            self.out.line(f"const {shape.name} *{name} = {c if holder.sparse else '&' + c};")
            return replace(structure(shape, name), own=name if holder.sparse else "")
        if not holder.sparse:
            return self._plain(shape, c)
        if shape.kind in PLAIN:
            return replace(self._plain(shape, f"{c}.value"), own=f"{c}.has")
        return replace(self._plain(shape, c), own=self._is_there(shape, c))

    def _flatten(self, node: path.Flatten, at: Any) -> Stream:
        source = self._stream(self.value(node.source, at))

        def each(consume: Callable[[Any], None]) -> None:
            def spread(item: Any) -> None:
                nested = isinstance(item, (Several, Stream)) or (isinstance(item, Value) and item.kind == "list")
                if nested:
                    self._stream(item).each(consume)
                else:
                    consume(item)

            source.each(spread)

        return Stream(each)

    def _items(self, node: path.Items, at: Any) -> Stream:
        return self._stream(self.value(node.source, at))

    def _filter(self, node: path.Filter, at: Any) -> Stream:
        source = self._stream(self.value(node.source, at))

        def each(consume: Callable[[Any], None]) -> None:
            def pass_on(item: Any) -> None:
                condition = self._truth(self.value(node.condition, item))
                self._open_if(condition)
                consume(item)
                self.out.close()

            source.each(pass_on)

        return Stream(each)

    def _project(self, node: path.Project, at: Any) -> Stream:
        source = self._stream(self.value(node.source, at))
        return Stream(lambda consume: source.each(lambda item: consume(self.value(node.each, item))))

    def _pipe(self, node: path.Pipe, at: Any) -> Any:
        return self.value(node.then, self.value(node.source, at))

    def _multilist(self, node: path.MultiList, at: Any) -> Several:
        source = self.value(node.source, at)
        return Several(tuple(self.value(item, source) for item in node.items))

    def _multihash(self, node: path.MultiHash, at: Any) -> Record:
        source = self.value(node.source, at)
        return Record({name: self.value(item, source) for name, item in node.items})

    # ---- conditions ----

    def _condition(self, c: str) -> Value:
        return Value("bool", c)

    def _truth(self, value: Any) -> str:
        """The condition that a value counts as true."""
        if isinstance(value, Constant):
            return "true" if value.value or value.value == 0 and not isinstance(value.value, bool) else "false"
        if isinstance(value, Record):
            return "true"
        if isinstance(value, (Several, Stream)):
            return f"{self._count(value)} > 0"
        if value.kind == "bool":
            return all_of((*value.present, self._inside_and(value.c) if value.present else value.c))
        if value.kind == "text":
            return all_of((*value.guards, f"{value.c}.len > 0"))
        if value.kind in ("list", "map"):
            return all_of((*value.guards, f"{value.c}.count > 0"))
        return all_of(value.present)

    def _negated(self, condition: str) -> str:
        if " && " not in condition and " || " not in condition:
            for operator, opposite in OPPOSITES.items():
                if f" {operator} " in condition:
                    return condition.replace(f" {operator} ", f" {opposite} ")
            words = {"true": "false", "false": "true"}
            return words.get(condition) or (condition[1:] if condition.startswith("!") else f"!{condition}")
        return f"!({condition})"

    @staticmethod
    def _inside_and(condition: str) -> str:
        return f"({condition})" if " || " in condition else condition

    def _and(self, node: path.And, at: Any) -> Value:
        parts = [self._truth(self._as_condition(self.value(side, at))) for side in (node.left, node.right)]
        return self._condition(" && ".join(self._inside_and(part) for part in parts))

    def _or(self, node: path.Or, at: Any) -> Any:
        left, right = self.value(node.left, at), self.value(node.right, at)
        if isinstance(left, Value) and left.kind in EMPTY and right == Constant(EMPTY[left.kind]):
            if left.guards:
                raise self.fail("|| with an empty value is supported behind members at the top only")
            return replace(left, own="")
        parts = [self._truth(self._as_condition(side)) for side in (left, right)]
        return self._condition(" || ".join(f"({part})" if " && " in part else part for part in parts))

    def _as_condition(self, value: Any) -> Any:
        is_bool = isinstance(value, Value) and value.kind == "bool" or isinstance(value, Constant) and value.value in (True, False)
        if not is_bool:
            raise self.fail("&& and || are supported between conditions only")
        return value

    def _not(self, node: path.Not, at: Any) -> Value:
        return self._condition(self._negated(self._truth(self.value(node.operand, at))))

    # ---- comparisons ----

    def _compare(self, node: path.Compare, at: Any) -> Value:
        left, right = self.value(node.left, at), self.value(node.right, at)
        if isinstance(left, Constant) and not isinstance(right, Constant):
            turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
            left, right, operator = right, left, turned.get(node.operator, node.operator)
        else:
            operator = node.operator
        if not isinstance(left, Value):
            raise self.fail("what it compares is not a value")
        if operator == "==":
            return self._condition(self._equal(left, right))
        if operator == "!=":
            return self._condition(self._negated(self._equal(left, right)))
        if left.kind != "number":
            raise self.fail(f"{operator} compares numbers only")
        guards = left.present + (right.present if isinstance(right, Value) else ())
        return Value("bool", self._numbers(left, operator, right), guards)

    def _equal(self, left: Value, right: Any) -> str:
        if isinstance(right, Constant):
            return self._equal_constant(left, right.value)
        if not isinstance(right, Value) or right.kind != left.kind:
            raise self.fail("it compares values of different types")
        same = self._same(left, right)
        if not left.present and not right.present:
            return same
        here, there = all_of(left.present), all_of(right.present)
        left_is, right_is = self._variable("is_there"), self._variable("is_there")
        name = self._variable("equal")
        self.out.lines += packed(f"const bool {left_is} = ", here, ";", self.out.indent)
        self.out.lines += packed(f"const bool {right_is} = ", there, ";", self.out.indent)
        self.out.line(f"bool {name} = {left_is} == {right_is};")
        self.out.condition(f"{left_is} && {right_is}", (f"{name} = {same};",))
        return name

    def _same(self, left: Value, right: Value) -> str:
        if left.kind == "text":
            return f"smithy_str_equal({left.c}, {right.c})"
        if left.kind == "bool":
            return f"{left.c} == {right.c}"
        return self._numbers(left, "==", right)

    def _equal_constant(self, left: Value, expected: Any) -> str:
        if expected is None:
            return self._negated(all_of(left.present))
        if left.kind == "bool" and isinstance(expected, bool):
            condition = left.c if expected else self._negated(left.c)
            return all_of((*left.present, self._inside_and(condition) if left.present else condition))
        if left.kind == "number" and isinstance(expected, (int, float)) and not isinstance(expected, bool):
            return all_of((*left.present, self._numbers(left, "==", Constant(expected))))
        if left.kind != "text" or not isinstance(expected, str):
            raise self.fail(f"it compares a {left.kind} with {expected!r}")
        known = self._known(left, expected)
        if known:
            return all_of((*left.guards, f"{left.access}.kind == {known.constant}"))
        same = f"smithy_str_equal({left.c}, SMITHY_STR({quoted(expected)}))"
        return all_of((*(left.guards if expected else left.present), same))

    @staticmethod
    def _known(left: Value, expected: str) -> EnumValue | None:
        values = left.shape.values if left.shape is not None and left.access else ()
        return next((value for value in values if value.wire == expected), None)

    def _numbers(self, left: Value, operator: str, right: Any) -> str:
        if isinstance(right, Constant):
            number = right.value
            if isinstance(number, bool) or not isinstance(number, int if left.number != "float" else (int, float)):
                raise self.fail(f"it compares a number with {number!r}")
            c = f"(int64_t){left.c}" if left.number == "size" and number < 0 else left.c
            return f"{c} {operator} {number}"
        if not isinstance(right, Value) or right.kind != "number":
            raise self.fail("it compares values of different types")
        if "float" in (left.number, right.number) and left.number != right.number:
            return f"(double){left.c} {operator} (double){right.c}"
        if left.number != right.number:
            return f"(int64_t){left.c} {operator} (int64_t){right.c}"
        return f"{left.c} {operator} {right.c}"

    # ---- functions ----

    def _call(self, node: path.Call, at: Any) -> Any:
        functions = {
            "contains": (self._contains, 2),
            "keys": (self._keys, 1),
            "length": (self._length, 1),
            "starts_with": (self._starts_with, 2),
            "values": (self._values, 1),
        }
        if node.name not in functions:
            raise self.fail(f"the function {node.name} is not supported")
        function, count = functions[node.name]
        if len(node.arguments) != count:
            raise self.fail(f"{node.name} takes {count} arguments")
        return function(*(self.value(argument, at) for argument in node.arguments))

    def _length(self, value: Any) -> Value:
        if isinstance(value, (Stream, Several)):
            return Value("number", self._count(value), number="size")
        if isinstance(value, Value) and value.kind == "text":
            return Value("number", f"smithy_wait_text_length({value.c})", value.guards, number="size")
        if isinstance(value, Value) and value.kind in ("list", "map"):
            return Value("number", f"{value.c}.count", value.guards, number="size")
        raise self.fail("length of what is neither text nor list")

    def _count(self, value: Any) -> str:
        name = self._variable("count")

        def consume(item: Any) -> None:
            present = item.present if isinstance(item, Value) else ()
            if present:
                self.out.condition(all_of(present), (f"{name}++;",))
            else:
                self.out.line(f"{name}++;")

        self.out.line(f"size_t {name} = 0;")
        self._stream(value).each(consume)
        return name

    def _contains(self, subject: Any, wanted: Any) -> Value:
        if not isinstance(wanted, (Constant, Value)):
            raise self.fail("contains looks for one value")
        if isinstance(subject, Value) and subject.kind == "text":
            return self._condition(all_of((*subject.present, f"smithy_wait_text_contains({subject.c}, {self._c_text(wanted)})")))
        name = self._variable("found")

        def consume(item: Any) -> None:
            if not isinstance(item, Value):
                raise self.fail("contains looks into lists of values")
            self.out.condition(self._equal(item, wanted), (f"{name} = true;",))

        self.out.line(f"bool {name} = false;")
        self._stream(subject).each(consume)
        return self._condition(name)

    def _starts_with(self, subject: Any, wanted: Any) -> Value:
        text = self._text(subject)
        return self._condition(all_of((*text.present, f"smithy_str_starts_with({text.c}, {self._c_text(wanted)})")))

    def _c_text(self, value: Any) -> str:
        if isinstance(value, Constant) and isinstance(value.value, str):
            return f"SMITHY_STR({quoted(value.value)})"
        if isinstance(value, Value) and value.kind == "text" and not value.present:
            return value.c
        raise self.fail("the text that is looked for is not a literal")

    def _keys(self, value: Any) -> Stream:
        return Stream(lambda consume: self._loop(self._map(value), consume, ".key"))

    def _values(self, value: Any) -> Stream:
        return self._stream(self._map(value))

    def _map(self, value: Any) -> Value:
        if not isinstance(value, Value) or value.kind != "map":
            raise self.fail("is not a map")
        return value

    def _variable(self, name: str) -> str:
        self.names[name] = self.names.get(name, 0) + 1
        return name if self.names[name] == 1 else f"{name}_{self.names[name]}"
