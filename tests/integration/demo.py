"""The demo: real log lines, archived twice by the executable running as a Lambda function, and counted in the archive.

python demo.py path/to/cloudwatch-logs-s3-exporter
"""

import contextlib
import json
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from aws.archive import Archive
from aws.client import Aws
from aws.lambda_host import LambdaHost
from aws.logs import BATCH_BYTES, BATCH_EVENTS, EVENT_OVERHEAD_BYTES

BUCKET = "log-archive"
LOG_FOLDERS = ("/var/log", "/var/log/apt", "/var/log/installer", "/var/log/unattended-upgrades")
MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_EVENTS = 40_000
SPREAD_MS = 6 * 3_600_000  # the lines are stamped over the last six hours
MIN_LINES = 50
DATE_RESOLUTION_S = 1.1  # the service's clock comes to the function in whole seconds
INVOCATIONS = 5
EVENT = {
    "DestinationS3Bucket": BUCKET,
    "SourceLogGroupPrefixes": "/machine/,/service/",
    "StateStoreType": "s3",
    "StoreDSN": f"s3://{BUCKET}/state/exporter.json",
    "LogLevel": "INFO",
    "SettleDelay": "0",
}


class Failed(Exception):
    """The demo did not show what it promises."""


def title(text):
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n== {text}")


def read_log_files():
    """{path: lines} of the machine's largest readable text logs, largest first."""
    paths = [path for folder in LOG_FOLDERS for path in Path(folder).glob("*.log") if path.is_file()]
    files = {}
    for path in sorted(paths, key=lambda path: path.stat().st_size, reverse=True):
        if path.stat().st_size > MAX_FILE_BYTES or not os.access(path, os.R_OK):
            continue
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        lines = [line for line in lines if line.strip()]
        if lines and "\0" not in "".join(lines[:100]):
            files[path] = lines
    if sum(map(len, files.values())) < MIN_LINES:
        raise Failed(f"this machine has no {MIN_LINES} readable log lines below {', '.join(LOG_FOLDERS)}")
    return files


def paragraphs(lines, size=4):
    """Messages of several lines, as programs write them with a stack trace or a report."""
    return ["\n    ".join(lines[at : at + size]) for at in range(0, len(lines), size)]


def plan(files):
    """{(group, stream): messages}: every file its own stream, all of them together, and the awkward cases."""
    everything = [line for lines in files.values() for line in lines][:MAX_EVENTS]
    largest = next(iter(files.values()))
    streams = {("/machine/files", path.name): lines[:MAX_EVENTS] for path, lines in files.items()}
    streams["/machine/all", "host/everything"] = everything
    streams["/service/web", "app"] = largest[:2000]
    streams["/service/web", "app-2"] = largest[-1500:]
    streams["/service/web", "app-2/worker"] = everything[:500]
    streams["/service/reports", "nightly"] = paragraphs(everything[:2000])
    streams["/service/reports", "never-written"] = []
    return streams


def put(aws, group, stream, messages, first_ms, last_ms):
    """PutLogEvents in as many batches as the service's limits ask for."""
    step = (last_ms - first_ms) / max(len(messages), 1)
    batch, size = [], 0

    def send():
        answer = aws.logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=batch)
        if "rejectedLogEventsInfo" in answer:
            raise Failed(f"{group} {stream}: events were rejected")

    for index, message in enumerate(messages):
        cost = len(message.encode()) + EVENT_OVERHEAD_BYTES
        if len(batch) == BATCH_EVENTS or size + cost > BATCH_BYTES:
            send()
            batch, size = [], 0
        batch.append({"timestamp": int(first_ms + index * step), "message": message})
        size += cost
    if batch:
        send()


def create(aws, group, stream):
    for call, names in (
        (aws.logs.create_log_group, {"logGroupName": group}),
        (aws.logs.create_log_stream, {"logGroupName": group, "logStreamName": stream}),
    ):
        with contextlib.suppress(aws.logs.exceptions.ResourceAlreadyExistsException):
            call(**names)


def load(aws, files):
    streams = plan(files)
    now = int(time.time() * 1000)
    for (group, stream), messages in streams.items():
        create(aws, group, stream)
        put(aws, group, stream, messages, now - SPREAD_MS, now - 10_000)
    for path, lines in files.items():
        print(f"  {len(lines):>7,} lines  {path}")
    print("put into CloudWatch Logs, stamped over the last six hours, as")
    for (group, stream), messages in sorted(streams.items()):
        note = "  (messages of several lines)" if any("\n" in message for message in messages) else ""
        print(f"  {len(messages):>7,} events  {group}  {stream}{note}")


