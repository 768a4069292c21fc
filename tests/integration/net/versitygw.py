"""versitygw, an S3 server of its own that checks signatures, checksums and conditions, on a folder of files."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

ROOT = Path(__file__).resolve().parents[3]
ACCESS_KEY, SECRET_KEY, REGION = "AKIDVERSITY", "versity/secret+key", "eu-west-1"


def find():
    """The program: $VERSITYGW, on the PATH, or where scripts/setup --full put it. None where there is none."""
    if "VERSITYGW" in os.environ:
        return os.environ["VERSITYGW"]
    cached = ROOT / "build/tools/versitygw"
    return shutil.which("versitygw") or (str(cached) if os.access(cached, os.X_OK) else None)


def _free_port(family, host):
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


class Gateway:
    """Running while it is a context. `files` is the folder in which an object is a file, bucket/key."""

    def __init__(self, folder, host="127.0.0.1", certificate=None, bundle=None, keys=(ACCESS_KEY, SECRET_KEY), region=REGION):
        self.files, self.bundle, self.keys, self.region = folder / "files", bundle, keys, region
        self._log = folder / "log"
        metadata = folder / "metadata"
        for made in (self.files, metadata):
            made.mkdir()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        where = f"[{host}]" if ":" in host else host
        address = f"{where}:{_free_port(family, host)}"
        self.endpoint = f"{'https' if certificate else 'http'}://{address}"
        tls = ["--cert", certificate, "--key", certificate] if certificate else []
        self._command = [find(), "--quiet", "--port", address, *tls, "--region", region, "posix"]
        # Not in extended attributes: not every file system has them.
        self._command += ["--sidecar", str(metadata), str(self.files)]

    def __enter__(self):
        environment = {
            "PATH": os.environ["PATH"],
            "ROOT_ACCESS_KEY_ID": self.keys[0],
            "ROOT_SECRET_ACCESS_KEY": self.keys[1],
        }
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(self._command, env=environment, stdout=log, stderr=log)
        self.s3 = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.keys[0],
            aws_secret_access_key=self.keys[1],
            verify=str(self.bundle) if self.bundle else None,
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )
        self._await()
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(timeout=30)

    def _await(self):
        end = time.monotonic() + 60
        while True:
            try:
                self.s3.list_buckets()
                return
            except (BotoCoreError, ClientError) as error:
                if self._process.poll() is not None or time.monotonic() > end:
                    self._process.kill()
                    raise RuntimeError(f"versitygw: {error}\n{self._log.read_text()[-2000:]}") from None
                time.sleep(0.05)

    def environment(self):
        """What a program needs to reach it, and nothing else."""
        own = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_ACCESS_KEY_ID": self.keys[0],
            "AWS_SECRET_ACCESS_KEY": self.keys[1],
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/nonexistent",
            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        }
        return own | ({"AWS_CA_BUNDLE": str(self.bundle)} if self.bundle else {})
