"""Export tasks: one at a time, asynchronous, by prefix, inclusive at both ends, and not always successful."""

import gzip
import random
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .logs import LogsError, invalid_parameter

ACTIVE = ("PENDING", "RUNNING", "PENDING_CANCEL")
ENDED = ("COMPLETED", "FAILED", "CANCELLED")
MESSAGES = {
    "COMPLETED": "Completed successfully",
    "FAILED": "The export task failed.",
    "CANCELLED": "The export task was cancelled.",
}
# What the next task can be told to do instead of completing.
OUTCOMES = (*ENDED, "STUCK_PENDING", "STUCK_RUNNING")
MAX_KEY_BYTES = 1024


@dataclass
class Task:
    id: str
    group: str
    stream_prefix: str
    from_ms: int
    to_ms: int
    bucket: str
    prefix: str
    name: str | None
    created_ms: int
    created_s: float
    ended_ms: int | None = None
    status: str = "PENDING"
    message: str = ""
    plan: list = field(default_factory=list)  # (steady time, status to come)
    output: list = field(default_factory=list)  # (key, bytes) once read

    def describe(self):
        """Everything that was asked for but the stream prefix: AWS does not give it back."""
        info = {"creationTime": self.created_ms}
        if self.ended_ms is not None:
            info["completionTime"] = self.ended_ms
        status = {"code": self.status}
        if self.message:
            status["message"] = self.message
        answer = {
            "taskId": self.id,
            "logGroupName": self.group,
            "from": self.from_ms,
            "to": self.to_ms,
            "destination": self.bucket,
            "destinationPrefix": self.prefix,
            "status": status,
            "executionInfo": info,
        }
        return answer | {"taskName": self.name} if self.name else answer


