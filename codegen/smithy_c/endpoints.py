"""Compiles a model's endpoint rules (smithy.rules#endpointRuleSet, or else smithy.rules#endpointBdd) to C.

``build`` gives the texts of include/<prefix>/endpoint.h and src/endpoint.c, and what the caller needs to fill in the
parameters: which member, which built-in setting, which default. A model without rules gets the ones that all services
had before there were rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from . import layout, names
from .endpoint_bdd import Compiler, Diagram, Table
from .endpoint_layout import COLUMNS, Function, Layout
from .endpoint_tree import IGNORED_PROPERTIES, Tree
from .endpoint_values import C_TYPES, Expressions, Value
from .errors import GeneratorError
from .literals import quoted

RULE_SET = "smithy.rules#endpointRuleSet"
BDD = "smithy.rules#endpointBdd"

_KINDS = {"string": "str", "boolean": "bool", "stringarray": "str_list"}
_PARAM_TYPES = {"str": "smithy_str", "bool": "smithy_opt_bool", "str_list": "smithy_str_list"}


@dataclass(frozen=True)
class Param:
    """One parameter of the rules."""

    name: str  # As in the model: "UseFIPS".
    field: str  # The member of <prefix>_endpoint_params: "use_fips".
    kind: str  # "str", "bool" or "str_list".
    builtin: str | None  # "AWS::UseFIPS"; None: the operation or the client's context sets it.
    required: bool
    default: str | bool | list[str] | None

    @property
    def c_type(self) -> str:
        return _PARAM_TYPES[self.kind]

    @property
    def always_set(self) -> bool:
        """The rules can count on a value: resolving fills in the default, or has failed without one."""
        return self.required or self.default is not None


@dataclass(frozen=True)
class EndpointArtifacts:
    params: tuple[Param, ...]
    header: str
    source: str


def build(model: dict, service_shape_id: str, prefix: str) -> EndpointArtifacts:
    """The endpoint rules of one service of a JSON AST model, as C with names that start with ``prefix``."""
    rule_set = rule_set_of(model, service_shape_id)
    params = read_params(rule_set, service_shape_id)
    expressions = Expressions(service_shape_id)
    scope = {param.name: _value(param) for param in params}
    try:
        compile_ = _compiled_diagram if "nodes" in rule_set else _compiled_tree
        compiled = compile_(rule_set, expressions, scope)
    except KeyError as missing:
        raise GeneratorError(f"{service_shape_id}: endpoint rules: a rule without its member {missing}") from missing
    tree, functions = compiled.tree, compiled.functions
    version = model["shapes"][service_shape_id].get("version", "")
    source = f"{service_shape_id} ({version})" if version else service_shape_id
    shared = {"prefix": prefix, "banner": banner(source), "params": params}
    environment = environment_of_templates()
    return EndpointArtifacts(
        params=params,
        header=environment.get_template("endpoint.h.j2").render(**shared),
        source=environment.get_template("endpoint.c.j2").render(
            **shared,
            fields=_fields(expressions, [*compiled.questions, *functions]),
            functions=functions,
            questions=compiled.questions,
            table=compiled.table,
            tree=tree,
            notes=[(name, IGNORED_PROPERTIES[name]) for name in sorted(tree.ignored)],
            checks=[line for param in params for line in _check(param)],
            default_lists=[
                (f"DEFAULT_{param.field.upper()}", [f"SMITHY_STR_INIT({quoted(text)})" for text in param.default])
                for param in params
                if isinstance(param.default, list) and param.default
            ],
            region_sets=[
                (tree.region_set_name(key), ", ".join(f"SMITHY_STR_INIT({quoted(region)})" for region in regions))
                for key, regions in tree.region_sets.items()
            ],
        ),
    )


@dataclass(frozen=True)
class _Compiled:
    tree: Tree
    functions: list[Function]
    questions: list[Function] = field(default_factory=list)  # Of a diagram.
    table: Table | None = None


def _compiled_tree(rule_set: dict[str, Any], expressions: Expressions, scope: dict[str, Value]) -> _Compiled:
    tree = Tree(expressions, scope)
    return _Compiled(tree, Layout(tree.root(rule_set["rules"])).functions)


def _compiled_diagram(bdd: dict[str, Any], expressions: Expressions, scope: dict[str, Value]) -> _Compiled:
    compiler = Compiler(Diagram(bdd, expressions.place), expressions, scope)
    table = compiler.compile()
    return _Compiled(compiler.tree, compiler.functions, compiler.questions, table)


def _fields(expressions: Expressions, functions: list[Function]) -> list[tuple[str, str]]:
    """The intermediate values that the functions speak of; conditions that were decided beforehand need none."""
    used = {name for function in functions for line in function.lines for name in re.findall(r"r->(\w+)", line)}
    return sorted((name, C_TYPES[type_]) for name, type_ in expressions.fields.items() if name in used)


def banner(source: str) -> str:
    """The comment at the head of a generated file."""
    head = f"/* Generated by smithy_c from the endpoint rules of {source}."
    if len(head) > COLUMNS:
        head = f"/* Generated by smithy_c from the endpoint rules of\n * {source}."
    return head + "\n * Edits are lost: change the model or a template, then build the target `generate`. */"


def environment_of_templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("smithy_c"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,
    )
    environment.globals["call"] = layout.call  # For what templates declare themselves.
    return environment


def rule_set_of(model: dict, service_shape_id: str) -> dict[str, Any]:
    """The service's rules: a tree or, where there is none, a decision diagram; or those from before there were any."""
    service = model["shapes"].get(service_shape_id)
    if service is None:
        raise GeneratorError(f"{service_shape_id}: the model has no such shape")
    traits = service.get("traits", {})
    if RULE_SET in traits:
        return traits[RULE_SET]
    if BDD in traits:
        return traits[BDD]
    return fallback_rules(_endpoint_prefix(service_shape_id, traits))


