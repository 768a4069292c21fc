#!/usr/bin/env python3
"""The libraries in the static program: which exactly (dependencies.lock), and how they are fetched.

    dependencies.py fetch ARCH FOLDER   downloads what the lock names and FOLDER does not hold; verifies all of it
    dependencies.py list                NAME KIND VERSION, a line for each
    dependencies.py archive NAME        Debian's package that holds the static archive
    dependencies.py pins                writes a new lock from the mirror: the newest version of each, security updates included

A library is pinned as Debian's source package, which is built here as small as it can be; or, where a mirror has not got
the newest version's sources, as the static archive that Debian built of that same version. An older version is never taken.

apt fetches, from the mirrors that this machine is configured with, in folders of its own: the system's lists stay as they are.
"""

import functools
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

LOCK = Path(__file__).with_name("dependencies.lock")
SUITE = "bookworm"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# Name of the source package → the binary one that holds a static archive, where Debian has one.
LIBRARIES = {
    "c-ares": None,
    "cjson": None,
    "curl": None,  # Debian's archive speaks a dozen protocols, by as many libraries: of no use here.
    "expat": "libexpat1-dev",
    "openssl": "libssl-dev",
    "zlib": "zlib1g-dev",
}
DEBIAN_ARCH = {"x86_64": "amd64", "arm64": "arm64"}
HEADER = """\
# What the static program is built with. `scripts/package --pins` writes it anew from the mirror; commit the result.
#   source NAME VERSION     Debian's source package, patches included      archive NAME VERSION     Debian's static archive
#       SHA256 FILE
"""


def fail(*lines):
    for line in lines:
        print(f"package: {line}", file=sys.stderr)
    sys.exit(1)


# ---- the lock ----


class Pin:
    def __init__(self, kind, name, version):
        self.kind, self.name, self.version, self.files = kind, name, version, {}  # files: name → sha256

    def files_for(self, arch):
        """All of a source package; of archives the architecture's."""
        if self.kind == "source":
            return self.files
        return {file: digest for file, digest in self.files.items() if file.endswith(f"_{DEBIAN_ARCH[arch]}.deb")}

    def text(self):
        lines = [f"{self.kind} {self.name} {self.version}"]
        return "\n".join(lines + [f"    {self.files[file]} {file}" for file in sorted(self.files)])


def read_lock(path=LOCK):
    pins = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) == 3 and words[0] in ("source", "archive") and words[1] in LIBRARIES:
            pins.append(Pin(*words))
        elif len(words) == 2 and pins and re.fullmatch(r"[0-9a-f]{64}", words[0]) and "/" not in words[1]:
            pins[-1].files[words[1]] = words[0]
        else:
            fail(f"{path}:{number}: neither a library (source|archive NAME VERSION) nor a file of one (SHA256 FILE): {line}")
    absent = sorted(set(LIBRARIES) - {pin.name for pin in pins})
    if absent:
        fail(f"{path}: {', '.join(absent)} is not pinned; `scripts/package --pins` writes the lock anew")
    return sorted(pins, key=lambda pin: pin.name)


# ---- apt, beside the system's own lists ----


class Apt:
    def __init__(self, folder):
        self.folder = Path(folder)
        for name in ("lists/partial", "cache/archives/partial", "etc"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "status").touch()
        (self.folder / "etc/debian.list").write_text(self._sources(), encoding="utf-8")
        self.options = [
            "-qq",
            *self._option("Dir::Etc::sourcelist", self.folder / "etc/debian.list"),
            *self._option("Dir::Etc::sourceparts", "-"),
            *self._option("Dir::Etc::preferencesparts", "-"),
            *self._option("Dir::State::lists", self.folder / "lists"),
            *self._option("Dir::State::status", self.folder / "status"),
            *self._option("Dir::Cache", self.folder / "cache"),
            *self._option("APT::Update::Post-Invoke-Success", ""),
            *self._option("APT::Update::Post-Invoke", ""),
            *self._option("APT::Sandbox::User", "root"),
            *self._option("Acquire::Languages", "none"),
            *self._option("Acquire::Retries", "3"),
        ]

    @staticmethod
    def _option(name, value):
        return ["-o", f"{name}={value}"]

    @staticmethod
    def _sources():
        """The machine's own mirrors of Debian, for the lock's suite: sources, and archives of both architectures."""
        system = dict(
            line.split("=", 1)
            for line in Path("/etc/os-release").read_text(encoding="utf-8").replace('"', "").splitlines()
            if "=" in line
        )
        if system.get("ID") != "debian":
            fail(f"the libraries are Debian's; this is {system.get('PRETTY_NAME', 'another system')}: run it on Debian {SUITE}")
        listed = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        here, signed = system["VERSION_CODENAME"], f" signed-by={KEYRING}" if KEYRING.exists() else ""
        lines = set()
        for uri, release, component in (line.split() for line in listed.splitlines()):
            if component == "main" and re.fullmatch(rf"{here}(-updates|-security)?", release):
                suite = release.replace(here, SUITE)
                lines.add(f"deb [arch=amd64,arm64{signed}] {uri} {suite} main")
                lines.add(f"deb-src [{signed.strip()}] {uri} {suite} main" if signed else f"deb-src {uri} {suite} main")
        if not any(f"{SUITE}-security" in line for line in lines):
            fail("no mirror of Debian's security updates is configured on this machine (apt's sources): without it nothing is built")
        return "\n".join(sorted(lines)) + "\n"

    def run(self, tool, *arguments, cwd=None):
        """(whether it worked, what it printed)"""
        done = subprocess.run(
            [tool, *self.options, *arguments], cwd=cwd, capture_output=True, text=True, check=False,
            env=os.environ | {"LC_ALL": "C"},
        )  # fmt: skip
        return done.returncode == 0, done.stdout if done.returncode == 0 else done.stderr

    def update(self):
        worked, printed = self.run("apt-get", "update")
        if not worked:
            fail("apt-get update failed:", *printed.splitlines()[-5:])

    def download_source(self, name, version, folder):
        return self.run("apt-get", "source", "--download-only", "--only-source", f"{name}={version}", cwd=folder)[0]

    def download_archive(self, package, version, arch, folder):
        wanted = f"{package}:{DEBIAN_ARCH[arch]}={version}"
        return self.run("apt-get", "-o", "APT::Architectures::=arm64", "download", wanted, cwd=folder)[0]

    def stanzas(self, command, name, *options):
        """Paragraphs of apt-cache as dictionaries; a value with more lines is a list of them."""
        printed = self.run("apt-cache", *options, command, name)[1]
        for paragraph in printed.strip().split("\n\n"):
            fields, last = {}, None
            for line in paragraph.splitlines():
                if line.startswith(" "):
                    fields[last] = f"{fields[last]}\n{line.strip()}"
                elif ":" in line:
                    last, value = line.split(":", 1)
                    fields[last] = value.strip()
            if fields:
                yield fields


