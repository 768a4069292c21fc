"""The executable killed with SIGKILL at any moment, started again, and killed again: every event once in the end.

A story is one archive of one kind, drawn from a seed: runs that are killed, one after the other, and then one that is
left alone. A kill comes at a request that the server counts (before its effect or after it, its answer unheard) or
after a time, to the microsecond. A few stories in each ordinary test; 500 kills with SMITHY_LONG_TESTS.
"""

import gzip
import os
import random
import signal
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from aws.archive import Archive, records, truth_records
from aws.client import Aws

DAY_S = 86_400
LEASE_S = 75  # Longer than the lease of a run without a deadline.
KILLS = 500
KILLS_OF_A_STORY = 5
RUN_MAX_S = 2.5  # A run that is to be killed lives no longer, whatever it waits for.
SERVERS = 6  # Stories mostly sleep.


@dataclass
class Scenario:
    name: str
    groups: dict  # {group: [stream]}
    settings: dict = field(default_factory=dict)
    is_daily: bool = False  # The first run is left alone; what is killed are the next day's.
    outcomes: tuple = ()  # Of its tasks.
    loses_answers: bool = False
    is_late: bool = False  # On the next day come events of the day before, too.


STREAMS = ["web-1", "web-10", "worker", "a/b", "a-b"]
SCENARIOS = [
    Scenario("first run", {"app/one": STREAMS, "app/two": ["x", "silent"], "app/three": ["y"]}),
    Scenario("daily run", {"app/one": STREAMS, "app/two": ["x"]}, is_daily=True),
    Scenario("siblings", {"app": ["app", "app-2", "app-2/worker"]}, {"export_unit": "stream"}),
    Scenario("siblings, daily", {"app": ["app", "app-2"]}, {"export_unit": "stream"}, is_daily=True),
    Scenario("failed tasks", {"app/one": STREAMS, "app/two": ["x"]}, outcomes=("FAILED", "COMPLETED", "FAILED")),
    Scenario("short runs", {"app/one": ["a", "b"], "app/two": ["x"], "app/three": ["y"]}, {"timeout": "2s"}),
    Scenario("late events", {"app/one": ["a", "b/c"], "app/two": ["x"]}, {"late_events": "sweep"}, is_daily=True, is_late=True),
    Scenario("lost answers", {"app/one": ["a", "b"], "app/two": ["x"]}, loses_answers=True),
]


