"""Fixtures of the integration tests, and what they run: the program as it was packaged or built."""

import os
import platform
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/integration")]
from aws.client import Aws  # noqa: E402

ARCHITECTURE = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())


@pytest.fixture(scope="session")
def aws_process():
    with Aws.start() as aws:
        yield aws


@pytest.fixture
def aws(aws_process):
    aws_process.reset()
    return aws_process


@pytest.fixture(scope="session")
def moto():
    """The URL of a server that plays all of AWS's other services."""
    from moto.server import ThreadedMotoServer  # Here: it takes a second, and few tests want it.

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session", params=["packaged", "built"])
def bootstrap(request, tmp_path_factory):
    """The program of dist/bootstrap-ARCH.zip, and the one of this build."""
    if request.param == "built":
        path = Path(os.environ.get("EXPORTER", "nowhere"))
        return path if path.exists() else pytest.skip("EXPORTER names no program")
    package = ROOT / f"dist/bootstrap-{ARCHITECTURE}.zip"
    if not package.exists():
        pytest.skip(f"there is no {package.name} in dist/; `scripts/package {ARCHITECTURE}` makes it")
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(package) as opened:
        path = Path(opened.extract("bootstrap", folder))
    path.chmod(0o755)
    return path
