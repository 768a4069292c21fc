"""What an input must have is asked for before anything is written; what an answer should have and lacks is empty."""

import pytest
from support import (
    JSON, XML, assert_formatted, compile_all, enum_of, files_of, list_of, map_of, member, operation, structure, tree,
    union, write,
)  # fmt: skip

PROTOCOLS = [
    JSON,
    XML,
    "aws.protocols#awsQuery",
    "aws.protocols#restJson1",
    "smithy.protocols#rpcv2Cbor",
]
POST = {"http": {"method": "POST", "uri": "/", "code": 200}}
MUST = member("smithy.api#String", required={})


def demanding(protocol: str) -> dict:
    """Required members in structures, lists, maps and unions, in what holds itself, and in what must not be asked."""
    sparse = protocol not in (XML, "aws.protocols#awsQuery")
    return tree(
        protocol,
        Do=operation("Request", "Answer", (), POST),
        Request=structure(leaf="Leaf", tree="Tree", leaves="Leaves", byName="ByName", choice="Choice", grid="Grid",
                          loose="Loose", **({"gaps": "Gaps"} if sparse else {})),
        Leaf=structure(name=MUST, note="smithy.api#String"),
        Tree=structure(leaf=member("Leaf", required={}), left="Tree", more="Trees"),
        Trees=list_of("Tree"),
        Leaves=list_of("Leaf"),
        Grid=list_of("Leaves"),
        ByName=map_of("Leaves"),
        Gaps=list_of("Leaf", sparse={}),
        Choice=union(leaf="Leaf", leaves="Leaves", choice="Choice", text="smithy.api#String"),
        Loose=structure(
            a=member("smithy.api#Integer", required={}, default=5),
            b=member("smithy.api#String", required={}, clientOptional={}),
        ),
        Answer=structure(text="smithy.api#String"),
    )  # fmt: skip


# Says what is lacking as the runtime would, each time.
MAIN = r"""
#include "serde.h"
#include <stdio.h>

static void print_way(const smithy_place *place) {
    if (!place) return;
    print_way(place->holder);
    if (place->member) printf("%s.", place->member);
    else if (place->key.ptr) printf("[%.*s].", SMITHY_STR_ARG(place->key));
    else printf("[%zu].", place->index);
}

void smithy_request_lacks(smithy_request *request, const smithy_place *place, const char *member) {
    (void)request;
    print_way(place);
    printf("%s\n", member);
}

int main(void) {
    smithy_place at = smithy_place_member(NULL, "It");
    const ex_leaf bad = {.note = SMITHY_STR_INIT("n")}, good = {.name = SMITHY_STR_INIT("")};
    const ex_leaf both[] = {good, bad};
    const ex_leaves leaves = {both, 2}, rows[] = {{both, 1}, {both, 2}};
    const ex_grid grid = {rows, 2};
    const ex_by_name_entry entry = {SMITHY_STR_INIT("k"), leaves};
    const ex_by_name map = {&entry, 1};
    const ex_choice inner = {.kind = EX_CHOICE_LEAVES, .leaves = leaves};
    const ex_choice outer = {.kind = EX_CHOICE_CHOICE, .choice = &inner}, text = {.kind = EX_CHOICE_TEXT};
    const ex_tree bare = {.leaf = NULL}, top = {.leaf = &good, .left = &bare, .more = {&bare, 1}};

    ex_check_leaf(NULL, at, &good);
    ex_check_leaf(NULL, at, &bad);
    ex_check_grid(NULL, at, &grid);
    ex_check_by_name(NULL, at, &map);
    ex_check_choice(NULL, at, &outer);
    ex_check_choice(NULL, at, &text);
    ex_check_tree(NULL, at, &top);
    @sparse@
    return 0;
}
"""
SPARSE = """
    const ex_leaf *const holes[] = {NULL, &bad};
    const ex_gaps gaps = {holes, 2};
    ex_check_gaps(NULL, at, &gaps);"""
