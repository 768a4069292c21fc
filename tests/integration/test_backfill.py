"""The command `backfill`: what somebody lost of the archive comes back, once, and what cannot come back is told."""

import gzip
import json
import os
import signal
import subprocess
import time
from collections import Counter

import pytest
from aws.archive import records, truth_records

HOUR = 3_600_000
DAY = 24 * HOUR
LEASE_S = 75  # Longer than the lease of a command without a deadline.


def now_ms():
    return int(time.time() * 1000)


class Command:
    """The executable, as `backfill`, `gaps` or `verify`; the answer is that of --json."""

    def __init__(self, aws, exporter):
        self.aws, self.exporter = aws, exporter

    def start(self, command, *arguments, **settings):
        flags = self.exporter._flags({"source_log_group_prefixes": "app", **settings})
        # The shell waits for a line and becomes the executable: its number is known before the first request.
        return subprocess.Popen(
            ["sh", "-c", 'read -r go; exec "$@"', "sh", self.exporter.executable, command, *arguments, "--json", *flags],
            env=self.exporter.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, command, *arguments, **settings):
        process = self.start(command, *arguments, **settings)
        out, err = process.communicate("go\n", timeout=120)
        assert out, err
        return process.returncode, json.loads(out)


@pytest.fixture
def command(aws, exporter):
    return Command(aws, exporter)


@pytest.fixture
def backfill(command):
    """backfill("--from", …) -> (exit code, answer)"""
    return lambda *arguments, **settings: command("backfill", "app", "--yes", *arguments, **settings)


@pytest.fixture
def settled(aws):
    def settled(hours=0):
        aws.control("advance", seconds=hours * 3600 + 2)

    return settled


@pytest.fixture
def held(aws, bucket, archive):
    """All records of the bucket, late ones too, whoever counts them: (folder, record)."""

    def held():
        found = archive()
        held = Counter((one.folder, record) for one in found.objects for record in one.records)
        for key in found.others:
            if "/late-" in key:
                body = aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
                held.update((key.split("/")[-2], line) for line in records(gzip.decompress(body).decode()))
        return held

    return held


@pytest.fixture
def wanted(aws):
    def wanted():
        wanted = Counter()
        for (_, folder, record), count in truth_records(aws.truth()).items():
            wanted[folder, record] += count
        return wanted

    return wanted


@pytest.fixture
def assert_mended(command, backfill, held, wanted):
    """Every event is in the bucket once; `gaps` and `verify` find nothing; and another backfill has nothing to do."""

    def check(lost=0):
        there, all_of_them = held(), wanted()
        assert there == all_of_them, (all_of_them - there, there - all_of_them)
        code, answer = command("gaps")
        assert (code, answer["lost"]) == (0, lost), answer
        code, answer = command("verify", "--all")
        assert code == 0, answer
        code, answer = backfill()
        assert (code, answer["steps"]) == (0, []), answer

    return check


def lines(age_ms, count, text):
    start = now_ms() - age_ms
    return [(start + i, f"{text} {i}") for i in range(count)]


@pytest.fixture
def archived(aws, exporter, settled):
    """A group in two windows; the second of which is closed for two hours."""
    aws.set(events_per_object=10)
    aws.load({"app": {"a/b": lines(3 * DAY, 30, "line"), "web": lines(2 * DAY, 12, "old"), "idle": []}, "app-2": {"x": lines(DAY, 5, "other")}})
    settled()
    assert exporter().code == 0
    settled(hours=2)
    aws.load({"app": {"a/b": [(now_ms() + HOUR, "new\n  and its second line")], "web": [(now_ms() + HOUR, "new")] * 2}})
    assert exporter().code == 0
    settled(hours=2)


def delete(aws, bucket, archive, wanted):
    """Deletes the objects for which `wanted` says so."""
    gone = [found for found in archive().objects if wanted(found)]
    for found in gone:
        aws.s3.delete_object(Bucket=bucket, Key=found.key)
    return gone


