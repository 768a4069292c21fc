"""CloudWatch Logs without its export tasks: groups, streams, events, and metadata about them that may lag."""

import base64
import random
import uuid
from bisect import bisect_right
from dataclasses import dataclass, field

DAY_MS = 24 * 60 * 60 * 1000
OLDEST_MS = 14 * DAY_MS
NEWEST_MS = 2 * 60 * 60 * 1000
BATCH_EVENTS = 10_000
BATCH_BYTES = 1_048_576
EVENT_OVERHEAD_BYTES = 26


class LogsError(Exception):
    """An answer with an error: AWS's code and a message."""

    def __init__(self, code, message, status=400):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


def invalid_parameter(message):
    return LogsError("InvalidParameterException", message)


@dataclass(slots=True)
class Event:
    timestamp: int
    message: str
    ingestion_ms: int
    exportable_s: float  # steady time from which an export task sees it
    id: str


@dataclass(slots=True)
class _Hint:
    """What DescribeLogStreams says of a stream, and since when it knows."""

    known_s: float
    first: int
    last: int
    ingestion: int


@dataclass
class Stream:
    name: str
    arn: str
    created_ms: int
    events: list = field(default_factory=list)
    hints: list = field(default_factory=list)

    def append(self, events, known_s):
        self.events.extend(events)
        newest = self.hints[-1] if self.hints else None
        stamps = [event.timestamp for event in events] + ([newest.first, newest.last] if newest else [])
        ingestion = max([event.ingestion_ms for event in events] + ([newest.ingestion] if newest else []))
        self.hints.append(_Hint(known_s, min(stamps), max(stamps), ingestion))

    def describe(self, known_s):
        """As known at `known_s`. Without any event known there are no stamps at all."""
        answer = {
            "logStreamName": self.name,
            "creationTime": self.created_ms,
            "uploadSequenceToken": "49",
            "arn": self.arn,
            "storedBytes": 0,
        }
        hint = self.hint(known_s)
        if hint:
            answer["firstEventTimestamp"] = hint.first
            answer["lastEventTimestamp"] = hint.last
            answer["lastIngestionTime"] = hint.ingestion
        return answer

    def hint(self, known_s):
        at = bisect_right(self.hints, known_s, key=lambda hint: hint.known_s)
        return self.hints[at - 1] if at else None


@dataclass
class Group:
    name: str
    arn: str
    created_ms: int
    log_class: str = "STANDARD"
    tags: dict = field(default_factory=dict)
    retention_days: int | None = None
    streams: dict = field(default_factory=dict)

    def describe(self):
        answer = {
            "logGroupName": self.name,
            "creationTime": self.created_ms,
            "metricFilterCount": 0,
            "arn": self.arn + ":*",
            "storedBytes": 0,
            "logGroupClass": self.log_class,
            "logGroupArn": self.arn,
        }
        if self.retention_days:
            answer["retentionInDays"] = self.retention_days
        return answer


