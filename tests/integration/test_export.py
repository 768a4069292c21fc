"""The executable against the local AWS: every event once, whatever happens on the way.

What is in the archive is always read out of its objects and compared with what the server was given; the exporter's own
answer is checked beside it, never instead of it.
"""

import gzip
import json
import signal
import time

import pytest

DAY = 86_400_000


def now():
    return int(time.time() * 1000)


def lines(count, start=None, step=10, text="line"):
    """`count` events, a few days old unless `start` says otherwise."""
    start = now() - 3 * DAY if start is None else start
    return [(start + i * step, f"{text} {i}") for i in range(count)]


def next_second():
    """The service's clock, by its Date headers, has whole seconds: what was ingested within the present one lies behind
    the watermark of a run that starts now, and is news to the one after it."""
    time.sleep(1.05 - time.time() % 1)


def state(aws, bucket):
    return json.loads(aws.s3.get_object(Bucket=bucket, Key="state/exporter.json")["Body"].read())


def wait_for(condition, timeout_s=20):
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.01)


# ---- the way it should go ----


def test_a_first_run_archives_everything_in_one_task_for_each_group(aws, exporter, assert_exactly_once):
    aws.load({"app/one": {"a": lines(50), "b": lines(20)}, "app/two": {"c": lines(5)}, "other": {"x": lines(3)}})
    run = exporter()
    assert run.code == 0, run.stderr
    assert assert_exactly_once() == 75
    assert run.answer["tasks"]["created"] == 2 and run.answer["streams"]["exported"] == 3


def test_a_second_run_archives_only_what_came_since(aws, exporter, archive, assert_exactly_once):
    aws.load({"app": {"a": lines(50), "b": lines(20)}})
    next_second()
    exporter()
    before = {found.key for found in archive().objects}
    aws.load({"app": {"a": [(now(), "new")]}})
    next_second()
    run = exporter()
    assert run.code == 0
    after = archive().objects
    assert before < {found.key for found in after}
    assert [found.records for found in after if found.key not in before][0][0].endswith(" new\n")
    assert_exactly_once()


def test_a_run_without_news_makes_no_task(aws, exporter):
    aws.load({"app": {"a": lines(50)}})
    next_second()
    exporter()
    run = exporter()
    assert run.code == 0 and run.answer["groups"]["idle"] == 1
    assert len(aws.tasks()) == 1


@pytest.mark.parametrize("unit", ["auto", "stream"])
def test_streams_whose_names_start_alike_are_archived_once_each(aws, exporter, assert_exactly_once, unit):
    aws.load({"app": {"app": lines(30), "app-2": lines(20), "app-2/worker": lines(10)}})
    run = exporter(export_unit=unit)
    assert run.code == 0, run.stderr
    assert assert_exactly_once() == 60
    for _ in range(2):
        aws.load({"app": {name: [(now(), f"later {name}")] for name in ("app", "app-2")}})
        next_second()
        assert exporter(export_unit=unit).code == 0
    assert assert_exactly_once() == 64


def test_going_from_streams_to_groups_and_back_stays_exact(aws, exporter, assert_exactly_once):
    aws.load({"app": {"app": lines(30), "app-2": lines(20), "idle": lines(10), "silent": []}})
    for unit in ("stream", "auto", "auto", "stream", "auto", "auto"):
        assert exporter(export_unit=unit).code == 0
        assert_exactly_once()
        aws.load({"app": {name: [(now(), f"{unit} {name}")] for name in ("app", "app-2")}})
        aws.load({"app": {f"born-{unit}-{now()}": lines(2)}})
        next_second()
    aws.load({"app": {"idle": [(now(), "awake")]}})
    next_second()
    assert exporter().code == 0 and exporter().code == 0
    assert_exactly_once()


@pytest.mark.parametrize("unit", ["auto", "stream"])
def test_a_stream_that_was_never_written_is_no_trouble(aws, exporter, assert_exactly_once, unit):
    aws.load({"app": {"silent": [], "a": lines(5)}, "app/silent": {"silent": []}})
    next_second()
    run = exporter(export_unit=unit)
    assert run.code == 0 and run.answer["groups"]["empty"] == 1
    assert exporter(export_unit=unit).code == 0
    assert assert_exactly_once() == 5


def test_an_event_older_than_its_stream_and_its_group_is_archived(aws, exporter, assert_exactly_once):
    aws.load({"app": {"a": [(now() - 300 * DAY, "long ago"), (now() - DAY, "yesterday")]}})
    assert exporter().code == 0
    assert assert_exactly_once() == 2


