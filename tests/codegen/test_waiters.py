"""Waiters: their JMESPath, compiled to C, says what the reference implementation says; bad ones are named."""

import json

import jmespath
import pytest
from support import (
    FLAGS, ROOT, assert_formatted, cjson_flags, compile_all, compiler, enum_of, files_of, list_of, map_of, operation, run,
    service_of, structure, tree, write,
)  # fmt: skip

from smithy_c import jmespath_c
from smithy_c.errors import GeneratorError
from smithy_c.layout import Writer

STRING, INTEGER, BOOLEAN = "smithy.api#String", "smithy.api#Integer", "smithy.api#Boolean"
SHAPES = {
    "Status": enum_of("up", "down"),
    "Texts": list_of(STRING),
    "Lists": list_of("Texts"),
    "Part": structure(name=STRING, status="Status", tags="Texts", size=INTEGER, wanted=INTEGER, ok=BOOLEAN),
    "Parts": list_of("Part"),
    "Group": structure(name=STRING, parts="Parts"),
    "Groups": list_of("Group"),
    "Map": map_of("Part"),
    "Out": structure(name=STRING, status="Status", count=INTEGER, ok=BOOLEAN, part="Part", parts="Parts", groups="Groups",
                     texts="Texts", lists="Lists", map="Map"),
    "In": structure(name=STRING, count=INTEGER),
    "Missing": structure({"error": "client"}),
}  # fmt: skip

# Expressions by comparator; each is asked of every document.
EXPRESSIONS = {
    "stringEquals": ["name", "status", "part.name", "part.status", "parts[0].name", "parts[-1].status", "(name)", "@.name"],
    "booleanEquals": [
        "ok", "part.ok", "!ok", "count == `2`", "count != `2`", "count > `1`", "`1` < count", "count <= `-1`",
        "name == 'a'", "status == 'up'", "status == 'other'", "part.name == `null`", "ok != `null`", "name == part.name",
        "part.size == part.wanted", "part.size != count", "status != 'down' && status != 'other'",
        "length(parts[]) > `0`", "length(parts[?status == 'up' || name == 'b'] ) == `1`",
        "length(parts[?!(length(tags[]) == `1` && size == wanted)]) == `0`",
        "length(groups[].parts[]) > `1` && length(groups[].parts[?ok][]) > `0`",
        "contains(texts[], 'a')", "contains(groups[].parts[].status, 'up')", "contains(parts[].[name, status][], 'b')",
        "contains([name, part.name], 'b')", "contains(name || '', 'rü')", "length(name || '') == `4`",
        "starts_with(name || '', 'gr')", "length(keys(map || `{}`)) > `0`", "contains(lists[][], 'b')",
        "parts[?size > `1`] | length(@) == `1`", "length(map.*.name) == `1`", "length(parts[*].tags[]) >= `1`",
        "part.ok == `true`", "part.ok == `false`", "(ok || part.ok) && count == `2`", "ok || count == `2` && part.ok",
        "{a: name, b: count}.b == `2`",
    ],
    "anyStringEquals": [
        "parts[].name", "parts[].status", "groups[].parts[].name", "groups[*].parts[*].name[]", "texts", "lists[]",
        "parts[?ok].tags[]", "map.*.status", "values(map)[].name", "parts[].[name, status][]",
    ],
    "allStringEquals": ["parts[].status", "parts[].name", "groups[].parts[].status", "texts[]", "map.*.status"],
}  # fmt: skip
EXPECTED = {"stringEquals": ["up", "b"], "booleanEquals": ["true", "false"], "anyStringEquals": ["a", "up"], "allStringEquals": ["up"]}

UP = {"name": "b", "status": "up", "tags": ["a"], "size": 2, "wanted": 2, "ok": True}
DOWN = {"status": "down", "tags": ["b", "c"], "size": 1, "ok": False}
EMPTY_LISTS = {"parts": [], "groups": [], "texts": [], "lists": [], "map": {}}
DOCUMENTS = [
    EMPTY_LISTS,
    EMPTY_LISTS | {"name": "up", "status": "newer", "count": -1, "ok": False},
    EMPTY_LISTS | {"name": "grün", "status": "up", "count": 2, "ok": True, "part": UP, "parts": [UP]},
    EMPTY_LISTS | {"name": "b", "status": "down", "count": 1, "part": DOWN, "parts": [DOWN, UP], "texts": ["up", "up"]},
    EMPTY_LISTS | {"part": {}, "groups": [{"name": "g", "parts": [UP]}, {"parts": []}, {}, {"parts": [UP, UP]}]},
    EMPTY_LISTS | {"texts": ["a", ""], "lists": [["a"], [], ["b", "up"]], "map": {"x": UP, "y": {"status": "up"}}},
    EMPTY_LISTS | {"count": 2, "ok": False, "part": DOWN | {"wanted": 1, "ok": True}, "map": {"z": DOWN}},
]  # fmt: skip


def model(**waiters):
    get = operation("In", "Out", ("Missing",), {"smithy.waiters#waitable": waiters})
    return tree(**SHAPES, Get=get)


