"""A service's own settings: what its toml says of the endpoint rules' booleans, in C."""

import copy

import pytest
from smithy_c.config import SettingConfig
from smithy_c.errors import GeneratorError
from support import JSON, RULES, files_of, operation, tree


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


def test_a_setting_that_the_rules_do_not_know_is_an_error():
    with pytest.raises(GeneratorError, match="settings.UseOther: the endpoint rules have no such boolean"):
        files_of(model_with(), settings={"UseOther": SettingConfig(key="other")})
    with pytest.raises(GeneratorError, match="settings.Region"):
        files_of(model_with(), settings={"Region": SettingConfig(key="region")})
