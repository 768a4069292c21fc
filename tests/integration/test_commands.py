"""The commands beside `run`: what they say is true, and none of them changes what it only looks at."""

import html
import json
import os
import pty
import shutil
import subprocess
import time
from html.parser import HTMLParser

import pytest

DAY = 86_400_000
HOUR = 3_600_000


def now():
    return int(time.time() * 1000)


def lines(count, start=None, step=10, text="line"):
    """`count` events, a few days old unless `start` says otherwise."""
    start = now() - 3 * DAY if start is None else start
    return [(start + i * step, f"{text} {i}") for i in range(count)]


def next_second():
    """The service's clock, by its Date headers, has whole seconds."""
    time.sleep(1.05 - time.time() % 1)


@pytest.fixture
def command(exporter):
    """command("status", "--json", limit=3) -> the finished process, with `answer` where it printed one JSON object."""

    def run(words, *arguments, env=None, typed=None, **settings):
        done = subprocess.run(
            [exporter.executable, *words.split(), *arguments, *exporter._flags(settings)],
            env=exporter.environment | (env or {}),
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        done.answer = json.loads(done.stdout) if done.stdout.startswith("{") else None
        return done

    return run


@pytest.fixture
def unchanged(aws, bucket):
    """A function that fails where the archive, the state or the tasks differ from what they were at its last call."""

    def look():
        listed = aws.s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        return [(item["Key"], item["ETag"], item["LastModified"]) for item in listed], aws.tasks()

    before = [look()]

    def check(renew=False):
        found = look()
        if not renew:
            assert found == before[0]
        before[0] = found

    return check


def group_of(answer, name):
    return next(group for group in answer["groups"] if group["name"] == name)


# ---- status ----


def test_status_tells_what_waits_and_changes_nothing(aws, command, exporter, unchanged):
    aws.load({"app/one": {"a": lines(5), "b": []}, "app/new": {"c": lines(1, start=now() - HOUR)}, "app/mute": {"d": []}})
    unchanged(renew=True)
    before = command("status", "--json", settle_delay="2h")
    assert before.returncode == 0, before.stderr
    assert [(group["name"], group["verdict"]) for group in before.answer["groups"]] == [
        ("app/mute", "empty"),
        ("app/new", "settling"),
        ("app/one", "due"),
    ]
    one = group_of(before.answer, "app/one")
    assert one["archivedUntil"] is None and 2.9 * DAY < one["lagMs"] < 3.1 * DAY
    unchanged()

    next_second()
    assert exporter().code == 0
    unchanged(renew=True)
    next_second()
    aws.load({"app/one": {"b": lines(1, start=now())}})
    next_second()
    after = command("status", "--json")
    assert {group["name"]: group["verdict"] for group in after.answer["groups"]} == {
        "app/mute": "empty",
        "app/new": "up-to-date",
        "app/one": "due",
    }
    assert group_of(after.answer, "app/new")["lagMs"] is None
    unchanged()


def test_status_is_a_table_for_people(aws, command):
    aws.load({"app/one": {"a": lines(5)}, "app/another": {"a": lines(5)}})
    done = command("status")
    rows = done.stdout.splitlines()
    assert rows[0].split() == ["GROUP", "ARCHIVED", "UNTIL", "LAG", "EXPIRES", "IN", "STREAMS", "VERDICT"]
    assert rows[1].startswith("app/another  -") and rows[1].endswith("due")
    assert rows[0].index("VERDICT") == rows[1].index("due") == rows[2].index("due")
    assert "2 groups: 2 due." in done.stdout and done.stderr == ""


def test_status_warns_before_events_expire_and_tells_when_they_may_have(aws, command):
    aws.load(
        {
            "app/late": {"a": lines(1, start=now() - 8 * DAY)},
            "app/safe": {"a": lines(1, start=now() - DAY)},
            "app/soon": {"a": lines(1, start=now() - 6 * DAY)},
        }
    )
    for name in ("app/late", "app/safe", "app/soon"):
        aws.logs.put_retention_policy(logGroupName=name, retentionInDays=7)
    done = command("status", "--json")
    assert done.returncode == 5
    assert [(group["name"], group["risk"]) for group in done.answer["groups"]] == [
        ("app/late", "expired"),
        ("app/soon", "soon"),
        ("app/safe", "none"),
    ]
    assert group_of(done.answer, "app/safe")["daysLeft"] in (5, 6)
    text = command("status").stdout
    assert "overdue" in text and "retention has overtaken" in text


def test_a_limit_keeps_those_at_risk_and_says_how_many_are_left_out(aws, command):
    aws.load({f"app/{number}": {"a": lines(1)} for number in range(5)})
    aws.logs.put_retention_policy(logGroupName="app/3", retentionInDays=1)
    done = command("status", "--json", "--limit", "2")
    assert [group["name"] for group in done.answer["groups"]] == ["app/3", "app/0"]
    assert done.answer["groupsTotal"] == 5 and done.answer["groupsLeftUnlisted"] == 3
    assert "3 groups not listed" in command("status", "--limit=2").stdout


def test_status_without_a_matching_group_says_what_to_check(aws, command):
    done = command("status", source_log_group_prefixes="nothing/here")
    assert done.returncode == 0 and "No log group matches" in done.stdout


def test_groups_that_cannot_be_exported_are_listed_with_the_reason(aws, command):
    aws.load({"app/std": {"a": lines(1)}})
    aws.logs.create_log_group(logGroupName="app/rare", logGroupClass="INFREQUENT_ACCESS")
    done = command("plan", "--json")
    assert group_of(done.answer, "app/rare")["verdict"] == "left-out"
    assert "Standard class" in group_of(done.answer, "app/rare")["reason"]
    assert "app/rare: only groups of the Standard class" in command("plan").stdout


# ---- plan ----


@pytest.mark.parametrize("unit,tasks", [("auto", 2), ("stream", 3)])
def test_a_plan_is_what_the_next_run_does(aws, command, exporter, unchanged, unit, tasks):
    aws.load({"app/one": {"a": lines(5), "b": lines(3)}, "app/two": {"c": lines(1)}, "app/mute": {"d": []}})
    unchanged(renew=True)
    plan = command("plan", "--json", export_unit=unit)
    assert plan.returncode == 0 and plan.answer["tasks"] == tasks
    assert plan.answer["durationMs"] is None and plan.answer["judgedByTasks"] == 0
    assert [group["name"] for group in plan.answer["groups"]] == ["app/one", "app/two"]
    unchanged()
    assert exporter(export_unit=unit).answer["tasks"]["created"] == tasks


def test_a_plan_tells_how_long_by_what_earlier_tasks_took(aws, command, exporter):
    aws.load({"app/one": {"a": lines(5)}, "app/two": {"c": lines(1)}})
    next_second()
    exporter()
    took = [task["executionInfo"]["completionTime"] - task["executionInfo"]["creationTime"] for task in listed(aws)]
    next_second()
    aws.load({"app/one": {"a": lines(1, start=now())}})
    next_second()
    plan = command("plan", "--json", every="1h")
    assert plan.answer["judgedByTasks"] == 2 and not plan.answer["judgedByTasksOfOthers"]
    assert plan.answer["durationMs"] in took
    assert plan.answer["schedule"]["fits"] == "yes" and plan.returncode == 0
    assert "it fits" in command("plan", every="1h").stdout


def listed(aws):
    return aws.logs.describe_export_tasks()["exportTasks"]


def test_a_schedule_that_is_too_tight_is_told(aws, command, exporter):
    aws.load({"app/one": {"a": lines(5)}})
    exporter()
    aws.load({f"app/{number}": {"a": lines(1, start=now())} for number in range(30)})
    plan = command("plan", "--json", every="5s")
    assert plan.answer["schedule"]["fits"] == "no" and plan.returncode == 2
    assert "does not fit" in command("plan", every="5s").stdout


def test_a_plan_names_who_holds_the_slot(aws, command):
    aws.load({"app/one": {"a": lines(5)}})
    aws.control("foreign_task", name="a stranger's")
    plan = command("plan", "--json")
    assert plan.answer["slot"]["busy"] and not plan.answer["slot"]["ours"]
    assert plan.answer["slot"]["taskName"] == "a stranger's"
    assert "taken by somebody else's task" in command("plan").stdout


# ---- state ----


@pytest.fixture
def state(command, exporter):
    """state("edit", "--yes", group="app") with nothing but the store given."""

    def run(word, *arguments, **settings):
        names = {"destination_s3_bucket": None, "source_log_group_prefixes": None, "settle_delay": None}
        return command(f"state {word}", *arguments, **{**names, **settings})

    return run


def test_the_state_is_shown(aws, state, exporter, unchanged):
    none = state("show", "--json")
    assert none.returncode == 0 and not none.answer["exists"] and none.answer["groups"] == []
    assert "none yet" in state("show").stdout
    aws.load({"app/one": {"a": lines(5), "b": lines(1)}, "app/two": {"c": lines(1)}})
    next_second()
    exporter()
    unchanged(renew=True)
    shown = state("show", "--json")
    assert [(group["name"], group["streams"]) for group in shown.answer["groups"]] == [("app/one", 2), ("app/two", 1)]
    assert shown.answer["lease"]["owner"] is None and shown.answer["tasksAccounted"] == 2
    assert state("show", "--json", "--limit=1").answer["groupsLeftUnlisted"] == 1
    text = state("show").stdout
    assert "Lease: free." in text and "app/one" in text and "1 groups not listed" in state("show", limit=1).stdout
    assert state("show", group="app/none").returncode == 4
    unchanged()


def test_streams_that_differ_are_shown_with_their_group(aws, state, exporter):
    aws.load({"app": {"a": lines(5), "b": lines(1)}})
    exporter(export_unit="stream")
    shown = state("show", "--json", group="app")
    assert [entry["stream"] for entry in shown.answer["groups"][0]["entries"]] == ["a", "b"]
    assert "STREAM" in state("show", group="app").stdout


def test_a_state_that_a_run_would_refuse_is_told(aws, bucket, state, exporter):
    assert "first one" in state("check").stdout
    aws.load({"app": {"a": lines(1)}})
    exporter()
    assert "A run can use the state: 1 group." in state("check").stdout
    aws.s3.put_object(Bucket=bucket, Key="state/exporter.json", Body=b'{"format": "something else"}')
    done = state("check", "--json")
    assert done.returncode == 1 and "its format is" in done.answer["message"]
    assert state("show").returncode == 1


def test_a_state_in_a_file_is_shown_without_aws(tmp_path, executable):
    path = tmp_path / "state.json"
    command = [executable, "state", "show", "--store-dsn", f"file://{path}"]
    done = subprocess.run(command, env={}, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and "none yet" in done.stdout, done.stderr


def test_a_watermark_moved_back_exports_again_what_it_says(aws, state, exporter, archive, bucket):
    day = now() - now() % DAY
    aws.load({"app": {"a": lines(10, start=day - 3 * DAY, step=DAY // 5), "b": lines(3, start=day - 9 * DAY)}})
    next_second()
    exporter()
    done = state("edit", "--yes", "--json", group="app", to=day - 2 * DAY, reason="the bucket was emptied by mistake")
    assert done.returncode == 0, done.stderr
    assert done.answer["skipped"] is None and done.answer["repeated"]["to"] == done.answer["from"]
    repeated = sum(1 for event in aws.truth() if event["timestamp"] > day - 2 * DAY)
    before = archive().count
    assert exporter().code == 0
    assert repeated > 0 and archive().count == before + repeated
    edit = state("show", "--json").answer["edits"][0]
    assert edit["reason"] == "the bucket was emptied by mistake" and edit["arn"].endswith(":log-group:app")
    assert "by mistake" in state("show").stdout


def test_a_group_moved_back_is_exported_again_by_streams(aws, state, exporter, archive):
    """Although the task of the whole group, whose folders are there yet, holds it all."""
    aws.load({"app": {"a": lines(5), "b": lines(3)}})
    next_second()
    assert exporter(export_unit="group").code == 0
    next_second()  # The command has its time from the servers, who tell whole seconds.
    assert state("edit", "--yes", group="app", to="nothing", reason="again").returncode == 0
    assert exporter(export_unit="stream").code == 0
    assert archive().count == 2 * 8


def test_a_state_that_was_moved_back_by_hand_ends_in_a_line_and_not_in_a_circle(aws, bucket, state, exporter, archive):
    aws.load({"app": {"a": lines(5), "b": lines(3)}})
    next_second()
    assert exporter(export_unit="group").code == 0
    assert state("edit", "--yes", group="app", to="nothing", reason="again").returncode == 0
    document = json.loads(aws.s3.get_object(Bucket=bucket, Key="state/exporter.json")["Body"].read())
    assert document.pop("edits")
    aws.s3.put_object(Bucket=bucket, Key="state/exporter.json", Body=json.dumps(document).encode())
    run = exporter(export_unit="stream")
    assert run.code == 1 and archive().count == 8
    assert "`state edit`" in run.answer["problems"][0]["reason"]


def test_a_watermark_moved_forward_skips_what_it_says(aws, state, exporter, archive):
    aws.load({"app": {"a": lines(10), "b": lines(3)}})
    done = state("edit", "--yes", group="app", to=now() - DAY, reason="only what is new matters")
    assert done.returncode == 0 and "Omissions" in done.stdout and "Duplicates" not in done.stdout
    aws.load({"app": {"a": lines(2, start=now() - 1000)}})
    next_second()
    assert exporter().code == 0
    assert archive().count == 2


def test_one_stream_is_moved_and_its_group_is_not(aws, state, exporter, archive, command):
    aws.load({"app": {"a": lines(4), "a-2": lines(3), "b": lines(2)}})
    next_second()
    exporter()
    done = state("edit", "--yes", group="app", stream="a", to="nothing", reason="again")
    assert done.returncode == 0 and "app, stream a: archived until" in done.stdout
    assert exporter().code == 0 and exporter().code == 0
    assert archive().count == 4 + 3 + 2 + 4
    assert state("edit", "--yes", group="app", stream="none", to="nothing", reason="x").returncode == 4


@pytest.mark.parametrize(
    "settings,expected",
    [
        ({"group": "app", "to": "nothing"}, "--reason is missing"),
        ({"group": "app", "reason": "r"}, "--to is missing"),
        ({"to": "nothing", "reason": "r"}, "--group is missing"),
        ({"group": "app", "to": "tomorrow", "reason": "r"}, '--to "tomorrow"'),
        ({"group": "app", "to": "2999-01-01", "reason": "r"}, "lies in the future"),
        ({"group": "app", "to": "nothing", "reason": "r"}, "it stands there already"),
        ({"group": "none", "to": "nothing", "reason": "r"}, "there is no log group none"),
        ({"group": "app", "to": "nothing", "reason": "r" * 501}, "too long"),
    ],
)
def test_an_edit_that_cannot_be_meant_is_refused(aws, state, settings, expected):
    aws.load({"app": {"a": lines(1)}})
    done = state("edit", "--yes", **settings)
    assert done.returncode == 4 and expected in done.stderr and done.stdout == ""


def test_an_edit_asks_somebody_or_is_told_not_to(aws, state, unchanged):
    aws.load({"app": {"a": lines(1)}})
    unchanged(renew=True)
    done = state("edit", group="app", to="2020-01-01", reason="r")
    assert done.returncode == 4 and "give --yes" in done.stderr
    unchanged()


@pytest.mark.parametrize("reply,moved", [("y\n", True), ("n\n", False), ("\n", False)])
def test_a_person_is_asked_on_the_terminal(aws, exporter, state, reply, moved):
    aws.load({"app": {"a": lines(1)}})
    person, terminal = pty.openpty()
    command = [exporter.executable, "state", "edit", "--store-dsn", exporter.settings["store_dsn"]]
    command += ["--group=app", "--to=2020-01-01", "--reason=r"]
    done = subprocess.Popen(command, env=exporter.environment, stdin=terminal, stdout=-1, stderr=-1, text=True)
    os.write(person, reply.encode())
    out, err = done.communicate(timeout=60)
    os.close(person)
    os.close(terminal)
    assert "Omissions: events to 2020-01-01" in err and "Move it? [y/N]" in err
    assert (done.returncode, "Moved." in out) == ((0, True) if moved else (1, False))
    assert len(state("show", "--json").answer["edits"]) == int(moved)


@pytest.mark.parametrize("store", ["s3", "dynamodb", "file"])
def test_each_store_is_shown_checked_and_edited(aws, bucket, state, exporter, archive, tmp_path, store):
    if store == "dynamodb":
        keys = [("pk", "HASH"), ("sk", "RANGE")]
        aws.client("dynamodb").create_table(
            TableName="exporter-state",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        )
    dsn = {
        "s3": f"s3://{bucket}/other.json",
        "dynamodb": "dynamodb://exporter-state",
        "file": f"file://{tmp_path}/state.json",
    }[store]
    where = {"store_dsn": dsn, "state_store_type": None}
    aws.load({"app": {"a": lines(3)}})
    next_second()
    assert exporter(**where).code == 0
    assert "1 group" in state("check", **where).stdout
    done = state("edit", "--yes", **where, group="app", to="nothing", reason="again")
    assert done.returncode == 0, done.stderr
    shown = state("show", "--json", **where).answer
    assert shown["groups"][0]["archivedUntil"] is None and shown["edits"][0]["to"] is None
    assert exporter(**where).code == 0
    assert archive().count == 6


def test_an_edit_waits_for_the_lease_of_a_run(aws, bucket, state, exporter):
    aws.load({"app": {"a": lines(1)}})
    exporter()
    body = json.loads(aws.s3.get_object(Bucket=bucket, Key="state/exporter.json")["Body"].read())
    body["lease"] = {"Owner": "somebody", "UntilMs": now() + HOUR}
    aws.s3.put_object(Bucket=bucket, Key="state/exporter.json", Body=json.dumps(body).encode())
    done = state("edit", "--yes", "--json", group="app", to="nothing", reason="r")
    assert done.returncode == 3 and done.answer["outcome"] == "busy"


# ---- cancel ----


def left_in_flight(aws, exporter):
    aws.load({"app": {"a": lines(5)}})
    aws.next_tasks("STUCK_RUNNING")
    run = exporter(timeout="3s", timeout_reserve="1s")
    assert run.code == 2 and run.answer["tasks"]["inFlight"], run.stderr


def test_our_own_task_is_cancelled_and_exported_again(aws, command, exporter, assert_exactly_once):
    left_in_flight(aws, exporter)
    assert command("cancel").returncode == 4 and "give --yes" in command("cancel").stderr
    assert command("status", "--json").answer["slot"]["ours"]
    assert command("state edit", "--yes", group="app", to="2020-01-01", reason="r").returncode == 3
    done = command("cancel", "--yes", "--json")
    assert done.returncode == 0 and done.answer["cancelled"] and done.answer["group"] == "app"
    exporter()
    assert exporter().code == 0
    assert assert_exactly_once() == 5


def test_a_strangers_task_is_left_alone(aws, command):
    aws.load({"app": {"a": lines(5)}})
    aws.control("foreign_task", name="their-export")
    done = command("cancel", "--yes")
    assert done.returncode == 3 and "their-export" in done.stderr
    assert aws.count("CancelExportTask") == 0


def test_without_a_task_there_is_nothing_to_cancel(aws, command):
    done = command("cancel", "--yes")
    assert done.returncode == 0 and "nothing to cancel" in done.stdout


# ---- settings, usage ----


@pytest.mark.parametrize(
    "words,arguments,expected",
    [
        ("status", ["--limit", "none"], "--limit"),
        ("plan", ["--every", "often"], "--every"),
        ("plan", ["--every"], "--every has no value"),
        ("plan", ["--evry=1h"], "did you mean --every?"),
        ("status", ["stray"], "stands alone"),
    ],
)
def test_a_bad_flag_is_one_line(aws, command, words, arguments, expected):
    done = command(words, *arguments)
    assert done.returncode == 4 and done.stdout == ""
    assert expected in done.stderr and done.stderr.count("\n") == 1


def test_with_json_a_refusal_is_an_object_too(aws, command):
    done = command("status", "--json", "--limit=0")
    assert done.returncode == 4
    assert done.answer["outcome"] == "configuration" and "--limit" in done.answer["message"]


def test_a_role_is_assumed_for_all_that_is_done(aws, command, exporter, assert_exactly_once):
    aws.load({"app": {"a": lines(5)}})
    role = "arn:aws:iam::123456789012:role/exporter"
    run = exporter(role_arn=role, external_id="agreed")
    assert run.code == 0, run.stderr
    assert assert_exactly_once() == 5
    asked = [request["operation"] for request in aws.requests()]
    assert asked.count("AssumeRole") == 1 and asked.index("AssumeRole") < asked.index("HeadBucket")
    assert command("status", role_arn="role/exporter").returncode == 4


def test_what_the_credentials_warn_of_is_in_the_log(aws, command, exporter, tmp_path):
    aws.load({"app": {"a": lines(5)}})
    config = tmp_path / "config"
    config.write_text(
        "[profile archive]\nrole_arn = arn:aws:iam::123456789012:role/exporter\nsource_profile = keys\n"
        "duration_seconds = an hour\n[profile keys]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = secret\n"
    )
    env = {"AWS_CONFIG_FILE": str(config), "AWS_PROFILE": "archive", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    run, status = exporter(env=env), command("status", "--json", env=env)
    for done, code in ((run.stderr, run.code), (status.stderr, status.returncode)):
        assert code == 0, done
        (line,) = [line for line in done.splitlines() if "duration_seconds" in line]
        assert " WARN " in line and "profile archive: duration_seconds is no number of seconds, and is ignored" in line


# ---- report ----


class Page(HTMLParser):
    """What a page holds: texts, tags, and what it would load."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.loads, self.open = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.loads += [value for name, value in attrs if name in ("src", "href", "srcset", "action", "data")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    def bars(self, kind):
        return [attrs for tag, attrs in self.tags if tag == "rect" and attrs["class"] == kind]


@pytest.fixture
def history(aws, exporter):
    """Three windows of one group, a group that waits, and one that retention has overtaken."""
    aws.load({"app/one": {"a": lines(50, start=now() - 9 * DAY, step=4 * HOUR)}})
    for delay in ("6d", "4d", "2d"):
        assert exporter(settle_delay=delay).code == 0
        next_second()
    aws.load({"app/late": {"a": lines(1, start=now() - 20 * DAY)}, "app/new": {"a": lines(1, start=now() - HOUR)}})
    aws.logs.put_retention_policy(logGroupName="app/late", retentionInDays=7)


def test_the_report_is_one_page_that_loads_nothing(history, command, unchanged):
    unchanged(renew=True)
    done = command("report", settle_delay="1d")
    assert done.returncode == 0, done.stderr
    page = Page(done.stdout)
    assert page.open == [] and page.loads == []
    assert not [tag for tag, _ in page.tags if tag in ("script", "link", "img", "iframe", "object")]
    assert "url(" not in done.stdout and "@import" not in done.stdout
    names = [attrs["aria-label"] for tag, attrs in page.tags if tag == "svg" and "aria-label" in attrs]
    assert [name.split()[0] for name in names] == ["app/late", "app/new", "app/one"]
    assert len(page.bars("window")) == 3 and len(page.bars("lost")) == 1
    unchanged()


def test_the_windows_of_the_report_touch_and_stand_where_they_belong(history, command):
    page = Page(command("report", settle_delay="1d", since="10d").stdout)
    bars = [(float(bar["x"]), float(bar["x"]) + float(bar["width"])) for bar in page.bars("window")]
    assert bars[0][0] == 0
    assert all(abs(left[1] - right[0]) < 0.02 for left, right in zip(bars, bars[1:], strict=False))
    assert [round(bar[1] / 100) for bar in bars] == [4, 6, 8]
    (due,) = [bar for bar in page.bars("due") if float(bar["x"]) > 790]
    assert abs(float(due["x"]) + float(due["width"]) - 900) < 1


def test_the_windows_come_from_the_ledger_and_its_gaps_are_shown(history, aws, bucket, command, state):
    page = Page(command("report", settle_delay="1d").stdout)
    assert "Windows as far as the ledger tells of them." in page.texts
    since = now() - 1 * DAY
    assert state("edit", "--yes", group="app/one", to=since, reason="a gap for the report").returncode == 0
    page = Page(command("report", settle_delay="0").stdout)
    assert "gaps in the ledger" in page.texts


def test_without_a_ledger_the_windows_are_those_of_the_tasks(history, aws, bucket, command):
    for item in aws.s3.list_objects_v2(Bucket=bucket, Prefix="_ledger/")["Contents"]:
        aws.s3.delete_object(Bucket=bucket, Key=item["Key"])
    page = Page(command("report", settle_delay="1d").stdout)
    assert "Windows as far as the list of export tasks tells of them." in page.texts
    assert len(page.bars("window")) == 3


def test_a_ledger_that_cannot_be_read_is_told(history, aws, bucket, command):
    (first, *_) = aws.s3.list_objects_v2(Bucket=bucket, Prefix="_ledger/")["Contents"]
    aws.s3.put_object(Bucket=bucket, Key=first["Key"], Body=b"no ledger")
    done = command("report", settle_delay="1d")
    assert done.returncode == 0 and "the ledger cannot be read" in done.stderr
    assert len(Page(done.stdout).bars("window")) == 3


def test_the_report_goes_into_a_file(history, command, tmp_path):
    path = tmp_path / "report.html"
    done = command("report", "--json", output=path)
    assert done.returncode == 0 and done.answer["output"] == str(path) and done.answer["groupsShown"] == 3
    assert Page(path.read_text()).open == []
    assert command("report", "--json").returncode == 4
    assert command("report", output=tmp_path / "none" / "report.html").returncode == 1
    assert command("report", since="long").returncode == 4


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def browse(*arguments):
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1280,700"]
    return subprocess.run([CHROMIUM, *options, *arguments], capture_output=True, text=True, timeout=120, check=True)


@pytest.mark.skipif(not CHROMIUM, reason="no chromium: scripts/setup installs it")
def test_a_browser_shows_the_report(history, command, tmp_path):
    """The layout that a browser makes of it, which a script that is put into a copy of the page tells."""
    page = command("report", settle_delay="1d").stdout
    probe = """<script>
      const box = element => { const r = element.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; };
      const rows = [...document.querySelectorAll('tbody tr')].map(row => ({
        text: row.innerText, picture: box(row.querySelector('svg')),
        bars: [...row.querySelectorAll('rect')].map(bar => [bar.getAttribute('class'), getComputedStyle(bar).fill, box(bar)]),
      }));
      document.body.innerHTML = '';
      document.body.textContent = JSON.stringify({rows, width: document.documentElement.scrollWidth});
    </script>"""
    path = tmp_path / "report.html"
    path.write_text(page.replace("</body>", probe + "</body>"))
    dumped = browse("--dump-dom", path.as_uri()).stdout
    body = html.unescape(dumped[dumped.index("<body>") + 6 : dumped.rindex("</body>")])
    shown = json.loads(body)
    assert shown["width"] <= 1280
    late, _, one = shown["rows"]
    assert "app/late" in late["text"] and "may have expired" in late["text"]
    for row in shown["rows"]:
        left, top, width, height = row["picture"]
        assert width > 300 and height > 15
        for _, fill, (bar_left, bar_top, bar_width, bar_height) in row["bars"]:
            assert fill.startswith("rgb(") and fill != "rgb(0, 0, 0)"
            assert bar_left >= left - 1 and bar_left + bar_width <= left + width + 1
            assert bar_top >= top - 1 and bar_top + bar_height <= top + height + 1
    colours = {kind: fill for row in shown["rows"] for kind, fill, _ in row["bars"]}
    assert len({colours[kind] for kind in ("window", "archived", "due", "lost", "settling")}) == 5


@pytest.mark.skipif(not CHROMIUM, reason="no chromium: scripts/setup installs it")
def test_a_dark_screen_gets_a_dark_page(history, command, tmp_path):
    path = tmp_path / "report.html"
    command("report", output=path)
    probe = "<script>document.title = getComputedStyle(document.body).backgroundColor</script></body>"
    path.write_text(path.read_text().replace("</body>", probe))
    light = browse("--blink-settings=preferredColorScheme=1", "--dump-dom", path.as_uri()).stdout
    dark = browse("--blink-settings=preferredColorScheme=0", "--dump-dom", path.as_uri()).stdout
    assert "<title>rgb(255, 255, 255)</title>" in light
    assert "<title>rgb(20, 24, 28)</title>" in dark
