"""Reading models: broken ones are told apart by name, never by a stack trace."""

import json
import random

import pytest
from support import JSON, XML, files_of, list_of, map_of, member, operation, service_of, slimmed, structure, tree, union

from smithy_c import config, emit, protocols, resolve
from smithy_c.errors import GeneratorError
from smithy_c.model import Model


def go(protocol: str = JSON, service: dict | None = None, traits: dict | None = None, /, **shapes) -> dict:
    shapes.setdefault("GoRequest", structure())
    shapes.setdefault("GoResponse", structure())
    return tree(protocol, service, Go=operation("GoRequest", "GoResponse", traits=traits), **shapes)


def failure(model_tree: dict, **settings) -> str:
    with pytest.raises(GeneratorError) as caught:
        files_of(model_tree, **settings)
    return str(caught.value)


HTTP = {"http": {"method": "GET", "uri": "/", "code": 200}}
DEEP = 1500  # Past Python's limit of recursion.
STREAM = {"type": "blob", "traits": {"smithy.api#streaming": {}}}


# ---- files ----


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(GeneratorError, match="nothing.json: No such file"):
        Model.load(tmp_path / "nothing.json")


@pytest.mark.parametrize("text", ["", "{", "[1, 2", "\x00", '{"smithy": "2.0"', "null", "[]", "{}", '{"shapes": []}'])
def test_what_is_not_a_model_is_named(tmp_path, text):
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(GeneratorError, match="bad.json"):
        Model.load(path)


def test_a_truncated_model_is_an_error_wherever_it_ends(tmp_path):
    text = json.dumps(slimmed("logs"))
    path = tmp_path / "cut.json"
    for cut in random.Random(1).sample(range(len(text) - 1), 40):
        path.write_text(text[:cut])
        with pytest.raises(GeneratorError, match="cut.json"):
            Model.load(path)


def test_a_later_version_is_refused():
    with pytest.raises(GeneratorError, match='version "3.0"'):
        Model.from_tree({**go(), "smithy": "3.0"}, "m.json")


def test_version_1_with_sets_and_enum_traits_is_read():
    old = go(GoRequest=structure(a="Colors", b="Color"), Color={"type": "string", "traits": {"smithy.api#enum": [{"value": "red"}]}},
             Colors={"type": "set", "member": {"target": "example#Color"}})  # fmt: skip
    text = files_of({**old, "smithy": "1.0"})["include/ex/types.h"]
    assert "EX_COLOR_RED" in text and "const ex_color *items;" in text


# ---- shapes ----


def test_no_service_and_two_services_are_errors():
    one = go()
    none = {"smithy": "2.0", "shapes": {k: v for k, v in one["shapes"].items() if v["type"] != "service"}}
    two = {"smithy": "2.0", "shapes": {**one["shapes"], "example#Other": one["shapes"]["example#Example"]}}
    assert "has 0 services" in failure(none)
    assert "has 2 services" in failure(two)


def test_a_target_that_is_not_there_is_named_with_its_place():
    text = failure(go(GoRequest=structure(a="Nowhere")))
    assert "example#GoRequest$a" in text and "example#Nowhere" in text


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ({"type": "list"}, 'list without "member"'),
        ({"type": "map", "key": {"target": "smithy.api#String"}}, 'map without "value"'),
        ({"type": "structure", "members": {"x": {}}}, r"S\$x has no target"),
        ({"type": "structure", "members": []}, "not objects"),
        ({"type": "matrix"}, 'unknown type "matrix"'),
        ({}, "has no type"),
        ("text", "has no type"),
    ],
)
def test_a_broken_shape_is_named(shape, words):
    model_tree = go()
    model_tree["shapes"]["example#S"] = shape
    with pytest.raises(GeneratorError, match=f"example#S.*{words}|{words}"):
        Model.from_tree(model_tree, "m.json")


def test_mixins_and_apply_statements_are_resolved():
    model_tree = go(
        Base=structure({"mixin": {"localTraits": ["smithy.api#private"]}, "private": {}, "sensitive": {}}, a="smithy.api#String"),
        GoRequest={**structure(b="smithy.api#String"), "mixins": [{"target": "example#Base"}]},
    )
    model_tree["shapes"]["example#GoRequest$a"] = {"type": "apply", "traits": {"smithy.api#required": {}}}
    model = Model.from_tree(model_tree, "m.json")
    assert list(model.shape("example#GoRequest")["members"]) == ["a", "b"]
    assert model.traits("example#GoRequest") == {"smithy.api#sensitive": {}}
    assert model.shape("example#GoRequest")["members"]["a"]["traits"] == {"smithy.api#required": {}}


