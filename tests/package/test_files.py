"""What scripts/package leaves in dist/: the zip, the program, the list of what it is made of."""

import hashlib
import json
import os
import re
import subprocess
import zipfile

import dependencies
import pytest
from conftest import ARCHS, ROOT, require

MACHINES = {"x86_64": "Advanced Micro Devices X86-64", "arm64": "AArch64"}


def sha256(content):
    return hashlib.sha256(content).hexdigest()


@pytest.fixture(params=ARCHS)
def arch(request):
    return request.param


def test_the_zip_holds_the_program_and_the_licences_and_no_time_or_place(arch):
    with zipfile.ZipFile(require(arch, ".zip")) as archive:
        entries = archive.infolist()
        assert [(entry.filename, oct(entry.external_attr >> 16)) for entry in entries] == [
            ("LICENSES.txt", "0o100644"), ("bootstrap", "0o100755"),
        ]  # fmt: skip
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        program, licenses = archive.read("bootstrap"), archive.read("LICENSES.txt").decode()
    assert program == require(arch).read_bytes()
    for place in (str(ROOT), "/work/", "/home/", "build/package"):
        assert place.encode() not in program, place
    for pin in dependencies.read_lock():
        assert f"======== {pin.name} ========" in licenses


def test_the_zip_is_small(arch):
    assert require(arch, ".zip").stat().st_size <= 2_500_000


def test_the_program_is_static_and_stays_where_it_is_linked(arch):
    printed = subprocess.run(
        ["readelf", "-hlW", require(arch)], capture_output=True, text=True, check=True, env={"LC_ALL": "C", "PATH": "/usr/bin"}
    ).stdout
    assert re.search(r"Type: +EXEC", printed) and MACHINES[arch] in printed
    assert "INTERP" not in printed and "DYNAMIC" not in printed
    assert re.search(r"GNU_STACK.* RW ", printed) and "GNU_RELRO" in printed


def test_the_bill_lists_every_library_with_its_version_and_sums(arch):
    bill = json.loads(require(arch, ".cdx.json").read_text(encoding="utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    own = bill["metadata"]["component"]
    assert own["hashes"] == [{"alg": "SHA-256", "content": sha256(require(arch).read_bytes())}]
    parts = {part["name"]: part for part in bill["components"]}
    pins = {pin.name: pin for pin in dependencies.read_lock()}
    assert set(parts) == set(pins) | {"glibc", "libgcc"}
    for name, pin in pins.items():
        assert parts[name]["version"] == pin.version
        sums = {entry["name"].removeprefix("sha256 of "): entry["value"] for entry in parts[name]["properties"][1:]}
        assert sums == pin.files_for(arch)
    assert bill["dependencies"][0]["dependsOn"] == [part["bom-ref"] for part in bill["components"]]


def test_the_same_inputs_make_the_same_bytes(arch):
    """This project's own code, built once more in another folder and by one core."""
    require(arch)
    if "SMITHY_LONG_TESTS" not in os.environ:
        pytest.skip("a minute of building: with SMITHY_LONG_TESTS")
    done = subprocess.run([ROOT / "scripts/package", "--again", arch], capture_output=True, text=True, check=False)
    if "missing here" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"package: bootstrap-{arch}: the same bytes" in done.stdout