def test_a_stream_born_later_with_older_events_is_archived_whole(aws, exporter, assert_exactly_once):
    aws.load({"app": {"a": lines(5)}})
    exporter()
    aws.load({"app": {"born-late": lines(7, start=now() - 9 * DAY)}})
    assert exporter().code == 0
    assert assert_exactly_once() == 12
    assert exporter().code == 0
    assert assert_exactly_once() == 12


def test_overlapping_and_spaced_prefixes_list_a_group_once(aws, exporter, assert_exactly_once):
    aws.load({"app/one": {"a": lines(5)}, "app/two": {"b": lines(5)}})
    run = exporter(source_log_group_prefixes=" app , app/one,app/ ,app")
    assert run.code == 0 and run.answer["groups"]["matched"] == 2
    assert assert_exactly_once() == 10


def test_messages_of_many_lines_and_the_same_line_twice_are_kept(aws, exporter, assert_exactly_once):
    stamp = now() - DAY
    aws.load({"app": {"a": [(stamp, "first\n  second\n\n  third"), (stamp, "twice"), (stamp, "twice"), (stamp, "")]}})
    assert exporter().code == 0
    assert assert_exactly_once() == 4


def test_names_that_need_care_are_archived(aws, exporter, assert_exactly_once):
    names = ["2024/05/28/[$LATEST]0f", "a b", "..", "päron", "%41", "a=1&b=2", 'q"uote', "back\\slash", "x" * 512]
    aws.load({"app/näme".replace("ä", "a"): {name: lines(3, text=name[:20]) for name in names}})
    for unit in ("stream", "auto"):
        run = exporter(export_unit=unit)
        assert run.code == 0, run.stderr
        assert_exactly_once()


def test_pages_that_are_empty_and_go_on_hide_nothing(aws, exporter, assert_exactly_once):
    aws.set(page_size=3, empty_pages=True)
    aws.load({f"app/{i}": {f"s{k}": lines(2) for k in range(8)} for i in range(5)})
    assert exporter().code == 0
    assert assert_exactly_once() == 80


def test_one_task_at_a_time(aws, exporter):
    aws.load({f"app/{i}": {"a": lines(3)} for i in range(6)})
    assert exporter().code == 0
    creations = [r for r in aws.requests("CreateExportTask")]
    assert len(creations) == 6, "none was refused, so none was asked for while another ran"


# ---- the settle delay ----


def test_by_default_events_younger_than_twelve_hours_wait_and_the_answer_says_until_when(aws, exporter, archive):
    stamp = now() - 3_600_000
    aws.load({"app": {"a": [(stamp, "an hour old")]}})
    run = exporter(settle_delay=None)
    assert run.code == 0 and run.answer["groups"]["young"] == 1
    assert "SettleDelay" in run.answer["message"] and run.answer["nextDue"]
    due = time.strftime("%Y-%m-%dT%H:%M", time.gmtime((stamp + 12 * 3_600_000) / 1000))
    assert run.answer["nextDue"].startswith(due)
    assert archive().count == 0


def test_what_becomes_exportable_late_is_not_lost_behind_the_settle_delay(aws, exporter, assert_exactly_once):
    aws.set(export_lag_s=[0, 3], hint_lag_s=1.5)
    start = now()
    aws.load({"app": {"a": [(start - 5 + i, f"fresh {i}") for i in range(10)]}})
    for _ in range(6):
        assert exporter(settle_delay="4s").code == 0
        time.sleep(1.5)
    assert assert_exactly_once() == 10


def test_a_lagging_last_ingestion_time_delays_and_loses_nothing(aws, exporter, archive, assert_exactly_once):
    aws.load({"app": {"a": lines(5)}})
    next_second()
    exporter()
    aws.set(hint_lag_s=2.5)
    aws.load({"app": {"a": [(now(), "hidden by its hints")]}})
    next_second()
    run = exporter()
    assert run.code == 0 and run.answer["tasks"]["created"] == 0
    time.sleep(2)
    assert exporter().code == 0
    assert assert_exactly_once() == 6