class Logs:
    """One account in one Region. Every public method named like an operation takes and returns its JSON."""

    def __init__(self, account, region, clock, settings, neighbours=lambda: ()):
        self.account, self.region, self.clock, self.settings = account, region, clock, settings
        self.groups = {}
        self._neighbours = neighbours  # the same Region of other accounts, linked to this one
        self._random = random.Random(settings.seed)

    # Groups

    def create_log_group(self, p):
        name = p["logGroupName"]
        if name in self.groups:
            raise LogsError("ResourceAlreadyExistsException", "The specified log group already exists")
        arn = f"arn:aws:logs:{self.region}:{self.account}:log-group:{name}"
        self.groups[name] = Group(
            name, arn, self.clock.wall_ms(), p.get("logGroupClass", "STANDARD"), dict(p.get("tags", {}))
        )
        return {}

    def delete_log_group(self, p):
        self.group(p["logGroupName"])
        del self.groups[p["logGroupName"]]
        return {}

    def describe_log_groups(self, p):
        if "logGroupNamePrefix" in p and "logGroupNamePattern" in p:
            raise invalid_parameter("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
        groups = list(self.groups.values())
        if p.get("includeLinkedAccounts"):
            groups += [group for logs in self._neighbours() for group in logs.groups.values()]
        prefix, pattern = p.get("logGroupNamePrefix", ""), p.get("logGroupNamePattern", "").lower()
        groups = [
            group
            for group in groups
            if group.name.startswith(prefix)
            and pattern in group.name.lower()
            and group.log_class == p.get("logGroupClass", group.log_class)
        ]
        page, token = self._page(groups, lambda group: f"{group.name}\0{group.arn}", p)
        return _with_token({"logGroups": [group.describe() for group in page]}, token)

    def put_retention_policy(self, p):
        self.group(p["logGroupName"]).retention_days = p["retentionInDays"]
        return {}

    def delete_retention_policy(self, p):
        self.group(p["logGroupName"]).retention_days = None
        return {}

    def tag_resource(self, p):
        self._group_by_arn(p["resourceArn"]).tags.update(p["tags"])
        return {}

    def untag_resource(self, p):
        tags = self._group_by_arn(p["resourceArn"]).tags
        for key in p["tagKeys"]:
            tags.pop(key, None)
        return {}

    def list_tags_for_resource(self, p):
        return {"tags": self._group_by_arn(p["resourceArn"]).tags}

    # Streams

    def create_log_stream(self, p):
        group = self.group(p["logGroupName"])
        name = p["logStreamName"]
        if name in group.streams:
            raise LogsError("ResourceAlreadyExistsException", "The specified log stream already exists")
        group.streams[name] = Stream(name, f"{group.arn}:log-stream:{name}", self.clock.wall_ms())
        return {}

    def delete_log_stream(self, p):
        group = self.group(p["logGroupName"])
        self._stream(group, p["logStreamName"])
        del group.streams[p["logStreamName"]]
        return {}

    def describe_log_streams(self, p):
        group = self._group_of(p)
        prefix = p.get("logStreamNamePrefix", "")
        by_time = p.get("orderBy", "LogStreamName") == "LastEventTime"
        if by_time and prefix:
            raise invalid_parameter("Cannot order by LastEventTime with a logStreamNamePrefix.")
        known_s = self.clock.steady_s() - self.settings.hint_lag_s

        def order(stream):
            hint = stream.hint(known_s) if by_time else None
            return f"{hint.last if hint else 0:020d}\0{stream.name}" if by_time else stream.name

        streams = [stream for stream in group.streams.values() if stream.name.startswith(prefix)]
        page, token = self._page(streams, order, p, descending=p.get("descending", False))
        return _with_token({"logStreams": [stream.describe(known_s) for stream in page]}, token)

    # Events

    def put_log_events(self, p):
        group = self.group(p["logGroupName"])
        stream = self._stream(group, p["logStreamName"])
        batch = p["logEvents"]
        _check_batch(batch)
        now = self.clock.wall_ms()
        stamps = [event["timestamp"] for event in batch]
        expired = bisect_right(stamps, now - group.retention_days * DAY_MS - 1) if group.retention_days else 0
        too_old = bisect_right(stamps, now - OLDEST_MS - 1)
        too_new = bisect_right(stamps, now + NEWEST_MS)
        self.append(stream, [(e["timestamp"], e["message"]) for e in batch[max(too_old, expired) : too_new]])
        rejected = {}
        if too_new < len(batch):
            rejected["tooNewLogEventStartIndex"] = too_new
        if too_old:
            rejected["tooOldLogEventEndIndex"] = too_old
        if expired:
            rejected["expiredLogEventEndIndex"] = expired
        answer = {"nextSequenceToken": "49"}
        return answer | {"rejectedLogEventsInfo": rejected} if rejected else answer

    def append(self, stream, pairs, age_s=0.0):
        """Takes (timestamp, message) pairs as they are, as if they had been put `age_s` ago."""
        if not pairs:
            return
        now_ms, now_s = self.clock.wall_ms() - int(age_s * 1000), self.clock.steady_s() - age_s
        lag = self.settings.export_lag_s
        draw = (lambda: self._random.uniform(*lag)) if isinstance(lag, list) else (lambda: lag)
        stream.append(
            [Event(timestamp, message, now_ms, now_s + draw(), uuid.uuid4().hex) for timestamp, message in pairs], now_s
        )

    def get_log_events(self, p):
        stream = self._stream(self._group_of(p), p["logStreamName"])
        start, end = p.get("startTime", 0), p.get("endTime")
        events = [e for e in stream.events if e.timestamp >= start and (end is None or e.timestamp < end)]
        events.sort(key=lambda event: event.timestamp)
        limit, token = min(p.get("limit", 10_000), 10_000), p.get("nextToken")
        if token and token[:2] not in ("f/", "b/"):
            raise invalid_parameter("The specified nextToken is invalid.")
        if token:
            at = int(token[2:])
            first = at if token[0] == "f" else max(0, at - limit)
            last = at + limit if token[0] == "f" else at
        else:
            first = 0 if p.get("startFromHead") else max(0, len(events) - limit)
            last = first + limit
        page = events[first:last]
        return {
            "events": [{"timestamp": e.timestamp, "message": e.message, "ingestionTime": e.ingestion_ms} for e in page],
            "nextForwardToken": f"f/{first + len(page)}",
            "nextBackwardToken": f"b/{first}",
        }

    def filter_log_events(self, p):
        if "logStreamNames" in p and "logStreamNamePrefix" in p:
            raise invalid_parameter("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.")
        group, names, prefix = self._group_of(p), p.get("logStreamNames"), p.get("logStreamNamePrefix", "")
        start, end, terms = p.get("startTime", 0), p.get("endTime"), p.get("filterPattern", "").split()
        found = [
            (event.timestamp, event.id, event, stream.name)
            for stream in group.streams.values()
            if (stream.name in names if names else stream.name.startswith(prefix))
            for event in stream.events
            if event.timestamp >= start
            and (end is None or event.timestamp <= end)
            and all(term.strip('"') in event.message for term in terms)
        ]
        page, token = self._page(found, lambda entry: f"{entry[0]:020d}\0{entry[1]}", p, most=10_000)
        events = [
            {
                "logStreamName": name,
                "timestamp": event.timestamp,
                "message": event.message,
                "ingestionTime": event.ingestion_ms,
                "eventId": event.id,
            }
            for _, _, event, name in page
        ]
        return _with_token({"events": events, "searchedLogStreams": []}, token)

    # What the methods above are made of

    def group(self, name):
        if name not in self.groups:
            raise LogsError("ResourceNotFoundException", "The specified log group does not exist.")
        return self.groups[name]

    def _group_by_arn(self, arn):
        return self.group(arn.removesuffix(":*").split(":log-group:")[-1])

    def _group_of(self, p):
        """The group that `logGroupName` or `logGroupIdentifier` (a name or an ARN) means."""
        if ("logGroupName" in p) == ("logGroupIdentifier" in p):
            raise invalid_parameter("Exactly one of logGroupName and logGroupIdentifier must be given.")
        return self._group_by_arn(p.get("logGroupName") or p["logGroupIdentifier"])

    def _stream(self, group, name):
        if name not in group.streams:
            raise LogsError("ResourceNotFoundException", "The specified log stream does not exist.")
        return group.streams[name]

    def _page(self, items, order, p, descending=False, most=None):
        """One page in the order of unique keys; the token carries the last key of the page before it."""
        items = sorted(items, key=order, reverse=descending)
        most = self.settings.page_size if most is None else most
        limit = min(p.get("limit", most), most)
        kind, after = _decode_token(p["nextToken"]) if p.get("nextToken") else ("after", "")
        if after:
            items = [item for item in items if (order(item) < after if descending else order(item) > after)]
        if self.settings.empty_pages and items and kind == "after":
            return [], _encode_token("again", after)
        page = items[:limit]
        return page, _encode_token("after", order(page[-1])) if len(items) > limit else None


def _check_batch(batch):
    stamps = [event["timestamp"] for event in batch]
    if stamps != sorted(stamps):
        raise invalid_parameter("Log events in a single PutLogEvents request must be in chronological order.")
    if stamps[-1] - stamps[0] > DAY_MS:
        raise invalid_parameter("The batch of log events cannot span more than 24 hours.")
    size = sum(len(event["message"].encode()) + EVENT_OVERHEAD_BYTES for event in batch)
    if size > BATCH_BYTES:
        raise invalid_parameter(f"Upload too large: {size} bytes exceeds limit of {BATCH_BYTES}")


def _with_token(answer, token):
    return answer | {"nextToken": token} if token else answer


def _encode_token(kind, key):
    return base64.urlsafe_b64encode(f"{kind}:{key}".encode()).decode()


def _decode_token(token):
    """("after" or "again", key): an empty page asks for the same key again."""
    try:
        kind, _, key = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        if kind in ("after", "again"):
            return kind, key
    except ValueError:
        pass
    raise invalid_parameter("The specified nextToken is invalid.")
