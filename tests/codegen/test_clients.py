"""Clients of small models that have every kind of shape: they compile without a warning, and what they write they read."""

import pytest
from support import (
    FLAGS, JSON, ROOT, XML, assert_formatted, cjson_flags, compile_all, compiler, enum_of, files_of, int_enum_of, list_of,
    map_of, member, operation, run, structure, tree, union, write,
)  # fmt: skip

SCALARS = {
    "aBool": "smithy.api#Boolean",
    "aByte": "smithy.api#Byte",
    "aShort": "smithy.api#Short",
    "anInt": "smithy.api#Integer",
    "aLong": "smithy.api#Long",
    "aFloat": "smithy.api#Float",
    "aDouble": "smithy.api#Double",
    "aString": "smithy.api#String",
    "aBlob": "smithy.api#Blob",
    "aTime": "smithy.api#Timestamp",
    "aDate": member("smithy.api#Timestamp", timestampFormat="date-time"),
    "aHttpDate": member("smithy.api#Timestamp", timestampFormat="http-date"),
    "anEpoch": member("smithy.api#Timestamp", timestampFormat="epoch-seconds"),
    "color": "Color",
    "level": "Level",
}
SHAPES = {
    "Color": enum_of("red", "light-green", "Blue"),
    "Level": int_enum_of(LOW=-1, HIGH=5),
    "Names": list_of("smithy.api#String"),
    "Numbers": list_of("smithy.api#Integer"),
    "Times": list_of("smithy.api#Timestamp"),
    "Blobs": list_of("smithy.api#Blob"),
    "Colors": list_of("Color"),
    "Levels": list_of("Level"),
    "Grid": list_of("Numbers"),
    "Nodes": list_of("Node"),
    "Choices": list_of("Choice"),
    "Tags": map_of("smithy.api#String"),
    "Counts": map_of("smithy.api#Long"),
    "NodeMap": map_of("Node"),
    "ChoiceMap": map_of("Choice"),
    "GridMap": map_of("Grid"),
    "Node": structure(name="smithy.api#String", next="Node", children="Nodes", byName="NodeMap", choice="Choice", empty="Empty"),
    "Choice": union(text="smithy.api#String", number="smithy.api#Integer", node="Node", choice="Choice", all="Choices",
                    color="Color", blob="smithy.api#Blob", when="smithy.api#Timestamp", tags="Tags", more="ChoiceMap"),
    "Empty": structure(),
}  # fmt: skip
CONTAINERS = {name[0].lower() + name[1:]: name for name in SHAPES if name not in ("Color", "Level")}
SPARSE = {
    "SparseNames": list_of("smithy.api#String", sparse={}),
    "SparseNumbers": list_of("smithy.api#Integer", sparse={}),
    "SparseNodes": list_of("Node", sparse={}),
    "SparseColors": list_of("Color", sparse={}),
    "SparseLevels": list_of("Level", sparse={}),
    "SparseChoices": list_of("Choice", sparse={}),
    "SparseLists": list_of("Names", sparse={}),
    "SparseCounts": map_of("smithy.api#Long", sparse={}),
    "SparseNodeMap": map_of("Node", sparse={}),
}
ERRORS = {
    "Plain": structure({"error": "server", "retryable": {"throttling": True}}, message="smithy.api#String"),
    "Detailed": structure({"error": "client", "httpError": 409}, Message="smithy.api#String", node="Node", why="Color"),
}
WORDS = {name: "smithy.api#String" for name in ("int", "class", "errno", "linux", "Name", "name", "kind", "call", "in")}


def json_model() -> dict:
    everything = structure(**SCALARS, **CONTAINERS, **WORDS, **{name[0].lower() + name[1:]: name for name in SPARSE})
    return tree(
        JSON,
        {"smithy.rules#clientContextParams": {"Fast": {"type": "boolean"}, "Flavor": {"type": "string"}}},
        Do=operation("Everything", "Everything", ("Plain", "Detailed")),
        List=operation("ListRequest", "ListResponse", (), {"paginated": {"inputToken": "token", "outputToken": "token"}}),
        Nothing=operation(),
        Everything=everything,
        ListRequest=structure(token="smithy.api#String", once=member("smithy.api#String", idempotencyToken={}, required={})),
        ListResponse=structure(token="smithy.api#String", items="Nodes"),
        Holder=structure(it="Everything"),
        **SHAPES,
        **SPARSE,
        **ERRORS,
    )


