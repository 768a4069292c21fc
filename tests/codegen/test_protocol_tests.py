"""Protocol tests as C: what is taken from the model, what is refused, and that each of them can fail."""

import copy
import json
import subprocess

import pytest
from runtime import compile_objects
from support import FLAGS, ROOT, cjson_flags, compiler, files_of, run, runtime_sources, write

from smithy_c import __main__ as command
from smithy_c import config, protocol_tests, protocols, resolve
from smithy_c.errors import GeneratorError
from smithy_c.model import Model
from smithy_c.protocol_tests_models import slim_tests, with_rules

MODELS = ROOT / "tests/protocol/models"
BENCH = ("fake_system.c", "protocol_bench.c", "protocol_body.c", "scripted_transport.c", "torture.c")
LIBRARIES = "-lcurl -lcjson -lexpat -lcbor -lssl -lcrypto -lz -lm -lpthread".split()
REQUESTS, RESPONSES = protocol_tests.REQUESTS, protocol_tests.RESPONSES
COUNTS = {  # Protocol -> requests and responses that are meant for a client.
    "awsJson1_0": (29, 41),
    "awsJson1_1": (57, 62),
    "awsQuery": (38, 39),
    "ec2Query": (30, 29),
    "restJson1": (142, 108),
    "restXml": (109, 84),
    "rpcv2Cbor": (29, 44),
}


def tree_of(name: str) -> dict:
    return json.loads((MODELS / f"{name}.json").read_text(encoding="utf-8"))


def cases_of(tree: dict, trait: str) -> list[dict]:
    return [test for shape in tree["shapes"].values() for test in shape.get("traits", {}).get(trait, [])]


def source_of(tree: dict, not_run: dict[str, str] | None = None) -> str:
    model = Model.from_tree(tree, "tests.json")
    service = resolve.resolve(model, config.ServiceConfig(prefix="t"), "tests.json", protocols.NAMES)
    return protocol_tests.build(model, service, "tests", not_run or {})


@pytest.mark.parametrize(("protocol", "counts"), COUNTS.items())
def test_the_tests_of_a_protocol_are_complete(protocol, counts):
    trees = [tree_of(path.stem) for path in MODELS.glob("*.json") if path.stem.startswith(protocol)]
    found = tuple(sum(len(cases_of(tree, trait)) for tree in trees) for trait in (REQUESTS, RESPONSES))
    assert found == counts


def test_every_test_is_a_row_of_the_program():
    tree = tree_of("awsJson1_0")
    source = source_of(copy.deepcopy(tree))
    for kind, trait in (("REQUEST", REQUESTS), ("RESPONSE", RESPONSES)):
        for test in cases_of(tree, trait):
            assert f'{{PROTOCOL_{kind}, "{test["id"]}", ' in source


def test_a_test_that_is_not_run_has_its_reason():
    source = source_of(tree_of("restXmlWithNamespace"), {"XmlNamespaceSimpleScalarProperties": "because"})
    assert '"because"' in source


def test_a_test_that_is_not_there_cannot_be_left_out():
    with pytest.raises(GeneratorError, match="there is no test Nothing not to run"):
        source_of(tree_of("restXmlWithNamespace"), {"Nothing": "because"})


def test_a_value_that_is_no_member_is_named():
    tree = tree_of("restXmlWithNamespace")
    cases_of(tree, REQUESTS)[0]["params"]["colour"] = "red"
    with pytest.raises(GeneratorError, match="XmlNamespaceSimpleScalarProperties: colour is not a member"):
        source_of(tree)


def test_a_model_without_tests_has_no_program(tmp_path, capsys):
    arguments = ["protocol-test", str(ROOT / "models/sts.json"), "--name", "sts", "--out", str(tmp_path / "t.c")]
    assert command.main(arguments) == 1
    assert "no protocol tests" in capsys.readouterr().err
    assert not (tmp_path / "t.c").exists()


