"""The state in a DynamoDB table: one document, replaced whole or not at all, however large and whoever else writes."""

import os
import random
import subprocess
import time
from pathlib import Path

import boto3
import pytest
from boto3.dynamodb.conditions import Key

NAME = "archive"
ITEM_MAX = 400 * 1024


@pytest.fixture(scope="module")
def environment(moto):
    return {
        "AWS_ENDPOINT_URL_DYNAMODB": moto,
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }


@pytest.fixture
def table(environment):
    resource = boto3.resource(
        "dynamodb",
        endpoint_url=environment["AWS_ENDPOINT_URL_DYNAMODB"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret",
    )
    made = resource.create_table(
        TableName="states",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )
    yield made
    made.delete()


@pytest.fixture
def program():
    path = Path(os.environ.get("PROGRAMS", "build/debug/tests/integration")) / "state_store"
    if not path.exists():
        pytest.skip("state_store is not built")
    return path


class Store:
    """A process that holds one open store."""

    def __init__(self, program, environment, folder):
        self.folder = folder
        self.process = subprocess.Popen(
            [program, f"dynamodb://states/{NAME}"],
            env=environment | {"PATH": os.environ["PATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def load(self):
        """The document; None where there is none; otherwise what went wrong."""
        path = self.folder / "loaded"
        said = self._ask(f"load {path}")
        return {"loaded": path.read_bytes, "absent": lambda: None}.get(said, lambda: said)()

    def save(self, document):
        path = self.folder / "saved"
        path.write_bytes(document)
        return self._ask(f"save {path}")

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=30) == 0


@pytest.fixture
def open_store(program, environment, table, tmp_path):
    opened = []

    def open_one():
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        opened.append(Store(program, environment, folder))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


def items(table):
    found, more = [], {}
    while more is not None:
        page = table.query(KeyConditionExpression=Key("pk").eq(NAME), **more)
        found += page["Items"]
        more = {"ExclusiveStartKey": page["LastEvaluatedKey"]} if "LastEvaluatedKey" in page else None
    return found


def noise(size, seed=1):
    return random.Random(seed).randbytes(size)


def test_a_table_without_a_state_has_none(open_store):
    assert open_store().load() is None


@pytest.mark.parametrize("size", [0, 1, 300_000, 350_000, 400_000, 3_000_000])
def test_what_was_saved_is_loaded_and_no_item_nears_the_limit(open_store, table, size):
    document = noise(size)
    store = open_store()
    store.load()
    assert store.save(document) == "won"
    assert open_store().load() == document
    assert all(len(item.get("data", b"").value if "data" in item else b"") <= 350_000 < ITEM_MAX for item in items(table))


def test_a_state_that_shrinks_leaves_nothing_behind(open_store, table):
    store = open_store()
    store.load()
    assert store.save(noise(2_000_000)) == "won"
    assert len(items(table)) > 5
    assert store.save(b"small") == "won"
    assert [item["sk"] for item in items(table)] == ["head"]
    assert open_store().load() == b"small"


@pytest.mark.parametrize("size", [10, 1_000_000])
def test_of_two_that_read_the_same_state_one_wins(open_store, size):
    first, second = open_store(), open_store()
    assert first.load() is None and second.load() is None
    assert first.save(noise(size, 1)) == "won"
    assert second.save(noise(size, 2)) == "lost"
    assert open_store().load() == noise(size, 1)
    assert second.load() == noise(size, 1)
    assert second.save(noise(size, 3)) == "won"
    assert first.save(noise(size, 4)) == "lost"
    assert open_store().load() == noise(size, 3)


def test_what_a_killed_writer_left_is_gone_after_the_next_large_save(open_store, table):
    table.put_item(Item={"pk": NAME, "sk": "part#of-the-dead#00000", "data": b"debris"})
    store = open_store()
    store.load()
    assert store.save(noise(1_000_000)) == "won"
    assert not [item for item in items(table) if "of-the-dead" in item["sk"]]
    assert open_store().load() == noise(1_000_000)


def test_a_missing_or_damaged_part_is_an_error_and_not_a_first_run(open_store, table):
    store = open_store()
    store.load()
    assert store.save(noise(1_000_000)) == "won"
    part = next(item for item in items(table) if item["sk"].endswith("#00001"))
    table.put_item(Item=part | {"data": part["data"].value[:-1] + b"x"})
    assert "damaged" in open_store().load()
    table.delete_item(Key={"pk": NAME, "sk": part["sk"]})
    assert "missing" in open_store().load()


def test_an_item_of_somebody_else_is_left_alone(open_store, table):
    table.put_item(Item={"pk": NAME, "sk": "head", "owner": "another program"})
    store = open_store()
    assert "is not a state of this program" in store.load()
    assert table.get_item(Key={"pk": NAME, "sk": "head"})["Item"]["owner"] == "another program"


# ---- the exporter with its state there ----


@pytest.fixture
def states(aws):
    """A table in the local AWS of the exporter."""
    client = boto3.client(
        "dynamodb",
        endpoint_url=aws.environment()["AWS_ENDPOINT_URL"],
        region_name=aws.environment()["AWS_REGION"],
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret",
    )
    client.create_table(
        TableName="states",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )
    return {"state_store_type": "dynamodb", "store_dsn": "dynamodb://states"}


def test_runs_that_keep_their_state_in_dynamodb_archive_everything_once(aws, exporter, states, assert_exactly_once):
    aws.load({"app": {"a": [(1_700_000_000_000, "one")]}})
    time.sleep(1.05 - time.time() % 1)  # The service's clock has whole seconds.
    first = exporter(**states)
    assert first.code == 0, first.stderr
    second = exporter(**states)
    assert second.code == 0 and second.answer["tasks"]["created"] == 0
    assert assert_exactly_once() == 1


def test_a_table_that_does_not_exist_is_told(aws, exporter):
    aws.load({"app": {"a": [(1_700_000_000_000, "one")]}})
    run = exporter(state_store_type="dynamodb", store_dsn="dynamodb://nowhere")
    assert run.code == 4
    assert "the table nowhere does not exist: make it, with the strings pk" in run.stderr
