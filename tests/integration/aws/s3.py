"""S3: moto's, with the integrity checks, refusals and answers that it leaves out."""

import base64
import hashlib
import io
import os
import uuid
import zlib
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

os.environ.setdefault("MOTO_DISABLE_GLOBAL_CORS", "true")

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends

from .identity import ACCOUNT, REGION, iam_refusal
from .wire import Request, Response

BUCKET_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"

# Operations whose IAM action has another name.
_ACTIONS = {
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "UploadPart": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "DeleteObjects": "DeleteObject",
    "GetBucketEncryption": "GetEncryptionConfiguration",
}

# What a bucket has of its own, by its name in the query.
_BUCKET_PARTS = {
    "location": "BucketLocation",
    "versioning": "BucketVersioning",
    "object-lock": "ObjectLockConfiguration",
    "policy": "BucketPolicy",
    "encryption": "BucketEncryption",
}
_VERBS = {"GET": "Get", "PUT": "Put", "DELETE": "Delete"}
_OBJECT_OPERATIONS = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
_BUCKET_OPERATIONS = {"HEAD": "HeadBucket", "PUT": "CreateBucket", "DELETE": "DeleteBucket", "POST": "DeleteObjects"}


def describe(request):
    """(operation, parameters) of a path-style request."""
    query = parse_qs(request.raw_query, keep_blank_values=True)
    bucket, _, key = request.path.removeprefix("/").partition("/")
    params = {name: values[0] for name, values in query.items()}
    for name in ("if-match", "if-none-match"):
        if name in request.headers:
            params[name] = request.headers[name]
    if not bucket:
        return "ListBuckets", params
    params["Bucket"] = bucket
    if not key:
        part = next((name for name in _BUCKET_PARTS if name in query), None)
        if part and request.method in _VERBS:
            return _VERBS[request.method] + _BUCKET_PARTS[part], params
        if request.method == "GET":
            return "ListObjectsV2" if "list-type" in query else "ListObjects", params
        return _BUCKET_OPERATIONS.get(request.method, request.method), params
    params["Key"] = key
    if "uploadId" in query:
        return {"PUT": "UploadPart", "POST": "CompleteMultipartUpload", "DELETE": "AbortMultipartUpload"}.get(
            request.method, "ListParts"
        ), params
    if "uploads" in query:
        return "CreateMultipartUpload", params
    if request.method == "PUT" and "x-amz-copy-source" in request.headers:
        return "CopyObject", params
    return _OBJECT_OPERATIONS.get(request.method, request.method), params


def failure(status, code, message, request=None):
    """An error as S3 answers it: XML, and nothing but the status to a HEAD."""
    ids = {"x-amz-request-id": uuid.uuid4().hex[:16].upper(), "x-amz-id-2": base64.b64encode(os.urandom(24)).decode()}
    if request and request.method == "HEAD":
        return Response(status, ids | {"content-type": "application/xml"})
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        f"<RequestId>{ids['x-amz-request-id']}</RequestId><HostId>{ids['x-amz-id-2']}</HostId></Error>"
    )
    return Response(status, ids | {"content-type": "application/xml"}, body.encode())


