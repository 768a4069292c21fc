"""Signature Version 4, checked as AWS does: written from its description, sharing no code with any client."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote_plus

SKEW_S = 300
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=(?P<key>[^/,\s]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request,"
    r"\s*SignedHeaders=(?P<headers>[^,\s]+),\s*Signature=(?P<signature>[0-9a-f]{64})\s*"
)


@dataclass
class Scope:
    key: str
    date: str
    region: str
    service: str
    headers: list
    signature: str


@dataclass
class Secret:
    secret: str
    token: str | None = None


class SignatureError(Exception):
    """`kind`: missing, incomplete, unknown-key, bad-token, expired, mismatch, body."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind, self.message = kind, message


def scope(request):
    """What the Authorization header says, or None when it is not a Signature Version 4."""
    match = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if match is None:
        return None
    fields = match.groupdict()
    return Scope(**{**fields, "headers": fields["headers"].split(";")})


def verify(request, now_s, find_secret):
    """Raises SignatureError unless `request` is signed by a key that `find_secret(id) -> Secret | None` knows."""
    claim = scope(request)
    if claim is None:
        raise SignatureError("missing", "Missing Authentication Token")
    known = find_secret(claim.key)
    if known is None:
        raise SignatureError("unknown-key", "The access key ID does not exist.")
    if request.headers.get("x-amz-security-token") != known.token:
        raise SignatureError("bad-token", "The security token included in the request is invalid.")
    stamp = _stamp(request, claim, now_s)
    _check_headers(request, claim)
    payload = _payload_hash(request, claim)
    canonical = _canonical_request(request, claim, payload)
    credential_scope = f"{claim.date}/{claim.region}/{claim.service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{credential_scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{known.secret}".encode()
    for part in (claim.date, claim.region, claim.service, "aws4_request", text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(key.hex(), claim.signature):
        raise SignatureError(
            "mismatch",
            "The request signature we calculated does not match the signature you provided."
            f" The canonical request is:\n{canonical}",
        )


def _stamp(request, claim, now_s):
    stamp = request.headers.get("x-amz-date", "")
    try:
        at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise SignatureError("incomplete", "X-Amz-Date is missing or malformed.") from None
    if stamp[:8] != claim.date:
        raise SignatureError("incomplete", "The date in the credential scope differs from X-Amz-Date.")
    if abs(at - now_s) > SKEW_S:
        now = datetime.fromtimestamp(now_s, UTC)
        raise SignatureError("expired", f"Signature expired: {stamp} is too far from {now:%Y%m%dT%H%M%SZ}")
    return stamp


def _check_headers(request, claim):
    required = {"host"} | {name for name in request.headers if name.startswith("x-amz-")}
    unsigned = sorted(required - set(claim.headers))
    if unsigned:
        raise SignatureError("incomplete", f"There were headers present which were not signed: {', '.join(unsigned)}")
    if claim.headers != sorted(claim.headers):
        raise SignatureError("incomplete", "SignedHeaders is not sorted.")


def _payload_hash(request, claim):
    actual = hashlib.sha256(request.body).hexdigest()
    if claim.service != "s3":
        return actual
    stated = request.headers.get("x-amz-content-sha256")
    if stated is None:
        raise SignatureError("incomplete", "Missing required header for this request: x-amz-content-sha256")
    if re.fullmatch("[0-9a-f]{64}", stated) and stated != actual:
        raise SignatureError("body", "The provided 'x-amz-content-sha256' header does not match what was computed.")
    return stated


def _canonical_request(request, claim, payload):
    path = request.raw_path or "/"
    if claim.service != "s3":
        path = quote(_normalized(path), safe="/-_.~")
    pairs = [pair.partition("=")[::2] for pair in request.raw_query.split("&") if pair]
    query = "&".join(f"{name}={value}" for name, value in sorted((_encoded(n), _encoded(v)) for n, v in pairs))
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in claim.headers)
    return f"{request.method}\n{path}\n{query}\n{headers}\n{';'.join(claim.headers)}\n{payload}"


def _encoded(text):
    return quote(unquote_plus(text.replace("+", "%2B")), safe="-_.~")


def _normalized(path):
    parts = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts) + ("/" if path.endswith("/") and parts else "")
