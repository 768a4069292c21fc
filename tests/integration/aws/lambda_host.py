"""Runs an executable the way Lambda runs `bootstrap`: its environment, its deadline, its freezes."""

import os
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

from .runtime_api import FUNCTION, RuntimeApi

INIT_S = 10.0
# Of this process's environment, only what sanitizers and coverage need.
_KEPT = ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LLVM_PROFILE_FILE")


class LambdaHost:
    """An execution environment. The process starts with the first invocation and lives on to the next one, unless it
    exits or is killed at its deadline; then the next invocation gets a new one."""

    def __init__(self, executable, environment, memory_mb=128, freeze=False):
        """`environment` adds to what Lambda gives. With `freeze` the process is stopped between invocations."""
        self.api = RuntimeApi().start()
        self._folder = tempfile.TemporaryDirectory(prefix="task-")
        bootstrap = Path(self._folder.name) / "bootstrap"
        bootstrap.symlink_to(Path(executable).resolve())
        self._bootstrap, self._freeze = bootstrap, freeze
        self._environment = self._lambda_environment(memory_mb) | environment
        self._process = self._reader = None
        self.starts = 0
        self.lines = []  # what the function wrote, stdout and stderr
        self.exit_code = None  # of the last process that ended

    def invoke(self, event, timeout_s=60.0, **options):
        """Invokes the function and returns its runtime_api.Result; past the deadline the process is killed."""
        if not self._alive():
            self._start()
        self._signal(signal.SIGCONT)
        self.api.wait_ready(INIT_S, self._alive)
        result = self.api.invoke(event, timeout_s, self._alive, **options)
        if result.kind in ("timeout", "exit"):
            self.kill()
        elif self._freeze and self.api.wait_idle(1.0, self._alive):
            self._signal(signal.SIGSTOP)
        return result

    def kill(self):
        """SIGKILL, as at a deadline: the process gets no say."""
        self._signal(signal.SIGKILL)
        self._reap()

    def stop(self):
        self.kill()
        self.api.stop()
        self._folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _start(self):
        self._reap()
        self.api.new_runtime()
        self._process = subprocess.Popen(
            [str(self._bootstrap)],
            cwd=self._folder.name,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.starts += 1
        self._reader = threading.Thread(target=self._collect, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    def _collect(self, stream):
        with stream:
            for line in stream:
                self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))

    def _alive(self):
        return self._process is not None and self._process.poll() is None

    def _signal(self, number):
        if self._alive():
            self._process.send_signal(number)

    def _reap(self):
        if self._process is None:
            return
        self.exit_code = self._process.wait()
        self._reader.join(timeout=5)
        self._process = None

    def _lambda_environment(self, memory_mb):
        given = {
            "_HANDLER": "bootstrap",
            "AWS_EXECUTION_ENV": "AWS_Lambda_provided.al2023",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_LAMBDA_FUNCTION_NAME": FUNCTION,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{FUNCTION}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef",
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_LAMBDA_RUNTIME_API": self.api.address,
            "LAMBDA_TASK_ROOT": self._folder.name,
            "LAMBDA_RUNTIME_DIR": "/var/runtime",
            "LANG": "en_US.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
            "LD_LIBRARY_PATH": "/lib64:/usr/lib64:/var/runtime:/var/task:/opt/lib",
            "TZ": ":UTC",
        }
        return given | {name: os.environ[name] for name in _KEPT if name in os.environ}