class Exports:
    """The export tasks of one account in one Region. `buckets` is s3.Buckets."""

    def __init__(self, logs, buckets):
        self._logs, self._buckets = logs, buckets
        self._clock, self._settings = logs.clock, logs.settings
        self.tasks = []
        self.outcomes = []  # of the tasks to come, first one first
        self._late = []  # (steady time, bucket, key, bytes)

    # Operations

    def create_export_task(self, p):
        group = self._logs.group(p["logGroupName"])
        if group.log_class != "STANDARD":
            raise invalid_parameter(f"Export is not supported for log groups of class {group.log_class}.")
        if self._settings.refuse_reversed_window and p["from"] > p["to"]:
            raise invalid_parameter("The specified time range is invalid: 'from' must not be later than 'to'.")
        if self._settings.refuse_before_creation and p["to"] < group.created_ms:
            raise invalid_parameter("The specified time range ends before the log group was created.")
        self._check_bucket(p["destination"])
        if any(task.status in ACTIVE for task in self.tasks):
            raise LogsError("LimitExceededException", "Resource limit exceeded.")
        task = self._start(p)
        self._buckets.put(task.bucket, f"{task.prefix}/aws-logs-write-test", b"Permission Check Successful")
        return {"taskId": task.id}

    def describe_export_tasks(self, p):
        listed_s = self._clock.steady_s() - self._settings.task_list_lag_s
        tasks = [
            task
            for task in reversed(self.tasks)
            if task.created_s <= listed_s
            and task.id == p.get("taskId", task.id)
            and task.status == p.get("statusCode", task.status)
        ]
        limit, token = min(p.get("limit", 50), self._settings.page_size), p.get("nextToken")
        ids = [task.id for task in tasks]
        if token and token not in (task.id for task in self.tasks):
            raise invalid_parameter("The specified nextToken is invalid.")
        at = ids.index(token) if token in ids else 0
        answer = {"exportTasks": [task.describe() for task in tasks[at : at + limit]]}
        return answer | {"nextToken": ids[at + limit]} if at + limit < len(ids) else answer

    def cancel_export_task(self, p):
        task = next((task for task in self.tasks if task.id == p["taskId"]), None)
        if task is None:
            raise LogsError("ResourceNotFoundException", "The specified export task does not exist.")
        if task.status not in ("PENDING", "RUNNING"):
            raise LogsError("InvalidOperationException", f"The export task is {task.status} and cannot be cancelled.")
        task.status = "PENDING_CANCEL"
        task.plan = [(self._clock.steady_s() + self._settings.cancel_s, "CANCELLED")]
        return {}

    # For the control channel

    def hold_slot(self, seconds, group, bucket, name):
        """A task of somebody else that holds the slot and writes nothing."""
        self.outcomes.insert(0, "STUCK_RUNNING")
        task = self._start(
            {"logGroupName": group, "from": 0, "to": 0, "destination": bucket, "taskName": name}, foreign=True
        )
        if seconds is not None:
            task.plan.append((self._clock.steady_s() + seconds, "COMPLETED"))
        return task.id

    def release(self, task_id=None, status="COMPLETED"):
        """Ends the tasks that are stuck, or the one named."""
        now = self._clock.steady_s()
        for task in self.tasks:
            if task.status in ACTIVE and task_id in (None, task.id):
                task.plan = [(now, "RUNNING")] if task.status == "PENDING" else []
                task.plan.append((now, status))

    def advance(self):
        """Brings every task to where it stands now. Called before anything looks at tasks, events or objects."""
        now = self._clock.steady_s()
        for task in self.tasks:
            while task.plan and task.plan[0][0] <= now:
                at_s, status = task.plan.pop(0)
                self._enter(task, status, at_s)
        appeared = [entry for entry in self._late if entry[0] <= now]
        self._late = [entry for entry in self._late if entry[0] > now]
        for _, bucket, key, content in appeared:
            self._buckets.put(bucket, key, content)

    # The life of a task

    def _start(self, p, foreign=False):
        now_s = self._clock.steady_s()
        outcome = self.outcomes.pop(0) if self.outcomes else "COMPLETED"
        runs_s = now_s + (0 if foreign else self._settings.pending_s)
        plan = [(runs_s, "RUNNING"), (runs_s + self._settings.running_s, outcome)]
        if outcome.startswith("STUCK_"):
            plan = plan[:1] if outcome == "STUCK_RUNNING" else []
        task = Task(
            id=str(uuid.uuid4()),
            group=p["logGroupName"],
            stream_prefix=p.get("logStreamNamePrefix", ""),
            from_ms=p["from"],
            to_ms=p["to"],
            bucket=p["destination"],
            prefix=p.get("destinationPrefix", "exportedlogs"),
            name=p.get("taskName"),
            created_ms=self._clock.wall_ms(),
            created_s=now_s,
            plan=plan,
        )
        self.tasks.append(task)
        return task

    def _enter(self, task, status, at_s):
        has_run = task.status == "RUNNING"
        if status == "RUNNING":
            task.status = status
            if self._settings.reads_at == "start":
                self._read(task, at_s)
            return
        if has_run and self._settings.reads_at == "end":
            self._read(task, at_s)
        status = self._write(task, status, at_s)
        task.status, task.message = status, MESSAGES[status]
        task.ended_ms, task.output = self._clock.wall_ms(), []

    def _read(self, task, at_s):
        group = self._logs.groups.get(task.group)
        if group is None:
            task.output = None
            return
        order = random.Random(f"{self._settings.seed} {task.from_ms} {task.to_ms} {task.stream_prefix}")
        numbers = defaultdict(int)
        for name in sorted(group.streams):
            if not name.startswith(task.stream_prefix):
                continue
            lines = [
                export_line(event)
                for event in group.streams[name].events
                if task.from_ms <= event.timestamp <= task.to_ms and event.exportable_s <= at_s
            ]
            order.shuffle(lines)
            folder = name.replace("/", "-")
            for first in range(0, len(lines), self._settings.events_per_object):
                text = "".join(lines[first : first + self._settings.events_per_object])
                key = f"{task.prefix}/{task.id}/{folder}/{numbers[folder]:06d}.gz"
                task.output.append((key, gzip.compress(text.encode(), compresslevel=1, mtime=0)))
                numbers[folder] += 1

    def _write(self, task, status, at_s):
        """Writes what the task got done and says how it really ended."""
        output = task.output
        if output is None or not self._buckets.exists(task.bucket):
            return "FAILED"
        writable = [entry for entry in output if len(entry[0].encode()) <= MAX_KEY_BYTES]
        if len(writable) < len(output):
            status, output = "FAILED", writable
        if status != "COMPLETED":
            output = output[: (len(output) + 1) // 2]
        elif self._settings.object_delay_s and output:
            *output, (key, content) = output
            self._late.append((at_s + self._settings.object_delay_s, task.bucket, key, content))
        for key, content in output:
            self._buckets.put(task.bucket, key, content)
        return status

    def _check_bucket(self, bucket):
        if not self._buckets.exists(bucket):
            raise invalid_parameter("The given bucket does not exist. Please provide a valid S3 bucket.")
        if self._buckets.region(bucket) != self._logs.region:
            raise invalid_parameter("The given bucket is not in the same Region as the log group.")
        if self._settings.bucket_refuses:
            raise invalid_parameter(
                f"{self._settings.bucket_refuses} call on the given bucket failed. Please check if CloudWatch Logs has"
                " been granted permission to perform this operation."
            )


def export_line(event):
    """One event as an exported object holds it. A message of several lines stays as it is."""
    stamp = datetime.fromtimestamp(event.timestamp // 1000, UTC)
    return f"{stamp:%Y-%m-%dT%H:%M:%S}.{event.timestamp % 1000:03d}Z {event.message}\n"
