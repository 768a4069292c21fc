"""Endpoint rules that are a decision diagram (smithy.rules#endpointBdd) without a tree."""

import json

import pytest
from diagrams import FIRST_RESULT, diagram_of, encode
from support import ROOT, assert_formatted, slimmed, write

from smithy_c import endpoint_tests, endpoints
from smithy_c.errors import GeneratorError

SERVICE = "example#Service"
NONE = "{.a = {NULL, 0}}"
OWN = ["dynamodb", "logs", "s3", "sts"]
# What a model's own tests are written with, for what a diagram may get wrong.
CHECKS = r"""
#include "endpoint_check.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

static bool same(smithy_str a, smithy_str b) {
    return smithy_str_is_set(a) == smithy_str_is_set(b) && smithy_str_equal(a, b);
}

void expect_endpoint(endpoint_resolver *resolve, const void *params, const smithy_endpoint *expected) {
    smithy_call *call = smithy_call_create(NULL);
    smithy_endpoint endpoint;
    assert(resolve(params, &endpoint, call) == SMITHY_OK);
    assert(same(endpoint.url, expected->url) && same(endpoint.auth_scheme, expected->auth_scheme));
    assert(same(endpoint.signing_name, expected->signing_name) && same(endpoint.backend, expected->backend));
    assert(same(endpoint.signing_region, expected->signing_region) && endpoint.headers.count == expected->headers.count);
    smithy_call_destroy(call);
}

void expect_error(endpoint_resolver *resolve, const void *params, const char *message) {
    smithy_call *call = smithy_call_create(NULL);
    smithy_endpoint endpoint;
    assert(resolve(params, &endpoint, call) == SMITHY_ERROR_CONFIG);
    assert(strcmp(smithy_call_error(call)->message, message) == 0);
    smithy_call_destroy(call);
}

int run_endpoint_tests(const char *service, const endpoint_test *tests, size_t count) {
    for (size_t i = 0; i < count; i++) tests[i].run();
    printf("%s %zu passed\n", service, count);
    return 0;
}
"""
MAIN = r"""
#include <stdio.h>
#include <t/endpoint.h>
int main(void) {
    static const t_endpoint_params params[] = {%s};
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        smithy_call *call = smithy_call_create(NULL);
        smithy_endpoint endpoint;
        if (t_resolve_endpoint(&params[i], &endpoint, call) == SMITHY_OK) printf("%%.*s\n", SMITHY_STR_ARG(endpoint.url));
        else printf("error: %%s\n", smithy_call_error(call)->message);
        smithy_call_destroy(call);
    }
    return 0;
}
"""


def ref(name):
    return {"ref": name}


def call(function, *argv, assign=None):
    return {"fn": function, "argv": list(argv), **({"assign": assign} if assign else {})}


def endpoint(url):
    return {"type": "endpoint", "conditions": [], "endpoint": {"url": url, "properties": {}, "headers": {}}}


def error(message):
    return {"type": "error", "conditions": [], "error": message}


def result(number):
    return FIRST_RESULT + number


def bdd(conditions, results, nodes, root=2):
    """`nodes` without the first, which has no meaning."""
    return {
        "version": "1.1",
        "parameters": {"A": {"type": "string"}, "Flag": {"type": "boolean", "required": True, "default": False}},
        "conditions": conditions,
        "results": results,
        "root": root,
        "nodeCount": len(nodes) + 1,
        "nodes": encode(nodes),
    }


def model_of(trait, **traits):
    return {"shapes": {SERVICE: {"type": "service", "version": "1", "traits": {endpoints.BDD: trait, **traits}}}}


def files_of(trait, **traits):
    artifacts = endpoints.build(model_of(trait, **traits), SERVICE, "t")
    return {"include/t/endpoint.h": artifacts.header, "src/endpoint.c": artifacts.source}


@pytest.fixture
def resolve(runtime, tmp_path):
    """Answers one line for each of the parameters, which are C initializers."""

    def run(trait, *params):
        folder = write(tmp_path, files_of(trait))
        assert_formatted(folder / "src")
        return runtime.run(folder, MAIN % ", ".join(params), [folder / "src/endpoint.c"]).splitlines()

    return run


