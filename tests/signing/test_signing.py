"""Signatures, presigned URLs and chunked bodies beside those of botocore, on random requests. The seed is fixed: what fails
once fails again. SIGN_CASES names the program that answers for the library."""

import datetime
import hashlib
import io
import json
import os
import random
import subprocess
from urllib.parse import quote

import botocore.auth
import botocore.session
import pytest
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.httpchecksum import AwsChunkedWrapper, Crc32Checksum, Sha1Checksum, Sha256Checksum

HEADER_REQUESTS = 4000
PRESIGNED_REQUESTS = 2000
PRESIGNED_OPERATIONS = 400

LETTERS = "abcXYZ019-_.~ !$&'()*+,;=:@/%\"<>\\^`{|}éß漢字😀\u00a0"
SEGMENTS = ["", ".", "..", "...", "%2E", "a b", "key", "ä/ö", "x" * 50]
# Of the rules, and not to be changed by proxies and the like.
UNSIGNED = ["Connection", "Expect", "Keep-Alive", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade"]
UNSIGNED += ["User-Agent", "X-Amzn-Trace-Id", "traceparent", "tracestate", "baggage"]


@pytest.fixture(scope="module")
def answers():
    """cases -> what the program prints for each."""
    if not os.environ.get("SIGN_CASES"):
        pytest.skip("SIGN_CASES does not say where the program is built")

    def ask(cases):
        lines = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
        done = subprocess.run([os.environ["SIGN_CASES"]], input=lines, capture_output=True, text=True, check=True, timeout=120)
        printed = done.stdout.splitlines()
        assert len(printed) == len(cases), done.stderr
        return printed

    return ask


@pytest.fixture
def clock(monkeypatch):
    """clock(ms): botocore's time from now on."""

    def set_to(ms):
        now = datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: now.replace(tzinfo=None))

    return set_to


# ---- random requests ----


def word(chance, most):
    return "".join(chance.choice(LETTERS) for _ in range(chance.randint(0, most)))


def a_path(chance):
    """As a client would send it: encoded once, though some characters may stay as they are."""
    safe = chance.choice(["-_.~", "-_.~!$&'()*+,;=:@"])
    segments = [chance.choice(SEGMENTS) if chance.random() < 0.5 else word(chance, 8) for _ in range(chance.randint(0, 6))]
    return "/" + "/".join(quote(segment, safe=safe) for segment in segments)


def a_query(chance, distinct):
    pairs = []
    for _ in range(chance.choice([0, 0, 1, 2, 5])):
        name, value = quote(word(chance, 5), safe="-_.~"), quote(word(chance, 8), safe="-_.~")
        if distinct and (not name or any(name == other.partition("=")[0] for other in pairs)):
            continue
        pairs.append(name if not distinct and name and chance.random() < 0.2 else f"{name}={value}")
        if not distinct and chance.random() < 0.2:
            pairs.append(chance.choice(pairs))
    return ("?" + "&".join(pairs)) if pairs else ""


def a_url(chance, distinct=False):
    scheme, default = chance.choice([("https", 443), ("http", 80)])
    host = chance.choice(["logs.eu-west-1.amazonaws.com", "a.b", "127.0.0.1", "[::1]", "bucket.s3.us-east-1.amazonaws.com"])
    port = chance.choice(["", f":{default}", ":8080", ":80", ":443"])
    return f"{scheme}://{host}{port}{a_path(chance)}{a_query(chance, distinct)}"


def header_value(chance):
    text = "".join(chance.choice("abc  \t,;=\"Ü漢") for _ in range(chance.randint(0, 12)))
    return chance.choice(["", " ", "  "]) + text + chance.choice(["", " "])


def the_headers(chance):
    names = ["Content-Type", "X-Amz-Target", "x-amz-meta-a", "X-AMZ-META-A", "Range", "x-custom", "Content-MD5", "If-Match"]
    headers = [(chance.choice(names), header_value(chance)) for _ in range(chance.randint(0, 6))]
    return headers + [(chance.choice(UNSIGNED), "left out") for _ in range(chance.choice([0, 0, 1, 3]))]