LACKS = """
It.name
It.[1].[1].name
It.[k].[1].name
It.choice.leaves.[1].name
It.left.leaf
It.more.[0].leaf
""".strip()


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.rpartition("#")[2])
def test_what_is_missing_is_found_wherever_it_is(protocol, runtime, tmp_path):
    folder = write(tmp_path, files_of(demanding(protocol)))
    has_gaps = "ex_gaps" in (folder / "include/ex/types.h").read_text()
    main = MAIN.replace("@sparse@", SPARSE if has_gaps else "")
    found = runtime.run(folder, main, [folder / "src/types.c"]).strip()
    assert found == LACKS + ("\nIt.[1].name" if has_gaps else "")


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.rpartition("#")[2])
def test_only_what_can_lack_something_is_asked(protocol, tmp_path):
    files = files_of(demanding(protocol))
    assert "check_loose" not in files["src/types.c"], "defaults and clientOptional are no reason"
    assert "check_request" not in files["src/types.c"] and "check_leaf(" in files["src/types.c"]
    asked = [line for line in files["src/ops/do.c"].splitlines() if "ex_check_" in line]
    assert len(asked) == (7 if "ex_gaps" in files["include/ex/types.h"] else 6)
    folder = write(tmp_path, files)
    compile_all(folder)
    assert_formatted(folder)


def answering() -> dict:
    must = {"required": {}}
    return tree(
        XML,
        Get=operation(None, "Answer", (), POST),
        Answer=structure(
            text=member("smithy.api#String", **must),
            count=member("smithy.api#Integer", **must),
            color=member("Color", **must),
            names=member("Names", **must),
            tags=member("Tags", xmlFlattened={}, **must),
            part=member("Part", **must),
            choice=member("Choice", **must),
            size=member("smithy.api#Integer", default=7),
            free="smithy.api#String",
        ),
        Part=structure(inner=member("smithy.api#String", **must), free="smithy.api#String"),
        Choice=union(text="smithy.api#String"),
        Color=enum_of("red"),
        Names=list_of("smithy.api#String"),
        Tags=map_of("smithy.api#String"),
    )


# Answers with the document that is its only input; the operation's source is part of the program.
READ = r"""
#include "ops/get.c"
#include <assert.h>

static smithy_str document;

smithy_status smithy_response_xml(const smithy_http_response *response, const smithy_xml_node **root, smithy_call *call) {
    (void)response;
    *root = NULL;
    return document.len ? smithy_xml_parse(document, root, call) : SMITHY_OK;
}

smithy_status smithy_client_invoke(smithy_client *client, const smithy_operation *operation, const void *input,
                                   void *output, smithy_call *call) {
    (void)client, (void)input;
    const smithy_http_response response = {.status = 200};
    assert(operation->output_size == sizeof(ex_get_output));
    return operation->read_response(&response, output, call);
}

void smithy_request_path(smithy_request *request, const char *literal) {
    (void)request, (void)literal;
}

smithy_status smithy_request_finish(smithy_request *request) {
    return request->status;
}

static ex_get_output answer(const char *text, smithy_call *call) {
    ex_get_output output;
    document = smithy_str_from(text);
    assert(ex_get(NULL, NULL, &output, call) == SMITHY_OK);
    return output;
}

static void assert_empty(const ex_get_output *output) {
    assert(output->text.ptr && output->text.len == 0 && output->count.has && output->count.value == 0);
    assert(output->color.kind == EX_COLOR_UNKNOWN && output->names.items && output->names.count == 0);
    assert(output->tags.items && output->tags.count == 0 && output->choice.kind == EX_CHOICE_UNKNOWN);
    assert(output->size.value == 7 && !output->free.ptr && output->part);
}

int main(void) {
    smithy_call *call = smithy_call_create(NULL);
    ex_get_output output = answer("", call);
    assert_empty(&output);
    output = answer("<Answer><part/></Answer>", call);
    assert_empty(&output);
    assert(output.part->inner.ptr && !output.part->free.ptr);
    output = answer("<Answer><text>t</text><count>3</count><size>9</size><names><member>n</member></names></Answer>", call);
    assert(output.text.len == 1 && output.count.value == 3 && output.size.value == 9 && output.names.count == 1);
    smithy_call_destroy(call);
    return 0;
}
"""


def test_what_an_xml_answer_lacks_is_empty_and_defaults_are_filled_in(runtime, tmp_path):
    folder = write(tmp_path, files_of(answering()))
    compile_all(folder)
    assert_formatted(folder)
    runtime.run(folder, READ, [folder / "src/types.c"])
