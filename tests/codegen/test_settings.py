"""A service's own settings: what its toml says of the endpoint rules' booleans, in C."""

import copy

import pytest
from support import JSON, ROOT, RULES, files_of, operation, tree

from smithy_c import config
from smithy_c.config import SettingConfig
from smithy_c.errors import GeneratorError
from smithy_c.model import Model


def model_with(*options):
    """A service whose rules take two booleans; `options`: those that are clientContextParams."""
    rules = copy.deepcopy(RULES)
    rules["parameters"] |= {name: {"type": "boolean", "required": False} for name in ("UseThis", "UseThat")}
    service = {
        "smithy.rules#endpointRuleSet": rules,
        "smithy.rules#clientContextParams": {name: {"type": "boolean"} for name in options},
    }
    return tree(JSON, service, Ask=operation())


def test_an_option_of_the_caller_may_come_from_elsewhere():
    files = files_of(
        model_with("UseThis"),
        settings={"UseThis": SettingConfig(variable="USE_THIS", key="use_this", block="ex.use_this")},
    )
    source, header = files["src/client.c"], files["include/ex/client.h"]
    assert '.option = "use_this",' in source
    assert '.variable = "USE_THIS",' in source
    assert '.block = "ex",' in source and '.block_key = "use_this",' in source
    assert ".use_this = options->use_this," in source
    assert ".setting_count = 1," in source
    assert "default USE_THIS, then the profile's use_this or ex.use_this, else as the endpoint" in header


def test_a_boolean_that_is_no_option_is_kept_beside_them():
    files = files_of(model_with(), settings={"UseThat": SettingConfig(key="that", words=("old", "new"))})
    source = files["src/client.c"]
    assert "smithy_opt_bool use_that;" in source
    assert ".option" not in source
    assert '.words = (const char *const[]){"old", "new", NULL},' in source
    assert "rules->use_that = own->use_that;" in source
    assert "use_that" not in files["include/ex/client.h"]


def test_a_setting_must_be_a_boolean_of_the_rules():
    with pytest.raises(GeneratorError, match="settings.Region: the endpoint rules have no such boolean"):
        files_of(model_with(), settings={"Region": SettingConfig(key="region")})


def test_a_setting_that_an_older_model_lacks_is_left_out():
    assert files_of(model_with(), settings={"UseOther": SettingConfig(key="other")}) == files_of(model_with())


@pytest.mark.parametrize("path", sorted((ROOT / "codegen/services").glob("*.toml")), ids=lambda path: path.stem)
def test_the_services_settings_are_those_of_their_models(path):
    model = Model.load(ROOT / "models" / f"{path.stem}.json")
    known = model.service["traits"]["smithy.rules#endpointRuleSet"]["parameters"]
    assert set(config.load(path).settings) <= set(known)

