"""Other projects that use the clients: with CMake's package, pkg-config, a subdirectory, FetchContent."""

import os
import subprocess
import sys

import pytest
from conftest import CC, HERE, ROOT, build, configure, run

EXAMPLES = ("list-streams", "whoami", "dynamodb-item", "sqs-queue")
NEVER_FOUND = "-DCMAKE_DISABLE_FIND_PACKAGE_smithy=ON"


def build_examples(folder, *settings):
    for name in EXAMPLES:
        configure(ROOT / "examples" / name, folder / name, *settings)
        build(folder / name)


def try_examples(folder):
    """What tests/integration has to say about them."""
    run(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_examples.py",
        cwd=ROOT / "tests/integration", env=os.environ | {"EXAMPLES": str(folder)},
    )  # fmt: skip


def test_examples_work_with_the_installed_package(installed, tmp_path):
    build_examples(tmp_path, *installed.settings())
    assert not (tmp_path / "list-streams/smithy").exists()  # The installed one was used, not the checkout.
    linked = run("ldd", tmp_path / "list-streams/list_streams")
    assert ("libsmithy_logs.so" in linked) == (installed.kind == "shared")
    try_examples(tmp_path)


def test_examples_work_with_the_project_as_a_subdirectory(tmp_path):
    build_examples(tmp_path, NEVER_FOUND)
    try_examples(tmp_path)


@pytest.mark.parametrize("shared_libraries", ["ON", "OFF"])
def test_a_project_that_fetches_this_one_generates_and_tests_a_client(tmp_path, shared_libraries):
    printed = configure(
        HERE / "fetching", tmp_path, f"-DFETCHCONTENT_SOURCE_DIR_SMITHY={ROOT}",
        f"-DBUILD_SHARED_LIBS={shared_libraries}", f"-DMODEL={ROOT}/models/logs.json",
    )  # fmt: skip
    assert "warning" not in printed.lower()
    build(tmp_path)
    assert "100% tests passed" in run("ctest", "--test-dir", tmp_path)
    run("cmake", "--install", tmp_path, "--prefix", tmp_path / "prefix")
    installed = [path.name for path in (tmp_path / "prefix").rglob("*") if path.is_file()]
    assert installed == ["fetching"]  # Nothing of this project, which it did not ask for.


def test_plain_gcc_builds_with_what_pkg_config_says(installed, tmp_path):
    program = tmp_path / "list_streams"
    source = ROOT / "examples/list-streams/list_streams.c"
    flags = installed.flags("--cflags", "--libs", "smithy-logs")
    run(CC, "-std=c11", "-Wall", "-Werror", source, "-o", program, *flags, f"-Wl,-rpath,{installed.lib}")
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "usage: list_streams LOG-GROUP\n")


def test_private_libraries_of_a_shared_library_are_named_for_static_linking_only(shared):
    plain, full = shared.flags("--libs", "smithy-logs"), shared.flags("--static", "--libs", "smithy-logs")
    private = {"-lcurl", "-lcrypto", "-lexpat", "-lcjson", "-lz", "-lm"}
    assert not private & set(plain)
    assert private <= set(full)


def test_a_static_program_keeps_only_the_operations_it_calls(static, tmp_path):
    flags = static.flags("--cflags", "--libs", "smithy-logs")
    size = {}
    for name in ("one_operation", "all_operations"):
        run(CC, "-std=c11", "-Os", HERE / f"{name}.c", "-o", tmp_path / name, "-Wl,--gc-sections", *flags)
        size[name] = (tmp_path / name).stat().st_size
    symbols = run("nm", "--defined-only", tmp_path / "one_operation")
    assert " logs_create_log_group\n" in symbols
    for absent in ("logs_describe_log_streams", "logs_put_log_events", "logs_create_export_task", "s3_", "smithy_xml_reader"):
        assert f" {absent}" not in symbols, absent
    assert size["one_operation"] + 10_000 < size["all_operations"]
