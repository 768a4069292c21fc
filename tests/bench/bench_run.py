"""What a run costs: 1,000 streams in one group as one task, 100 as a task for each, runs without news; three tasks of a second.

    bench_run.py EXECUTABLE [STREAMS]

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


def run(aws, executable, bucket, group, *arguments):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")} | aws.environment()
    requests = len(aws.requests())
    begun = time.monotonic()
    process = subprocess.Popen(
        [executable, "run", "--json", "--destination-s3-bucket", bucket, "--source-log-group-prefixes", group,
         "--state-store-type", "s3", "--store-dsn", f"s3://{bucket}/state.json", "--settle-delay", "0", "--log-level", "ERROR",
         *arguments],
        env=environment, stdout=subprocess.PIPE, text=True)
    peak = Peak(process.pid)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, output
    answer = json.loads(output)
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "memory": peak.stop(),
            "requests": len(aws.requests()) - requests, "tasks": answer["tasks"]["created"]}


def main():
    executable, streams = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    stamp = int(time.time() * 1000) - 3 * DAY
    few = min(streams, FEW)
    groups = {
        name: {f"2024/05/28/[$LATEST]{i:032x}": [(stamp + k, f"line {k}") for k in range(3)] for i in range(count)}
        for name, count in (("app", streams), ("few", few), ("three", 3))
    }
    print("one group of streams with 3 events each")
    print(f"  {'':44} {'wall':>9} {'CPU':>9} {'memory':>10} {'requests':>9} {'tasks':>7}")
    with Aws.start() as aws:
        by_stream = ("--export-unit", "stream")
        for title, bucket, group, arguments, task_s in (
            (f"{streams:,} streams, ExportUnit=auto: first run", "auto", "app", (), 0),
            (f"{streams:,} streams: run without news", "auto", "app", (), 0),
            (f"{few:,} streams, ExportUnit=stream: first run", "stream", "few", by_stream, 0),
            (f"{few:,} streams: run without news", "stream", "few", by_stream, 0),
            ("3 streams, ExportUnit=stream, tasks of 1 s", "three", "three", by_stream, 1),
        ):
            aws.set(pending_s=0, running_s=task_s)
            if bucket not in [b["Name"] for b in aws.s3.list_buckets()["Buckets"]]:
                aws.bucket(bucket)
            aws.load(groups) if not aws.truth() else None
            time.sleep(1.1)
            r = run(aws, executable, bucket, group, *arguments)
            print(f"  {title:44} {r['wall']:8.2f}s {r['cpu']:8.3f}s {r['memory']:8.1f}MB {r['requests']:9,} {r['tasks']:7,}")


if __name__ == "__main__":
    main()
