#!/usr/bin/env python3
"""All mutants of a file in one program: seconds for hundreds of them, where one by one each is compiled and linked.

    tests/mutants/together.py --build build/release plan.c run.c

Each function stands in the file once as it is and once for each of its mutants; MUTANT in the environment says which of
them is called. Unit tests and stories alone are run. What was found stands in <build>/mutants/results.jsonl, as
mutants.py's does; its --report tells it."""

import argparse
import dataclasses
import os
import re
import resource
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from c_mutants import File
from killers import Build, digest, limit
from mutants import ROOT, note, read_equivalent, read_results, why_equivalent

CHOICE = """
#include <stdlib.h>
static int mutant_number;
__attribute__((constructor)) static void choose_mutant(void) {
    const char *number = getenv("MUTANT");
    mutant_number = number ? atoi(number) : 0;
}
"""


class Function:
    """Of a file: where its head begins, its body, and what it is called with."""

    def __init__(self, file, first, last):
        self.file, self.first, self.last = file, first, last
        opened = file.partner[first - 1]
        at = opened - 1
        while at > 0 and file.text(at - 1) not in (";", "}") and not self.is_behind_directive(at):
            at -= 1
        self.head, self.name = at, opened - 1
        self.arguments = self.names(opened, first - 1)
        words = [token.text for token in file.tokens[at : self.name]]
        self.is_static, self.is_void = "static" in words, [word for word in words if word != "static"] == ["void"]
        self.is_variadic = any(token.text == "..." for token in file.tokens[opened:first])

    def is_behind_directive(self, at):
        tokens, source = self.file.tokens, self.file.source
        return re.search(r"(?m)^[ \t]*#", source[tokens[at - 1].end : tokens[at].start]) is not None

    def names(self, opened, closed):
        """The last word of each parameter, before any brackets."""
        found, word, depth = [], None, 0
        for at in range(opened + 1, closed + 1):
            text = self.file.text(at)
            depth += (text in "([") - (text in ")]" and at != closed)
            if depth == 0 and text in (",", ")"):
                found.append(word)
            elif depth == 0 and self.file.tokens[at].kind == "word":
                word = text
        return [] if found == ["void"] and closed == opened + 2 else [name for name in found if name]

    def text(self, name, mutant=None):
        tokens, source = self.file.tokens, self.file.source
        begin, end = tokens[self.head].start, tokens[self.last].end
        if mutant:
            source = mutant.apply(source)
            end += len(mutant.text) - (mutant.end - mutant.start)
        head = source[begin : tokens[self.name].start] + name + source[tokens[self.name].end : tokens[self.first].start]
        return ("" if self.is_static else "static ") + head + source[tokens[self.first].start : end]

    def dispatcher(self, numbers):
        tokens, source = self.file.tokens, self.file.source
        name, arguments = self.file.text(self.name), ", ".join(self.arguments)
        call = "{0}(%s); return;" % arguments if self.is_void else "return {0}(%s);" % arguments
        cases = "".join(f"case {number}: " + call.format(f"{name}__{number}") + "\n" for number in numbers)
        head = source[tokens[self.head].start : tokens[self.first].start]
        return f"{head}{{ switch (mutant_number) {{\n{cases}default: {call.format(name + '__0')}\n}} }}\n"


def compose(file, mutants, left_out):
    """The text, and the lines on which each mutant stands."""
    out, at, lines = CHOICE, 0, []
    source, tokens = file.source, file.tokens
    for first, last in file.bodies():
        function = Function(file, first, last)
        begin, end = tokens[function.head].start, tokens[last].end
        if function.is_variadic:
            continue
        own = [(n, m) for n, m in mutants if begin <= m.start < end and n not in left_out]
        declared = source[begin : tokens[first].start].rstrip() + ";\n"  # It may call itself.
        out += source[at:begin] + declared + function.text(file.text(function.name) + "__0") + "\n"
        for number, mutant in own:
            line = out.count("\n") + 1
            out += function.text(f"{file.text(function.name)}__{number}", mutant) + "\n"
            lines.append((line, out.count("\n") + 1, number))
        out += function.dispatcher([number for number, _ in own])
        at = end
    return out + source[at:], lines


