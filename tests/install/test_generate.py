"""smithy_generate_client: generates anew when it must and only then, and says what is missing."""

import shutil
import sys

import pytest
from conftest import ROOT, build, configure, run

PROJECT = """\
cmake_minimum_required(VERSION 3.21)
project(p LANGUAGES C)
find_package(smithy REQUIRED COMPONENTS generator)
smithy_generate_client({arguments})
"""


@pytest.fixture
def project(static, tmp_path):
    """project("NAME x MODEL …") configures a project of that one line, with other settings where they are given."""

    def write_and_configure(arguments, *settings, code=0):
        (tmp_path / "CMakeLists.txt").write_text(PROJECT.format(arguments=arguments), encoding="utf-8")
        return configure(tmp_path, tmp_path / "build", *static.settings(), *settings, code=code)

    shutil.copy(ROOT / "examples/dynamodb-item/model/dynamodb.json", tmp_path / "model.json")
    return write_and_configure


def test_a_changed_model_is_generated_anew_and_an_unchanged_one_is_not(project, tmp_path):
    project("NAME items MODEL model.json OPERATIONS GetItem")
    operations = tmp_path / "build/smithy-items/include/items/ops"
    assert not operations.exists()  # Only building writes it.
    assert "Generating" in build(tmp_path / "build")
    assert [path.name for path in operations.iterdir()] == ["get_item.h"]
    assert "Generating" not in build(tmp_path / "build")

    model = tmp_path / "model.json"
    text = model.read_text(encoding="utf-8")
    model.write_text(text.replace("2012-08-10", "2099-01-01"), encoding="utf-8")
    assert "Generating" in build(tmp_path / "build")
    assert "2099-01-01" in (operations / "get_item.h").read_text(encoding="utf-8")
    assert "Generating" not in build(tmp_path / "build")


def test_other_operations_and_another_prefix_make_another_client(project, tmp_path):
    project("NAME items MODEL model.json OPERATIONS GetItem")
    build(tmp_path / "build")
    project("NAME items MODEL model.json OPERATIONS PutItem PREFIX table")
    build(tmp_path / "build")
    include = tmp_path / "build/smithy-items/include"
    assert [path.name for path in include.iterdir() if any(path.rglob("*.h"))] == ["table"]
    assert [path.name for path in (include / "table/ops").iterdir()] == ["put_item.h"]
    assert " table_put_item\n" in run("nm", tmp_path / "build/libsmithy_items.a")


def test_a_configuration_says_what_the_model_does_not(project, tmp_path):
    (tmp_path / "items.toml").write_text('prefix = "items"\n[paginators.Query]\nskip = true\n', encoding="utf-8")
    project("NAME items MODEL model.json CONFIG items.toml ALL")
    build(tmp_path / "build")
    assert len(list((tmp_path / "build/smithy-items/include/items/ops").iterdir())) == 4


def test_committed_code_builds_without_python(static, tmp_path):
    run(
        sys.executable, "-B", "-m", "smithy_c", "generate", ROOT / "examples/dynamodb-item/model/dynamodb.json",
        "--name", "items", "--operations", "GetItem", "--out", tmp_path / "items",
        cwd=static.prefix / "share/smithy/codegen",
    )  # fmt: skip
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.21)\nproject(p LANGUAGES C)\n"
        "find_package(smithy REQUIRED COMPONENTS runtime)\nadd_subdirectory(items)\n"
    )
    configure(tmp_path, tmp_path / "build", *static.settings(), "-DSMITHY_PYTHON=/nonexistent")
    build(tmp_path / "build")
    assert " items_get_item\n" in run("nm", tmp_path / "build/items/libsmithy_items.a")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("MODEL model.json", "NAME is required"),
        ("NAME items", "MODEL is required"),
        ("NAME items MODEL none.json", "there is no file"),
        ("NAME items MODEL model.json OPERATIONS DropEverything", "DropEverything"),
        ("NAME Items MODEL model.json", "give a PREFIX"),
        ("NAME items MODEL model.json COLOUR red", "COLOUR"),
    ],
)
def test_a_mistake_in_the_call_is_named(project, arguments, message):
    assert message in project(arguments, code=1)


def test_a_python_without_jinja2_is_told_what_to_install(project, tmp_path):
    bare = tmp_path / "bare-python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n', encoding="utf-8")
    bare.chmod(0o755)
    printed = project("NAME items MODEL model.json", f"-DSMITHY_PYTHON={bare}", code=1)
    assert "has no Jinja2" in printed
    assert "python3-jinja2" in printed
    assert "SMITHY_PYTHON" in printed


def test_a_missing_generator_is_told_from_a_missing_python(static, project):
    generator = static.prefix / "share/smithy/codegen"
    aside = generator.with_name("aside")
    generator.rename(aside)
    try:
        assert "generator" in project("NAME items MODEL model.json", code=1)
    finally:
        aside.rename(generator)


def test_the_project_itself_can_generate_its_clients_while_building(tmp_path):
    configure(ROOT, tmp_path, "-DSMITHY_REGENERATE=ON", "-DSMITHY_BUILD_TESTS=OFF", "-DSMITHY_BUILD_EXPORTER=OFF")
    clients = sorted(path.name for path in (ROOT / "generated").iterdir() if path.is_dir())
    build(tmp_path, "--target", *(f"smithy_{client}_generated" for client in clients))
    for client in clients:
        run("diff", "-r", ROOT / "generated" / client, tmp_path / f"codegen/smithy-{client}")


LEGACY = ROOT / "tests/protocol/models/awsJson1_0.queryCompatible.json"  # A model with protocol tests of its own.


def test_a_folder_with_its_models_tests_builds_alone(static, tmp_path):
    run(
        sys.executable, "-B", "-m", "smithy_c", "generate", LEGACY, "--name", "legacy", "--all", "--tests",
        "--out", tmp_path / "legacy", cwd=static.prefix / "share/smithy/codegen",
    )  # fmt: skip
    configure(tmp_path / "legacy", tmp_path / "build", *static.settings(), "-DSMITHY_PYTHON=/nonexistent")
    build(tmp_path / "build")
    printed = run("ctest", "--verbose", cwd=tmp_path / "build")
    assert "protocol tests: awsJson1_0 requests 1 of 1, responses 2 of 2" in printed


def test_a_models_tests_are_generated_with_its_client(project, tmp_path):
    shutil.copy(LEGACY, tmp_path / "model.json")
    project("NAME legacy MODEL model.json TESTS)\nenable_testing(")  # Two commands.
    build(tmp_path / "build")
    assert "100% tests passed, 0 tests failed out of 1" in run("ctest", cwd=tmp_path / "build")
