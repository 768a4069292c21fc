"""One request from the socket to its answer: control channel, log, fault, signature, service."""

import json
import uuid
import zlib
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from . import logs_api, s3, signature
from .identity import ACCOUNT, REGION, iam_refusal
from .logs import LogsError
from .wire import Response

CONTROL = "/_control/"

# signature.SignatureError.kind -> status and code, as each protocol has them
_JSON_REFUSALS = {
    "missing": (400, "MissingAuthenticationTokenException"),
    "incomplete": (400, "IncompleteSignatureException"),
    "unknown-key": (400, "UnrecognizedClientException"),
    "bad-token": (400, "UnrecognizedClientException"),
}
_JSON_OTHER_REFUSAL = (400, "InvalidSignatureException")
_S3_REFUSALS = {
    "unknown-key": (403, "InvalidAccessKeyId"),
    "bad-token": (400, "InvalidToken"),
    "expired": (403, "RequestTimeTooSkewed"),
    "mismatch": (403, "SignatureDoesNotMatch"),
    "body": (400, "XAmzContentSHA256Mismatch"),
}
_S3_OTHER_REFUSAL = (403, "AccessDenied")
_QUERY_REFUSALS = {
    "missing": (403, "MissingAuthenticationToken"),
    "incomplete": (400, "IncompleteSignature"),
    "unknown-key": (403, "InvalidClientTokenId"),
    "bad-token": (403, "InvalidClientTokenId"),
}
_QUERY_OTHER_REFUSAL = (403, "SignatureDoesNotMatch")
_UNSIGNED = ("AssumeRoleWithWebIdentity", "AssumeRoleWithSAML")


class Call:
    """What a request asks for: a service, an operation and its parameters."""

    def __init__(self, request):
        self.request, self.scope = request, signature.scope(request)
        target = request.headers.get("x-amz-target", "")
        if target.startswith(logs_api.TARGET):
            self.service, self.operation, self.params = "logs", target.removeprefix(logs_api.TARGET), _json(request)
        elif target.startswith("DynamoDB_"):
            self.service, self.operation, self.params = "dynamodb", target.partition(".")[2], _json(request)
        elif "x-www-form-urlencoded" in request.headers.get("content-type", "") and request.path == "/":
            self.service = self.scope.service if self.scope else "sts"
            self.params = dict(parse_qsl(request.body.decode("utf-8", "replace")))
            self.operation = self.params.get("Action", "")
        else:
            self.service = "s3"
            self.operation, self.params = s3.describe(request)

    def failure(self, status, code, message):
        """An error in the form of the service."""
        if self.service == "logs":
            return logs_api.failure(status, code, message)
        if self.service == "dynamodb":
            body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message}
            return Response(
                status,
                {"content-type": "application/x-amz-json-1.0", "x-amzn-requestid": str(uuid.uuid4())},
                json.dumps(body).encode(),
            )
        if self.service == "s3":
            return s3.failure(status, code, message, self.request)
        body = (
            '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
            f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
            f"<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
        )
        return Response(status, {"content-type": "text/xml"}, body.encode())

    def signature_failure(self, error):
        refusals, other = {
            "logs": (_JSON_REFUSALS, _JSON_OTHER_REFUSAL),
            "dynamodb": (_JSON_REFUSALS, _JSON_OTHER_REFUSAL),
            "s3": (_S3_REFUSALS, _S3_OTHER_REFUSAL),
        }.get(self.service, (_QUERY_REFUSALS, _QUERY_OTHER_REFUSAL))
        status, code = refusals.get(error.kind, other)
        return self.failure(status, code, error.message)


