"""What a run costs: 10 to 10,000 streams in one group as one task, 100 as a task for each, runs without news; three tasks of
a second; and 1,000 as a task for each without the pauses between their calls.

    bench_run.py EXECUTABLE BENCH_HURRY

But for the last row tasks take no time on the local server, so wall time is that of the calls and of the pauses between
them; CPU and memory are the exporter's own.
"""

import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))
from aws.client import Aws  # noqa: E402

DAY = 86_400_000
SIZES = (10, 100, 1000, 10_000)
FEW = 100  # A task for each takes seconds of pauses between them.


class Peak(threading.Thread):
    """The process's own peak of resident memory, in MB. (What wait4 tells counts this program's, before the exec.)"""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.status, self.kib, self.ended = Path(f"/proc/{pid}/status"), 0, threading.Event()
        self.start()

    def run(self):
        while not self.ended.wait(0.002):
            try:
                found = re.search(r"VmHWM:\s+(\d+)", self.status.read_text())
            except OSError:
                return
            self.kib = max(self.kib, int(found[1]) if found else 0)

    def stop(self):
        self.ended.set()
        self.join()
        return self.kib / 1024


def exporting(executable, bucket, group, unit):
    return [executable, "run", "--json", "--destination-s3-bucket", bucket, "--source-log-group-prefixes", group,
            "--state-store-type", "s3", "--store-dsn", f"s3://{bucket}/state.json", "--settle-delay", "0", "--log-level", "ERROR",
            "--export-unit", unit]  # fmt: skip


def run(aws, command):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")} | aws.environment()
    requests = len(aws.requests())
    begun = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    peak = Peak(process.pid)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, output
    answer = json.loads(output)
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "memory": peak.stop(),
            "requests": len(aws.requests()) - requests, "tasks": answer["tasks"]["created"]}


def groups_of(sizes, stamp):
    return {
        f"app-{count}-streams": {f"2024/05/28/[$LATEST]{i:032x}": [(stamp + k, f"line {k}") for k in range(3)] for i in range(count)}
        for count in sizes
    }


def plays():
    """(title, streams, unit, seconds a task takes), in the order in which they are run"""
    for count in SIZES:
        yield f"{count:,} streams, ExportUnit=auto: first run", count, "auto", 0
        yield f"{count:,} streams: run without news", count, "auto", 0
    yield f"{FEW:,} streams, ExportUnit=stream: first run", FEW, "stream", 0
    yield f"{FEW:,} streams: run without news", FEW, "stream", 0
    yield "3 streams, ExportUnit=stream, tasks of 1 s", 3, "stream", 1


def measure(executable, hurry):
    """A dictionary for each run: title, streams, unit, wall and CPU seconds, MB of memory, requests, tasks"""
    rows, buckets = [], set()
    with Aws.start() as aws:
        aws.load(groups_of({*SIZES, FEW, 3}, int(time.time() * 1000) - 3 * DAY))
        for title, count, unit, task_s in plays():
            aws.set(pending_s=0, running_s=task_s)
            bucket = f"{unit}-{count}"
            if bucket not in buckets:
                buckets.add(bucket)
                aws.bucket(bucket)
            time.sleep(1.1)
            cost = run(aws, exporting(executable, bucket, f"app-{count}-streams", unit))
            rows.append({"title": title, "streams": count, "unit": unit} | cost)
        aws.set(pending_s=0, running_s=0)
        aws.bucket("hurry")
        cost = run(aws, [hurry, "hurry", "app-1000-streams"])
        title = "1,000 streams, ExportUnit=stream, pauses skipped: first run"
        rows.append({"title": title, "streams": 1000, "unit": "stream"} | cost)
    return rows


def show(rows):
    print("one group of streams with 3 events each")
    print(f"  {'':60} {'wall':>9} {'CPU':>9} {'memory':>10} {'requests':>9} {'tasks':>7}")
    for r in rows:
        print(f"  {r['title']:60} {r['wall']:8.2f}s {r['cpu']:8.3f}s {r['memory']:8.1f}MB {r['requests']:9,} {r['tasks']:7,}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    show(measure(*sys.argv[1:]))
