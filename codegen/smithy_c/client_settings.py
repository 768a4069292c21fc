"""A service's own settings in C: the comments of its options, and the table of who else may give them."""

from __future__ import annotations

from typing import Iterable, Sequence

from .endpoints import Param
from .errors import GeneratorError
from .ir import Setting
from .literals import quoted


def comment(setting: Setting) -> str:
    if setting.kind != "bool":
        return "Optional. Borrowed: must outlive the client."
    source = setting.source
    if not source:
        return "Optional; default as the endpoint rules say."
    keys = [key for key in (source.key, source.block) if key]
    names = ([source.variable] if source.variable else []) + [f"the profile's {' or '.join(keys)}"] * bool(keys)
    return f"Optional; default {', then '.join(names)}, else as the endpoint rules say."


def check(settings: Iterable[Setting], params: Sequence[Param], where: str) -> None:
    kinds = {param.name: param.kind for param in params}
    for setting in settings:
        if setting.source and kinds.get(setting.name) != "bool":
            raise GeneratorError(f"{where}: settings.{setting.name}: the endpoint rules have no such boolean")


def table(settings: Iterable[Setting]) -> list[str]:
    rows = [line for setting in settings if setting.source for line in _row(setting)]
    if not rows:
        return []
    head = ["/* What environment and profiles may say of them. */", "static const smithy_service_setting SETTINGS[] = {"]
    return [*head, *rows, "};"]


def _row(setting: Setting) -> list[str]:
    source = setting.source
    assert source
    block, _, block_key = source.block.rpartition(".")
    members = [("name", source.name), ("option", setting.field if setting.is_option else "")]
    members += [("variable", source.variable), ("key", source.key), ("block", block), ("block_key", block_key)]
    lines = [f"        .{name} = {quoted(value)}," for name, value in members if value]
    lines.append(f"        .offset = offsetof(settings, {setting.field}),")
    if source.words:
        words = ", ".join(quoted(word) for word in source.words)
        lines.append(f"        .words = (const char *const[]){{{words}, NULL}},")
    return ["    {", *lines, "    },"]
