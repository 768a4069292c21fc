"""The Lambda Runtime API, as a custom runtime meets it: one invocation at a time, one result for each."""

import json
import re
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MAX_PAYLOAD = 6 * 1024 * 1024 + 100
FUNCTION = "log-archiver"
FUNCTION_ARN = f"arn:aws:lambda:us-east-1:123456789012:function:{FUNCTION}"
_PREFIX = "/2018-06-01/runtime/"
_ERROR_TYPE = re.compile(r"(Runtime|Function)\.[A-Z][A-Za-z]+")


@dataclass
class Result:
    """How an invocation ended.

    kind     "response", "error", "timeout" or "exit"
    payload  the JSON that was posted, decoded; None after "timeout" and "exit"
    """

    kind: str
    request_id: str
    payload: object = None
    error_type: str | None = None
    seconds: float = 0.0

    @property
    def ok(self):
        return self.kind == "response"


@dataclass
class _Invocation:
    body: bytes
    deadline_ms: int
    trace_id: str | None
    headers: dict
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    result: Result | None = None


class RuntimeApi:
    """The server, listening from start() on. One runtime is expected to call it at a time."""

    def __init__(self):
        self._changed = threading.Condition()
        self._queue = deque()
        self._current = None
        self._waiting = 0  # runtimes that wait in /next
        self._epoch = 0  # of the runtime: a new one does not inherit the invocation of a dead one
        self.ready = False
        self.init_error = None  # (error type, payload), once posted
        self.calls = []  # (method, path, status) of every call answered
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    @property
    def address(self):
        """host:port, the value of AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def start(self):
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self):
        self.new_runtime()
        self._server.shutdown()
        self._server.server_close()

    def new_runtime(self):
        """The runtime process was replaced: whatever the old one had in hand is void."""
        with self._changed:
            self._epoch += 1
            self._current, self.ready, self.init_error = None, False, None
            self._queue.clear()
            self._changed.notify_all()

    def wait_ready(self, timeout_s, alive=lambda: True):
        """True once the runtime has asked for work; False when it posted an init error, died or took too long."""
        return self._wait(lambda: self.ready or self.init_error, timeout_s, alive) and self.ready

    def wait_idle(self, timeout_s, alive=lambda: True):
        return self._wait(lambda: self._waiting > 0, timeout_s, alive)

    def invoke(self, event, timeout_s=900.0, alive=lambda: True, trace=True, headers=None):
        """Sends `event` (bytes as they are, anything else as JSON) and waits until the function's deadline."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        started, now = time.monotonic(), time.time()
        trace_id = f"Root=1-{int(now):08x}-{uuid.uuid4().hex[:24]};Parent={uuid.uuid4().hex[:16]};Sampled=1"
        invocation = _Invocation(body, int((now + timeout_s) * 1000), trace_id if trace else None, headers or {})
        with self._changed:
            self._queue.append(invocation)
            self._changed.notify_all()
        self._wait(lambda: invocation.result, timeout_s, alive)
        with self._changed:
            if invocation.result is None:
                invocation.result = Result("timeout" if alive() else "exit", invocation.id)
            if invocation in self._queue:
                self._queue.remove(invocation)
        invocation.result.seconds = time.monotonic() - started
        return invocation.result

    def _wait(self, condition, timeout_s, alive):
        end = time.monotonic() + timeout_s
        with self._changed:
            while not condition():
                left = end - time.monotonic()
                if left <= 0 or not alive():
                    return bool(condition())
                self._changed.wait(min(left, 0.02))
        return True

    # What the runtime calls. Each returns (status, headers, body).

    def _next(self):
        with self._changed:
            if self._current is not None and self._current.result is None:
                return _refusal(403, "InvalidStateTransition", "The invocation in hand has no result yet.")
            self.ready, epoch = True, self._epoch
            self._waiting += 1
            self._changed.notify_all()
            try:
                while not self._queue and epoch == self._epoch:
                    self._changed.wait()
                if epoch != self._epoch:
                    return _refusal(500, "ContainerError", "The environment is shutting down.")
                self._current = invocation = self._queue.popleft()
            finally:
                self._waiting -= 1
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.id,
            "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": FUNCTION_ARN,
            **invocation.headers,
        }
        if invocation.trace_id:
            headers["Lambda-Runtime-Trace-Id"] = invocation.trace_id
        return 200, headers, invocation.body

    def _result(self, request_id, kind, body, error_type):
        with self._changed:
            invocation = self._current
            if not self.ready or invocation is None:
                return _refusal(403, "InvalidStateTransition", "No invocation was taken yet.")
            if invocation.id != request_id or invocation.result is not None:
                return _refusal(400, "InvalidRequestID", "Invalid request ID")
            if len(body) > MAX_PAYLOAD:
                message = f"Response payload size ({len(body)} bytes) exceeded maximum allowed payload size."
                error = {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message}
                invocation.result = Result("error", request_id, error, error["errorType"])
                self._changed.notify_all()
                return _refusal(413, "RequestEntityTooLarge", message)
            if kind == "error":
                error_type = error_type if _ERROR_TYPE.search(error_type or "") else "Function.Unknown"
            invocation.result = Result(kind, request_id, _decode(body), error_type)
            self._changed.notify_all()
        return 202, {"Content-Type": "application/json"}, b'{"status":"OK"}\n'

    def _init_error(self, body, error_type):
        with self._changed:
            if self.ready:
                return _refusal(403, "InvalidStateTransition", "The runtime is ready already.")
            error_type = error_type if _ERROR_TYPE.search(error_type or "") else "Runtime.Unknown"
            self.init_error = (error_type, _decode(body))
            self._changed.notify_all()
        return 202, {"Content-Type": "application/json"}, b'{"status":"OK"}\n'

    def answer(self, method, path, body, error_type):
        """Routes one call. `body` is None when it was cut short."""
        parts = path.removeprefix(_PREFIX).split("/") if path.startswith(_PREFIX) else []
        if method == "GET" and parts == ["invocation", "next"]:
            answer = self._next()
        elif method != "POST" or not parts:
            answer = _refusal(404, "NotFound", "404 page not found")
        elif body is None:
            answer = _refusal(400, "TruncatedRequest", "The body is shorter than its Content-Length.")
        elif parts == ["init", "error"]:
            answer = self._init_error(body, error_type)
        elif len(parts) == 3 and parts[0] == "invocation" and parts[2] in ("response", "error"):
            answer = self._result(parts[1], parts[2], body, error_type if parts[2] == "error" else None)
        else:
            answer = _refusal(404, "NotFound", "404 page not found")
        self.calls.append((method, path, answer[0]))
        return answer


def _refusal(status, error_type, message):
    body = {"errorType": error_type, "errorMessage": message}
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


def _decode(body):
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def _handler(api):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def _serve(self):
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length)
            error_type = self.headers.get("lambda-runtime-function-error-type")
            status, headers, content = api.answer(
                self.command, self.path, body if len(body) == length else None, error_type
            )
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            try:
                self.wfile.write(content)
                self.wfile.flush()
            except ConnectionError:
                self.close_connection = True

        do_GET = do_POST = _serve

        def handle_expect_100(self):
            super().handle_expect_100()
            self.wfile.flush()
            return True

        def log_message(self, *args):
            pass

    return Handler