def add_more(aws, files):
    """What happens between two runs: some streams grow, one is born, most stay as they are. Returns what grew."""
    lines = next(iter(files.values()))
    grown = {
        ("/service/web", "app"): lines[:300],
        ("/service/reports", "nightly"): paragraphs(lines[:40]),
        ("/service/web", "app-3"): lines[:100],
    }
    for (group, stream), messages in grown.items():
        create(aws, group, stream)
        now = int(time.time() * 1000)
        put(aws, group, stream, messages, now, now)
        print(f"  {len(messages):>7,} events  {group}  {stream}")
    time.sleep(DATE_RESOLUTION_S)
    return {(group, stream.replace("/", "-")): len(messages) for (group, stream), messages in grown.items()}


def invoke(host):
    """One run: invocations until the function says that nothing is left to do."""
    for _ in range(INVOCATIONS):
        result = host.invoke(EVENT, timeout_s=120)
        if not result.ok:
            log = "\n".join(f"    {line}" for line in host.lines[-15:])
            raise Failed(f"the invocation ended with {result.kind} {result.error_type or ''} {result.payload}\n{log}")
        told = {key: result.payload.get(key) for key in ("outcome", "workRemains", "streams", "tasks")}
        print(f"  answered in {result.seconds:.1f} s: {json.dumps(told)}")
        if not result.payload.get("workRemains"):
            return
    raise Failed(f"work remains after {INVOCATIONS} invocations")


def counts(archive, aws):
    """{(group, folder): records} of an archive."""
    groups = {task["taskId"]: task["logGroupName"] for task in aws.tasks()}
    found = Counter()
    for item in archive.objects:
        found[groups[item.task], item.folder] += len(item.records)
    return found


def show_tree(archive):
    for line in archive.tree():
        print(f"  {line}")


def check_exact(aws, archive):
    result = archive.compare(aws.truth(), aws.tasks())
    print(
        f"  {result.archived:,} records in {len(archive.objects)} objects for {result.expected:,} in CloudWatch Logs:"
        f" {result.missing.total()} missing, {result.extra.total()} doubled"
    )
    if not result.exact:
        for what, which in (("missing", result.missing), ("doubled", result.extra)):
            for (group, folder, record), count in which.most_common(3):
                print(f"    {what} {count} x {group} {folder}: {record.rstrip()[:120]}")
        raise Failed("the archive differs from what was logged")


def check_second_run(aws, first, second, grown):
    """The second run wrote new objects only, and in them only what was new."""
    seen = {item.key for item in first.objects}
    kept = {item.key for item in second.objects} & seen
    if kept != seen:
        raise Failed(f"objects of the first run are gone: {sorted(seen - kept)[:3]}")
    new = counts(second, aws)
    new.subtract(counts(first, aws))
    new = +new
    for (group, folder), count in sorted(new.items()):
        print(f"  {count:>7,} records  {group}  {folder}")
    untouched = len(counts(first, aws).keys() - new.keys())
    print(f"  nothing again of the {untouched} folders that did not grow")
    if new != grown:
        raise Failed(f"the second run should have archived {grown}")


def run(executable):
    files = read_log_files()
    with Aws.start() as aws, LambdaHost(executable, aws.environment()) as host:
        aws.set(pending_s=0.1, running_s=0.3)
        aws.bucket(BUCKET)
        title("1. Log lines of this machine, in a local CloudWatch Logs")
        load(aws, files)

        title("2. First run, as a Lambda function behind a local Runtime API")
        print(
            "  SettleDelay is 0 here, so that the demo need not wait: every event is exportable at once.\n"
            "  On AWS that takes up to 12 hours, which is why 12h is the default there."
        )
        invoke(host)
        first = Archive(aws.s3, BUCKET)
        show_tree(first)
        check_exact(aws, first)

        title("3. More events")
        grown = add_more(aws, files)

        title("4. Second run, in the same function")
        invoke(host)
        second = Archive(aws.s3, BUCKET)
        check_second_run(aws, first, second, grown)

        title("5. The whole archive, read back out of its objects")
        check_exact(aws, second)
        tasks = aws.tasks()
        print(f"  {len(tasks)} export tasks, one at a time; the first run's objects are as they were")
    print("\nEvery event is in the archive exactly once.")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leaves by the with statements: nothing stays behind
    try:
        run(Path(sys.argv[1]))
    except Failed as failure:
        print(f"\nThe demo FAILED: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
