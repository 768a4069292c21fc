"""Slims a model, generates the client of one service, brings generated/ up to date, or checks that it is."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable

from . import config, diff, emit, endpoint_tests, partitions, protocol_tests, protocol_tests_models, protocols, resolve, slim, update
from .errors import GeneratorError
from .ir import Service
from .model import Model

ROOT = Path(__file__).resolve().parents[2]
BREAKING = 3  # The exit status, apart from those of an error and of a wrong command line.


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except GeneratorError as error:
        print(f"smithy_c: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="smithy_c", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("slim", help="cut a model down to the operations that are wanted")
    command.add_argument("model", type=Path, metavar="MODEL.json")
    command.add_argument("--service-config", type=Path, metavar="TOML", help="takes the operations from there")
    command.add_argument("--operations", help="comma separated, instead of the configuration's")
    command.add_argument("--without-endpoint-tests", action="store_true", help="leave out the model's own tests too")
    command.add_argument("--out", type=Path, required=True, metavar="FILE.json")
    command.set_defaults(run=_slim)

    command = commands.add_parser("generate", help="generate the client of one service")
    command.add_argument("model", type=Path, metavar="MODEL.json")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="the service's folder")
    command.add_argument("--name", help="the client's prefix; default the configuration's, else the service's own name")
    command.add_argument("--service-config", type=Path, metavar="TOML", help="what the service needs beyond its model")
    wanted = command.add_mutually_exclusive_group()
    wanted.add_argument("--operations", help="comma separated; default the configuration's, else all")
    wanted.add_argument("--all", action="store_true", help="all operations of the model")
    command.add_argument("--tests", action="store_true", help="with the model's own tests of endpoints and protocol")
    command.add_argument("--list", action="store_true", help="write nothing, print the files that would be")
    command.set_defaults(run=_generate)

    command = commands.add_parser("endpoint-test", help="generate the program that runs a model's own endpoint tests")
    command.add_argument("model", type=Path, metavar="MODEL.json")
    command.add_argument("--out", type=Path, required=True, metavar="FILE.c")
    command.add_argument("--name", required=True, help="the client's prefix")
    command.set_defaults(run=_endpoint_test)

    command = commands.add_parser("protocol-test", help="generate the program that runs a model's own protocol tests")
    command.add_argument("model", type=Path, metavar="MODEL.json")
    command.add_argument("--out", type=Path, required=True, metavar="FILE.c")
    command.add_argument("--name", help="as for generate")
    command.add_argument("--service-config", type=Path, metavar="TOML", help="as for generate")
    command.add_argument("--title", help="how the program names itself; default the model's")
    command.add_argument("--not-run", type=Path, metavar="TOML", help="tests to leave out, each with a reason")
    wanted = command.add_mutually_exclusive_group()
    wanted.add_argument("--operations", help="as for generate")
    wanted.add_argument("--all", action="store_true", help="as for generate")
    command.set_defaults(run=_protocol_test)

    command = commands.add_parser("slim-tests", help="cut a model of protocol tests down to those of clients")
    command.add_argument("model", type=Path, metavar="MODEL.json")
    command.add_argument("--out", type=Path, required=True, metavar="FILE.json")
    command.set_defaults(run=_slim_tests)

    command = commands.add_parser("with-rules", help="give a model the endpoint rules of another of its service")
    command.add_argument("model", type=Path, metavar="MODEL.json")
    command.add_argument("--rules-of", type=Path, required=True, metavar="MODEL.json")
    command.add_argument("--out", type=Path, required=True, metavar="FILE.json")
    command.set_defaults(run=_with_rules)

    command = commands.add_parser("diff", help="say what differs between two models of a service")
    command.add_argument("old", type=Path, metavar="OLD.json")
    command.add_argument("new", type=Path, metavar="NEW.json")
    command.add_argument("--service-config", type=Path, metavar="TOML", help="only the operations that it names")
    command.add_argument("--fail-on-breaking", action="store_true", help=f"answer {BREAKING} where C callers break")
    command.add_argument("--json", action="store_true", help="for programs")
    command.set_defaults(run=_diff)

    command = commands.add_parser("update", help="replace a service's model, pin it, and generate")
    command.add_argument("service", metavar="SERVICE", help="the name of its file in the services folder")
    wanted = command.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--file", type=Path, metavar="MODEL.json")
    wanted.add_argument("--maven", metavar="GROUP:ID:VERSION", help="software.amazon.api.models:<service>:<version>")
    command.add_argument("--source", default="a local file", help="where --file came from, for SOURCES.md")
    _add_folders(command, _update_service)

    command = commands.add_parser("partitions", help="replace the partitions of Regions, pin them, and generate")
    command.add_argument("file", type=Path, metavar="partitions.json", help="as the SDKs publish it")
    command.add_argument("--source", default="a local file", help="where it came from, for SOURCES.md")
    command.add_argument("--out", type=Path, metavar="FILE.c", help="write the table there, and change nothing else")
    _add_folders(command, _update_partitions)

    for name, run, text in (
        ("update-generated", _update, "bring the generated folder up to date with the models"),
        ("check", _check, "fail and name the files where the two differ"),
    ):
        _add_folders(commands.add_parser(name, help=text), run)
    return parser


def _add_folders(command: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    command.add_argument("--models", type=Path, default=ROOT / "models", metavar="DIR")
    command.add_argument("--services", type=Path, default=ROOT / "codegen" / "services", metavar="DIR")
    command.add_argument("--generated", type=Path, default=ROOT / "generated", metavar="DIR")
    command.add_argument("--private-generated", type=Path, default=ROOT / "src/smithy/generated", metavar="DIR")
    command.add_argument("--partition-table", type=Path, default=ROOT / partitions.TABLE_PATH, metavar="FILE.c")
    command.set_defaults(run=run)


def _names(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(name.strip() for name in text.split(",") if name.strip())


def _slim(options: argparse.Namespace) -> int:
    wanted = _names(options.operations)
    if wanted is None and options.service_config:
        wanted = config.load(options.service_config).operations
    tree = slim.slim(Model.load(options.model), wanted)
    if options.without_endpoint_tests:
        for shape in tree["shapes"].values():
            shape.get("traits", {}).pop(endpoint_tests.TESTS, None)
    text = slim.write(tree)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text, encoding="utf-8")
    return 0


def _settings(options: argparse.Namespace, model: Model) -> config.ServiceConfig:
    if options.service_config:
        settings = config.load(options.service_config)
    else:
        settings = config.ServiceConfig(prefix=resolve.name_of_service(model))
    if options.name:
        settings = replace(settings, prefix=options.name)
    if options.all:
        settings = replace(settings, operations=None)
    elif options.operations is not None:
        settings = replace(settings, operations=_names(options.operations))
    return settings


def _generate(options: argparse.Namespace) -> int:
    model = Model.load(options.model)
    files = _service_files(model, options.model, _settings(options, model), options.tests)
    if options.list:
        print("\n".join(sorted(files)))
    else:
        _write(options.out, files)
    return 0


def _endpoint_test(options: argparse.Namespace) -> int:
    text = _endpoint_tests(Model.load(options.model), options.name)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text, encoding="utf-8")
    return 0


def _protocol_test(options: argparse.Namespace) -> int:
    model = Model.load(options.model)
    service = resolve.resolve(model, _settings(options, model), f"models/{options.model.name}", protocols.NAMES)
    name = options.title or options.model.stem
    not_run = protocol_tests.load_not_run(options.not_run, name)
    text = protocol_tests.build(model, service, name, not_run)
    if not text:
        raise GeneratorError(f"{model.name}: the model has no protocol tests of these operations")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text, encoding="utf-8")
    return 0


def _endpoint_tests(model: Model, prefix: str) -> str:
    return endpoint_tests.build({"smithy": "2.0", "shapes": model.shapes}, model.service_id, prefix)


def _tests(model: Model, service: Service) -> dict[str, str]:
    """Those that the model has."""
    found = {"protocol": protocol_tests.build(model, service, service.prefix, {})}
    if endpoint_tests.TESTS in model.service.get("traits", {}):
        found["endpoint"] = _endpoint_tests(model, service.prefix)
    if not any(found.values()):
        print(f"smithy_c: {model.name}: the model has no tests of its own", file=sys.stderr)
    return {kind: text for kind, text in found.items() if text}


def _slim_tests(options: argparse.Namespace) -> int:
    return _write_model(options.out, protocol_tests_models.slim_tests(Model.load(options.model)))


def _with_rules(options: argparse.Namespace) -> int:
    tree = protocol_tests_models.with_rules(Model.load(options.model), Model.load(options.rules_of))
    return _write_model(options.out, tree)


def _write_model(path: Path, tree: dict[str, Any]) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(slim.write(tree), encoding="utf-8")
    return 0


def _service_files(model: Model, path: Path, settings: config.ServiceConfig, with_tests: bool = False) -> dict[str, str]:
    service = resolve.resolve(model, settings, f"models/{path.name}", protocols.NAMES)
    for note in service.left_out:
        print(f"smithy_c: {path.name}: left out {note}", file=sys.stderr)
    return emit.files(service, model, _tests(model, service) if with_tests else None)


def _clients(services: Path, models: Path) -> tuple[list[str], dict[str, str]]:
    """The prefixes of a folder's services, and path -> text of all of their clients."""
    files: dict[str, str] = {}
    prefixes = []
    for path in sorted(services.glob("*.toml")):
        settings = config.load(path)
        prefixes.append(settings.prefix)
        model = models / f"{path.stem}.json"
        for name, text in _service_files(Model.load(model), model, settings).items():
            files[f"{settings.prefix}/{name}"] = text
    return prefixes, files


