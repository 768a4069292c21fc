"""From the model's names to C's: words, then snake_case, then away from what C, C++ and libc have taken."""

from __future__ import annotations

import re
from typing import Mapping

# Words that the rules below would split badly.
WORDS = {
    "ETag": "Etag",
    "GraphQL": "Graphql",
    "IPv4": "Ipv4",
    "IPv6": "Ipv6",
    "IoT": "Iot",
    "MySQL": "Mysql",
    "OAuth": "Oauth",
    "PostgreSQL": "Postgresql",
    "SSEKMS": "SseKms",
    "vCPU": "Vcpu",
}

C_KEYWORDS = """
    auto break case char const continue default do double else enum extern float for goto if inline int long register
    restrict return short signed sizeof static struct switch typedef union unsigned void volatile while _Alignas
    _Alignof _Atomic _Bool _Complex _Generic _Imaginary _Noreturn _Static_assert _Thread_local
    asm typeof fortran
"""
CXX_KEYWORDS = """
    alignas alignof and and_eq bitand bitor bool catch char8_t char16_t char32_t class compl concept consteval constexpr
    constinit const_cast co_await co_return co_yield decltype delete dynamic_cast explicit export false friend mutable
    namespace new noexcept not not_eq nullptr operator or or_eq private protected public reinterpret_cast requires
    static_assert static_cast template this thread_local throw true try typeid typename using virtual wchar_t xor xor_eq
"""
# Object-like or commonly predefined macros of the C libraries and compilers that are lower case.
LIBC_MACROS = """
    assert complex environ errno h_errno howmany i386 imaginary isinf isnan linux major makedev minor noreturn offsetof
    sa_handler sa_sigaction setjmp si_addr si_band si_fd si_int si_pid si_ptr si_status si_uid si_utime si_value
    st_atime st_ctime st_mtime stderr stdin stdout unix va_arg va_copy va_end va_start
"""
RESERVED = frozenset((C_KEYWORDS + CXX_KEYWORDS + LIBC_MACROS).split())


def snake(name: str, words: Mapping[str, str] | None = None) -> str:
    """`SSECustomerKeyMD5` -> `sse_customer_key_md5`; anything that is not a letter or digit parts two words."""
    for word, split in sorted({**WORDS, **(words or {})}.items(), key=lambda item: (-len(item[0]), item[0])):
        name = name.replace(word, split)
    name = re.sub(r"[^A-Za-z0-9]+", "_", name)
    name = re.sub(r"([A-Z]{2,})s(?![a-z])", lambda match: match[1].capitalize() + "s", name)
    name = re.sub(r"([a-z])([A-Z])", r"\1_\2", name)
    name = re.sub(r"([0-9])([A-Z][a-z])", r"\1_\2", name)
    name = re.sub(r"([A-Z])([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"_+", "_", name).strip("_").lower() or "empty"


def screaming(name: str, words: Mapping[str, str] | None = None) -> str:
    return snake(name, words).upper()


def field(name: str, words: Mapping[str, str] | None = None) -> str:
    """The name of a struct's member: never a keyword or macro, never a digit first."""
    result = snake(name, words)
    if result[0].isdigit():
        result = "n" + result
    return result + "_" if result in RESERVED else result


class Scope:
    """Names that are taken. The first to ask keeps its name, so callers ask in a fixed order."""

    def __init__(self, taken: tuple[str, ...] = ()):
        self._taken = set(taken)

    def unique(self, name: str) -> str:
        candidate, number = name, 2
        while candidate in self._taken:
            separator = "" if name.endswith("_") else "_"
            candidate, number = f"{name}{separator}{number}", number + 1
        self._taken.add(candidate)
        return candidate

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def claim(self, name: str, suffixes: tuple[str, ...]) -> str:
        """A name that is free together with the names derived from it."""
        candidate, number = name, 2
        while any(candidate + suffix in self._taken for suffix in ("", *suffixes)):
            candidate, number = f"{name}_{number}", number + 1
        self._taken.update(candidate + suffix for suffix in ("", *suffixes))
        return candidate

    @property
    def taken(self) -> frozenset[str]:
        return frozenset(self._taken)
