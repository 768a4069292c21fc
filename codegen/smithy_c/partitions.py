"""Compiles the SDKs' partitions.json into the table behind ``smithy_partition_of``.

``render(json.loads(models/partitions.json))`` is the text of src/smithy/aws/partition_table.c, which is committed:
whoever writes or checks generated files treats it as one more of them. ``slim`` makes models/partitions.json out of
the file that the SDKs publish.
"""

import itertools
import json
import re
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from .errors import GeneratorError

TABLE_PATH = "src/smithy/aws/partition_table.c"
MODEL_PATH = "models/partitions.json"

_OUTPUTS = ("name", "dnsSuffix", "dualStackDnsSuffix", "implicitGlobalRegion", "supportsFIPS", "supportsDualStack")
_TAIL = r"\-\w+\-\d+$"


@dataclass(frozen=True)
class Row:
    """One partition, ready to be printed."""

    id: str
    outputs: dict[str, Any]
    regions: list[str]
    prefixes: list[str]


def slim(partitions: dict) -> dict:
    """The fields that the table is made from, in a fixed order; descriptions are left out."""
    return {
        "version": partitions["version"],
        "partitions": [
            {
                "id": partition["id"],
                "outputs": {name: partition["outputs"][name] for name in _OUTPUTS},
                "regionRegex": partition["regionRegex"],
                "regions": {
                    name: {key: value for key, value in overrides.items() if key != "description"}
                    for name, overrides in sorted(partition["regions"].items())
                },
            }
            for partition in partitions["partitions"]
        ],
    }


def read(content: bytes, name: str) -> dict:
    """The SDKs' file, or one that was slimmed before; `name` is for what is said of a broken one."""
    try:
        return slim(json.loads(content))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise GeneratorError(f"{name}: not JSON: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise GeneratorError(f"{name}: not the partitions of the SDKs: {error}") from error


def write(partitions: dict) -> str:
    """The text of models/partitions.json."""
    return json.dumps(partitions, indent=2, ensure_ascii=False) + "\n"


def prefixes_of(partition_id: str, regex: str) -> list[str]:
    r"""What Regions that match ``regex`` start with, before a word, a hyphen and a number.

    The one form there is: ``^``, literals and groups of alternatives, then ``\-\w+\-\d+$``.
    """
    if not regex.startswith("^") or not regex.endswith(_TAIL):
        raise GeneratorError(f"partition {partition_id}: regionRegex {regex!r} does not end in {_TAIL!r}")
    head = regex[1 : -len(_TAIL)]
    choices: list[list[str]] = []
    at = 0
    for piece in re.finditer(r"\((?P<group>\w+(?:\|\w+)*)\)|(?P<literal>\w|\\-)", head):
        if piece.start() != at:
            break
        at = piece.end()
        choices.append(piece["group"].split("|") if piece["group"] else [piece["literal"].removeprefix("\\")])
    if at != len(head) or not head:
        raise GeneratorError(f"partition {partition_id}: cannot compile regionRegex {regex!r} at {head[at:]!r}")
    return ["".join(choice) + "-" for choice in itertools.product(*choices)]


def rows(partitions: dict) -> list[Row]:
    """The partitions with the Regions that only a lookup by name finds."""
    found = partitions["partitions"]
    if not found or found[0]["id"] != "aws":
        raise GeneratorError("partitions.json: the first partition, which unknown Regions fall back to, must be aws")
    prefixes = {partition["id"]: prefixes_of(partition["id"], partition["regionRegex"]) for partition in found}

    def by_form(region: str) -> str:
        for partition_id, starts in prefixes.items():
            if any(re.fullmatch(re.escape(start) + r"\w+-\d+", region, re.ASCII) for start in starts):
                return partition_id
        return ""

    result = []
    for partition in found:
        for region, overrides in partition["regions"].items():
            if set(overrides) - {"description"}:
                raise GeneratorError(f"Region {region}: outputs of its own ({', '.join(overrides)}) are not supported")
        names = [region for region in sorted(partition["regions"]) if by_form(region) != partition["id"]]
        result.append(Row(partition["id"], partition["outputs"], names, prefixes[partition["id"]]))
    return result


def render(partitions: dict) -> str:
    """The text of src/smithy/aws/partition_table.c."""
    environment = Environment(
        loader=PackageLoader("smithy_c"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    return environment.get_template("partition_table.c.j2").render(rows=rows(partitions))
