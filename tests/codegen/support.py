"""Small models, and what builds the code that comes of them."""

import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "codegen"))

from smithy_c import config, emit, protocols, resolve  # noqa: E402
from smithy_c.model import Model  # noqa: E402


def runtime_sources(pattern: str) -> list[Path]:
    """Of src/smithy, as they are built where nothing else is asked for."""
    return [path for path in sorted((ROOT / "src/smithy").glob(pattern)) if path.name != "resolve_ares.c"]


NAMESPACE = "example"
FLAGS = """
    -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
    -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef -Werror -ffunction-sections -fdata-sections
""".split()
RULES = {
    "version": "1.0",
    "parameters": {"Region": {"type": "string", "builtIn": "AWS::Region", "required": True}},
    "rules": [{"conditions": [], "endpoint": {"url": "https://example.{Region}.amazonaws.com"}, "type": "endpoint"}],
}
JSON = "aws.protocols#awsJson1_1"
XML = "aws.protocols#restXml"


def full(name: str) -> str:
    """`Name` -> `example#Name`; names with a `#` stay."""
    return name if "#" in name else f"{NAMESPACE}#{name}"


def member(target: str, **traits) -> dict:
    return {"target": full(target), "traits": {key.replace("__", "#"): value for key, value in expand(traits).items()}}


def expand(traits: dict) -> dict:
    """`httpHeader="X"` -> `smithy.api#httpHeader`."""
    return {key if "#" in key or "__" in key else f"smithy.api#{key}": value for key, value in traits.items()}


def structure(traits: dict | None = None, /, **members) -> dict:
    fields = {name: value if isinstance(value, dict) else member(value) for name, value in members.items()}
    return {"type": "structure", "members": fields, "traits": expand(traits or {})}


def union(**members) -> dict:
    return {**structure(**members), "type": "union"}


def list_of(target: str, **traits) -> dict:
    return {"type": "list", "member": {"target": full(target)}, "traits": expand(traits)}


def map_of(target: str, **traits) -> dict:
    return {"type": "map", "key": {"target": "smithy.api#String"}, "value": {"target": full(target)}, "traits": expand(traits)}


def enum_of(*values: str) -> dict:
    members = {
        value.upper().replace("-", "_"): {"target": "smithy.api#Unit", "traits": {"smithy.api#enumValue": value}}
        for value in values
    }
    return {"type": "enum", "members": members}


def int_enum_of(**values: int) -> dict:
    members = {
        name: {"target": "smithy.api#Unit", "traits": {"smithy.api#enumValue": value}} for name, value in values.items()
    }
    return {"type": "intEnum", "members": members}


def operation(input_: str | None = None, output: str | None = None, errors: tuple = (), traits: dict | None = None) -> dict:
    shape = {"type": "operation", "traits": expand(traits or {})}
    if input_:
        shape["input"] = {"target": full(input_)}
    if output:
        shape["output"] = {"target": full(output)}
    if errors:
        shape["errors"] = [{"target": full(error)} for error in errors]
    return shape


def tree(protocol: str = JSON, service: dict | None = None, **shapes) -> dict:
    """A whole model: the service has all operations among the shapes."""
    operations = [{"target": full(name)} for name, shape in shapes.items() if shape["type"] == "operation"]
    traits = {
        "aws.api#service": {"sdkId": "Example", "arnNamespace": "example", "endpointPrefix": "example"},
        "aws.auth#sigv4": {"name": "example"},
        protocol: {},
        "smithy.rules#endpointRuleSet": RULES,
        **(service or {}),
    }
    head = {"type": "service", "version": "2026-01-01", "operations": operations, "traits": traits}
    return {"smithy": "2.0", "shapes": {"example#Example": head, **{full(name): shape for name, shape in shapes.items()}}}


def service_of(model_tree: dict, **settings):
    """The resolved service of a model, and the model."""
    model = Model.from_tree(copy.deepcopy(model_tree), "small.json")
    settings.setdefault("prefix", "ex")
    return resolve.resolve(model, config.ServiceConfig(**settings), "models/small.json", protocols.NAMES), model


def files_of(model_tree: dict, **settings) -> dict[str, str]:
    return emit.files(*service_of(model_tree, **settings))


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def run(*command) -> str:
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert result.returncode == 0, f"{command[0]}: {result.stdout[-3000:]}{result.stderr[-6000:]}"
    return result.stdout


def compiler(name: str = "gcc") -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not there")
    return found


def cjson_flags() -> list[str]:
    found = subprocess.run(["pkg-config", "--cflags", "libcjson"], capture_output=True, text=True)
    return found.stdout.split() if found.returncode == 0 else []


def compile_all(folder: Path, compiler_name: str = "gcc") -> None:
    """Every source, and every public header by itself as C and as C++."""
    flags = [f"-I{folder}/include", f"-I{ROOT}/include", *cjson_flags(), "-fsyntax-only"]
    cc = compiler(compiler_name)
    run(cc, *FLAGS, *flags, *sorted((folder / "src").rglob("*.c")))
    headers = sorted((folder / "include").rglob("*.h"))
    for header in headers:
        run(cc, *FLAGS, *flags, "-x", "c", "-include", header, "/dev/null")
    cxx = shutil.which({"gcc": "g++"}.get(compiler_name, "clang++"))
    if cxx:
        for header in headers:
            run(cxx, "-Wall", "-Wextra", "-Werror", *flags, "-x", "c++", "-include", header, "/dev/null")


def assert_formatted(folder: Path) -> None:
    tool = next(filter(None, map(shutil.which, ("clang-format-14", "clang-format"))), None)
    if not tool or " 14." not in run(tool, "--version"):
        pytest.skip("clang-format 14 is not there")
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in (".c", ".h")]
    style = f"--style=file:{ROOT}/.clang-format"
    result = subprocess.run([tool, style, "--dry-run", "--Werror", *files], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[:4000]


def slimmed(name: str) -> dict:
    return json.loads((ROOT / "models" / f"{name}.json").read_text())
