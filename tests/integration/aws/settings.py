"""The switches of the server. Zero lag and short tasks unless a test asks for more."""

from dataclasses import asdict, dataclass, field, fields
from fnmatch import fnmatchcase


@dataclass
class Settings:
    # Export tasks
    pending_s: float = 0.02  # how long a task is PENDING
    running_s: float = 0.05  # how long it is RUNNING
    cancel_s: float = 0.02  # how long it is PENDING_CANCEL
    reads_at: str = "start"  # events are read when a task starts to run ("start") or when it completes ("end")
    events_per_object: int = 10_000  # a stream with more is split over 000000.gz, 000001.gz, ...
    object_delay_s: float = 0.0  # a task's last object appears this long after COMPLETED
    task_list_lag_s: float = 0.0  # a new task is not listed by DescribeExportTasks for so long
    refuse_reversed_window: bool = True  # from > to
    refuse_before_creation: bool = False  # to < the group's creation time
    bucket_refuses: str = ""  # the call that the bucket's policy, or its key's, denies CloudWatch Logs: GetBucketAcl, PutObject

    # What lags: seconds, or [least, most] drawn from the seed for every event
    hint_lag_s: float = 0.0  # firstEventTimestamp, lastEventTimestamp, lastIngestionTime
    export_lag_s: float | list = 0.0  # from ingestion until an export task sees an event

    # Listing
    page_size: int = 50
    empty_pages: bool = False  # every other page is empty and still carries a token

    # Access
    # IAM actions that are refused, such as "s3:ListBucket"; with a pattern behind it, only on resources that match:
    # "logs:CreateExportTask *:log-group:app/1:*". What S3 needs of a bucket's key is kms:GenerateDataKey and kms:Decrypt.
    deny: list = field(default_factory=list)
    # Where it is not empty, all that is allowed, in the same form: a role's policy.
    allow: list = field(default_factory=list)
    verify_signatures: bool = False

    clock_skew_s: float = 0.0
    seed: int = 1  # decides the order of lines in an object and every drawn lag

    def update(self, changes):
        known = {f.name: getattr(self, f.name) for f in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"no such setting: {name}; there are {', '.join(known)}")
            setattr(self, name, value)

    def denies(self, action, resource):
        if self._lists(self.deny, action, resource):
            return True
        return bool(self.allow) and not self._lists(self.allow, action, resource)

    @staticmethod
    def _lists(entries, action, resource):
        for entry in entries:
            listed, _, pattern = entry.partition(" ")
            if listed == action and fnmatchcase(resource, pattern or "*"):
                return True
        return False

    def as_dict(self):
        return asdict(self)
