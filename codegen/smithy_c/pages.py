"""Paginators (smithy.api#paginated): resolved, and printed as C: the next page, and the next item across pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

from . import c_types
from .config import PaginatorConfig
from .errors import GeneratorError
from .ir import INTEGERS, Kind, Member, Operation, Paginator, Service, Shape
from .jmespath_values import packed
from .layout import WIDTH, Writer, call

TRAIT = "smithy.api#paginated"
COMMENT_WIDTH = WIDTH - 10  # Of an example within a comment.


@dataclass(frozen=True)
class Sides:
    """The operation's structures, and the shapes that their members have."""

    input: Shape
    output: Shape
    shapes: Mapping[str, Shape]


def resolve(where: str, trait: Mapping[str, Any], config: PaginatorConfig | None, sides: Sides) -> Paginator | None:
    """`trait` is the operation's and the service's together; None where there is nothing to page."""
    config = config or PaginatorConfig()
    names = {
        "inputToken": config.input_token or trait.get("inputToken", ""),
        "outputToken": config.output_token or trait.get("outputToken", ""),
        "items": config.items or trait.get("items", ""),
    }
    where = f"{where}: {TRAIT}"
    source = _path(f"{where}: inputToken", sides.input, names["inputToken"], sides.shapes)
    result = _path(f"{where}: outputToken", sides.output, names["outputToken"], sides.shapes)
    if len(source) != 1:
        raise GeneratorError(f"{where}: inputToken: {names['inputToken']} is not a member at the top")
    here, there = sides.shapes[source[0].target], sides.shapes[result[-1].target]
    if here.kind is not there.kind or here.name != there.name:
        raise GeneratorError(f"{where}: {names['inputToken']} is a {here.kind.value}, {names['outputToken']} a {there.kind.value}")
    if config.ends_when_token_repeats and here.kind is not Kind.STR:
        raise GeneratorError(f"{where}: {names['inputToken']}: only a string can be seen to repeat")
    return Paginator(
        input_field=source[0].field,
        token=result,
        token_kind=here.kind,
        input_name=names["inputToken"],
        output_name=names["outputToken"],
        items=names["items"],
        item_path=_items(where, sides, names["items"]) if names["items"] else (),
        page_size=config.page_size or trait.get("pageSize", ""),
        more_field=_more(where, sides, config.more),
        ends_when_token_repeats=config.ends_when_token_repeats,
    )


def _path(where: str, shape: Shape, names: str, shapes: Mapping[str, Shape]) -> tuple[Member, ...]:
    """`result.nextToken`: each name a member of the structure before it."""
    found: list[Member] = []
    for name in names.split("."):
        if found:
            shape = shapes[found[-1].target]
        member = next((m for m in shape.members if m.name == name), None) if shape.kind is Kind.STRUCT else None
        if member is None:
            raise GeneratorError(f'{where}: "{names}" does not lead to a member')
        found.append(member)
    return tuple(found)


def _items(where: str, sides: Sides, names: str) -> tuple[Member, ...]:
    path = _path(f"{where}: items", sides.output, names, sides.shapes)
    shape = sides.shapes[path[-1].target]
    if shape.kind not in (Kind.LIST, Kind.MAP):
        raise GeneratorError(f"{where}: items: {names} is neither a list nor a map")
    return path


def _more(where: str, sides: Sides, name: str) -> str:
    if not name:
        return ""
    path = _path(where, sides.output, name, sides.shapes)
    if len(path) != 1 or sides.shapes[path[0].target].kind is not Kind.BOOL:
        raise GeneratorError(f"{where}: {name} is not a boolean of the output")
    return path[0].field