# ---- fetching ----


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def is_whole(files, folder):
    return all((folder / file).is_file() and sha256(folder / file) == digest for file, digest in files.items())


def archive_version(file):
    return file.split("_")[1].replace("%3a", ":")


def fetch(arch, folder):
    folder.mkdir(parents=True, exist_ok=True)
    absent = [pin for pin in read_lock() if not is_whole(pin.files_for(arch), folder)]
    if not absent:
        return
    with tempfile.TemporaryDirectory(prefix="package-") as scratch:
        apt = Apt(scratch)
        print("package: fetching " + ", ".join(pin.name for pin in absent))
        apt.update()
        for pin in absent:
            fetch_pin(apt, pin, arch, folder)


def fetch_pin(apt, pin, arch, folder):
    files = pin.files_for(arch)
    for file in files:
        (folder / file).unlink(missing_ok=True)
    if pin.kind == "source":
        came = apt.download_source(pin.name, pin.version, folder)
    else:
        version = archive_version(next(iter(files)))
        came = apt.download_archive(LIBRARIES[pin.name], version, arch, folder)
    if not came:
        fail(
            f"{pin.name} {pin.version}, as dependencies.lock pins it ({pin.kind}), is not on this machine's mirror (any more): "
            "`scripts/package --pins` writes the lock anew from what the mirror has"
        )
    for file, digest in files.items():
        if not (folder / file).is_file() or sha256(folder / file) != digest:
            (folder / file).unlink(missing_ok=True)
            fail(f"{file} is not what dependencies.lock pins (sha256 {digest}): it was deleted, nothing was built")


# ---- renewing ----


def newest(apt, name):
    versions = {fields["Version"]: fields for fields in apt.stanzas("showsrc", name) if fields.get("Package") == name}
    if not versions:
        fail(f"the mirror's lists have no source package {name}")

    def compare(left, right):
        done = subprocess.run(["dpkg", "--compare-versions", left, "lt", right], check=False)
        return -1 if done.returncode == 0 else 1

    version = max(versions, key=functools.cmp_to_key(compare))
    return version, versions[version]


def source_pin(apt, name, version, fields, folder):
    pin = Pin("source", name, version)
    for line in fields["Checksums-Sha256"].split("\n"):
        if line:
            digest, _, file = line.split()
            pin.files[file] = digest
    return pin if apt.download_source(name, version, folder) and is_whole(pin.files, folder) else None


def archive_pin(apt, name, version, folder):
    """Of the same source version: its patches are in it."""
    package, pin = LIBRARIES[name], Pin("archive", name, version)
    for arch, debian in DEBIAN_ARCH.items():
        for fields in apt.stanzas("show", f"{package}:{debian}", "-o", "APT::Architectures::=arm64"):
            source = re.search(r"\((.+)\)", fields.get("Source", ""))
            if (source.group(1) if source else fields.get("Version")) != version:
                continue
            file = f"{package}_{fields['Version'].replace(':', '%3a')}_{debian}.deb"
            if apt.download_archive(package, fields["Version"], arch, folder) and is_whole({file: fields["SHA256"]}, folder):
                pin.files[file] = fields["SHA256"]
    return pin if len(pin.files) == len(DEBIAN_ARCH) else None


def renew():
    with tempfile.TemporaryDirectory(prefix="package-") as scratch:
        apt, folder, pins = Apt(scratch), Path(scratch), []
        apt.update()
        for name in sorted(LIBRARIES):
            version, fields = newest(apt, name)
            pin = source_pin(apt, name, version, fields, folder)
            if not pin and LIBRARIES[name]:
                pin = archive_pin(apt, name, version, folder)
            if not pin:
                fail(f"the mirror lists {name} {version} but has neither its sources nor an archive of it; older ones are not taken")
            pins.append(pin)
            print(f"{pin.name} {pin.version} ({pin.kind})")
    LOCK.write_text(HEADER + "\n".join(pin.text() for pin in pins) + "\n", encoding="utf-8")


def main(arguments):
    match arguments:
        case ["fetch", arch, folder] if arch in DEBIAN_ARCH:
            fetch(arch, Path(folder))
        case ["list"]:
            for pin in read_lock():
                print(pin.name, pin.kind, pin.version)
        case ["archive", name] if name in LIBRARIES:
            print(LIBRARIES[name])
        case ["pins"]:
            renew()
        case _:
            fail("usage: dependencies.py fetch ARCH FOLDER | list | archive NAME | pins")


if __name__ == "__main__":
    main(sys.argv[1:])
