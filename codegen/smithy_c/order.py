"""The order in which C wants its types: what a type holds by value stands before it."""

from __future__ import annotations

from typing import Iterator, Mapping

from .ir import Kind, Shape

# A unit is a shape's id, or ENTRY + the id of a map, whose entries hold the map's values by value.
ENTRY = "entry of "
BY_VALUE = (Kind.ENUM, Kind.INT_ENUM, Kind.LIST, Kind.MAP, Kind.UNION)
NAMED = (Kind.STRUCT, *BY_VALUE)


def in_c_order(shapes: Mapping[str, Shape]) -> tuple[tuple[Shape, ...], tuple[str, ...]]:
    """Shapes for types.h (a map stands for its entries too, see `entry_of`), and the names to declare ahead."""
    return _Order(shapes).result()


def entry_of(shape: Shape) -> Shape:
    """The structure of one entry, as a unit of its own."""
    return Shape(id=ENTRY + shape.id, kind=Kind.STRUCT, name=f"{shape.name}_entry", comment=shape.comment, item=shape.item)


class _Order:
    def __init__(self, shapes: Mapping[str, Shape]):
        self.shapes = shapes
        self.hard: dict[str, list[str]] = {}
        self.soft: dict[str, list[str]] = {}
        for shape in shapes.values():
            self._add(shape)
        self.emitted: list[str] = []
        self.done: set[str] = set()
        self.visiting: set[str] = set()
        self.forward: set[str] = set()

    def result(self) -> tuple[tuple[Shape, ...], tuple[str, ...]]:
        for unit in sorted(self.hard, key=self._name):
            self._visit(unit)
        return tuple(self._shape(unit) for unit in self.emitted), tuple(sorted(self.forward))

    def _shape(self, unit: str) -> Shape:
        return entry_of(self.shapes[unit.removeprefix(ENTRY)]) if unit.startswith(ENTRY) else self.shapes[unit]

    def _name(self, unit: str) -> str:
        return self._shape(unit).name

    def _add(self, shape: Shape) -> None:
        if shape.kind not in NAMED or shape.name.startswith("smithy_"):
            return
        hard: list[str] = []
        soft: list[str] = []
        for member in shape.members:
            target = self.shapes[member.target]
            by_value = target.kind in BY_VALUE and not (shape.kind is Kind.UNION and target.kind is Kind.UNION)
            self._reference(target, hard if by_value else soft)
        if shape.kind is Kind.LIST:
            self._reference(self.shapes[shape.item.target], soft)
        if shape.kind is Kind.MAP:
            value = self.shapes[shape.item.target]
            entry = ENTRY + shape.id
            self.hard[entry], self.soft[entry] = [], []
            by_pointer = value.kind is Kind.STRUCT and shape.sparse
            self._reference(value, self.soft[entry] if by_pointer else self.hard[entry])
            soft.append(entry)
        self.hard[shape.id], self.soft[shape.id] = hard, soft

    def _reference(self, target: Shape, into: list[str]) -> None:
        if target.kind in NAMED and not target.name.startswith("smithy_"):
            into.append(target.id)

    def _needs_one_being_visited(self, unit: str) -> bool:
        """Whether the unit holds by value, at any depth, one whose turn is not over."""
        seen, pending = set(), [unit]
        while pending:
            unit = pending.pop()
            if unit in self.visiting:
                return True
            if unit not in seen and unit not in self.done:
                seen.add(unit)
                pending += self.hard[unit]
        return False

    def _visit(self, unit: str) -> None:
        """Depth first, without recursion: shapes may nest as deep as they like."""
        steps = [self._dependencies(unit)]
        while steps:
            dependency = next(steps[-1], None)
            if dependency is None:
                steps.pop()
            elif dependency not in self.done and dependency not in self.visiting:
                steps.append(self._dependencies(dependency))

    def _dependencies(self, unit: str) -> Iterator[str]:
        """What should stand before the unit, which has its own place when they have theirs."""
        if unit in self.done:
            return
        self.visiting.add(unit)
        yield from self.hard[unit]
        for dependency in self.soft[unit]:
            if not self._needs_one_being_visited(dependency):
                yield dependency
        self.visiting.remove(unit)
        self.forward.update(self._name(dependency) for dependency in self.soft[unit] if dependency not in self.done)
        self.done.add(unit)
        self.emitted.append(unit)
