"""Clients of awsQuery, ec2Query and rpcv2Cbor with every kind of shape: they compile without a warning, formatted."""

import pytest
from support import assert_formatted, compile_all, files_of, list_of, map_of, member, operation, structure, tree, write
from test_clients import CONTAINERS, ERRORS, SCALARS, SHAPES, SPARSE, WORDS

from smithy_c.errors import GeneratorError

QUERY = "aws.protocols#awsQuery"
EC2 = "aws.protocols#ec2Query"
CBOR = "smithy.protocols#rpcv2Cbor"


def example(protocol: str, everything: dict, **shapes) -> dict:
    host = {"endpoint": {"hostPrefix": "data.{label}."}}
    return tree(
        protocol,
        {"smithy.api#xmlNamespace": {"uri": "http://example.com/"}},
        Do=operation("Everything", "Everything", ("Plain", "Detailed")),
        Hosted=operation("HostedRequest", None, (), host),
        Nothing=operation(),
        HostedRequest=structure(
            label=member("smithy.api#String", hostLabel={}, required={}),
            token=member("smithy.api#String", idempotencyToken={}),
        ),
        Everything=everything,
        Holder=structure(it="Everything"),
        **SHAPES,
        **ERRORS,
        **shapes,
    )


def query_model() -> dict:
    flat = {
        "flatNames": member("Names", xmlFlattened={}, xmlName="N"),
        "flatNodes": member("Nodes", xmlFlattened={}),
        "flatTags": member("Tags", xmlFlattened={}),
        "deep": "DeepMap",
    }
    return example(QUERY, structure(**SCALARS, **CONTAINERS, **WORDS, **flat), DeepMap=map_of("ChoiceMap"))


# The protocol has no maps in requests.
def ec2_model() -> dict:
    plain = {name: SHAPES[name] for name in ("Color", "Level", "Names", "Numbers", "Times", "Blobs", "Colors", "Levels", "Grid")}
    named = {"other": {"target": "smithy.api#String", "traits": {"aws.protocols#ec2QueryName": "Else"}}}
    members = {name: target for name, target in CONTAINERS.items() if target in plain}
    return tree(
        EC2,
        {"smithy.api#xmlNamespace": {"uri": "http://example.com/"}},
        Do=operation("Everything", "Everything", ("Plain", "Detailed")),
        Nothing=operation(),
        Everything=structure(**SCALARS, **members, **WORDS, **named, leaf="Leaf", leaves="Leaves"),
        Leaf=structure(name="smithy.api#String", leaf="Leaf"),
        Leaves=list_of("Leaf"),
        **plain,
        Plain=ERRORS["Plain"],
        Detailed=structure({"error": "client"}, leaf="Leaf"),
    )


def cbor_model() -> dict:
    sparse = {name[0].lower() + name[1:]: name for name in SPARSE}
    return example(CBOR, structure(**SCALARS, **CONTAINERS, **WORDS, **sparse), **SPARSE)


MODELS = {"query": query_model, "ec2": ec2_model, "cbor": cbor_model}


@pytest.fixture(scope="module", params=MODELS)
def client(request, tmp_path_factory):
    return write(tmp_path_factory.mktemp(request.param), files_of(MODELS[request.param]()))


@pytest.mark.parametrize("name", ["gcc", "clang"])
def test_every_kind_of_shape_compiles_without_a_warning(client, name):
    compile_all(client, name)


def test_every_kind_of_shape_is_formatted(client):
    assert_formatted(client)


def test_ec2_names_its_members_in_its_own_way():
    model = ec2_model()
    text = files_of(model)["src/ops/do.c"]
    assert '(form, "ABool", input->a_bool)' in text
    assert '(form, "Else", input->other)' in text