def test_a_mixin_of_itself_and_traits_for_nobody_are_errors():
    model_tree = go(Base={**structure(), "mixins": [{"target": "example#Base"}]})
    with pytest.raises(GeneratorError, match="mixin of itself"):
        Model.from_tree(model_tree, "m.json")
    model_tree = go()
    model_tree["shapes"]["example#Go$nobody"] = {"type": "apply", "traits": {}}
    with pytest.raises(GeneratorError, match=r"applied to example#Go\$nobody"):
        Model.from_tree(model_tree, "m.json")


def test_a_long_chain_of_mixins_is_resolved():
    links = {
        f"Link{number}": {**structure({"mixin": {}}), "mixins": [{"target": f"example#Link{number + 1}"}]} for number in range(DEEP)
    }
    links[f"Link{DEEP}"] = structure({"mixin": {}}, last="smithy.api#String")
    model_tree = go(GoRequest={**structure(), "mixins": [{"target": "example#Link0"}]}, **links)
    assert list(Model.from_tree(model_tree, "m.json").shape("example#GoRequest")["members"]) == ["last"]


@pytest.mark.parametrize("holder", [list_of, map_of, lambda target: structure(a=target), lambda target: union(a=target)])
def test_shapes_nest_as_deep_as_they_like(holder):
    chain = {f"Link{number}": holder(f"Link{number + 1}") for number in range(DEEP)}
    text = files_of(go(GoRequest=structure(a="Link0"), **chain, **{f"Link{DEEP}": structure()}))["include/ex/types.h"]
    assert f"ex_link{DEEP};" in text and "ex_link0;" in text


def test_operations_of_resources_are_found():
    model_tree = go()
    model_tree["shapes"]["example#Example"]["operations"] = []
    model_tree["shapes"]["example#Example"]["resources"] = [{"target": "example#Thing"}]
    model_tree["shapes"]["example#Thing"] = {"type": "resource", "read": {"target": "example#Go"}}
    assert Model.from_tree(model_tree, "m.json").operation_ids() == ["example#Go"]


# ---- traits ----


def test_an_unknown_trait_stops_with_its_name_and_place():
    text = failure(go(GoRequest=structure(a=member("smithy.api#String", **{"vendor.wire#reversed": {}}))))
    assert "example#GoRequest$a" in text and "vendor.wire#reversed" in text


@pytest.mark.parametrize("place", ["shape", "operation", "service", "item", "error"])
def test_an_unknown_trait_is_found_everywhere(place):
    strange = {"vendor.wire#reversed": {}}
    model_tree = go(
        GoRequest=structure(a="Names"),
        Names=list_of("smithy.api#String"),
        Oops=structure({"error": "client"}, detail="smithy.api#String"),
    )
    model_tree["shapes"]["example#Go"]["errors"] = [{"target": "example#Oops"}]
    holder = {
        "shape": model_tree["shapes"]["example#Names"],
        "operation": model_tree["shapes"]["example#Go"],
        "service": model_tree["shapes"]["example#Example"],
        "item": model_tree["shapes"]["example#Names"]["member"],
        "error": model_tree["shapes"]["example#Oops"],
    }[place]
    holder["traits"] = {**holder.get("traits", {}), **strange}
    assert "vendor.wire#reversed" in failure(model_tree)


def test_a_trait_that_is_out_of_reach_does_not_matter():
    files_of(go(Far=structure({"vendor.wire#reversed": {}})))


@pytest.mark.parametrize(
    ("trait", "value"),
    [("httpHeader", 7), ("xmlNamespace", {}), ("timestampFormat", "sundial"), ("jsonName", []), ("length", "long")],
)
def test_a_trait_with_an_impossible_value_is_named(trait, value):
    text = failure(go(GoRequest=structure(a=member("smithy.api#Timestamp", **{trait: value}))))
    assert "example#GoRequest$a" in text and f"smithy.api#{trait}" in text


