"""The programs of examples/, as somebody would try them. $EXAMPLES is the folder that they are built in."""

import os
import subprocess
from pathlib import Path

import boto3
import pytest


@pytest.fixture(scope="module")
def built():
    folder = os.environ.get("EXAMPLES")
    if not folder:
        pytest.skip("EXAMPLES does not say where the examples are built")
    return Path(folder)


def run(program, *arguments, environment):
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [program, *arguments], env=own | environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_list_streams_prints_every_stream_of_a_group(aws, built):
    aws.logs.create_log_group(logGroupName="shop")
    names = [f"stream-{i:03}" for i in range(60)]  # More than a page.
    for name in names:
        aws.logs.create_log_stream(logGroupName="shop", logStreamName=name)
    done = run(built / "list-streams/list_streams", "shop", environment=aws.environment())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == names


def test_list_streams_says_what_the_service_answered(aws, built):
    done = run(built / "list-streams/list_streams", "nothing-here", environment=aws.environment())
    assert done.returncode == 1
    assert "ResourceNotFoundException" in done.stderr


@pytest.fixture(scope="module")
def dynamodb(moto):
    """The environment of a program that shall reach a local DynamoDB, or SQS."""
    return {
        "AWS_ENDPOINT_URL_DYNAMODB": moto,
        "AWS_ENDPOINT_URL_SQS": moto,
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }


@pytest.fixture
def item_program(built):
    program = built / "dynamodb-item/dynamodb_item"
    if not program.exists():
        pytest.skip("dynamodb-item is not built")
    return program


def test_dynamodb_item_keeps_texts_under_a_key(dynamodb, item_program):
    def command(*arguments):
        return run(item_program, *arguments, environment=dynamodb)

    for _ in range(2):  # The second time, the table is there already.
        assert command("create", "notes").returncode == 0
    assert command("put", "notes", "monday", "bread", "grüner Tee").returncode == 0
    assert command("get", "notes", "monday").stdout == "bread\ngrüner Tee\n"
    assert command("get", "notes", "tuesday").stdout == ""

    table = boto3.resource(
        "dynamodb",
        endpoint_url=dynamodb["AWS_ENDPOINT_URL_DYNAMODB"],
        region_name=dynamodb["AWS_REGION"],
        aws_access_key_id=dynamodb["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=dynamodb["AWS_SECRET_ACCESS_KEY"],
    ).Table("notes")
    assert table.scan()["Items"] == [{"key": "monday", "texts": ["bread", "grüner Tee"]}]


def test_dynamodb_item_says_what_the_service_answered(dynamodb, item_program):
    done = run(item_program, "get", "no-such-table", "monday", environment=dynamodb)
    assert done.returncode == 1
    assert "ResourceNotFoundException" in done.stderr


def test_sqs_queue_gives_back_what_was_sent(dynamodb, built):
    program = built / "sqs-queue/sqs_queue"
    if not program.exists():
        pytest.skip("sqs-queue is not built")
    sent = run(program, "jobs", "one", "zwei & <drei>", environment=dynamodb)
    assert (sent.returncode, sent.stderr, len(sent.stdout.splitlines())) == (0, "", 2)
    taken = run(program, "jobs", environment=dynamodb)
    assert (taken.returncode, sorted(taken.stdout.splitlines())) == (0, ["one", "zwei & <drei>"])
    assert run(program, "jobs", environment=dynamodb).stdout == ""
