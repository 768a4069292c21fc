"""All state of the server, and what a test may do to it beyond AWS's own operations."""

import threading
from collections import Counter

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.sts.models import sts_backends

from .clock import Clock
from .exports import OUTCOMES, Exports
from .faults import Faults
from .identity import ACCESS_KEY, ACCOUNT, REGION, SECRET_KEY
from .logs import Logs
from .s3 import S3, Buckets, Moto
from .settings import Settings
from .signature import Secret


class Place:
    """CloudWatch Logs of one account in one Region."""

    def __init__(self, account, region, world):
        self.logs = Logs(account, region, world.clock, world.settings, lambda: world.neighbours(account, region))
        self.exports = Exports(self.logs, world.buckets)


class World:
    """Nothing in here locks: whoever calls holds `lock`."""

    def __init__(self, buckets=None):
        self.lock = threading.RLock()
        self.moto = Moto()
        self.buckets = buckets or Buckets()
        self.reset()

    def reset(self):
        BackendDict.reset()
        reset_model_data()
        self.clock = Clock()
        self.settings = Settings()
        self.faults = Faults()
        self.s3 = S3(self.settings, self.moto)
        self.places = {}
        self.requests = []
        self.secrets = {ACCESS_KEY: Secret(SECRET_KEY)}

    # Who and where

    def place(self, account, region):
        if (account, region) not in self.places:
            self.places[account, region] = Place(account, region, self)
        return self.places[account, region]

    def neighbours(self, account, region):
        return [place.logs for (a, r), place in self.places.items() if r == region and a != account]

    def account_of(self, key):
        role = self._role(key)
        return role.account_id if role else ACCOUNT

    def find_secret(self, key):
        role = self._role(key)
        return Secret(role.secret_access_key, role.session_token) if role else self.secrets.get(key)

    @staticmethod
    def _role(key):
        for partitions in list(sts_backends.values()):
            for backend in list(partitions.values()):
                if role := backend.get_assumed_role_from_access_key(key):
                    return role
        return None

    def advance_tasks(self):
        for place in self.places.values():
            place.exports.advance()

    # The control channel: every method is a verb, its arguments are the JSON object sent.

    def do_reset(self):
        self.reset()

    def do_settings(self, **changes):
        self.settings.update(changes)
        self.clock.skew_s = self.settings.clock_skew_s
        return self.settings.as_dict()

    def do_advance(self, seconds):
        """Lets time pass."""
        self.clock.advance(seconds)

    def do_faults(self, add=(), clear=False):
        if clear:
            self.faults.clear()
        for fault in add:
            self.faults.add(**fault)
        return self.faults.as_list()

    def do_key(self, access, secret, token=None):
        """A key that verify_signatures accepts besides the good one."""
        self.secrets[access] = Secret(secret, token)

    def do_load(self, groups, account=ACCOUNT, region=REGION):
        """Makes groups and streams and adds events, of any age, in one go.

        groups: [{"name", "class"?, "tags"?, "retention_days"?, "streams": [...]}]
        streams: [{"name", "age_s"?, "events": [[timestamp, message]]}]
        """
        logs = self.place(account, region).logs
        for group in groups:
            if group["name"] not in logs.groups:
                logs.create_log_group({"logGroupName": group["name"], "tags": group.get("tags", {})})
            made = logs.groups[group["name"]]
            made.log_class = group.get("class", made.log_class)
            made.retention_days = group.get("retention_days", made.retention_days)
            for stream in group.get("streams", ()):
                if stream["name"] not in made.streams:
                    logs.create_log_stream({"logGroupName": made.name, "logStreamName": stream["name"]})
                pairs = [(int(timestamp), message) for timestamp, message in stream.get("events", ())]
                logs.append(made.streams[stream["name"]], pairs, stream.get("age_s", 0.0))

    def do_expire(self, group, before, account=ACCOUNT, region=REGION):
        """Deletes the events of a group stamped before `before`, as retention does."""
        for stream in self.place(account, region).logs.group(group).streams.values():
            stream.events = [event for event in stream.events if event.timestamp >= before]

    def do_truth(self, group=None):
        """Every event that there is."""
        return [
            {
                "account": logs.account,
                "region": logs.region,
                "group": found.name,
                "stream": stream.name,
                "timestamp": event.timestamp,
                "message": event.message,
                "ingestion": event.ingestion_ms,
                "id": event.id,
            }
            for logs in (place.logs for place in self.places.values())
            for found in logs.groups.values()
            if group in (None, found.name)
            for stream in found.streams.values()
            for event in stream.events
        ]

    def do_tasks(self):
        """Every export task, oldest first, with the stream prefix that AWS keeps to itself."""
        return [
            task.describe() | {"logStreamNamePrefix": task.stream_prefix}
            for place in self.places.values()
            for task in place.exports.tasks
        ]

    def do_next_tasks(self, outcomes, account=ACCOUNT, region=REGION):
        """How the tasks to come end, in order: an ENDED status, STUCK_PENDING or STUCK_RUNNING."""
        for outcome in outcomes:
            if outcome not in OUTCOMES:
                raise ValueError(f"no such outcome: {outcome}; there are {', '.join(OUTCOMES)}")
        self.place(account, region).exports.outcomes = list(outcomes)

    def do_foreign_task(
        self, seconds=None, group="foreign", bucket="foreign", name="nightly", account=ACCOUNT, region=REGION
    ):
        """A task of somebody else that holds the slot for so many seconds, or until it is released."""
        return {"taskId": self.place(account, region).exports.hold_slot(seconds, group, bucket, name)}

    def do_release(self, task=None, status="COMPLETED", account=ACCOUNT, region=REGION):
        self.place(account, region).exports.release(task, status)

    def do_requests(self, since=0):
        return self.requests[since:]

    def do_counters(self):
        return Counter(request["operation"] for request in self.requests)