def read_params(rule_set: dict[str, Any], place: str) -> tuple[Param, ...]:
    fields = names.Scope()
    params = []
    for name, param in rule_set["parameters"].items():
        kind = _KINDS.get(param["type"].lower())
        if kind is None:
            raise GeneratorError(f"{place}: endpoint parameter {name}: the type {param['type']!r} is not known")
        params.append(
            Param(
                name=name,
                field=fields.unique(names.field(name)),
                kind=kind,
                builtin=param.get("builtIn"),
                required=param.get("required", False),
                default=param.get("default"),
            )
        )
    return tuple(params)


def _endpoint_prefix(service_shape_id: str, traits: dict[str, Any]) -> str:
    """aws.api#service: endpointPrefix, whose default is arnNamespace, whose default is the shape's name."""
    service = traits.get("aws.api#service", {})
    name = service_shape_id.partition("#")[2].lower()
    return service.get("endpointPrefix") or service.get("arnNamespace") or name


def fallback_rules(endpoint_prefix: str) -> dict[str, Any]:
    """https://{endpointPrefix}.{Region}.{dnsSuffix}, with the FIPS and dual-stack forms of it."""

    def ref(name: str) -> dict[str, Any]:
        return {"ref": name}

    def call(function: str, *argv: Any, **more: Any) -> dict[str, Any]:
        return {"fn": function, "argv": list(argv), **more}

    def endpoint(conditions: list, url: Any) -> dict[str, Any]:
        return {"type": "endpoint", "conditions": conditions, "endpoint": {"url": url}}

    def error(conditions: list, message: str) -> dict[str, Any]:
        return {"type": "error", "conditions": conditions, "error": message}

    def tree(conditions: list, *rules: dict[str, Any]) -> dict[str, Any]:
        return {"type": "tree", "conditions": conditions, "rules": list(rules)}

    fips = call("booleanEquals", ref("UseFIPS"), True)
    dual_stack = call("booleanEquals", ref("UseDualStack"), True)
    has_fips = call("booleanEquals", call("getAttr", ref("Partition"), "supportsFIPS"), True)
    has_dual_stack = call("booleanEquals", call("getAttr", ref("Partition"), "supportsDualStack"), True)
    is_label = call("isValidHostLabel", ref("Region"), False)
    no_fips, no_dual_stack = call("not", has_fips), call("not", has_dual_stack)
    flag = {"required": True, "default": False, "type": "boolean"}
    host = f"https://{endpoint_prefix}"
    return {
        "version": "1.0",
        "parameters": {
            "Region": {"builtIn": "AWS::Region", "required": False, "type": "string"},
            "UseDualStack": {"builtIn": "AWS::UseDualStack", **flag},
            "UseFIPS": {"builtIn": "AWS::UseFIPS", **flag},
            "Endpoint": {"builtIn": "SDK::Endpoint", "required": False, "type": "string"},
        },
        "rules": [
            tree(
                [call("isSet", ref("Endpoint"))],
                error([fips], "FIPS cannot be combined with a custom endpoint"),
                error([dual_stack], "Dual-stack cannot be combined with a custom endpoint"),
                endpoint([], ref("Endpoint")),
            ),
            error([call("not", call("isSet", ref("Region")))], "No Region is set"),
            error([call("not", is_label)], "{Region} is not the name of a Region"),
            tree(
                [call("aws.partition", ref("Region"), assign="Partition")],
                error([fips, no_fips], "There are no FIPS endpoints in this partition"),
                error([dual_stack, no_dual_stack], "There are no dual-stack endpoints in this partition"),
                endpoint([fips, dual_stack], host + "-fips.{Region}.{Partition#dualStackDnsSuffix}"),
                endpoint([fips], host + "-fips.{Region}.{Partition#dnsSuffix}"),
                endpoint([dual_stack], host + ".{Region}.{Partition#dualStackDnsSuffix}"),
                endpoint([], host + ".{Region}.{Partition#dnsSuffix}"),
            ),
        ],
    }


