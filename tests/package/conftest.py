"""Fixtures: what scripts/package made, in a root folder that holds nothing else, and AWS on loopback beside it."""

import contextlib
import datetime
import os
import platform
import shlex
import shutil
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/integration"), str(ROOT / "packaging")]
from aws.fixtures import aws, aws_process, bucket  # noqa: E402, F401
from net import authority  # noqa: E402

DIST = ROOT / "dist"
ARCHS = ["x86_64", "arm64"]
QEMU = {"x86_64": "qemu-x86_64-static", "arm64": "qemu-aarch64-static"}
AWS, OTHER = "aws.package.test", "other.package.test"
NAMES = (AWS, f"archive.{AWS}")  # The second one is the bucket's.


def require(arch, what=""):
    """The path of one of the files in dist/."""
    path = DIST / f"bootstrap-{arch}{what}"
    if not path.exists():
        pytest.skip(f"there is no {path.name} in dist/; `scripts/package {arch}` makes it")
    return path


def emulator(arch):
    """What runs a program of `arch` here: nothing, or qemu's path."""
    if {"aarch64": "arm64"}.get(platform.machine(), platform.machine()) == arch:
        return None
    found = shutil.which(QEMU[arch])
    return Path(found) if found else pytest.skip(f"no {QEMU[arch]} here (Debian: qemu-user-static)")


class Jail:
    """An empty root folder with the program, and what is put there. `program` runs in it."""

    def __init__(self, folder, arch):
        self.root, self.program = folder / "root", folder / "run"
        self.put("bootstrap", require(arch).read_bytes(), 0o755)
        self.put("etc/resolv.conf", "nameserver 127.0.0.77\noptions timeout:1 attempts:1\n")
        self.put("tmp/.keep", "")
        command, qemu = ["/bootstrap"], emulator(arch)
        if qemu:
            self.put("qemu", qemu.read_bytes(), 0o755)
            command = ["/qemu", "-0", "/bootstrap", "/bootstrap"]
        chroot = shutil.which("chroot", path=f"{os.environ['PATH']}:/usr/sbin")
        enter = [chroot, self.root] if os.geteuid() == 0 else ["/usr/bin/unshare", "--map-root-user", chroot, self.root]
        self.command = [str(part) for part in enter + command]
        self.program.write_text(f'#!/bin/sh\nexec {shlex.join(self.command)} "$@"\n', encoding="utf-8")
        self.program.chmod(0o755)

    def put(self, name, content, mode=0o644):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)
        return f"/{name}"

    def name(self, *hosts):
        self.put("etc/hosts", f"127.0.0.1 {' '.join(hosts)}\n")

    def run(self, *arguments, env=None):
        return subprocess.run(
            [*self.command, *arguments], env=env or {}, capture_output=True, text=True, timeout=120, check=False
        )


@pytest.fixture(params=ARCHS)
def jail(request, tmp_path):
    return Jail(tmp_path, request.param)


@pytest.fixture(scope="session")
def trusted(tmp_path_factory):
    """(the authority, the file of a server it vouches for)"""
    root = authority.issue("The tests' authority")
    server = authority.issue(AWS, NAMES, root)
    return root, authority.write_server_file(tmp_path_factory.mktemp("tls") / "server.pem", server)


@pytest.fixture(scope="session")
def bundle(trusted, tmp_path_factory):
    """The tests' authority among all that this system trusts."""
    system = Path("/etc/ssl/certs/ca-certificates.crt")
    ours = authority.write_bundle(tmp_path_factory.mktemp("ca") / "ca.pem", trusted[0]).read_bytes()
    return (system.read_bytes() if system.exists() else b"") + ours


class Names(threading.Thread):
    """A name server: every name that it knows is on 127.0.0.1, and has no IPv6 address."""

    def __init__(self, *names):
        super().__init__(daemon=True)
        self.names, self.asked = names, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self.socket.bind(("127.0.0.77", 53))
        except OSError as error:
            pytest.skip(f"port 53 of 127.0.0.77 cannot be had here: {error}")
        self.start()

    def run(self):
        while True:
            query, sender = self.socket.recvfrom(512)
            if not query:  # stop()
                return
            with contextlib.suppress(OSError):
                self.socket.sendto(self._answer(query), sender)

    def stop(self):
        """A socket that a thread reads from would live on, and its port with it."""
        self.socket.sendto(b"", self.socket.getsockname())
        self.join()
        self.socket.close()

    def _answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode())
            at += 1 + query[at]
        question, kind, name = query[12 : at + 5], query[at + 2], ".".join(labels)
        self.asked.append(name)
        known = name in self.names
        address = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + bytes([127, 0, 0, 1]) if known and kind == 1 else b""
        flags = 0x8180 if known else 0x8183
        return query[:2] + struct.pack("!HHHHH", flags, 1, bool(address), 0, 0) + question + address


@pytest.fixture
def names():
    server = Names(*NAMES)
    yield server
    server.stop()


def days_ago(days):
    return int((datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)).timestamp() * 1000)
