"""The same random inputs through botocore and through the generated clients, to one server: the requests are equal.

$WIRE is the folder with the programs wire_<service> and the cases that they were made of. What may differ: ids, times,
the signature, what a client says of itself, and how it keeps its connection.
"""

import base64
import hashlib
import json
import os
import subprocess
import urllib.parse
import zlib
from collections import Counter
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from xml.etree import ElementTree

import botocore.session
import pytest
from botocore.config import Config
from botocore.parsers import ResponseParserError
from recorder import recorder

NAMES = {"logs": "logs", "s3": "s3", "dynamodb": "dynamodb", "sts": "sts"}
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-west-1"}
# A client's own affair; what follows from the clock; what only tells how the body is sent.
OWN = {"user-agent", "authorization", "x-amz-date", "amz-sdk-invocation-id", "amz-sdk-request", "x-amz-user-agent"}
OWN |= {"connection", "accept", "accept-encoding", "expect", "content-length"}
# botocore asks for encoded keys by itself, and does not name the operation in a query as the models do.
OWN_QUERY = {("encoding-type", "url")} | {("x-id", name) for name in ("AbortMultipartUpload", "CopyObject")}
OWN_QUERY |= {("x-id", name) for name in ("DeleteObject", "GetObject", "PutObject", "UploadPart")}
SHOWN = 5  # Of what differs.


@pytest.fixture(scope="session")
def folder():
    if "WIRE" not in os.environ:
        pytest.skip("WIRE does not name the folder of the programs")
    return Path(os.environ["WIRE"])


@pytest.fixture
def server():
    with recorder() as running:
        yield running


# ---- the two sides ----


def of_ours(folder, service, server):
    environment = KEYS | {"AWS_ENDPOINT_URL": server.url, "PATH": os.environ["PATH"]}
    done = subprocess.run([folder / f"wire_{service}"], env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [line.split(" ", 3) for line in done.stdout.splitlines()], server.take()


def as_botocore_takes(shape, value):
    """Times and bytes have types of their own there."""
    if shape.type_name == "structure":
        return {name: as_botocore_takes(shape.members[name], member) for name, member in value.items()}
    if shape.type_name == "list":
        return [as_botocore_takes(shape.member, item) for item in value]
    if shape.type_name == "map":
        return {key: as_botocore_takes(shape.value, item) for key, item in value.items()}
    if shape.type_name == "timestamp":
        return datetime.fromtimestamp(value, timezone.utc)
    return value.encode() if shape.type_name == "blob" else value


def botocore_client(service, server):
    session = botocore.session.Session()
    session.set_credentials(KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"])
    settings = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return session.create_client(service, region_name=KEYS["AWS_REGION"], endpoint_url=server.url, config=settings)


def of_botocore(cases, service, server):
    client = botocore_client(service, server)
    methods = {operation: method for method, operation in client.meta.method_to_api_mapping.items()}
    recorded = []
    for case in cases:
        shape = client.meta.service_model.operation_model(case["operation"]).input_shape
        parameters = as_botocore_takes(shape, case["input"]) if shape else {}
        with suppress(ResponseParserError, LookupError):  # The answer holds nothing.
            getattr(client, methods[case["operation"]])(**parameters)
        [request] = server.take()
        recorded.append(request)
    return recorded


# ---- what a request says ----


def meaning_of_element(element):
    # White space between elements is no text of theirs.
    text = element.text if len(element) == 0 else (element.text or "").strip()
    return element.tag, sorted(element.attrib.items()), text or "", [meaning_of_element(child) for child in element]


def meaning_of_body(request, content_type):
    if "json" in content_type:
        return json.loads(request.body)
    if "form-urlencoded" in content_type:
        return sorted(urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True))
    if request.body.startswith(b"<") and request.method in ("PUT", "POST"):
        try:
            return meaning_of_element(ElementTree.fromstring(request.body))
        except ElementTree.ParseError:
            pass  # An object that only looks like XML.
    return request.body


SUMS = {
    "content-md5": lambda body: base64.b64encode(hashlib.md5(body).digest()).decode(),
    "x-amz-checksum-crc32": lambda body: base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode(),
    "x-amz-checksum-sha1": lambda body: base64.b64encode(hashlib.sha1(body).digest()).decode(),
    "x-amz-checksum-sha256": lambda body: base64.b64encode(hashlib.sha256(body).digest()).decode(),
    "x-amz-content-sha256": lambda body: hashlib.sha256(body).hexdigest(),
}


def meaning_of_header(name, value, body):
    """Two bodies that mean the same may differ in their bytes, and then in their sums."""
    is_sum = name in SUMS and SUMS[name](body) == value
    return name, "that of the body" if is_sum else value.removesuffix("; charset=utf-8").replace(", ", ",")


def meaning(request):
    path, _, query = request.target.partition("?")
    named = [(name.lower(), value) for name, value in request.headers]
    content_type = dict(named).get("content-type", "")
    told = [header for header in named if header[0] not in OWN and header[1]]  # botocore sends no empty lists.
    headers = Counter(meaning_of_header(*header, request.body) for header in told)
    if content_type in ("application/xml", "application/octet-stream"):
        del headers["content-type", content_type]  # Smithy's default, of which botocore says nothing.
    return {
        "method": request.method,
        "path": path,
        "query": sorted(set(urllib.parse.parse_qsl(query, keep_blank_values=True)) - OWN_QUERY),
        "headers": headers,
        "body": meaning_of_body(request, content_type),
    }


def difference(ours, theirs):
    ours, theirs = meaning(ours), meaning(theirs)
    told = []
    for what, value in ours.items():
        if what == "headers":
            told += [f"only ours: {name}: {text}" for name, text in value - theirs[what]]
            told += [f"only theirs: {name}: {text}" for name, text in theirs[what] - value]
        elif value != theirs[what]:
            told.append(f"{what}: {value!r} is not {theirs[what]!r}")
    return "; ".join(told)


@pytest.mark.parametrize("service", NAMES)
def test_what_goes_over_the_wire_is_what_botocore_sends(folder, service, server):
    cases = json.loads((folder / f"wire_{service}.json").read_text(encoding="utf-8"))["cases"]
    told, ours = of_ours(folder, service, server)
    unsent = [f"{cases[int(number)]}: {why}" for number, _, attempts, why in told if attempts != "1"]
    assert not unsent, "\n".join(unsent[:SHOWN])
    assert len(ours) == len(cases), "each case is one request"
    theirs = of_botocore(cases, NAMES[service], server)
    differing = [
        f"{case['operation']} {case['input']}\n    {told}"
        for case, one, other in zip(cases, ours, theirs, strict=True)
        if (told := difference(one, other))
    ]
    assert not differing, f"{len(differing)} of {len(cases)}\n" + "\n".join(differing[:SHOWN])
