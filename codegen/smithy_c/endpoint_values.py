"""Endpoint rules, part 1: expressions. Types the rules' functions, references and templates, and says each in C."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any, Callable, Mapping

from . import names
from .errors import GeneratorError
from .literals import quoted

Scope = Mapping[str, "Value"]

C_TYPES = {
    "str": "smithy_str",
    "bool": "bool",
    "list": "smithy_str_list",
    "partition": "smithy_partition",
    "arn": "smithy_arn",
    "url": "smithy_endpoint_url",
}
_ATTRIBUTES = {
    "partition": {
        "name": "str",
        "dnsSuffix": "str",
        "dualStackDnsSuffix": "str",
        "implicitGlobalRegion": "str",
        "supportsFIPS": "bool",
        "supportsDualStack": "bool",
    },
    "arn": {"partition": "str", "service": "str", "region": "str", "accountId": "str", "resourceId": "list"},
    "url": {"scheme": "str", "authority": "str", "path": "str", "normalizedPath": "str", "isIp": "bool"},
}
# What each of them has that is there.
_ALWAYS = {"partition": "name", "arn": "partition", "url": "scheme"}
# What the runtime calls the attributes where snake_case would not.
_FIELDS = {"supportsFIPS": "supports_fips"}


@dataclass(frozen=True)
class Value:
    """An expression in C. ``optional``: it may be absent; a boolean is a smithy_opt_bool then."""

    c: str
    type: str
    optional: bool = False


@dataclass(frozen=True)
class Text:
    """A template as the runtime takes it, "https://{}.s3.{}", and a value for each of its braces."""

    template: str
    values: tuple[Value, ...]


def string(text: str) -> str:
    return f"SMITHY_STR({quoted(text)})"


class Expressions:
    """Compiles expressions; remembers which fields the structure of intermediate values needs."""

    def __init__(self, place: str):
        self.place = place
        self.fields: dict[str, str] = {}
        self.unnamed: dict[str, int] = {}

    def fail(self, message: str) -> GeneratorError:
        return GeneratorError(f"{self.place}: endpoint rules: {message}")

    def variable(self, name: str, type_: str) -> Value:
        """The field that holds what a condition assigns. Branches may share one: no value outlives its branch."""
        field = names.field(name)
        if self.fields.setdefault(field, type_) != type_:
            field = f"{field}_{type_}"
            self.fields[field] = type_
        return Value(f"r->{field}", type_)

    def value(self, expr: Any, scope: Scope) -> Value:
        """What an argument of a function, or a piece of an endpoint, is worth."""
        if isinstance(expr, bool):
            return Value("true" if expr else "false", "bool")
        if isinstance(expr, int):
            return Value(str(expr), "int")
        if isinstance(expr, str):
            return self.joined(self.text(expr, scope))
        if isinstance(expr, dict) and "ref" in expr:
            return self.reference(expr["ref"], scope)
        if isinstance(expr, dict) and "fn" in expr:
            return self.call(expr, scope)
        raise self.fail(f"an expression that is not known: {expr!r}")

    def reference(self, name: str, scope: Scope) -> Value:
        if name not in scope:
            raise self.fail(f"{name!r} is neither a parameter nor a value assigned in this branch")
        return scope[name]

    # ---- templates ----

    def text(self, template: str, scope: Scope) -> Text:
        """Takes "{ref#attr}" apart; "{{" and "}}" are braces."""
        values = []
        pieces = re.findall(r"\{\{|\}\}|\{([^{}]*)\}|([{}])", template)
        for inside, stray in pieces:
            if stray:
                raise self.fail(f"a brace without its partner in the template {template!r}")
            if inside:
                name, _, path = inside.partition("#")
                value = self.reference(name, scope)
                value = self.attribute(value, path, name) if path else value
                if value.type != "str":
                    raise self.fail(f"{{{inside}}} in the template {template!r} is not a string")
                values.append(value)
        if "{}" in template.replace("{{", "").replace("}}", ""):
            raise self.fail(f"empty braces in the template {template!r}")
        bare = re.sub(r"\{\{|\}\}|\{[^{}]*\}", lambda match: match[0] if match[0] in ("{{", "}}") else "{}", template)
        return Text(bare, tuple(values))

    def joined(self, text: Text) -> Value:
        """The template as one value: a literal, the only value in it, or a call that joins them."""
        if not text.values:
            return Value(string(text.template.replace("{{", "{").replace("}}", "}")), "str")
        if text.template == "{}":
            return text.values[0]
        arguments = ", ".join([quoted(text.template), *(value.c for value in text.values)])
        return Value(f"smithy_endpoint_format(r->call, {arguments})", "str")

    # ---- functions ----

    def check(self, expr: Mapping[str, Any]) -> None:
        """A function that is known, with as many arguments as it takes."""
        function = expr["fn"]
        if function not in _FUNCTIONS:
            raise self.fail(f"the function {function!r} is not known")
        if len(expr["argv"]) not in _ARITY[function]:
            raise self.fail(f"{function} with {len(expr['argv'])} arguments")

    def call(self, expr: Mapping[str, Any], scope: Scope) -> Value:
        self.check(expr)
        return _FUNCTIONS[expr["fn"]](self, expr["argv"], scope)

    def typed(self, function: str, argument: Any, type_: str, scope: Scope) -> Value:
        value = self.value(argument, scope)
        if value.type != type_:
            raise self.fail(f"{function}: {argument!r} is a {value.type}, not a {type_}")
        return value

    def literal(self, function: str, argument: Any, type_: type) -> Any:
        if type(argument) is not type_:
            raise self.fail(f"{function}: {argument!r} is not a literal {type_.__name__}")
        return argument

    def truth(self, expr: Any, scope: Scope) -> str:
        """A boolean that is there, as a C operand; absent is false."""
        value = self.value(expr, scope)
        if value.type != "bool":
            raise self.fail(f"{expr!r} is a {value.type}, not a boolean")
        return f"({value.c}.has && {value.c}.value)" if value.optional else value.c

    def is_set(self, value: Value) -> str:
        if not value.optional:
            return "true"
        if value.type == "bool":
            return f"{value.c}.has"
        if value.type == "list":
            return f"({value.c}.items != NULL)"
        inside = _ALWAYS.get(value.type)
        return f"smithy_str_is_set({value.c}.{inside})" if inside else f"smithy_str_is_set({value.c})"

    def attribute(self, value: Value, path: str, what: str) -> Value:
        """getAttr: names with dots between them, and [index] on lists."""
        for name, index in re.findall(r"([A-Za-z]\w*)|\[(-?\d+)\]", path):
            if index and value.type == "list":
                value = Value(f"smithy_endpoint_item({value.c}, {int(index)})", "str", True)
            elif name in _ATTRIBUTES.get(value.type, {}):
                field = _FIELDS.get(name) or names.snake(name)
                value = Value(f"{value.c}.{field}", _ATTRIBUTES[value.type][name])
            else:
                raise self.fail(f"getAttr: {path!r} does not fit {what!r}, a {value.type}")
        if not re.fullmatch(r"(?:[A-Za-z]\w*|\[-?\d+\])(?:\.[A-Za-z]\w*|\[-?\d+\])*", path):
            raise self.fail(f"getAttr: cannot read the path {path!r}")
        return value

    # Functions that may find nothing write their value to a field and answer whether they did.

    def attempt(self, expr: Mapping[str, Any], field: Value, scope: Scope) -> str | None:
        """The call as a condition that fills `field`; None for a function that simply has a value."""
        function, argv = expr["fn"], expr["argv"]
        if function == "aws.parseArn":
            text = self.typed(function, argv[0], "str", scope)
            return f"smithy_endpoint_parse_arn({text.c}, &{field.c}, r->call)"
        if function == "parseURL":
            text = self.typed(function, argv[0], "str", scope)
            return f"smithy_endpoint_parse_url({text.c}, &{field.c}, r->call)"
        if function == "substring":
            text = self.typed(function, argv[0], "str", scope)
            start, stop = (self.literal(function, argument, int) for argument in argv[1:3])
            reverse = "true" if self.literal(function, argv[3], bool) else "false"
            return f"smithy_endpoint_substring({text.c}, {start}, {stop}, {reverse}, &{field.c})"
        return None


ATTEMPTS = {"aws.parseArn": "arn", "parseURL": "url", "substring": "str"}

_ARITY: dict[str, range] = {
    "isSet": range(1, 2),
    "not": range(1, 2),
    "getAttr": range(2, 3),
    "aws.partition": range(1, 2),
    "aws.parseArn": range(1, 2),
    "aws.isVirtualHostableS3Bucket": range(2, 3),
    "parseURL": range(1, 2),
    "substring": range(4, 5),
    "uriEncode": range(1, 2),
    "isValidHostLabel": range(2, 3),
    "stringEquals": range(2, 3),
    "booleanEquals": range(2, 3),
    "split": range(3, 4),
    "coalesce": range(2, 100),
    "ite": range(3, 4),
}


def _is_set(e: Expressions, argv: list, scope: Scope) -> Value:
    return Value(e.is_set(e.value(argv[0], scope)), "bool")


def _not(e: Expressions, argv: list, scope: Scope) -> Value:
    return Value(f"!{e.truth(argv[0], scope)}", "bool")


def _get_attr(e: Expressions, argv: list, scope: Scope) -> Value:
    if isinstance(argv[0], dict) and argv[0].get("fn") in ("aws.parseArn", "parseURL"):
        raise e.fail(f"getAttr of {argv[0]['fn']} that is not assigned first")
    return e.attribute(e.value(argv[0], scope), e.literal("getAttr", argv[1], str), str(argv[0]))


def _partition(e: Expressions, argv: list, scope: Scope) -> Value:
    return Value(f"smithy_partition_of({e.typed('aws.partition', argv[0], 'str', scope).c})", "partition")


def _attempt(function: str) -> Callable[[Expressions, list, Scope], Value]:
    def compile_(e: Expressions, argv: list, scope: Scope) -> Value:
        """Without an assignment: into a field of its own. Only text has a way to say "absent" in an expression."""
        number = e.unnamed.setdefault(json.dumps([function, argv]), len(e.unnamed) + 1)
        field = e.variable(f"unnamed_{number}", ATTEMPTS[function])
        condition = e.attempt({"fn": function, "argv": argv}, field, scope)
        if function == "substring":
            return Value(f"({condition} ? {field.c} : (smithy_str){{NULL, 0}})", "str", True)
        return Value(str(condition), ATTEMPTS[function], True)

    return compile_


def _bucket(e: Expressions, argv: list, scope: Scope) -> Value:
    text = e.typed("aws.isVirtualHostableS3Bucket", argv[0], "str", scope)
    return Value(f"smithy_endpoint_is_virtual_hostable_s3_bucket({text.c}, {e.truth(argv[1], scope)})", "bool")


def _host_label(e: Expressions, argv: list, scope: Scope) -> Value:
    text = e.typed("isValidHostLabel", argv[0], "str", scope)
    return Value(f"smithy_endpoint_is_valid_host_label({text.c}, {e.truth(argv[1], scope)})", "bool")


def _uri_encode(e: Expressions, argv: list, scope: Scope) -> Value:
    text = e.typed("uriEncode", argv[0], "str", scope)
    return Value(f"smithy_endpoint_uri_encode({text.c}, r->call)", "str")


def _string_equals(e: Expressions, argv: list, scope: Scope) -> Value:
    left, right = (e.typed("stringEquals", argument, "str", scope) for argument in argv)
    if right.c == 'SMITHY_STR("")':
        return Value(f"({left.c}.len == 0)", "bool")
    return Value(f"smithy_str_equal({left.c}, {right.c})", "bool")


def _boolean_equals(e: Expressions, argv: list, scope: Scope) -> Value:
    left, right = (e.typed("booleanEquals", argument, "bool", scope) for argument in argv)
    present = [f"{value.c}.has" for value in (left, right) if value.optional]
    left, right = (replace(value, c=f"{value.c}.value") if value.optional else value for value in (left, right))
    if right.c in ("true", "false"):
        equal = left.c if right.c == "true" else f"!{left.c}"
    else:
        equal = f"{left.c} == {right.c}"
    terms = [*present, equal]
    return Value(terms[0] if len(terms) == 1 and "==" not in equal else f"({' && '.join(terms)})", "bool")


def _split(e: Expressions, argv: list, scope: Scope) -> Value:
    text, delimiter = (e.typed("split", argument, "str", scope) for argument in argv[:2])
    limit = e.literal("split", argv[2], int)
    return Value(f"smithy_endpoint_split({text.c}, {delimiter.c}, {limit}, r->call)", "list")


def _coalesce(e: Expressions, argv: list, scope: Scope) -> Value:
    values = [e.value(argument, scope) for argument in argv]
    if any(value.type != values[0].type or value.type not in ("str", "bool") for value in values):
        raise e.fail(f"coalesce of {', '.join(value.type for value in values)}")
    result = values[-1]
    for value in reversed(values[:-1]):
        if not value.optional:
            result = value
        elif value.type == "str":
            result = Value(f"smithy_endpoint_or({value.c}, {result.c})", "str", result.optional)
        elif result.optional:
            result = Value(f"({value.c}.has ? {value.c} : {result.c})", "bool", True)
        else:
            result = Value(f"({value.c}.has ? {value.c}.value : {result.c})", "bool")
    return result


def _ite(e: Expressions, argv: list, scope: Scope) -> Value:
    condition = e.truth(argv[0], scope)
    then, otherwise = (e.value(argument, scope) for argument in argv[1:])
    if then.type != otherwise.type or then.type not in ("str", "bool"):
        raise e.fail(f"ite with a {then.type} and a {otherwise.type}")
    if then.type == "bool" and then.optional != otherwise.optional:
        raise e.fail("ite with a boolean that may be absent and one that may not")
    return Value(f"({condition} ? {then.c} : {otherwise.c})", then.type, then.optional or otherwise.optional)


_FUNCTIONS: dict[str, Callable[[Expressions, list, Scope], Value]] = {
    "isSet": _is_set,
    "not": _not,
    "getAttr": _get_attr,
    "aws.partition": _partition,
    "aws.parseArn": _attempt("aws.parseArn"),
    "aws.isVirtualHostableS3Bucket": _bucket,
    "parseURL": _attempt("parseURL"),
    "substring": _attempt("substring"),
    "uriEncode": _uri_encode,
    "isValidHostLabel": _host_label,
    "stringEquals": _string_equals,
    "booleanEquals": _boolean_equals,
    "split": _split,
    "coalesce": _coalesce,
    "ite": _ite,
}