class Literals:
    """A document as C: one static object for each structure and list."""

    def __init__(self, service):
        self.service = service
        self.lines = []

    def structure(self, shape, document):
        known = {member.name: member for member in shape.members}
        rows = [f".{known[name].field} = {self.member(known[name], value)}" for name, value in document.items()]
        return "{" + (", ".join(rows) or "0") + "}"

    def member(self, member, value):
        shape = self.service.shape(member)
        kind = shape.kind.value
        if kind in ("bool", "i32"):
            return "{true, %s}" % json.dumps(value)
        return f"&{self.named(shape.name, self.structure(shape, value))}" if kind == "struct" else self.plain(shape, value)

    def plain(self, shape, value):
        kind = shape.kind.value
        if kind == "str":
            return "{%s, %d}" % (json.dumps(value, ensure_ascii=False), len(value.encode()))
        if kind == "enum":
            constant = next((row.constant for row in shape.values if row.wire == value), f"{shape.constant}_UNKNOWN")
            return "{%s, {%s, %d}}" % (constant, json.dumps(value), len(value))
        if kind == "struct":
            return self.structure(shape, value)
        item = self.service.shape(shape.item)
        if kind == "list":
            items = [self.plain(item, entry) for entry in value]
            item_type = "smithy_str" if item.kind.value == "str" else item.name
        else:
            items = ["{{%s, %d}, %s}" % (json.dumps(key), len(key), self.plain(item, entry)) for key, entry in value.items()]
            item_type = f"{shape.name}_entry"
        array = self.named(item_type, "{" + (", ".join(items) or "{0}") + "}", "[]")
        return "{%s, %d}" % (array, len(value))

    def named(self, c_type, initializer, brackets=""):
        name = f"o{len(self.lines)}"
        self.lines.append(f"static const {c_type} {name}{brackets} = {initializer};")
        return name


def compiled(service, comparator, expression, expected, name):
    out = Writer.body()
    compiler = jmespath_c.Compiler(service, expression, out)
    root = jmespath_c.structure(service.operations[0].output, "output")
    {
        "stringEquals": lambda: compiler.text_is(root, expected),
        "booleanEquals": lambda: compiler.bool_is(root, expected == "true"),
        "anyStringEquals": lambda: compiler.any_text_is(root, expected),
        "allStringEquals": lambda: compiler.all_texts_are(root, expected),
    }[comparator]()
    assert all(len(line) <= 120 for line in out.lines), expression
    return [f"static bool {name}(const ex_get_output *output) {{", *out.lines, "}"]


def reference(comparator, expression, expected, document):
    try:
        value = jmespath.search(expression, document)
    except jmespath.exceptions.JMESPathError:
        return False
    if comparator == "booleanEquals":
        if value is None and ("&&" in expression or "||" in expression):
            value = False  # There is no third answer behind those.
        return value is (expected == "true")
    if comparator == "stringEquals":
        return value == expected
    values = value or []
    return any(item == expected for item in values) if comparator == "anyStringEquals" else bool(values) and all(
        item == expected for item in values
    )


def test_compiled_expressions_agree_with_the_reference(tmp_path):
    service, _ = service_of(model())
    cases = [(c, e, x) for c, expressions in EXPRESSIONS.items() for e in expressions for x in EXPECTED[c]]
    functions = [compiled(service, *case, f"f{number}") for number, case in enumerate(cases)]
    literals = Literals(service)
    documents = [literals.structure(service.operations[0].output, document) for document in DOCUMENTS]
    lines = ["#include <ex/ops/get.h>", "#include <smithy/waiter.h>", "#include <stdio.h>", *sum(functions, [])]
    lines += [*literals.lines, f"static const ex_get_output D[] = {{{', '.join(documents)}}};"]
    lines += ["static bool (*const F[])(const ex_get_output *) = {", *(f"    f{i}," for i in range(len(cases))), "};"]
    lines += ["int main(void) {", "    for (size_t d = 0; d < sizeof D / sizeof *D; d++)"]
    lines += ['        for (size_t f = 0; f < sizeof F / sizeof *F; f++) printf("%d", F[f](&D[d]));', "    return 0;", "}"]
    write(tmp_path, {**files_of(model()), "main.c": "\n".join(lines) + "\n"})
    printed = build_and_run(tmp_path)
    wrong = []
    for index, document in enumerate(DOCUMENTS):
        for number, case in enumerate(cases):
            if printed[index * len(cases) + number] != str(int(reference(*case, document))):
                wrong.append((case, document))
    assert not wrong, "\n".join(map(str, wrong))


def build_and_run(folder):
    """main.c, with what it needs of the generated types and of the runtime."""
    sources = [folder / "main.c", folder / "src/types.c", ROOT / "src/smithy/client/waiter.c"]
    sources += [ROOT / "src/smithy/core" / name for name in ("text.c", "str.c") if (ROOT / "src/smithy/core" / name).exists()]
    include = [f"-I{folder}/include", f"-I{ROOT}/include", f"-I{ROOT}/src/smithy", *cjson_flags()]
    link = ["-Wl,--gc-sections", "-Wl,--unresolved-symbols=ignore-all", "-Wno-missing-field-initializers"]
    run(compiler(), *FLAGS, "-Wno-missing-braces", *include, *sources, *link, "-o", folder / "main")
    return run(folder / "main")


