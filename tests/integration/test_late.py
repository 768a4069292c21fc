"""Late events: what arrives behind a watermark is reported, and archived once by a sweep."""

import gzip
import json
import time
from collections import Counter

import pytest
from aws.archive import records, truth_records

HOUR = 3_600_000
DAY = 24 * HOUR


def now_ms():
    return int(time.time() * 1000)


@pytest.fixture
def sweep(exporter):
    """sweep(**settings) -> Run, with LateEvents=sweep; the bucket's windows have settled before."""

    def sweep(**settings):
        return exporter(late_events="sweep", **settings)

    return sweep


@pytest.fixture
def settled(aws):
    """Lets the second turn, so that all that is there is due; and two hours pass, in which nothing is late yet."""

    def settled(hours=0):
        time.sleep(1.05 - time.time() % 1)
        if hours:
            aws.control("advance", seconds=hours * 3600)

    return settled


@pytest.fixture
def late_objects(aws, bucket):
    def late_objects():
        pages = aws.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        keys = [found["Key"] for page in pages for found in page.get("Contents", ()) if "/late-" in found["Key"]]
        bodies = {key: aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}
        return {key: records(gzip.decompress(body).decode()) for key, body in bodies.items()}

    return late_objects


@pytest.fixture
def assert_all_once(aws, archive, late_objects):
    """As assert_exactly_once, with the objects of late events."""

    def check():
        found = archive()
        groups = {task["taskId"]: task["logGroupName"] for task in aws.tasks()}
        held = Counter((folder, record) for (_, folder, record), n in found.records(groups).items() for _ in range(n))
        for key, lines in late_objects().items():
            held.update((key.split("/")[-2], line) for line in lines)
        wanted = Counter()
        for (_, folder, record), count in truth_records(aws.truth()).items():
            wanted[folder, record] += count
        assert held == wanted, (wanted - held, held - wanted)

    return check


@pytest.fixture
def archived(aws, exporter, settled):
    """A group that is archived, whose window has settled; late events of two days have come since."""
    start = now_ms()
    aws.load({"app": {"a/b": [(start - 3 * DAY + i, f"line {i}") for i in range(30)], "web": [(start - HOUR, "old")]}})
    settled()
    assert exporter().code == 0
    settled(hours=2)
    aws.load(
        {
            "app": {
                "a/b": [
                    (start - 3 * DAY + 7, "line 7"),  # As one that is archived, and yet another one.
                    (start - 2 * DAY, "late\n  and its second line"),
                    (start - 2 * DAY, 'quoted "ü" \u2028 日本'),
                ],
                "web": [(start - 2 * HOUR, "late too")],
            }
        }
    )
    settled()
    return start


def test_a_run_reports_streams_whose_hints_tell_of_late_events(aws, exporter, archived):
    run = exporter()
    assert run.code == 0 and run.answer["late"]["streams"] == 2, run.answer
    assert run.answer["late"]["events"] == 0 and aws.count("FilterLogEvents") == 0
    assert exporter(late_events="off").answer["late"]["streams"] == 0


def test_a_sweep_archives_late_events_once(aws, sweep, archived, late_objects, assert_all_once):
    run = sweep()
    assert run.code == 0, run.answer
    assert run.answer["late"]["events"] == 4 and run.answer["late"]["groupsSwept"] == 1
    assert_all_once()
    before = late_objects()
    assert len(before) in (3, 4)
    assert all(key.split("/late-")[1].count("/") == 2 for key in before)
    again = sweep()
    assert again.code == 0 and again.answer["late"]["events"] == 0
    assert late_objects() == before


def test_a_stream_that_goes_while_late_events_are_read_makes_none_of_them_double(
    aws, sweep, settled, late_objects, assert_all_once
):
    """Its name is refused from then on; what was read before must not be read again with the whole group."""
    day = now_ms() // DAY * DAY - DAY
    aws.load({"app": {"web": [(day, "old")]}})
    settled()
    assert sweep().code == 0
    settled(hours=2)
    aws.load({"app": {"web": [(day + i, f"late {i}") for i in range(10_100)]}})  # More than a page.
    settled()
    # Of the day's six pages, two to find suspects and four to compare them, the last one.
    aws.fault(
        "FilterLogEvents", "error", skip=5, match={"startTime": day}, status=400, code="ResourceNotFoundException"
    )
    run = sweep()
    assert run.code == 0 and run.answer["late"]["groupsSwept"] == 0 and late_objects() == {}, run.answer
    assert sweep().answer["late"]["events"] == 10_100
    assert_all_once()