class Application:
    def __init__(self, world):
        self._world = world

    def __call__(self, request):
        if request.path.startswith(CONTROL):
            return self._control(request)
        call = Call(request)
        entry = self._log(call)
        fault = self._world.faults.take(call.operation, call.params)
        if fault:
            entry["fault"] = fault.kind
            response = fault.carry_out(lambda: self._operate(call), lambda fault: _fault_answer(call, fault))
        else:
            response = self._operate(call)
        entry["status"] = response.status
        return response

    def _log(self, call):
        world, headers = self._world, call.request.headers
        with world.lock:
            entry = {
                "number": len(world.requests),
                "time": world.clock.wall_s(),
                "service": call.service,
                "operation": call.operation,
                "params": call.params,
                "user_agent": headers.get("user-agent", ""),
                "attempt": headers.get("amz-sdk-request", ""),
                "trace": headers.get("x-amzn-trace-id", ""),
                "fault": None,
                "status": None,
            }
            world.requests.append(entry)
        return entry

    def _operate(self, call):
        with self._world.lock:
            self._world.advance_tasks()
            refusal = self._refusal(call)
            if refusal:
                return refusal
            if call.service == "logs":
                return self._logs(call)
            if call.service == "s3":
                return self._s3(call)
            table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{call.params.get('TableName')}"
            action = f"{call.service}:{call.operation}"
            if call.service == "dynamodb" and self._world.settings.denies(action, table):
                return call.failure(400, "AccessDeniedException", iam_refusal(ACCOUNT, action, table))
            response = self._world.moto(call.request)
            if call.service == "dynamodb":
                response.headers["x-amz-crc32"] = str(zlib.crc32(response.body))
            return response

    def _refusal(self, call):
        if not self._world.settings.verify_signatures or call.operation in _UNSIGNED:
            return None
        try:
            signature.verify(call.request, self._world.clock.wall_s(), self._world.find_secret)
            if call.scope.service != call.service:
                raise signature.SignatureError(
                    "mismatch", f"Credential should be scoped to correct service: '{call.service}'."
                )
        except signature.SignatureError as error:
            return call.signature_failure(error)
        return None

    def _logs(self, call):
        account = self._world.account_of(call.scope.key) if call.scope else ACCOUNT
        region = call.scope.region if call.scope else REGION
        place = self._world.place(account, region)
        try:
            resource = f"arn:aws:logs:{region}:{account}:log-group:{call.params.get('logGroupName', '')}:log-stream:"
            if self._world.settings.denies(f"logs:{call.operation}", resource):
                raise LogsError("AccessDeniedException", iam_refusal(account, f"logs:{call.operation}", resource))
            return logs_api.answer(call.operation, logs_api.parse(call.request), (place.exports, place.logs))
        except LogsError as error:
            return logs_api.failure(error.status, error.code, error.message)

    def _s3(self, call):
        bucket = call.params.get("Bucket")
        if call.scope and bucket and call.operation != "CreateBucket" and self._world.buckets.exists(bucket):
            region = self._world.buckets.region(bucket)
            if region != call.scope.region:
                response = call.failure(
                    301, "PermanentRedirect", "The bucket must be addressed using the endpoint of its own Region."
                )
                response.headers["x-amz-bucket-region"] = region
                return response
        return self._world.s3.answer(call.operation, call.request)

    def _control(self, request):
        verb = request.path.removeprefix(CONTROL).replace("-", "_")
        method = getattr(self._world, f"do_{verb}", None)
        if method is None:
            return Response(404, {"content-type": "application/json"}, b'{"error": "no such verb"}')
        try:
            with self._world.lock:
                self._world.advance_tasks()
                result = method(**json.loads(request.body or b"{}"))
            status = 200
        except (TypeError, ValueError, LogsError) as error:
            status, result = 400, {"error": str(error)}
        return Response(status, {"content-type": "application/json"}, json.dumps(result).encode())


def _fault_answer(call, fault):
    response = call.failure(fault.status, fault.code, fault.message)
    if fault.body is not None:
        response = Response(fault.status, {"content-type": "text/html"}, fault.body.encode())
    response.headers.update({name.lower(): str(value) for name, value in fault.headers.items()})
    return response


def _json(request):
    """For the log and for matching faults; the service itself says what is wrong with a body."""
    try:
        params = json.loads(request.body)
    except ValueError:
        return {}
    return params if isinstance(params, dict) else {}
