"""Cutting models down: what is wanted stays as it is, the rest and all sentences go."""

import copy
import json

from support import ROOT, files_of, member, operation, slimmed, structure, tree

from smithy_c import __main__ as command
from smithy_c import slim
from smithy_c.model import Model, local_name

DOC = {"documentation": "Sentences."}


def whole() -> dict:
    return tree(
        service={"smithy.rules#clientContextParams": {"Fast": {"type": "boolean", "documentation": "Sentences."}}},
        Go=operation("GoRequest", "GoResponse", ("Lost",), {**DOC, "examples": [{"title": "Sentences."}]}),
        Stop=operation("StopRequest"),
        GoRequest=structure(DOC, way=member("Way", **DOC), speed=member("smithy.api#Integer", **DOC)),
        GoResponse=structure({"deprecated": {"message": "Sentences."}}),
        StopRequest=structure(brake="Brake"),
        Way={"type": "list", "member": {"target": "example#Step", "traits": {"smithy.api#documentation": "Sentences."}}},
        Step=structure(back=member("Way")),
        Brake=structure(),
        Lost=structure({"error": "client"}),
        Nobody=structure(),
    )


def slim_of(model_tree: dict, *names: str) -> dict:
    return slim.slim(Model.from_tree(copy.deepcopy(model_tree), "whole.json"), names or None)


def test_only_what_the_wanted_operations_reach_is_kept():
    kept = {local_name(shape_id) for shape_id in slim_of(whole(), "Go")["shapes"]}
    assert kept == {"Example", "Go", "GoRequest", "GoResponse", "Way", "Step", "Lost"}


def test_without_names_all_operations_are_kept():
    kept = {local_name(shape_id) for shape_id in slim_of(whole())["shapes"]}
    assert {"Go", "Stop", "Brake"} <= kept and "Nobody" not in kept


def test_no_sentence_is_left():
    assert "Sentences" not in slim.write(slim_of(whole()))


def test_members_keep_their_order_and_shapes_are_sorted():
    tree_ = slim_of(whole())
    assert list(tree_["shapes"]["example#GoRequest"]["members"]) == ["way", "speed"]
    assert list(tree_["shapes"]) == sorted(tree_["shapes"])


def test_the_client_is_the_same_as_from_the_whole_model():
    model_tree = whole()
    assert files_of(slim_of(model_tree, "Go")) == files_of(model_tree, operations=("Go",))


def test_slimming_twice_changes_nothing():
    once = slim_of(whole(), "Go")
    assert slim.write(slim_of(once, "Go")) == slim.write(once)


def test_the_committed_models_are_slim():
    for path in sorted((ROOT / "models").glob("*.json")):
        config = ROOT / "codegen" / "services" / f"{path.stem}.toml"
        if not config.is_file():
            continue
        text = path.read_text()
        assert slim.write(slim_of(slimmed(path.stem))) == text, path.name
        assert '"smithy.api#documentation"' not in text
        traits = next(s for s in json.loads(text)["shapes"].values() if s["type"] == "service")["traits"]
        assert "smithy.rules#endpointRuleSet" in traits and "smithy.rules#endpointTests" in traits


def test_the_command_writes_the_slim_model(tmp_path):
    (tmp_path / "whole.json").write_text(json.dumps(whole()))
    arguments = ["slim", str(tmp_path / "whole.json"), "--operations", "Go", "--out", str(tmp_path / "out" / "slim.json")]
    assert command.main(arguments) == 0
    assert (tmp_path / "out" / "slim.json").read_text() == slim.write(slim_of(whole(), "Go"))


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    (tmp_path / "bad.json").write_text("{")
    assert command.main(["slim", str(tmp_path / "bad.json"), "--out", str(tmp_path / "x.json")]) == 1
    assert "bad.json" in capsys.readouterr().err
    assert not (tmp_path / "x.json").exists()
