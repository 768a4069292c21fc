"""All operations of whole official models, where a folder of them stands beside the checkout (they are not part of it)."""

import pytest
from support import ROOT, assert_formatted, compile_all

from smithy_c import __main__ as command

MODELS = ROOT.parent / "shared" / "models"


@pytest.mark.parametrize("name", ["cloudwatch-logs", "s3", "sts"])
def test_every_operation_of_a_whole_model_compiles_and_is_formatted(name, tmp_path, capsys):
    model = MODELS / f"{name}.json"
    if not model.is_file():
        pytest.skip("no whole models beside the checkout")
    config = ROOT / "codegen" / "services" / f"{name.removeprefix('cloudwatch-')}.toml"
    settings = ["--service-config", str(config)] if config.is_file() else ["--name", name]
    assert command.main(["generate", str(model), *settings, "--all", "--out", str(tmp_path)]) == 0, capsys.readouterr().err
    compile_all(tmp_path)
    assert_formatted(tmp_path)
