"""What a function leaves for those who run it: log lines, metrics, the trace."""

import json
import re
import time

import pytest
from aws.lambda_host import LambdaHost
from aws.runtime_api import FUNCTION

DAY = 86_400_000
HOUR = 3_600_000
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
LEVELS = {"DEBUG", "INFO", "WARN", "ERROR"}
# CloudWatch's own words for the units in use here.
UNITS = {
    "WindowsExported": "Count",
    "FailedUnits": "Count",
    "GroupsWaiting": "Count",
    "LagSeconds": "Seconds",
    "RetentionRiskSeconds": "Seconds",
    "SlotBusySeconds": "Seconds",
    "LateEvents": "Count",
}


def now():
    return int(time.time() * 1000)


def load(aws, groups, start):
    aws.load({name: {"a": [(start + k, f"line {k}") for k in range(3)]} for name in groups})


def read(line):
    """The object of a line; a name that is there twice is an error."""

    def unique(pairs):
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), line
        return dict(pairs)

    return json.loads(line, object_pairs_hook=unique)


def is_metrics(line):
    return line.startswith('{"_aws"')


def check_emf(line, **dimension):
    """The metrics of a line, once it is what the specification of the embedded metric format asks for."""
    found = read(line)
    assert len(line) < 256 * 1024
    assert set(found["_aws"]) == {"Timestamp", "CloudWatchMetrics"}
    assert isinstance(found["_aws"]["Timestamp"], int)
    assert abs(found["_aws"]["Timestamp"] - now()) < HOUR
    (directive,) = found["_aws"]["CloudWatchMetrics"]
    assert set(directive) == {"Namespace", "Dimensions", "Metrics"}
    assert directive["Namespace"] == "CloudWatchLogsS3Exporter"
    assert directive["Dimensions"] == [list(dimension)]
    assert {name: found[name] for name in dimension} == dimension
    assert all(isinstance(found[name], str) and 0 < len(found[name]) <= 1024 for name in dimension)
    names = [metric["Name"] for metric in directive["Metrics"]]
    assert len(names) == len(set(names)) <= 100
    assert {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}.items() <= UNITS.items()
    assert all(set(metric) == {"Name", "Unit"} for metric in directive["Metrics"])
    metrics = {name: found[name] for name in names}
    assert all(isinstance(value, int) for value in metrics.values())
    assert not {name for name in UNITS if name in found} - set(names)
    return metrics


@pytest.fixture
def function(aws, executable, lambda_event):
    """function(SettleDelay="1h") -> (result, its log lines, its metrics or None)"""
    hosts = []

    def invoke(env=None, timeout_s=60.0, trace=True, **settings):
        hosts.append(LambdaHost(executable, aws.environment() | (env or {})))
        result = hosts[-1].invoke(lambda_event | settings, timeout_s=timeout_s, trace=trace)
        assert result.kind in ("response", "error"), hosts[-1].lines
        hosts[-1].kill()
        lines = hosts[-1].lines
        found = [line for line in lines if is_metrics(line)]
        assert len(found) <= 1
        metrics = check_emf(found[0], FunctionName=FUNCTION) if found else None
        return result, [line for line in lines if not is_metrics(line)], metrics

    yield invoke
    for host in hosts:
        host.stop()


# ---- the log ----


def test_each_line_is_one_object_with_time_level_request_and_message(aws, bucket, function):
    load(aws, ["app/1", "app/2"], now() - 3 * DAY)
    aws.next_tasks("FAILED")
    result, lines, _ = function(LogLevel="DEBUG")
    assert result.kind == "response", result
    records = [read(line) for line in lines]
    assert len(records) > 5
    for record in records:
        assert list(record)[:4] == ["timestamp", "level", "requestId", "message"], record
        assert TIME.fullmatch(record["timestamp"]) and record["level"] in LEVELS
        assert record["requestId"] == result.request_id
    failed = next(record for record in records if record["message"] == "task failed")
    assert (failed["level"], failed["group"][:4]) == ("WARN", "app/") and failed["task"]
    ended = records[-1]
    assert (ended["message"], ended["outcome"], ended["tasksCompleted"]) == ("run ended", "done", 2)


