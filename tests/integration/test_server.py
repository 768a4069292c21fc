"""The server behaves as CloudWatch Logs and S3 do, as far as an archive depends on it."""

import base64
import gzip
import http.client
import json
import time
import urllib.parse
import urllib.request
import zlib
from email.utils import parsedate_to_datetime

import pytest
from aws.archive import Archive
from aws.identity import ACCESS_KEY, REGION, SECRET_KEY
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, ConnectionClosedError

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def now_ms():
    return int(time.time() * 1000)


def refused(call, **parameters):
    """The error code that a call is refused with."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"]


def export(aws, group="g", to=None, **parameters):
    parameters = {"fromTime": 0, "to": now_ms() + HOUR_MS if to is None else to, "destination": "archive"} | parameters
    return aws.logs.create_export_task(logGroupName=group, **parameters)["taskId"]


def exported(aws, **parameters):
    """{key below the task's folder: lines} of one export that completed."""
    task = aws.wait(export(aws, **parameters))
    assert task["status"]["code"] == "COMPLETED", task
    prefix = f"{task['destinationPrefix']}/{task['taskId']}/"
    return {
        entry["Key"].removeprefix(prefix): _lines(aws, entry["Key"])
        for entry in aws.s3.list_objects_v2(Bucket="archive", Prefix=prefix).get("Contents", ())
    }


def _lines(aws, key):
    return gzip.decompress(aws.s3.get_object(Bucket="archive", Key=key)["Body"].read()).decode().splitlines()


def stream_names(aws, **parameters):
    pages = aws.logs.get_paginator("describe_log_streams").paginate(**parameters)
    return [stream["logStreamName"] for page in pages for stream in page["logStreams"]]


class TestExportTasks:
    def test_one_is_active_at_a_time(self, aws, bucket):
        aws.load({"g": {"s": [(1000, "a")]}})
        aws.set(running_s=0.3)
        task = export(aws)
        assert refused(aws.logs.create_export_task, logGroupName="g", fromTime=0, to=1, destination=bucket) == (
            "LimitExceededException"
        )
        aws.wait(task)
        export(aws)

    def test_regions_have_a_slot_each(self, aws, bucket):
        aws.load({"g": {}})
        aws.load({"g": {}}, region="eu-central-1")
        aws.next_tasks("STUCK_RUNNING")
        export(aws)
        elsewhere = aws.client("logs", region="eu-central-1")
        aws.client("s3", region="eu-central-1").create_bucket(
            Bucket="there", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        elsewhere.create_export_task(logGroupName="g", fromTime=0, to=1, destination="there")

    def test_a_task_is_pending_then_running_then_completed(self, aws, bucket):
        aws.load({"g": {}})
        aws.set(pending_s=0.2, running_s=0.2)
        task, seen = export(aws), []
        while "COMPLETED" not in seen:
            (described,) = aws.logs.describe_export_tasks(taskId=task)["exportTasks"]
            code = described["status"]["code"]
            assert ("completionTime" in described["executionInfo"]) == (code == "COMPLETED")
            seen += [code] if code not in seen else []
        assert seen == ["PENDING", "RUNNING", "COMPLETED"]

    def test_both_ends_of_a_window_are_inclusive(self, aws, bucket):
        aws.load({"g": {"s": [(t, str(t)) for t in (999, 1000, 1500, 2000, 2001)]}})
        found = exported(aws, fromTime=1000, to=2000)
        assert sorted(line.split()[1] for line in found["s/000000.gz"]) == ["1000", "1500", "2000"]

    def test_a_stream_filter_is_a_prefix(self, aws, bucket):
        aws.load({"g": {name: [(1000, "m")] for name in ("app", "app-2", "ap", "b")}})
        assert sorted(exported(aws, logStreamNamePrefix="app")) == ["app-2/000000.gz", "app/000000.gz"]

    def test_lines_have_exact_milliseconds_in_utc_and_messages_stay_as_they_are(self, aws, bucket):
        aws.load({"g": {"s": [(1716861723456, "one\n  two\n")]}})
        assert exported(aws)["s/000000.gz"] == ["2024-05-28T02:02:03.456Z one", "  two", ""]

    def test_lines_are_not_sorted(self, aws, bucket):
        aws.load({"g": {"s": [(1000 + i, f"{i:03}") for i in range(200)]}})
        lines = exported(aws)["s/000000.gz"]
        assert len(lines) == 200 and lines != sorted(lines)

    def test_a_large_stream_is_split_and_not_cut(self, aws, bucket):
        aws.load({"g": {"s": [(1000 + i, str(i)) for i in range(25_000)]}})
        found = exported(aws)
        assert sorted(found) == ["s/000000.gz", "s/000001.gz", "s/000002.gz"]
        assert len({line for lines in found.values() for line in lines}) == 25_000

    def test_slashes_become_dashes_so_that_two_streams_can_share_a_folder(self, aws, bucket):
        aws.load({"g": {"a/b": [(1000, "slash")], "a-b": [(1000, "dash")]}})
        found = exported(aws)
        assert sorted(found) == ["a-b/000000.gz", "a-b/000001.gz"]
        assert sorted(line.split()[1] for lines in found.values() for line in lines) == ["dash", "slash"]

    def test_a_stream_without_events_makes_no_folder(self, aws, bucket):
        aws.load({"g": {"s": [(1000, "m")], "never": []}})
        assert list(exported(aws)) == ["s/000000.gz"]

    def test_the_prefix_is_exportedlogs_unless_given_and_a_write_test_is_left_at_creation(self, aws, bucket):
        aws.load({"g": {}})
        aws.next_tasks("STUCK_PENDING")
        export(aws)
        keys = [entry["Key"] for entry in aws.s3.list_objects_v2(Bucket=bucket)["Contents"]]
        assert keys == ["exportedlogs/aws-logs-write-test"]

    def test_everything_asked_for_is_echoed_but_the_stream_prefix(self, aws, bucket):
        aws.load({"g": {}})
        task = aws.wait(export(aws, to=5, logStreamNamePrefix="s", taskName="n", destinationPrefix="p"))
        assert set(task) == {
            "taskId", "taskName", "logGroupName", "from", "to", "destination", "destinationPrefix", "status",
            "executionInfo",
        }  # fmt: skip
        assert (task["taskName"], task["from"], task["to"], task["destinationPrefix"]) == ("n", 0, 5, "p")
        assert task["status"]["message"]

    def test_they_are_listed_newest_first_by_pages_by_id_and_by_status(self, aws, bucket):
        aws.load({"g": {}})
        aws.next_tasks("COMPLETED", "FAILED", "COMPLETED")
        ids = [aws.wait(export(aws))["taskId"] for _ in range(3)]

        def listed(**parameters):
            answer = aws.logs.describe_export_tasks(**parameters)
            return [task["taskId"] for task in answer["exportTasks"]], answer.get("nextToken")

        assert listed()[0] == ids[::-1]
        first, token = listed(limit=2)
        assert first + listed(limit=2, nextToken=token)[0] == ids[::-1]
        assert listed(statusCode="FAILED")[0] == [ids[1]]
        assert listed(taskId=ids[0])[0] == [ids[0]]
        assert listed(taskId="00000000-0000-0000-0000-000000000000")[0] == []
        assert refused(aws.logs.describe_export_tasks, statusCode="DONE") == "InvalidParameterException"
        assert refused(aws.logs.describe_export_tasks, nextToken="x") == "InvalidParameterException"

    @pytest.mark.parametrize(
        "changes, code",
        [
            ({"logGroupName": "none"}, "ResourceNotFoundException"),
            ({"destination": "no-such-bucket"}, "InvalidParameterException"),
            ({"fromTime": 10, "to": 9}, "InvalidParameterException"),
            ({"fromTime": -1}, "InvalidParameterException"),
            ({"taskName": "n" * 513}, "InvalidParameterException"),
            ({"destination": "d" * 513}, "InvalidParameterException"),
            ({"logStreamNamePrefix": "a:b"}, "InvalidParameterException"),
            ({"logGroupName": "rare"}, "InvalidParameterException"),
        ],
    )
    def test_bad_requests_are_refused(self, aws, bucket, changes, code):
        aws.load([{"name": "g"}, {"name": "rare", "class": "INFREQUENT_ACCESS"}])
        good = {"logGroupName": "g", "fromTime": 0, "to": 10, "destination": bucket}
        logs = aws.client("logs", parameter_validation=False)
        assert refused(logs.create_export_task, **(good | changes)) == code
        logs.create_export_task(**good)

    def test_windows_that_aws_is_unsure_about_can_be_switched(self, aws, bucket):
        aws.load({"g": {"s": [(1000, "m")]}})
        assert list(exported(aws, to=1000)) == ["s/000000.gz"]
        aws.set(refuse_reversed_window=False, refuse_before_creation=True)
        parameters = {"logGroupName": "g", "fromTime": 0, "destination": bucket}
        assert refused(aws.logs.create_export_task, **parameters, to=1000) == "InvalidParameterException"
        assert exported(aws, fromTime=now_ms() + 20, to=now_ms() + 10) == {}

    def test_a_failed_one_leaves_a_part_behind(self, aws, bucket):
        aws.load({"g": {name: [(1000, "m")] for name in "abcd"}})
        aws.next_tasks("FAILED")
        assert aws.wait(export(aws))["status"]["code"] == "FAILED"
        assert Archive(aws.s3, bucket).count == 2
        assert len(exported(aws)) == 4

    def test_they_can_be_cancelled_until_they_end(self, aws, bucket):
        aws.load({"g": {"a": [(1000, "m")]}})
        aws.set(running_s=30, cancel_s=0.2)
        task = export(aws)
        aws.logs.cancel_export_task(taskId=task)
        (described,) = aws.logs.describe_export_tasks(taskId=task)["exportTasks"]
        assert described["status"]["code"] == "PENDING_CANCEL"
        assert refused(aws.logs.cancel_export_task, taskId=task) == "InvalidOperationException"
        assert refused(aws.logs.create_export_task, logGroupName="g", fromTime=0, to=1, destination=bucket) == (
            "LimitExceededException"
        )
        assert aws.wait(task)["status"]["code"] == "CANCELLED"
        assert refused(aws.logs.cancel_export_task, taskId=task) == "InvalidOperationException"
        assert refused(aws.logs.cancel_export_task, taskId="x") == "ResourceNotFoundException"

    def test_they_can_be_told_to_hang_and_let_go(self, aws, bucket):
        aws.load({"g": {"s": [(1000, "m")]}})
        for outcome, status in (("STUCK_PENDING", "PENDING"), ("STUCK_RUNNING", "RUNNING")):
            aws.next_tasks(outcome)
            task = export(aws, destinationPrefix=outcome)
            time.sleep(0.15)
            assert aws.logs.describe_export_tasks(taskId=task)["exportTasks"][0]["status"]["code"] == status
            aws.control("release")
            assert aws.wait(task)["status"]["code"] == "COMPLETED"
        assert Archive(aws.s3, bucket).count == 2

    def test_a_stranger_can_hold_the_slot(self, aws, bucket):
        aws.load({"g": {"s": [(1000, "m")]}})
        stranger = aws.control("foreign_task", seconds=0.2)["taskId"]
        parameters = {"logGroupName": "g", "fromTime": 0, "to": 1000, "destination": bucket}
        assert refused(aws.logs.create_export_task, **parameters) == "LimitExceededException"
        aws.wait(stranger)
        assert exported(aws)

    def test_events_become_exportable_late_and_are_then_left_out_silently(self, aws, bucket):
        aws.set(export_lag_s=60)
        aws.load({"g": {"s": [(1000, "m")]}})
        assert exported(aws) == {}
        aws.control("advance", seconds=60)
        assert list(exported(aws)) == ["s/000000.gz"]

    @pytest.mark.parametrize("moment, count", [("start", 1), ("end", 2)])
    def test_events_are_read_at_the_moment_chosen(self, aws, bucket, moment, count):
        aws.set(running_s=0.5, reads_at=moment)
        aws.load({"g": {"s": [(1000, "early")]}})
        task = export(aws)
        time.sleep(0.1)
        aws.load({"g": {"s": [(1000, "late")]}})
        aws.wait(task)
        assert Archive(aws.s3, bucket).count == count

    def test_the_last_object_can_appear_after_completion(self, aws, bucket):
        aws.set(object_delay_s=60)
        aws.load({"g": {"a": [(1000, "m")], "b": [(1000, "m")]}})
        assert len(exported(aws)) == 1
        aws.control("advance", seconds=60)
        assert Archive(aws.s3, bucket).count == 2

    def test_a_new_one_can_be_missing_from_the_list_for_a_while(self, aws, bucket):
        aws.set(task_list_lag_s=60)
        aws.load({"g": {}})
        export(aws)
        assert aws.logs.describe_export_tasks()["exportTasks"] == []
        aws.control("advance", seconds=60)
        assert len(aws.logs.describe_export_tasks()["exportTasks"]) == 1


class TestStreams:
    def test_they_come_by_name_fifty_a_page_with_a_prefix_filter(self, aws):
        aws.load({"g": {f"s{i:03}": [] for i in range(120)} | {"t": []}})
        first = aws.logs.describe_log_streams(logGroupName="g")
        assert len(first["logStreams"]) == 50 and first["nextToken"]
        assert stream_names(aws, logGroupName="g") == [f"s{i:03}" for i in range(120)] + ["t"]
        assert len(stream_names(aws, logGroupName="g", logStreamNamePrefix="s01")) == 10
        assert stream_names(aws, logGroupName="g", descending=True)[0] == "t"
        assert refused(aws.logs.describe_log_streams, logGroupName="g", limit=51) == "InvalidParameterException"
        assert refused(aws.logs.describe_log_streams, logGroupName="x") == "ResourceNotFoundException"

    def test_pages_can_be_empty_and_still_carry_a_token(self, aws):
        aws.set(empty_pages=True)
        aws.load({"g": {f"s{i:03}": [] for i in range(120)}})
        first = aws.logs.describe_log_streams(logGroupName="g")
        assert first["logStreams"] == [] and first["nextToken"]
        assert len(stream_names(aws, logGroupName="g")) == 120

    def test_the_order_by_last_event_takes_no_prefix(self, aws):
        aws.load({"g": {"a": [(2000, "m")], "b": [(1000, "m")]}})
        assert stream_names(aws, logGroupName="g", orderBy="LastEventTime") == ["b", "a"]
        assert refused(
            aws.logs.describe_log_streams, logGroupName="g", orderBy="LastEventTime", logStreamNamePrefix="a"
        ) == ("InvalidParameterException")

    def test_one_without_events_has_no_stamps(self, aws):
        aws.load({"g": {"empty": [], "full": [(2000, "m"), (1000, "m")]}})
        empty, full = aws.logs.describe_log_streams(logGroupName="g")["logStreams"]
        stamps = {"firstEventTimestamp", "lastEventTimestamp", "lastIngestionTime"}
        assert not stamps & set(empty) and stamps < set(full)
        assert (full["firstEventTimestamp"], full["lastEventTimestamp"]) == (1000, 2000)
        assert full["arn"].endswith(":log-group:g:log-stream:full")
        assert full["creationTime"] > full["firstEventTimestamp"]

    def test_stamps_lag(self, aws):
        aws.set(hint_lag_s=60)
        aws.load({"g": {"s": [(1000, "m")]}})
        assert "lastEventTimestamp" not in aws.logs.describe_log_streams(logGroupName="g")["logStreams"][0]
        aws.control("advance", seconds=61)
        aws.load({"g": {"s": [(2000, "m")]}})
        assert aws.logs.describe_log_streams(logGroupName="g")["logStreams"][0]["lastEventTimestamp"] == 1000


class TestGroups:
    def test_they_are_filtered_by_prefix_and_paged(self, aws):
        aws.load({f"app/{i:03}": {} for i in range(60)} | {"other": {}})
        first = aws.logs.describe_log_groups(logGroupNamePrefix="app/")
        assert len(first["logGroups"]) == 50
        rest = aws.logs.describe_log_groups(logGroupNamePrefix="app/", nextToken=first["nextToken"])
        assert len(rest["logGroups"]) == 10 and "nextToken" not in rest

    def test_they_have_both_forms_of_arn_and_a_class(self, aws):
        aws.load([{"name": "g"}, {"name": "rare", "class": "INFREQUENT_ACCESS", "retention_days": 7}])
        plain, rare = aws.logs.describe_log_groups()["logGroups"]
        assert plain["logGroupArn"] == "arn:aws:logs:us-east-1:123456789012:log-group:g"
        assert plain["arn"] == plain["logGroupArn"] + ":*"
        assert (plain["logGroupClass"], rare["logGroupClass"]) == ("STANDARD", "INFREQUENT_ACCESS")
        assert rare["retentionInDays"] == 7 and "retentionInDays" not in plain
        assert stream_names(aws, logGroupIdentifier=plain["logGroupArn"]) == []

    def test_they_have_tags(self, aws):
        aws.load([{"name": "g", "tags": {"archive": "yes"}}])
        arn = aws.logs.describe_log_groups()["logGroups"][0]["logGroupArn"]
        aws.logs.tag_resource(resourceArn=arn, tags={"team": "a"})
        assert aws.logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"archive": "yes", "team": "a"}

    def test_linked_accounts_are_listed_on_request_only(self, aws):
        aws.load({"here": {}})
        aws.load({"there": {}}, account="222222222222")
        assert len(aws.logs.describe_log_groups()["logGroups"]) == 1
        linked = aws.logs.describe_log_groups(includeLinkedAccounts=True)["logGroups"]
        assert [group["logGroupName"] for group in linked] == ["here", "there"]


class TestEvents:
    def put(self, aws, *stamps):
        events = [{"timestamp": stamp, "message": "m"} for stamp in stamps]
        return aws.logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=events)

    def test_more_than_two_hours_ahead_are_rejected(self, aws):
        aws.load({"g": {"s": []}})
        now = now_ms()
        answer = self.put(aws, now - HOUR_MS, now + HOUR_MS, now + 3 * HOUR_MS)
        assert answer["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 2}
        assert len(aws.truth()) == 2

    def test_more_than_two_weeks_old_are_rejected(self, aws):
        aws.load({"g": {"s": []}})
        now = now_ms()
        answer = self.put(aws, now - 14 * DAY_MS - 60_000, now - 14 * DAY_MS + 60_000)
        assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
        assert len(aws.truth("g")) == 1

    def test_a_batch_is_in_order_and_within_a_day(self, aws):
        aws.load({"g": {"s": []}})
        now = now_ms()
        for stamps in ((now, now - 1), (now - 25 * HOUR_MS, now)):
            events = [{"timestamp": stamp, "message": "m"} for stamp in stamps]
            assert refused(aws.logs.put_log_events, logGroupName="g", logStreamName="s", logEvents=events) == (
                "InvalidParameterException"
            )

    def test_they_are_filtered_by_time_inclusively_over_pages(self, aws):
        aws.load({"g": {"s": [(t, str(t)) for t in range(1000, 1100)], "t": [(1050, "t")]}})
        found, parameters = [], {"logGroupName": "g", "startTime": 1010, "endTime": 1089, "limit": 30}
        while True:
            page = aws.logs.filter_log_events(**parameters)
            found += [event["timestamp"] for event in page["events"]]
            if "nextToken" not in page:
                break
            parameters["nextToken"] = page["nextToken"]
        assert found == sorted([*range(1010, 1090), 1050])
        only = aws.logs.filter_log_events(logGroupName="g", logStreamNames=["t"])["events"]
        assert [event["message"] for event in only] == ["t"]

    def test_a_stream_is_read_from_its_head(self, aws):
        aws.load({"g": {"s": [(t, str(t)) for t in range(5)]}})
        parameters = {"logGroupName": "g", "logStreamName": "s", "startFromHead": True, "limit": 3}
        page = aws.logs.get_log_events(**parameters)
        rest = aws.logs.get_log_events(**parameters, nextToken=page["nextForwardToken"])
        assert [event["timestamp"] for event in page["events"] + rest["events"]] == [0, 1, 2, 3, 4]

    def test_a_thousand_streams_and_ten_thousand_events_load_in_seconds(self, aws):
        begin = time.monotonic()
        aws.load({"g": {f"s{i:04}": [(1000 + j, "m") for j in range(10)] for i in range(1000)}})
        assert len(stream_names(aws, logGroupName="g")) == 1000
        assert time.monotonic() - begin < 5


class TestS3:
    def test_a_conditional_put_creates_once(self, aws, bucket):
        put = {"Bucket": bucket, "Key": "state", "Body": b"1"}
        aws.s3.put_object(**put, IfNoneMatch="*")
        assert refused(aws.s3.put_object, **put, IfNoneMatch="*") == "PreconditionFailed"

    def test_a_conditional_put_replaces_what_was_read(self, aws, bucket):
        put = {"Bucket": bucket, "Key": "state"}
        assert refused(aws.s3.put_object, **put, Body=b"", IfMatch='"x"') == "NoSuchKey"
        first = aws.s3.put_object(**put, Body=b"1")["ETag"]
        second = aws.s3.put_object(**put, Body=b"2", IfMatch=first)["ETag"]
        assert refused(aws.s3.put_object, **put, Body=b"3", IfMatch=first) == "PreconditionFailed"
        assert aws.s3.get_object(Bucket=bucket, Key="state")["ETag"] == second

    def test_a_conditional_put_can_meet_a_conflict(self, aws, bucket):
        aws.fault("PutObject", "error", status=409, code="ConditionalRequestConflict")
        put = {"Bucket": bucket, "Key": "state", "Body": b"1", "IfNoneMatch": "*"}
        assert refused(aws.s3.put_object, **put) == "ConditionalRequestConflict"
        aws.s3.put_object(**put)

    def test_a_body_that_differs_from_its_checksum_is_refused(self, aws, bucket):
        put = {"Bucket": bucket, "Key": "k", "Body": b"body"}
        crc = base64.b64encode(zlib.crc32(b"body").to_bytes(4, "big")).decode()
        wrong = base64.b64encode(bytes(4)).decode()
        md5 = base64.b64encode(bytes(16)).decode()
        assert refused(aws.s3.put_object, **put, ChecksumCRC32=wrong) == "BadDigest"
        assert refused(aws.s3.put_object, **put, ContentMD5=md5) == "BadDigest"
        assert refused(aws.s3.get_object, Bucket=bucket, Key="k") == "NoSuchKey"
        aws.s3.put_object(**put, ChecksumCRC32=crc)
        assert aws.s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["ChecksumCRC32"] == crc

    def test_a_missing_object_is_not_told_from_a_forbidden_one_without_the_right_to_list(self, aws, bucket):
        assert refused(aws.s3.get_object, Bucket=bucket, Key="k") == "NoSuchKey"
        assert refused(aws.s3.head_object, Bucket=bucket, Key="k") == "404"
        aws.set(deny=["s3:ListBucket"])
        assert refused(aws.s3.get_object, Bucket=bucket, Key="k") == "AccessDenied"
        assert refused(aws.s3.head_object, Bucket=bucket, Key="k") == "403"
        assert refused(aws.s3.list_objects_v2, Bucket=bucket) == "AccessDenied"
        aws.s3.put_object(Bucket=bucket, Key="k", Body=b"")
        aws.s3.get_object(Bucket=bucket, Key="k")

    def test_actions_can_be_denied(self, aws, bucket):
        aws.load({"g": {}})
        aws.set(deny=["s3:DeleteObject", "logs:CreateExportTask"])
        assert refused(aws.s3.delete_object, Bucket=bucket, Key="k") == "AccessDenied"
        assert refused(aws.logs.create_export_task, logGroupName="g", fromTime=0, to=1, destination=bucket) == (
            "AccessDeniedException"
        )

    def test_only_what_is_listed_can_be_allowed(self, aws, bucket):
        aws.s3.put_object(Bucket=bucket, Key="a/1", Body=b"x")
        aws.set(allow=[f"s3:GetObject arn:aws:s3:::{bucket}/a/*", f"s3:ListBucket arn:aws:s3:::{bucket}", "kms:Decrypt"])
        assert aws.s3.get_object(Bucket=bucket, Key="a/1")["Body"].read() == b"x"
        assert refused(aws.s3.get_object, Bucket=bucket, Key="a/2") == "NoSuchKey"
        assert refused(aws.s3.get_object, Bucket=bucket, Key="b/1") == "AccessDenied"
        assert refused(aws.s3.delete_object, Bucket=bucket, Key="a/1") == "AccessDenied"
        assert refused(aws.logs.describe_log_groups) == "AccessDeniedException"

    def test_keys_survive_whatever_is_in_them(self, aws, bucket):
        for key in ("a b/ü+~&=?#", "//", "a//b", "%41", "[$LATEST]", "a\u2028b"):
            aws.s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
            assert aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
            listed = aws.s3.list_objects_v2(Bucket=bucket, Prefix=key)["Contents"]
            assert key in [entry["Key"] for entry in listed]

    def test_objects_are_deleted_by_the_hundred(self, aws, bucket):
        for i in range(5):
            aws.s3.put_object(Bucket=bucket, Key=f"k{i}", Body=b"")
        aws.s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": f"k{i}"} for i in range(5)]})
        assert aws.s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0

    def test_a_bucket_of_another_region_says_where_it_is(self, aws):
        aws.client("s3", region="eu-central-1").create_bucket(
            Bucket="there", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        answer = _raw(aws, "GET", "/there?list-type=2", {"authorization": _authorization("s3")})
        assert answer.status == 301 and answer.headers["x-amz-bucket-region"] == "eu-central-1"
        aws.load({"g": {}})
        assert refused(aws.logs.create_export_task, logGroupName="g", fromTime=0, to=1, destination="there") == (
            "InvalidParameterException"
        )


class TestSignatures:
    @pytest.fixture(autouse=True)
    def verified(self, aws, bucket):
        aws.load({"g": {"s": []}})
        aws.set(verify_signatures=True)

    def test_good_ones_pass(self, aws, bucket):
        aws.logs.describe_log_streams(logGroupName="g")
        aws.s3.put_object(Bucket=bucket, Key="a b/ü+~&=", Body=b"body")
        aws.s3.list_objects_v2(Bucket=bucket, Prefix="a b/", Delimiter="/")
        aws.s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k"}]})
        aws.client("sts").get_caller_identity()
        aws.client("dynamodb").list_tables()

    def test_a_wrong_secret_is_refused(self, aws, bucket):
        wrong = {"secret": "not/the/secret"}
        assert refused(aws.client("logs", **wrong).describe_log_groups) == "InvalidSignatureException"
        assert refused(aws.client("s3", **wrong).list_objects_v2, Bucket=bucket) == "SignatureDoesNotMatch"
        assert refused(aws.client("sts", **wrong).get_caller_identity) == "SignatureDoesNotMatch"

    def test_an_unknown_key_is_refused(self, aws, bucket):
        unknown = {"access": "AKIAUNKNOWNUNKNOWN00"}
        assert refused(aws.client("logs", **unknown).describe_log_groups) == "UnrecognizedClientException"
        assert refused(aws.client("s3", **unknown).list_objects_v2, Bucket=bucket) == "InvalidAccessKeyId"

    def test_a_token_belongs_to_its_key(self, aws, bucket):
        aws.control("key", access="ASIAINTEGRATION00002", secret="s", token="t")
        key = {"access": "ASIAINTEGRATION00002", "secret": "s"}
        aws.client("logs", **key, token="t").describe_log_groups()
        aws.client("s3", **key, token="t").list_objects_v2(Bucket=bucket)
        assert refused(aws.client("logs", **key).describe_log_groups) == "UnrecognizedClientException"
        assert refused(aws.client("s3", **key, token="u").list_objects_v2, Bucket=bucket) == "InvalidToken"

    def test_an_assumed_role_signs_with_its_own_key(self, aws):
        role = aws.client("sts").assume_role(RoleArn="arn:aws:iam::222222222222:role/r", RoleSessionName="archive")
        key = role["Credentials"]
        client = aws.client("logs", key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"])
        assert client.describe_log_groups()["logGroups"] == []  # another account, another world

    def test_a_clock_that_is_off_by_more_than_five_minutes_is_refused(self, aws, bucket):
        aws.set(clock_skew_s=280)
        aws.logs.describe_log_groups()
        aws.set(clock_skew_s=310)
        assert refused(aws.client("logs").describe_log_groups) == "InvalidSignatureException"
        assert _raw(aws, "GET", f"/{bucket}?list-type=2", _signed_headers(aws, bucket)).status == 403

    def test_a_changed_request_is_refused(self, aws, bucket):
        headers = _signed_headers(aws, bucket)
        assert _raw(aws, "GET", f"/{bucket}?list-type=2", headers).status == 200
        assert _raw(aws, "GET", f"/{bucket}?list-type=2&prefix=x", headers).status == 403
        assert _raw(aws, "GET", f"/{bucket}?list-type=2", headers | {"x-amz-request-payer": "requester"}).status == 403
        assert _raw(aws, "GET", f"/{bucket}?list-type=2", {}).status == 403


class TestFaults:
    def test_an_error_comes_as_often_as_asked_for(self, aws, bucket):
        aws.fault("DescribeLogGroups", "error", count=2, skip=1, status=400, code="ThrottlingException")
        aws.logs.describe_log_groups()
        for _ in range(2):
            assert refused(aws.logs.describe_log_groups) == "ThrottlingException"
        aws.logs.describe_log_groups()
        assert [r["status"] for r in aws.requests("DescribeLogGroups")] == [200, 400, 400, 200]

    def test_they_can_be_aimed_at_a_parameter(self, aws, bucket):
        aws.fault("GetObject", "error", match={"Key": "a"}, status=503, code="SlowDown", headers={"Retry-After": 1})
        aws.s3.put_object(Bucket=bucket, Key="b", Body=b"")
        aws.s3.get_object(Bucket=bucket, Key="b")
        assert refused(aws.s3.get_object, Bucket=bucket, Key="a") == "SlowDown"

    @pytest.mark.parametrize("after", [False, True])
    def test_a_connection_is_reset_before_or_after_the_effect(self, aws, bucket, after):
        aws.load({"g": {}})
        aws.fault("CreateExportTask", "reset", after=after)
        with pytest.raises(ConnectionClosedError):
            export(aws)
        assert len(aws.tasks()) == after

    def test_an_error_can_hide_an_effect(self, aws, bucket):
        aws.fault("PutObject", "error", after=True)
        assert refused(aws.s3.put_object, Bucket=bucket, Key="k", Body=b"") == "InternalFailure"
        aws.s3.head_object(Bucket=bucket, Key="k")

    def test_a_body_can_be_cut_short(self, aws, bucket):
        aws.fault("DescribeLogGroups", "truncate", keep=5)
        with pytest.raises(http.client.IncompleteRead) as caught:
            _raw(aws, "POST", "/", {"x-amz-target": "Logs_20140328.DescribeLogGroups"}, b"{}")
        assert caught.value.partial == b'{"log'

    def test_an_answer_can_be_late(self, aws):
        aws.fault("DescribeLogGroups", "delay", seconds=0.3)
        begin = time.monotonic()
        aws.logs.describe_log_groups()
        assert time.monotonic() - begin >= 0.3

    def test_a_body_can_be_anything(self, aws):
        aws.fault("DescribeLogGroups", "error", status=502, body="<html>Bad Gateway</html>")
        answer = _raw(aws, "POST", "/", {"x-amz-target": "Logs_20140328.DescribeLogGroups"}, b"{}")
        assert (answer.status, answer.content) == (502, b"<html>Bad Gateway</html>")


class TestTransport:
    def test_answers_carry_the_servers_date(self, aws):
        aws.set(clock_skew_s=-7200)
        date = parsedate_to_datetime(_raw(aws, "GET", "/").headers["Date"]).timestamp()
        assert abs(time.time() - 7200 - date) < 5

    def test_connections_are_kept(self, aws):
        connection = _connection(aws)
        for _ in range(3):
            connection.request("GET", "/")
            connection.getresponse().read()
            assert connection.sock is not None

    def test_a_chunked_body_is_understood(self, aws, bucket):
        connection = _connection(aws)
        connection.request("PUT", f"/{bucket}/k", body=iter([b"one", b"two"]), encode_chunked=True)
        assert connection.getresponse().status == 200
        assert aws.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"onetwo"

    def test_an_aws_chunked_body_is_decoded_and_its_trailer_checked(self, aws, bucket):
        crc = base64.b64encode(zlib.crc32(b"hello").to_bytes(4, "big")).decode()
        headers = {
            "content-encoding": "aws-chunked",
            "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "x-amz-decoded-content-length": "5",
            "x-amz-trailer": "x-amz-checksum-crc32",
        }
        body = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:%s\r\n\r\n"
        assert _raw(aws, "PUT", f"/{bucket}/k", headers, body % crc.encode()).status == 200
        assert aws.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"hello"
        assert b"BadDigest" in _raw(aws, "PUT", f"/{bucket}/k", headers, body % b"AAAAAA==").content

    def test_dynamodb_answers_carry_their_checksum(self, aws):
        headers = {"x-amz-target": "DynamoDB_20120810.ListTables", "authorization": _authorization("dynamodb")}
        answer = _raw(aws, "POST", "/", headers, b"{}")
        assert answer.status == 200 and int(answer.headers["x-amz-crc32"]) == zlib.crc32(answer.content)

    def test_errors_look_as_clients_expect_them(self, aws):
        logs = _raw(aws, "POST", "/", {"x-amz-target": "Logs_20140328.DescribeLogStreams"}, b'{"logGroupName": "x"}')
        assert json.loads(logs.content)["__type"] == "ResourceNotFoundException" and logs.headers["x-amzn-requestid"]
        s3 = _raw(aws, "GET", "/none/k")
        assert b"<Code>NoSuchBucket</Code>" in s3.content and s3.headers["x-amz-request-id"]
        bad = _raw(aws, "POST", "/", {"x-amz-target": "Logs_20140328.DescribeLogStreams"}, b"[1")
        assert json.loads(bad.content)["__type"] == "SerializationException"
        unknown = _raw(aws, "POST", "/", {"x-amz-target": "Logs_20140328.Whatever"}, b"{}")
        assert json.loads(unknown.content)["__type"] == "UnknownOperationException"


class TestControl:
    def test_a_reset_forgets_everything(self, aws, bucket):
        aws.load({"g": {"s": [(1, "m")]}})
        aws.set(seed=5)
        aws.reset()
        assert aws.truth() == [] and aws.tasks() == [] and aws.requests() == []
        assert aws.s3.list_buckets()["Buckets"] == []
        assert aws.set()["seed"] == 1

    def test_requests_are_counted_and_kept(self, aws):
        aws.logs.describe_log_groups(logGroupNamePrefix="x")
        (request,) = aws.requests("DescribeLogGroups")
        assert request["params"] == {"logGroupNamePrefix": "x"} and request["status"] == 200
        assert aws.count("DescribeLogGroups") == 1

    def test_unknown_settings_are_refused(self, aws):
        with pytest.raises(Exception, match="no such setting"):
            aws.set(whatever=1)

    def test_expired_events_go(self, aws):
        aws.load({"g": {"s": [(1000, "m"), (2000, "m")]}})
        aws.control("expire", group="g", before=2000)
        assert [event["timestamp"] for event in aws.truth()] == [2000]


def _connection(aws):
    return http.client.HTTPConnection(urllib.parse.urlsplit(aws.endpoint).netloc, timeout=10)


def _raw(aws, method, target, headers=None, body=None):
    connection = _connection(aws)
    try:
        connection.request(method, target, body=body, headers=headers or {})
        answer = connection.getresponse()
        answer.content = answer.read()
        return answer
    finally:
        connection.close()


def _authorization(service):
    return (
        f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/20260101/us-east-1/{service}/aws4_request,"
        f" SignedHeaders=host, Signature={'0' * 64}"
    )


def _signed_headers(aws, bucket):
    """The headers of a listing of `bucket` as botocore signs it."""
    request = AWSRequest("GET", f"{aws.endpoint}/{bucket}?list-type=2")
    request.context["payload_signing_enabled"] = True
    S3SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "s3", REGION).add_auth(request)
    return dict(request.headers)