def compile_all(build, name, file, mutants, folder):
    """The object, and the numbers of those that are no C."""
    left_out = set()
    folder.mkdir(parents=True, exist_ok=True)
    source, made = folder / name, folder / (name + ".o")
    words = build.command(f"src/exporter/CMakeFiles/exporter.dir/{name}.o")
    words = [*words[: words.index("-MD")], "-std=c11", "-w", "-Wno-error", "-fmax-errors=1000", "-O0"]
    while True:
        text, lines = compose(file, mutants, left_out)
        source.write_text(text, encoding="utf-8")
        done = subprocess.run([*words, "-o", made, "-c", source], cwd=build.folder, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return made, left_out
        wrong = {int(line) for line in re.findall(re.escape(name) + r":(\d+):\d+: error", done.stderr)}
        found = {number for begin, end, number in lines if any(begin <= line < end for line in wrong)}
        if not found:
            raise SystemExit(done.stderr[:2000])
        left_out |= found


def fails(program, killer, folder, number):
    environment = os.environ | {"MUTANT": str(number)}
    process = subprocess.run(
        [program, *killer.arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: limit(killer.seconds),
        check=False,
    )
    code = process.returncode
    return None if code == 0 else "time" if code in (-24, -9) else "crash" if code < 0 else "test"


def is_quick(killer):
    """A unit test or a story."""
    return not killer.program.startswith("tests/sim/sim_") and not any(word.endswith(".py") for word in killer.arguments)


def without_mutant(program, killer, folder):
    """It must pass; and many times what it took then is all the time that it has with one."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    if fails(program, killer, folder, 0):
        raise SystemExit(f"{killer.name} fails without a mutant")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return dataclasses.replace(killer, seconds=min(killer.seconds, 1 + int(20 * took)))


def is_same(build, mutant, source, folder):
    """The same object code, or no C by itself."""
    original = digest(build.compile(mutant.file, source, folder))
    made = build.compile(mutant.file, mutant.apply(source), folder)
    return made is not None and digest(made) == original


def try_file(build, name, path, done, jobs):
    source = (build.source / "src/exporter" / name).read_text(encoding="utf-8")
    file = File(name, source)
    listed = read_equivalent()
    mutants = list(enumerate(file.mutants(), 1))
    folder = build.work / "together"
    made, left_out = compile_all(build, name, file, mutants, folder)
    killers = [killer for killer in build.killers_of(name, False) if is_quick(killer)]
    programs = {killer.program: build.link(killer.program, made, folder) for killer in killers}
    killers = [without_mutant(programs[killer.program], killer, folder) for killer in killers]

    def one(numbered):
        number, mutant = numbered
        if mutant.id in done or why_equivalent(listed, mutant):
            return
        start = time.monotonic()
        verdict, by = ("not C", "") if number in left_out else ("survived", "")
        for killer in killers if verdict == "survived" else ():
            how = fails(programs[killer.program], killer, folder, number)
            if how:
                verdict, by = "caught", f"{killer.name} ({how})"
                break
        if verdict == "survived" and is_same(build, mutant, source, folder / str(number)):
            verdict = "same"
        note(path, mutant, verdict, by, time.monotonic() - start)
        if verdict == "survived":
            print(f"survived {mutant}    {mutant.code}", flush=True)

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, mutants))


def main():
    usage, _, rest = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(description=usage, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("--source", type=Path, default=ROOT, help="the tree that the build is of")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    work = options.build / "mutants"
    work.mkdir(exist_ok=True)
    path = work / "results.jsonl"
    build = Build(options.build, options.source, work)
    for name in options.files:
        try_file(build, name, path, read_results(path), options.jobs)
        print(f"{name} done", flush=True)


if __name__ == "__main__":
    main()