@pytest.mark.parametrize(
    "env, settings, least",
    [
        ({}, {}, "INFO"),
        ({"AWS_LAMBDA_LOG_LEVEL": "TRACE"}, {}, "DEBUG"),
        ({"AWS_LAMBDA_LOG_LEVEL": "DEBUG"}, {}, "DEBUG"),
        ({"AWS_LAMBDA_LOG_LEVEL": "ERROR"}, {}, None),
        ({"AWS_LAMBDA_LOG_LEVEL": "FATAL"}, {}, None),
        ({"AWS_LAMBDA_LOG_LEVEL": "ERROR"}, {"LogLevel": "DEBUG"}, "DEBUG"),
        ({"AWS_LAMBDA_LOG_LEVEL": "DEBUG"}, {"LogLevel": "ERROR"}, None),
        ({"AWS_LAMBDA_LOG_LEVEL": "ERROR", "LOG_LEVEL": "INFO"}, {}, "INFO"),
        ({"LOG_LEVEL": "INFO"}, {"LogLevel": "DEBUG"}, "DEBUG"),
    ],
)
def test_the_level_is_the_events_then_the_variables_then_the_functions(aws, bucket, function, env, settings, least):
    load(aws, ["app/1"], now() - 3 * DAY)
    aws.logs.create_log_group(logGroupName="app/empty")
    _, lines, metrics = function(env=env, **settings)
    levels = {read(line)["level"] for line in lines}
    assert ("DEBUG" in levels, "INFO" in levels) == (least == "DEBUG", least in ("DEBUG", "INFO"))
    assert metrics["WindowsExported"] == 1


def test_text_where_the_function_asks_for_text(aws, bucket, function):
    load(aws, ["app/1"], now() - 3 * DAY)
    result, lines, metrics = function(env={"AWS_LAMBDA_LOG_FORMAT": "Text"})
    assert re.fullmatch(rf"{TIME.pattern}\t{result.request_id}\tINFO\trun ended outcome=done .*", lines[-1])
    assert metrics["WindowsExported"] == 1


# ---- metrics ----


def test_a_run_that_archives_all_has_no_lag(aws, bucket, function):
    load(aws, ["app/1", "app/2"], now() - 3 * DAY)
    aws.logs.put_retention_policy(logGroupName="app/1", retentionInDays=7)
    _, _, metrics = function()
    assert metrics == {
        "WindowsExported": 2,
        "FailedUnits": 0,
        "GroupsWaiting": 0,
        "LagSeconds": 0,
        "SlotBusySeconds": 0,
        "LateEvents": 0,
    }


def test_what_is_younger_than_the_settle_delay_is_lag_and_is_at_risk_when_retention_takes_it(aws, bucket, function):
    load(aws, ["app/1"], now() - 2 * HOUR)
    load(aws, ["app/2"], now() - 1 * HOUR)
    for name in ("app/1", "app/2"):
        aws.logs.put_retention_policy(logGroupName=name, retentionInDays=1)
    _, _, metrics = function(SettleDelay="12h")
    assert metrics["WindowsExported"] == 0
    assert 2 * 3600 <= metrics["LagSeconds"] < 3 * 3600
    assert 21 * 3600 < metrics["RetentionRiskSeconds"] <= 22 * 3600


def test_a_window_that_is_given_up_counts_and_its_events_are_lag(aws, bucket, function):
    load(aws, ["app/1", "app/2"], now() - 3 * DAY)
    aws.set(deny=["logs:CreateExportTask *:app/2:*"])
    result, _, metrics = function()
    assert result.error_type == "Function.IncompleteExport"
    assert (metrics["WindowsExported"], metrics["FailedUnits"]) == (1, 1)
    assert 3 * 86400 <= metrics["LagSeconds"] < 4 * 86400


