"""The command line of generate, as the pages show it."""

import argparse
import re

import pytest
from support import JSON, ROOT, operation, structure, tree

from smithy_c import __main__, config, resolve
from smithy_c.model import Model

LOGS = ROOT / "models/logs.json"
PAGE = (ROOT / "docs/generator.md").read_text(encoding="utf-8")


def generate(*arguments):
    return __main__.main(["generate", *map(str, arguments)])


def operations_of(folder, prefix):
    return sorted(path.stem for path in (folder / "include" / prefix / "ops").glob("*.h"))


def test_a_model_and_a_folder_are_all_that_is_needed(tmp_path):
    assert generate(LOGS, "--out", tmp_path) == 0
    assert (tmp_path / "include/cloudwatch_logs/cloudwatch_logs.h").is_file(), "the service's own name"
    assert "describe_log_groups" in operations_of(tmp_path, "cloudwatch_logs")
    assert not (tmp_path / "tests").exists()


def test_all_operations_are_what_is_generated_without_a_list_too(tmp_path, capsys):
    lists = []
    for more in ((), ("--all",), ("--operations", "GetLogEvents")):
        assert generate(LOGS, "--out", tmp_path, "--list", *more) == 0
        lists.append(capsys.readouterr().out.splitlines())
    assert lists[0] == lists[1] and "src/ops/put_log_events.c" in lists[0]
    assert [name for name in lists[2] if name.startswith("src/ops/")] == ["src/ops/get_log_events.c"]
    assert not list(tmp_path.iterdir()), "--list writes nothing"


def test_a_configurations_operations_give_way_to_those_of_the_command_line(tmp_path):
    settings = ROOT / "codegen/services/logs.toml"
    assert generate(LOGS, "--out", tmp_path, "--service-config", settings, "--name", "cw", "--operations", "GetLogEvents") == 0
    assert operations_of(tmp_path, "cw") == ["get_log_events"]
    assert generate(LOGS, "--out", tmp_path, "--service-config", settings) == 0
    assert len(operations_of(tmp_path, "logs")) == len(config.load(settings).operations)


def test_tests_come_where_they_are_asked_for(tmp_path):
    assert generate(LOGS, "--out", tmp_path, "--name", "logs", "--operations", "GetLogEvents", "--tests") == 0
    assert [path.name for path in (tmp_path / "tests").iterdir()] == ["endpoint_test.c"]
    assert "ENDPOINT tests/endpoint_test.c" in (tmp_path / "CMakeLists.txt").read_text()
    assert generate(LOGS, "--out", tmp_path, "--name", "logs", "--operations", "GetLogEvents") == 0
    assert not (tmp_path / "tests/endpoint_test.c").exists(), "what is no longer generated is removed"


def test_a_list_and_all_exclude_each_other(tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        generate(LOGS, "--out", tmp_path, "--all", "--operations", "GetLogEvents")
    assert caught.value.code == 2
    assert "not allowed with" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("sdk_id", "name"), [("CloudWatch Logs", "cloudwatch_logs"), ("S3", "s3"), ("Route 53", "route_53"), ("A-B.", "a_b")]
)
def test_a_service_gives_its_client_a_name(sdk_id, name):
    model = tree(JSON, {"aws.api#service": {"sdkId": sdk_id}}, Do=operation("In"), In=structure())
    assert resolve.name_of_service(Model.from_tree(model, "m")) == name


def commands():
    parser = __main__._parser()
    (group,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return group.choices


@pytest.mark.parametrize("command", sorted(commands()))
def test_the_page_tells_each_command_and_each_option(command):
    assert f"`{command}" in PAGE
    options = {name for action in commands()[command]._actions for name in action.option_strings if name.startswith("--")}
    assert {name for name in options - {"--help"} if not re.search(rf"{name}\b", PAGE)} == set()


def test_the_page_tells_each_key_of_the_toml_files():
    keys = {
        *config.ServiceConfig.__dataclass_fields__,
        *config.PaginatorConfig.__dataclass_fields__,
        *config.ErrorConfig.__dataclass_fields__,
        *config.SettingConfig.__dataclass_fields__,
        *config.UrlEncodedConfig.__dataclass_fields__,
    }
    assert {key for key in keys if not re.search(rf"\b{key}\b", PAGE)} == set()
