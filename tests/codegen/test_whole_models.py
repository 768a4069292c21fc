"""Whole models with all their operations: what comes of them compiles without a warning, with gcc and clang, as C and C++.

The repository's own models always; the full ones, as AWS publishes them, where they lie beside the repository.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import ROOT
from whole_client import MEASURED, headers_of, jobs_of, run_all, sources_of

OWN = [path for folder in ("models", "tests/protocol/models") for path in sorted((ROOT / folder).glob("*.json"))]
OWN = [path for path in OWN if path.name != "partitions.json"]
BESIDE = ROOT.parent / "shared" / "models"
FULL = sorted(BESIDE.glob("*.json")) + sorted(BESIDE.glob("*/*.json"))
CONFIGURED = {"cloudwatch-logs": "logs"}  # Names of files whose configuration has another.
MAX_SECONDS = 60
MAX_MIB = 400


def generate(path: Path, folder: Path) -> tuple[float, int]:
    """The seconds and MiB that it takes to generate all operations of a model."""
    stem = CONFIGURED.get(path.stem, path.stem)
    configuration = ROOT / "codegen" / "services" / f"{stem}.toml"
    settings = ["--service-config", configuration] if configuration.is_file() else ["--name", "whole"]
    command = [sys.executable, "-c", MEASURED, "generate", path, "--all", "--out", folder, *settings]
    begin = time.monotonic()
    result = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "codegen")},
    )
    assert result.returncode == 0, result.stderr[-3000:]
    return time.monotonic() - begin, int(result.stdout)


@pytest.fixture(scope="module")
def own_clients(tmp_path_factory):
    clients = [tmp_path_factory.mktemp(path.stem) for path in OWN]
    for path, folder in zip(OWN, clients):
        generate(path, folder)
    return clients


@pytest.mark.parametrize("compiler_name", ["gcc", "clang"])
def test_the_repositorys_models_compile(own_clients, compiler_name):
    jobs = []
    for folder in own_clients:
        headers = headers_of(folder)
        umbrella = [header for header in headers if header.stem == header.parent.name]
        jobs += jobs_of(folder, compiler_name, sources_of(folder), headers if compiler_name == "gcc" else umbrella)
    run_all(jobs)


@pytest.mark.skipif(not FULL, reason="the full models are not beside the repository")
def test_full_models_compile(tmp_path, capsys):
    jobs = []
    for path in FULL:
        folder = tmp_path / path.parent.name / path.stem
        seconds, mib = generate(path, folder)
        with capsys.disabled():
            print(f"\n{path.parent.name}/{path.name}: {seconds:.1f} s, {mib} MiB", end="")
        assert seconds < MAX_SECONDS and mib < MAX_MIB
        # Each operation's source begins with its own header; the umbrella has them all.
        umbrella = [header for header in headers_of(folder) if header.stem == header.parent.name]
        jobs += jobs_of(folder, "gcc", sources_of(folder), umbrella)
        if path.parent == BESIDE:
            jobs += jobs_of(folder, "clang", sources_of(folder), umbrella)
    run_all(jobs)
