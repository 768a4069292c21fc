"""The reader of archives tells what is missing and what is there twice."""

import gzip

import pytest
from aws.archive import Archive, records, render


@pytest.fixture
def exported(aws, bucket):
    """Two groups, archived by a task each, with lines that look like stamps and messages of several lines."""
    aws.load(
        {
            "app/a": {
                "x/y": [(0, "first"), (951782400000, "leap day\n  at x\n  at y\n"), (1000, "twice"), (1000, "twice")],
                "x-y": [(1000, "in the same folder")],
                "never": [],
            },
            "app/b": {"x": [(1000, "a line\n2024-05-28T01:02:03.456Z like a stamp\nand more"), (1001, "")]},
        }
    )
    for group in ("app/a", "app/b"):
        task = aws.logs.create_export_task(
            logGroupName=group, fromTime=0, to=10**13, destination=bucket, destinationPrefix=f"2026/{group}"
        )
        aws.wait(task["taskId"])
    return Archive(aws.s3, bucket)


def compare(aws, bucket):
    return Archive(aws.s3, bucket).compare(aws.truth(), aws.tasks())


def rewrite(aws, bucket, found, change):
    """Replaces the text of an object."""
    text = change("".join(found.records))
    aws.s3.put_object(Bucket=bucket, Key=found.key, Body=gzip.compress(text.encode()))


def test_a_whole_archive_is_exact(aws, bucket, exported):
    result = compare(aws, bucket)
    assert result.exact and result.archived == result.expected == 8
    assert sorted(exported.others) == ["2026/app/a/aws-logs-write-test", "2026/app/b/aws-logs-write-test"]


def test_a_lost_object_is_missing(aws, bucket, exported):
    found = next(o for o in exported.objects if "twice" in str(o.records))
    aws.s3.delete_object(Bucket=bucket, Key=found.key)
    result = compare(aws, bucket)
    assert result.missing.total() == len(found.records) and not result.extra
    assert result.missing["app/a", "x-y", render(1000, "twice")] == 2


def test_a_copied_object_is_extra(aws, bucket, exported):
    found = exported.objects[0]
    body = gzip.compress("".join(found.records).encode())
    aws.s3.put_object(Bucket=bucket, Key=found.key.replace("000000", "000009"), Body=body)
    result = compare(aws, bucket)
    assert result.extra.total() == len(found.records) and not result.missing


def test_a_changed_line_is_both(aws, bucket, exported):
    found = next(o for o in exported.objects if "leap day" in str(o.records))
    rewrite(aws, bucket, found, lambda text: text.replace("  at y", "  at z"))
    result = compare(aws, bucket)
    assert (result.missing.total(), result.extra.total()) == (1, 1)


def test_an_event_archived_once_of_two_alike_is_missing(aws, bucket, exported):
    found = next(o for o in exported.objects if "twice" in str(o.records))
    rewrite(aws, bucket, found, lambda text: text.replace(render(1000, "twice"), "", 1))
    assert compare(aws, bucket).missing == {("app/a", "x-y", render(1000, "twice")): 1}


def test_records_begin_with_stamps():
    text = render(0, "a\n\nb") + render(951782400123, "c")
    assert records(text) == ["1970-01-01T00:00:00.000Z a\n\nb\n", "2000-02-29T00:00:00.123Z c\n"]
    with pytest.raises(ValueError):
        records("no stamp\n" + text)


def test_the_tree_shows_folders_and_counts(exported):
    tree = exported.tree()
    assert [line.startswith("2026/app/") for line in tree] == [True, False, False, True, False]
    assert tree[4].split() == ["x/000000.gz", f"{exported.objects[2].size}", "bytes", "3", "records"]
