"""The command update: a new model comes in with its pin, or nothing is touched."""

import hashlib
import io
import os
import shutil
import stat
import zipfile

import pytest
from support import ROOT

from smithy_c import __main__

FIXTURES = ROOT / "tests/codegen/fixtures"
SOURCES = """# Sources

| file | cut from | source | sha256 of the source |
|---|---|---|---|
| bakery.json | bakery.json, 1 | somewhere | `00` |
| shop.json | shop-old.json, 2025-01-01 | a shelf | `11` |
| partitions.json | partitions.json | botocore | `22` |

The end.
"""


@pytest.fixture
def project(tmp_path):
    """The folders of a project with one service."""
    for name in ("models", "services"):
        (tmp_path / name).mkdir()
    (tmp_path / "services/shop.toml").write_text('prefix = "shop"\noperations = ["GetOrder"]\n')
    (tmp_path / "models/SOURCES.md").write_text(SOURCES)
    shutil.copy(ROOT / "models/partitions.json", tmp_path / "models")
    folders = {"models": "models", "services": "services", "generated": "generated", "partition-table": "table.c"}
    options = [part for option, name in folders.items() for part in (f"--{option}", str(tmp_path / name))]
    return tmp_path, options


def update(project, *arguments):
    return __main__.main(["update", "shop", *map(str, arguments), *project[1]])


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def row(name, source):
    digest = hashlib.sha256((FIXTURES / name).read_bytes()).hexdigest()
    return f"| shop.json | {name}, 2025-01-01 | {source} | `{digest}` |\n| partitions.json"


def test_a_file_is_slimmed_pinned_and_generated(project, capsys):
    folder = project[0]
    assert update(project, "--file", FIXTURES / "shop-old.json", "--source", "the shop's own page") == 0
    assert "CloseShop" not in (folder / "models/shop.json").read_text()
    assert row("shop-old.json", "the shop's own page") in (folder / "models/SOURCES.md").read_text()
    assert (folder / "generated/shop/src/ops/get_order.c").is_file()
    assert (folder / "generated/shop/src/waiters/order_paid.c").is_file()
    assert capsys.readouterr().out == ""
    assert update(project, "--file", FIXTURES / "shop-new.json") == 0
    told = capsys.readouterr().out
    assert "- GetOrder: OrderPaid: waiter removed" in told and "CountOrders" not in told
    assert row("shop-new.json", "a local file") in (folder / "models/SOURCES.md").read_text()
    assert (folder / "models/SOURCES.md").read_text().endswith("\nThe end.\n")
    assert not (folder / "generated/shop/src/waiters/order_paid.c").exists()


def test_a_new_service_gets_a_row_of_its_own(project):
    folder = project[0]
    (folder / "models/SOURCES.md").write_text("".join(SOURCES.splitlines(True)[:5] + SOURCES.splitlines(True)[6:]))
    assert update(project, "--file", FIXTURES / "shop-old.json") == 0
    assert f"| `00` |\n{row('shop-old.json', 'a local file')}" in (folder / "models/SOURCES.md").read_text()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not a JSON model"),
        ("[]", "not a Smithy JSON model"),
        ((FIXTURES / "shop-old.json").read_text().replace("GetOrder", "FetchOrder"), "the service has no operation GetOrder"),
        ((FIXTURES / "shop-old.json").read_text().replace("order.state", "order.nothing"), "Order has no member nothing"),
    ],
)
def test_a_model_that_cannot_be_used_changes_nothing(project, capsys, text, says):
    assert update(project, "--file", FIXTURES / "shop-old.json") == 0
    before = contents(project[0])
    (project[0] / "new.json").write_text(text)
    assert update(project, "--file", project[0] / "new.json") == 1
    assert says in capsys.readouterr().err
    (project[0] / "new.json").unlink()
    assert contents(project[0]) == before


def test_a_service_that_is_not_configured_is_an_error(project, capsys):
    assert __main__.main(["update", "bank", "--file", str(FIXTURES / "shop-old.json"), *project[1]]) == 1
    assert "bank.toml" in capsys.readouterr().err


def fake_mvn(folder, monkeypatch, script):
    path = folder / "bin/mvn"
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")


def jar(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"META-INF/smithy/{name}.json", content)
    return packed.getvalue()


COORDINATE = "example.models:shop:1.2.3"


def test_an_artifact_is_fetched_by_mvn(project, monkeypatch):
    (project[0] / "shop.jar").write_bytes(jar(shop=(FIXTURES / "shop-old.json").read_bytes()))
    script = f"""for a in "$@"; do case $a in -DoutputDirectory=*) cp {project[0]}/shop.jar "${{a#*=}}" ;; esac; done
case "$*" in *-Dartifact={COORDINATE}*) ;; *) exit 1 ;; esac"""
    fake_mvn(project[0], monkeypatch, script)
    assert update(project, "--maven", COORDINATE) == 0
    pin = (project[0] / "models/SOURCES.md").read_text()
    assert f"| shop.json | shop.json, 2025-01-01 | {COORDINATE} | " in pin


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo '[ERROR] Could not find artifact example.models:shop:jar:1.2.3 in somewhere'; exit 1", f"{COORDINATE}: not found"),
        ("echo '[ERROR] no network'; exit 1", f"{COORDINATE}: mvn failed: [ERROR] no network"),
        ("exit 0", f"{COORDINATE}: mvn left no archive"),
    ],
)
def test_what_mvn_cannot_fetch_is_a_clear_error(project, monkeypatch, capsys, script, says):
    fake_mvn(project[0], monkeypatch, script)
    before = contents(project[0])
    assert update(project, "--maven", COORDINATE) == 1
    assert says in capsys.readouterr().err
    assert contents(project[0]) == before


def test_without_mvn_the_other_way_is_told(project, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(project[0]))
    assert update(project, "--maven", COORDINATE) == 1
    assert "mvn is not installed" in capsys.readouterr().err and update(project, "--maven", "shop:1") == 1
    assert "not of the form group:id:version" in capsys.readouterr().err


@pytest.mark.parametrize("content", [jar(), jar(a="{}", b="{}"), b"no archive"])
def test_an_archive_without_one_model_is_an_error(project, monkeypatch, capsys, content):
    (project[0] / "shop.jar").write_bytes(content)
    script = f'for a in "$@"; do case $a in -DoutputDirectory=*) cp {project[0]}/shop.jar "${{a#*=}}" ;; esac; done'
    fake_mvn(project[0], monkeypatch, script)
    assert update(project, "--maven", COORDINATE) == 1
    assert COORDINATE in capsys.readouterr().err
