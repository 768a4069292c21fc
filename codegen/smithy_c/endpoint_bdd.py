"""Endpoint rules as a decision diagram (smithy.rules#endpointBdd): a function for each question that it asks and for
each answer that it gives, and a table that says where to go on.

A diagram's questions are shared by many ways through it. What holds on all ways to a question is known there; a value
that was not found on all of them may be absent, and whatever looks into an absent value is answered with no.
"""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass, replace
from typing import Any, Iterator

from . import names
from .endpoint_layout import Function, block, wrap
from .endpoint_tree import NO_MATCH, Facts, Return, Tree
from .endpoint_values import ATTEMPTS, Expressions, Scope, Value
from .errors import GeneratorError
from .literals import quoted

FIRST_RESULT = 100_000_000  # What a reference to result 0 is: that no rule matches.
MAX_NAME = 56
TERMINALS = (1, -1)  # These say the same.
TRIPLE = struct.Struct(">iii")
ABSENT_IS_NO_REASON = ("isSet", "coalesce")  # Functions that take what may be absent.


@dataclass(frozen=True)
class Node:
    """A question, and where each answer leads: to the place of a node, or to a result."""

    condition: int
    yes: "Target"
    no: "Target"


@dataclass(frozen=True)
class Target:
    number: int
    is_result: bool = False


@dataclass(frozen=True)
class Table:
    """The diagram as the template prints it."""

    rows: list[str]
    root: str  # A way; the function of the only result where there are no rows.


class Diagram:
    """Reads and checks the trait; the nodes are those that can be reached, a negated one apart from itself."""

    def __init__(self, bdd: dict[str, Any], place: str):
        self.place = place
        self.conditions: list[dict[str, Any]] = bdd["conditions"]
        self.results: list[dict[str, Any]] = bdd["results"]
        self.triples = self._triples(bdd["nodes"], bdd["nodeCount"])
        self._places: dict[tuple[int, bool], int] = {}
        if not isinstance(bdd["root"], int) or bdd["root"] < 0:
            raise self.fail(f"the root {bdd['root']!r}")
        self.nodes: list[Node] = []
        self.root = self._walk(bdd["root"])

    def fail(self, what: str) -> GeneratorError:
        return GeneratorError(f"{self.place}: smithy.rules#endpointBdd: {what} is not valid")

    def _triples(self, text: str, count: int) -> list[tuple[int, int, int]]:
        try:
            data = base64.b64decode(text, validate=True)
        except (TypeError, ValueError) as error:
            raise self.fail("what the nodes are encoded with") from error
        if len(data) != count * TRIPLE.size:
            raise self.fail(f"a length of {len(data)} bytes for {count} nodes")
        return list(TRIPLE.iter_unpack(data))

    def _state(self, reference: int) -> tuple[int, bool] | None:
        """The node, and whether its answers change places; None for a result."""
        if reference in TERMINALS or reference >= FIRST_RESULT:
            return None
        index = abs(reference) - 1
        if reference == 0 or index >= len(self.triples):
            raise self.fail(f"the reference {reference}")
        return index, reference < 0

    def _result(self, reference: int) -> Target:
        number = 0 if reference in TERMINALS else reference - FIRST_RESULT
        if number > len(self.results):
            raise self.fail(f"the reference {reference}")
        return Target(number, is_result=True)

    def _branches(self, state: tuple[int, bool]) -> tuple[int, int]:
        _, high, low = self.triples[state[0]]
        return (low, high) if state[1] else (high, low)

    def _walk(self, root: int) -> Target:
        """Collects the nodes, each before those that it leads to."""
        order = [state for state in self._depth_first(root)]
        order.reverse()
        self._places = {state: place for place, state in enumerate(order)}
        for state in order:
            condition = self.triples[state[0]][0]
            if not 0 <= condition < len(self.conditions):
                raise self.fail(f"the condition {condition}")
            yes, no = map(self._target, self._branches(state))
            self.nodes.append(Node(condition, yes, no))
        return self._target(root)

    def _target(self, reference: int) -> Target:
        state = self._state(reference)
        return self._result(reference) if state is None else Target(self._places[state])

    def _depth_first(self, root: int) -> Iterator[tuple[int, bool]]:
        """The states below a reference, each after those that it leads to. Whoever comes by twice goes in a circle."""
        done: set[tuple[int, bool]] = set()
        above: set[tuple[int, bool]] = set()
        pending = [(root, False)]
        while pending:
            reference, is_left = pending.pop()
            state = self._state(reference)
            if state is None or state in done:
                continue
            if is_left:
                above.discard(state)
                done.add(state)
                yield state
            elif state in above:
                raise self.fail("a circle of nodes")
            else:
                above.add(state)
                yes, no = self._branches(state)
                pending += [(reference, True), (yes, False), (no, False)]