def first_task(archive):
    return max(archive().objects, key=lambda found: len(found.records) * (found.folder == "a-b")).task


def test_nothing_is_missing_of_a_whole_archive(backfill, archived, assert_mended):
    code, answer = backfill("--dry-run")
    assert (code, answer["outcome"], answer["steps"]) == (0, "done", [])
    assert_mended()


def test_a_window_without_objects_is_exported_again(aws, bucket, archive, backfill, archived, assert_mended, command):
    task = first_task(archive)
    delete(aws, bucket, archive, lambda found: found.task == task)
    assert command("verify")[1]["faults"]["objects"] == 1
    before = len(aws.tasks())
    code, answer = backfill("--dry-run")
    assert code == 0 and [(step["step"], step["result"]) for step in answer["steps"]] == [("redo", "to-do")]
    assert len(aws.tasks()) == before
    code, answer = backfill()
    assert code == 0, answer
    (step,) = answer["steps"]
    assert (step["step"], step["result"], step["tasks"], step["task"]) == ("redo", "done", 1, task)
    assert len(aws.tasks()) == before + 1
    assert_mended()


def test_what_some_objects_held_goes_beside_the_window(aws, bucket, archive, backfill, archived, assert_mended):
    gone = delete(aws, bucket, archive, lambda found: found.folder == "a-b" and found.key.endswith("000001.gz"))
    assert len(gone) == 1
    before = len(aws.tasks())
    code, answer = backfill()
    assert code == 0, answer
    (step,) = answer["steps"]
    assert (step["step"], step["result"], step["events"]) == ("mend", "done", len(gone[0].records))
    assert len(aws.tasks()) == before
    assert_mended()


def test_all_objects_of_all_windows_come_back(aws, bucket, archive, backfill, archived, assert_mended):
    delete(aws, bucket, archive, lambda found: not found.prefix.endswith("app-2"))
    code, answer = backfill()
    assert code == 0 and [step["step"] for step in answer["steps"]] == ["redo", "redo"], answer
    assert_mended()


@pytest.mark.parametrize("change", [lambda r: r[1:], lambda r: r[:1] * len(r), lambda r: []], ids=["fewer", "others", "none"])
def test_an_object_that_was_overwritten_is_compared_by_its_range(aws, bucket, archive, backfill, archived, held, wanted, command, change):
    found = max(archive().objects, key=lambda found: len(found.records))
    body = gzip.compress("".join(change(found.records)).encode(), compresslevel=0)
    aws.s3.put_object(Bucket=bucket, Key=found.key, Body=body)
    code, answer = backfill("--from", str(now_ms() - 10 * DAY))
    assert code == 0 and answer["steps"][-1]["step"] == "compare", answer
    assert not wanted() - held()
    assert command("verify", "--all")[1]["faults"]["missing"] == 0


def test_an_object_that_cannot_be_read_is_named(aws, bucket, archive, backfill, archived, assert_mended):
    found = max(archive().objects, key=lambda found: len(found.records))
    aws.s3.put_object(Bucket=bucket, Key=found.key, Body=b"somebody's")
    code, answer = backfill()
    (step,) = answer["steps"]
    assert (code, step["result"]) == (1, "failed") and found.key in step["reason"]
    aws.s3.delete_object(Bucket=bucket, Key=found.key)
    assert backfill()[0] == 0
    assert_mended()


