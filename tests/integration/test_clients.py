"""The DynamoDB and STS clients against a local server. $PROGRAMS is the folder that programs/ is built in."""

import json
import os
import subprocess
from pathlib import Path

import pytest

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
ROLE = "arn:aws:iam::123456789012:role/reader"


@pytest.fixture
def run(moto):
    folder = os.environ.get("PROGRAMS")
    if not folder:
        pytest.skip("PROGRAMS does not say where programs/ is built")

    def run(program, *arguments, environment=KEYS):
        """What the program prints, as pairs of a line's first word and the rest."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        own |= {"AWS_ENDPOINT_URL": moto, "AWS_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true"}
        done = subprocess.run(
            [Path(folder) / program, *arguments],
            env=own | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return [tuple(line.split(" ", 1)) for line in done.stdout.splitlines()]

    return run


def updated(n):
    return {"group": {"S": "all"}, "n": {"N": str(n)}, "visits": {"N": "1"}}


def test_dynamodb_keeps_what_it_is_given(run):
    answers = [(title, json.loads(text)) for title, text in run("dynamodb_tour")]
    everything = {
        "group": {"S": "all"},
        "n": {"N": "0"},
        "big": {"N": "12345678901234567890.123456789012345678"},
        "bytes": {"B": "00ff"},
        "texts": {"SS": ["a", "b"]},
        "numbers": {"NS": ["-1", "2.5"]},
        "blobs": {"BS": ["00ff"]},
        "map": {"M": {"list": {"L": [{"S": "x"}, {"NULL": True}]}, "none": {"L": []}}},
        "no": {"BOOL": False},
    }
    assert answers == [
        ("table", "ACTIVE"),
        ("item", everything),
        ("refused", "ConditionalCheckFailedException"),
        *(("updated", updated(n)) for n in (1, 2, 3, 4, 5)),
        *(("found", updated(n)) for n in (5, 4, 3, 2, 1)),
        *(("batch", updated(n)) for n in (1, 2)),
        ("item", None),
    ]


def test_sts_tells_who_calls(run):
    facts = dict(run("sts_tour", "identity"))
    assert facts["account"] == "123456789012"
    assert facts["arn"].startswith("arn:aws:sts::123456789012:")


def test_sts_gives_the_credentials_of_a_role(run):
    facts = dict(run("sts_tour", "role", ROLE))
    assert facts["key"].startswith("ASIA")
    assert facts["token"]
    assert facts["arn"] == "arn:aws:sts::123456789012:assumed-role/reader/tour"
    assert int(facts["expires"]) > 1_700_000_000_000


def test_sts_takes_a_web_identity_without_credentials(run):
    facts = dict(run("sts_tour", "web-identity", ROLE, environment={}))
    assert facts["arn"] == "arn:aws:sts::123456789012:assumed-role/reader/tour"
