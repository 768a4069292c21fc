#!/usr/bin/env python3
"""Prints sigv4_cases.h: requests and their signatures by botocore (pip install botocore).

    python3 tests/unit/aws/make_sigv4_cases.py > tests/unit/aws/sigv4_cases.h
"""
import datetime

import botocore
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

# name, service, region, token, method, url, headers, body
CASES = [
    ("json_post", "logs", "eu-west-1", None, "POST", "https://logs.eu-west-1.amazonaws.com/",
     [("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", "Logs_20140328.DescribeLogStreams")],
     '{"logGroupName":"a"}'),
    ("temporary_credentials", "logs", "us-gov-west-1", "TOKEN//+==", "POST",
     "https://logs.us-gov-west-1.amazonaws.com/", [], "{}"),
    ("encoded_path", "toy", "eu-west-1", None, "GET", "https://toy.example.com/a%20b/c%2Fd/", [], ""),
    ("dots_are_resolved", "toy", "eu-west-1", None, "GET", "https://toy.example.com/a/../b/./c//d", [], ""),
    ("query_is_sorted", "toy", "eu-west-1", None, "GET",
     "https://toy.example.com/?b=2&a=3&a=1&B=0&empty=&flag&%C3%A9=%20", [], ""),
    ("a_port_is_signed", "toy", "eu-west-1", None, "GET", "http://127.0.0.1:8080/x", [], ""),
    ("the_default_port_is_not", "toy", "eu-west-1", None, "GET", "https://toy.example.com:443/x", [], ""),
    ("unsigned_headers", "toy", "eu-west-1", None, "GET", "https://toy.example.com/",
     [("User-Agent", "x"), ("Expect", "y"), ("X-Amzn-Trace-Id", "z"), ("Transfer-Encoding", "q"),
      ("amz-sdk-request", "attempt=1; max=3")], ""),
    ("inner_spaces", "toy", "eu-west-1", None, "GET", "https://toy.example.com/", [("X-Text", "  a   b  ")], ""),
    ("s3_key_as_it_is", "s3", "eu-west-1", None, "PUT",
     "https://bucket.s3.eu-west-1.amazonaws.com/a//./../b%20c/%C3%A9?x-id=PutObject",
     [("x-amz-checksum-crc32", "AAAAAA=="), ("x-amz-sdk-checksum-algorithm", "CRC32")], "body"),
    ("s3_temporary", "s3", "eu-west-1", "TOKEN", "GET",
     "https://bucket.s3.eu-west-1.amazonaws.com/?list-type=2&prefix=a%2Fb", [], ""),
]


class FixedClock(datetime.datetime):
    @classmethod
    def utcnow(cls):
        return NOW.replace(tzinfo=None)

    @classmethod
    def now(cls, tz=None):
        return NOW if tz else NOW.replace(tzinfo=None)


def sign(service, region, token, method, url, headers, body):
    signer_class = auth.S3SigV4Auth if service == "s3" else auth.SigV4Auth
    request = AWSRequest(method=method, url=url, data=body.encode())
    for name, value in headers:
        request.headers[name] = value
    request.context["payload_signing_enabled"] = True
    signer_class(Credentials("AKIDEXAMPLE", SECRET, token), service, region).add_auth(request)
    return request.headers["Authorization"]


def c_text(text):
    return "NULL" if text is None else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main():
    auth.datetime.datetime = FixedClock
    if hasattr(auth, "get_current_datetime"):
        auth.get_current_datetime = lambda remove_tzinfo=True: NOW.replace(tzinfo=None) if remove_tzinfo else NOW
    print(f"/* Printed by make_sigv4_cases.py with botocore {botocore.__version__}. */")
    print("static const sigv4_case CASES[] = {")
    for name, service, region, token, method, url, headers, body in CASES:
        authorization = sign(service, region, token, method, url, headers, body)
        header_text = "\\n".join(f"{n}: {v}" for n, v in headers)
        print(f"    {{{c_text(name)}, {c_text(service)}, {c_text(region)}, {c_text(token)}, {c_text(method)},")
        print(f"     {c_text(url)},")
        print(f'     "{header_text}",')
        print(f"     {c_text(body)},")
        print(f"     {c_text(authorization)}}},")
    print("};")


if __name__ == "__main__":
    main()