def xml_model() -> dict:
    http = {"http": {"method": "PUT", "uri": "/do/{label}/{number}/{rest+}?fixed=1", "code": 200}}
    post = {"http": {"method": "POST", "uri": "/", "code": 200}}
    bound = {
        "label": member("smithy.api#String", httpLabel={}, required={}),
        "number": member("smithy.api#Integer", httpLabel={}, required={}),
        "rest": member("smithy.api#String", httpLabel={}, required={}),
        "q": member("smithy.api#Long", httpQuery="q"),
        "qs": member("Names", httpQuery="qs"),
        "h": member("smithy.api#Timestamp", httpHeader="X-Time"),
        "hc": member("Color", httpHeader="X-Color"),
        "hs": member("Names", httpHeader="X-Names"),
        "meta": member("Tags", httpPrefixHeaders="x-meta-"),
    }
    answer = {name: bound[name] for name in ("h", "hc", "hs", "meta")}
    flat = {
        "flatNames": member("Names", xmlFlattened={}, xmlName="N"),
        "flatNodes": member("Nodes", xmlFlattened={}),
        "flatTags": member("Tags", xmlFlattened={}),
        "attr": member("smithy.api#String", xmlAttribute={}, xmlName="xsi:attr"),
        "spaced": member("smithy.api#String", xmlNamespace={"uri": "http://a.example", "prefix": "p"}),
    }
    body = structure({"xmlName": "Root"}, **SCALARS, **CONTAINERS, **WORDS, **flat)
    stream = {"type": "blob", "traits": {"smithy.api#streaming": {}}}
    return tree(
        XML,
        {"smithy.api#xmlNamespace": {"uri": "http://example.com/"}},
        Do=operation("DoRequest", "DoResponse", ("Plain", "Detailed"), http),
        Body=operation("Everything", "Everything", (), post),
        Send=operation("Upload", "Upload", (), {**post, "auth": []}),
        Text=operation("TextPayload", "TextPayload", (), post),
        Pick=operation("ChoicePayload", "ChoicePayload", (), post),
        Nothing=operation(None, None, (), post),
        DoRequest=structure(**bound, node=member("Node", httpPayload={})),
        DoResponse=structure(**answer, code=member("smithy.api#Integer", httpResponseCode={}), node=member("Node", httpPayload={})),
        Everything=body,
        Holder=structure(it="Everything"),
        Upload=structure(body=member("Stream", httpPayload={}, required={})),
        TextPayload=structure(text=member("smithy.api#String", httpPayload={})),
        ChoicePayload=structure(choice=member("Choice", httpPayload={})),
        Stream=stream,
        **SHAPES,
        **ERRORS,
    )


MODELS = {"json": json_model, "xml": xml_model}


@pytest.fixture(scope="module", params=MODELS)
def client(request, tmp_path_factory):
    """The folder of a client that has every kind of shape."""
    return request.param, write(tmp_path_factory.mktemp(request.param), files_of(MODELS[request.param]()))


@pytest.mark.parametrize("name", ["gcc", "clang"])
def test_every_kind_of_shape_compiles_without_a_warning(client, name):
    compile_all(client[1], name)


def test_every_kind_of_shape_is_formatted(client):
    assert_formatted(client[1])


def test_json_1_0_differs_from_1_1_in_the_protocol_alone():
    old = json_model()
    traits = old["shapes"]["example#Example"]["traits"]
    traits["aws.protocols#awsJson1_0"] = traits.pop(JSON)
    there, back = files_of(old), files_of(json_model())
    assert [name for name in there if there[name] != back[name]] == ["src/client.c", "src/serde.h"]


def test_lists_that_headers_and_payloads_cannot_carry_are_absent_from_types():
    text = files_of(json_model())["include/ex/types.h"]
    assert "ex_names" not in text and "ex_tags " not in text, "lists and maps of text are the runtime's"