def _everything(options: argparse.Namespace) -> dict[str, str]:
    """Path below the generated folder -> text, for every service that has a configuration."""
    prefixes, files = _clients(options.services, options.models)
    if not prefixes:
        raise GeneratorError(f"{options.services}: no service is configured")
    files["CMakeLists.txt"] = emit.top_level(prefixes)
    return files


def _private(options: argparse.Namespace) -> dict[str, str]:
    """The same for the clients that are part of the runtime. Nothing where there are none."""
    prefixes, files = _clients(options.services / "private", options.models)
    files = {name: text for name, text in files.items() if not name.endswith("CMakeLists.txt")}
    if prefixes:
        files["CMakeLists.txt"] = emit.private_level(prefixes, files)
    return files


def _present(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} if folder.is_dir() else set()


def _write(folder: Path, files: dict[str, str]) -> None:
    """Writes what differs and removes what is no longer generated, so that time stamps stay where nothing changed."""
    for name in sorted(_present(folder) - set(files)):
        (folder / name).unlink()
    for name, text in sorted(files.items()):
        path = folder / name
        if not path.is_file() or path.read_bytes() != text.encode():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())


def _partition_table(options: argparse.Namespace) -> bytes:
    path = options.models / Path(partitions.MODEL_PATH).name
    return partitions.render(partitions.read(update.from_file(path, "").content, str(path))).encode()


