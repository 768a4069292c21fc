"""What a service needs beyond its model: codegen/services/<name>.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping

from .errors import GeneratorError


@dataclass(frozen=True)
class PaginatorConfig:
    """Overrides or adds the `paginated` trait of one operation."""

    input_token: str = ""
    output_token: str = ""
    page_size: str = ""
    items: str = ""
    more: str = ""  # A boolean of the output that is true while pages follow; else the token's absence ends them.
    ends_when_token_repeats: bool = False
    skip: bool = False  # No paginator, whatever the model says.


@dataclass(frozen=True)
class UrlEncodedConfig:
    """Elements of XML answers that are percent-encoded when the answer says so."""

    when: str  # A member of the output: "url" in it says so.
    elements: tuple[str, ...] = ()


@dataclass(frozen=True)
class ErrorConfig:
    """An error that the service sends and the model lacks; or one more code for a kind it has."""

    code: str
    name: str = ""  # The kind's name; default the code.


@dataclass(frozen=True)
class SettingConfig:
    """Where else a boolean of the endpoint rules comes from, when the caller leaves it open."""

    variable: str = ""  # Of the environment.
    key: str = ""  # Of the profile.
    block: str = ""  # "s3.use_arn_region": a key in a block of the profile.
    words: tuple[str, ...] = ()  # What is allowed, the first one for true; default true and false.

    @property
    def name(self) -> str:
        """For people."""
        return self.key or self.block.rpartition(".")[2] or self.variable


@dataclass(frozen=True)
class ServiceConfig:
    prefix: str
    operations: tuple[str, ...] | None = None  # None: all.
    names: Mapping[str, str] = field(default_factory=dict)  # Word in the model -> how it is split into words.
    paginators: Mapping[str, PaginatorConfig] = field(default_factory=dict)
    errors: tuple[ErrorConfig, ...] = ()
    endpoint_labels: tuple[str, ...] = ()  # Labels that the endpoint rules place, so that the URI loses them.
    lenient_headers: tuple[str, ...] = ()  # Response headers whose bad value reads as absent.
    endpoint_members: tuple[str, ...] = ()  # Members of inputs that name the endpoint to send to.
    encoded_headers: tuple[str, ...] = ()  # Request headers that hold a path, which must be percent-encoded.
    url_encoded: UrlEncodedConfig | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # That every request carries.
    empty_labels: Mapping[str, str] = field(default_factory=dict)  # Member -> what stands for it where it is empty.
    settings: Mapping[str, SettingConfig] = field(default_factory=dict)  # Parameter of the endpoint rules -> sources.
    long_poll_operations: tuple[str, ...] = ()  # Whose answers the service holds back until there is something.
    tree_hash_operations: tuple[str, ...] = ()  # Whose bodies Glacier wants hashed in its way.
    presigned_operations: tuple[str, ...] = ()  # That a URL can be made of.
    is_s3: bool = False


def load(path: Path) -> ServiceConfig:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise GeneratorError(f"{path}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise GeneratorError(f"{path}: {error}") from error
    if "prefix" not in raw:
        raise GeneratorError(f'{path}: "prefix" is required')
    operations = raw.pop("operations", None)
    return _build(
        ServiceConfig,
        {
            **raw,
            "operations": None if operations is None else tuple(operations),
            "paginators": {
                name: _build(PaginatorConfig, table, f"{path}: paginators.{name}")
                for name, table in raw.get("paginators", {}).items()
            },
            "settings": {
                name: _build(SettingConfig, {**table, "words": tuple(table.get("words", ()))}, f"{path}: settings.{name}")
                for name, table in raw.get("settings", {}).items()
            },
            "errors": tuple(_build(ErrorConfig, table, f"{path}: errors") for table in raw.get("errors", [])),
            "endpoint_labels": tuple(raw.get("endpoint_labels", ())),
            "lenient_headers": tuple(raw.get("lenient_headers", ())),
            "endpoint_members": tuple(raw.get("endpoint_members", ())),
            "encoded_headers": tuple(raw.get("encoded_headers", ())),
            "long_poll_operations": tuple(raw.get("long_poll_operations", ())),
            "tree_hash_operations": tuple(raw.get("tree_hash_operations", ())),
            "presigned_operations": tuple(raw.get("presigned_operations", ())),
            "url_encoded": _url_encoded(raw.get("url_encoded"), path),
        },
        str(path),
    )


def _url_encoded(table: Mapping[str, Any] | None, path: Path) -> UrlEncodedConfig | None:
    if table is None:
        return None
    return _build(UrlEncodedConfig, {**table, "elements": tuple(table.get("elements", ()))}, f"{path}: url_encoded")


def _build(kind: type, table: Mapping[str, Any], where: str) -> Any:
    unknown = sorted(set(table) - set(kind.__dataclass_fields__))
    if unknown:
        raise GeneratorError(f"{where}: unknown setting {', '.join(unknown)}")
    try:
        return kind(**table)
    except TypeError as error:
        raise GeneratorError(f"{where}: {error}") from error
