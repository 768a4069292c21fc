"""The server process: `python -m aws.server --port-file F`."""

import argparse
import os
import signal
import sys
import threading

from .app import Application
from .identity import ACCESS_KEY, REGION, SECRET_KEY
from .s3 import BucketsElsewhere
from .wire import Server
from .world import World


def main():
    parser = argparse.ArgumentParser(prog="aws.server", description="AWS on loopback, for tests.")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--port-file", help="written, atomically, once the server listens")
    parser.add_argument("--while-stdin", action="store_true", help="end when standard input is closed")
    parser.add_argument("--s3", help="an S3 that export tasks write to, instead of this one: its endpoint")
    options = parser.parse_args()

    world = World(BucketsElsewhere(options.s3, REGION, ACCESS_KEY, SECRET_KEY) if options.s3 else None)
    server = Server(("127.0.0.1", options.port), Application(world), lambda: world.clock.wall_s())
    _say_port(server.server_address[1], options.port_file)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    if options.while_stdin:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    server.serve_forever()


def _say_port(port, port_file):
    if port_file is None:
        print(f"http://127.0.0.1:{port}", flush=True)
        return
    with open(port_file + ".new", "w", encoding="ascii") as file:
        file.write(f"{port}\n")
    os.replace(port_file + ".new", port_file)


def _end_with_stdin():
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
