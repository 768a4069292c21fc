"""Paginators: tokens and items wherever a model may have them; what cannot be paged is an error."""

import pytest
from support import (
    assert_formatted, compile_all, enum_of, files_of, list_of, map_of, operation, structure, tree, write,
)  # fmt: skip

from smithy_c.errors import GeneratorError

STRING, INTEGER = "smithy.api#String", "smithy.api#Integer"
SHAPES = {
    "Row": structure(name=STRING),
    "Rows": list_of("Row"),
    "SparseRows": list_of("Row", sparse={}),
    "SparseNames": list_of(STRING, sparse={}),
    "SparseNumbers": list_of(INTEGER, sparse={}),
    "Names": list_of(STRING),
    "Numbers": list_of(INTEGER),
    "Color": enum_of("red"),
    "Colors": list_of("Color"),
    "Tags": map_of(STRING),
    "RowMap": map_of("Row"),
    "Key": structure(id=STRING),
    "Inner": structure(token=STRING, rows="Rows", key="Tags"),
    "Result": structure(inner="Inner", nextToken=STRING),
    "In": structure(token=STRING, number=INTEGER, tags="Tags", key="Key", blob="smithy.api#Blob", limit=INTEGER),
    "Out": structure(token=STRING, number=INTEGER, tags="Tags", key="Key", blob="smithy.api#Blob", result="Result", rows="Rows",
                     names="Names", numbers="Numbers", colors="Colors", rowMap="RowMap", sparse="SparseRows",
                     sparseNames="SparseNames", sparseNumbers="SparseNumbers"),
}  # fmt: skip


def model(**trait):
    return tree(**SHAPES, List=operation("In", "Out", (), {"paginated": {"inputToken": "token", "outputToken": "token", **trait}}))


@pytest.mark.parametrize(
    ("trait", "lines"),
    [
        ({"items": "rows"}, ["SMITHY_TRY(smithy_call_reset_keeping(call, &pages->input.token));", "const ex_row **item,"]),
        ({"items": "names"}, ["pages->done = pages->page.token.len == 0;", "const smithy_str **item,"]),
        ({"items": "numbers"}, ["const int32_t **item,"]),
        ({"items": "colors"}, ["const ex_color **item,"]),
        ({"items": "sparse"}, ["const ex_row *const **item,"]),
        ({"items": "sparseNames"}, ["const smithy_str **item,"]),
        ({"items": "sparseNumbers"}, ["const smithy_opt_i32 **item,"]),
        ({"items": "tags"}, ["const smithy_str_entry **item,"]),
        ({"items": "rowMap"}, ["const ex_row_map_entry **item,"]),
        ({"outputToken": "result.nextToken"}, ["if (pages->page.result) token = pages->page.result->next_token;"]),
        (
            {"outputToken": "result.inner.token", "items": "result.inner.rows"},
            [
                "if (pages->page.result && pages->page.result->inner) token = pages->page.result->inner->token;",
                "if (items->page && items->page->result && items->page->result->inner &&",
            ],
        ),
        ({"inputToken": "number", "outputToken": "number"}, ["smithy_call_reset(call);", "pages->done = !pages->page.number.has;"]),
        ({"inputToken": "tags", "outputToken": "tags"}, ["smithy_call_turn(call, pages->failed);", "page.tags.count == 0;"]),
        ({"inputToken": "tags", "outputToken": "result.inner.key"}, ["smithy_str_map token = {0};"]),
        ({"inputToken": "key", "outputToken": "key"}, ["pages->done = !pages->page.key;"]),
        ({"inputToken": "blob", "outputToken": "blob"}, ["pages->done = pages->page.blob.len == 0;"]),
    ],
)
def test_pages_compile_and_are_formatted(tmp_path, trait, lines):
    files = files_of(model(**trait))
    source = files["src/ops/list.c"]
    assert [line for line in lines if line not in source] == []
    assert ("ex_list_next_item" in source) == ("items" in trait)
    write(tmp_path, files)
    compile_all(tmp_path)
    assert_formatted(tmp_path / "src/ops")
    assert_formatted(tmp_path / "include/ex/ops")


@pytest.mark.parametrize(
    ("trait", "says"),
    [
        ({"inputToken": "nothing"}, 'inputToken: "nothing" does not lead to a member'),
        ({"outputToken": "result.nothing"}, 'outputToken: "result.nothing" does not lead to a member'),
        ({"outputToken": "token.more"}, 'outputToken: "token.more" does not lead to a member'),
        ({"outputToken": "number"}, "token is a str, number a i32"),
        ({"inputToken": "key.id"}, "inputToken: key.id is not a member at the top"),
        ({"items": "token"}, "items: token is neither a list nor a map"),
        ({"items": "result.rows"}, 'items: "result.rows" does not lead to a member'),
    ],
)
def test_what_cannot_be_paged_is_an_error(trait, says):
    with pytest.raises(GeneratorError) as error:
        files_of(model(**trait))
    assert "example#List: smithy.api#paginated: " in str(error.value) and says in str(error.value)
