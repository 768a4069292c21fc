"""HTTP/1.1 with keep-alive on loopback, where an answer can also be cut short or a connection be reset."""

import os
import socket
import struct
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

MAX_BODY = 256 * 1024 * 1024


@dataclass
class Request:
    method: str
    target: str  # as it stood in the request line
    headers: dict  # names in lower case; repeated ones joined by a comma
    body: bytes

    @property
    def raw_path(self):
        return self.target.partition("?")[0]

    @property
    def raw_query(self):
        return self.target.partition("?")[2]

    @property
    def path(self):
        return unquote(self.raw_path)


@dataclass
class Response:
    status: int = 200
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    cut_after: int | None = None  # send only so many bytes of the body, then close


class ConnectionReset(Exception):
    """Raised by the application: the client sees RST instead of an answer."""


class Server(ThreadingHTTPServer):
    """Hands every request to `application(Request) -> Response`, one thread for a connection."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address, application, wall_s):
        super().__init__(address, _Handler)
        self.application = application
        self.wall_s = wall_s

    def handle_error(self, request, client_address):
        pass  # a client that went away is no news


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def _serve(self):
        try:
            body = self._read_body()
        except ValueError as error:
            self.close_connection = True
            self._write(Response(400, {"content-type": "text/plain"}, str(error).encode()))
            return
        headers = {}
        for name, value in self.headers.items():
            name = name.lower()
            headers[name] = f"{headers[name]},{value}" if name in headers else value
        try:
            response = self.server.application(Request(self.command, self.path, headers, body))
        except ConnectionReset:
            self._reset()
            return
        self._write(response)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve

    def _read_body(self):
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return self._read_chunks()
        length = int(self.headers.get("content-length") or 0)
        if not 0 <= length <= MAX_BODY:
            raise ValueError("body too large")
        body = self.rfile.read(length)
        if len(body) < length:
            raise ValueError("body ended early")
        return body

    def _read_chunks(self):
        chunks, total = [], 0
        while True:
            size = int(self.rfile.readline(64).partition(b";")[0], 16)
            total += size
            if size < 0 or total > MAX_BODY:
                raise ValueError("body too large")
            if size == 0:
                break
            chunks.append(self.rfile.read(size))
            self.rfile.readline(8)
        while self.rfile.readline(8192) not in (b"\r\n", b"\n", b""):
            pass
        return b"".join(chunks)

    def _write(self, response):
        headers = {name.lower(): value for name, value in response.headers.items()}
        headers.setdefault("date", formatdate(self.server.wall_s(), usegmt=True))
        if self.command != "HEAD" or "content-length" not in headers:
            headers["content-length"] = str(len(response.body))
        if response.status in (204, 304):
            headers.pop("content-length")
        if self.close_connection:
            headers["connection"] = "close"
        self.send_response_only(response.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body[: response.cut_after])
        self.wfile.flush()
        if response.cut_after is not None:
            self.close_connection = True

    def _reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
        self.close_connection = True

    def handle_expect_100(self):
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def log_message(self, *args):
        pass
