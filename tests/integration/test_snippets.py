"""The snippets of docs/clients.md: the page shows the programs of examples/snippets, and those work."""

import os
import re
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/clients.md"
SOURCES = sorted((ROOT / "examples/snippets").glob("*.c"))
KEY = "reports/2026.csv"


def shown(source):
    """A program without its includes and its main."""
    text = source.read_text(encoding="utf-8")
    return re.sub(r"^#include .*\n", "", text, flags=re.MULTILINE).partition("\nint main(void)")[0].strip("\n")


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_the_page_shows_the_program(source):
    name = source.relative_to(ROOT)
    blocks = re.findall(rf"\(\.\./{re.escape(str(name))}\).*?```c\n(.*?)\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks[:1] == [shown(source)]
    assert len(shown(source).splitlines()) <= 15, "a call in fifteen lines"


@pytest.fixture
def run(aws, tmp_path):
    folder = Path(os.environ.get("EXAMPLES", "")) / "snippets"
    if not os.environ.get("EXAMPLES") or not folder.is_dir():
        pytest.skip("EXAMPLES does not say where the examples are built")
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}

    def start(name):
        return subprocess.run(
            [folder / name], env=own | aws.environment(), cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )

    return start


@pytest.fixture
def stored(aws):
    aws.bucket("my-bucket")

    def store(body):
        aws.s3.put_object(Bucket="my-bucket", Key=KEY, Body=body)

    return store


def result(done):
    return done.returncode, done.stdout, done.stderr


def test_a_request(run, aws, stored):
    stored(b"a,b\n1,2\n")
    etag = aws.s3.head_object(Bucket="my-bucket", Key=KEY)["ETag"]
    assert result(run("request")) == (0, f"8 bytes, {etag}\n", "")


def test_a_walk_over_items(run, aws):
    aws.logs.create_log_group(logGroupName="my-group")
    names = [f"stream-{i:03}" for i in range(60)]  # More than a page.
    for name in names:
        aws.logs.create_log_stream(logGroupName="my-group", logStreamName=name)
    done = run("paging")
    assert (done.returncode, done.stdout.splitlines()) == (0, names)


def test_an_upload_from_a_file(run, aws, stored, tmp_path):
    content = bytes(range(256)) * 4096
    stored(b"old")
    (tmp_path / "report.csv").write_bytes(content)
    assert result(run("upload")) == (0, "", "")
    assert aws.s3.get_object(Bucket="my-bucket", Key=KEY)["Body"].read() == content


def test_an_upload_of_nothing_is_told(run, stored):
    done = run("upload")
    assert done.returncode == 1 and "report.csv" in done.stderr


def test_a_link_works_without_credentials(run, stored):
    stored(b"shared")
    done = run("presign")
    assert (done.returncode, done.stderr) == (0, "")
    with urllib.request.urlopen(done.stdout.strip(), timeout=10) as answer:
        assert answer.read() == b"shared"


def test_a_download_to_a_callback(run, stored):
    stored(b"line\n" * 100_000)
    assert result(run("download")) == (0, "line\n" * 100_000, "")


def test_a_typed_error(run, aws):
    assert result(run("errors")) == (0, "", "")
    assert result(run("errors")) == (0, "it was there\n", "")


def test_a_waiter(run, stored):
    late = threading.Thread(target=lambda: (time.sleep(1), stored(b"x")))
    late.start()
    assert result(run("waiter")) == (0, "it is there\n", "")
    late.join()
