"""The partitions of Regions are built in, and replaced by a command or while building."""

import hashlib
import json
import shutil
import subprocess

import pytest
from support import ROOT
from test_update import contents, project  # noqa: F401

from smithy_c import __main__

MAIN = r"""
#include <smithy/endpoint.h>
#include <stdio.h>
int main(void) {
    const smithy_partition found = smithy_partition_of(SMITHY_STR("moon-far-1"));
    printf("%.*s %.*s", SMITHY_STR_ARG(found.name), SMITHY_STR_ARG(found.dns_suffix));
    return 0;
}
"""


@pytest.fixture
def newer(tmp_path):
    """What the SDKs may publish one day: descriptions, and a partition more."""
    found = json.loads((ROOT / "models/partitions.json").read_text())
    found["partitions"][0]["regions"]["us-east-1"]["description"] = "US East"
    outputs = {**found["partitions"][0]["outputs"], "name": "aws-moon", "dnsSuffix": "aws.moon"}
    found["partitions"].append(
        {"id": "aws-moon", "outputs": outputs, "regionRegex": r"^moon\-\w+\-\d+$", "regions": {"moon-far-1": {}}}
    )
    path = tmp_path / "new.json"
    path.write_text(json.dumps({**found, "version": "9.9"}))
    return path


def test_a_newer_file_is_slimmed_pinned_and_made_a_table_of(project, newer, capsys):  # noqa: F811
    folder, options = project
    assert __main__.main(["partitions", str(newer), "--source", "the moon", *options]) == 0
    kept = (folder / "models/partitions.json").read_text()
    assert "aws.moon" in kept and "US East" not in kept
    digest = hashlib.sha256(newer.read_bytes()).hexdigest()
    rows = (folder / "models/SOURCES.md").read_text().split("\n\n")[1].splitlines()
    assert rows[-1] == f"| partitions.json | new.json, version 9.9 | the moon | `{digest}` |" and len(rows) == 5
    assert "aws.moon" in (folder / "table.c").read_text()
    before = contents(folder)
    assert __main__.main(["partitions", str(newer), "--source", "the moon", *options]) == 0
    assert contents(folder) == before


def test_the_table_alone_is_what_regions_are_looked_up_in(newer, runtime, tmp_path):
    table = tmp_path / "table.c"
    before = contents(ROOT / "models")
    assert __main__.main(["partitions", str(newer), "--out", str(table)]) == 0
    assert contents(ROOT / "models") == before
    assert runtime.run(tmp_path, MAIN, [table]) == "aws-moon aws.moon"
    assert runtime.run(tmp_path, MAIN, []) == "aws amazonaws.com", "the one that is built in does not know it"


@pytest.mark.skipif(not all(map(shutil.which, ("cmake", "ninja"))), reason="cmake or ninja is not there")
def test_a_build_takes_another_file(newer, tmp_path):
    build = tmp_path / "build"
    off = [f"-DSMITHY_{name}=OFF" for name in ("BUILD_TESTS", "BUILD_EXPORTER", "INSTALL")]
    configure = ["cmake", "-S", ROOT, "-B", build, "-G", "Ninja", *off, "-DSMITHY_CLIENTS=sts", f"-DSMITHY_PARTITIONS={newer}"]
    subprocess.run(list(map(str, configure)), check=True, capture_output=True)
    assert "aws.moon" in (build / "src/smithy/aws/partition_table.c").read_text()
    commands = subprocess.run(["ninja", "-C", build, "-t", "commands", "smithy"], check=True, capture_output=True, text=True)
    assert f"{ROOT}/src/smithy/aws/partition_table.c" not in commands.stdout


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON"),
        ('{"shapes": {}}', "not the partitions of the SDKs: 'version'"),
        ('{"version": "1", "partitions": [{"id": "aws"}]}', "not the partitions of the SDKs: 'outputs'"),
        ('{"version": "1", "partitions": []}', "the first partition"),
    ],
)
def test_a_broken_file_touches_nothing(project, tmp_path, capsys, text, says):  # noqa: F811
    folder, options = project
    path = tmp_path / "broken.json"
    path.write_text(text)
    before = contents(folder)
    assert __main__.main(["partitions", str(path), *options]) == 1
    assert says in capsys.readouterr().err
    assert contents(folder) == before
    assert __main__.main(["partitions", str(tmp_path / "none.json"), *options]) == 1
