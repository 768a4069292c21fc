"""Text as C writes it."""

from __future__ import annotations

import re


def quoted(text: str | bytes) -> str:
    """A string literal that holds the text's bytes, printable ones as they are."""
    out = []
    for byte in text.encode() if isinstance(text, str) else text:
        char = chr(byte)
        if char in '"\\':
            out.append("\\" + char)
        elif 32 <= byte < 127:
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + re.sub(r"\?(?=\?)", '?""', "".join(out)) + '"'  # No trigraphs.


def integer(value: int) -> str:
    if value == -(2**63):
        return "INT64_MIN"
    return f"INT64_C({value})" if abs(value) >= 2**31 else str(value)


def initializer(text: str | bytes | int) -> str:
    """The text as a smithy_str, where only constants may stand."""
    return f"SMITHY_STR_INIT({quoted(str(text) if isinstance(text, int) else text)})"