@pytest.mark.parametrize(
    ("protocol", "shape", "words"),
    [
        (EC2, map_of("smithy.api#String"), "the protocol has no form for maps in a request"),
        (QUERY, list_of("smithy.api#String", sparse={}), "smithy.api#sparse: a form has no null"),
        (QUERY, {"type": "document"}, "documents have no form in this protocol"),
        (CBOR, {"type": "document"}, "documents have no form in rpcv2Cbor"),
    ],
)
def test_what_a_protocol_cannot_say_is_an_error(protocol, shape, words):
    model = tree(protocol, None, Do=operation("Request"), Request=structure(it="It"), It=shape)
    with pytest.raises(GeneratorError, match=words):
        files_of(model)


# ---- endpoint parameters out of the input ----

PARAMETERS = {
    "Region": {"type": "string", "builtIn": "AWS::Region", "required": True},
    "Arn": {"type": "string", "required": False},
    "Arns": {"type": "stringArray", "required": False},
}


def collecting(name: str, path: str) -> dict:
    rules = {
        "version": "1.0",
        "parameters": PARAMETERS,
        "rules": [{"conditions": [], "endpoint": {"url": "https://example.{Region}.amazonaws.com"}, "type": "endpoint"}],
    }
    traits = {"smithy.rules#operationContextParams": {name: {"path": path}}}
    return tree(
        "aws.protocols#awsJson1_0",
        {"smithy.rules#endpointRuleSet": rules},
        Do=operation("Request", None, (), traits),
        Request=structure(table="Table", tables="Tables", byName="TableMap", names="Names", grid="Grid"),
        Table=structure(name="smithy.api#String", other="smithy.api#String", inner="Table", size="smithy.api#Integer"),
        Tables=list_of("Table"),
        TableMap=map_of("Table"),
        Names=list_of("smithy.api#String"),
        Grid=list_of("Names"),
    )


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("Arn", "table.name", "if (input->table) rules->arn = input->table->name;"),
        ("Arn", "table.inner.name", "if (input->table && input->table->inner) rules->arn = input->table->inner->name;"),
        ("Arns", "keys(byName)", "smithy_endpoint_collect(&rules->arns, input->by_name.items[i].key, call)"),
        ("Arns", "names", "smithy_endpoint_collect(&rules->arns, input->names.items[i], call)"),
        ("Arns", "grid[]", "smithy_endpoint_collect(&rules->arns, input->grid.items[i].items[j], call)"),
        ("Arns", "tables[*].inner.name", "smithy_endpoint_collect(&rules->arns, item->inner->name, call)"),
        ("Arns", "tables[*].[name, other][]", "smithy_endpoint_collect(&rules->arns, item->other, call)"),
        ("Arns", "byName.*.name", "smithy_endpoint_collect(&rules->arns, item->name, call)"),
    ],
)
def test_endpoint_parameters_are_found_in_the_input(tmp_path, name, path, expected):
    files = files_of(collecting(name, path))
    assert expected in files["src/ops/do.c"]
    compile_all(write(tmp_path, files))


def test_lists_that_do_not_change_are_given_as_they_are(tmp_path):
    model = collecting("Arn", "table.name")
    model["shapes"]["example#Do"]["traits"]["smithy.rules#staticContextParams"] = {"Arns": {"value": ["a", 'b"']}}
    files = files_of(model)
    assert 'static const smithy_str arns[] = {SMITHY_STR_INIT("a"), SMITHY_STR_INIT("b\\"")};' in files["src/ops/do.c"]
    assert "rules->arns = (smithy_str_list){arns, 2};" in files["src/ops/do.c"]
    compile_all(write(tmp_path, files))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Arn", "tables[*].name"),
        ("Arn", "table.size"),
        ("Arn", "table.nothing"),
        ("Arns", "table.name"),
        ("Arns", "tables[*].size"),
        ("Arns", "tables[*].[name, other]"),
        ("Arns", "sort(names)"),
        ("Arns", "names["),
    ],
)
def test_another_expression_is_an_error_with_its_place(name, path):
    with pytest.raises(GeneratorError, match=f"Do: smithy.rules#operationContextParams: {name}: "):
        files_of(collecting(name, path))
