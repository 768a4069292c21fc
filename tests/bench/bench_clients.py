"""What generated clients cost: lines, time to compile, size in a program, and time to read and write beside others.

    bench_clients.py BUILD

BUILD is an optimized build folder with the target bench_clients.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import botocore.parsers
import botocore.serialize
import botocore.session

ROOT = Path(__file__).resolve().parents[2]
COMPILE = "-std=c11 -O2 -D_POSIX_C_SOURCE=200809L -ffunction-sections -fdata-sections".split()
LIBRARIES = "libcurl openssl expat libcjson zlib".split()
STREAMS, EVENTS = 50, 1000
ROUNDS, ROUND_S = 5, 0.3


def sources(client, pattern):
    return sorted((ROOT / "generated" / client).rglob(pattern))


def lines(client):
    return sum(len(path.read_bytes().splitlines()) for pattern in ("*.c", "*.h") for path in sources(client, pattern))


def compiled(client, folder):
    """The client's library, and the seconds that its files took one after another on one core."""
    include = [f"-I{ROOT}/include", f"-I{ROOT}/generated/{client}/include"]

    def compile_one(path):
        target = folder / f"{client}-{'-'.join(path.relative_to(ROOT).parts)}.o"
        begun = time.monotonic()
        subprocess.run([shutil.which("cc"), *COMPILE, *include, "-c", path, "-o", target], check=True)
        return target, time.monotonic() - begun

    done = [compile_one(path) for path in sources(client, "*.c")]
    archive = folder / f"lib{client}.a"
    subprocess.run(["ar", "rcs", archive, *(target for target, _ in done)], check=True)
    return archive, sum(seconds for _, seconds in done)


def linked_size(client, functions, archive, build, folder):
    """Bytes of a stripped program that holds these functions; the libraries below stay shared."""
    program = folder / "program.c"
    declared = "\n".join(f"    (any *){name}," for name in functions)
    program.write_text(
        f"#include <{client}/{client}.h>\ntypedef void any(void);\n"
        f"int main(void) {{\n    static any *const volatile all[] = {{\n{declared}\n    }};\n    return all[0] == 0;\n}}\n"
    )
    flags = subprocess.run(["pkg-config", "--libs", *LIBRARIES], capture_output=True, text=True, check=True).stdout.split()
    optional = ["-lcbor"] if subprocess.run(["pkg-config", "--exists", "libcbor"], check=False).returncode == 0 else []
    include = [f"-I{ROOT}/include", f"-I{ROOT}/generated/{client}/include"]
    link = [archive, build / "src/smithy/libsmithy.a", *flags, *optional, "-lpthread", "-lm", "-Wl,--gc-sections", "-s"]
    subprocess.run(["cc", *COMPILE, *include, program, *link, "-o", folder / "program"], check=True)
    return (folder / "program").stat().st_size


def operations(client):
    found = []
    for header in sorted((ROOT / f"generated/{client}/include/{client}/ops").glob("*.h")):
        found += re.findall(r"SMITHY_API smithy_status\s+(\w+)\(", header.read_text())[:1]
    return found


def costs(build):
    print("generated clients, compiled with -O2 on one core; programs stripped, the runtime within")
    print(f"  {'':10} {'operations':>10} {'lines':>8} {'compile':>9} {'one op':>9} {'all ops':>9}")
    for client in sorted(path.name for path in (ROOT / "generated").iterdir() if path.is_dir()):
        with tempfile.TemporaryDirectory() as name:
            folder, found = Path(name), operations(client)
            archive, seconds = compiled(client, folder)
            create = f"{client}_client_create"
            one, all_ = (linked_size(client, [create, *some], archive, build, folder) for some in (found[:1], found))
            print(f"  {client:10} {len(found):10} {lines(client):8,} {seconds:8.1f}s {one / 1024:7.0f}kB {all_ / 1024:7.0f}kB")


def page():
    streams = [
        {
            "logStreamName": f"2026/05/28/[$LATEST]{i:032x}",
            "creationTime": 1790000000000 + i,
            "firstEventTimestamp": 1790000000100 + i,
            "lastEventTimestamp": 1790000900000 + i,
            "lastIngestionTime": 1790000900500 + i,
            "uploadSequenceToken": f"{i:056}",
            "arn": f"arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/checkout:log-stream:2026/05/28/[$LATEST]{i:032x}",
            "storedBytes": 0,
        }
        for i in range(STREAMS)
    ]
    return json.dumps({"logStreams": streams, "nextToken": "x" * 200}, separators=(",", ":")).encode()


def best_us(once):
    best = float("inf")
    for _ in range(ROUNDS):
        begun, times = time.perf_counter(), 0
        while (spent := time.perf_counter() - begun) < ROUND_S:
            once()
            times += 1
        best = min(best, spent / times * 1e6)
    return best


def botocore_us(body):
    service = botocore.session.get_session().get_service_model("logs")
    read, write = service.operation_model("DescribeLogStreams"), service.operation_model("PutLogEvents")
    parser = botocore.parsers.create_parser("json")
    serializer = botocore.serialize.create_serializer("json")
    message = '127.0.0.1 - - "GET /orders/17?full=1 HTTP/1.1" 200 "an agent" 0.017'
    request = {
        "logGroupName": "/aws/lambda/checkout",
        "logStreamName": "2026/05/28/[$LATEST]0123456789abcdef",
        "logEvents": [{"timestamp": 1790000000000 + i, "message": message} for i in range(EVENTS)],
    }
    answer = {"body": body, "headers": {}, "status_code": 200}
    return {
        "decode": best_us(lambda: parser.parse(answer, read.output_shape)),
        "encode": best_us(lambda: serializer.serialize_to_request(request, write)),
    }


def speed(build):
    """(bytes of the page; name → us of the client and cJSON; the same of botocore)"""
    body = page()
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(body)
        file.flush()
        program = build / "tests/bench/bench_clients"
        own = json.loads(subprocess.run([program, file.name, str(EVENTS)], capture_output=True, text=True, check=True).stdout)
    return len(body), own, botocore_us(body)


def show_speed(size, own, other):
    print("reading and writing, best of some rounds in this run; in brackets, how often the client's time")
    print(f"  {'':46} {'client':>9} {'cJSON':>17} {'botocore':>18}")
    rows = (
        (f"read DescribeLogStreams, {STREAMS} streams, {size:,} B", "decode", "cjson_parse"),
        (f"write PutLogEvents, {EVENTS:,} events", "encode", "cjson_print"),
    )
    for title, name, plain in rows:
        mine, cjson, boto = own[name], own[plain], other[name]
        print(f"  {title:46} {mine:7.0f}us {cjson:7.0f}us ({cjson / mine:4.1f}) {boto:8.0f}us ({boto / mine:4.1f})")


def main():
    build = Path(sys.argv[1]).resolve()
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    costs(build)
    print()
    show_speed(*speed(build))


if __name__ == "__main__":
    main()