class Moto:
    """moto's server, called in this process."""

    def __init__(self):
        self._application = DomainDispatcherApplication(create_backend_app)

    def __call__(self, request):
        host, _, port = request.headers.get("host", "127.0.0.1").partition(":")
        environ = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": request.path.encode().decode("latin-1"),
            "QUERY_STRING": request.raw_query,
            "REQUEST_URI": request.target,
            "RAW_URI": request.target,
            "SERVER_NAME": host,
            "SERVER_PORT": port or "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(request.body)),
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(request.body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in request.headers.items():
            if name not in ("content-length", "content-type", "transfer-encoding"):
                environ["HTTP_" + name.upper().replace("-", "_")] = value
        answer = Response()

        def start_response(status, headers, exc_info=None):
            answer.status = int(status.split()[0])
            answer.headers = {name.lower(): value for name, value in headers}

        chunks = self._application(environ, start_response)
        try:
            answer.body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        return answer


class S3:
    def __init__(self, settings, moto):
        self._settings, self._moto = settings, moto

    def answer(self, operation, request):
        if self._denied(_ACTIONS.get(operation, operation), request):
            return failure(403, "AccessDenied", "Access Denied", request)
        key_action = {"PutObject": "kms:GenerateDataKey", "GetObject": "kms:Decrypt"}.get(operation)
        if key_action and self._settings.denies(key_action, BUCKET_KEY):
            return failure(403, "AccessDenied", iam_refusal(ACCOUNT, key_action, BUCKET_KEY), request)
        if operation in ("PutObject", "UploadPart"):
            try:
                request = _with_plain_body(request)
                _check_integrity(request)
            except IntegrityError as error:
                return failure(400, error.code, str(error), request)
        answer = self._moto(request)
        bucket = f"arn:aws:s3:::{request.path.split('/')[1]}"
        is_absent = operation in ("GetObject", "HeadObject") and answer.status == 404
        if is_absent and self._settings.denies("s3:ListBucket", bucket):
            return failure(403, "AccessDenied", "Access Denied", request)
        ids = failure(0, "", "").headers
        for name in ("x-amz-request-id", "x-amz-id-2"):
            answer.headers.setdefault(name, ids[name])
        return answer

    def _denied(self, action, request):
        return self._settings.denies(f"s3:{action}", f"arn:aws:s3:::{request.path.removeprefix('/')}")


class Buckets:
    """What the export tasks need of S3: any account's buckets, without a request."""

    def exists(self, bucket):
        return bucket in s3_backends.bucket_accounts

    def region(self, bucket):
        return self._backend(bucket).get_bucket(bucket).region_name

    def put(self, bucket, key, content):
        self._backend(bucket).put_object(bucket, key, content)

    @staticmethod
    def _backend(bucket):
        partition, account = s3_backends.bucket_accounts[bucket]
        return s3_backends[account][partition]


class BucketsElsewhere:
    """The same, in an S3 of its own, which AWS's client reaches."""

    def __init__(self, endpoint, region, access, secret):
        keys = {"aws_access_key_id": access, "aws_secret_access_key": secret}
        self._s3 = boto3.client("s3", endpoint_url=endpoint, region_name=region, **keys)

    def exists(self, bucket):
        return bucket in (found["Name"] for found in self._s3.list_buckets()["Buckets"])

    def region(self, bucket):
        return self._s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPHeaders"].get(
            "x-amz-bucket-region", self._s3.meta.region_name
        )

    def put(self, bucket, key, content):
        self._s3.put_object(Bucket=bucket, Key=key, Body=content)


class IntegrityError(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


_CHECKSUMS = {
    "crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "sha1": lambda body: hashlib.sha1(body).digest(),
    "sha256": lambda body: hashlib.sha256(body).digest(),
}


def _check_integrity(request):
    stated = request.headers.get("content-md5")
    if stated is not None and _digest(stated, 16) != hashlib.md5(request.body).digest():
        raise IntegrityError("BadDigest", "The Content-MD5 you specified did not match what we received.")
    stated = request.headers.get("x-amz-content-sha256", "")
    if len(stated) == 64 and stated != hashlib.sha256(request.body).hexdigest():
        raise IntegrityError(
            "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed."
        )
    for name, compute in _CHECKSUMS.items():
        stated = request.headers.get(f"x-amz-checksum-{name}")
        if stated is None:
            continue
        actual = compute(request.body)
        if _digest(stated, len(actual)) != actual:
            raise IntegrityError("BadDigest", f"The {name.upper()} you specified did not match what we received.")
        # moto keeps a checksum only when this header names it.
        request.headers.setdefault("x-amz-sdk-checksum-algorithm", name.upper())


def _digest(text, size):
    try:
        digest = base64.b64decode(text, validate=True)
    except ValueError:
        digest = b""
    if len(digest) != size:
        raise IntegrityError("InvalidDigest", "The Content-MD5 or checksum you specified is not valid.")
    return digest


def _with_plain_body(request):
    """`request` without the aws-chunked framing: its trailers have become headers."""
    if not request.headers.get("x-amz-content-sha256", "").startswith("STREAMING-"):
        return request
    headers = dict(request.headers)
    decoded_length = headers.pop("x-amz-decoded-content-length", "")
    encodings = [e.strip() for e in headers.pop("content-encoding", "").split(",")]
    kept = [e for e in encodings if e not in ("", "aws-chunked")]
    if kept:
        headers["content-encoding"] = ",".join(kept)
    headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD"
    rest, chunks = request.body, []
    try:
        while True:
            head, _, rest = rest.partition(b"\r\n")
            size = int(head.partition(b";")[0], 16)
            if size == 0:
                break
            if rest[size : size + 2] != b"\r\n":
                raise ValueError("a chunk is longer or shorter than its size")
            chunks.append(rest[:size])
            rest = rest[size + 2 :]
    except ValueError as error:
        raise IntegrityError("IncompleteBody", f"The aws-chunked body is malformed: {error}.") from None
    for line in rest.split(b"\r\n"):
        name, _, value = line.decode("latin-1").partition(":")
        if name.startswith("x-amz-checksum-"):
            headers[name] = value.strip()
    body = b"".join(chunks)
    if decoded_length != str(len(body)):
        raise IntegrityError("IncompleteBody", "The body's length is not x-amz-decoded-content-length.")
    return Request(request.method, request.target, headers, body)
