"""The command diff: what it finds between two models, and what of it breaks a C caller."""

import json

import pytest
from support import ROOT, compile_all, write

from smithy_c import __main__, config, diff, emit, protocols, resolve
from smithy_c.model import Model

FIXTURES = ROOT / "tests/codegen/fixtures"
OLD, NEW = FIXTURES / "shop-old.json", FIXTURES / "shop-new.json"
REAL = ROOT.parent / "shared/models"

BREAKING = {
    ("CloseShop", "operation", "removed", ""),
    ("Busy", "error", "removed", ""),
    ("ListOrders", "smithy.api#paginated", "removed", "the functions of its pages go"),
    ("GetOrder: OrderPaid", "waiter", "removed", ""),
    ("Order$note", "member", "removed", ""),
    ("Order$count", "member", "changed", "integer, now long"),
    ("State: lost", "value", "removed", ""),
    ("Detail$depth", "member", "changed", "now required"),
    ("ListOrders (input)$region", "member", "added", "required"),
}
OTHER = {
    ("CountOrders", "operation", "added", ""),
    ("Throttled", "error", "added", ""),
    ("GetOrder: OrderOpen", "waiter", "added", ""),
    ("GetOrder", "smithy.waiters#waitable", "changed", ""),
    ("GetOrder: NotFound", "error of the operation", "removed", ""),
    ("Order$paidAt", "member", "added", ""),
    ("State: returned", "value", "added", ""),
    ("ListOrders (input)$shop", "member", "changed", "no longer required"),
    ("NotFound", "smithy.api#httpError", "changed", "404, now 410"),
}


def run(capsys, *arguments):
    status = __main__.main([str(argument) for argument in arguments])
    return status, capsys.readouterr()


def found(old, new, **options):
    changes = diff.compare(Model.load(old), Model.load(new), **options)
    rows = [{(c.place, c.what, c.change, c.detail) for c in changes if c.breaking is breaking} for breaking in (True, False)]
    return rows[0], rows[1]


def test_every_change_is_found_and_judged():
    breaking, other = found(OLD, NEW)
    assert (breaking, other) == (BREAKING, OTHER)


def test_a_model_does_not_differ_from_itself():
    assert found(OLD, OLD) == (set(), set())


def test_what_was_added_is_removed_the_other_way_round():
    breaking, _ = found(NEW, OLD)
    assert ("CountOrders", "operation", "removed", "") in breaking
    assert ("State: returned", "value", "removed", "") in breaking


def test_only_the_operations_that_are_asked_for_count():
    breaking, other = found(OLD, NEW, operations=["GetOrder", "CountOrders"])
    assert ("CountOrders", "operation", "added", "") in other
    assert not any("ListOrders" in row[0] or row[0] == "CloseShop" for row in breaking | other)


def test_an_older_form_of_an_enumeration_is_the_same(tmp_path):
    tree = json.loads(OLD.read_text())
    rows = [{"value": value, "name": value.upper()} for value in ("open", "paid", "lost")]
    tree["shapes"]["example.shop#State"] = {"type": "string", "traits": {"smithy.api#enum": rows}}
    (tmp_path / "older.json").write_text(json.dumps(tree))
    assert found(tmp_path / "older.json", OLD) == (set(), set())


@pytest.mark.parametrize(
    ("change", "row"),
    [
        (lambda s: s["Orders"].update(traits={"smithy.api#sparse": {}}), ("Orders", "smithy.api#sparse", "added", "")),
        (lambda s: s["Orders"]["member"].update(target="smithy.api#String"), ("Orders$member", "member", "changed", "structure Order, now string")),
        (lambda s: s["Order"].update(type="union"), ("Order", "type", "changed", "structure, now union")),
        (lambda s: s["State"]["members"].update(PAYED=s["State"]["members"].pop("PAID")), ("State: paid", "value's name", "changed", "PAID, now PAYED")),
    ],
)  # fmt: skip
def test_changes_of_a_type_break(tmp_path, change, row):
    tree = json.loads(OLD.read_text())
    change({name.partition("#")[2]: shape for name, shape in tree["shapes"].items()})
    (tmp_path / "new.json").write_text(json.dumps(tree))
    breaking, _ = found(OLD, tmp_path / "new.json")
    assert row in breaking


def test_the_exit_status_tells_breaking_changes_only_when_asked(capsys):
    assert run(capsys, "diff", OLD, NEW)[0] == 0
    assert run(capsys, "diff", OLD, NEW, "--fail-on-breaking")[0] == __main__.BREAKING
    assert run(capsys, "diff", OLD, OLD, "--fail-on-breaking")[0] == 0
    status, printed = run(capsys, "diff", OLD, FIXTURES / "nothing.json", "--fail-on-breaking")
    assert status == 1 and "nothing.json" in printed.err


def test_text_is_for_people(capsys):
    text = run(capsys, "diff", OLD, NEW)[1].out
    assert f"Breaking: {len(BREAKING)}\n" in text and f"Not breaking: {len(OTHER)}\n" in text
    assert "  - CloseShop: operation removed\n" in text
    assert "  ~ Order$count: member changed: integer, now long\n" in text


def test_json_is_for_programs(capsys):
    tree = json.loads(run(capsys, "diff", OLD, NEW, "--json")[1].out)
    assert (tree["breaking"], tree["other"]) == (len(BREAKING), len(OTHER))
    assert {"place": "CloseShop", "what": "operation", "change": "removed", "breaking": True, "detail": ""} in tree["changes"]


@pytest.mark.parametrize("path", [OLD, NEW], ids=["old", "new"])
def test_both_models_make_clients(tmp_path, path):
    model = Model.load(path)
    service = resolve.resolve(model, config.ServiceConfig(prefix="shop"), path.name, protocols.NAMES)
    write(tmp_path, emit.files(service, model))
    compile_all(tmp_path)


@pytest.mark.parametrize("name", ["cloudwatch-logs", "dynamodb", "s3", "sts"])
def test_models_of_four_years_apart(name):
    old, new = REAL / f"2022/{name}.json", REAL / f"{name}.json"
    if not old.is_file() or not new.is_file():
        pytest.skip("the official models of both years are not there")
    breaking, other = found(old, new)
    assert other
    if name == "s3":
        assert ("GetObject (output)$Expires", "member", "changed", "timestamp, now string") in breaking
    else:
        assert not breaking
