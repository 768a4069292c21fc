"""`cpack -G DEB`: the program for Debian, by the system's libraries. It is installed in a root of its own, and run."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import AWS, ROOT

NAME = "cloudwatch-logs-s3-exporter"


def run(*command, **options):
    command = [str(part) for part in command]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    build = Path(os.environ.get("BUILD", ROOT / "build/release"))
    for tool in ("cpack", "dpkg-deb", "dpkg-shlibdeps"):
        if not shutil.which(tool):
            pytest.skip(f"no {tool} here")
    if not (build / "src/cli" / NAME).exists() or not (build / "CPackConfig.cmake").exists():
        pytest.skip(f"{build} has no program; the preset release builds it")
    folder = tmp_path_factory.mktemp("deb")
    run("cpack", "-G", "DEB", "-B", folder, "--config", build / "CPackConfig.cmake", cwd=folder)
    (made,) = folder.glob("*.deb")
    return made


def test_it_holds_the_program_and_its_papers_only(package):
    names = re.findall(r" \./(\S*[^/\s])$", run("dpkg-deb", "-c", package), re.MULTILINE)
    papers = [f"usr/share/doc/{NAME}/{paper}" for paper in ("LICENSE", "NOTICE", "README.md")]
    assert sorted(names) == [f"usr/bin/{NAME}", *papers]


def test_it_depends_on_the_libraries_that_it_is_linked_with(package):
    depends = run("dpkg-deb", "-f", package, "Depends")
    for library in ("libc6", "libcjson1", "libcurl4", "libexpat1", "libssl3", "zlib1g"):
        assert re.search(rf"\b{library}(t64)?\b", depends), depends


def test_it_is_installed_and_runs(package, tmp_path, aws, bucket):
    (tmp_path / "var/lib/dpkg").mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/status").touch()
    run("dpkg", f"--root={tmp_path}", "--force-depends", "--force-not-root", "--force-bad-path", "--log=/dev/null", "-i", package)
    program = tmp_path / "usr/bin" / NAME
    assert run(program, "--version").startswith(NAME)
    aws.load({"app": {"a": [(1, AWS)]}})
    run(
        program, "run", "--json", "--destination-s3-bucket", bucket, "--source-log-group-prefixes", "app", "--state-store-type",
        "s3", "--store-dsn", f"s3://{bucket}/state.json", "--settle-delay", "0", env=os.environ | aws.environment(),
    )  # fmt: skip
