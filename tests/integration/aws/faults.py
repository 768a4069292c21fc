"""Faults by operation: what goes wrong, how often, and whether the effect took place all the same."""

import contextlib
import os
import signal
import threading
import time
from dataclasses import asdict, dataclass, field

from .wire import ConnectionReset

KINDS = ("error", "reset", "delay", "truncate", "kill")


@dataclass
class Fault:
    """The next `count` requests for `operation` after `skip` of them, with every entry of `match` in their parameters.

    error     answers `status`, `code`, `message` in the service's own format, or `body` as it is
    reset     resets the connection
    delay     answers after `seconds`
    truncate  sends `keep` bytes of the body and closes
    kill      ends the process `pid` by SIGKILL, which gets no answer
    With `after`, the operation is carried out before it goes wrong: the effect is there, its answer is lost.
    """

    operation: str
    kind: str
    count: int = 1
    skip: int = 0
    match: dict = field(default_factory=dict)
    after: bool = False
    status: int = 500
    code: str = "InternalFailure"
    message: str = "An internal error occurred."
    body: str | None = None
    headers: dict = field(default_factory=dict)
    seconds: float = 0.0
    keep: int = 0
    pid: int = 0
    fired: int = 0

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"no such kind of fault: {self.kind}; there are {', '.join(KINDS)}")

    def carry_out(self, operate, fail):
        """`operate()` answers as if nothing were wrong; `fail(fault)` makes the service's error answer."""
        if self.kind == "truncate":
            response = operate()
            response.cut_after = self.keep
            return response
        response = operate() if self.after else None
        if self.kind == "kill":
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        if self.kind in ("reset", "kill"):
            raise ConnectionReset
        if self.kind == "delay":
            time.sleep(self.seconds)
            return response or operate()
        return fail(self)


class Faults:
    def __init__(self):
        self._lock = threading.Lock()
        self._faults = []

    def add(self, **fields):
        fault = Fault(**fields)
        with self._lock:
            self._faults.append(fault)

    def clear(self):
        with self._lock:
            self._faults.clear()

    def take(self, operation, params):
        """The fault that this request meets, or None."""
        with self._lock:
            for fault in self._faults:
                if fault.operation not in ("*", operation) or fault.fired >= fault.count:
                    continue
                if any(params.get(name) != value for name, value in fault.match.items()):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.fired += 1
                return fault
        return None

    def as_list(self):
        with self._lock:
            return [asdict(fault) for fault in self._faults]