def _value(param: Param) -> Value:
    c = f"r->params.{param.field}"
    if param.kind == "bool":
        return Value(f"{c}.value", "bool") if param.always_set else Value(c, "bool", True)
    return Value(c, "list" if param.kind == "str_list" else "str", not param.always_set)


def _present(param: Param) -> str:
    c = f"r.params.{param.field}"
    if param.kind == "str":
        return f"smithy_str_is_set({c})"
    return f"{c}.has" if param.kind == "bool" else f"{c}.items"


def _check(param: Param) -> list[str]:
    """What happens to a parameter that is not set: its default, or the end; nothing for an optional one."""
    absent = f"if (!{_present(param)})"
    if param.default is not None:
        action = f"r.params.{param.field} = {_default(param)};"
    elif param.required:
        action = f'return smithy_endpoint_error(call, "The endpoint parameter {param.name} is required");'
    else:
        return []
    if 4 + len(absent) + 1 + len(action) <= COLUMNS:
        return [f"    {absent} {action}"]
    return [f"    {absent}", f"        {action}"]


def _default(param: Param) -> str:
    """The default in C, as an expression."""
    if param.kind == "bool" and isinstance(param.default, bool):
        return f"(smithy_opt_bool)SMITHY_SET({'true' if param.default else 'false'})"
    if param.kind == "str" and isinstance(param.default, str):
        return f"SMITHY_STR({quoted(param.default)})"
    if param.kind == "str_list" and isinstance(param.default, list):
        items = f"DEFAULT_{param.field.upper()}" if param.default else '&SMITHY_STR("")'
        return f"(smithy_str_list){{{items}, {len(param.default)}}}"
    raise GeneratorError(f"endpoint parameter {param.name}: the default {param.default!r} is not a {param.kind}")


__all__ = ["EndpointArtifacts", "Param", "build", "fallback_rules", "read_params", "rule_set_of"]
