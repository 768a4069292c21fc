"""What the static program costs before it does anything: size, start, memory at rest, the first HTTPS answer.

    bench_package.py ZIP EXECUTABLE...     the program in scripts/package's zip, and others beside it

Start: from exec to the request for /next, in ms above an empty static program in the same harness; lower quartiles of runs
that take turns. Memory: resident, waiting in /next. Instructions: `whoami`, by callgrind's count, until the answer begins,
from an HTTPS server whose certificate an intermediate one vouches for, with everything that this system trusts in one file.
"""

import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))
from net import authority  # noqa: E402
from net.servers import Server  # noqa: E402

RUNS = 200
CA_FILE = Path("/etc/ssl/certs/ca-certificates.crt")
NAME = "localhost"


def quartile(values):
    return statistics.quantiles(values, n=4)[0]


def spawn(path, environment):
    return os.posix_spawn(path, [str(path)], environment)


class Start:
    """Programs in turns, each until it has asked for /next; the empty one until it has ended."""

    def __init__(self, folder):
        source, self.empty = folder / "empty.c", folder / "empty"
        source.write_text("int main(void) { return 0; }\n", encoding="ascii")
        subprocess.run(["cc", "-O2", "-static", source, "-o", self.empty], check=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.environment = {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.listener.getsockname()[1]}", "AWS_REGION": "us-east-1",
            "AWS_LAMBDA_FUNCTION_NAME": "bench", "AWS_LAMBDA_LOG_FORMAT": "JSON", "_HANDLER": "bootstrap",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "PATH": "/usr/bin:/bin",
        }  # fmt: skip

    def floor_ms(self):
        begun = time.perf_counter()
        os.waitpid(spawn(self.empty, {}), 0)
        return (time.perf_counter() - begun) * 1000

    def program(self, path):
        """(ms to the request, resident KiB then)"""
        begun = time.perf_counter()
        pid = spawn(path, self.environment)
        connection, _ = self.listener.accept()
        request = connection.recv(4096)
        took = (time.perf_counter() - begun) * 1000
        assert b"/invocation/next" in request, request
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        connection.close()
        return took, int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def measure(self, paths):
        """(the empty program's ms, path → (ms, KiB)), lower quartiles"""
        floor, found = [], {path: [] for path in paths}
        for _ in range(RUNS):
            floor.append(self.floor_ms())
            for path in paths:
                found[path].append(self.program(path))
        return quartile(floor), {path: tuple(map(quartile, zip(*rows, strict=True))) for path, rows in found.items()}


class Beginning(Server):
    """Begins to answer, and never ends: `answered` tells that it began."""

    def __init__(self, certificate):
        self.answered = threading.Event()
        super().__init__(certificate=certificate)

    def serve(self, connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
        self.answered.set()
        while connection.recv(4096):  # The rest of the request, in a record of its own.
            pass


def tls_server(folder):
    root = authority.issue("Root of the bench")
    middle = authority.issue("Intermediate of the bench", issuer=root)
    bundle = folder / "bundle.pem"
    authority.write_bundle(bundle, root)
    bundle.write_bytes(CA_FILE.read_bytes() + bundle.read_bytes())
    chain = authority.write_server_file(folder / "server.pem", authority.issue(NAME, [NAME], middle), middle)
    return Beginning(chain), bundle


def instructions(path, server, bundle, folder):
    environment = {
        "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_CA_BUNDLE": str(bundle), "AWS_ENDPOINT_URL": server.url(NAME).removesuffix("/path"), "AWS_MAX_ATTEMPTS": "1",
        "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        "PATH": "/usr/bin:/bin",
    }  # fmt: skip
    server.answered.clear()
    counter = subprocess.Popen(
        ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind", path, "whoami"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    if server.answered.wait(60):
        time.sleep(0.5)  # For it to read what came.
    counter.send_signal(signal.SIGQUIT)  # At which the program itself does nothing more.
    printed, _ = counter.communicate()
    assert server.answered.is_set(), printed
    return int(re.search(r"Collected : (\d+)", printed)[1])


def measure(archive, *others):
    """What main prints: sizes in bytes; the floor in ms; path → ms above the floor, KiB, instructions (None: no valgrind)."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with zipfile.ZipFile(archive) as packed:
            packed.extract("bootstrap", folder)
        program = folder / "bootstrap"
        program.chmod(0o755)
        paths = [program, *map(Path, others)]
        floor, started = Start(folder).measure(paths)
        server, bundle = tls_server(folder)
        count = CA_FILE.read_text(encoding="utf-8").count("BEGIN CERTIFICATE") + 1
        programs = {
            path.name: {
                "start_ms": started[path][0] - floor,
                "resident_kib": started[path][1],
                "instructions": instructions(path, server, bundle, folder) if shutil.which("valgrind") else None,
            }
            for path in paths
        }
        sizes = {"zip": Path(archive).stat().st_size, "program": program.stat().st_size}
        return {"name": Path(archive).name, "sizes": sizes, "floor_ms": floor, "authorities": count, "programs": programs}


def show(found):
    sizes, authorities = found["sizes"], found["authorities"]
    print(f"{found['name']}: {sizes['zip'] / 1e6:.2f} MB; the program in it {sizes['program'] / 1e6:.2f} MB")
    print(f"exec to its end of an empty static program: {found['floor_ms']:.2f} ms; below, what is above that\n")
    print(f"{'program':30} {'exec → /next ms':>16} {'resident MB':>12} {'M instructions to HTTPS, ' + str(authorities) + ' authorities':>44}")
    for name, cost in found["programs"].items():
        counted = f"{cost['instructions'] / 1e6:.1f}" if cost["instructions"] else "no valgrind"
        print(f"{name:30} {cost['start_ms']:16.2f} {cost['resident_kib'] / 1024:12.1f} {counted:>44}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    show(measure(*sys.argv[1:]))
