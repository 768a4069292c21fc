#!/usr/bin/env python3
"""Mutants of the exporter's planner, runner and state: how many of a random sample do the tests catch?

    tests/mutants/mutants.py --build build/release --sample 300 --seed 1     makes, builds and tries them
    tests/mutants/mutants.py --build build/release --report                  what was found so far
    tests/mutants/mutants.py --build build/release --survivors               tries the survivors again, with all there is

The build is one of --preset release, with its tests built. What was tried stands in <build>/mutants/results.jsonl and is
not tried again, so that a run can be stopped and go on. What is no mistake, for it changes nothing that counts, stands in
equivalent.toml with the reason; it is not tried, and counted apart."""

import argparse
import hashlib
import json
import random
import shutil
import subprocess
import sys
import time
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

from c_mutants import mutants_of
from killers import Build, digest, fails

ROOT = Path(__file__).resolve().parents[2]
PARTS = {
    "planner": "plan* past_tasks cover standing".split(),
    "runner": "settle* slot* lease task session ledger* folder run work".split(),
    "state": "state* store* json_cutter pieces".split(),
}


def read_equivalent():
    """What equivalent.toml lists: by file, line of code, operator and change, why it is none."""
    text = (Path(__file__).parent / "equivalent.toml").read_text(encoding="utf-8")
    return {
        (entry["file"], entry["code"], entry["operator"], change): entry["why"]
        for entry in tomllib.loads(text)["equivalent"]
        for change in entry.get("changes", [""])
    }


def why_equivalent(listed, mutant):
    """None where it is not listed. A change is written "before -> after"; an entry without one is for all of the line."""
    change = f"{mutant.before} -> {mutant.text}"
    key = (mutant.file, mutant.code, mutant.operator)
    return listed.get((*key, change)) or listed.get((*key, ""))


def all_mutants(source):
    names = [name for names in PARTS.values() for name in names]
    found = []
    for path in sorted({path for name in names for path in (source / "src/exporter").glob(name + ".c")}):
        found += mutants_of(path.name, path.read_text(encoding="utf-8"))
    return found


def part_of(file):
    return next(part for part, names in PARTS.items() for name in names if fnmatch(file, name + ".c"))


class Trial:
    def __init__(self, build, thorough, units_only):
        self.build, self.thorough, self.units_only = build, thorough, units_only
        self.texts, self.objects = {}, {}

    def killers(self, file):
        found = self.build.killers_of(file, self.thorough)
        return [killer for killer in found if not self.units_only or not killer.program.startswith("tests/sim/sim_")]

    def text(self, file):
        return (self.build.source / "src/exporter" / file).read_text(encoding="utf-8")

    def original(self, file):
        """The digest of the unchanged file's object."""
        if file not in self.objects:
            made = self.build.compile(file, self.text(file), self.build.work / "original")
            self.objects[file] = digest(made)
        return self.objects[file]

    def judge(self, mutant):
        """(verdict, by what): "caught", "survived", "same" object code, or "not C"."""
        folder = self.build.work / hashlib.sha256(mutant.id.encode()).hexdigest()[:12]
        try:
            made = self.build.compile(mutant.file, mutant.apply(self.text(mutant.file)), folder)
            if not made:
                return "not C", ""
            if digest(made) == self.original(mutant.file):
                return "same", ""
            programs = {}
            for killer in self.killers(mutant.file):
                if killer.program not in programs:
                    programs[killer.program] = self.build.link(killer.program, made, folder)
                how = fails(self.build, programs[killer.program], killer, folder)
                if how:
                    return "caught", f"{killer.name} ({how})"
            return "survived", ""
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def check_unchanged(self):
        """Without a mutant, all must pass, or nothing that follows means anything."""
        for program, file in (("sim", "work.c"), ("plan", "plan.c"), ("state", "state.c"), ("store", "store_s3.c")):
            folder = self.build.work / ("unchanged_" + program)
            made = self.build.compile(file, self.text(file), folder)
            for killer in self.killers(file)[: None if program == "sim" else 2]:
                if fails(self.build, self.build.link(killer.program, made, folder), killer, folder):
                    sys.exit(f"{killer.name} fails without a mutant")


def read_results(path):
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {result["id"]: result for result in map(json.loads, lines)}


def note(path, mutant, verdict, by, seconds):
    result = {"id": mutant.id, "mutant": str(mutant), "file": mutant.file, "operator": mutant.operator}
    result |= {"verdict": verdict, "by": by, "seconds": round(seconds, 1)}
    with path.open("a", encoding="utf-8") as out:
        out.write(json.dumps(result) + "\n")


