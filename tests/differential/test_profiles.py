"""Random files with profiles, read by botocore and by the runtime: they say the same.

What is drawn is what both define alike: sections and keys that are there once in a file, no comments behind values,
no blank or commented lines inside of values. $WIRE is the folder with the program show_profiles.
"""

import json
import os
import random
import subprocess
from pathlib import Path

import pytest
from botocore.configloader import build_profile_map, raw_config_parse

FILES = 400
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
NAME = LETTERS + "_-/.%@+"
VALUE = LETTERS + "_-/.%@+:=;#\"'[]{}(),!? \t\u00e9\U0001f602"


def word(chance, letters, longest=12):
    return "".join(chance.choice(letters) for _ in range(chance.randint(1, longest)))


def value(chance):
    """Without what would be a comment."""
    text = word(chance, VALUE, 30).strip(" \t")
    return "".join(c for at, c in enumerate(text) if c not in "#;" or (at and text[at - 1] not in " \t#;"))


def blanks(chance):
    return "".join(chance.choice(" \t") for _ in range(chance.randint(0, 2)))


def lines_of_key(chance, key):
    start = f"{key}{blanks(chance)}={blanks(chance)}"
    kind = chance.randrange(4)
    if kind == 0:  # A block.
        inner = [f"  {word(chance, NAME)}{blanks(chance)}={blanks(chance)}{value(chance)}" for _ in range(chance.randint(1, 3))]
        return [start.rstrip(" \t"), *inner]
    if kind == 1:  # Over several lines, none of which looks like a comment.
        first = value(chance) or "x"
        return [start + first, *(f"\t{word(chance, LETTERS)} {value(chance)}".rstrip() for _ in range(chance.randint(1, 2)))]
    return [start + value(chance)]


def lines_of_section(chance, head):
    lines = [f"[{head}]"]
    keys = {word(chance, NAME).lower() for _ in range(chance.randint(0, 5))}
    for key in sorted(keys):
        shown = "".join(c.upper() if chance.random() < 0.3 else c for c in key)
        lines += lines_of_key(chance, shown)
    if chance.random() < 0.3:
        lines += ["", chance.choice("#;") + value(chance)]
    return lines


def draw(chance):
    names = sorted({word(chance, NAME) for _ in range(chance.randint(0, 5))} - {"default", "DEFAULT"})
    default = chance.choice(["default", "profile default", None])
    heads = [f"profile{chance.choice([' ', '  '])}{name}" for name in names] + ([default] if default else [])
    heads += [f"services {word(chance, NAME)}", f"sso-session {word(chance, NAME)}", "preview", "plugins"]
    config = [line for head in heads for line in lines_of_section(chance, head)]
    shared = sorted({chance.choice([*names, "default", word(chance, NAME)]) for _ in range(3)} - {"DEFAULT"})
    credentials = [line for head in shared for line in lines_of_section(chance, head)]
    end = chance.choice(["\n", "\r\n"])
    return end.join(config) + end, end.join(credentials) + chance.choice(["", end])


def by_botocore(config, credentials):
    said = build_profile_map(raw_config_parse(str(config), parse_subsections=False))
    for name, keys in raw_config_parse(str(credentials), parse_subsections=False).items():
        said["profiles"].setdefault(name, {}).update(keys)
    return {kind: said[kind] for kind in ("profiles", "sso_sessions", "services") if said[kind]}


def test_random_files_say_the_same(tmp_path):
    if "WIRE" not in os.environ:
        pytest.skip("WIRE does not name the folder of the programs")
    paths = []
    for number in range(FILES):
        config, credentials = draw(random.Random(number))
        for name, text in ((f"{number}.config", config), (f"{number}.credentials", credentials)):
            paths.append(tmp_path / name)
            paths[-1].write_bytes(text.encode())
    program = Path(os.environ["WIRE"]) / "show_profiles"
    shown = subprocess.run([program, *paths], capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.split("\n")[:-1]
    assert len(lines) == FILES
    for number, line in enumerate(lines):
        expected = by_botocore(*paths[2 * number : 2 * number + 2])
        assert json.loads(line) == expected, f"the files of seed {number} differ"
