"""The commands `gaps` and `verify`: a whole archive holds, and each way in which one may not is found."""

import gzip
import json
import subprocess
import time

import pytest

DAY = 86_400_000


def lines(count, text="line"):
    start = int(time.time() * 1000) - 3 * DAY
    return [(start + i * 10, f"{text} {i}") for i in range(count)]


@pytest.fixture
def prove(exporter):
    """prove("verify", "--all") -> (exit code, answer)"""

    def prove(command, *arguments):
        done = subprocess.run(
            [exporter.executable, command, "--json", *arguments, *exporter._flags({})],
            env=exporter.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    return prove


@pytest.fixture
def exported(aws, exporter):
    aws.load({"app": {"a": lines(50), "b/c": lines(20), "b-c": lines(5, "other"), "d": [*lines(3), *lines(3)]}})
    time.sleep(1.05 - time.time() % 1)
    assert exporter().code == 0
    aws.load({"app": {"a": [(int(time.time() * 1000), "new\n  and its second line")]}})
    time.sleep(1.05 - time.time() % 1)
    assert exporter().code == 0


def ledger_keys(aws, bucket):
    return [found["Key"] for found in aws.s3.list_objects_v2(Bucket=bucket, Prefix="_ledger/")["Contents"]]


def test_a_whole_archive_holds(prove, exported):
    code, answer = prove("gaps")
    assert (code, answer["holds"], answer["windows"], answer["groups"]) == (0, True, 2, 1)
    code, answer = prove("verify", "--all")
    assert code == 0, answer
    assert (answer["streamsRead"], answer["eventsRead"], answer["late"]) == (4, 82, 0)
    code, answer = prove("verify", "--sample", "2")
    assert code == 0 and answer["streamsRead"] == 2


@pytest.mark.parametrize("unit", ["auto", "stream"])
def test_an_archive_of_single_streams_holds(aws, exporter, prove, unit):
    aws.load({"app": {"app": lines(30), "app-2": lines(20), "app-2/worker": lines(10)}})
    time.sleep(1.05 - time.time() % 1)
    assert exporter(export_unit="stream").code == 0
    aws.load({"app": {"app": [(int(time.time() * 1000), "new")]}})
    time.sleep(1.05 - time.time() % 1)
    assert exporter(export_unit=unit).code == 0
    code, answer = prove("verify", "--all")
    assert code == 0 and answer["eventsRead"] == 61, answer


def test_what_the_ledger_says_twice_is_read_back_once(aws, bucket, prove, exported):
    for key in ledger_keys(aws, bucket):  # As a run leaves it that was killed before it could save its state.
        body = aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        aws.s3.put_object(Bucket=bucket, Key=key.removesuffix(".gz") + "-again.gz", Body=body)
    code, answer = prove("verify", "--all")
    assert code == 0, answer
    assert (answer["streamsRead"], answer["eventsRead"], answer["late"]) == (4, 82, 0)
    code, answer = prove("gaps")
    assert (code, answer["windows"]) == (0, 2)


def test_a_ledger_that_lost_a_window_is_a_gap(aws, bucket, prove, exported):
    aws.s3.delete_object(Bucket=bucket, Key=ledger_keys(aws, bucket)[-1])
    code, answer = prove("gaps")
    assert code == 5 and [found["fault"] for found in answer["findings"]] == ["gap"]


def test_a_window_twice_is_an_overlap(aws, bucket, prove, exported):
    key = ledger_keys(aws, bucket)[-1]
    text = gzip.decompress(aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read()).decode()
    task = json.loads(text.splitlines()[0])
    # One that the state would have forgotten: a fresh one that it does not know is the next run's to settle.
    other = text.replace(task["TaskId"], "x").replace(f'"ClosedAt":{task["ClosedAt"]}', '"ClosedAt":1')
    aws.s3.put_object(Bucket=bucket, Key=key + "2.gz", Body=gzip.compress(other.encode()))
    code, answer = prove("gaps")
    assert code == 5 and answer["faults"]["overlap"] == 1


def test_an_object_that_is_gone_is_found(aws, bucket, archive, prove, exported):
    aws.s3.delete_object(Bucket=bucket, Key=archive().objects[0].key)
    code, answer = prove("verify")
    assert code == 5 and answer["faults"]["objects"] == 1
    assert prove("gaps")[0] == 0


@pytest.mark.parametrize(("change", "fault"), [(lambda r: r[1:], "missing"), (lambda r: [*r, r[0]], "twice")])
def test_an_event_too_few_or_too_many_is_found(aws, bucket, archive, prove, exported, change, fault):
    found = max(archive().objects, key=lambda found: len(found.records))
    body = gzip.compress("".join(change(found.records)).encode()) + b""
    aws.s3.put_object(Bucket=bucket, Key=found.key, Body=body)
    _, answer = prove("verify", "--all")
    assert answer["faults"][fault] == 1 and answer["findings"][-1]["stream"] == found.folder


def test_what_came_behind_a_closed_window_is_late_and_no_fault(aws, prove, exported):
    time.sleep(1.05)
    aws.load({"app": {"a": [(int(time.time() * 1000) - 2 * DAY, "late")]}})
    code, answer = prove("verify", "--all")
    assert code == 0 and answer["late"] == 1