class Printer:
    """One operation's paginator as the context of the operation's templates."""

    def __init__(self, service: Service, operation: Operation, paginator: Paginator):
        self.service = service
        self.operation = operation
        self.paginator = paginator
        self.function = operation.function

    def header(self) -> dict[str, Any]:
        next_item = self._next_item_prototype("SMITHY_API ", ") SMITHY_NODISCARD;") if self.paginator.item_path else []
        return {
            "keeps_last": not self._is_plain,
            "next_prototype": self._next_prototype("SMITHY_API ", ") SMITHY_NODISCARD;"),
            "usage": self._usage(),
            "next_item_prototype": next_item,
            "item_type": self._item_type() if next_item else "",
            "item_usage": self._item_usage() if next_item else [],
            "items_are_sparse": bool(next_item) and self._items_are_sparse(),
        }

    def source(self) -> dict[str, Any]:
        has_items = bool(self.paginator.item_path)
        return {
            "next_opening": self._next_prototype("", ") {"),
            "next_body": self._next_body(),
            "next_item_opening": self._next_item_prototype("", ") {") if has_items else [],
            "next_item_body": self._next_item_body() if has_items else [],
        }

    @property
    def _is_plain(self) -> bool:
        """Whether the token can be carried over a reset of the call."""
        return self.paginator.token_kind is Kind.STR or self.paginator.token_kind in INTEGERS

    # ---- pages ----

    def _next_prototype(self, before: str, tail: str) -> list[str]:
        parameters = (
            f"{self.service.prefix}_client *client",
            f"{self.function}_pages *pages",
            f"const {self.operation.output.name} **page",
            "smithy_call *call",
        )
        return call(f"{before}smithy_status {self.function}_next(", parameters, tail)

    def _start(self) -> str:
        """What the input is filled in with, for the example of use."""
        members = self.operation.input.members
        first = next((m for m in members if m.required and self.service.shape(m).kind is Kind.STR), None)
        return first.field if first else ""

    def _example(self, walk: str, before: str, after: str, input_: str, rest: list[str]) -> list[str]:
        """How a walk is begun and gone; nothing where names are too long for a comment."""
        start, kind = self._start(), f"{self.function}_{walk}"
        lines = [f'{kind} {walk} = {{{before}.input = {{.{start} = SMITHY_STR("…")}}{after}}};' if start else f"{kind} {walk} = {{0}};"]
        if len(lines[0]) > COMMENT_WIDTH:
            lines = [f"{kind} {walk} = {{0}};", f'{walk}.{input_}.{start} = SMITHY_STR("…");']
        lines += rest
        return ["", *lines] if all(len(line) <= COMMENT_WIDTH for line in lines) else []

    def _usage(self) -> list[str]:
        rest = [f"const {self.operation.output.name} *page;", *self._loop("next", "pages", "page")]
        return self._example("pages", "", "", "input", rest)

    def _loop(self, verb: str, walk: str, found: str) -> list[str]:
        one = f"while ((status = {self.function}_{verb}({self.service.prefix}, &{walk}, &{found}, call)) == SMITHY_OK && {found})"
        return [*([one] if len(one) <= COMMENT_WIDTH else [one.removesuffix(f" {found})"), f"       {found})"]), "    …"]

    def _next_body(self) -> list[str]:
        paginator, out = self.paginator, Writer.body()
        source = f"pages->input.{paginator.input_field}"
        guards, result = self._access("pages->page.", paginator.token)
        out.line("*page = NULL;")
        out.line("if (pages->done) return SMITHY_OK;")
        self._make_room(out, source)
        out.attempt(self.function, ("client", "&pages->input", "&pages->page", "call"))
        if not self._is_plain:
            out.line("pages->failed = false;")
        if guards:
            c_type = c_types.of_member(self.service, paginator.token[-1])
            out.line(f"{c_type}token = NULL;" if c_type.endswith("*") else f"{c_type} token = {{0}};")
            out.condition(" && ".join(guards), (f"token = {result};",))
            result = "token"
        done = [self._is_last(result)]
        if paginator.more_field:
            done.insert(0, f"!pages->page.{paginator.more_field}.value")
        if paginator.ends_when_token_repeats:
            done.append(f"smithy_str_equal({result}, {source})")
        out.alternatives("pages->done = ", done)
        out.line(f"{source} = {result};")
        out.line("*page = &pages->page;")
        out.line("return SMITHY_OK;")
        return out.lines

    def _make_room(self, out: Writer, source: str) -> None:
        """Frees the last page; of a token that is made of many pieces, the one before the last."""
        if self.paginator.token_kind is Kind.STR:
            out.line(f"SMITHY_TRY(smithy_call_reset_keeping(call, &{source}));")
        elif self._is_plain:
            out.line("smithy_call_reset(call);")
        else:
            out.line("smithy_call_turn(call, pages->failed);")
            out.line("pages->failed = true;")

    def _is_last(self, token: str) -> str:
        kind = self.paginator.token_kind
        if kind in (Kind.STR, Kind.BLOB):
            return f"{token}.len == 0"
        if kind in (Kind.LIST, Kind.MAP):
            return f"{token}.count == 0"
        if kind is Kind.STRUCT:
            return f"!{token}"
        return f"{token}.kind == 0" if kind in (Kind.ENUM, Kind.INT_ENUM, Kind.UNION) else f"!{token}.has"

    @staticmethod
    def _access(start: str, path: tuple[Member, ...]) -> tuple[list[str], str]:
        """The pointers on the way that must be there, and the expression."""
        guards, access = [], start + path[0].field
        for member in path[1:]:
            guards.append(access)
            access += f"->{member.field}"
        return guards, access

    # ---- items ----

    def _item_type(self) -> str:
        """`const T *`, as `const` array elements are pointed to."""
        shape = self.service.shape(self.paginator.item_path[-1])
        if shape.kind is Kind.MAP:
            return f"const {shape.name}_entry *" if shape.name != "smithy_str_map" else "const smithy_str_entry *"
        assert shape.item is not None
        item = c_types.of_item(self.service, shape.item, shape.sparse)
        return f"{item}const *" if item.endswith("*") else f"const {item} *"

    def _items_are_sparse(self) -> bool:
        shape = self.service.shape(self.paginator.item_path[-1])
        return shape.kind is Kind.LIST and shape.sparse

    def _next_item_prototype(self, before: str, tail: str) -> list[str]:
        parameters = (
            f"{self.service.prefix}_client *client",
            f"{self.function}_items *items",
            f"{self._item_type()}*item",
            "smithy_call *call",
        )
        return call(f"{before}smithy_status {self.function}_next_item(", parameters, tail)

    def _item_usage(self) -> list[str]:
        rest = [f"{self._item_type()}item;", *self._loop("next_item", "items", "item")]
        return self._example("items", ".pages = {", "}", "pages.input", rest)

    def _next_item_body(self) -> list[str]:
        out = Writer.body()
        guards, access = self._access("items->page->", self.paginator.item_path)
        conditions = ["items->page", *guards, f"items->index < {access}.count"]
        out.line("*item = NULL;")
        out.line("for (;;) {")
        out.indent += 4
        out.lines += packed("if (", " && ".join(conditions), ") {", out.indent)
        out.line(f"    *item = &{access}.items[items->index++];")
        out.line("    return SMITHY_OK;")
        out.line("}")
        out.attempt(f"{self.function}_next", ("client", "&items->pages", "&items->page", "call"))
        out.line("items->index = 0;")
        out.line("if (!items->page) return SMITHY_OK;")
        out.close()
        return out.lines