def test_a_folder_that_appears_after_its_task_completed_is_no_reason_to_export_its_stream_again(
    aws, exporter, assert_exactly_once
):
    aws.load({"app": {"a": lines(5)}})
    exporter()
    aws.load({"app": {"b": lines(5, start=now())}})
    next_second()
    aws.set(object_delay_s=1.5)  # The only object of the only stream that came.
    assert exporter().code == 0
    time.sleep(1.6)
    aws.set(object_delay_s=0)
    for _ in range(2):
        assert exporter().code == 0
        assert assert_exactly_once() == 10


# ---- tasks that go wrong ----


def test_a_failed_task_is_cleaned_and_tried_again(aws, exporter, assert_exactly_once):
    aws.load({"app": {"a": lines(40), "b": lines(40)}})
    aws.next_tasks("FAILED")
    run = exporter()
    assert run.code == 0, run.answer
    assert run.answer["tasks"]["failed"] == 1
    assert assert_exactly_once() == 80


def test_a_task_that_fails_of_its_size_is_halved(aws, exporter, assert_exactly_once):
    aws.load({"app": {"a": lines(40, step=600_000)}})
    aws.next_tasks("FAILED", "FAILED", "COMPLETED", "COMPLETED")
    run = exporter()
    assert run.code == 0, run.answer
    windows = [(task["from"], task["to"]) for task in aws.tasks()]
    assert windows[2][1] < windows[0][1] and windows[3] == (windows[2][1] + 1, windows[0][1])
    assert assert_exactly_once() == 40


def test_a_group_whose_tasks_keep_failing_is_reported_and_others_go_on(aws, exporter, assert_exactly_once):
    aws.load({"app/1": {"a": lines(4)}, "app/2": {"b": lines(4)}})
    aws.next_tasks(*["FAILED"] * 10)
    run = exporter()
    assert run.code == 1 and run.answer["outcome"] == "incomplete"
    assert len(run.answer["problems"]) == 1 and "failed" in run.answer["problems"][0]["reason"]
    assert exporter().code == 0
    assert assert_exactly_once() == 8


def test_a_task_that_somebody_cancelled_is_cleaned_and_left_to_the_next_run(aws, exporter, archive, assert_exactly_once):
    aws.load({"app": {"a": lines(4)}})
    aws.next_tasks("CANCELLED")
    run = exporter()
    assert run.code == 1 and "cancelled" in run.answer["problems"][0]["reason"]
    assert archive().count == 0
    assert exporter().code == 0
    assert assert_exactly_once() == 4


def test_a_strangers_task_is_named_and_waited_for(aws, exporter, assert_exactly_once):
    aws.load({"app": {"a": lines(4)}})
    aws.control("foreign_task", seconds=2, name="their-nightly-export")
    run = exporter()
    assert run.code == 0
    assert "their-nightly-export" in run.stderr
    assert assert_exactly_once() == 4


def test_a_slot_that_stays_taken_is_answered_as_busy(aws, exporter):
    aws.load({"app": {"a": lines(4)}})
    aws.control("foreign_task")
    run = exporter(timeout="3s", timeout_reserve="500ms")
    assert run.code == 3 and run.answer["outcome"] == "busy"


@pytest.mark.parametrize("after", [False, True], ids=["before the effect", "after the effect"])
def test_a_lost_answer_to_the_creation_makes_no_second_task(aws, exporter, assert_exactly_once, after):
    aws.load({"app": {"a": lines(4)}})
    aws.fault("CreateExportTask", "reset", after=after)
    run = exporter()
    assert run.code == 0, run.stderr
    assert assert_exactly_once() == 4
    assert len(aws.tasks()) == 1


def test_a_lost_answer_is_looked_for_in_a_list_that_lags(aws, exporter, assert_exactly_once):
    aws.load({"app": {"a": lines(4)}})
    next_second()
    aws.set(task_list_lag_s=2, running_s=0.5)
    aws.fault("CreateExportTask", "reset", after=True)
    assert exporter().code == 0
    assert exporter().code == 0
    assert assert_exactly_once() == 4


@pytest.mark.parametrize(
    "operation",
    ["DescribeLogGroups", "DescribeLogStreams", "CreateExportTask", "DescribeExportTasks", "GetObject", "PutObject",
     "HeadBucket", "ListObjectsV2"],
)
@pytest.mark.parametrize("kind", ["error", "reset", "truncate"])
def test_one_fault_in_any_call_costs_nothing(aws, exporter, assert_exactly_once, operation, kind):
    aws.load({"app": {"a": lines(4), "b": lines(3)}})
    aws.fault(operation, kind, status=503, code="ServiceUnavailable")
    run = exporter()
    again = exporter()
    assert run.code == 0, run.stderr
    assert again.code == 0, again.stderr
    assert assert_exactly_once() == 7


