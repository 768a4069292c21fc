"""Tries the generator on a whole folder of models: every operation generated, compiled, its endpoint tests run.

    python tests/codegen/all_models.py DIR/*.json --runtime build/debug/src/smithy/libsmithy.a --compilers gcc clang

Not part of the tests: all the models of AWS take an hour. For each model one line is printed: processor time and memory
of the generator, operations, endpoint tests that passed; then the sums, and what failed. The exit status is 1 if anything
failed that the generator did not refuse with a reason.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from support import FLAGS, ROOT
from whole_client import MEASURED, headers_of, jobs_of, sources_of

PREFIX = "whole"
SUPPORT = [ROOT / "tests" / "endpoint", ROOT / "tests" / "support"]
HELPERS = [SUPPORT[0] / "endpoint_check.c", SUPPORT[1] / "torture.c"]
LIBRARIES = ("-lcmocka", "-lcrypto")
PASSED = re.compile(r"^endpoint tests: \S+ (\d+) passed", re.M)


@dataclass
class Result:
    """Of one model."""

    name: str
    seconds: float = 0
    mib: int = 0
    operations: int = 0
    endpoint_tests: int = 0
    files: int = 0
    refused: str = ""
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        measured = f"{self.seconds:5.1f} s {self.mib:4} MiB {self.operations:4} operations {self.endpoint_tests:4} endpoint tests"
        return f"{self.name:38} {measured}  {'refused' if self.refused else 'FAILED' if self.failures else 'ok'}"


def main() -> int:
    options = _options()
    results = []
    with tempfile.TemporaryDirectory() as helpers, ThreadPoolExecutor(options.jobs) as pool:
        if options.runtime:
            _compile_helpers(Path(helpers))
        for result in pool.map(lambda path: _try(path, Path(helpers), options), options.models):
            print(result, flush=True)
            results.append(result)
    _summarize(results)
    return any(result.failures for result in results)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, nargs="+", metavar="MODEL.json")
    parser.add_argument("--runtime", type=Path, metavar="libsmithy.a", help="to run the endpoint tests with")
    parser.add_argument("--compilers", nargs="*", default=[], choices=["gcc", "clang"], help="to check the sources with")
    parser.add_argument("--headers", action="store_true", help="also each public header by itself, as C and as C++")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave what is generated there")
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def _compile_helpers(folder: Path) -> None:
    """What all the endpoint tests share."""
    for source in HELPERS:
        _cc("-c", source, "-o", folder / f"{source.stem}.o", check=True)


def _cc(*arguments: object, check: bool = False) -> subprocess.CompletedProcess:
    includes = [f"-I{folder}" for folder in (ROOT / "include", *SUPPORT)]
    command = ["cc", *FLAGS, "-O0", *includes, *map(str, arguments)]
    return subprocess.run(command, stderr=None if check else subprocess.PIPE, text=True, check=check)


def _try(path: Path, helpers: Path, options: argparse.Namespace) -> Result:
    result = Result(path.stem)
    folder = options.keep / path.stem if options.keep else Path(tempfile.mkdtemp(prefix=f"{path.stem}-"))
    try:
        if _generate(path, folder, result):
            if options.runtime:
                _run_endpoint_tests(folder, [*helpers.glob("*.o"), options.runtime], result)
            for compiler in options.compilers:
                headers = headers_of(folder) if options.headers else []
                for job in jobs_of(folder, compiler, sources_of(folder), headers):
                    _note(subprocess.run([str(part) for part in job], capture_output=True, text=True), result)
    finally:
        if not options.keep:
            shutil.rmtree(folder)
    return result


def _generate(path: Path, folder: Path, result: Result) -> bool:
    command = [sys.executable, "-c", MEASURED, "generate", path, "--all", "--tests", "--name", PREFIX, "--out", folder]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT / "codegen")})
    if done.returncode == 0:
        mib, seconds = done.stdout.split()
        result.mib, result.seconds = int(mib), float(seconds)
        result.operations = len(list((folder / "src" / "ops").glob("*.c")))
        result.files = len(sources_of(folder)) + len(headers_of(folder))
    elif done.returncode == 1 and done.stderr.startswith("smithy_c: ") and done.stderr.count("\n") == 1:
        result.refused = done.stderr.strip()
    else:
        result.failures.append(done.stderr[-3000:])
    return done.returncode == 0


def _run_endpoint_tests(folder: Path, runtime: list[Path], result: Result) -> None:
    test = folder / "tests" / "endpoint_test.c"
    if not test.is_file():
        return
    program = folder / "endpoint_test"
    sources = [test, folder / "src" / "endpoint.c"]
    if _note(_cc(f"-I{folder}/include", *sources, *runtime, *LIBRARIES, "-o", program), result):
        done = subprocess.run([program], capture_output=True, text=True)
        passed = PASSED.search(done.stdout)
        result.endpoint_tests = int(passed.group(1)) if passed else 0
        if done.returncode != 0:
            result.failures.append((done.stdout + done.stderr)[-3000:])
        program.unlink()


def _note(done: subprocess.CompletedProcess, result: Result) -> bool:
    """Whether a compiler was content."""
    if done.returncode != 0:
        result.failures.append(done.stderr[:3000])
    return done.returncode == 0


def _summarize(results: list[Result]) -> None:
    made = [result for result in results if not result.refused]
    print(f"\n{len(results)} models, {len(results) - len(made)} refused, {sum(bool(r.failures) for r in made)} failed")
    print(f"{sum(r.operations for r in made)} operations, {sum(r.files for r in made)} sources and headers")
    print(f"{sum(r.endpoint_tests for r in made)} endpoint tests passed")
    slowest, largest = max(results, key=lambda r: r.seconds), max(results, key=lambda r: r.mib)
    print(f"{sum(r.seconds for r in results):.0f} s in all, at most {slowest.seconds:.1f} s ({slowest.name})", end=", ")
    print(f"{largest.mib} MiB ({largest.name})")
    for result in results:
        for text in filter(None, [result.refused, *result.failures]):
            print(f"\n{result.name}: {text}")


if __name__ == "__main__":
    sys.exit(main())