def test_a_run_that_fails_as_a_whole_is_one_failed_unit_of_unknown_lag(aws, bucket, function):
    load(aws, ["app/1"], now() - 3 * DAY)
    for change in ({"DestinationS3Bucket": "missing"}, {"SettleDelay": "soon"}):
        result, _, metrics = function(**change)
        assert result.error_type == "Function.ConfigurationError"
        assert metrics["FailedUnits"] == 1 and "LagSeconds" not in metrics


def test_a_run_that_the_deadline_ends_says_what_waits(aws, bucket, function):
    load(aws, [f"app/{i}" for i in range(5)], now() - 3 * DAY)
    aws.set(running_s=600)
    result, _, metrics = function(timeout_s=16.0)
    assert result.payload["outcome"] == "work-remains"
    assert metrics["WindowsExported"] == 0 and metrics["GroupsWaiting"] >= 1
    assert 3 * 86400 <= metrics["LagSeconds"] < 4 * 86400


def test_the_time_that_a_strangers_task_takes_is_told(aws, bucket, function):
    load(aws, ["app/1"], now() - 3 * DAY)
    aws.set(running_s=600)
    aws.logs.create_export_task(taskName="theirs", logGroupName="app/1", fromTime=0, to=1, destination=bucket)
    result, _, metrics = function(timeout_s=16.0)
    assert result.payload["outcome"] == "busy"
    assert 1 <= metrics["SlotBusySeconds"] <= 16
    assert (metrics["WindowsExported"], metrics["FailedUnits"]) == (0, 0)


def test_late_events_that_a_sweep_archives_are_counted(aws, bucket, function):
    start = now() - 3 * DAY
    load(aws, ["app/1"], start)
    time.sleep(1.05 - time.time() % 1)  # The service's clock, by its Date headers, has whole seconds.
    function()
    aws.control("advance", seconds=2 * 3600)
    aws.load({"app/1": {"a": [(start + 500, "late")]}})
    time.sleep(1.05 - time.time() % 1)
    _, _, metrics = function(LateEvents="sweep")
    assert metrics["LateEvents"] == 1


def test_metrics_can_be_switched_off(aws, bucket, function):
    load(aws, ["app/1"], now() - 3 * DAY)
    _, lines, metrics = function(Metrics="off")
    assert metrics is None and "run ended" in lines[-1]
    assert function(env={"METRICS": "off"})[2] is None
    assert function(env={"METRICS": "off"}, Metrics="emf")[2]


def test_the_command_writes_metrics_where_it_is_asked_to(aws, exporter):
    load(aws, ["app/1"], now() - 3 * DAY)
    assert "_aws" not in (run := exporter()).stdout + run.stderr
    load(aws, ["app/2"], now() - 3 * DAY)
    run = exporter(metrics="emf")
    assert run.answer["outcome"] == "done" and "_aws" not in run.stdout
    (line,) = [line for line in run.stderr.splitlines() if is_metrics(line)]
    assert check_emf(line, Service="cloudwatch-logs-s3-exporter")["WindowsExported"] >= 1
    assert exporter(metrics="prometheus").code == 4


# ---- the trace ----


def test_the_trace_of_an_invocation_goes_along_with_each_request(aws, bucket, lambda_host, lambda_event):
    load(aws, ["app/1"], now() - 3 * DAY)
    traces = []
    for trace in (True, True, False):
        since = len(aws.requests())
        assert lambda_host.invoke(lambda_event, trace=trace).ok
        found = {request["trace"] for request in aws.requests(since=since)}
        assert len(found) == 1, found
        traces += found
    assert traces[0].startswith("Root=1-") and traces[1].startswith("Root=1-") and traces[0] != traces[1]
    assert traces[2] == ""