def test_throttled_listing_is_retried(aws, exporter, assert_exactly_once):
    aws.load({"app": {"a": lines(4)}})
    aws.fault("DescribeLogStreams", "error", status=400, code="ThrottlingException", count=1)
    assert exporter().code == 0
    assert assert_exactly_once() == 4


def test_one_groups_denied_listing_does_not_stop_the_others(aws, exporter, assert_exactly_once):
    aws.load({"app/1": {"a": lines(4)}, "app/2": {"b": lines(4)}})
    aws.fault("DescribeLogStreams", "error", status=400, code="AccessDeniedException", match={"logGroupName": "app/1"})
    run = exporter()
    assert run.code == 1 and run.answer["groups"]["failed"] == 1 and run.answer["groups"]["exported"] == 1
    assert "AccessDenied" in run.answer["problems"][0]["reason"]
    assert exporter().code == 0
    assert_exactly_once()


def test_a_group_that_is_not_standard_is_left_out_with_the_reason(aws, exporter):
    aws.control("load", groups=[{"name": "app/ia", "class": "INFREQUENT_ACCESS", "streams": [{"name": "a", "events": lines(2)}]}])
    run = exporter()
    assert run.code == 0 and run.answer["groups"]["leftOut"] == 1
    assert "Standard" in run.answer["problems"][0]["reason"]


def test_siblings_that_may_not_be_deleted_are_refused_before_a_task_starts(aws, exporter):
    aws.load({"app": {"app": lines(4), "app-2": lines(4)}})
    aws.set(deny=["s3:DeleteObject"])
    run = exporter(export_unit="stream")
    assert run.code == 1 and "s3:DeleteObject" in run.answer["problems"][0]["reason"]
    assert [task["logStreamNamePrefix"] for task in aws.tasks()] == ["app-2"]


# ---- deadlines, crashes, other runs ----


def test_the_deadline_leaves_a_task_in_flight_that_the_next_run_settles(aws, exporter, assert_exactly_once):
    aws.load({"app/1": {"a": lines(4)}, "app/2": {"b": lines(4)}})
    next_second()
    aws.set(running_s=4)
    begun = time.monotonic()
    run = exporter(timeout="3s", timeout_reserve="1s")
    assert time.monotonic() - begun < 3.5
    assert run.code == 2 and run.answer["tasks"]["inFlight"] and run.answer["workRemains"]
    assert state(aws, "archive")["flight"]["TaskId"] == aws.tasks()[0]["taskId"]
    assert "lease" not in state(aws, "archive")
    aws.set(running_s=0.05)
    run = exporter()
    assert run.code == 0 and run.answer["tasks"]["adopted"] == 1
    assert assert_exactly_once() == 8
    assert len(aws.tasks()) == 2


def test_a_task_in_flight_that_failed_meanwhile_is_cleaned_and_exported_again(aws, exporter, assert_exactly_once):
    aws.load({"app": {"a": lines(4)}})
    aws.set(running_s=3)
    aws.next_tasks("FAILED")
    assert exporter(timeout="2s", timeout_reserve="500ms").code == 2
    time.sleep(3)
    aws.set(running_s=0.05)
    assert exporter().code == 0
    assert assert_exactly_once() == 4


def test_short_runs_one_after_the_other_get_everything_done(aws, exporter, assert_exactly_once):
    aws.load({f"app/{i}": {"a": lines(4)} for i in range(6)})
    aws.set(running_s=0.8)
    for _ in range(20):
        if exporter(timeout="2s").code == 0:
            break
    else:
        pytest.fail("never done")
    assert assert_exactly_once() == 24


def test_a_kill_between_the_tasks_end_and_the_states_save_loses_and_doubles_nothing(aws, exporter, assert_exactly_once):
    aws.load({"app/1": {"a": lines(4)}, "app/2": {"b": lines(4)}})
    next_second()
    aws.set(running_s=0.8)
    process = exporter.start(timeout="4s")
    wait_for(lambda: [task["status"]["code"] for task in aws.tasks()] == ["COMPLETED", "RUNNING"])
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert "/app" not in json.dumps(state(aws, "archive")["groups"]), "the state knows nothing of the tasks"
    time.sleep(14.5)  # The killed run's lease: its deadline and ten seconds.
    run = exporter()
    assert run.code == 0 and run.answer["tasks"]["adopted"] == 2
    assert assert_exactly_once() == 8
    assert len(aws.tasks()) == 2