class Compiler:
    """Says a diagram in C: the functions, and the table."""

    def __init__(self, diagram: Diagram, expressions: Expressions, parameters: Scope):
        self.diagram = diagram
        self.expressions = expressions
        self.scope = {**parameters, **self._variables(parameters)}
        self.assigned = frozenset(self.scope) - frozenset(parameters)
        self.tree = Tree(expressions, self.scope)
        self.questions: list[Function] = []
        self.functions: list[Function] = []  # The answers.
        self._names = names.Scope(("resolve",))
        self._learn()

    def compile(self) -> Table:
        nodes, root = self.diagram.nodes, self.diagram.root
        questions = {number: self._question(number) for number in sorted({node.condition for node in nodes})}
        targets = {target for node in nodes for target in (node.yes, node.no)} | {root}
        ends = {number: self._answer(number) for number in sorted(t.number for t in targets if t.is_result)}

        def way(target: Target) -> str:
            return f"{{.end = {ends[target.number]}}}" if target.is_result else f"{{.row = {target.number}}}"

        rows = [f"{{{questions[node.condition]}, {way(node.yes)}, {way(node.no)}}}" for node in nodes]
        return Table(rows, way(root) if rows else ends[root.number])

    # ---- what is known where ----

    def _variables(self, parameters: Scope) -> dict[str, Value]:
        """The values that conditions assign; one may be made from another."""
        found: dict[str, Value] = {}
        pending = [condition for condition in self.diagram.conditions if condition.get("assign")]
        for condition in pending:
            if condition["assign"] in parameters:
                raise self.diagram.fail(f"{condition['assign']!r}, which has a value already,")
        while pending:
            ready = [c for c in pending if not (_references(c) & {each["assign"] for each in pending})]
            if not ready:
                raise self.diagram.fail(f"{pending[0]['assign']!r}, which is made from itself,")
            for condition in ready:
                name = condition["assign"]
                type_ = ATTEMPTS.get(condition["fn"]) or self.expressions.value(condition, {**parameters, **found}).type
                if name in found and found[name].type != type_:
                    raise self.diagram.fail(f"{name!r}, which has a value already,")
                found[name] = self.expressions.variable(name, type_)
                pending.remove(condition)
        return found

    def _learn(self) -> None:
        """For each question and answer: what holds on all ways that lead there."""
        self.facts: dict[Target, Facts] = {self.diagram.root: {}}
        self.known_at: dict[int, Facts] = {}
        for place, node in enumerate(self.diagram.nodes):
            facts = self.facts[Target(place)]
            self.known_at[node.condition] = _both(self.known_at.get(node.condition), facts)
            condition = self.tree.condition(self.diagram.conditions[node.condition], self.scope)
            learned = self.tree.learn(condition, facts)
            if condition.assign:
                learned["found", condition.assign, ""] = True
            for target, known in ((node.yes, learned), (node.no, self.tree.missed(condition, facts))):
                self.facts[target] = _both(self.facts.get(target), known)

    def _scope_at(self, facts: Facts) -> dict[str, Value]:
        """The values with those optional that need not be there."""
        found = {name for name in self.assigned if ("found", name, "") in facts}
        return {
            name: replace(value, optional=True) if name in self.assigned - found else value
            for name, value in self.scope.items()
        }

    def _guards(self, expr: Any, scope: Scope) -> list[str]:
        """The conditions that what an expression looks into is there. Flags have no way to say so."""
        lacking = sorted(name for name in _references(expr) & self.assigned if scope[name].optional)
        for name in lacking:
            if scope[name].type == "bool":
                raise self.expressions.fail(f"{name!r}, a boolean, is asked for where it may not be assigned")
        return [self.expressions.is_set(scope[name]) for name in lacking if name in _looks_into(expr)]

    # ---- functions ----

    def _question(self, number: int) -> str:
        expr, facts = self.diagram.conditions[number], self.known_at[number]
        scope = self._scope_at(facts)
        condition = self.tree.condition(expr, scope)
        scope.pop(condition.assign, None)
        guards = self._guards(expr, scope)
        text = self.tree.text(condition, facts, dict(scope))
        if text is None:
            lines = [f"    {self.tree.assignment(condition, scope)}", "    return true;"]
            lines = [f"    if (!({' && '.join(guards)})) return false;", *lines] if guards else lines
        else:
            lines = wrap("    return ", [*guards, text], " &&", ";")
        name = self._names.unique(_short(f"when_{self.tree.name(condition)}"))
        self.questions.append(Function(name, _used(lines)))
        return name

    def _answer(self, number: int) -> str:
        if number == 0:
            nodes, name = [Return("smithy_endpoint_error", ["r->call", quoted(NO_MATCH)])], "no_match"
        else:
            rule = self.diagram.results[number - 1]
            if rule.get("conditions"):
                raise self.diagram.fail(f"the result {number}, which has conditions,")
            if rule.get("type") not in ("endpoint", "error"):
                raise self.diagram.fail(f"the result {number} of the type {rule.get('type')!r}")
            facts = self.facts[Target(number, is_result=True)]
            nodes, name = self.tree.answer(rule, facts, self._scope_at(facts)), f"result_{number}"
        self.functions.append(Function(name, _used(block(nodes, 1))))
        return name


def _short(name: str) -> str:
    """So that a row of the table fits into a line."""
    return name if len(name) <= MAX_NAME else name[: MAX_NAME + 1].rpartition("_")[0]


def _both(known: Facts | None, facts: Facts) -> Facts:
    return dict(facts) if known is None else {key: fact for key, fact in known.items() if facts.get(key) == fact}


def _used(lines: list[str]) -> list[str]:
    return lines if any("r->" in line for line in lines) else ["    (void)r;", *lines]


def _references(expr: Any) -> set[str]:
    """The names that an expression speaks of, those of templates too."""
    if isinstance(expr, dict):
        found = {expr["ref"]} if "ref" in expr else set()
        return found.union(*(_references(value) for key, value in expr.items() if key in ("argv", "fn")))
    if isinstance(expr, list):
        return set().union(*map(_references, expr))
    if isinstance(expr, str) and "{" in expr:
        return {piece.partition("}")[0].partition("#")[0] for piece in expr.replace("{{", "").split("{")[1:]}
    return set()


def _looks_into(expr: Any) -> set[str]:
    """Of these the ones whose absence is no answer by itself."""
    if isinstance(expr, dict) and expr.get("fn") in ABSENT_IS_NO_REASON:
        return set().union(*(_looks_into(part) for part in expr["argv"] if "ref" not in part)) if expr["argv"] else set()
    if isinstance(expr, dict) and "argv" in expr:
        return set().union(*map(_looks_into, expr["argv"]))
    return _references(expr)

