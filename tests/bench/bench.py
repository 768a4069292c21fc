"""Runs what measures the program and the clients, prints what each found, and at the end one table of it.

    bench.py BUILD [RESULT.json]

BUILD is an optimized build folder with the programs of tests/bench. The static program is that of dist/, as scripts/package
made it; where there is none, the build's own is run and what only concerns the package is left out. RESULT.json is what
chart.py draws.
"""

import datetime
import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import bench_calls
import bench_clients
import bench_package
import bench_run

ROOT = Path(__file__).resolve().parents[2]
STREAMS_OF_STATE = int(os.environ.get("STREAMS", "1000000"))


def printed(*command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True, check=True)
    print(done.stdout)
    return done.stdout


def state(build):
    """What a state costs where each stream stands at its own watermark."""
    number = r"([\d.]+)"
    found = re.search(
        rf"each stream at its own +{number} s +{number} s +{number} MB +{number} MB +{number} MB",
        printed(build / "tests/bench/bench_state", STREAMS_OF_STATE),
    )
    return dict(zip(("write_s", "read_s", "text_mb", "write_mb", "read_mb"), map(float, found.groups()), strict=True))


def signing(build):
    return float(re.search(r"1 KiB +([\d.]+) us", printed(build / "tests/bench/bench_sign"))[1])


def collect(build):
    own, package = build / "src/cli/cloudwatch-logs-s3-exporter", ROOT / f"dist/bootstrap-{platform.machine()}"
    found = {"date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"), "load": os.getloadavg(), "cores": os.cpu_count()}
    if Path(f"{package}.zip").exists():
        found["package"] = bench_package.measure(f"{package}.zip", own)
        bench_package.show(found["package"])
        print()
    found["runs"] = bench_run.measure(package if package.exists() else own, build / "tests/bench/bench_hurry")
    bench_run.show(found["runs"])
    print()
    found["state"] = state(build)
    found["signing_us"] = signing(build)
    size, mine, other = bench_clients.speed(build)
    bench_clients.show_speed(size, mine, other)
    print()
    found["decode"] = {"client_us": mine["decode"], "cjson_us": mine["cjson_parse"], "botocore_us": other["decode"]}
    found["calls"] = bench_calls.measure(build)
    bench_calls.show(found["calls"])
    found["load_at_the_end"] = os.getloadavg()
    return found


# ---- the table ----


def rows_of_package(package):
    program = package["programs"]["bootstrap"]
    yield "zip", f"{package['sizes']['zip'] / 1e6:.2f} MB", "≤ 2.5 MB"
    yield "exec → request for /next, above an empty program", f"{program['start_ms']:.2f} ms", "≤ 1.5 ms"
    yield "resident, waiting in /next", f"{program['resident_kib'] / 1024:.1f} MB", "≤ 4 MB"
    if program["instructions"]:
        yield "instructions until the first HTTPS answer", f"{program['instructions'] / 1e6:.1f} M", "≤ 25 M"


def rows_of_runs(runs):
    for run in runs:
        if run["streams"] == 3:
            yield run["title"], f"{run['wall']:.2f} s", "≤ 4 s"
            continue
        bar = {("auto", 1000): "≤ 6 MB", ("stream", 1000): "≤ 0.25 s CPU"}.get((run["unit"], run["streams"]), "")
        yield run["title"], f"{run['cpu']:.3f} s CPU, {run['requests']:,} requests, {run['memory']:.1f} MB", bar


def rows(found):
    if "package" in found:
        yield from rows_of_package(found["package"])
    yield from rows_of_runs(found["runs"])
    cost, decode = found["state"], found["decode"]
    title = f"state of {STREAMS_OF_STATE:,} streams at their own watermarks"
    yield f"{title}: load", f"{cost['read_s']:.2f} s, {cost['read_mb']:.0f} MB", "about 1 s, ≤ 150 MB"
    yield f"{title}: save", f"{cost['write_s']:.2f} s, {cost['write_mb']:.0f} MB", "about 1 s, ≤ 150 MB"
    yield "a signature", f"{found['signing_us']:.2f} µs", "≤ 2.5 µs"
    yield "decoding a page of 50 streams", f"{decode['client_us'] / decode['cjson_us']:.2f} × cJSON_Parse", "≤ 1.3 ×"
    for name, cost in found["calls"].items():
        mine, bare, boto = (cost[who] for who in ("client", "bare", "boto3"))
        times, most = (boto["cpu_us"] / own["cpu_us"] for own in (mine, bare))
        rates = f"{1e6 / mine['wall_us']:,.0f} a second, boto3 {1e6 / boto['wall_us']:,.0f}"
        yield f"{name}: calls for the CPU of one of boto3", f"{times:.1f}; {rates}; libcurl alone {most:.0f}", "≥ 15"
        paused = f"{cost['client_paused']['cpu_us']:.0f} µs of CPU, libcurl alone {cost['bare_paused']['cpu_us']:.0f}"
        yield f"{name}, {bench_calls.PAUSE_MS} ms after the call before", paused, ""


def show(found):
    load = ", ".join(f"{found[when][0]:.1f}" for when in ("load", "load_at_the_end"))
    print(f"\n{found['date']}, {found['cores']} cores, load at the begin and at the end {load}\n")
    table = [("what", "measured", "aim"), *rows(found)]
    widths = [max(len(row[column]) for row in table) for column in (0, 1, 2)]
    table.insert(1, tuple("-" * width for width in widths))
    for row in table:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")


def main(build, result=None):
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    found = collect(Path(build).resolve())
    show(found)
    if result:
        Path(result).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
