"""Calls per second of each client, beside boto3 on the same server in the same run.

    bench_calls.py BUILD      an optimized build folder with the target bench_calls

The server is a process of its own and answers the same bytes each time, over one connection that stays. A call's cost is the
processor's time of the client alone; the two take turns, and the best of some rounds counts for each. What libcurl alone takes for
the same exchange, without a signature and without a look at the answer, stands beside it: no client on it can take less. All share one
core: they wait for each other anyway, and what it costs to wake another core of a virtual machine, as much as a whole call, is no client's.
"""

import contextlib
import json
import multiprocessing
import os
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import bench_clients
import boto3

ROUNDS, CALLS, CALLS_OF_BOTO3 = 9, 1000, 150
PAUSED, PAUSE_MS = 40, 50  # Calls that come one by one find the caches cold.
KEYS = 25


def objects():
    rows = "".join(
        f"<Contents><Key>2026/11/23/app/{i:032x}/000000.gz</Key><LastModified>2026-11-23T01:00:00.000Z</LastModified>"
        f'<ETag>"{i:032x}"</ETag><Size>{1000 + i}</Size><StorageClass>STANDARD</StorageClass></Contents>'
        for i in range(KEYS)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>archive</Name>'
        f"<Prefix>2026/</Prefix><KeyCount>{KEYS}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
    ).encode()


IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Arn>arn:aws:iam::123456789012:user/bench</Arn><UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account>"
    "</GetCallerIdentityResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
).encode()
ITEM = json.dumps({"Item": {"pk": {"S": "state"}, "generation": {"N": "17"}, "data": {"S": "x" * 400}}}).encode()


class Answers:
    def __init__(self):
        self.page = self._answer("application/x-amz-json-1.1", bench_clients.page())
        self.item = self._answer("application/x-amz-json-1.0", ITEM)
        self.identity = self._answer("text/xml", IDENTITY)
        self.listing = self._answer("application/xml", objects())
        self.object = self._answer("binary/octet-stream", b"x" * 1024, 'ETag: "0123456789abcdef0123456789abcdef"\r\n')

    @staticmethod
    def _answer(kind, body, more=""):
        head = f"HTTP/1.1 200 OK\r\nx-amzn-RequestId: r-1\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
        return head.encode() + body

    def to(self, head):
        if b"Logs_20140328" in head:
            return self.page
        if b"DynamoDB_20120810" in head:
            return self.item
        if head.startswith(b"POST"):
            return self.identity
        return self.listing if b"list-type=2" in head else self.object


def answer_all(connection, answers):
    unread = b""
    while True:
        while b"\r\n\r\n" not in unread:
            came = connection.recv(65536)
            if not came:
                return
            unread += came
        head, unread = unread.split(b"\r\n\r\n", 1)
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        left = int(length[1]) if length else 0
        while len(unread) < left:
            unread += connection.recv(65536)
        unread = unread[left:]
        connection.sendall(answers.to(head))


def serve(listener):
    answers = Answers()
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=answer_all, args=(connection, answers), daemon=True).start()


def boto3_calls():
    logs, s3, dynamodb, sts = (boto3.client(name) for name in ("logs", "s3", "dynamodb", "sts"))
    return {
        "logs DescribeLogStreams": lambda: logs.describe_log_streams(logGroupName="/aws/lambda/checkout"),
        "s3 GetObject": lambda: s3.get_object(Bucket="archive", Key="2026/11/23/object")["Body"].read(),
        "s3 ListObjectsV2": lambda: s3.list_objects_v2(Bucket="archive", Prefix="2026/"),
        "dynamodb GetItem": lambda: dynamodb.get_item(TableName="table", Key={"pk": {"S": "state"}}),
        "sts GetCallerIdentity": sts.get_caller_identity,
    }


def boto3_round(calls):
    found = {}
    for name, once in calls.items():
        for _ in range(5):
            once()
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(CALLS_OF_BOTO3):
            once()
        found[name] = {
            "cpu_us": (time.process_time() - cpu) / CALLS_OF_BOTO3 * 1e6,
            "wall_us": (time.perf_counter() - wall) / CALLS_OF_BOTO3 * 1e6,
        }
    return found


def best(rounds):
    return {name: {what: min(r[name][what] for r in rounds) for what in ("cpu_us", "wall_us")} for name in rounds[0]}


def own_round(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


@contextlib.contextmanager
def one_core():
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


@one_core()
def measure(build):
    """name of a call → {"client": {cpu_us, wall_us}, "bare": the same of libcurl alone, "boto3": the same, and
    "client_paused" and "bare_paused" with a pause ahead of each call}"""
    listener = socket.create_server(("127.0.0.1", 0))
    server = multiprocessing.get_context("fork").Process(target=serve, args=(listener,), daemon=True)
    server.start()
    settings = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{listener.getsockname()[1]}", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(settings)
    program = Path(build) / "tests/bench/bench_calls"
    own, other, calls = [], [], boto3_calls()
    try:
        for _ in range(ROUNDS):
            own.append(own_round(program, CALLS))
            other.append(boto3_round(calls))
        paused = own_round(program, PAUSED, PAUSE_MS)
    finally:
        server.terminate()
    own, other = best(own), best(other)
    return {
        name: {"client": own[name], "bare": own[f"bare {name}"], "boto3": other[name],
               "client_paused": paused[name], "bare_paused": paused[f"bare {name}"]}
        for name in other
    }  # fmt: skip


def show(found):
    print("a call on a connection that stays, the same server answering both; best of some rounds in this run")
    print(f"  {'':26} {'client: CPU':>13} {'calls/s':>9} {'libcurl alone':>14} {'boto3: CPU':>13} {'calls/s':>9} {'for the same CPU':>18}")
    for name, cost in found.items():
        mine, bare, boto = cost["client"], cost["bare"], cost["boto3"]
        print(
            f"  {name:26} {mine['cpu_us']:11.0f}us {1e6 / mine['wall_us']:9,.0f} {bare['cpu_us']:12.0f}us {boto['cpu_us']:11.0f}us "
            f"{1e6 / boto['wall_us']:9,.0f} {boto['cpu_us'] / mine['cpu_us']:13.1f} times"
        )
    print(f"  the same with {PAUSE_MS} ms of rest ahead of each call: CPU, and that of libcurl alone")
    for name, cost in found.items():
        print(f"  {name:26} {cost['client_paused']['cpu_us']:11.0f}us {cost['bare_paused']['cpu_us']:22.0f}us")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    show(measure(sys.argv[1]))
