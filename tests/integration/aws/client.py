"""Starts the server and talks to it: boto3 clients for what AWS has, control verbs for what it does not."""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config

from .identity import ACCESS_KEY, REGION, SECRET_KEY


class ControlError(Exception):
    pass


class Aws:
    """A running server. `aws.logs` and `aws.s3` are boto3 clients; the methods below are the control channel."""

    def __init__(self, endpoint, process=None):
        self.endpoint, self._process = endpoint, process
        self.logs, self.s3 = self.client("logs"), self.client("s3")

    @classmethod
    def start(cls, *options, timeout_s=60):
        """A server of our own, which also ends when this process does."""
        with tempfile.TemporaryDirectory() as folder:
            port_file = Path(folder) / "port"
            process = subprocess.Popen(
                [sys.executable, "-m", "aws.server", "--port-file", str(port_file), "--while-stdin", *options],
                stdin=subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)},
            )
            end = time.monotonic() + timeout_s
            while not port_file.exists():
                if process.poll() is not None or time.monotonic() > end:
                    process.kill()
                    raise RuntimeError("the server did not start")
                time.sleep(0.02)
            return cls(f"http://127.0.0.1:{int(port_file.read_text())}", process)

    def stop(self):
        if self._process:
            self._process.stdin.close()
            self._process.wait(timeout=10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def client(self, service, access=ACCESS_KEY, secret=SECRET_KEY, token=None, region=REGION, **config):
        config = {"retries": {"total_max_attempts": 1}, "s3": {"addressing_style": "path"}} | config
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=region,
            aws_access_key_id=access,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(**config),
        )

    def environment(self):
        """What a program under test needs to reach this server and nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/nonexistent",
            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        }

    def control(self, verb, **arguments):
        """One verb of the control channel: see the do_ methods of world.World."""
        request = urllib.request.Request(
            f"{self.endpoint}/_control/{verb.replace('_', '-')}", json.dumps(arguments).encode(), method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise ControlError(json.load(error)["error"]) from None

    def reset(self):
        self.control("reset")

    def set(self, **settings):
        return self.control("settings", **settings)

    def fault(self, operation, kind, **fields):
        """See faults.Fault."""
        self.control("faults", add=[{"operation": operation, "kind": kind, **fields}])

    def load(self, groups, **where):
        """`groups`: {group: {stream: [(timestamp, message), ...]}}, or the list that World.do_load takes."""
        if isinstance(groups, dict):
            groups = [
                {"name": group, "streams": [{"name": name, "events": events} for name, events in streams.items()]}
                for group, streams in groups.items()
            ]
        self.control("load", groups=groups, **where)

    def next_tasks(self, *outcomes):
        self.control("next_tasks", outcomes=outcomes)

    def requests(self, operation=None, since=0):
        return [r for r in self.control("requests", since=since) if operation in (None, r["operation"])]

    def count(self, operation):
        return self.control("counters").get(operation, 0)

    def truth(self, group=None):
        return self.control("truth", group=group)

    def tasks(self):
        return self.control("tasks")

    def bucket(self, name="archive"):
        """Makes a bucket and returns its name."""
        self.s3.create_bucket(Bucket=name)
        return name

    def wait(self, task_id, timeout_s=10):
        """The task once it has ended."""
        end = time.monotonic() + timeout_s
        while True:
            (task,) = self.logs.describe_export_tasks(taskId=task_id)["exportTasks"]
            if task["status"]["code"] in ("COMPLETED", "FAILED", "CANCELLED"):
                return task
            if time.monotonic() > end:
                raise TimeoutError(f"task {task_id} is still {task['status']['code']}")
            time.sleep(0.01)
