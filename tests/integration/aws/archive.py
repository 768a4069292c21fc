"""Reads an archive back out of its bucket and compares it with what there was to archive."""

import gzip
import re
from collections import Counter
from dataclasses import dataclass, field

_RECORD = re.compile(r"^(?=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z )", re.MULTILINE)
_TASK_ID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


def records(text):
    """The records of an exported text: each begins with a stamp at the start of a line and runs to the next one.

    A message with a line of its own that begins with a stamp makes several records. That is the same whether it is
    read from the archive or rendered from the truth, so both sides go through here.
    """
    head, *found = _RECORD.split(text)
    if head:
        raise ValueError(f"an exported text does not begin with a stamp: {head[:80]!r}")
    return found


@dataclass
class Object:
    key: str
    prefix: str
    task: str
    folder: str
    size: int
    records: list


@dataclass
class Comparison:
    """Records as (group, folder, record) with how many are too few or too many."""

    expected: int
    archived: int
    missing: Counter = field(default_factory=Counter)
    extra: Counter = field(default_factory=Counter)

    @property
    def exact(self):
        return not self.missing and not self.extra


class Archive:
    """All exported objects of a bucket, downloaded and decoded."""

    def __init__(self, s3, bucket):
        self.objects = []
        self.others = []  # keys of everything else: state, ledger, write tests
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for entry in page.get("Contents", ()):
                self._add(s3, bucket, entry)

    def _add(self, s3, bucket, entry):
        key, parts = entry["Key"], entry["Key"].split("/")
        at = next((i for i, part in enumerate(parts) if _TASK_ID.match(part)), None)
        if at is None or len(parts) < at + 3 or not key.endswith(".gz"):
            self.others.append(key)
            return
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        text = gzip.decompress(body).decode()
        self.objects.append(Object(key, "/".join(parts[:at]), parts[at], parts[at + 1], entry["Size"], records(text)))

    @property
    def count(self):
        return sum(len(found.records) for found in self.objects)

    def of_tasks(self, tasks):
        """The same archive, but only the objects of these task ids."""
        part = object.__new__(Archive)
        part.objects, part.others = [found for found in self.objects if found.task in tasks], []
        return part

    def records(self, groups):
        """A multiset of (group, folder, record); `groups` maps a task's id to its log group."""
        return Counter((groups[found.task], found.folder, record) for found in self.objects for record in found.records)

    def compare(self, truth, tasks):
        """Against events as Aws.truth() gives them; `tasks` as Aws.tasks() does."""
        groups = {task["taskId"]: task["logGroupName"] for task in tasks}
        archived, expected = self.records(groups), truth_records(truth)
        return Comparison(expected.total(), archived.total(), expected - archived, archived - expected)

    def tree(self):
        """Lines of text: a task's folder, and its objects below it with their sizes and numbers of records."""
        lines, shown = [], None
        for found in sorted(self.objects, key=lambda o: o.key):
            head = f"{found.prefix}/{found.task}/"
            if head != shown:
                lines.append(head)
                shown = head
            rest = found.key.removeprefix(head)
            lines.append(f"  {rest:<32} {found.size:>9,} bytes  {len(found.records):>7,} records")
        return lines


def truth_records(truth):
    """What an archive of these events must hold, once."""
    expected = Counter()
    for event in truth:
        folder = event["stream"].replace("/", "-")
        for record in records(render(event["timestamp"], event["message"])):
            expected[event["group"], folder, record] += 1
    return expected


def render(timestamp_ms, message):
    days, ms = divmod(timestamp_ms, 86_400_000)
    year, month, day = _civil(days)
    seconds, ms = divmod(ms, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z {message}\n"


def _civil(days):
    """Year, month and day of a number of days since 1970, without the server's own code: this is the oracle."""
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_of_year = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month_of_year + 2) // 5 + 1
    month = month_of_year + 3 if month_of_year < 10 else month_of_year - 9
    return year_of_era + era * 400 + (month <= 2), month, day