def a_case(chance, distinct=False):
    is_s3 = chance.random() < 0.4
    return {
        "is_s3": is_s3,
        "service": "s3" if is_s3 else chance.choice(["logs", "dynamodb", "sts", "execute-api"]),
        "region": chance.choice(["us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1"]),
        "access_key_id": chance.choice(["AKIDEXAMPLE", "AKIA+/=", "ASIA" + "X" * 16]),
        "secret_access_key": chance.choice(["wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "s" * 70, "ü secret"]),
        "token": chance.choice([None, None, "TOKEN//+==", "T" * 900]),
        "time_ms": chance.choice([chance.randrange(0, 4102444800), 86399, 86400]) * 1000 + chance.randrange(1000),
        "method": chance.choice(["GET", "PUT", "POST", "HEAD", "DELETE", "PATCH"]),
        "url": a_url(chance, distinct),
        "headers": the_headers(chance),
        "body": chance.choice(["", "{}", "body\n", "ü" * 100, "x" * 5000]),
    }


def request_of(case):
    request = AWSRequest(method=case["method"], url=case["url"], data=case["body"].encode())
    for name, value in case["headers"]:
        request.headers[name] = value  # Of a name that is there, one more.
    return request


def credentials_of(case):
    return Credentials(case["access_key_id"], case["secret_access_key"], case["token"])


def check(cases, expected, actual):
    assert not [(case, theirs, ours) for case, theirs, ours in zip(cases, expected, actual, strict=True) if theirs != ours][:1]


# ---- what botocore makes of them ----


def test_headers_of_random_requests_are_signed_alike(answers, clock):
    chance = random.Random(1)
    cases = [a_case(chance) for _ in range(HEADER_REQUESTS)]
    expected = []
    for case in cases:
        clock(case["time_ms"])
        kind = botocore.auth.S3SigV4Auth if case["is_s3"] else botocore.auth.SigV4Auth
        request = request_of(case)
        kind(credentials_of(case), case["service"], case["region"]).add_auth(request)
        expected.append(request.headers["Authorization"])
    check(cases, expected, answers(cases))


def test_random_requests_are_presigned_alike(answers, clock):
    chance = random.Random(2)
    cases = [a_case(chance, distinct=True) for _ in range(PRESIGNED_REQUESTS)]
    expected = []
    for case in cases:
        case["body"] = ""
        case["expires_s"] = chance.choice([1, 60, 3600, 604800])
        case["payload_hash"] = "UNSIGNED-PAYLOAD" if case["is_s3"] else None
        clock(case["time_ms"])
        kind = botocore.auth.S3SigV4QueryAuth if case["is_s3"] else botocore.auth.SigV4QueryAuth
        request = request_of(case)
        kind(credentials_of(case), case["service"], case["region"], expires=case["expires_s"]).add_auth(request)
        expected.append(request.url)
    check(cases, expected, answers(cases))


def test_headers_that_proxies_change_are_not_signed(answers):
    chance = random.Random(3)
    plain = [a_case(chance) for _ in range(100)]
    changed = [{**case, "headers": [*case["headers"], ("Proxy-Anything", "x"), ("user-AGENT", "y")]} for case in plain]
    assert answers(plain) == answers(changed)


# ---- operations of the clients ----


def boto(service, case, monkeypatch):
    session = botocore.session.get_session()
    config = Config(signature_version="s3v4" if service == "s3" else None, s3={"addressing_style": "virtual"})
    client = session.create_client(
        service,
        region_name=case["region"],
        aws_access_key_id=case["access_key_id"],
        aws_secret_access_key=case["secret_access_key"],
        aws_session_token=case["token"],
        config=config,
    )
    # The models that the clients are made of name the operation in the query, those of botocore do not.
    signer, sign = client._request_signer, client._request_signer.generate_presigned_url

    def with_operation(request_dict, operation_name, *arguments, **options):
        if service == "s3" and operation_name != "HeadObject":
            request_dict["url"] += ("&" if "?" in request_dict["url"] else "?") + f"x-id={operation_name}"
        return sign(request_dict, operation_name, *arguments, **options)

    monkeypatch.setattr(signer, "generate_presigned_url", with_operation)
    return client


METHODS = {
    "GetObject": "GET",
    "PutObject": "PUT",
    "HeadObject": "HEAD",
    "DeleteObject": "DELETE",
    "UploadPart": "PUT",
    "GetCallerIdentity": "GET",
}
FUNCTIONS = {
    "GetObject": "get_object",
    "PutObject": "put_object",
    "HeadObject": "head_object",
    "DeleteObject": "delete_object",
    "UploadPart": "upload_part",
    "GetCallerIdentity": "get_caller_identity",
}
PARAMETERS = {
    "bucket": "Bucket",
    "key": "Key",
    "version_id": "VersionId",
    "range": "Range",
    "response_content_type": "ResponseContentType",
    "content_type": "ContentType",
    "upload_id": "UploadId",
    "part_number": "PartNumber",
}


def an_operation(chance):
    operation = chance.choice(list(METHODS))
    case = {"access_key_id": "AKIDEXAMPLE", "secret_access_key": chance.choice(["secret", "s+/="])}
    case |= {"token": chance.choice([None, "TOKEN//+=="])}
    case |= {"operation": operation, "region": chance.choice(["eu-west-1", "us-east-2", "ap-south-1"])}
    case |= {"time_ms": chance.randrange(10**9, 4 * 10**9) * 1000, "expires_s": chance.choice([1, 900, 604800])}
    if operation == "GetCallerIdentity":
        return case
    case |= {"bucket": chance.choice(["bucket", "a-b-c3"]), "key": word(chance, 20).strip("/") or "k"}
    if operation == "GetObject":
        case |= chance.choice([{}, {"version_id": "v/1"}, {"range": "bytes=0-9"}, {"response_content_type": "text/plain; x=ü"}])
    if operation == "PutObject":
        case |= chance.choice([{}, {"content_type": "text/csv"}])
    if operation == "UploadPart":
        case |= {"upload_id": "up+load/id", "part_number": chance.randint(1, 10000)}
    return case


def parts(url):
    """A URL whose operation's parameters may stand in another order: base, their set, and what the signature adds."""
    base, _, query = url.partition("?")
    own, mark, added = query.partition("X-Amz-Algorithm")
    return base.removesuffix("/") if base.count("/") == 3 else base, sorted(own.strip("&").split("&")), mark + added


def test_operations_are_presigned_alike(answers, clock, monkeypatch):
    chance = random.Random(4)
    cases = [an_operation(chance) for _ in range(PRESIGNED_OPERATIONS)]
    clients = {}
    for case, ours in zip(cases, answers(cases), strict=True):
        clock(case["time_ms"])
        service = "sts" if case["operation"] == "GetCallerIdentity" else "s3"
        key = (service, case["region"], case["access_key_id"], case["secret_access_key"], case["token"])
        clients[key] = clients.get(key) or boto(service, case, monkeypatch)
        theirs = clients[key].generate_presigned_url(
            FUNCTIONS[case["operation"]],
            Params={PARAMETERS[name]: value for name, value in case.items() if name in PARAMETERS},
            ExpiresIn=case["expires_s"],
            HttpMethod=METHODS[case["operation"]],
        )
        method, url, *headers = ours.split(" ", 2)
        assert method == METHODS[case["operation"]], (case, ours)
        assert parts(url) == parts(theirs), (case, ours)
        sent = {"range": "Range", "content_type": "Content-Type"}
        assert headers == [f"{sent[name]}: {case[name]}" for name in sent if name in case]


def test_an_expiry_of_more_than_a_week_is_refused(answers):
    case = an_operation(random.Random(5)) | {"expires_s": 604801}
    assert answers([case])[0].startswith("error: input ")


# ---- bodies in chunks ----

CHECKSUMS = {"CRC32": Crc32Checksum, "SHA1": Sha1Checksum, "SHA256": Sha256Checksum}


def pattern(length):
    return bytes((left * 31 >> 3) & 0xFF for left in range(length, 0, -1))


def test_bodies_are_framed_alike(answers):
    mib = 1 << 20
    lengths = [0, 1, 15, 16, 17, 65535, mib - 1, mib, mib + 1, 2 * mib, 2 * mib + 5]
    cases = [{"length": length, "algorithm": name} for length in lengths for name in CHECKSUMS]
    expected = []
    for case in cases:
        kind = CHECKSUMS[case["algorithm"]]
        framed = AwsChunkedWrapper(io.BytesIO(pattern(case["length"])), kind, f"x-amz-checksum-{case['algorithm'].lower()}").read()
        expected.append(f"{hashlib.sha256(framed).hexdigest()} {len(framed)} {len(framed)}")
    check(cases, expected, answers(cases))
