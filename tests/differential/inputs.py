"""Random inputs of a service's operations: values that the protocol can carry, as the official tests write them."""

import string
from dataclasses import dataclass
from random import Random

from smithy_c.ir import INTEGERS, Kind, Place

DEEPEST = 4  # AttributeValue is recursive.
TOKEN = string.ascii_letters + string.digits + "-_."
SAMPLES = ("é", "ß", "日本", "🪵", "\u2028", "&", "<", ">", '"', "'", "\\", "/", "//", "..", "%41", "+", " ", "=", "?", "#", "\t", "\n")
WIDTHS = {Kind.I8: 7, Kind.I16: 15, Kind.I32: 31, Kind.I64: 63}
BUCKETS = ("archive", "logs-of-everything", "a1b")
# Where botocore does not send what it is given: it encodes these keys itself, reads this text as a time, needs a library
# of its own for some algorithms; and a length has to be that of the body.
LEFT_OUT = {"SSECustomerKey", "CopySourceSSECustomerKey", "Expires", "ContentLength"}
ALGORITHMS = ("CRC32", "SHA1", "SHA256")


@dataclass(frozen=True)
class Case:
    operation: str
    input: dict


class Inputs:
    def __init__(self, service, random: Random):
        self.service = service
        self.random = random

    def cases(self, each: int):
        """Of each operation one with the required members alone, and others."""
        for operation in self.service.operations:
            for number in range(each):
                members = [m for m in operation.input.members if m.required or (number and self._takes(m))]
                yield Case(operation.name, {m.name: self._top(m) for m in members})

    def _takes(self, member):
        return member.name not in LEFT_OUT and self.random.random() < 0.6

    def _top(self, member):
        if member.name == "ChecksumAlgorithm":
            return self.random.choice(ALGORITHMS)
        if member.name == "Bucket":
            return self.random.choice(BUCKETS)
        if member.place in (Place.HEADER, Place.PREFIX_HEADERS):
            return self._in_header(member)
        if member.place is Place.LABEL:
            return self._text(1)
        return self._value(member, 0)

    def _in_header(self, member):
        shape = self.service.shape(member)
        if shape.kind is Kind.MAP:
            return {self._token().lower(): self._token() for _ in range(self.random.randrange(3))}
        if shape.kind is Kind.STR:
            return self._token()
        return self._value(member, 0)

    def _token(self):
        return "".join(self.random.choices(TOKEN, k=self.random.randrange(1, 12)))

    def _text(self, shortest=0):
        pieces = [
            self.random.choice(SAMPLES) if self.random.random() < 0.3 else self._token()
            for _ in range(self.random.randrange(shortest, shortest + 4))
        ]
        return "".join(pieces)

    def _value(self, member, depth):
        shape = self.service.shape(member)
        return getattr(self, f"_{shape.kind.value}", self._scalar)(shape, depth)

    def _scalar(self, shape, depth):
        if shape.kind is Kind.BOOL:
            return self.random.random() < 0.5
        if shape.kind in INTEGERS:
            bits = self.random.randrange(WIDTHS[shape.kind] + 1)
            return self.random.choice((1, -1)) * self.random.getrandbits(bits)
        if shape.kind is Kind.TIME:
            return self.random.randrange(0, 2**32)
        raise NotImplementedError(f"{shape.id}: {shape.kind}")

    def _str(self, shape, depth):
        return self._text()

    _blob = _stream = _str

    def _enum(self, shape, depth):
        return self.random.choice(shape.values).wire

    def _struct(self, shape, depth):
        members = [m for m in shape.members if m.required or self.random.random() < 0.6]
        return {m.name: self._value(m, depth + 1) for m in members}

    def _union(self, shape, depth):
        flat = [m for m in shape.members if self.service.shape(m).kind not in (Kind.LIST, Kind.MAP)]
        member = self.random.choice(flat if depth > DEEPEST else shape.members)
        return {member.name: self._value(member, depth + 1)}

    def _list(self, shape, depth):
        return [self._value(shape.item, depth + 1) for _ in range(self.random.randrange(4))]

    def _map(self, shape, depth):
        return {self._text(1): self._value(shape.item, depth + 1) for _ in range(self.random.randrange(4))}
