"""What is installed: all of it listed, movable, in components, and nothing but the interface."""

import os
import re
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, configure, run

CLIENTS = sorted(path.name for path in (ROOT / "generated").iterdir() if path.is_dir())


def files_below(folder):
    return {path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir()}


def test_the_manifest_lists_every_file_for_an_uninstallation(installed):
    listed = {Path(path).relative_to(installed.first_prefix) for path in installed.manifest}
    assert listed == files_below(installed.prefix)


def test_no_file_names_the_folder_it_was_installed_to_or_built_in(installed):
    for path in files_below(installed.prefix):
        if path.suffix in {".cmake", ".pc", ".h", ".py"}:
            text = (installed.prefix / path).read_text(encoding="utf-8")
            assert str(installed.first_prefix) not in text, path
            assert str(installed.build) not in text, path
            assert str(ROOT) not in text, path


def test_licences_come_along(installed):
    names = {str(path) for path in files_below(installed.prefix / "share/doc")}
    assert "smithy/LICENSE" in names


def test_every_client_is_there_with_its_package_files(installed):
    for client in CLIENTS:
        assert (installed.prefix / f"include/smithy-c/{client}/{client}.h").is_file()
        assert (installed.lib / f"pkgconfig/smithy-{client}.pc").is_file()
        assert (installed.lib / f"cmake/smithy/smithy-client-{client}-targets.cmake").is_file()


def test_the_transfer_library_is_there_with_its_package_files(installed):
    assert (installed.prefix / "include/smithy-c/s3_transfer/s3_transfer.h").is_file()
    assert (installed.lib / "pkgconfig/smithy-s3_transfer.pc").is_file()
    assert (installed.lib / "cmake/smithy/smithy-client-s3_transfer-targets.cmake").is_file()


def test_the_generator_comes_without_what_python_leaves_behind(installed):
    names = {path.name for path in files_below(installed.prefix / "share/smithy/codegen")}
    assert {"__main__.py", "operation.c.j2"} <= names
    assert {Path(name).suffix for name in names} == {".py", ".j2"}


def test_components_can_be_installed_apart(shared, tmp_path):
    found = {}
    for component in ("libraries", "development", "generator", "program"):
        run("cmake", "--install", shared.build, "--prefix", tmp_path / component, "--component", component)
        found[component] = files_below(tmp_path / component)
    assert all(re.search(r"\.so\.\d", path.name) for path in found["libraries"])
    assert not any(re.search(r"\.so\.\d", path.name) for path in found["development"])
    assert {path.parts[0] for path in found["generator"]} == {"share"}
    assert not found["program"]  # The exporter was not built, and nothing asked for it.
    assert set().union(*found.values()) == files_below(shared.prefix)


def test_the_program_installs_alone_and_helps(tmp_path):
    if not (Path(os.environ.get("BUILD", "/nonexistent")) / "src/cli/cloudwatch-logs-s3-exporter").exists():
        pytest.skip("BUILD does not name a build that has the exporter")
    run("cmake", "--install", os.environ["BUILD"], "--prefix", tmp_path, "--component", "program")
    assert {path.parts[0] for path in files_below(tmp_path)} == {"bin", "share"}
    assert "usage" in run(tmp_path / "bin/cloudwatch-logs-s3-exporter", "--help").lower()


@pytest.mark.parametrize("library", ["", *CLIENTS])
def test_a_shared_library_exports_nothing_but_its_interface(shared, library):
    path = shared.lib / (f"libsmithy_{library}.so" if library else "libsmithy.so")
    symbols = [line.split()[-1] for line in run("nm", "-D", "--defined-only", path).splitlines()]
    assert symbols
    assert not [name for name in symbols if not name.startswith(f"{library or 'smithy'}_")]

    declared = ""
    for header in (shared.prefix / "include/smithy-c" / (library or "smithy")).rglob("*.h"):
        declared += header.read_text(encoding="utf-8")
    assert not [name for name in symbols if not re.search(rf"\b{name}\b", declared)]


def test_a_shared_library_has_the_name_that_its_version_gives(shared):
    for name in ("libsmithy", *(f"libsmithy_{client}" for client in CLIENTS)):
        soname = re.search(r"SONAME\s+(\S+)", run("objdump", "-p", shared.lib / f"{name}.so")).group(1)
        assert re.fullmatch(rf"{name}\.so\.\d+\.\d+", soname)
        assert (shared.lib / soname).exists()


@pytest.mark.parametrize("compiler", [["gcc", "-std=c11", "-x", "c"], ["g++", "-std=c++11", "-x", "c++"]], ids=["C", "C++"])
def test_each_installed_header_compiles_alone(static, compiler):
    if not shutil.which(compiler[0]):
        pytest.skip(f"no {compiler[0]} here")
    include = static.prefix / "include/smithy-c"
    headers = sorted(include.rglob("*.h"))
    assert len(headers) > 20
    for header in headers:
        run(
            *compiler, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", *static.flags("--cflags", "smithy"),
            "-include", header.relative_to(include), "/dev/null",
        )  # fmt: skip


def test_a_part_that_is_not_installed_is_missed_by_its_name(static, tmp_path):
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.21)\nproject(p LANGUAGES C)\nfind_package(smithy REQUIRED COMPONENTS nothing)\n"
    )
    assert 'component "nothing" is not installed' in configure(tmp_path, tmp_path / "build", *static.settings(), code=1)


def test_another_minor_version_is_not_taken(static, tmp_path):
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.21)\nproject(p LANGUAGES C)\nfind_package(smithy 0.0 REQUIRED)\n"
    )
    assert "requested version" in configure(tmp_path, tmp_path / "build", *static.settings(), code=1)