# The values that are written, read, and written again.
ROUND_TRIP = r"""
#include "serde.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    smithy_call *call = smithy_call_create(NULL);
    const ex_node leaf = {.name = SMITHY_STR_INIT("leaf")};
    const ex_node nodes[] = {{.name = SMITHY_STR_INIT("a"), .next = &leaf}, {.name = SMITHY_STR_INIT("<&>\"")}};
    const ex_choice inner = {.kind = EX_CHOICE_NUMBER, .number = -7};
    const ex_choice choices[] = {{.kind = EX_CHOICE_TEXT, .text = SMITHY_STR_INIT("t")},
                                 {.kind = EX_CHOICE_CHOICE, .choice = &inner},
                                 {.kind = EX_CHOICE_NODE, .node = &leaf},
                                 {.kind = EX_CHOICE_COLOR, .color = {EX_COLOR_LIGHT_GREEN, {NULL, 0}}}};
    const ex_node_map_entry named[] = {{SMITHY_STR_INIT("k"), {.name = SMITHY_STR_INIT("v")}}};
    const ex_node tree = {.name = SMITHY_STR_INIT("root"),
                          .children = {nodes, 2},
                          .by_name = {named, 1},
                          .choice = {.kind = EX_CHOICE_ALL, .all = {choices, 4}}};
    const int32_t numbers[] = {1, -2, 3};
    const ex_numbers rows[] = {{numbers, 3}, {numbers, 0}};
    const ex_counts_entry counts[] = {{SMITHY_STR_INIT("big"), INT64_C(9007199254740993)}};
    const ex_color colors[] = {{EX_COLOR_RED, {NULL, 0}}, {EX_COLOR_UNKNOWN, SMITHY_STR_INIT("mauve")}};
    const ex_level levels[] = {{EX_LEVEL_LOW, 0}, {EX_LEVEL_UNKNOWN, 77}};
    const ex_everything value = {
        .a_bool = SMITHY_SET(true), .a_byte = SMITHY_SET(-128), .a_short = SMITHY_SET(32767), .an_int = SMITHY_SET(-1),
        .a_long = SMITHY_SET(INT64_MIN), .a_float = SMITHY_SET(0.5f), .a_double = SMITHY_SET(1e300),
        .a_string = SMITHY_STR_INIT("text"), .a_blob = {(const uint8_t *)"\0\1\2", 3}, .a_time = SMITHY_SET(1500),
        .a_date = SMITHY_SET(-1), .a_http_date = SMITHY_SET(0), .an_epoch = SMITHY_SET(86400000),
        .color = {EX_COLOR_BLUE, {NULL, 0}}, .level = {EX_LEVEL_HIGH, 0}, .node = &tree,
        .choice = {.kind = EX_CHOICE_WHEN, .when = 12345}, .grid = {rows, 2}, .counts = {counts, 1},
        .colors = {colors, 2}, .levels = {levels, 2}, .errno_ = SMITHY_STR_INIT("e"), .name_2 = SMITHY_STR_INIT("n"),
    };
    smithy_buffer first, second;
    smithy_buffer_init(&first, NULL, 1 << 20);
    smithy_buffer_init(&second, NULL, 1 << 20);
    @write@
    printf("%.*s\n", SMITHY_STR_ARG(smithy_buffer_str(&first)));
    assert(smithy_str_equal(smithy_buffer_str(&first), smithy_buffer_str(&second)));
    assert(back.color.kind == EX_COLOR_BLUE && smithy_str_equal(back.color.wire, SMITHY_STR("Blue")));
    assert(back.level.kind == EX_LEVEL_HIGH && back.level.wire == 5);
    assert(back.colors.items[1].kind == EX_COLOR_UNKNOWN);
    assert(back.levels.items[1].kind == EX_LEVEL_UNKNOWN && back.levels.items[1].wire == 77);
    assert(back.counts.items[0].value == INT64_C(9007199254740993));
    assert(back.node->choice.all.items[1].choice->number == -7);
    smithy_buffer_deinit(&first);
    smithy_buffer_deinit(&second);
    smithy_call_destroy(call);
    return 0;
}
"""
WRITE = {
    "json": """
    smithy_json_writer w;
    smithy_json_writer_init(&w, &first);
    ex_write_everything(&w, &value);
    smithy_json json;
    ex_everything back = {0};
    assert(smithy_json_parse(&json, smithy_buffer_str(&first), call) == SMITHY_OK);
    assert(ex_read_everything(json.root, &back, call) == SMITHY_OK);
    smithy_json_free(&json);
    smithy_json_writer_init(&w, &second);
    ex_write_everything(&w, &back);""",
    "xml": """
    smithy_xml_writer w;
    smithy_xml_writer_init(&w, &first);
    smithy_xml_open(&w, "R");
    smithy_xml_namespace(&w, "xsi", "http://x.example");
    ex_write_everything(&w, &value);
    smithy_xml_close(&w, "R");
    const smithy_xml_node *root;
    ex_everything back = {0};
    assert(smithy_xml_parse(smithy_buffer_str(&first), &root, call) == SMITHY_OK);
    assert(ex_read_everything(root, &back, call) == SMITHY_OK);
    smithy_xml_writer_init(&w, &second);
    smithy_xml_open(&w, "R");
    smithy_xml_namespace(&w, "xsi", "http://x.example");
    ex_write_everything(&w, &back);
    smithy_xml_close(&w, "R");""",
}


def test_what_is_written_is_read_and_written_again_the_same(client, runtime, tmp_path):
    name, _ = client
    model_tree = MODELS[name]()
    # An operation that holds the structure, so that it has functions of its own.
    post = {"smithy.api#http": {"method": "POST", "uri": "/hold", "code": 200}}
    model_tree["shapes"]["example#Hold"] = {**operation("Holder", "Holder"), "traits": post if name == "xml" else {}}
    model_tree["shapes"]["example#Example"]["operations"].append({"target": "example#Hold"})
    folder = write(tmp_path, files_of(model_tree))
    text = runtime.run(folder, ROUND_TRIP.replace("@write@", WRITE[name]), [folder / "src/types.c"])
    assert "9007199254740993" in text and "mauve" in text
