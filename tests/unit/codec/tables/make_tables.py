#!/usr/bin/env python3
"""Writes the tables that the codec's tests compare with: what Python's own library makes of the same values.

Run in this folder; the output is committed and the same on every run."""
import base64
import datetime
import decimal
import random
import struct
import urllib.parse
from fractions import Fraction

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
chance = random.Random(20140429)
decimal.getcontext().prec = 800


def quoted(text):
    # Octal escapes end after three digits, whatever follows.
    return '"' + "".join(c if " " <= c <= "~" and c not in '"\\?' else "\\%03o" % b
                         for b in text.encode("latin-1") for c in [chr(b)]) + '"'


def write(name, what, rows):
    with open(name, "w") as out:
        out.write(f"/* Written by make_tables.py: {what} */\n")
        out.writelines(f"{{{row}}},\n" for row in rows)


def time_rows():
    first, last = -62135596800, 253402300799  # Python's datetime begins in the year 1.
    seconds = [first, last, 0, -1, 1, 951782400, 951868799, 4107542400, -2203891200]
    seconds += [chance.randint(first, last) for _ in range(200)]
    for number, second in enumerate(seconds):
        when = EPOCH + datetime.timedelta(seconds=second)
        ms = chance.choice([0, 0, 1, 10, 100, 999, chance.randrange(1000)]) if number > 8 else 0
        fraction = f".{ms:03d}".rstrip("0") if ms else ""
        year = f"{when.year:04d}"
        date_time = f"{year}-{when:%m-%dT%H:%M:%S}{fraction}Z"
        http_date = f"{when:%a, %d %b} {year} {when:%H:%M:%S}{fraction} GMT"
        zone = datetime.timezone(datetime.timedelta(minutes=chance.randint(-600, 600)))
        try:
            there = when.astimezone(zone)
        except OverflowError:
            there = when
        offset = there.strftime("%z")
        local = f"{there.year:04d}-{there:%m-%dT%H:%M:%S}{fraction}{offset[:3]}:{offset[3:]}"
        yield f"INT64_C({second * 1000 + ms}), {quoted(date_time)}, {quoted(http_date)}, {quoted(local)}"


def shortest(digits_text):
    """Python's digits in the notation of ECMAScript."""
    sign = "-" if digits_text.startswith("-") else ""
    mantissa, _, exponent = digits_text.lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    digits = whole + fraction
    point -= len(digits) - len(digits.lstrip("0"))
    digits = digits.strip("0")
    if not digits:
        return sign + "0"
    if point > 21 or point < -5:
        return f"{sign}{digits[0]}{'.' if len(digits) > 1 else ''}{digits[1:]}e{point - 1}"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if point >= len(digits):
        return sign + digits.ljust(point, "0")
    return f"{sign}{digits[:point]}.{digits[point:]}"


def f64_rows():
    values = [0.0, -0.0, 1.0, 0.1, 5e-324, 2.2250738585072014e-308, 2.225073858507201e-308, 1.7976931348623157e308,
              1e21, 1e20, 1e-6, 1e-7, 9007199254740993.0, 123456789.125, 1398796238.123, 1e22, 1e23]
    values += [2.0 ** power for power in range(-1074, 1024)]
    values += [round(chance.uniform(-1e6, 1e6), chance.randrange(9)) for _ in range(200)]
    while len(values) < 2700:
        value = struct.unpack("<d", chance.randbytes(8))[0]
        if value == value and abs(value) != float("inf"):
            values.append(value)
    for value in values:
        bits = struct.unpack("<Q", struct.pack("<d", value))[0]
        yield f"UINT64_C(0x{bits:016x}), {quoted(shortest(repr(value)))}"


def rounding_rows():
    """Texts at and beside the middle of two doubles, where a wrong rounding shows."""
    texts = ["1e-400", "2.4703282292062327e-324", "2.4703282292062328e-324", "9007199254740993", "0e999999999999",
             "9007199254740992.9999999999999999999999999999999999", "1.7976931348623158079e308", "0.000", "12.500E+1",
             "00001.5", "1.", ".5", "+7", "-0.0e-5", "1" + "0" * 300, "0." + "0" * 300 + "1", "1e-99999999999"]
    for _ in range(150):
        low = abs(struct.unpack("<d", chance.randbytes(8))[0])
        bits = struct.unpack("<Q", struct.pack("<d", low))[0]
        if not (1e-290 < low < 1e290):
            continue
        high = struct.unpack("<d", struct.pack("<Q", bits + 1))[0]
        middle = (Fraction(low) + Fraction(high)) / 2
        exact = decimal.Decimal(middle.numerator) / decimal.Decimal(middle.denominator)
        text = f"{exact:.760e}" if len(f"{exact:e}") > 760 else f"{exact:e}"
        mantissa, exponent = text.split("e")
        texts += [text, f"{mantissa}1e{exponent}"]
    for text in texts:
        bits = struct.unpack("<Q", struct.pack("<d", float(text)))[0]
        yield f"{quoted(text)}, UINT64_C(0x{bits:016x})"


def bytes_rows():
    for length in [*range(20), 40, 57, 58]:
        data = chance.randbytes(length)
        text = data.decode("latin-1")
        base = base64.b64encode(data).decode()
        encoded = urllib.parse.quote(data, safe="~")
        path = urllib.parse.quote(data, safe="~/")
        yield f"{quoted(text)}, {length}, {quoted(base)}, {quoted(encoded)}, {quoted(path)}, {quoted(data.hex())}"
    text = "/a b/ä%2F~-._+&=?#/"
    data = text.encode()
    yield (f"{quoted(data.decode('latin-1'))}, {len(data)}, {quoted(base64.b64encode(data).decode())}, "
           f"{quoted(urllib.parse.quote(data, safe='~'))}, {quoted(urllib.parse.quote(data, safe='~/'))}, "
           f"{quoted(data.hex())}")


write("time.inc", "ms, date-time, http-date, the same instant with an offset.", time_rows())
write("f64.inc", "the bits of a double, its shortest text.", f64_rows())
write("rounding.inc", "a text, the bits of the nearest double.", rounding_rows())
write("bytes.inc", "bytes, length, base64, percent-encoded, the same with slashes kept, hex.", bytes_rows())