@pytest.mark.parametrize(
    ("model_tree", "words"),
    [
        (go("vendor#protocol"), "names no protocol"),
        (go(JSON, None, {"paginated": {"inputToken": "token", "outputToken": "token"}}), 'inputToken: "token" does not lead to a member'),
        (go(XML), "smithy.api#http: missing"),
        (go(XML, None, {"http": {"method": "GET", "uri": "/{a}"}}), "no member for {a}"),
        (go(XML, None, HTTP, GoRequest=structure(a=member("smithy.api#Blob", httpHeader="x"))), r"GoRequest\$a: smithy.api#httpHeader"),
        (go(XML, None, HTTP, GoRequest=structure(a="L"), L=list_of("smithy.api#String", sparse={})), "smithy.api#sparse"),
        (go(XML, None, HTTP, GoRequest=structure(a=member("L", httpPayload={})), L=list_of("GoRequest")), r"GoRequest\$a: smithy.api#httpP"),
        (go(GoRequest=structure(a="Body"), Body=STREAM), "smithy.api#streaming"),
        (go(GoRequest=structure(a="Deep"), Deep=structure(b="Body"), Body=STREAM), r"Deep\$b: smithy.api#streaming: not a member of"),
        (go(GoRequest=structure(a="Bodies"), Bodies=list_of("Body"), Body=STREAM), r"Bodies\$member: smithy.api#streaming"),
        (go(GoRequest=structure(a="Nothing"), Nothing=union()), "example#Nothing: a union without members"),
        (go(JSON, None, {"auth": ["smithy.api#httpBearerAuth"]}), "example#Go: smithy.api#httpBearerAuth: not supported"),
        (tree(**{"Go" * 100: operation()}), "example#GoGo.*: too long for the name of a file"),
    ],
)
def test_what_is_not_supported_is_said_with_its_place(model_tree, words):
    with pytest.raises(GeneratorError, match=words):
        files_of(model_tree)


def test_a_service_that_wants_tokens_is_refused_but_for_what_needs_none():
    def model_tree(**traits) -> dict:
        result = go(JSON, {"smithy.api#httpBearerAuth": {}}, traits)
        del result["shapes"]["example#Example"]["traits"]["aws.auth#sigv4"]
        return result

    assert "example#Go: smithy.api#httpBearerAuth: not supported, only aws.auth#sigv4 is" in failure(model_tree())
    for traits in ({"auth": []}, {"optionalAuth": {}}):
        assert service_of(model_tree(**traits))[0].operations[0].unsigned


def test_event_streams_are_left_out_of_all_and_refused_when_asked_for():
    model_tree = go(
        Listen=operation("GoRequest", "ListenResponse"),
        ListenResponse=structure(events="Events"),
        Events={**union(a="Event"), "traits": {"smithy.api#streaming": {}}},
        Event=structure(a="smithy.api#String"),
    )
    service, _ = service_of(model_tree)
    assert [operation.name for operation in service.operations] == ["Go"]
    assert "Listen: event streams" in service.left_out[0]
    assert "event streams are not supported" in failure(model_tree, operations=("Listen",))
    del model_tree["shapes"]["example#Example"]["operations"][0]
    assert "no operation to generate: each has event streams" in failure(model_tree)


def test_an_operation_that_is_not_there_is_named():
    assert "has no operation Stop" in failure(go(), operations=("Go", "Stop"))


# ---- any damage ----


def damage(node: dict, chance: random.Random) -> None:
    """Takes away or replaces one thing, somewhere."""
    while True:
        key = chance.choice(list(node))
        value = node[key]
        if isinstance(value, dict) and value and chance.random() < 0.85:
            node = value
            continue
        if isinstance(value, list) and value and isinstance(value[0], dict) and chance.random() < 0.5:
            node = chance.choice(value)
            continue
        if chance.random() < 0.4:
            del node[key]
        else:
            node[key] = chance.choice([None, 7, "", "x", [], {}, True, [1], {"a": 1}, "example#X"])
        return


@pytest.mark.parametrize(("name", "seed"), [*(("logs", seed) for seed in range(150)), *(("s3", seed) for seed in range(50))])
def test_a_damaged_model_gives_a_client_or_a_clear_error(name, seed):
    chance = random.Random(seed)
    model_tree = slimmed(name)
    service = next(shape for shape in model_tree["shapes"].values() if shape["type"] == "service")
    rules = service["traits"].pop("smithy.rules#endpointRuleSet")
    service["traits"].pop("smithy.rules#endpointTests")
    damage(model_tree["shapes"], chance)
    traits = service.get("traits")
    if isinstance(traits, dict):
        traits["smithy.rules#endpointRuleSet"] = rules
    try:
        model = Model.from_tree(model_tree, "m.json")
        emit.files(resolve.resolve(model, config.ServiceConfig(prefix=name), "m.json", protocols.NAMES), model)
    except GeneratorError as error:
        assert "m.json" in str(error) or "com.amazonaws" in str(error)
