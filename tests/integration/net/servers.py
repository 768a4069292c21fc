"""An HTTP(S) server that answers every request with "ok", a proxy, and a relay: in threads, on a port of its own."""

import base64
import select
import socket
import ssl
import threading
import time


def _read_head(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(4096)
        if not piece:
            return None
        head += piece
    return head.decode("latin-1")


def _copy(source, target):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Server:
    """With `certificate` (a file of write_server_file's) it speaks TLS."""

    def __init__(self, certificate=None, family=socket.AF_INET, version=None):
        self.requests, self.names, self.errors = [], [], []
        self.context = self._make_context(certificate, version) if certificate else None
        self.host = "::1" if family == socket.AF_INET6 else "127.0.0.1"
        self.listener = socket.create_server((self.host, 0), family=family)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _make_context(self, certificate, version):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        if version:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = version
        return context

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def url(self, host=None):
        host = host or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{'https' if self.context else 'http'}://{host}:{self.port}/path"

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection):
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            self.serve(connection)
        except (OSError, ssl.SSLError) as error:
            self.errors.append(str(error))
        finally:
            connection.close()

    def serve(self, connection):
        while head := _read_head(connection):
            self.requests.append(head)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


class Refuser(Server):
    """Refuses in the middle of a body: reads a part of it, answers, and closes, `pause` seconds behind the answer."""

    def __init__(self, certificate=None, pause=0.0):
        self.pause = pause
        super().__init__(certificate)

    def serve(self, connection):
        head = _read_head(connection)
        if "100-continue" in head:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        left = 400_000
        while left > 0:
            left -= len(connection.recv(65536)) or left
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
        time.sleep(self.pause)


class Proxy(Server):
    """CONNECT, and plain requests with a whole URL. With `user` ("name:password") it lets nobody else through."""

    def __init__(self, user=None, answer=None, **options):
        super().__init__(**options)
        self.user = user
        self.answer = answer  # Instead of doing anything.

    def url(self, host=None, user=None):
        plain = super().url(host).removesuffix("/path")
        return plain.replace("://", f"://{user}@") if user else plain

    def _is_allowed(self, head):
        token = base64.b64encode((self.user or "").encode()).decode()
        return not self.user or f"Proxy-Authorization: Basic {token}\r\n" in head

    def serve(self, connection):
        head = _read_head(connection)
        if not head:
            return
        self.requests.append(head)
        if self.answer or not self._is_allowed(head):
            answer = self.answer or "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x"
            connection.sendall(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n".encode())
            return
        method, target, _ = head.split(" ", 2)
        if method != "CONNECT":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nVia: proxy\r\n\r\nok")
            return
        # Whatever name was asked for, it is on this machine.
        with socket.create_connection((self.host, int(target.rsplit(":", 1)[1]))) as upstream:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\nX-Of: proxy\r\n\r\n")
            threading.Thread(target=_copy, args=(connection, upstream), daemon=True).start()
            _copy(upstream, connection)


class Relay(Server):
    """Hands everything on to a port of this machine. The first `cuts` connections end after `after` bytes of answers;
    `falsify` is what is replaced in requests, and by what."""

    def __init__(self, port, cuts=0, after=0, falsify=(b"", b""), **options):
        self.upstream, self.after, self.falsify = port, after, falsify
        self.cuts = iter(range(cuts))
        super().__init__(**options)

    def url(self, host=None):
        return super().url(host).removesuffix("/path")

    def serve(self, connection):
        left = self.after if next(self.cuts, None) is not None else float("inf")
        with socket.create_connection(("127.0.0.1", self.upstream)) as upstream:
            while left > 0:
                for source in _readable(connection, upstream):
                    piece = source.recv(65536)
                    if source is upstream:
                        piece = piece if left > len(piece) else piece[: int(left)]
                        left -= len(piece)
                    elif self.falsify[0]:
                        piece = piece.replace(*self.falsify)
                    if not piece:
                        return
                    (connection if source is upstream else upstream).sendall(piece)


def _readable(*sockets):
    """Those that have something, or their end. What TLS has read ahead is seen by nobody else."""
    ahead = [each for each in sockets if isinstance(each, ssl.SSLSocket) and each.pending()]
    return ahead or select.select(sockets, (), ())[0]
