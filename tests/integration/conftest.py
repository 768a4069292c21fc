"""Fixtures: a server for the session, reset for every test, and the executable run against it in both of its forms."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aws.archive import Archive
from aws.fixtures import aws, aws_process, bucket  # noqa: F401
from aws.lambda_host import LambdaHost

ROOT = Path(__file__).resolve().parents[2]
NAME = "cloudwatch-logs-s3-exporter"


@pytest.fixture(scope="session")
def moto():
    """The URL of a server that plays S3, DynamoDB, STS and SQS, and checks neither signatures nor permissions."""
    from moto.server import ThreadedMotoServer  # Here: it takes a second, and few tests want it.

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def executable():
    """$EXPORTER, or the newest one built below the project's root."""
    if "EXPORTER" in os.environ:
        path = Path(os.environ["EXPORTER"])
        assert os.access(path, os.X_OK), f"EXPORTER is not an executable: {path}"
        return path.resolve()
    built = [path for path in ROOT.glob(f"build*/**/{NAME}") if path.is_file() and os.access(path, os.X_OK)]
    if not built:
        pytest.skip(f"{NAME} is not built; build it or set EXPORTER")
    return max(built, key=lambda path: path.stat().st_mtime)


@dataclass
class Run:
    code: int
    answer: dict | None  # the object that --json prints
    stdout: str
    stderr: str


@dataclass
class Exporter:
    """The command. Call it with settings and it runs once; `settings` and `environment` hold what every run gets."""

    executable: Path
    environment: dict
    settings: dict = field(default_factory=dict)

    def __call__(self, *arguments, env=None, timeout_s=60, **settings):
        """exporter(source_log_group_prefixes="app", settle_delay="0") -> Run"""
        command = [self.executable, "run", "--json", *arguments, *self._flags(settings)]
        done = subprocess.run(
            command, env=self.environment | (env or {}), capture_output=True, text=True, timeout=timeout_s, check=False
        )
        return Run(done.returncode, self._answer(done.stdout), done.stdout, done.stderr)

    def start(self, *arguments, env=None, **settings):
        """The same, but returns the running process."""
        command = [self.executable, "run", "--json", *arguments, *self._flags(settings)]
        return subprocess.Popen(
            command,
            env=self.environment | (env or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _flags(self, settings):
        merged = {**self.settings, **settings}
        return [
            part
            for key, value in merged.items()
            if value is not None
            for part in (f"--{key.replace('_', '-')}", str(value))
        ]

    @staticmethod
    def _answer(stdout):
        lines = stdout.strip().splitlines()
        return json.loads(lines[-1]) if lines and lines[-1].startswith("{") else None


@pytest.fixture
def exporter(aws, bucket, executable):
    """Exports everything below the prefix "app" to `bucket`, settled at once, with its state in the same bucket."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return Exporter(
        executable,
        environment | aws.environment(),
        {
            "destination_s3_bucket": bucket,
            "source_log_group_prefixes": "app",
            "state_store_type": "s3",
            "store_dsn": f"s3://{bucket}/state/exporter.json",
            "settle_delay": "0",
        },
    )


@pytest.fixture
def lambda_event(bucket):
    """The same settings as a Lambda event."""
    return {
        "DestinationS3Bucket": bucket,
        "SourceLogGroupPrefixes": "app",
        "StateStoreType": "s3",
        "StoreDSN": f"s3://{bucket}/state/exporter.json",
        "SettleDelay": "0",
    }


@pytest.fixture
def lambda_host(aws, executable):
    with LambdaHost(executable, aws.environment()) as host:
        yield host


@pytest.fixture
def archive(aws, bucket):
    """archive() reads what is in the bucket now."""
    return lambda: Archive(aws.s3, bucket)


@pytest.fixture
def assert_exactly_once(aws, archive):
    """Every event of the groups below a prefix is in the archive once, and nothing else is."""

    def check(prefix="app"):
        truth = [event for event in aws.truth() if event["group"].startswith(prefix)]
        result = archive().compare(truth, aws.tasks())
        assert result.exact, f"missing {dict(result.missing)}, extra {dict(result.extra)}"
        return result.archived

    return check