def run(trial, mutants, path, jobs, until):
    def one(mutant):
        if time.time() > until:
            return
        start = time.monotonic()
        verdict, by = trial.judge(mutant)
        note(path, mutant, verdict, by, time.monotonic() - start)
        print(f"{verdict:9}{time.monotonic() - start:6.1f} s  {mutant}" + (f"  [{by}]" if by else ""), flush=True)

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, mutants))


def print_equivalent(mutants, listed, everything):
    """How many of them, and each; and what is listed and fits nothing any more."""
    reasons = [(mutant, why_equivalent(listed, mutant)) for mutant in mutants]
    reasons = [(mutant, why) for mutant, why in reasons if why]
    print(f"{len(reasons)} equivalent")
    for mutant, why in reasons:
        print(f"equivalent: {mutant}: {why}")
    fitting = {(m.file, m.code, m.operator, change) for m in everything for change in ("", f"{m.before} -> {m.text}")}
    files = {mutant.file for mutant in everything}
    for entry in sorted(entry for entry in listed.keys() - fitting if entry[0] in files):
        print("listed as equivalent, and there is none:", *entry)


def caught_by(result):
    """By unit tests, stories, or what takes longer."""
    name = result["by"].split(" (")[0]
    return "stories" if name.startswith("test_sim_") else "units" if name.startswith("test_") else "others"


def share(results):
    counted = Counter(result["verdict"] for result in results)
    by = Counter(caught_by(result) for result in results if result["verdict"] == "caught")
    mutants = counted["caught"] + counted["survived"]
    percent = 100 * counted["caught"] / mutants if mutants else 0
    kinds = " ".join(f"{by[kind]:7}" for kind in ("units", "stories", "others"))
    return f"{mutants:5} {kinds} {counted['survived']:8} {percent:6.1f} % {counted['same']:6}"


def report(results):
    print(f"{'':22}  made   units stories  others survived  caught   same")
    for kind in ("part", "file", "operator"):
        values = {result["id"]: part_of(result["file"]) if kind == "part" else result[kind] for result in results}
        for name in sorted(set(values.values())):
            print(f"{name:22} {share([result for result in results if values[result['id']] == name])}")
    print(f"{'all':22} {share(results)}")
    by = Counter(result["by"].split(" (")[0] for result in results if result["verdict"] == "caught")
    for name, count in by.most_common():
        print(f"{count:5} caught by {name}")
    seconds = sorted(result["seconds"] for result in results)
    if seconds:
        print(f"{sum(seconds) / len(seconds):.1f} s a mutant")
    for result in results:
        if result["verdict"] == "survived":
            print("survived:", result["mutant"])


def commit(source):
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=source, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "an unknown commit"


def main():
    usage, _, rest = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(description=usage, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("--source", type=Path, default=ROOT, help="the tree that the build is of")
    parser.add_argument("--sample", type=int, default=300, help="0: all")
    parser.add_argument("--files", default="*.c", help="a pattern of the files to draw from")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1e6, help="begin no mutant after so many")
    parser.add_argument("--survivors", action="store_true")
    parser.add_argument("--units", action="store_true", help="not by seeds and the like: single stories and unit tests alone")
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--list", action="store_true", help="print the sample and stop")
    options = parser.parse_args()
    work = options.build / "mutants"
    work.mkdir(exist_ok=True)
    path = work / "results.jsonl"
    done = read_results(path)
    everything = [mutant for mutant in all_mutants(options.source) if fnmatch(mutant.file, options.files)]
    count = min(options.sample or len(everything), len(everything))
    sample = random.Random(options.seed).sample(everything, count)
    if options.list:
        return print(*sample, sep="\n")
    listed = read_equivalent()
    drawn, sample = sample, [mutant for mutant in sample if not why_equivalent(listed, mutant)]
    if not options.report:
        trial = Trial(Build(options.build, options.source, work), options.survivors, options.units)
        trial.check_unchanged()
        again = {name for name, result in done.items() if options.survivors and result["verdict"] == "survived"}
        todo = [mutant for mutant in sample if mutant.id in again or (mutant.id not in done and not options.survivors)]
        run(trial, todo, path, options.jobs, time.time() + 60 * options.minutes)
        done = read_results(path)
    tried = [done[mutant.id] for mutant in sample if mutant.id in done]
    print(f"{len(tried)} of {len(everything)} mutants of {commit(options.source)}, seed {options.seed}")
    report(tried)
    print_equivalent(drawn, listed, everything)


if __name__ == "__main__":
    main()