def test_a_stop_signal_ends_the_run_as_a_deadline_would(aws, exporter, assert_exactly_once):
    aws.load({"app": {"a": lines(4)}})
    aws.set(running_s=2)
    process = exporter.start()
    wait_for(lambda: aws.tasks())
    process.send_signal(signal.SIGTERM)
    stdout, _ = process.communicate(timeout=10)
    assert process.returncode == 2 and json.loads(stdout)["tasks"]["inFlight"]
    assert exporter().code == 0
    assert assert_exactly_once() == 4


@pytest.mark.parametrize("operation", ["HeadBucket", "DescribeLogGroups", "DescribeLogStreams", "DescribeExportTasks"])
def test_a_stop_signal_does_not_wait_for_an_answer_that_does_not_come(aws, exporter, assert_exactly_once, operation):
    aws.load({"app": {"a": lines(4)}})
    aws.fault(operation, "delay", seconds=6)
    process = exporter.start()
    wait_for(lambda: aws.count(operation))
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    stdout, _ = process.communicate(timeout=10)
    assert time.monotonic() - begun < 3
    assert process.returncode == 2, stdout
    assert exporter().code == 0
    assert assert_exactly_once() == 4


def test_a_deadline_in_the_middle_of_a_listing_leaves_work_not_failures(aws, exporter, assert_exactly_once):
    aws.load({"app": {"a": lines(4)}})
    aws.fault("DescribeLogStreams", "delay", seconds=12)
    run = exporter(timeout="5s")
    assert run.code == 2 and run.answer["problems"] == []
    assert exporter().code == 0
    assert assert_exactly_once() == 4


def test_of_two_runs_at_once_one_works_and_the_other_is_busy(aws, exporter, assert_exactly_once):
    aws.load({f"app/{i}": {"a": lines(4)} for i in range(3)})
    next_second()
    aws.set(running_s=1)
    first = exporter.start()
    wait_for(lambda: aws.tasks())
    second = exporter()
    assert second.code == 3 and "another run" in second.answer["message"]
    first.communicate(timeout=30)
    assert first.returncode == 0
    assert assert_exactly_once() == 12
    assert len(aws.tasks()) == 3


def test_runs_that_start_in_the_same_instant_are_told_apart(aws, exporter, assert_exactly_once):
    aws.load({f"app/{i}": {"a": lines(4)} for i in range(2)})
    next_second()
    runs = [exporter.start() for _ in range(4)]
    for process in runs:
        process.communicate(timeout=60)
    codes = sorted(process.returncode for process in runs)
    assert codes[0] == 0 and set(codes) <= {0, 3}
    assert assert_exactly_once() == 8
    assert len(aws.tasks()) == 2


def test_a_lost_answer_to_the_states_save_is_no_conflict(aws, exporter, assert_exactly_once):
    aws.load({"app": {"a": lines(4)}})
    aws.fault("PutObject", "reset", after=True, count=1)
    assert exporter().code == 0
    aws.fault("PutObject", "reset", after=True, count=1, skip=1)
    aws.load({"app": {"a": [(now(), "more")]}})
    next_second()
    assert exporter().code == 0
    assert assert_exactly_once() == 5


def test_conflicting_writes_of_the_state_are_retried(aws, exporter, assert_exactly_once):
    aws.load({"app": {"a": lines(4)}})
    aws.fault("PutObject", "error", status=409, code="ConditionalRequestConflict", count=2)
    assert exporter().code == 0
    assert assert_exactly_once() == 4


# ---- state ----


def test_a_large_state_is_kept_and_known_again_as_a_small_one_is(aws, exporter, bucket, assert_exactly_once):
    """Of 4 MB, which is sent as a stream. The first answer to a save is lost: it is compared with what is there then."""
    aws.load({"app": {"a": lines(4)}})
    next_second()
    assert exporter().code == 0
    large = state(aws, bucket)
    gone = large["groups"][0]["LogGroupArn"].replace(":log-group:app", ":log-group:gone")
    large["groups"].append({"LogGroupArn": gone, "CreatedAt": 7})
    streams = [
        {"LogStreamArn": f"{gone}:log-stream:{i:06}", "CreatedAt": i, "ExportedAt": i + 5} for i in range(20_000)
    ]
    large["streams"] = streams
    aws.s3.put_object(Bucket=bucket, Key="state/exporter.json", Body=json.dumps(large).encode())
    aws.load({"app": {"a": [(now(), "more")]}})
    aws.fault("PutObject", "reset", after=True, count=1)
    next_second()
    assert exporter().code == 0
    assert state(aws, bucket)["streams"] == streams
    assert assert_exactly_once() == 5



