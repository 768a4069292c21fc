"""Whole models with all their operations: what comes of them compiles without a warning, with gcc and clang, as C and C++.

The repository's own models always; the full ones, as AWS publishes them, where they lie beside the repository.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support import ROOT
from whole_client import MEASURED, headers_of, jobs_of, run_all, sources_of

OWN = [path for path in sorted((ROOT / "models").glob("*.json")) if path.name != "partitions.json"]
PROTOCOLS = sorted((ROOT / "tests/protocol/models").glob("*.json"))  # The build compiles their sources, with each compiler.
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
    result = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "codegen")},
    )
    assert result.returncode == 0, result.stderr[-3000:]
    mib, seconds = result.stdout.split()
    return float(seconds), int(mib)


def generate_all(paths: list[Path], folder: Path) -> dict[Path, tuple[float, int]]:
    """The same for several, two at a time, each in a folder of its own."""
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(paths, pool.map(lambda path: generate(path, folder_of(path, folder)), paths)))


def folder_of(path: Path, folder: Path) -> Path:
    return folder / path.parent.name / path.stem


def umbrella_of(folder: Path) -> list[Path]:
    """Each operation's source begins with its own header; this one has them all."""
    return [header for header in headers_of(folder) if header.stem == header.parent.name]


def test_the_repositorys_models_compile(tmp_path):
    generate_all([*OWN, *PROTOCOLS], tmp_path)
    jobs = []
    for path in [*OWN, *PROTOCOLS]:
        folder = folder_of(path, tmp_path)
        sources = sources_of(folder) if path in OWN else []
        jobs += jobs_of(folder, "gcc", sources, headers_of(folder))
        jobs += jobs_of(folder, "clang", sources, umbrella_of(folder))
    run_all(jobs)


@pytest.mark.skipif(not FULL, reason="the full models are not beside the repository")
def test_full_models_compile(tmp_path, capsys):
    jobs = []
    for path, (seconds, mib) in generate_all(FULL, tmp_path).items():
        folder = folder_of(path, tmp_path)
        with capsys.disabled():
            print(f"\n{path.parent.name}/{path.name}: {seconds:.1f} s, {mib} MiB", end="")
        assert seconds < MAX_SECONDS and mib < MAX_MIB
        jobs += jobs_of(folder, "gcc", sources_of(folder), umbrella_of(folder))
        if path.parent == BESIDE:
            jobs += jobs_of(folder, "clang", sources_of(folder), umbrella_of(folder))
    run_all(jobs)
