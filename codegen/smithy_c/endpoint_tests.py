"""Turns a model's endpoint tests (smithy.rules#endpointTests) into a test program in C.

Each case is a function: the parameters, and the endpoint or the error that they must lead to. What compares the two is
written by hand (tests/endpoint/endpoint_check.c).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .endpoint_tree import IGNORED_PROPERTIES, pick_scheme
from .endpoints import Param, banner, environment_of_templates, read_params, rule_set_of
from .errors import GeneratorError
from .literals import quoted

TESTS = "smithy.rules#endpointTests"
_NAME_WIDTH = 88


@dataclass(frozen=True)
class Case:
    """One test; members are (name, value in C)."""

    number: str
    name: str
    lists: list[tuple[str, list[str]]]  # Parameters that are lists, by their fields.
    params: list[tuple[str, str]]
    endpoint: list[tuple[str, str]]
    error: str  # A literal; empty where an endpoint is expected.


def build(model: dict, service_shape_id: str, prefix: str) -> str:
    """The source of <prefix>_endpoint_test.c; a model without endpoint tests is an error."""
    service = model["shapes"][service_shape_id]
    tests = service.get("traits", {}).get(TESTS, {}).get("testCases", [])
    if not tests:
        raise GeneratorError(f"{service_shape_id}: the model has no {TESTS}")
    params = read_params(rule_set_of(model, service_shape_id), service_shape_id)
    cases = [_case(number, test, params, service_shape_id) for number, test in enumerate(tests, 1)]
    version = service.get("version", "")
    source = f"{service_shape_id} ({version})" if version else service_shape_id
    return environment_of_templates().get_template("endpoint_test.c.j2").render(
        prefix=prefix, banner=banner(source), cases=cases
    )


def _case(number: int, test: dict[str, Any], params: tuple[Param, ...], place: str) -> Case:
    where = f"{place}: endpoint test {number}"
    values = _values(test, params)
    expected = test["expect"]
    return Case(
        number=f"{number:03}",
        name=_name(number, values),
        lists=[
            (param.field, [_text(str(text)) for text in values[param.name]])
            for param in params
            if param.kind == "str_list" and values.get(param.name)
        ],
        params=[(param.field, _param(param, values[param.name], where)) for param in params if param.name in values],
        endpoint=_endpoint(expected["endpoint"], where) if "endpoint" in expected else [],
        error=quoted(expected["error"]) if "error" in expected else "",
    )


def _values(test: dict[str, Any], params: tuple[Param, ...]) -> dict[str, Any]:
    """The case's parameters, with the built-ins that it only gives for an operation. Those that the rules do not have
    cannot change their answer."""
    names = {param.builtin: param.name for param in params if param.builtin}
    given = {}
    for inputs in test.get("operationInputs", [])[:1]:
        for builtin, value in inputs.get("builtInParams", {}).items():
            if builtin in names:
                given[names[builtin]] = value
    given |= test.get("params", {})
    return {param.name: given[param.name] for param in params if param.name in given}


def _name(number: int, values: dict[str, Any]) -> str:
    """The parameters in short: what is false or empty goes without saying."""
    words = [name if value is True else f"{name}={value}" for name, value in values.items() if value not in (False, "")]
    name = " ".join([f"{number:03}", *words])
    return quoted(name if len(name) <= _NAME_WIDTH else name[: _NAME_WIDTH - 3] + "...")


def _param(param: Param, value: Any, where: str) -> str:
    if param.kind == "bool" and isinstance(value, bool):
        return f"SMITHY_SET({'true' if value else 'false'})"
    if param.kind == "str" and isinstance(value, str):
        return _text(value)
    if param.kind == "str_list" and isinstance(value, list):
        return f"{{{param.field}, {len(value)}}}" if value else _list([])
    raise GeneratorError(f"{where}: {param.name}: {value!r} is not a {param.kind}")


def _text(text: str) -> str:
    return f"SMITHY_STR_INIT({quoted(text)})"


def _list(texts: list[str]) -> str:
    items = ", ".join(_text(text) for text in texts) or _text("")
    return f"{{(const smithy_str[]){{{items}}}, {len(texts)}}}"


def _endpoint(endpoint: dict[str, Any], where: str) -> list[tuple[str, str]]:
    """The expected endpoint as (member, value in C)."""
    members = [("url", _text(endpoint["url"]))]
    headers = [(name, value) for name, values in sorted(endpoint.get("headers", {}).items()) for value in values]
    if headers:
        items = ", ".join(f"{{{_text(name)}, {_text(value)}}}" for name, value in headers)
        members.append(("headers", f"{{(smithy_header[]){{{items}}}, {len(headers)}, {len(headers)}}}"))
    for name, value in endpoint.get("properties", {}).items():
        if name == "authSchemes":
            members += _scheme(value, where)
        elif name == "backend":
            members.append(("backend", _text(value)))
        elif name not in IGNORED_PROPERTIES:
            raise GeneratorError(f"{where}: the endpoint property {name!r} is not known")
    return members


def _scheme(schemes: list[dict[str, Any]], where: str) -> list[tuple[str, str]]:
    scheme = pick_scheme(schemes)
    if scheme is None:
        raise GeneratorError(f"{where}: none of the authSchemes is supported")
    members = [("auth_scheme", _text(scheme["name"]))]
    for name, value in scheme.items():
        if name == "signingName":
            members.append(("signing_name", _text(value)))
        elif name == "signingRegion":
            members.append(("signing_region", _text(value)))
        elif name == "signingRegionSet":
            members.append(("signing_region_set", _list(value)))
        elif name == "disableDoubleEncoding":
            members.append(("disable_double_encoding", f"SMITHY_SET({'true' if value else 'false'})"))
        elif name == "disableNormalizePath":
            members.append(("disable_normalize_path", f"SMITHY_SET({'true' if value else 'false'})"))
        elif name != "name":
            raise GeneratorError(f"{where}: the member {name!r} of an authScheme is not known")
    return members
