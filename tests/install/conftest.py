"""Fixtures: the project installed twice, with static and with shared libraries, each moved after its installation."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
CC = os.environ.get("CC", "cc")


def run(*command, code=0, **options):
    """Runs a command that must end with `code`; answers what it printed."""
    command = [str(part) for part in command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **options)
    printed = done.stdout + done.stderr
    assert code is None or done.returncode == code, f"{' '.join(command)}\n{printed[-6000:]}"
    return printed


def configure(source, build, *settings, code=0):
    """cmake -S -B: with the compiler of the project's own build, and a compiler cache where there is one."""
    settings = [f"-DCMAKE_C_COMPILER={CC}", "-DCMAKE_BUILD_TYPE=Release", f"-DSMITHY_PYTHON={sys.executable}", *settings]
    if shutil.which("ninja"):
        settings.append("-GNinja")
    if shutil.which("ccache"):
        settings.append("-DCMAKE_C_COMPILER_LAUNCHER=ccache")
    return " ".join(run("cmake", "-S", source, "-B", build, *settings, code=code).split())  # CMake breaks its lines.


def build(folder, *arguments):
    return run("cmake", "--build", folder, "--parallel", "2", *arguments)


@dataclass
class Installation:
    kind: str  # "static" or "shared"
    build: Path  # What was built.
    prefix: Path  # Where the installation is now; where it was made is gone.
    manifest: list  # Absolute paths of what was installed, as they were before the move.
    first_prefix: Path

    @property
    def lib(self):
        return next(self.prefix.glob("lib*/**/libsmithy.*")).parent

    def settings(self):
        """For a CMake project that shall find this installation before any other."""
        return [f"-DCMAKE_PREFIX_PATH={self.prefix}"]

    def flags(self, *arguments):
        """What pkg-config says, as words."""
        environment = os.environ | {"PKG_CONFIG_PATH": str(self.lib / "pkgconfig")}
        return run("pkg-config", *arguments, env=environment).split()


def install(kind, folder):
    first, prefix = folder / "first", folder / "prefix"
    configure(
        ROOT, folder / "build", f"-DBUILD_SHARED_LIBS={'ON' if kind == 'shared' else 'OFF'}",
        "-DSMITHY_BUILD_EXPORTER=OFF", "-DSMITHY_BUILD_TESTS=OFF",
    )  # fmt: skip
    build(folder / "build")
    run("cmake", "--install", folder / "build", "--prefix", first)
    manifest = (folder / "build/install_manifest.txt").read_text(encoding="utf-8").splitlines()
    first.rename(prefix)
    return Installation(kind, folder / "build", prefix, manifest, first)


@pytest.fixture(scope="session")
def static(tmp_path_factory):
    return install("static", tmp_path_factory.mktemp("static"))


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    return install("shared", tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="session", params=["static", "shared"])
def installed(request):
    return request.getfixturevalue(request.param)
