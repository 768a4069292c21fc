"""The server's clock: real time, moved by tests."""

import time


class Clock:
    """`skew_s` makes the wall clock wrong; `advance` lets time pass, for the wall clock and for every duration."""

    def __init__(self):
        self.skew_s = 0.0
        self._advanced_s = 0.0

    def wall_s(self):
        return time.time() + self._advanced_s + self.skew_s

    def wall_ms(self):
        return int(self.wall_s() * 1000)

    def steady_s(self):
        """Never goes back, ignores skew: what lags and durations are measured by."""
        return time.monotonic() + self._advanced_s

    def advance(self, seconds):
        self._advanced_s += seconds
