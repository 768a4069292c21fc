"""Transfers to and from a local S3 over real sockets. $PROGRAMS is the folder that programs/ is built in."""

import hashlib
import os
import random
import subprocess
from pathlib import Path

import boto3
import pytest

MIB = 1 << 20
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def s3(moto):
    client = boto3.client(
        "s3", endpoint_url=moto, region_name="us-east-1", aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="secret"
    )
    client.create_bucket(Bucket="bucket")
    return client


@pytest.fixture
def copy(moto, s3):
    folder = os.environ.get("PROGRAMS")
    if not folder:
        pytest.skip("PROGRAMS does not say where programs/ is built")

    def copy(*arguments, stdin=None):
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        own |= KEYS | {"AWS_ENDPOINT_URL": moto, "AWS_EC2_METADATA_DISABLED": "true"}
        command = [Path(folder) / "s3_copy", *map(str, arguments)]
        return subprocess.run(command, env=own, input=stdin, capture_output=True, timeout=120, check=False)

    return copy


def some_bytes(length):
    return random.Random(length).randbytes(length)


def stored(s3, key):
    return s3.get_object(Bucket="bucket", Key=key)["Body"].read()


@pytest.mark.parametrize("length", [0, 1, 8 * MIB - 1, 8 * MIB, 23 * MIB + 5])
def test_a_file_goes_up_and_comes_back(copy, s3, tmp_path, length):
    content = some_bytes(length)
    (tmp_path / "up").write_bytes(content)
    up = copy("up", "bucket", f"file/{length}", tmp_path / "up")
    assert (up.returncode, up.stderr) == (0, b"")
    facts = up.stdout.split()
    assert (int(facts[0]), int(facts[1])) == (length, max(1, -(-length // (8 * MIB))))
    assert hashlib.sha256(stored(s3, f"file/{length}")).digest() == hashlib.sha256(content).digest()
    assert s3.list_multipart_uploads(Bucket="bucket").get("Uploads") is None
    down = copy("down", "bucket", f"file/{length}", tmp_path / "down")
    assert (down.returncode, down.stderr) == (0, b"")
    assert (tmp_path / "down").read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["down", "up"]


def test_a_pipe_goes_up_and_comes_back(copy, s3):
    content = some_bytes(17 * MIB + 1)
    up = copy("up", "bucket", "pipe", "-", 5, 3, stdin=content)
    assert (up.returncode, up.stderr) == (0, b"")
    assert int(up.stdout.split()[1]) == 4
    assert stored(s3, "pipe") == content
    down = copy("down", "bucket", "pipe", "-", 5, 3)
    assert down.returncode == 0
    assert down.stdout == content


def test_an_object_that_is_there_stays(copy, s3, tmp_path):
    s3.put_object(Bucket="bucket", Key="there", Body=b"first")
    (tmp_path / "small").write_bytes(b"second")
    refused = copy("up", "bucket", "there", tmp_path / "small", 8, 4, "*")
    assert refused.returncode == 1
    assert b"PreconditionFailed" in refused.stderr
    assert stored(s3, "there") == b"first"


def test_what_is_not_there_is_told_in_one_line(copy, tmp_path):
    missing = copy("down", "bucket", "missing", tmp_path / "down")
    assert missing.returncode == 1
    assert missing.stderr.count(b"\n") == 1
    assert b"404" in missing.stderr
    assert not list(tmp_path.iterdir())