@pytest.mark.parametrize("content", ["", "not json", '{"format":', "{}", '{"version": 1}', "[1]", "null"])
def test_corrupt_state_stops_the_run_and_stays_as_it_is(aws, exporter, bucket, archive, content):
    aws.load({"app": {"a": lines(4)}})
    aws.s3.put_object(Bucket=bucket, Key="state/exporter.json", Body=content.encode())
    run = exporter()
    assert run.code == 1 and "cannot be used" in run.answer["message"] and "s3://" in run.answer["message"]
    assert aws.s3.get_object(Bucket=bucket, Key="state/exporter.json")["Body"].read() == content.encode()
    assert aws.tasks() == [] and archive().count == 0


def test_a_watermark_in_the_future_stops_the_run(aws, exporter, bucket):
    aws.load({"app": {"a": lines(4)}})
    exporter()
    damaged = state(aws, bucket)
    damaged["groups"][0]["ExportedAt"] += 30 * DAY
    aws.s3.put_object(Bucket=bucket, Key="state/exporter.json", Body=json.dumps(damaged).encode())
    run = exporter()
    assert run.code == 1 and "future" in run.answer["message"]
    assert state(aws, bucket) == damaged


def test_a_state_cut_short_is_never_taken_for_a_first_run(aws, exporter, bucket, assert_exactly_once):
    aws.load({"app": {"a": lines(4)}})
    exporter()
    whole = aws.s3.get_object(Bucket=bucket, Key="state/exporter.json")["Body"].read()
    for part in (0.1, 0.5, 0.9, 0.99):
        aws.s3.put_object(Bucket=bucket, Key="state/exporter.json", Body=whole[: int(len(whole) * part)])
        assert exporter().code == 1
    assert_exactly_once()


def test_an_older_state_that_was_put_back_is_brought_up_by_its_tasks(aws, exporter, bucket, assert_exactly_once):
    aws.load({"app": {"a": lines(4)}})
    next_second()
    exporter()
    old = aws.s3.get_object(Bucket=bucket, Key="state/exporter.json")["Body"].read()
    aws.load({"app": {"a": [(now(), "more")]}})
    next_second()
    exporter()
    aws.s3.put_object(Bucket=bucket, Key="state/exporter.json", Body=old)
    run = exporter()
    assert run.code == 0 and run.answer["tasks"]["adopted"] == 1
    assert assert_exactly_once() == 5


def test_the_state_may_be_a_local_file(aws, exporter, tmp_path, assert_exactly_once):
    aws.load({"app": {"a": lines(4)}})
    next_second()
    settings = {"state_store_type": "file", "store_dsn": f"file://{tmp_path}/state.json"}
    assert exporter(**settings).code == 0
    assert exporter(**settings).answer["groups"]["idle"] == 1
    assert oct((tmp_path / "state.json").stat().st_mode & 0o777) == "0o600"
    assert assert_exactly_once() == 4


def describe_arns(aws, group):
    return (aws.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["arn"],
            {s["logStreamName"]: s["arn"] for s in aws.logs.describe_log_streams(logGroupName=group)["logStreams"]})


def test_the_first_versions_state_is_carried_over(aws, exporter, bucket, archive):
    cut = now() - 2 * DAY
    aws.load({"app": {"a": [(cut - 5, "old"), (cut, "at the cut"), (cut + 5, "new")], "b": [(cut, "b")]}})
    group, streams = describe_arns(aws, "app")
    carried = [{"LogGroupArn": group, "LogStreamArn": streams["a"], "ExportedAt": cut, "TaskId": "not-listed-any-more"}]
    aws.s3.put_object(Bucket=bucket, Key="state/exporter.json", Body=json.dumps(carried).encode())
    run = exporter()
    assert run.code == 0, run.stderr
    found = sorted(record.split(" ", 1)[1] for o in archive().objects for record in o.records)
    assert found == ["at the cut\n", "b\n", "new\n"]
    assert exporter().code == 0 and archive().count == 3