def test_slimming_keeps_the_tests_of_clients_and_drops_those_of_servers():
    tree = tree_of("restXmlWithNamespace")
    kept = cases_of(tree, REQUESTS)[0]
    kept["documentation"] = "Sentences."
    shape = next(shape for shape in tree["shapes"].values() if REQUESTS in shape.get("traits", {}))
    shape["traits"][REQUESTS].append({**kept, "id": "OfServers", "appliesTo": "server"})
    shape["traits"]["smithy.test#httpMalformedRequestTests"] = [{"id": "Malformed"}]
    slimmed = slim_tests(Model.from_tree(tree, "tests.json"))
    assert [test["id"] for test in cases_of(slimmed, REQUESTS)] == [kept["id"]]
    assert "documentation" not in cases_of(slimmed, REQUESTS)[0]
    assert "httpMalformedRequestTests" not in json.dumps(slimmed)


def test_rules_of_another_model_come_with_what_binds_them():
    merged = with_rules(Model.load(MODELS / "restXml.s3.json"), Model.load(ROOT / "models/s3.json"))
    shapes = merged["shapes"]
    assert "smithy.rules#endpointRuleSet" in shapes["com.amazonaws.s3#AmazonS3"]["traits"]
    assert "smithy.rules#endpointTests" not in shapes["com.amazonaws.s3#AmazonS3"]["traits"]
    bucket = shapes["com.amazonaws.s3#DeleteObjectTaggingRequest"]["members"]["Bucket"]
    assert bucket["traits"]["smithy.rules#contextParam"] == {"name": "Bucket"}


# ---- each test can fail ----


def other(value):
    """A value of the same type that is another one."""
    if isinstance(value, dict):
        key = next(iter(value))
        return {**value, key: other(value[key])}
    if isinstance(value, list):
        return [other(value[0]), *value[1:]]
    return not value if isinstance(value, bool) else f"{value}x" if isinstance(value, str) else value + 1


CHANGES = {
    "uri": (REQUESTS, lambda test: test["uri"] + "x"),
    "method": (REQUESTS, lambda test: "PATCH"),
    "headers": (REQUESTS, lambda test: {name: value + "x" for name, value in test["headers"].items()}),
    "body": (REQUESTS, lambda test: test["body"].replace(">string<", ">other<")),
    "params": (RESPONSES, lambda test: other(test["params"])),
}


@pytest.mark.parametrize("part", CHANGES)
def test_a_changed_expectation_fails(part, linked):
    tree = tree_of("restXmlWithNamespace")
    trait, change = CHANGES[part]
    tests = cases_of(tree, trait)
    for test in tests:
        test[part] = change(test)
    printed = linked(source_of(tree))
    assert printed.count("FAILED") == len(tests)


def test_unchanged_expectations_pass(linked):
    printed = linked(source_of(tree_of("restXmlWithNamespace")))
    assert "protocol tests: restXml requests 1 of 1, responses 1 of 1 (tests)" in printed


@pytest.fixture(scope="module")
def objects(tmp_path_factory):
    """The runtime, the bench and the client, compiled once."""
    folder = tmp_path_factory.mktemp("objects")
    client = write(folder / "client", files_of(tree_of("restXmlWithNamespace"), prefix="t"))
    sources = [*runtime_sources("**/*.c"), *(client / "src").rglob("*.c")]
    sources += [ROOT / "tests/support" / name for name in BENCH]
    includes = [ROOT / "include", ROOT / "src/smithy", client / "include", *(ROOT / "src/smithy/generated").glob("*/include")]
    flags = [*FLAGS, "-DSMITHY_VERSION=\"0\"", *(f"-I{path}" for path in includes), *cjson_flags()]
    compile_objects(flags, {source: folder / f"{number}.o" for number, source in enumerate(sources)})
    return folder


@pytest.fixture
def linked(tmp_path, objects):
    """linked(source) builds the program and answers what it prints."""

    def build_and_run(source: str) -> str:
        (tmp_path / "t.c").write_text(source, encoding="utf-8")
        includes = [f"-I{ROOT}/include", f"-I{ROOT}/tests/support", f"-I{objects}/client/include", *cjson_flags()]
        program = tmp_path / "t"
        run(compiler("gcc"), *FLAGS, *includes, tmp_path / "t.c", *objects.glob("*.o"), *LIBRARIES, "-o", program)
        return subprocess.run([program], capture_output=True, text=True, check=False).stdout

    return build_and_run