def a(text):
    return f'{{.a = SMITHY_STR_INIT("{text}")}}'


# Out of Smithy's own tests (smithy-rules-engine-tests, parse-url.smithy; Apache-2.0): how its compiler encodes one.
PARSE_URL = {
    "conditions": [
        call("isSet", ref("A")),
        call("parseURL", "{A}", assign="url"),
        call("booleanEquals", True, call("getAttr", ref("url"), "isIp")),
        call("stringEquals", "/port", call("getAttr", ref("url"), "path")),
        call("stringEquals", "/", call("getAttr", ref("url"), "normalizedPath")),
    ],
    "results": [
        endpoint("{url#scheme}://{url#authority}{url#normalizedPath}is-ip-addr"),
        endpoint("{url#scheme}://{url#authority}/uri-with-port"),
        endpoint("https://{url#scheme}-{url#authority}-nopath.example.com"),
        endpoint("https://{url#scheme}-{url#authority}.example.com/path-is{url#path}"),
        error("endpoint was invalid"),
    ],
    "root": 2,
    "nodeCount": 6,
    "nodes": "/////wAAAAH/////AAAAAAAAAAMF9eEFAAAAAQAAAAQF9eEFAAAAAgX14QEAAAAFAAAAAwX14QIAAAAGAAAABAX14QMF9eEE",
}


def test_a_diagram_of_smithys_own_compiler(resolve):
    lines = resolve(
        {**bdd([], [], []), **PARSE_URL},
        a("https://authority.com/custom-path"), a("https://authority.com"), a("https://authority.com:8000/port"),
        a("http://192.168.1.1:1234/foo/"), a("acbd://example.com"), "{.flag = SMITHY_SET(true)}",
    )  # fmt: skip
    assert lines == [
        "https://https-authority.com.example.com/path-is/custom-path",
        "https://https-authority.com-nopath.example.com",
        "https://authority.com:8000/uri-with-port",
        "http://192.168.1.1:1234/foo/is-ip-addr",
        "error: endpoint was invalid",
        "error: endpoint was invalid",
    ]


@pytest.mark.parametrize("name", OWN)
def test_the_models_rules_as_a_diagram_pass_the_models_endpoint_tests(name, runtime, tmp_path):
    model = slimmed(name)
    (service,) = (shape_id for shape_id, shape in model["shapes"].items() if shape["type"] == "service")
    traits = model["shapes"][service]["traits"]
    traits[endpoints.BDD] = diagram_of(traits.pop(endpoints.RULE_SET))
    artifacts = endpoints.build(model, service, name)
    folder = write(tmp_path, {f"include/{name}/endpoint.h": artifacts.header, "src/endpoint.c": artifacts.source})
    assert_formatted(folder)
    tests = endpoint_tests.build(model, service, name)
    (folder / "src/checks.c").write_text(CHECKS)
    sources = [folder / "src/endpoint.c", folder / "src/checks.c"]
    output = runtime.run(folder, tests, sources, f"-I{ROOT}/tests/endpoint")
    count = len(traits[endpoint_tests.TESTS]["testCases"])
    assert output == f"{name} {count} passed\n"


def test_a_result_may_be_all_there_is(resolve):
    assert resolve(bdd([], [endpoint("https://x")], [], root=result(1)), NONE) == ["https://x"]
    assert resolve(bdd([], [], [], root=1), NONE) == ["error: The endpoint rules have no answer for these settings."]


def test_a_negated_reference_turns_the_answers_round(resolve):
    conditions, results = [call("isSet", ref("A")), ref_flag()], [endpoint("https://yes"), endpoint("https://no")]
    nodes = [(1, 3, -3), (0, result(1), result(2))]
    flagged = '{.a = SMITHY_STR_INIT("x"), .flag = SMITHY_SET(true)}'
    assert resolve(bdd(conditions, results, nodes), a("x"), NONE, flagged) == ["https://no", "https://yes", "https://yes"]


def ref_flag():
    return call("booleanEquals", ref("Flag"), True)


