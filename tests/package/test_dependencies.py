"""packaging/dependencies.py: what is fetched is what is pinned, and what is not is said in one line."""

import os
import subprocess

import dependencies
import pytest
from conftest import ROOT

DAMAGED = b"not what was pinned"


@pytest.fixture
def downloads(tmp_path, monkeypatch):
    """A folder that holds what a lock of two libraries names; apt-get can get nothing."""
    lock, folder, tools = tmp_path / "lock", tmp_path / "downloads", tmp_path / "bin"
    tools.mkdir()
    folder.mkdir()
    (folder / "curl_1.dsc").write_bytes(b"curl")
    (folder / "libssl-dev_3_amd64.deb").write_bytes(b"ssl")
    lock.write_text(
        f"source curl 1\n    {dependencies.hashlib.sha256(b'curl').hexdigest()} curl_1.dsc\n"
        f"archive openssl 3\n    {dependencies.hashlib.sha256(b'ssl').hexdigest()} libssl-dev_3_amd64.deb\n"
        f"    {'0' * 64} libssl-dev_3_arm64.deb\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(dependencies, "LIBRARIES", {"curl": None, "openssl": "libssl-dev"})
    monkeypatch.setattr(dependencies.Apt, "_sources", staticmethod(lambda: ""))
    monkeypatch.setattr(dependencies, "read_lock", lambda read=dependencies.read_lock: read(lock))
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")

    def apt_get(script):
        (tools / "apt-get").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (tools / "apt-get").chmod(0o755)

    apt_get("echo called >&2; exit 100")
    return folder, apt_get, lock


def test_what_is_there_and_whole_is_not_fetched(downloads, capsys):
    dependencies.fetch("x86_64", downloads[0])
    assert capsys.readouterr().out == ""


def test_a_pin_that_is_gone_is_one_line_that_says_how_to_renew(downloads, capsys):
    folder, apt_get, _ = downloads
    apt_get('case "$*" in *update*) exit 0 ;; *) exit 100 ;; esac')
    (folder / "curl_1.dsc").unlink()
    with pytest.raises(SystemExit):
        dependencies.fetch("x86_64", folder)
    (line,) = capsys.readouterr().err.splitlines()
    assert "curl 1" in line and "scripts/package --pins" in line


def test_a_damaged_download_is_fetched_anew_and_else_deleted(downloads, capsys):
    folder, apt_get, _ = downloads
    (folder / "curl_1.dsc").write_bytes(DAMAGED)
    apt_get(f'case "$*" in *" source "*) printf "{DAMAGED.decode()}" >curl_1.dsc ;; esac')
    with pytest.raises(SystemExit):
        dependencies.fetch("x86_64", folder)
    assert "curl_1.dsc is not what dependencies.lock pins" in capsys.readouterr().err
    assert not (folder / "curl_1.dsc").exists()

    apt_get('case "$*" in *" source "*) printf curl >curl_1.dsc ;; esac')
    dependencies.fetch("x86_64", folder)
    assert (folder / "curl_1.dsc").read_bytes() == b"curl"


def test_an_archive_is_fetched_for_its_architecture_only(downloads, capsys):
    folder, apt_get, _ = downloads
    apt_get('case "$*" in *update*) exit 0 ;; *) echo "$*" >asked; exit 100 ;; esac')
    with pytest.raises(SystemExit):
        dependencies.fetch("arm64", folder)
    assert "openssl 3" in capsys.readouterr().err
    assert (folder / "asked").read_text().strip().endswith("download libssl-dev:arm64=3")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("source curl 1\nnonsense\n", "lock:2: neither a library"),
        ("source curl 1\n    abc curl_1.dsc\n", "lock:2: neither a library"),
        (f"source curl 1\n    {'0' * 64} ../curl_1.dsc\n", "lock:2: neither a library"),
        ("source curl 1\n", "openssl is not pinned"),
    ],
)
def test_a_bad_lock_names_the_line(downloads, capsys, text, said):
    downloads[2].write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit):
        dependencies.read_lock()
    assert said in capsys.readouterr().err


def test_the_committed_lock_pins_every_file_of_every_library():
    for pin in dependencies.read_lock():
        for arch in dependencies.DEBIAN_ARCH:
            assert pin.files_for(arch), (pin.name, arch)


@pytest.mark.parametrize("arguments", [["sparc"], ["x86_64", "arm64"], ["--pins", "--again"]])
def test_a_wrong_argument_is_answered_with_the_usage(arguments):
    done = subprocess.run([ROOT / "scripts/package", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "scripts/package [x86_64|arm64]" in done.stderr