def test_the_first_versions_failed_task_is_exported_again(aws, exporter, bucket, archive):
    cut = now() - 2 * DAY
    aws.load({"app": {"a": [(cut - 5, "lost by the first version"), (cut + 5, "new")]}})
    aws.next_tasks("FAILED")
    task = aws.logs.create_export_task(logGroupName="app", logStreamNamePrefix="a", fromTime=cut - 100, to=cut,
                                       destination=bucket, destinationPrefix="2024/05/28/app/a")["taskId"]
    aws.wait(task)
    group, streams = describe_arns(aws, "app")
    carried = [{"LogGroupArn": group, "LogStreamArn": streams["a"], "ExportedAt": now(), "TaskId": task}]
    aws.s3.put_object(Bucket=bucket, Key="state/exporter.json", Body=json.dumps(carried).encode())
    assert exporter().code == 0
    assert sorted(r.split(" ", 1)[1] for o in archive().objects for r in o.records) == [
        "lost by the first version\n", "new\n"]


# ---- bad input: one line, before anything is touched ----


def untouched(aws):
    return aws.tasks() == [] and aws.count("PutObject") == 0 and aws.count("DeleteObjects") == 0


@pytest.mark.parametrize(
    "settings, names",
    [
        ({"destination_s3_bucket": None}, "destination-s3-bucket"),
        ({"source_log_group_prefixes": None}, "source-log-group-prefixes"),
        ({"source_log_group_prefixes": "app,,web"}, "source-log-group-prefixes"),
        ({"source_log_group_prefixes": ""}, "source-log-group-prefixes"),
        ({"state_store_type": "redis"}, "state-store-type"),
        ({"store_dsn": "s3://"}, "store-dsn"),
        ({"store_dsn": "http://x/y"}, "store-dsn"),
        ({"settle_delay": "soon"}, "settle-delay"),
        ({"export_unit": "shard"}, "export-unit"),
        ({"log_level": "LOUD"}, "log-level"),
        ({"destination_s3_bucket": "Not_A_Bucket"}, "destination-s3-bucket"),
        ({"destination_prefix": "{planet}"}, "destination-prefix"),
    ],
)
def test_a_bad_setting_is_one_line_that_names_it(aws, exporter, settings, names):
    run = exporter(**settings)
    assert run.code == 4
    complaint = run.stderr.strip().splitlines()
    assert len(complaint) == 1 and names in complaint[0], run.stderr
    assert untouched(aws)


def test_a_bucket_that_does_not_exist_is_named(aws, exporter):
    aws.load({"app": {"a": lines(2)}})
    run = exporter(destination_s3_bucket="no-such-bucket-here")
    assert run.code == 4 and "no-such-bucket-here" in run.answer["message"] and "does not exist" in run.answer["message"]
    assert untouched(aws)


