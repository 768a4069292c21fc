"""Prints how much of the handwritten C the tests reached, in lines and branches; fails where a part that must be reached
nearly whole is not.

    python tests/coverage.py BUILD_FOLDER [--missing]    --missing: names each branch of those parts that was not reached
"""

import argparse
import json
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEAST = 95.0  # Percent of the branches of each of these.
PARTS = {
    "signing": ["src/smithy/aws/sigv4*.c"],
    "retry": ["src/smithy/client/retry*.c"],
    "parsers": [
        "src/smithy/codec/json_*.c",
        "src/smithy/codec/xml_*.c",
        "src/smithy/codec/cbor_*.c",
        "src/smithy/codec/time*.c",
        "src/smithy/codec/num*.c",
        "src/smithy/codec/decimal.c",
        "src/smithy/codec/document.c",
        "src/smithy/codec/base64.c",
        "src/smithy/codec/ur[il].c",
        "src/smithy/aws/config/ini.c",
        "src/smithy/client/response_header*.c",
        "src/exporter/json_cutter.c",
    ],
}


def measure(build: Path) -> list[dict]:
    report = subprocess.run(
        [sys.executable, "-m", "gcovr", "--root", ROOT, "--filter", f"{ROOT}/src/", "--exclude", ".*/generated/.*",
         "--exclude-unreachable-branches", "--gcov-ignore-parse-errors=negative_hits.warn", "--json", "-", build],
        check=True, capture_output=True, text=True, cwd=ROOT)  # fmt: skip
    return json.loads(report.stdout)["files"]


def share(files: list[dict]) -> tuple[int, int, int, int]:
    """Lines reached and in all, branches reached and in all."""
    lines = [line for file in files for line in file["lines"] if not line.get("gcovr/excluded")]
    branches = [branch for line in lines for branch in line["branches"]]
    return (sum(line["count"] > 0 for line in lines), len(lines),
            sum(branch["count"] > 0 for branch in branches), len(branches))  # fmt: skip


def percent(reached: int, total: int) -> float:
    return 100.0 * reached / total if total else 100.0


def show(name: str, files: list[dict]) -> float:
    lines, all_lines, branches, all_branches = share(files)
    print(f"coverage: {name:8} lines {percent(lines, all_lines):5.1f} % of {all_lines}, "
          f"branches {percent(branches, all_branches):5.1f} % of {all_branches}")  # fmt: skip
    return percent(branches, all_branches)


def show_missing(files: list[dict]) -> None:
    for file in sorted(files, key=lambda file: file["file"]):
        missing = [line for line in file["lines"] if any(branch["count"] == 0 for branch in line["branches"])]
        if missing:
            print(f"  {file['file']}: {percent(*share([file])[2:]):.1f} %")
        for line in missing:
            text = (ROOT / file["file"]).read_text(encoding="utf-8").splitlines()[line["line_number"] - 1]
            reached = sum(branch["count"] > 0 for branch in line["branches"])
            print(f"    {line['line_number']}: {reached} of {len(line['branches'])}: {text.strip()}")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("build", type=Path)
    arguments.add_argument("--missing", action="store_true")
    options = arguments.parse_args()
    files = measure(options.build.resolve())
    show("all", files)
    failed = False
    for name, patterns in PARTS.items():
        part = [file for file in files if any(fnmatch(file["file"], pattern) for pattern in patterns)]
        if not part or show(name, part) < LEAST:
            print(f"coverage: {name}: fewer than {LEAST} % of the branches", file=sys.stderr)
            failed = True
        if options.missing:
            show_missing(part)
    return failed


if __name__ == "__main__":
    sys.exit(main())
