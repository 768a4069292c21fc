#!/usr/bin/env python3
"""bundle.py ARCH PROGRAM CC LIBRARIES DIST: the zip for Lambda, and beside it what is in it (CycloneDX JSON).

Nothing in either tells when or where they were made.
"""

import gzip
import hashlib
import io
import json
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import uuid
import zipfile
import zlib
from pathlib import Path

import dependencies

ROOT = Path(__file__).resolve().parents[1]
NAME = "cloudwatch-logs-s3-exporter"
LICENSES = {
    "c-ares": "MIT", "cjson": "MIT", "curl": "curl", "expat": "MIT", "glibc": "LGPL-2.1-or-later",
    "libgcc": "GPL-3.0-or-later WITH GCC-exception-3.1", "openssl": "Apache-2.0", "zlib": "Zlib",
}  # fmt: skip


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def version():
    return re.search(r"VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8").split("project(")[1])[1]


# ---- what comes from the compiler's packages ----


def owner(path):
    """(package, version) of a file of this system."""
    for candidate in (path, path.resolve()):
        done = subprocess.run(["dpkg", "-S", candidate], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            package = done.stdout.split(": ")[0]
            found = subprocess.run(
                ["dpkg-query", "-W", "-f", "${source:Version}", package], capture_output=True, text=True, check=True
            )
            return package.split(":")[0], found.stdout
    dependencies.fail(f"no package of this system holds {path}: its compiler is not Debian's")
    return None


def from_compiler(cc):
    """name → (package, version, sha256) of the parts that every static program has."""
    parts = {}
    for name, file in (("glibc", "libc.a"), ("libgcc", "libgcc.a")):
        path = Path(subprocess.run([cc, f"-print-file-name={file}"], capture_output=True, text=True, check=True).stdout.strip())
        parts[name] = (*owner(path), sha256(path.read_bytes()))
    return parts


# ---- licences ----


def copyright_of(pin, libraries):
    if pin.kind == "source":
        return (libraries / pin.name / "debian/copyright").read_bytes()
    package = dependencies.LIBRARIES[pin.name]
    return (libraries / package / "usr/share/doc" / package / "copyright").read_bytes()


def copyright_installed(package):
    path = Path("/usr/share/doc") / package / "copyright"
    if path.exists():
        return path.read_bytes()
    compressed = path.with_name("copyright.gz")
    return gzip.decompress(compressed.read_bytes()) if compressed.exists() else b""


def licenses(pins, compiler, libraries):
    """The text that must go with the program."""
    texts = [(NAME, (ROOT / "LICENSE").read_bytes() + b"\n" + (ROOT / "NOTICE").read_bytes())]
    texts += [(pin.name, copyright_of(pin, libraries)) for pin in pins]
    texts += [(name, copyright_installed(package)) for name, (package, _, _) in sorted(compiler.items())]
    return b"\n\n".join(b"======== " + name.encode() + b" ========\n\n" + text.strip() for name, text in texts) + b"\n"


# ---- what is in it ----


def component(name, kind, of_version, purl, hashes):
    license_key = "expression" if " " in LICENSES[name] else "license"
    value = LICENSES[name] if license_key == "expression" else {"id": LICENSES[name]}
    return {
        "type": "library", "bom-ref": purl, "name": name, "version": of_version, "purl": purl,
        "licenses": [{license_key: value}],
        "properties": [{"name": "built", "value": kind}]
        + [{"name": f"sha256 of {file}", "value": digest} for file, digest in sorted(hashes.items())],
    }  # fmt: skip


def purl(package, of_version, arch):
    quoted = of_version.replace("+", "%2B").replace(":", "%3A")
    return f"pkg:deb/debian/{package}@{quoted}?arch={arch}&distro={dependencies.SUITE}"


def bill(arch, program, pins, compiler):
    debian = dependencies.DEBIAN_ARCH[arch]
    parts = []
    for pin in pins:
        source = pin.kind == "source"
        url = purl(pin.name if source else dependencies.LIBRARIES[pin.name], pin.version, "source" if source else debian)
        kind = "here, from Debian's source package" if source else "by Debian; the static archive of its development package"
        parts.append(component(pin.name, kind, pin.version, url, pin.files_for(arch)))
    for name, (package, of_version, digest) in sorted(compiler.items()):
        parts.append(component(name, "by Debian; of the compiler's packages", of_version, purl(package, of_version, debian), {"archive": digest}))
    own = f"pkg:generic/{NAME}@{version()}?arch={arch}"
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, sha256(program))}",
        "metadata": {
            "component": {
                "type": "application", "bom-ref": own, "name": NAME, "version": version(), "purl": own,
                "hashes": [{"alg": "SHA-256", "content": sha256(program)}], "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": parts,
        "dependencies": [{"ref": own, "dependsOn": [part["bom-ref"] for part in parts]}],
    }  # fmt: skip


# ---- the zip ----


def deflated(content):
    """By zopfli, which any inflate reads: 3 % smaller than zlib's best. The same bytes each time."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return subprocess.run(["zopfli", "--deflate", "--i5", "-c", file.name], capture_output=True, check=True).stdout


UNIX, VERSION, METHOD_DEFLATE = 3, 20, 8
FIRST_OF_1980 = (0, 0x21)  # MS-DOS's time and date, where a zip's begin.


def zipped(members):
    """A zip of (name, content, mode). Python's writer would deflate by zlib."""
    local, central = bytearray(), bytearray()
    for name, content, mode in members:
        packed, offset = deflated(content), len(local)
        common = struct.pack(
            "<4H3L2H", 0, METHOD_DEFLATE, *FIRST_OF_1980, zlib.crc32(content), len(packed), len(content), len(name), 0
        )
        local += struct.pack("<4sH", b"PK\3\4", VERSION) + common + name.encode("ascii") + packed
        central += struct.pack("<4s2H", b"PK\1\2", UNIX << 8 | VERSION, VERSION) + common
        central += struct.pack("<3H2L", 0, 0, 0, (0o100000 | mode) << 16, offset) + name.encode("ascii")
    count = len(members)
    return bytes(local + central) + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(central), len(local), 0)


def check(archive, members):
    """By the reader that everybody has."""
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        assert [(name, packed.read(name)) for name in packed.namelist()] == [member[:2] for member in members]


def main(arch, program_path, cc, libraries, dist):
    program, dist = Path(program_path).read_bytes(), Path(dist)
    pins, compiler = dependencies.read_lock(), from_compiler(cc)
    dist.mkdir(exist_ok=True)
    target = dist / f"bootstrap-{arch}"
    members = [("LICENSES.txt", licenses(pins, compiler, Path(libraries)), 0o644), ("bootstrap", program, 0o755)]
    archive = zipped(members)
    check(archive, members)
    Path(f"{target}.zip").write_bytes(archive)
    text = json.dumps(bill(arch, program, pins, compiler), indent=2) + "\n"
    Path(f"{target}.cdx.json").write_text(text, encoding="utf-8")
    shutil.copyfile(program_path, target)
    target.chmod(0o755)
    print(f"package: {target}.zip: {len(archive) / 1e6:.2f} MB; the program in it {len(program) / 1e6:.2f} MB")
    print(f"package: sha256 {sha256(archive)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