def test_no_credentials_is_one_clear_line(aws, exporter):
    run = exporter(env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
    assert run.code == 4 and "AWS_ACCESS_KEY_ID" in run.answer["message"]
    assert {request["operation"] for request in aws.requests()} == {"CreateBucket"}


def test_no_region_is_one_clear_line(aws, exporter):
    run = exporter(env={"AWS_REGION": "", "AWS_DEFAULT_REGION": ""})
    assert run.code == 4 and "AWS_REGION" in run.answer["message"]
    assert {request["operation"] for request in aws.requests()} == {"CreateBucket"}


def test_wrong_credentials_are_told_apart_by_a_server_that_checks_signatures(aws, exporter, assert_exactly_once):
    aws.load({"app": {"a": lines(2)}})
    aws.set(verify_signatures=True)
    run = exporter(env={"AWS_SECRET_ACCESS_KEY": "not-the-secret"})
    assert run.code == 4, run.answer
    assert "not-the-secret" not in run.stdout + run.stderr
    assert untouched(aws)
    assert exporter(export_unit="stream").code == 0
    assert assert_exactly_once() == 2


def test_names_that_need_care_are_signed_rightly(aws, exporter, assert_exactly_once):
    aws.set(verify_signatures=True)
    aws.load({"app": {name: lines(2, text=name) for name in ["a b", "a+b", "ä/ö", "a//b", "%2F", "a~b", "(x)'!"]}})
    run = exporter(export_unit="stream", store_dsn="s3://archive/st ate/a+b/ü.json")
    assert run.code == 0, run.stderr
    assert assert_exactly_once() == 14


def test_no_group_that_matches_is_said(aws, exporter):
    run = exporter(source_log_group_prefixes="tpyo")
    assert run.code == 0 and "tpyo" in run.answer["message"]


# ---- as a Lambda ----


def test_the_bootstrap_answers_each_invocation_once(aws, lambda_host, lambda_event, assert_exactly_once):
    aws.load({"app": {"a": lines(20)}})
    next_second()
    result = lambda_host.invoke(lambda_event)
    assert result.kind == "response" and result.payload["outcome"] == "done"
    again = lambda_host.invoke(lambda_event)
    assert again.payload["groups"]["idle"] == 1
    assert lambda_host.starts == 1
    assert assert_exactly_once() == 20


def test_a_lambda_near_its_timeout_saves_and_the_next_invocation_goes_on(aws, lambda_host, lambda_event, assert_exactly_once):
    aws.load({"app/1": {"a": lines(4)}, "app/2": {"b": lines(4)}})
    aws.set(running_s=3)
    result = lambda_host.invoke(lambda_event, timeout_s=4)
    assert result.kind == "response" and result.payload["workRemains"]
    aws.set(running_s=0.05)
    time.sleep(1)
    assert lambda_host.invoke(lambda_event).payload["outcome"] == "done"
    assert assert_exactly_once() == 8


@pytest.mark.parametrize(
    "change, says",
    [
        ({"DestinationS3Bucket": None}, "DestinationS3Bucket"),
        ({"SourceLogGroupPrefixes": ""}, "SourceLogGroupPrefixes"),
        ({"StoreDSN": "nowhere"}, "StoreDSN"),
        ({"StateStoreType": "etcd"}, "StateStoreType"),
        ({"SettleDelay": "soon"}, "SettleDelay"),
        ({"DestinationS3Bucket": "no-such-bucket-here"}, "no-such-bucket-here"),
    ],
)
def test_a_bad_event_is_an_error_that_names_the_key(aws, lambda_host, lambda_event, change, says):
    event = {key: value for key, value in (lambda_event | change).items() if value is not None}
    result = lambda_host.invoke(event)
    assert result.kind == "error" and says in result.payload["errorMessage"]
    assert untouched(aws)


def test_a_misspelt_key_is_told_with_the_right_one(aws, lambda_host, lambda_event):
    event = {("DestinationS3Bukcet" if key == "DestinationS3Bucket" else key): v for key, v in lambda_event.items()}
    result = lambda_host.invoke(event)
    assert result.kind == "error"
    message = result.payload["errorMessage"]
    assert "DestinationS3Bukcet" in message and "DestinationS3Bucket" in message


def test_lambda_lines_are_json_with_level_and_request_id(aws, lambda_host, lambda_event):
    aws.load({"app": {"a": lines(3)}})
    lambda_host.invoke(lambda_event | {"LogLevel": "DEBUG"})
    found = [json.loads(line) for line in lambda_host.lines if line.strip()]
    assert found and all({"timestamp", "level", "message", "requestId"} <= set(line) for line in found)


# ---- the ledger ----


def ledger(aws, bucket):
    """All of its lines, in order."""
    found = []
    for entry in aws.s3.list_objects_v2(Bucket=bucket, Prefix="_ledger/").get("Contents", ()):
        body = aws.s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
        found += [json.loads(line) for line in gzip.decompress(body).splitlines()]
    return found


def test_the_ledger_tells_each_task_and_its_streams_by_their_real_names(aws, bucket, exporter, archive):
    aws.load({"app/one": {"a/b": lines(50), "a-b": lines(5), "c": lines(20)}})
    run = exporter()
    assert run.code == 0, run.stderr
    task, *streams = ledger(aws, bucket)
    assert (task["Type"], task["LogGroup"], task["Kind"], task["From"]) == ("task", "app/one", "group", 0)
    assert task["Streams"] == len(streams) == 2
    objects = archive().objects
    assert task["Objects"] == len(objects) and task["Bytes"] == sum(found.size for found in objects)
    assert {line["Folder"]: sorted(line["Streams"]) for line in streams} == {"a-b": ["a-b", "a/b"], "c": ["c"]}
    assert all(found.key.startswith(task["Folder"]) for found in objects)


def test_a_run_without_news_leaves_no_ledger(aws, bucket, exporter):
    aws.load({"app": {"a": lines(5)}})
    next_second()
    exporter()
    before = ledger(aws, bucket)
    exporter()
    assert ledger(aws, bucket) == before