class Story:
    """One scenario on one server, from one seed."""

    def __init__(self, aws, executable, folder, scenario, seed):
        self.aws, self.executable, self.scenario = aws, executable, scenario
        self.name = f"{scenario.name}, seed {seed}"
        self.dice = random.Random(f"{scenario.name} {seed}")
        self.store = self.dice.choice(["s3", "s3", "file", "dynamodb"])
        self.state = folder / f"{scenario.name.replace(' ', '-')}-{seed}.json"
        self.passed_s = 0.0
        self.kills, self.restarts, self.moments, self.stamp = 0, 0, Counter(), 0
        self.output = ""

    def tell(self):
        self._prepare()
        if self.scenario.is_daily:
            self._run_alone()
            self._next_day()
        if self.scenario.outcomes:
            self.aws.next_tasks(*self.scenario.outcomes)
        for _ in range(KILLS_OF_A_STORY):
            if self._run_and_kill() == 0:
                break
        self._run_alone()
        self._check()
        return self

    # ---- what there is to archive ----

    def _prepare(self):
        self.aws.reset()
        self.aws.set(pending_s=0.01, running_s=self.dice.choice([0.02, 0.05, 0.4, 20]), seed=self.dice.randrange(1000),
                     reads_at=self.dice.choice(["start", "end"]), page_size=self.dice.choice([1, 2, 50]),
                     events_per_object=self.dice.choice([3, 10_000]))
        self.bucket = self.aws.bucket("archive")
        self._load(self.scenario.groups, 30)
        if self.store == "dynamodb":
            self.aws.client("dynamodb").create_table(
                TableName="states", BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
                AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")])
        self._pass(2)

    def _load(self, groups, most, age_s=1):
        newest = int((time.time() + self.passed_s - age_s) * 1000)
        self.aws.load({
            group: {
                stream: [(newest - self.dice.randrange(20 * 3600 * 1000), f"event {self._number()}")
                         for _ in range(0 if stream == "silent" else self.dice.randrange(1, most))]
                for stream in streams
            }
            for group, streams in groups.items()
        })

    def _number(self):
        self.stamp += 1
        return self.stamp

    def _next_day(self):
        self._pass(DAY_S)
        if self.scenario.is_late:
            self._load(self.scenario.groups, 10, age_s=DAY_S + 60)
        changed = {group: [s for s in streams if self.dice.random() < 0.6] for group, streams in self.scenario.groups.items()}
        changed = {group: [*streams, f"born-{self.dice.randrange(100)}"] for group, streams in changed.items()}
        self._load(changed, 10)
        self._pass(2)

    def _pass(self, seconds):
        self.aws.control("advance", seconds=seconds)
        self.passed_s += seconds

    # ---- runs ----

    def _start(self):
        dsn = {"s3": f"s3://{self.bucket}/state/exporter.json", "file": f"file://{self.state}",
               "dynamodb": "dynamodb://states"}[self.store]
        settings = {"destination_s3_bucket": self.bucket, "source_log_group_prefixes": "app", "settle_delay": "0",
                    "state_store_type": self.store, "store_dsn": dsn, "log_level": "WARN", **self.scenario.settings}
        flags = [part for key, value in settings.items() for part in (f"--{key.replace('_', '-')}", value)]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        # The shell waits for a line and becomes the executable: its number is known before the first request.
        return subprocess.Popen(["sh", "-c", 'read -r go; exec "$@"', "sh", self.executable, "run", "--json", *flags],
                                env=kept | self.aws.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def _go(self, process, timeout_s):
        try:
            self.output, _ = process.communicate("go\n", timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            self.output, _ = process.communicate()
        return process.returncode

    def _run_and_kill(self):
        """0: it was done before the kill came."""
        process = self._start()
        since = len(self.aws.requests())
        if self.scenario.loses_answers and self.dice.random() < 0.5:
            self.aws.fault("CreateExportTask", "reset", after=True)
        seconds = RUN_MAX_S
        if self.dice.random() < 0.65:
            operation = self.dice.choice(["*", "*", "*", "*", "PutObject", "CreateExportTask", "PutItem"])
            self.aws.fault(operation, "kill", pid=process.pid, after=self.dice.random() < 0.5,
                           skip=self.dice.randrange(35 if operation == "*" else 4))
        else:
            seconds = self.dice.uniform(0.002, 1.2)
        code = self._go(process, seconds)
        self.aws.control("faults", clear=True)
        if code == -signal.SIGKILL:
            self.kills += 1
            self.moments[self._moment(since)] += 1
        else:
            assert code in (0, 1, 2, 3), f"{self.name}: exit code {code}: {self.output}"
        self.restarts += 1
        # Mostly the killed run's lease is over; at times the next run meets it. Tasks end meanwhile, or go on.
        self._pass(self.dice.choice([0, 5, LEASE_S, LEASE_S, LEASE_S, LEASE_S]))
        return code

    def _moment(self, since):
        found = self.aws.requests(since=since)
        if not found:
            return "before the first request"
        last = found[-1]
        if last["fault"] == "kill" or last["status"] is None:
            return f"in {last['operation']}"
        if any(task["status"]["code"] in ("PENDING", "RUNNING") for task in self.aws.tasks()):
            return "while a task ran"
        return f"after {last['operation']}"

    def _run_alone(self):
        for _ in range(6):
            self._pass(LEASE_S)  # Also for tasks that take their time.
            self.aws.set(running_s=0.02)
            code = self._go(self._start(), 60)
            if code == 0:
                return
            assert code in (1, 2, 3), f"{self.name}: exit code {code}: {self.output}"
        pytest.fail(f"{self.name}: never done: {self.output}")

    def _check(self):
        if self.scenario.is_late:  # Once more, when what was closed meanwhile has settled.
            self._pass(7200)
            self._run_alone()
        held, truth = self._archived(), truth_records(self.aws.truth())
        assert held == truth, f"{self.name}: missing {dict(truth - held)}, extra {dict(held - truth)}"
        assert held

    def _archived(self):
        archive = Archive(self.aws.s3, self.bucket)
        held = archive.records({task["taskId"]: task["logGroupName"] for task in self.aws.tasks()})
        for key in archive.others:  # Of a sweep: 2026/11/22/<group>/late-2026-11-22/<folder>/<hash>.gz
            if "/late-" in key:
                body = self.aws.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
                group = key.split("/late-")[0].split("/", 3)[3].rstrip("/")
                held.update((group, key.split("/")[-2], line) for line in records(gzip.decompress(body).decode()))
        return held


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS])
def test_a_killed_run_loses_and_doubles_nothing(aws_process, executable, tmp_path, scenario):
    for seed in range(2):
        Story(aws_process, executable, tmp_path, scenario, seed).tell()


@pytest.mark.skipif("SMITHY_LONG_TESTS" not in os.environ, reason="takes minutes: with SMITHY_LONG_TESTS only")
def test_five_hundred_kills_lose_and_double_nothing(executable, tmp_path, capsys):
    begun, told = time.monotonic(), []

    def tell(number):
        with Aws.start() as aws:
            for seed in range(number, 10_000, SERVERS):
                if sum(story.kills for story in told) >= KILLS:
                    return
                told.append(Story(aws, executable, tmp_path, SCENARIOS[seed % len(SCENARIOS)], 100 + seed).tell())

    with ThreadPoolExecutor(SERVERS) as pool:
        for done in [pool.submit(tell, number) for number in range(SERVERS)]:
            done.result()
    kills, moments = sum(story.kills for story in told), sum((story.moments for story in told), Counter())
    assert kills >= KILLS
    with capsys.disabled():
        print(f"\n{kills} kills, {sum(story.restarts for story in told)} restarts, {len(told)} archives, each whole, in"
              f" {time.monotonic() - begun:.0f} s; killed {', '.join(f'{n} {m}' for m, n in moments.most_common())}")
