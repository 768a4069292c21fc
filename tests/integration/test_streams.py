"""Uploads of what cannot start over, over http in signed chunks, and presigned links, against a local server."""

import os
import subprocess
import urllib.request
from pathlib import Path

import pytest

BUCKET = "streams"
KEY = "a b/ü+.bin"


@pytest.fixture
def stream(aws):
    folder = os.environ.get("PROGRAMS")
    if not folder:
        pytest.skip("PROGRAMS does not say where programs/ is built")
    aws.bucket(BUCKET)
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}

    def start(content, length=None):
        length = len(content) if length is None else length
        command = [Path(folder) / "s3_stream", BUCKET, KEY, str(length)]
        return subprocess.run(command, env=own | aws.environment(), input=content, capture_output=True, timeout=60, check=False)

    return start


@pytest.mark.parametrize("length", [0, 1, 65535, 65536, 65537, 3_000_000])
def test_what_comes_from_a_pipe_arrives_whole(stream, aws, length):
    content = bytes(i * 31 >> 3 & 0xFF for i in range(length))
    done = stream(content)
    assert (done.returncode, done.stderr) == (0, b"")
    assert aws.s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read() == content


def test_a_pipe_that_ends_early_stores_nothing(stream, aws):
    done = stream(b"short", length=100_000)
    assert done.returncode == 1
    assert "Contents" not in aws.s3.list_objects_v2(Bucket=BUCKET)


def test_links_read_and_replace_the_object(stream, aws):
    to_read, to_replace = stream(b"old").stdout.decode().split()
    with urllib.request.urlopen(to_read, timeout=10) as answer:
        assert answer.read() == b"old"
    request = urllib.request.Request(to_replace, data=b"new", method="PUT", headers={"Content-Type": "text/plain"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200
    assert aws.s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read() == b"new"
