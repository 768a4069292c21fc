"""What several tests build with, built once."""

import pytest
from runtime import build_runtime


@pytest.fixture(scope="session")
def runtime(tmp_path_factory):
    """Compiles and runs a program with the runtime's core and codecs, under the sanitizers."""
    return build_runtime(tmp_path_factory.mktemp("runtime"))
