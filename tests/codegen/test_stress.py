"""Models of 770 operations whose names meet each other, the languages and the generator, for every protocol."""

import time

import pytest
import stress_models
from support import files_of, write
from whole_client import jobs_of, run_all

OPERATIONS = 760
EVERY = 60  # Of the operations' sources, which are all alike, so many are left out for each that is compiled.
MAX_SECONDS = 60


@pytest.mark.parametrize("protocol", stress_models.PROTOCOLS, ids=lambda protocol: protocol.rpartition("#")[2])
def test_a_model_that_is_meant_to_hurt_compiles(protocol, tmp_path):
    model = stress_models.stress_model(protocol, OPERATIONS)
    begin = time.monotonic()
    files = files_of(model)
    assert time.monotonic() - begin < MAX_SECONDS

    operations = sorted(name for name in files if name.startswith("src/ops/"))
    assert len(operations) == OPERATIONS + 10, "each has a file of its own"
    write(tmp_path, files)
    wanted = operations[::EVERY] + [name for name in operations if "operation_" not in name and "operation0" not in name]
    sources = [tmp_path / name for name in files if name.endswith(".c") and not name.startswith("src/ops/")]
    sources += [tmp_path / name for name in sorted(set(wanted))]
    jobs = jobs_of(tmp_path, "gcc", sources, [tmp_path / "include/ex/ex.h"])
    run_all(jobs + jobs_of(tmp_path, "clang", sources, [tmp_path / "include/ex/ex.h"]))


def test_the_same_model_gives_the_same_files():
    model = stress_models.stress_model(stress_models.REST_JSON, 5)
    shuffled = {**model, "shapes": dict(reversed(model["shapes"].items()))}
    assert files_of(model) == files_of(shuffled)
