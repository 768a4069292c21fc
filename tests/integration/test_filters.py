"""Which groups and streams are archived: ExcludeLogGroups, LogGroupTags, LogStreamNamePrefix."""

import json
import subprocess

import pytest
from test_export import lines, next_second, now


def archived_groups(aws):
    return sorted({task["logGroupName"] for task in aws.tasks()})


def describe(aws):
    return aws.logs.describe_log_groups()["logGroups"]


def messages(archive):
    """Every line of the archive, with its stream's folder."""
    return sorted((found.key.split("/")[-2], record) for found in archive().objects for record in found.records)


def command(exporter, name, **settings):
    """Another command with the settings of `exporter`: its exit code and its answer."""
    done = subprocess.run(
        [exporter.executable, name, "--json", *exporter._flags(settings)],
        env=exporter.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, json.loads(done.stdout.strip().splitlines()[-1])


# ---- groups ----


@pytest.mark.parametrize("patterns", ["*-debug,app/tmp-?", '["*-debug", " app/tmp-? "]'])
def test_excluded_groups_are_left_alone_and_counted(aws, exporter, patterns):
    names = ["app/web", "app/web-debug", "app/tmp-1", "app/tmp-12", "app/debug-web"]
    aws.load({name: {"a": lines(3)} for name in names})
    run = exporter(exclude_log_groups=patterns)
    assert run.code == 0, run.stderr
    assert archived_groups(aws) == ["app/debug-web", "app/tmp-12", "app/web"]
    assert run.answer["groups"]["excluded"] == 2 and run.answer["groups"]["matched"] == 5
    assert run.answer["problemsTotal"] == 0


def test_what_is_excluded_and_why_is_told_at_debug_and_by_plan(aws, exporter):
    aws.load({"app/web": {"a": lines(3)}, "app/web-debug": {"a": lines(3)}})
    run = exporter(exclude_log_groups="*-debug", log_level="DEBUG")
    assert "app/web-debug" in run.stderr and "*-debug" in run.stderr
    code, plan = command(exporter, "plan", exclude_log_groups="*-debug")
    assert code == 0 and plan["verdicts"]["excluded"] == 1
    (group,) = [group for group in plan["groups"] if group["verdict"] == "excluded"]
    assert group["name"] == "app/web-debug" and 'ExcludeLogGroups "*-debug"' in group["reason"]


def test_a_group_needs_all_of_the_tags(aws, exporter):
    tags = {
        "app/both": {"team": "web", "env": "prod", "more": "x"},
        "app/one": {"team": "web"},
        "app/other": {"team": "web", "env": "test"},
        "app/none": {},
    }
    for name, wanted in tags.items():
        aws.logs.create_log_group(logGroupName=name, tags=wanted)
        aws.load({name: {"a": lines(3)}})
    run = exporter(log_group_tags="team=web, env=prod")
    assert run.code == 0, run.stderr
    assert archived_groups(aws) == ["app/both"]
    assert run.answer["groups"]["excluded"] == 3
    _, plan = command(exporter, "plan", log_group_tags="team=web,env=prod")
    reasons = {group["name"]: group["reason"] for group in plan["groups"] if group["reason"]}
    assert "env=prod" in reasons["app/one"] and "LogGroupTags" in reasons["app/none"]


def test_tags_are_asked_for_only_where_the_patterns_leave_a_group_in(aws, exporter):
    aws.load({"app/web": {"a": lines(3)}, "app/web-debug": {"a": lines(3)}, "other": {"a": lines(3)}})
    exporter(log_group_tags="team=web", exclude_log_groups="*-debug")
    assert aws.count("ListTagsForResource") == 1


def test_a_denied_tag_lookup_is_one_line_that_names_group_and_permission_and_stops_no_other(aws, exporter):
    for name in ("app/dark", "app/web"):
        aws.logs.create_log_group(logGroupName=name, tags={"team": "web"})
        aws.load({name: {"a": lines(3)}})
    (arn,) = [group["logGroupArn"] for group in describe(aws) if group["logGroupName"] == "app/dark"]
    aws.fault("ListTagsForResource", "error", status=400, code="AccessDeniedException", match={"resourceArn": arn})
    run = exporter(log_group_tags="team=web")
    assert run.code == 1 and archived_groups(aws) == ["app/web"]
    (problem,) = run.answer["problems"]
    assert problem["group"] == "app/dark" and "logs:ListTagsForResource" in problem["reason"]
    assert "\n" not in problem["reason"]


# ---- streams ----


def test_only_streams_with_the_prefix_are_archived(aws, exporter, archive):
    aws.load({"app": {"web-1": lines(5), "web-2": lines(5), "we": lines(5), "worker": lines(5)}})
    run = exporter(log_stream_name_prefix="web-")
    assert run.code == 0, run.stderr
    assert [task["logStreamNamePrefix"] for task in aws.tasks()] == ["web-"]
    assert run.answer["streams"]["seen"] == 2 and len(messages(archive)) == 10
    aws.load({"app": {"web-3": lines(4), "worker": [(now(), "more")]}})
    next_second()
    for _ in range(2):
        assert exporter(log_stream_name_prefix="web-").code == 0
    assert len(messages(archive)) == 14


@pytest.mark.parametrize("unit", ["stream", "auto"])
def test_a_prefix_and_units_by_streams_stay_exact(aws, exporter, archive, unit):
    aws.load({"app": {"web": lines(5), "web-2": lines(5), "db": lines(5)}})
    for mode in (unit, "stream", "auto", "auto"):
        assert exporter(log_stream_name_prefix="web", export_unit=mode).code == 0
        aws.load({"app": {"web-2": [(now(), "more")], "db": [(now(), "more")]}})
        next_second()
    assert exporter(log_stream_name_prefix="web").code == 0
    found = messages(archive)
    assert len(found) == len(set(found)) == 14
    assert {task["logStreamNamePrefix"][:3] for task in aws.tasks()} == {"web"}


@pytest.mark.parametrize("first,then", [(None, "web"), ("web", None), ("web", "web-"), ("web-", "web")])
def test_a_change_of_the_prefix_is_refused_in_one_line_and_touches_nothing(aws, exporter, first, then):
    aws.load({"app": {"web-1": lines(5), "db": lines(5)}})
    assert exporter(log_stream_name_prefix=first).code == 0
    tasks = len(aws.tasks())
    for name in ("run", "plan"):
        code, answer = command(exporter, name, log_stream_name_prefix=then)
        assert code == 4 and "LogStreamNamePrefix cannot change" in answer["message"]
        assert "StoreDSN" in answer["message"]
    assert len(aws.tasks()) == tasks
    assert exporter(log_stream_name_prefix=first).code == 0


def test_a_prefix_may_be_corrected_while_nothing_is_archived(aws, exporter, archive):
    aws.load({"app": {"web-1": lines(5), "db": lines(5)}})
    assert exporter(log_stream_name_prefix="wep").code == 0
    assert exporter(log_stream_name_prefix="web").code == 0
    assert len(messages(archive)) == 5


def test_verify_holds_of_an_archive_of_some_streams(aws, exporter):
    aws.load({"app": {"web-1": lines(5), "web-2": lines(5), "db": lines(5)}})
    next_second()
    assert exporter(log_stream_name_prefix="web").code == 0
    code, answer = command(exporter, "verify", log_stream_name_prefix="web")
    assert code == 0, answer
