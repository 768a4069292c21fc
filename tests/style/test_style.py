"""What a reader may rely on in the tree: layers that look down only, one format, headers that stand alone."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Each layer with those it may include from. DESIGN: core <- codec <- http, aws <- client <- generated <- exporter <-
# lambda, cli. Credentials that are asked of STS stand above its client.
BELOW = {
    "core": set(),
    "codec": {"core"},
    "http": {"core", "codec"},
    "aws": {"core", "codec", "http"},
    "client": {"core", "codec", "http", "aws"},
    "generated": {"core", "codec", "http", "aws", "client"},
    "credentials": {"core", "codec", "http", "aws", "client", "generated"},
    "s3_transfer": {"core", "codec", "http", "aws", "client", "generated"},
    "exporter": {"core", "codec", "http", "aws", "client", "generated"},
    "lambda": {"core", "codec", "http", "aws", "client", "generated", "exporter"},
    "cli": {"core", "codec", "http", "aws", "client", "generated", "exporter", "lambda"},
}
PUBLIC = {
    "core": {"base", "stream", "system", "buffer", "error", "call", "hash"},
    "codec": {"json", "xml", "cbor", "query", "document", "text", "enum"},
    "http": {"http"},
    "aws": {"config", "credentials", "sigv4", "endpoint"},
    "client": {"client", "operation", "presign", "waiter"},
}
LAYER_OF_HEADER = {f"smithy/{name}.h": layer for layer, names in PUBLIC.items() for name in names}
LAYER_OF_HEADER["s3_transfer/s3_transfer.h"] = "s3_transfer"
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.MULTILINE)


def sources():
    for pattern in ("src/**/*.[ch]", "include/**/*.h", "generated/**/*.[ch]"):
        yield from sorted(ROOT.glob(pattern))


def handwritten():
    return [path for path in sources() if "generated" not in path.parts and path.name != "partition_table.c"]


def layer_of(path):
    parts = path.relative_to(ROOT).parts
    if parts[0] == "include":
        return LAYER_OF_HEADER["/".join(parts[1:])]
    if parts[0] == "generated":
        return "generated"
    return parts[2] if parts[1] == "smithy" else parts[1]


def layer_of_include(path, name):
    if name in LAYER_OF_HEADER:
        return LAYER_OF_HEADER[name]
    folders = (ROOT / "generated", ROOT / "src/smithy/generated")
    if name.split("/")[0] in {path.name for folder in folders for path in folder.iterdir() if path.is_dir()}:
        return "generated"
    for base in (path.parent, ROOT / "src", ROOT / "src/smithy", ROOT / "src/exporter", ROOT / "src/lambda", ROOT / "src/cli"):
        found = (base / name).resolve()
        if found.is_file() and found.is_relative_to(ROOT):
            return layer_of(found)
    return None  # A system header, or a library's.


def test_every_public_header_belongs_to_a_layer():
    include = ROOT / "include"
    headers = {str(path.relative_to(include)) for path in include.glob("**/*.h")}
    assert headers == set(LAYER_OF_HEADER)


def test_layers_look_down_only():
    wrong = []
    for path in sources():
        layer = layer_of(path)
        for name in INCLUDE.findall(path.read_text(encoding="utf-8")):
            below = layer_of_include(path, name)
            if below not in (None, layer) and below not in BELOW[layer]:
                wrong.append(f"{path.relative_to(ROOT)} ({layer}) includes {name} ({below})")
    assert not wrong, "\n".join(wrong)


def test_handwritten_functions_reach_the_outside_only_through_the_system():
    banned = re.compile(
        r"\b(time|gettimeofday|clock_gettime|getenv|setenv|rand|random|srand|sleep|usleep|nanosleep|strcpy|strcat|sprintf|"
        r"vsprintf|gets|strtok|atoi|atol|system|popen|malloc|calloc|realloc|free|alloca)\s*\("
    )
    allowed = {"src/smithy/core/system.c", "src/smithy/core/file.c"}
    comment = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
    wrong = []
    for path in handwritten():
        name = str(path.relative_to(ROOT))
        if name in allowed or not name.endswith(".c"):
            continue
        for number, line in enumerate(comment.sub("", path.read_text(encoding="utf-8")).splitlines(), 1):
            found = banned.search(line)
            if found and not re.search(r"(->|\.)\s*" + re.escape(found.group(1)), line):
                wrong.append(f"{name}: {line.strip()}")
    assert not wrong, "\n".join(wrong)


def test_files_and_functions_stay_small():
    long_files = [str(p) for p in handwritten() if len(p.read_text(encoding="utf-8").splitlines()) > 700]
    assert not long_files
    long_functions = []
    for path in sources():
        if path.suffix != ".c":
            continue
        start = None
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.endswith("{") and line[0] not in " \t}/#*":
                start = number
            elif line == "}" and start:
                if number - start > 70 and "generated" not in path.parts:
                    long_functions.append(f"{path.relative_to(ROOT)}:{start} ({number - start} lines)")
                start = None
    assert not long_functions, "\n".join(long_functions)


@pytest.mark.skipif(not shutil.which("clang-format"), reason="no clang-format here: scripts/setup installs it")
def test_every_file_is_formatted():
    files = [str(path) for path in sources()]
    files += [str(p) for p in ROOT.glob("tests/**/*.[ch]") if "defects" not in p.parts]
    found = subprocess.run(["clang-format", "--dry-run", *files], capture_output=True, text=True, check=False).stderr
    assert not found, found[:3000]


@pytest.mark.parametrize(
    "command",
    [["gcc", "-std=c11", "-x", "c"], ["g++", "-std=c++11", "-x", "c++"], ["clang", "-std=c11", "-x", "c"]],
    ids=["as C", "as C++", "as C with clang"],
)
def test_each_public_header_compiles_alone(command):
    if not shutil.which(command[0]):
        pytest.skip(f"no {command[0]} here")
    includes = [f"-I{path}" for path in (ROOT / "include", *ROOT.glob("generated/*/include"))]
    headers = [*ROOT.glob("include/**/*.h"), *ROOT.glob("generated/*/include/**/*.h")]
    for path in headers:
        done = subprocess.run(
            [*command, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", *includes, "-"],
            input=f'#include "{path}"\n', capture_output=True, text=True, check=False,
        )
        assert done.returncode == 0, f"{path}: {done.stderr[:2000]}"


def tracked():
    """Every file of the project: what stands in the tree beside what is built and installed."""
    left_out = {".git", ".venv", "build", "dist", ".cache", ".pytest_cache", ".ruff_cache", "__pycache__"}
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in left_out and not name.startswith("build-")]
        yield from (Path(folder) / name for name in names)


def test_nothing_names_a_package_registrys_host():
    hosts = re.compile(r"https?://[^/ \"]*(pypi|pythonhosted|maven|crates|npm|golang|debian)")
    wrong = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix not in {".gz", ".png"} and hosts.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not wrong
