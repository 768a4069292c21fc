"""Brings a service's model up to date: fetches it, pins it in SOURCES.md, and slims it into the models folder."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from . import slim
from .config import ServiceConfig
from .errors import GeneratorError
from .model import Model

COORDINATE = re.compile(r"[A-Za-z0-9_.-]+:[A-Za-z0-9_.-]+:[A-Za-z0-9_.-]+")
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"
FETCH_TIMEOUT_S = 600
HEADER = "| file | cut from | source | sha256 of the source |\n|---|---|---|---|\n"


@dataclass(frozen=True)
class Fetched:
    name: str  # Of the file, as SOURCES.md tells it.
    source: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def model(self) -> Model:
        try:
            return Model.from_tree(json.loads(self.content), self.name)
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            raise GeneratorError(f"{self.name}: not a JSON model: {error}") from error


def from_file(path: Path, source: str) -> Fetched:
    try:
        return Fetched(path.name, source, path.read_bytes())
    except OSError as error:
        raise GeneratorError(f"{path}: {error.strerror}") from error


def from_maven(coordinate: str) -> Fetched:
    """The model in the artifact group:id:version, by the mvn that is installed and its own settings."""
    if not COORDINATE.fullmatch(coordinate):
        raise GeneratorError(f"{coordinate}: not of the form group:id:version")
    mvn = shutil.which("mvn")
    if mvn is None:
        raise GeneratorError("mvn is not installed; fetch the artifact by other means, and pass its model with --file")
    with tempfile.TemporaryDirectory() as folder:
        _run_maven(mvn, coordinate, folder)
        archives = sorted(Path(folder).glob("*.jar"))
        if len(archives) != 1:
            raise GeneratorError(f"{coordinate}: mvn left no archive")
        return from_archive(archives[0], coordinate)


def _run_maven(mvn: str, coordinate: str, folder: str) -> None:
    command = [mvn, "-q", "-B", f"{PLUGIN}:copy", f"-Dartifact={coordinate}", f"-DoutputDirectory={folder}"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=FETCH_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GeneratorError(f"{coordinate}: mvn: {error}") from error
    if done.returncode == 0:
        return
    output = done.stdout + done.stderr
    if re.search(r"could not find artifact|unable to find artifact|was not found in", output, re.IGNORECASE):
        raise GeneratorError(f"{coordinate}: not found: the repositories that mvn asks have no such artifact")
    first = next((line for line in output.splitlines() if "ERROR" in line), "it says nothing")
    raise GeneratorError(f"{coordinate}: mvn failed: {first}")


def from_archive(path: Path, source: str) -> Fetched:
    """The one model below META-INF/smithy of a jar."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if n.startswith("META-INF/smithy/") and n.endswith(".json")]
            if len(names) != 1:
                raise GeneratorError(f"{source}: holds {len(names)} models, not one")
            return Fetched(names[0].rpartition("/")[2], source, archive.read(names[0]))
    except (OSError, zipfile.BadZipFile) as error:
        raise GeneratorError(f"{source}: {error}") from error


def slimmed(model: Model, settings: ServiceConfig) -> str:
    return slim.write(slim.slim(model, settings.operations))


def pinned(sources: str, service: str, fetched: Fetched, version: str) -> str:
    """SOURCES.md with the row of this service (or of the partitions, the last one), in the place of the old one or before the first that sorts after it."""
    row = f"| {service}.json | {fetched.name}, {version} | {fetched.source} | `{fetched.sha256}` |"
    head, found, rest = sources.partition(HEADER)
    if not found:
        raise GeneratorError("SOURCES.md: the table of models is not there")
    table, blank, tail = rest.partition("\n\n")
    rows = [line for line in table.rstrip("\n").splitlines() if not line.startswith(f"| {service}.json |")]
    last = "| partitions.json"
    at = next((i for i, line in enumerate(rows) if line.startswith(last) or (line > row and service != "partitions")), len(rows))
    return head + found + "\n".join([*rows[:at], row, *rows[at:]]) + (blank + tail if blank else "\n")
