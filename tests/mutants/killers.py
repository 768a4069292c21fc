"""Builds a mutant into the programs that shall catch it, and runs them: the quickest first."""

import hashlib
import os
import resource
import shlex
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

PLANNER = ("plan", "plan_details", "standing", "cover", "state_details", "plan_memory")
STATE = ("state_text", "state_tables", "state", "state_change", "state_details", "plan", "plan_details", "exporter_cli")
UNITS = {
    "cover.c": ("plan_details", "cover", "plan", "plan_memory"),
    "folder.c": ("folder",),
    "json_cutter.c": ("json_cutter", *STATE),
    "lease.c": ("lease",),
    "ledger.c": ("ledger", "ledger_read"),
    "ledger_read.c": ("ledger_read", "proof_windows", "report"),
    "past_tasks.c": ("past_tasks",),
    "pieces.c": ("pieces", "store_dynamodb", "ledger_read", "ledger"),
    "plan.c": PLANNER,
    "plan_close.c": PLANNER,
    "plan_converge.c": PLANNER,
    "plan_prefix.c": PLANNER,
    "session.c": ("session",),
    "settle.c": ("settle_carried", "settle_leftovers"),
    "settle_again.c": ("settle_again",),
    "settle_late.c": ("settle_late", "settle_beside"),
    "slot.c": ("slot",),
    "slot_close.c": ("slot_close",),
    "standing.c": PLANNER,
    "state.c": STATE,
    "state_change.c": STATE,
    "state_read.c": STATE,
    "state_record.c": STATE,
    "state_write.c": STATE,
    "state_missed.c": ("state_tables", "state_change", *PLANNER),
    "store.c": ("store_dynamodb", "store_s3", "store_file", "ledger"),
    "store_dynamodb.c": ("store_dynamodb",),
    "store_file.c": ("store_file",),
    "store_s3.c": ("store_s3",),
    "task.c": ("task_names", "task_calls"),
    "work.c": ("work",),
}
MEMORY_BYTES = 4 << 30
CLI = "src/cli/cloudwatch-logs-s3-exporter"
# Single stories in the simulator: a tenth of a second each.
STORIES = ("run", "course", "settle", "slot", "groups", "late", "backfill", "limits")


@dataclass(frozen=True)
class Killer:
    program: str  # In the build's folder.
    arguments: tuple[str, ...]
    seconds: int  # Of processor time: many times what it takes.

    @property
    def name(self):
        return " ".join((Path(self.program).name, *self.arguments))


# Stores that the simulator does not use.
DYNAMODB = Killer("tests/integration/state_store", ("test_state_dynamodb.py",), 60)

QUICK = (
    Killer("tests/sim/sim_seeds", ("--seeds", "100"), 15),
    Killer("tests/sim/sim_exhaustive", ("kill",), 40),
    Killer("tests/sim/sim_seeds", ("--from", "101", "--seeds", "600"), 40),
)
# For what survives those.
THOROUGH = (
    Killer("tests/sim/sim_seeds", ("--from", "20000", "--seeds", "150", "--sweep"), 60),
    Killer("tests/sim/sim_exhaustive", ("memory", "--every", "7"), 60),
    Killer("tests/sim/sim_seeds", ("--from", "701", "--seeds", "1300"), 60),
    Killer("tests/sim/sim_exhaustive", ("nested",), 60),
    Killer("tests/sim/sim_exhaustive", ("faults",), 200),
    Killer(CLI, ("test_export.py",), 600),
)


class Build:
    """A folder in which a Release build of the programs stands; and a folder of its own for mutants."""

    def __init__(self, folder, source, work):
        self.folder, self.source, self.work = Path(folder).resolve(), Path(source).resolve(), Path(work).resolve()
        self.commands = {}
        self.lock = threading.Lock()

    def command(self, target):
        """The last of the commands that make a target."""
        with self.lock:
            if target not in self.commands:
                found = subprocess.run(
                    ["ninja", "-t", "commands", target], cwd=self.folder, capture_output=True, text=True, check=True
                ).stdout.splitlines()[-1]
                words = [word for word in shlex.split(found) if word not in (":", "&&")]
                self.commands[target] = words[1:] if words[0].endswith("ccache") else words
            return self.commands[target]

    def has(self, program):
        return (self.folder / program).exists()

    def compile(self, file, text, folder):
        """The object's path; None where it does not compile."""
        folder.mkdir(parents=True, exist_ok=True)
        source, made = folder / file, folder / (file + ".o")
        source.write_text(text, encoding="utf-8")
        words = self.command(f"src/exporter/CMakeFiles/exporter.dir/{file}.o")
        command = [word for word in words[: words.index("-MD")]] + ["-std=c11", "-w", "-Wno-error"]
        command += ["-o", made, "-c", source]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, check=False)
        return made if done.returncode == 0 else None

    def link(self, program, made, folder):
        """What is linked before the library stands in for the library's own."""
        words = list(self.command(program))
        at = words.index("-o")
        words[at + 1 : at + 2] = [str(folder / Path(program).name), str(made)]
        subprocess.run(words, cwd=self.folder, capture_output=True, check=True)
        return folder / Path(program).name

    def killers_of(self, file, thorough):
        folder = "tests/unit/exporter/test_"
        units = [Killer(folder + name, (), 5) for name in UNITS.get(file, ())]
        units += [Killer("tests/sim/test_sim_" + name, (), 10 if name in ("course", "limits") else 3) for name in STORIES]
        units = [killer for killer in units if self.has(killer.program)]
        if file == "store_dynamodb.c":
            return [*units, DYNAMODB]
        return [*units, *QUICK, *(THOROUGH if thorough else ())]


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def limit(seconds):
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def fails(build, program, killer, folder):
    """How the program fails: "test", "crash", "time"; None where it passes. One failed story is enough."""
    command, environment = [program, *killer.arguments], None
    if killer.arguments and killer.arguments[0].endswith(".py"):
        tests = build.source / "tests/integration"
        command = [build.source / ".venv/bin/python", "-m", "pytest", "-xq", "-p", "no:cacheprovider"]
        command.append(tests / killer.arguments[0])
        exporter = program if killer.program == CLI else build.folder / CLI
        environment = os.environ | {"PROGRAMS": str(folder), "EXPORTER": str(exporter)}
        environment["EXAMPLES"] = str(build.folder / "examples")
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: limit(killer.seconds),
    )
    watch = threading.Timer(killer.seconds * 100, process.kill)
    watch.start()
    try:
        for line in process.stdout:
            if line.startswith((b"story ", b"seed ")):
                process.kill()
                process.wait()
                return "test"
        code = process.wait()
    finally:
        watch.cancel()
        process.stdout.close()
    if code == 0:
        return None
    return "time" if code in (-24, -9) else "crash" if code < 0 else "test"
