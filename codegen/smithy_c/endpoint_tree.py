"""Endpoint rules, part 2: from the rules to statements.

The order of the rules is kept. What is already known on the way to a rule (a flag asked above, a sibling that would
have answered) is not asked again, and siblings that begin with the same condition share it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Iterable

from . import names
from .endpoint_values import ATTEMPTS, Expressions, Scope, Text, Value, string
from .literals import quoted

NO_MATCH = "The endpoint rules have no answer for these settings."

# Properties of an endpoint that the runtime does not need, each with the reason.
IGNORED_PROPERTIES = {"metricValues": "features for the User-Agent header, which carries none"}
# The first of these in a list of authSchemes is taken; sigv4a only where nothing else is offered.
_SCHEMES = ("sigv4", "sigv4-s3express", "none")
_LAST_SCHEMES = ("sigv4a",)


@dataclass(frozen=True)
class Condition:
    """One condition, without its `not`."""

    kind: str  # true, set, is (an optional boolean equals), equal (texts), value (a function finds something)
    key: str  # The expression as canonical JSON, and for `is` and `equal` what it is compared with.
    other: str = ""
    positive: bool = True
    assign: str = ""

    def negated(self) -> "Condition":
        return Condition(self.kind, self.key, self.other, not self.positive, self.assign)


@dataclass
class Return:
    """`return function(arguments);`"""

    function: str
    arguments: list[str]


@dataclass
class Statement:
    """`target = value;`, or a call where there is no target."""

    text: str


@dataclass
class If:
    conditions: list[str]  # Joined by &&.
    names: list[str]  # What each of them says, for the name of a function.
    body: list["Node"]
    ends: bool  # The body always returns.


Node = Return | Statement | If
Facts = dict[tuple[str, str, str], bool]


@dataclass(frozen=True)
class Pending:
    """A rule with those of its conditions that are still to be asked."""

    conditions: tuple[Condition, ...]
    rule: dict[str, Any] = field(hash=False, compare=False)


def canonical(expr: Any) -> str:
    """The expression as a key; its name, if it has one, is no part of it."""
    if isinstance(expr, dict):
        expr = {key: value for key, value in expr.items() if key != "assign"}
    return json.dumps(expr, sort_keys=True)


class Tree:
    """Turns rules into nodes; collects the constants that endpoints are made from."""

    def __init__(self, expressions: Expressions, parameters: Scope):
        self.expressions = expressions
        self.parameters = parameters
        self.constants = names.Scope()
        self.properties: dict[str, list[tuple[str, str]]] = {}
        self.region_sets: dict[str, list[str]] = {}
        self.uses_dynamic_properties = False
        self.ignored: set[str] = set()

    def root(self, rules: list[dict[str, Any]]) -> list[Node]:
        return self.children(rules, {}, dict(self.parameters))

    # ---- conditions ----

    def condition(self, expr: dict[str, Any], scope: Scope) -> Condition:
        """Normal form: `not` and comparisons with true and false become the sign of what is inside."""
        e = self.expressions
        assign = expr.get("assign", "")
        if "fn" not in expr:
            raise e.fail(f"a condition that is not a function: {expr!r}")
        e.check(expr)
        function, argv = expr["fn"], expr["argv"]
        if function in ("booleanEquals", "stringEquals") and len(argv) == 2 and not isinstance(argv[0], dict):
            argv = [argv[1], argv[0]]  # The literal last.
        if function == "not" and not assign and isinstance(argv[0], dict):
            return self.operand(argv[0], scope).negated()
        if function == "booleanEquals" and not assign and len(argv) == 2 and isinstance(argv[1], bool):
            value = e.value(argv[0], scope)
            if value.type != "bool":
                raise e.fail(f"booleanEquals of {argv[0]!r}, a {value.type}")
            if value.optional:
                return Condition("is", canonical(argv[0]), json.dumps(argv[1]))
            inside = self.operand(argv[0], scope)
            return inside if argv[1] else inside.negated()
        if function == "isSet" and not assign:
            return Condition("set", canonical(argv[0]))
        if function == "stringEquals" and not assign:
            return Condition("equal", canonical(argv[0]), canonical(argv[1]))
        if assign or e.value(expr, scope).type != "bool":
            return Condition("value", canonical(expr), assign=assign)
        return Condition("true", canonical(expr))

    def operand(self, expr: Any, scope: Scope) -> Condition:
        if isinstance(expr, dict) and "fn" in expr:
            return self.condition(expr, scope)
        return Condition("true", canonical(expr))

    def known(self, condition: Condition, facts: Facts, scope: Scope) -> bool | None:
        """What the condition comes to, where that can be told beforehand."""
        fact = facts.get((condition.kind, condition.key, condition.other))
        if condition.kind == "value" and condition.assign and fact:
            fact = True if facts.get(("held", condition.key, condition.assign)) else None
        if fact is None and condition.kind == "set" and not self.is_optional(condition.key, scope):
            fact = True
        if fact is None and condition.kind == "is" and facts.get(("set", condition.key, "")) is False:
            fact = False
        if fact is None and condition.kind in ("is", "equal") and _is_literal(condition.other):
            fact = False if self.equals_another(condition, facts) else None
        return None if fact is None else fact == condition.positive

    def is_optional(self, key: str, scope: Scope) -> bool:
        expr = json.loads(key)
        return (isinstance(expr, dict) and expr.get("fn") in ATTEMPTS) or self.expressions.value(expr, scope).optional

    def equals_another(self, condition: Condition, facts: Facts) -> bool:
        return any(
            fact and kind == condition.kind and key == condition.key and _is_literal(other)
            for (kind, key, other), fact in facts.items()
        )

    def learn(self, condition: Condition, facts: Facts) -> Facts:
        """The facts where the condition holds."""
        learned = {**facts, (condition.kind, condition.key, condition.other): condition.positive}
        if condition.assign:
            learned["held", condition.key, condition.assign] = True
        if condition.kind in ("is", "value") and condition.positive:
            learned["set", condition.key, ""] = True
        return learned

    # ---- rules ----

    def children(self, rules: list[dict[str, Any]], facts: Facts, scope: dict[str, Value]) -> list[Node]:
        """A list of rules one of which must match: there is no way back to the list above."""
        if not rules:
            raise self.expressions.fail("a tree without rules")
        pending = []
        for rule in rules:
            pending.append(Pending((), {**rule, "unread": rule.get("conditions", [])}))
        nodes, ends = self.siblings(pending, facts, scope)
        if not ends:
            nodes.append(Return("smithy_endpoint_error", ["r->call", quoted(NO_MATCH)]))
        return nodes

    def first(self, pending: Pending, facts: Facts, scope: Scope) -> tuple[Pending, bool]:
        """Brings the first open condition to the front; false where the rule cannot match any more."""
        unread = list(pending.rule["unread"])
        while unread:
            condition = self.condition(unread[0], scope)
            known = self.known(condition, facts, scope)
            if known is False:
                return pending, False
            if known is None:
                return Pending((condition,), {**pending.rule, "unread": unread}), True
            unread.pop(0)
        return Pending((), {**pending.rule, "unread": []}), True

    def siblings(self, rules: list[Pending], facts: Facts, scope: dict[str, Value]) -> tuple[list[Node], bool]:
        """The rules in their order, and whether one of them answers in any case."""
        nodes: list[Node] = []
        rest = list(rules)
        while rest:
            head, possible = self.first(rest.pop(0), facts, scope)
            if not possible:
                continue
            if not head.conditions:
                return without_idle_questions(nodes + self.answer(head.rule, facts, scope)), True
            condition = head.conditions[0]
            group = [head]
            while rest:
                following, possible = self.first(rest[0], facts, scope)
                if possible and following.conditions != head.conditions:
                    break
                rest.pop(0)
                if possible:
                    group.append(following)
            asked = [Pending((), {**each.rule, "unread": each.rule["unread"][1:]}) for each in group]
            ends = self.branch(nodes, condition, asked, facts, scope)
            if ends is None:
                return nodes, True
            if ends:
                facts = self.missed(condition, facts)
        return nodes, False

    def missed(self, condition: Condition, facts: Facts) -> Facts:
        """The facts where the condition does not hold."""
        return {**facts, (condition.kind, condition.key, condition.other): not condition.positive}

    def branch(
        self,
        nodes: list[Node],
        condition: Condition,
        rules: list[Pending],
        facts: Facts,
        scope: dict[str, Value],
    ) -> bool | None:
        """Appends one condition with the rules behind it. Answers whether they always return; None: and it always
        holds."""
        inner = dict(scope)
        text = self.text(condition, facts, inner)
        body, ends = self.siblings(rules, self.learn(condition, facts), inner)
        if not body:
            return False
        if text is None:
            nodes.append(Statement(self.assignment(condition, scope)))
            nodes.extend(body)
            return None if ends else False
        name = self.name(condition)
        if len(body) == 1 and isinstance(body[0], If):
            only = body[0]
            nodes.append(If([text, *only.conditions], [name, *only.names], only.body, only.ends))
        else:
            nodes.append(If([text], [name], body, ends))
        return ends

    # ---- conditions in C ----

    def text(self, condition: Condition, facts: Facts, scope: dict[str, Value]) -> str | None:
        """The condition in C, with what it assigns entered in `scope`; None for an assignment that cannot fail."""
        e = self.expressions
        expr = json.loads(condition.key)
        if condition.kind == "value":
            return self.found(condition, expr, scope)
        if condition.kind == "set":
            value = e.value(expr, scope)
            present = value.c if "fn" in expr and value.type in ("arn", "url") else _bare(e.is_set(value))
            return _signed(present, condition.positive)
        if condition.kind == "is":
            return self.flag(condition, e.value(expr, scope), facts)
        if condition.kind == "equal":
            compared = e.value({"fn": "stringEquals", "argv": [expr, json.loads(condition.other)]}, scope)
            return _signed(_bare(compared.c), condition.positive)
        return _signed(e.truth(expr, scope), condition.positive)

    def found(self, condition: Condition, expr: dict[str, Any], scope: dict[str, Value]) -> str | None:
        """A function that may find nothing."""
        e = self.expressions
        name = condition.assign
        if not name:
            value = e.value(expr, scope)
            present = value.c if "fn" in expr and value.type in ("arn", "url") else _bare(e.is_set(value))
            return _signed(present, condition.positive)
        if name in scope:
            raise e.fail(f"{name!r} is assigned where it has a value already")
        if expr["fn"] in ATTEMPTS:
            target = scope[name] = e.variable(name, ATTEMPTS[expr["fn"]])
            return e.attempt(expr, target, {key: value for key, value in scope.items() if key != name})
        value = e.value(expr, scope)
        target = scope[name] = e.variable(name, value.type)
        if value.type == "bool":
            return f"({target.c} = {e.truth(expr, scope)})"
        if not value.optional:
            return None
        if value.type == "str":
            return f"smithy_endpoint_set(&{target.c}, {value.c})"
        raise e.fail(f"{name!r}: a {value.type} that may be absent cannot be assigned")

    def assignment(self, condition: Condition, scope: Scope) -> str:
        value = self.expressions.value(json.loads(condition.key), scope)
        if not condition.assign:
            return f"(void){value.c};"
        return f"{self.expressions.variable(condition.assign, value.type).c} = {value.c};"

    def flag(self, condition: Condition, value: Value, facts: Facts) -> str:
        """An optional boolean; `has` is not asked where the answer is known."""
        wanted = condition.other == "true"
        plain = f"{value.c}.value" if wanted else f"!{value.c}.value"
        if facts.get(("set", condition.key, "")):
            return plain if condition.positive else _signed(f"{value.c}.value", not wanted)
        if condition.positive:
            return f"{value.c}.has && {plain}"
        return f"!({value.c}.has && {plain})"

    # ---- answers ----

    def answer(self, rule: dict[str, Any], facts: Facts, scope: dict[str, Value]) -> list[Node]:
        if rule["type"] == "tree":
            return self.children(rule["rules"], facts, scope)
        if rule["type"] == "error":
            text = self.message(rule["error"], scope)
            return [Return("smithy_endpoint_error", ["r->call", *_arguments(text)])]
        if rule["type"] == "endpoint":
            return self.endpoint(rule["endpoint"], scope)
        raise self.expressions.fail(f"a rule of the type {rule['type']!r}")

    def message(self, expr: Any, scope: Scope) -> Text:
        if isinstance(expr, str):
            return self.expressions.text(expr, scope)
        return Text("{}", (self.expressions.value(expr, scope),))

    def endpoint(self, endpoint: dict[str, Any], scope: Scope) -> list[Node]:
        e = self.expressions
        if isinstance(endpoint["url"], str):
            url = e.text(endpoint["url"], scope)
        else:
            url = Text("{}", (e.typed("url", endpoint["url"], "str", scope),))
        nodes: list[Node] = []
        for name, values in sorted(endpoint.get("headers", {}).items()):
            for value in values:
                text = e.typed("headers", value, "str", scope).c
                added = f"smithy_headers_add(&r->endpoint->headers, {string(name)}, {text}, r->call)"
                nodes.append(Statement(f"SMITHY_TRY({added});"))
        fields, region = self.read_properties(endpoint.get("properties", {}), scope)
        arguments = ["r->endpoint", "r->call"]
        if not fields and region is None:
            return [*nodes, Return("smithy_endpoint_at", [*arguments, *_arguments(url)])]
        constant = self.constant([(name, value) for name, value, fixed in fields if fixed])
        late = [(name, value) for name, value, fixed in fields if not fixed]
        if late:
            self.uses_dynamic_properties = True
            nodes.append(Statement(f"r->properties = {constant};"))
            nodes.extend(Statement(f"r->properties.{name} = {value};") for name, value in late)
            constant = "r->properties"
        region = region or "(smithy_str){NULL, 0}"
        return [*nodes, Return("smithy_endpoint_with", [*arguments, f"&{constant}", region, *_arguments(url)])]

    def read_properties(
        self, properties: dict[str, Any], scope: Scope
    ) -> tuple[list[tuple[str, str, bool]], str | None]:
        """The endpoint's fields as (name, value in C, whether it is a constant), and the signing region."""
        e = self.expressions
        fields: list[tuple[str, str, bool]] = []
        region = None
        for name, value in properties.items():
            if name == "authSchemes":
                scheme, region = self.scheme(value, scope)
                fields = scheme + fields
            elif name == "backend":
                fields.append(self.text_field("backend", value, scope))
            elif name in IGNORED_PROPERTIES:
                self.ignored.add(name)
            else:
                raise e.fail(f"the endpoint property {name!r} is not known")
        return fields, region

    def scheme(self, schemes: list[dict[str, Any]], scope: Scope) -> tuple[list[tuple[str, str, bool]], str | None]:
        e = self.expressions
        scheme = pick_scheme(schemes)
        if scheme is None:
            raise e.fail(f"none of the authSchemes {[each.get('name') for each in schemes]} is supported")
        fields = [("auth_scheme", _initializer(scheme["name"]), True)]
        region = None
        for name, value in scheme.items():
            if name == "signingName":
                fields.append(self.text_field("signing_name", value, scope))
            elif name == "signingRegion":
                region = e.typed(name, value, "str", scope).c
            elif name == "signingRegionSet":
                fields.append(self.region_set(value, scope))
            elif name in ("disableDoubleEncoding", "disableNormalizePath"):
                fields.append((names.snake(name), f"SMITHY_SET({'true' if value else 'false'})", True))
            elif name != "name":
                raise e.fail(f"the member {name!r} of the authScheme {scheme['name']!r} is not known")
        return fields, region

    def text_field(self, name: str, value: Any, scope: Scope) -> tuple[str, str, bool]:
        text = self.expressions.typed(name, value, "str", scope)
        fixed = isinstance(value, str) and not self.expressions.text(value, scope).values
        return name, _initializer(value) if fixed else text.c, fixed

    def region_set(self, regions: list[Any], scope: Scope) -> tuple[str, str, bool]:
        if any(not isinstance(region, str) or self.expressions.text(region, scope).values for region in regions):
            raise self.expressions.fail("a signingRegionSet that is not constant")
        key = json.dumps(regions)
        self.region_sets.setdefault(key, regions)
        return "signing_region_set", f"{{{self.region_set_name(key)}, {len(regions)}}}", True

    def region_set_name(self, key: str) -> str:
        index = list(self.region_sets).index(key)
        return "REGION_SET" if index == 0 else f"REGION_SET_{index + 1}"

    def constant(self, fields: Iterable[tuple[str, str]]) -> str:
        """The name of the constant with these fields."""
        fields = list(fields)
        for name, known in self.properties.items():
            if known == fields:
                return name
        said = [value for name, value in fields if name in ("auth_scheme", "signing_name")]
        name = self.constants.unique("_".join(names.screaming(value.split('"')[1]) for value in said) or "PROPERTIES")
        self.properties[name] = fields
        return name

    # ---- names of functions ----

    def name(self, condition: Condition) -> str:
        subject = _slug(json.loads(condition.key))
        if condition.assign:
            return names.snake(condition.assign)
        if condition.kind == "set":
            return f"{'with' if condition.positive else 'without'}_{subject}"
        if condition.kind == "equal":
            other = json.loads(condition.other)
            if other == "":
                return f"{subject}_{'is_empty' if condition.positive else 'is_given'}"
            return f"{subject}_{'is' if condition.positive else 'is_not'}_{_slug(other)}"
        if condition.kind == "is":
            return subject if (condition.other == "true") == condition.positive else f"not_{subject}"
        return subject if condition.positive else f"not_{subject}"