def test_a_gap_is_filled(aws, bucket, exporter, command, backfill, archived, settled, assert_mended):
    aws.load({"app": {"a/b": [(now_ms() + 4 * HOUR - 60_000, "skipped")], "web": [(now_ms() + 4 * HOUR - 50_000, "skipped, too")]}})
    settled()
    edit = [exporter.executable, "state", "edit", "--group", "app", "--to", str(now_ms() + 4 * HOUR), "--reason", "test", "--yes"]
    flags = exporter._flags({"source_log_group_prefixes": None, "settle_delay": None})
    done = subprocess.run([*edit, *flags], env=exporter.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    code, answer = command("gaps")
    assert code == 5 and answer["faults"]["gap"] == 1
    code, answer = backfill()
    assert code == 0 and [(step["step"], step["result"]) for step in answer["steps"]] == [("fill", "done")], answer
    assert_mended()
    aws.load({"app": {"a/b": [(now_ms() + 4 * HOUR, "after")], "born": lines(0, 3, "born")}})
    settled()
    assert exporter().code == 0
    settled(hours=2)
    assert_mended()


def test_single_streams_windows_come_back(aws, bucket, exporter, archive, backfill, settled, assert_mended):
    aws.load({"app": {"app": lines(DAY, 30, "a"), "app-2": lines(DAY, 20, "b"), "app-2/w": lines(DAY, 5, "c")}})
    settled()
    assert exporter(export_unit="stream").code == 0
    settled(hours=2)
    delete(aws, bucket, archive, lambda found: found.folder in ("app", "app-2-w"))
    code, answer = backfill("--stream", "app-2/w")
    assert code == 0 and [(step["step"], step["stream"]) for step in answer["steps"]] == [("redo", "app-2/w")], answer
    code, answer = backfill()
    assert code == 0 and [(step["step"], step["stream"]) for step in answer["steps"]] == [("redo", "app")], answer
    assert_mended()


def test_a_range_goes_to_a_new_bucket(aws, exporter, archive, command, backfill, archived, settled, wanted):
    other = aws.bucket("other")
    settings = {"destination_s3_bucket": other}
    aws.load({"app": {"web": [(now_ms() + 4 * HOUR - 1000, "after the move")]}})
    settled()
    assert exporter(**settings).code == 0
    settled(hours=2)
    code, answer = backfill(**settings)
    assert (code, answer["steps"]) == (0, [])
    code, answer = backfill("--from", str(now_ms() - 30 * DAY), **settings)
    assert code == 0 and [step["step"] for step in answer["steps"]] == ["fill", "compare"], answer
    assert answer["steps"][1]["events"] == 0
    from aws.archive import Archive

    found = Counter((one.folder, record) for one in Archive(aws.s3, other).objects for record in one.records)
    only = Counter({key: n for key, n in wanted().items() if key[0] != "x"})
    assert found == only, (only - found, found - only)
    assert command("verify", "--all", **settings)[0] == 0
    code, answer = backfill("--from", str(now_ms() - 30 * DAY), **settings)
    assert code == 0 and [step["step"] for step in answer["steps"]] == ["compare"], answer


def test_streams_that_joined_later_are_not_doubled(aws, bucket, exporter, archive, backfill, archived, settled, assert_mended):
    task = first_task(archive)
    # Born behind the watermark, with events in the first window: exported by itself.
    aws.load({"app": {"born": lines(2 * DAY, 4, "born"), "web": [(now_ms() + 4 * HOUR - 1000, "go on")]}})
    settled()
    assert exporter().code == 0
    settled(hours=2)
    delete(aws, bucket, archive, lambda found: found.task == task)
    code, answer = backfill()
    assert code == 0 and [step["step"] for step in answer["steps"]] == ["redo"], answer
    assert_mended()
    settled()
    assert exporter().code == 0
    assert_mended()


def test_streams_that_nobody_archived_yet_stay_out_of_a_window(aws, bucket, exporter, archive, backfill, archived, settled, assert_mended):
    task = first_task(archive)
    aws.load({"app": {"unknown": lines(2 * DAY, 4, "unknown")}})
    settled()
    delete(aws, bucket, archive, lambda found: found.task == task)
    assert backfill()[0] == 0
    assert not [found for found in archive().objects if found.folder == "unknown"]
    assert exporter().code == 0
    settled(hours=2)
    assert_mended()


def test_late_events_of_a_window_stay_single(aws, bucket, exporter, archive, backfill, archived, settled, assert_mended):
    aws.load({"app": {"a/b": [*lines(3 * DAY, 1, "line"), (now_ms() - 2 * DAY, "late")]}})
    settled()
    assert exporter(late_events="sweep").answer["late"]["events"] == 2
    settled(hours=2)
    delete(aws, bucket, archive, lambda found: True)
    code, answer = backfill()
    assert code == 0 and sorted(step["step"] for step in answer["steps"]) == ["mend", "redo"], answer
    (other,) = [found for found in [archive()] if found.objects]
    assert other
    settled(hours=2)
    code, answer = backfill()
    assert (code, answer["steps"]) == (0, []), answer


def test_an_object_of_late_events_comes_back(aws, bucket, exporter, archive, backfill, archived, settled, assert_mended):
    aws.load({"app": {"a/b": [(now_ms() - 2 * DAY, "late")]}})
    settled()
    assert exporter(late_events="sweep").answer["late"]["events"] == 1
    settled(hours=2)
    (key,) = [key for key in archive().others if "/late-" in key]
    aws.s3.delete_object(Bucket=bucket, Key=key)
    code, answer = backfill()
    assert code == 0 and [(step["step"], step["events"]) for step in answer["steps"]] == [("late", 1)], answer
    assert_mended()


def test_what_has_expired_is_told_and_the_rest_comes_back(aws, bucket, exporter, archive, command, backfill, archived, settled, held, wanted):
    aws.logs.put_retention_policy(logGroupName="app", retentionInDays=1)
    aws.control("expire", group="app", before=now_ms() - int(2.5 * DAY))
    task = first_task(archive)
    delete(aws, bucket, archive, lambda found: found.task == task)
    code, answer = backfill()
    (step,) = answer["steps"]
    assert code == 0 and step["step"] == "redo" and step["lostBefore"], answer
    there, all_of_them = held(), wanted()
    assert there == all_of_them
    code, answer = command("gaps")
    assert (code, answer["lost"]) == (0, 1)
    assert command("verify", "--all")[0] == 0


def test_what_is_left_of_expired_events_is_kept(aws, bucket, archive, command, backfill, archived, held):
    before = held()
    gone = delete(aws, bucket, archive, lambda found: found.folder == "a-b" and found.key.endswith("000001.gz"))
    aws.logs.put_retention_policy(logGroupName="app", retentionInDays=1)
    aws.control("expire", group="app", before=now_ms() - int(2.5 * DAY))
    code, answer = backfill()
    assert code == 0 and answer["steps"][0]["lostBefore"], answer
    assert held() == before - Counter(("a-b", record) for record in gone[0].records)
    code, answer = command("verify", "--all")
    assert (code, answer["lost"]) == (0, 1), answer


def test_a_stream_that_is_gone_is_told(aws, bucket, archive, command, backfill, archived):
    delete(aws, bucket, archive, lambda found: found.folder == "web")
    aws.logs.delete_log_stream(logGroupName="app", logStreamName="web")
    code, answer = backfill()
    assert code == 0 and [step["streamsGone"] for step in answer["steps"]] == [1, 1], answer
    assert command("gaps")[1]["lost"] == 2
    assert backfill()[1]["steps"] == []


def test_a_window_that_is_too_fresh_waits(aws, bucket, exporter, archive, backfill, settled, assert_mended):
    aws.load({"app": {"a": lines(DAY, 5, "a")}})
    settled()
    assert exporter().code == 0
    delete(aws, bucket, archive, lambda found: True)
    code, answer = backfill()
    assert code == 1 and "less than an hour" in answer["steps"][0]["reason"], answer
    settled(hours=2)
    assert backfill()[0] == 0
    assert_mended()


def test_a_failed_task_leaves_the_window_as_it_was(aws, bucket, archive, command, backfill, archived, assert_mended):
    task = first_task(archive)
    delete(aws, bucket, archive, lambda found: found.task == task)
    aws.next_tasks("CANCELLED")
    code, answer = backfill()
    assert code == 1 and answer["steps"][0]["result"] == "failed" and "cancelled" in answer["steps"][0]["reason"], answer
    assert command("verify")[1]["faults"]["objects"] == 1
    aws.next_tasks("FAILED", "COMPLETED")
    assert backfill()[0] == 0
    assert_mended()


def test_a_run_that_holds_the_lease_is_not_disturbed(aws, bucket, archive, exporter, backfill, archived, settled):
    aws.set(running_s=3)
    aws.load({"app": {"web": [(now_ms() + 4 * HOUR - 1000, "go on")]}})
    settled()
    delete(aws, bucket, archive, lambda found: found.folder == "a-b")
    running = exporter.start()
    try:
        while not any(task["status"]["code"] in ("RUNNING", "PENDING") for task in aws.tasks()):
            time.sleep(0.02)
        code, answer = backfill()
        assert (code, answer["outcome"]) == (3, "busy"), answer
    finally:
        running.communicate(timeout=60)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["backfill", "--yes"], "which log group?"),
        (["backfill", "app", "--from", "yesterday"], '--from "yesterday" cannot be used'),
        (["backfill", "app", "--from", "2026-11-02", "--to", "2026-11-02"], "--to must lie behind --from"),
        (["backfill", "app", "--all", "--from", "2026-11-02"], "give --all or a range"),
        (["backfill", "app", "--objects-only"], "--objects-only needs a range"),
        (["backfill", "no-such-group"], "there is no log group no-such-group"),
    ],
)
def test_what_is_asked_for_wrongly_is_said_in_a_line(command, archived, arguments, text):
    code, answer = command(*arguments)
    assert code == 4 and text in answer["message"], answer