def test_a_later_sweep_adds_to_its_object(aws, sweep, archived, late_objects, assert_all_once, settled):
    assert sweep().code == 0
    before = late_objects()
    aws.load({"app": {"web": [(archived - 2 * HOUR + 1, "later still"), (archived - 2 * HOUR, "late too")]}})
    settled()
    run = sweep()
    assert run.answer["late"]["events"] == 2
    assert late_objects().keys() == before.keys()
    assert_all_once()


def test_the_settings_of_keys_may_change(aws, sweep, archived, assert_all_once, settled):
    assert sweep().code == 0
    aws.load({"app": {"web": [(archived - 2 * HOUR + 1, "later still")]}})
    settled()
    assert sweep(destination_prefix="other/{date}").code == 0
    assert_all_once()


def test_two_streams_of_one_folder_are_compared_together(aws, exporter, sweep, settled, assert_all_once):
    start = now_ms()
    aws.load({"app": {"a/b": [(start - DAY, "same")], "a-b": [(start - DAY, "same"), (start - DAY, "other")]}})
    settled()
    assert exporter().code == 0
    settled(hours=2)
    aws.load({"app": {"a/b": [(start - DAY, "other")], "a-b": [(start - DAY, "same")]}})
    settled()
    assert sweep().answer["late"]["events"] == 2
    assert_all_once()


def test_what_lies_before_the_horizon_stays_out(aws, sweep, archived):
    assert sweep(late_horizon="1h").answer["late"]["events"] <= 1


def test_verify_counts_what_a_sweep_archived(aws, exporter, sweep, archived, late_objects, bucket):
    import subprocess

    def verify():
        done = subprocess.run(
            [exporter.executable, "verify", "--json", "--all", *exporter._flags({})],
            env=exporter.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, json.loads(done.stdout)

    assert verify()[1]["late"] == 4
    assert sweep().code == 0
    code, answer = verify()
    assert (code, answer["late"], answer["lateArchived"]) == (0, 0, 4), answer
    aws.s3.delete_object(Bucket=bucket, Key=next(iter(late_objects())))
    code, answer = verify()
    assert code == 5 and answer["faults"]["objects"] == 1


def test_a_denial_is_one_line_and_others_go_on(aws, exporter, sweep, archived, settled):
    start = now_ms()
    aws.load({"app/2": {"x": [(start - HOUR, "old")]}})
    settled()
    assert exporter().code == 0
    settled(hours=2)
    aws.load({"app/2": {"x": [(start - 2 * HOUR, "late")]}})
    settled()
    denied = {"status": 400, "code": "AccessDeniedException", "match": {"logGroupName": "app"}, "count": 100}
    aws.fault("FilterLogEvents", "error", **denied)
    run = sweep()
    assert run.code == 1, json.dumps(run.answer) + run.stderr
    assert run.answer["problemsTotal"] == 1 and "late events" in run.answer["problems"][0]["reason"]
    assert run.answer["late"] | {"streams": 0} == {
        "streams": 0,
        "events": 1,
        "objects": 1,
        "groupsSwept": 1,
        "groupsFailed": 1,
        "groupsLeft": 0,
    }


def test_a_group_that_cannot_be_swept_in_time_goes_on_in_the_next_run(aws, sweep, archived, assert_all_once):
    aws.fault("FilterLogEvents", "delay", seconds=0.7, count=1000)
    codes = []
    while 0 not in codes and len(codes) < 12:
        codes.append(sweep(timeout="4s", timeout_reserve="1s").code)
    assert codes[0] == 2 and codes[-1] == 0, codes
    assert_all_once()


def test_a_throttled_sweep_waits(aws, sweep, archived, assert_all_once):
    aws.fault("FilterLogEvents", "error", status=400, code="ThrottlingException", count=4)
    assert sweep().code == 0
    assert_all_once()


def test_a_lambda_sweeps_too(aws, lambda_host, lambda_event, archived, assert_all_once):
    result = lambda_host.invoke(lambda_event | {"LateEvents": "sweep", "LateHorizon": "7d"})
    assert result.payload["late"]["events"] == 4, result.payload
    assert_all_once()
