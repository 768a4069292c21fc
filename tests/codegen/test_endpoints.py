"""Endpoint rules: each trap as a small rule set, compiled to C, built and run."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "codegen"))

from smithy_c import endpoint_tests, endpoints, partitions  # noqa: E402
from smithy_c.errors import GeneratorError  # noqa: E402
from support import runtime_sources  # noqa: E402

SERVICE = "example#Service"
RUNTIME = [
    *runtime_sources("core/*.c"),
    *runtime_sources("codec/ur*.c"),
    *(ROOT / "src/smithy/aws" / name for name in ("endpoint.c", "partition.c", "partition_table.c")),
    ROOT / "src/smithy/http/headers.c",
]
FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wmissing-prototypes", "-Werror"]
DEFINES = ["-D_POSIX_C_SOURCE=200809L", "-D_DEFAULT_SOURCE", f"-I{ROOT}/include", f"-I{ROOT}/src/smithy"]
MAIN = """
#include <stdio.h>
#include <t/endpoint.h>
#define SHOW(text) (int)(text).len, (text).ptr ? (text).ptr : ""
int main(void) {
    static const t_endpoint_params params[] = {%s};
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        smithy_call *call = smithy_call_create(NULL);
        smithy_endpoint e;
        if (t_resolve_endpoint(&params[i], &e, call) != SMITHY_OK) {
            printf("error: %%s\\n", smithy_call_error(call)->message);
        } else {
            printf("%%.*s", SHOW(e.url));
            if (e.auth_scheme.ptr) printf(" %%.*s/%%.*s", SHOW(e.auth_scheme), SHOW(e.signing_name));
            if (e.auth_scheme.ptr) printf("/%%.*s", SHOW(e.signing_region));
            if (e.signing_region_set.items) printf("[%%.*s]", SHOW(e.signing_region_set.items[0]));
            if (e.backend.ptr) printf(" backend=%%.*s", SHOW(e.backend));
            if (e.disable_double_encoding.has) printf(" double=%%d", !e.disable_double_encoding.value);
            for (size_t n = 0; n < e.headers.count; n++)
                printf(" %%.*s:%%.*s", SHOW(e.headers.items[n].name), SHOW(e.headers.items[n].value));
            printf("\\n");
        }
        smithy_call_destroy(call);
    }
    return 0;
}
"""
PARAMETERS = {
    "A": {"type": "string"},
    "B": {"type": "String"},
    "Flag": {"type": "boolean"},
    "Sure": {"type": "Boolean", "required": True, "default": True},
    "List": {"type": "stringArray"},
}


def ref(name):
    return {"ref": name}


def call(function, *argv, assign=None):
    return {"fn": function, "argv": list(argv), **({"assign": assign} if assign else {})}


def is_set(name):
    return call("isSet", ref(name))


def endpoint(url, *conditions, **more):
    return {"type": "endpoint", "conditions": list(conditions), "endpoint": {"url": url, **more}}


def error(message, *conditions):
    return {"type": "error", "conditions": list(conditions), "error": message}


def tree(conditions, *rules):
    return {"type": "tree", "conditions": conditions, "rules": list(rules)}


def model_of(rules, parameters=None, **traits):
    rule_set = {"version": "1.0", "parameters": PARAMETERS if parameters is None else parameters, "rules": list(rules)}
    service = {"type": "service", "version": "1", "traits": {endpoints.RULE_SET: rule_set, **traits}}
    return {"shapes": {SERVICE: service}}


def compile_rules(*rules, parameters=None):
    return endpoints.build(model_of(rules, parameters), SERVICE, "t")


@pytest.fixture(scope="session")
def runtime(tmp_path_factory):
    if not shutil.which("cc"):
        pytest.skip("no C compiler")
    folder = tmp_path_factory.mktemp("runtime")
    subprocess.run(["cc", *FLAGS[:1], *DEFINES, "-c", *map(str, RUNTIME)], cwd=folder, check=True)
    subprocess.run(["ar", "rcs", "runtime.a", *(path.stem + ".o" for path in RUNTIME)], cwd=folder, check=True)
    return folder / "runtime.a"


@pytest.fixture
def resolve(runtime, tmp_path):
    """Answers one line for each of the parameters, which are C initializers."""

    def run(rules, *params, parameters=None, model=None):
        artifacts = endpoints.build(model or model_of(rules, parameters), SERVICE, "t")
        (tmp_path / "t").mkdir(exist_ok=True)
        (tmp_path / "t/endpoint.h").write_text(artifacts.header)
        (tmp_path / "endpoint.c").write_text(artifacts.source)
        (tmp_path / "main.c").write_text(MAIN % ", ".join(params))
        include = f"-I{tmp_path}"
        subprocess.run(["cc", *FLAGS, *DEFINES, include, "-c", "endpoint.c"], cwd=tmp_path, check=True)
        libraries = [str(runtime), "-lcrypto", "-lz", "-lm"]
        subprocess.run(
            ["cc", *DEFINES, include, "main.c", "endpoint.o", *libraries, "-o", "main"], cwd=tmp_path, check=True
        )
        output = subprocess.run(["./main"], cwd=tmp_path, check=True, capture_output=True, text=True)
        return output.stdout.splitlines()

    return run


def a(text):
    return f'{{.a = SMITHY_STR_INIT("{text}")}}'


NO_MATCH = "error: The endpoint rules have no answer for these settings."


def test_a_matched_tree_does_not_fall_through_to_its_siblings(resolve):
    rules = [tree([is_set("A")], endpoint("https://b", is_set("B"))), endpoint("https://sibling")]
    both = '{.a = SMITHY_STR_INIT("x"), .b = SMITHY_STR_INIT("y")}'
    assert resolve(rules, a("x"), both, "{0}") == [NO_MATCH, "https://b", "https://sibling"]


def test_a_tree_whose_conditions_half_hold_leaves_the_rest_to_its_siblings(resolve):
    rules = [
        tree([is_set("A"), is_set("B")], endpoint("https://both")),
        tree([is_set("A"), call("stringEquals", ref("A"), "x")], endpoint("https://x")),
        endpoint("https://other"),
    ]
    both = '{.a = SMITHY_STR_INIT("x"), .b = SMITHY_STR_INIT("y")}'
    assert resolve(rules, both, a("x"), a("z")) == ["https://both", "https://x", "https://other"]


def test_a_value_stays_in_its_branch(resolve):
    first = call("substring", ref("A"), 0, 1, False, assign="part")
    second = call("substring", ref("A"), 1, 3, False, assign="part")
    rules = [
        tree([first, call("stringEquals", ref("part"), "x")], endpoint("https://{part}.first")),
        tree([second], endpoint("https://{part}.second")),
        endpoint("https://none"),
    ]
    assert resolve(rules, a("xyz"), a("abc"), a("a")) == ["https://x.first", "https://bc.second", "https://none"]


def test_a_reference_from_outside_of_its_branch_is_an_error():
    with pytest.raises(GeneratorError, match="'part' is neither a parameter nor a value assigned in this branch"):
        compile_rules(
            tree([call("substring", ref("A"), 0, 1, False, assign="part")], endpoint("https://a")),
            endpoint("https://{part}"),
        )


def test_a_name_that_is_assigned_twice_on_one_path_is_an_error():
    with pytest.raises(GeneratorError, match="'part' is assigned where it has a value already"):
        compile_rules(
            tree(
                [call("substring", ref("A"), 0, 1, False, assign="part")],
                endpoint("https://{part}", call("substring", ref("A"), 1, 2, False, assign="part")),
            )
        )


def test_one_name_may_hold_different_types_in_different_branches(resolve):
    rules = [
        endpoint("https://{x#region}", call("aws.parseArn", ref("A"), assign="x")),
        endpoint("https://{x}", call("substring", ref("A"), 0, 2, True, assign="x")),
    ]
    assert resolve(rules, a("arn:aws:s3:here:1:x"), a("abcd")) == ["https://here", "https://cd"]


def test_substring_finds_nothing_in_short_or_non_ascii_text(resolve):
    rules = [endpoint("https://{p}", call("substring", ref("A"), 0, 3, True, assign="p")), error("short")]
    assert resolve(rules, a("abcd"), a("ab"), a("abc\\303\\251")) == ["https://bcd", "error: short", "error: short"]


def test_a_required_parameter_without_a_default_must_be_set(resolve):
    parameters = {"Zone": {"type": "string", "required": True}}
    lines = resolve([endpoint("https://{Zone}")], "{0}", '{.zone = SMITHY_STR_INIT("z")}', parameters=parameters)
    assert lines == ["error: The endpoint parameter Zone is required", "https://z"]


def test_defaults_hold_where_nothing_is_set(resolve):
    parameters = {
        "Flag": {"type": "boolean", "required": True, "default": True},
        "Name": {"type": "string", "required": True, "default": "n"},
        "Names": {"type": "stringArray", "required": True, "default": ["p", "q"]},
    }
    second = call("getAttr", ref("Names"), "[1]", assign="second")
    flag = call("booleanEquals", ref("Flag"), True)
    rules = [endpoint("https://{Name}.{second}", flag, second), endpoint("https://no")]
    given = '{.name = SMITHY_STR_INIT("m"), .flag = SMITHY_SET(false)}'
    assert resolve(rules, "{0}", given, parameters=parameters) == ["https://n.q", "https://no"]


def test_templates_fill_urls_headers_properties_and_errors(resolve):
    arn = call("aws.parseArn", ref("A"), assign="arn")
    scheme = {"name": "sigv4", "signingName": "x-{arn#service}", "signingRegion": "{arn#region}"}
    properties = {"authSchemes": [{**scheme, "disableDoubleEncoding": True}], "backend": "{B}"}
    headers = {"x-one": ["{arn#resourceId[1]}", "{{plain}}"]}
    rules = [
        error("`{arn#region}` {{is}} wrong", arn, call("not", is_set("B"))),
        endpoint("https://{arn#accountId}.{B}", arn, headers=headers, properties=properties),
    ]
    both = '{.a = SMITHY_STR_INIT("arn:p:s:r:1:t/u"), .b = SMITHY_STR_INIT("b")}'
    assert resolve(rules, both, a("arn:p:s:r:1:t/u")) == [
        "https://1.b sigv4/x-s/r backend=b double=0 x-one:u x-one:{plain}",
        "error: `r` {is} wrong",
    ]


def test_the_supported_scheme_is_taken_and_sigv4a_only_alone(resolve):
    sigv4a = {"name": "sigv4a", "signingName": "s", "signingRegionSet": ["*"]}
    sigv4 = {"name": "sigv4", "signingName": "s", "signingRegion": "r"}
    rules = [
        endpoint("https://two", is_set("A"), properties={"authSchemes": [sigv4a, sigv4]}),
        endpoint("https://one", properties={"authSchemes": [sigv4a]}),
    ]
    assert resolve(rules, a("x"), "{0}") == ["https://two sigv4/s/r", "https://one sigv4a/s/[*]"]


def test_an_optional_flag_has_three_states(resolve):
    flag = ref("Flag")
    rules = [
        endpoint("https://true", call("booleanEquals", flag, True)),
        endpoint("https://false", call("booleanEquals", flag, False)),
        endpoint("https://absent", call("not", call("isSet", flag))),
    ]
    given = ["{.flag = SMITHY_SET(true)}", "{.flag = SMITHY_SET(false)}", "{0}"]
    assert resolve(rules, *given) == ["https://true", "https://false", "https://absent"]


def test_the_negation_of_an_optional_flag_holds_when_it_is_absent(resolve):
    rules = [endpoint("https://not", call("not", call("booleanEquals", ref("Flag"), True))), endpoint("https://true")]
    given = ["{.flag = SMITHY_SET(true)}", "{.flag = SMITHY_SET(false)}", "{0}"]
    assert resolve(rules, *given) == ["https://true", "https://not", "https://not"]


def test_literals_may_stand_first(resolve):
    rules = [
        endpoint("https://x", call("stringEquals", "x", ref("A"))),
        endpoint("https://sure", call("booleanEquals", True, ref("Sure"))),
        endpoint("https://unsure"),
    ]
    given = [a("x"), a("y"), "{.sure = SMITHY_SET(false)}"]
    assert resolve(rules, *given) == ["https://x", "https://sure", "https://unsure"]


def test_split_coalesce_and_ite(resolve):
    parts = call("split", ref("A"), "--", 0, assign="parts")
    last = call("coalesce", call("getAttr", ref("parts"), "[-2]"), ref("B"), "none", assign="last")
    prefix = call("ite", call("booleanEquals", ref("Sure"), True), "fips.", "", assign="prefix")
    rules = [endpoint("https://{prefix}{last}", is_set("A"), parts, last, prefix), error("unset")]
    given = [a("x--y--z"), '{.a = SMITHY_STR_INIT("x"), .sure = SMITHY_SET(false)}', "{0}"]
    assert resolve(rules, *given) == ["https://fips.y", "https://none", "error: unset"]


def test_functions_inside_of_functions(resolve):
    start = call("coalesce", call("substring", ref("A"), 0, 2, False), call("substring", ref("A"), 0, 1, False), "")
    rules = [
        endpoint("https://yes", call("stringEquals", start, "x")),
        endpoint("https://url", call("isSet", call("parseURL", ref("A")))),
        endpoint("https://no", call("not", call("aws.parseArn", ref("A")))),
        endpoint("https://arn"),
    ]
    given = [a("x"), a("http://h"), a("hello"), a("arn:a:b:c:d:e")]
    assert resolve(rules, *given) == ["https://yes", "https://url", "https://no", "https://arn"]


def test_hundreds_of_rules_make_functions_of_a_readable_length(resolve):
    rules = [
        tree(
            [call("stringEquals", ref("A"), f"a{number}")],
            error(f"{number} needs B", call("not", is_set("B"))),
            *(endpoint(f"https://{number}.{inner}", call("stringEquals", ref("B"), f"b{inner}")) for inner in range(12)),
        )
        for number in range(40)
    ]
    source = compile_rules(*rules).source
    lengths = [len(function.splitlines()) for function in source.split("\n}\n")]
    assert max(lengths) < 70
    both = '{.a = SMITHY_STR_INIT("a39"), .b = SMITHY_STR_INIT("b11")}'
    assert resolve(rules, both, a("a7"), a("b")) == ["https://39.11", "error: 7 needs B", NO_MATCH]


def test_identical_subtrees_are_written_once():
    rules = tuple(endpoint(f"https://{flag}", call("stringEquals", ref("B"), flag)) for flag in ("p", "q", "r"))
    source = compile_rules(tree([call("stringEquals", ref("A"), "1")], *rules), tree([is_set("List")], *rules)).source
    assert source.count('"https://q"') == 1


def test_a_model_without_rules_gets_the_form_that_all_services_had(resolve):
    service = {"type": "service", "traits": {"aws.api#service": {"sdkId": "Old", "endpointPrefix": "old"}}}
    region = '.region = SMITHY_STR_INIT("cn-north-1")'
    given = [
        f"{{{region}}}",
        f"{{{region}, .use_fips = SMITHY_SET(true)}}",
        f"{{{region}, .use_dual_stack = SMITHY_SET(true)}}",
        '{.endpoint = SMITHY_STR_INIT("http://localhost:1")}',
        '{.region = SMITHY_STR_INIT("evil.com/")}',
        "{0}",
    ]
    assert resolve(None, *given, model={"shapes": {SERVICE: service}}) == [
        "https://old.cn-north-1.amazonaws.com.cn",
        "https://old-fips.cn-north-1.amazonaws.com.cn",
        "https://old.cn-north-1.api.amazonwebservices.com.cn",
        "http://localhost:1",
        "error: evil.com/ is not the name of a Region",
        "error: No Region is set",
    ]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (endpoint("https://a", call("aws.guess", ref("A"))), "example#Service.*the function 'aws.guess' is not known"),
        (endpoint("https://a", call("isSet", ref("C"))), "'C' is neither a parameter"),
        (endpoint("https://{A"), "a brace without its partner"),
        (endpoint("https://{Flag}"), "is not a string"),
        (endpoint("https://a", call("stringEquals", ref("Flag"), "x")), "stringEquals: .* is a bool, not a str"),
        (endpoint("https://a", call("isSet")), "isSet with 0 arguments"),
        (endpoint("https://a", call("getAttr", ref("A"), "region", assign="r")), "getAttr: 'region' does not fit"),
        (endpoint("https://a", properties={"color": "red"}), "the endpoint property 'color' is not known"),
        (endpoint("https://a", properties={"authSchemes": [{"name": "x"}]}), "none of the authSchemes"),
        ({"type": "guess", "conditions": []}, "a rule of the type 'guess'"),
        (tree([is_set("A")]), "a tree without rules"),
        ({"type": "endpoint", "conditions": []}, "a rule without its member 'endpoint'"),
    ],
)
def test_what_cannot_be_compiled_is_a_clear_error(rule, message):
    with pytest.raises(GeneratorError, match=message):
        compile_rules(rule)


def test_the_parameters_tell_what_binds_them():
    parameters = {"UseFIPS": {"type": "boolean", "required": True, "default": False, "builtIn": "AWS::UseFIPS"}}
    (param,) = compile_rules(endpoint("https://a"), parameters=parameters).params
    assert (param.name, param.field, param.kind) == ("UseFIPS", "use_fips", "bool")
    assert (param.builtin, param.required, param.default) == ("AWS::UseFIPS", True, False)


def test_the_output_is_the_same_every_time():
    rules = [tree([is_set("A")], endpoint("https://{A}", call("parseURL", ref("B"), assign="u"))), error("no")]
    assert compile_rules(*rules) == compile_rules(*rules)


def test_an_endpoint_test_becomes_one_function():
    cases = [
        {"params": {"A": "x", "Flag": True, "List": ["p"]}, "expect": {"endpoint": {"url": "https://x"}}},
        {"expect": {"error": 'say "no"'}},
    ]
    model = model_of([error("no")], **{endpoint_tests.TESTS: {"testCases": cases}})
    source = endpoint_tests.build(model, SERVICE, "t")
    assert '.a = SMITHY_STR_INIT("x"),' in source
    assert ".flag = SMITHY_SET(true)," in source
    assert 'expect_error(resolve, &params, "say \\"no\\"");' in source
    assert '{"001 A=x Flag List=[\'p\']", case_001},' in source


@pytest.mark.parametrize("prefix", ["logs", "s3"])
def test_the_committed_endpoint_tests_are_what_the_models_give(prefix):
    model = json.loads((ROOT / f"models/{prefix}.json").read_text())
    (service,) = (name for name, shape in model["shapes"].items() if shape["type"] == "service")
    committed = ROOT / f"tests/endpoint/{prefix}_endpoint_test.c"
    assert committed.read_text() == endpoint_tests.build(model, service, prefix)


def test_the_committed_partition_table_is_what_the_partitions_give():
    source = json.loads((ROOT / partitions.MODEL_PATH).read_text())
    assert (ROOT / partitions.TABLE_PATH).read_text() == partitions.render(source)
    assert partitions.slim(source) == source


@pytest.mark.parametrize(
    ("regex", "prefixes"),
    [
        (r"^(us|eu)\-\w+\-\d+$", ["us-", "eu-"]),
        (r"^us\-gov\-\w+\-\d+$", ["us-gov-"]),
        (r"^eusc\-(de|fr)\-\w+\-\d+$", ["eusc-de-", "eusc-fr-"]),
    ],
)
def test_a_region_pattern_becomes_its_prefixes(regex, prefixes):
    assert partitions.prefixes_of("p", regex) == prefixes


@pytest.mark.parametrize(
    "regex",
    [r"^us\-.*\-\w+\-\d+$", r"us\-\w+\-\d+$", r"^us\-\w+$", r"^\w+\-\d+$", r"^(us|)\-\w+\-\d+$"],
)
def test_a_region_pattern_of_another_form_is_an_error(regex):
    with pytest.raises(GeneratorError, match="partition p: "):
        partitions.prefixes_of("p", regex)


def test_a_region_that_differs_from_its_partition_is_an_error():
    source = json.loads((ROOT / partitions.MODEL_PATH).read_text())
    source["partitions"][0]["regions"]["us-east-1"] = {"supportsFIPS": False}
    with pytest.raises(GeneratorError, match="Region us-east-1: outputs of its own"):
        partitions.render(source)