def test_without_anybody_to_ask_nothing_is_done(aws, bucket, archive, command, archived):
    task = first_task(archive)
    delete(aws, bucket, archive, lambda found: found.task == task)
    before = len(aws.tasks())
    code, answer = command("backfill", "app")
    assert code == 4 and "--yes" in answer["message"] and len(aws.tasks()) == before


def lose_a_window(aws, bucket, archive):
    task = first_task(archive)
    delete(aws, bucket, archive, lambda found: found.task == task)


def lose_objects(aws, bucket, archive):
    """Single objects of two streams; what an earlier backfill wrote for them, too."""
    delete(aws, bucket, archive, lambda found: found.key.endswith("000001.gz") or found.folder == "web")
    for key in archive().others:
        if "/late-" in key:
            aws.s3.delete_object(Bucket=bucket, Key=key)


@pytest.mark.parametrize("lose", [lose_a_window, lose_objects])
@pytest.mark.parametrize("after", [False, True], ids=["before the effect", "after it"])
def test_a_backfill_that_is_killed_is_done_again(aws, bucket, exporter, archive, command, backfill, archived, settled, wanted, held, assert_mended, lose, after):
    """One archive, killed at one request of a backfill after the other; the simulator does it at each."""
    for skip in range(2, 300 if "SMITHY_LONG_TESTS" in os.environ else 100, 7):
        lose(aws, bucket, archive)
        assert held() != wanted()
        process = command.start("backfill", "app", "--yes")
        aws.fault("*", "kill", pid=process.pid, skip=skip, after=after)
        out, err = process.communicate("go\n", timeout=120)
        aws.control("faults", clear=True)
        aws.control("advance", seconds=LEASE_S)
        if process.returncode != -signal.SIGKILL:
            assert process.returncode == 0, (skip, out, err)
            break
        if skip % 2 == 0:
            assert exporter().code == 0
        code, answer = backfill()
        assert code == 0, (skip, answer)
        assert held() == wanted(), (skip, wanted() - held(), held() - wanted())
        aws.control("advance", seconds=7200)
    assert skip > 20
    assert_mended()