def acceptor(state, **matcher):
    return {"state": state, "matcher": matcher}


def on_output(state, path, expected, comparator="stringEquals"):
    return acceptor(state, output={"path": path, "expected": expected, "comparator": comparator})


SUCCESS = acceptor("success", success=True)


def test_a_waiter_of_every_kind_compiles_and_is_formatted(tmp_path):
    both = {"path": "input.count == output.count && input.name == 'x'", "expected": "true", "comparator": "booleanEquals"}
    waiters = {
        "ThereIs": {"acceptors": [SUCCESS, acceptor("retry", errorType="Missing"), acceptor("failure", errorType="A.Code")]},
        "Gone": {"acceptors": [acceptor("success", errorType="example#Missing"), acceptor("failure", success=False)]},
        "Same": {"acceptors": [acceptor("success", inputOutput=both)], "minDelay": 1, "maxDelay": 3},
        "Many": {
            "acceptors": [
                on_output("success", "groups[].parts[?status == 'up' || status == 'down'][].status", "up", "allStringEquals"),
                on_output("failure", "parts[].status", "down", "anyStringEquals"),
                on_output("failure", "length(groups[].parts[]) > `9`", "true", "booleanEquals"),
                on_output("retry", "part.status", "down"),
            ]
        },
    }
    files = files_of(model(**waiters))
    write(tmp_path, files)
    compile_all(tmp_path)
    assert_formatted(tmp_path / "src/waiters")
    assert_formatted(tmp_path / "include/ex/waiters")
    assert "#include <ex/waiters/there_is.h>" in files["include/ex/ex.h"]
    there_is = files["src/waiters/there_is.c"]
    assert "if (ex_error_of(call) == EX_ERROR_MISSING) return SMITHY_WAIT_RETRY;" in there_is
    assert 'smithy_error_has_code(smithy_call_error(call), "A.Code")' in there_is
    assert ".min_delay_ms = 2000,\n    .max_delay_ms = 120000," in there_is
    assert ".min_delay_ms = 1000,\n    .max_delay_ms = 3000," in files["src/waiters/same.c"]


@pytest.mark.parametrize(
    ("path", "comparator", "says"),
    [
        ("nothing.here", "stringEquals", "Out has no member nothing"),
        ("part.nothing", "stringEquals", "Part has no member nothing"),
        ("parts.name", "stringEquals", "before name is not a structure"),
        ("parts[].name", "stringEquals", "is not a text"),
        ("name", "booleanEquals", "is not true or false"),
        ("name", "anyStringEquals", "is not a list"),
        ("parts[].size", "allStringEquals", "items are not texts"),
        ("sort(texts)", "anyStringEquals", "the function sort is not supported"),
        ("length(name, name) == `1`", "booleanEquals", "length takes 1 arguments"),
        ("length(count) == `1`", "booleanEquals", "length of what is neither"),
        ("texts[0:2]", "anyStringEquals", "slices are not supported"),
        ("count == 'a'", "booleanEquals", "compares a number with 'a'"),
        ("name > `1`", "booleanEquals", "> compares numbers only"),
        ("count == name", "booleanEquals", "different types"),
        ("name &&", "booleanEquals", "ends too early"),
        ("name ==", "booleanEquals", "ends too early"),
        ("count == `x", "booleanEquals", "is not understood"),
        ("count == `x`", "booleanEquals", "is no JSON"),
        ("texts[", "anyStringEquals", "ends too early"),
        ("map.x", "stringEquals", "before x is not a structure"),
        ("name name", "stringEquals", "is not expected"),
    ],
)
def test_what_cannot_be_compiled_is_an_error_that_names_the_expression(path, comparator, says):
    expected = "true" if comparator == "booleanEquals" else "up"
    with pytest.raises(GeneratorError) as error:
        files_of(model(Bad={"acceptors": [on_output("success", path, expected, comparator)]}))
    assert f"Get: smithy.waiters#waitable: Bad: JMESPath {path!r}: " in str(error.value)
    assert says in str(error.value)


@pytest.mark.parametrize(
    "waiter",
    [
        {"acceptors": []},
        {"acceptors": [acceptor("failure", success=False)]},
        {"acceptors": [SUCCESS], "minDelay": 0},
        {"acceptors": [SUCCESS], "minDelay": 30, "maxDelay": 20},
        {"acceptors": [acceptor("done", success=True)]},
        {"acceptors": [acceptor("success", header="x")]},
        {"acceptors": [on_output("success", "name", "a", "stringMatches")]},
        {"acceptors": [on_output("success", "ok", "yes", "booleanEquals")]},
    ],
)
def test_a_waiter_that_makes_no_sense_is_an_error(waiter):
    with pytest.raises(GeneratorError, match="Get: smithy.waiters#waitable: Bad: "):
        files_of(model(Bad=waiter))