def without_idle_questions(nodes: list[Node]) -> list[Node]:
    """Drops conditions before the last answer that would give the same one."""
    while len(nodes) > 1 and isinstance(nodes[-2], If) and nodes[-2].body == nodes[-1:]:
        nodes = [*nodes[:-2], nodes[-1]]
    return nodes


def pick_scheme(schemes: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The one that the runtime uses out of several authSchemes; None where it supports none of them."""
    for wanted in (_SCHEMES, _LAST_SCHEMES):
        for scheme in schemes:
            if scheme.get("name") in wanted:
                return scheme
    return None


def _is_literal(key: str) -> bool:
    value = json.loads(key)
    return isinstance(value, bool) or (isinstance(value, str) and "{" not in value)


def _bare(text: str) -> str:
    """Without the outer parentheses, which && does not need."""
    if not (text.startswith("(") and text.endswith(")")) or text.startswith("(smithy_str)"):
        return text
    depth = 0
    for index, char in enumerate(text):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth == 0 and index < len(text) - 1:
            return text
    inner = text[1:-1]
    return inner if "?" not in inner else text


def _signed(text: str, positive: bool) -> str:
    if positive:
        return text
    if text.endswith(" == 0"):
        return text.replace(" == 0", " != 0")
    if text.endswith(" != NULL"):
        return text.replace(" != NULL", " == NULL")
    if text.startswith("!") and " " not in text:
        return text[1:]
    return f"!({text})" if " && " in text or " == " in text else f"!{text}"


def _initializer(text: str) -> str:
    return f"SMITHY_STR_INIT({quoted(text.replace('{{', '{').replace('}}', '}'))})"


def _arguments(text: Text) -> list[str]:
    return [quoted(text.template), *(value.c for value in text.values)]


def _slug(expr: Any) -> str:
    if isinstance(expr, dict):
        if "ref" in expr:
            return names.snake(expr["ref"])
        if expr["fn"] == "getAttr":
            return f"{_slug(expr['argv'][0])}_{names.snake(expr['argv'][1])}"
        subject = "_".join(_slug(argument) for argument in expr["argv"] if isinstance(argument, dict))
        what = {"isValidHostLabel": "is_label", "aws.isVirtualHostableS3Bucket": "is_virtual_hostable"}.get(expr["fn"])
        return f"{subject}_{what or names.snake(expr['fn'].removeprefix('aws.'))}"
    return names.snake(str(expr)) if re.search(r"\w", str(expr)) else "expected"