def _update(options: argparse.Namespace) -> int:
    files, private, table = _everything(options), _private(options), _partition_table(options)
    _write(options.generated, files)
    if private:
        _write(options.private_generated, private)
    if not options.partition_table.is_file() or options.partition_table.read_bytes() != table:
        options.partition_table.write_bytes(table)
    return 0


def _diff(options: argparse.Namespace) -> int:
    wanted = config.load(options.service_config).operations if options.service_config else None
    changes = diff.compare(Model.load(options.old), Model.load(options.new), wanted)
    print(diff.as_json(changes) if options.json else diff.as_text(changes), end="")
    return BREAKING if options.fail_on_breaking and any(change.breaking for change in changes) else 0


def _update_service(options: argparse.Namespace) -> int:
    """Nothing is written before all that is to be generated was."""
    path = options.models / f"{options.service}.json"
    settings = config.load(options.services / f"{options.service}.toml")
    fetched = update.from_maven(options.maven) if options.maven else update.from_file(options.file, options.source)
    model = fetched.model()
    text = update.slimmed(model, settings)
    _emit_quietly(Model.from_tree(json.loads(text), path.name), settings, path)
    sources = options.models / "SOURCES.md"
    pins = update.pinned(sources.read_text(encoding="utf-8"), options.service, fetched, model.service.get("version", ""))
    if path.is_file():
        print(diff.as_text(diff.compare(Model.load(path), model, settings.operations)), end="")
    path.write_text(text, encoding="utf-8")
    sources.write_text(pins, encoding="utf-8")
    return _update(options)


def _update_partitions(options: argparse.Namespace) -> int:
    """Nothing is written before the table was made."""
    fetched = update.from_file(options.file, options.source)
    found = partitions.read(fetched.content, str(options.file))
    table = partitions.render(found)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(table, encoding="utf-8")
        return 0
    sources = options.models / "SOURCES.md"
    pins = update.pinned(sources.read_text(encoding="utf-8"), "partitions", fetched, f"version {found['version']}")
    (options.models / Path(partitions.MODEL_PATH).name).write_text(partitions.write(found), encoding="utf-8")
    sources.write_text(pins, encoding="utf-8")
    options.partition_table.write_text(table, encoding="utf-8")
    return 0


def _emit_quietly(model: Model, settings: config.ServiceConfig, path: Path) -> None:
    emit.files(resolve.resolve(model, settings, f"models/{path.name}", protocols.NAMES), model)


def _differing(folder: Path, files: dict[str, str]) -> list[str]:
    present = _present(folder)
    return [
        f"{folder.name}/{name}"
        for name in sorted(present | set(files))
        if name not in present or name not in files or (folder / name).read_bytes() != files[name].encode()
    ]


def _check(options: argparse.Namespace) -> int:
    files, private, table = _everything(options), _private(options), _partition_table(options)
    differing = _differing(options.generated, files)
    if private:
        differing += _differing(options.private_generated, private)
    if not options.partition_table.is_file() or options.partition_table.read_bytes() != table:
        differing.append(str(options.partition_table))
    for name in differing:
        print(name)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