def test_terminals_and_result_0_say_that_no_rule_matches(resolve):
    conditions = [call("isSet", ref("A")), ref_flag(), call("stringEquals", ref("A"), "x")]
    nodes = [(0, 3, 1), (1, -1, 4), (2, result(1), result(0))]
    flagged = '{.a = SMITHY_STR_INIT("x"), .flag = SMITHY_SET(true)}'
    lines = resolve(bdd(conditions, [endpoint("https://{A}")], nodes), a("x"), a("y"), NONE, flagged)
    assert lines == ["https://x"] + ["error: The endpoint rules have no answer for these settings."] * 3


def test_what_was_not_found_on_a_way_is_absent(resolve):
    """Both answers of the first question lead to the second, which looks into what only one of them has found."""
    conditions = [
        call("parseURL", ref("A"), assign="url"),
        call("stringEquals", call("getAttr", ref("url"), "path"), ""),
        call("substring", ref("A"), 0, 3, False, assign="part"),
        call("stringEquals", call("coalesce", ref("part"), "none"), "htt"),
        call("isSet", ref("url")),
    ]
    results = [endpoint("https://{url#authority}"), endpoint("https://part"), endpoint("https://url"), endpoint("https://no")]
    nodes = [(0, 3, 3), (1, 4, 4), (2, 5, 5), (3, 6, result(4)), (4, result(3), result(2))]
    lines = resolve(bdd(conditions, results, nodes), a("http://x"), a("htt!"), a("h"))
    assert lines == ["https://url", "https://part", "https://no"]


def test_the_tree_is_taken_where_a_model_has_both():
    tree = {"version": "1.0", "parameters": {}, "rules": [{**endpoint("https://tree")}]}
    files = files_of(bdd([], [endpoint("https://bdd")], [], root=result(1)), **{endpoints.RULE_SET: tree})
    assert "https://tree" in files["src/endpoint.c"] and "https://bdd" not in files["src/endpoint.c"]


def test_the_output_is_the_same_every_time():
    trait = {**bdd([], [], []), **PARSE_URL}
    assert files_of(trait) == files_of(json.loads(json.dumps(trait)))


ONE = ([call("isSet", ref("A"))], [endpoint("https://x")])


@pytest.mark.parametrize(
    ("trait", "message"),
    [
        (bdd(*ONE, [(0, result(1), 0)]), "the reference 0"),
        (bdd(*ONE, [(0, result(1), 9)]), "the reference 9"),
        (bdd(*ONE, [(0, result(2), 1)]), "the reference 100000002"),
        (bdd(*ONE, [(1, result(1), 1)]), "the condition 1"),
        (bdd(*ONE, [(-1, result(1), 1)]), "the condition -1"),
        (bdd(*ONE, [(0, result(1), 2)]), "a circle of nodes"),
        (bdd(*ONE, [(0, 3, 1), (0, -2, 1)]), "a circle of nodes"),
        (bdd(*ONE, [(0, result(1), 1)], root=-2), "the root -2"),
        (bdd(*ONE, [(0, result(1), 1)], root="2"), "the root '2'"),
        ({**bdd(*ONE, [(0, result(1), 1)]), "nodeCount": 3}, "a length of 24 bytes for 3 nodes"),
        ({**bdd(*ONE, [(0, result(1), 1)]), "nodes": "%"}, "what the nodes are encoded with"),
        (bdd(ONE[0], [{**endpoint("https://x"), "conditions": ONE[0]}], [(0, result(1), 1)]), "the result 1, which has conditions,"),
        (bdd(ONE[0], [{"type": "tree", "rules": []}], [(0, result(1), 1)]), "the result 1 of the type 'tree'"),
        (bdd([call("uriEncode", ref("x"), assign="x")], ONE[1], [(0, result(1), 1)]), "'x', which is made from itself,"),
        (bdd([call("uriEncode", ref("A"), assign="A")], ONE[1], [(0, result(1), 1)]), "'A', which has a value already,"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(trait, message):
    with pytest.raises(GeneratorError) as caught:
        files_of(trait)
    assert str(caught.value) == f"{SERVICE}: smithy.rules#endpointBdd: {message} is not valid"


def test_a_member_that_is_missing_is_told():
    with pytest.raises(GeneratorError, match="endpoint rules: a rule without its member 'results'"):
        files_of({key: value for key, value in bdd(*ONE, [(0, result(1), 1)]).items() if key != "results"})
