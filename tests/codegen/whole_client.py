"""Compiles whole clients, two processes at a time (every source, every public header by itself), and measures generation."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterable

from support import FLAGS, ROOT, cjson_flags, compiler, run

CXX = {"gcc": "g++", "clang": "clang++"}
CXX_FLAGS = "-std=c++11 -Wall -Wextra -Wshadow -Wno-missing-field-initializers -Werror".split()
BATCH = 16
# Prints the MiB at the peak of the process's own memory (getrusage would count the parent's, too, from before the exec),
# and the seconds of processor time.
MEASURED = """
import sys
import time
from smithy_c.__main__ import main
status = main(sys.argv[1:])
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(int(peak.split()[1]) // 1024, time.process_time())
sys.exit(status)
"""


def jobs_of(folder: Path, compiler_name: str, sources: Iterable[Path] = (), headers: Iterable[Path] = ()) -> list[list]:
    """The commands that check these files of a client, each for some of them."""
    flags = [f"-I{folder}/include", f"-I{ROOT}/include", *cjson_flags(), "-fsyntax-only"]
    c = [compiler(compiler_name), *FLAGS, *flags]
    jobs = [[*c, *batch] for batch in _batches(sources)] + [[*c, "-x", "c", *batch] for batch in _batches(headers)]
    cxx = shutil.which(CXX[compiler_name])
    if cxx:
        jobs += [[cxx, *CXX_FLAGS, *flags, "-x", "c++", *batch] for batch in _batches(headers)]
    return jobs


def sources_of(folder: Path) -> list[Path]:
    return sorted((folder / "src").rglob("*.c"))


def headers_of(folder: Path) -> list[Path]:
    return sorted((folder / "include").rglob("*.h"))


def run_all(jobs: list[list]) -> None:
    with ThreadPoolExecutor(2) as pool:
        for result in [pool.submit(run, *job) for job in jobs]:
            result.result()


def _batches(files: Iterable[Path]) -> list[list[Path]]:
    listed = list(files)
    return [listed[at : at + BATCH] for at in range(0, len(listed), BATCH)]
