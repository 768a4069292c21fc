"""Under which keys events stand: the DestinationPrefix template, by the run's date and by the events' own."""

import re
from datetime import UTC, datetime

import pytest
from test_export import DAY, lines, next_second, now
from test_filters import command

EVENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})T")


def midnight(days_ago):
    return now() // DAY * DAY - days_ago * DAY


def date_of(record):
    return EVENT.match(record).groups()


def check_dates(archive, form):
    """Every event under the date of its own; how many there are."""
    count = 0
    for found in archive().objects:
        for record in found.records:
            year, month, day = date_of(record)
            assert found.key.startswith(form.format(year=year, month=month, day=day)), (found.key, record)
            count += 1
    return count


def over_midnight(days_ago):
    """The last and the first ms of two days, and one in the middle of the second."""
    start = midnight(days_ago)
    return [(start - 1, "last"), (start, "first"), (start + DAY // 2, "noon")]


BY_DAY = "{data:%Y/%m/%d}/{group}/{stream}"


@pytest.mark.parametrize("unit", ["auto", "stream"])
@pytest.mark.parametrize(
    "template, form",
    [
        (BY_DAY, "{year}/{month}/{day}/app/"),
        ("year={data:%Y}/month={data:%m}/day={data:%d}/{group}", "year={year}/month={month}/day={day}/app/"),
        ("dt={data:%Y-%m}/{group}", "dt={year}-{month}/app/"),
    ],
)
def test_events_stand_under_their_own_date(aws, exporter, archive, assert_exactly_once, template, form, unit):
    aws.load({"app": {"a": over_midnight(2), "b": over_midnight(5) + over_midnight(1), "a-2": over_midnight(9)}})
    next_second()
    run = exporter(destination_prefix=template, export_unit=unit)
    assert run.code == 0, run.stderr
    assert assert_exactly_once() == check_dates(archive, form) == 12
    aws.load({"app": {"a": [(now(), "more")]}})
    next_second()
    assert exporter(destination_prefix=template, export_unit=unit).code == 0
    assert assert_exactly_once() == check_dates(archive, form) == 13


def test_days_without_events_cost_no_task_of_their_own_and_plan_says_how_many_there_are(aws, exporter):
    aws.load({"app": {"a": over_midnight(11), "b": over_midnight(3)}})
    next_second()
    _, plan = command(exporter, "plan", destination_prefix=BY_DAY)
    run = exporter(destination_prefix=BY_DAY)
    # Before the first, two days, what lies between, two days, and what lies behind.
    assert run.answer["tasks"]["created"] <= 7
    assert plan["tasks"] == run.answer["tasks"]["created"] and plan["tasksOfCuts"] == plan["tasks"] - 1


def test_an_event_that_no_hint_tells_of_stands_under_its_own_day_too(aws, exporter, archive, assert_exactly_once):
    aws.load({"app": {"a": over_midnight(1)}})
    next_second()
    assert exporter(destination_prefix=BY_DAY).code == 0
    aws.set(hint_lag_s=3600)
    aws.load({"app": {"b": over_midnight(6)}})
    aws.load({"app": {"a": [(now(), "more")]}})
    next_second()
    for _ in range(3):
        assert exporter(destination_prefix=BY_DAY).code == 0
    aws.set(hint_lag_s=0)
    assert exporter(destination_prefix=BY_DAY).code == 0
    assert assert_exactly_once() == check_dates(archive, "{year}/{month}/{day}/app/")


def test_a_killed_or_timed_out_run_by_day_stays_exact(aws, exporter, archive, assert_exactly_once):
    aws.load({"app": {"a": over_midnight(2) + over_midnight(4) + over_midnight(7), "b": over_midnight(3)}})
    aws.set(running_s=0.7)
    for _ in range(30):
        run = exporter(destination_prefix=BY_DAY, timeout="2s", timeout_reserve="300ms")
        assert run.code in (0, 2), run.stderr
        if run.code == 0:
            break
    assert assert_exactly_once() == check_dates(archive, "{year}/{month}/{day}/app/") == 12


def test_the_hive_style_is_literal_text(aws, exporter, archive):
    aws.load({"app": {"a": lines(3)}})
    assert exporter(destination_prefix="year=%Y/month=%m/day=%d/{group}").code == 0
    today = datetime.now(UTC)
    for found in archive().objects:
        assert found.key.startswith(f"year={today:%Y}/month={today:%m}/day=")


def test_an_archive_by_date_is_proved(aws, exporter):
    aws.load({"app": {"a": over_midnight(2), "b": over_midnight(5)}})
    next_second()
    assert exporter(destination_prefix=BY_DAY).code == 0
    code, answer = command(exporter, "verify", destination_prefix=BY_DAY)
    assert code == 0, answer


def test_names_that_could_climb_out_or_collide_are_archived_apart(aws, exporter, archive, assert_exactly_once):
    streams = ["..", "../..", "a//b", "a/b", "a-b", "/", "50%", "%2F"]
    aws.load({"app": {name: lines(2, text=name) for name in streams}})
    run = exporter(export_unit="stream", destination_prefix="x/{group}/{stream}")
    assert run.code == 0, run.stderr
    assert_exactly_once()
    prefixes = {found.prefix for found in archive().objects}
    assert len(prefixes) == len(streams)
    assert all(prefix.startswith("x/app/") and ".." not in prefix.split("/") for prefix in prefixes)


def test_which_tells_the_real_names_of_what_an_object_holds(aws, exporter, archive):
    aws.load({"app/x": {"a/b": lines(2), "c": lines(2)}, "app/y": {"a-b": lines(2)}})
    assert exporter().code == 0
    bucket = exporter.settings["destination_s3_bucket"]
    told = {}
    for found in archive().objects:
        for key in (found.key, f"s3://{bucket}/{found.key}"):
            code, answer = command(exporter, "which", key=key)
            assert code == 0 and answer["key"] == found.key and answer["task"] == found.task
            told[found.key] = (answer["group"], *answer["streams"])
    assert sorted(told.values()) == [("app/x", "a/b"), ("app/x", "c"), ("app/y", "a-b")]


@pytest.mark.parametrize("key, code, says", [("nowhere/000000.gz", 1, "no task"), ("s3://other/x", 4, "another bucket")])
def test_which_says_what_it_does_not_know(aws, exporter, key, code, says):
    aws.load({"app": {"a": lines(2)}})
    assert exporter().code == 0
    answered, answer = command(exporter, "which", key=key)
    assert answered == code and says in answer["message"]
