"""docs/settings.md: every environment variable, from the one class that reads them."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from docs.generators.markdown import code, codes, document, table
from socialclaw.accounts.developer_apps import app_name
from socialclaw.networks import providers
from socialclaw.providers.connect import OAuth2
from socialclaw.secret_files import ANY, SUFFIX, names
from socialclaw.settings import AppCredentials, Settings

PREFIX = Settings.model_config["env_prefix"]
NESTED = Settings.model_config["env_nested_delimiter"]
WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path", SecretStr: "secret text"}

FILES = f"""## Secrets in files

A secret can be read from a file instead, as Docker and Kubernetes provide them: add `{SUFFIX}` to the variable's name, and set it to the
path. The value is the file's content without one line break at the end. Setting both variables, or naming a file that is empty or cannot be
read, stops the start with one line. The variables are:"""

INTRODUCTION = f"""Each variable is `{PREFIX}` and the setting's name in capitals. Options of the [command line](cli.md) win over them. An
unknown variable is ignored; a value that cannot be read stops the start with one line that names the variable."""


def page() -> str:
    rows = [[code(name), kind, default, description] for name, kind, default, description in variables()]
    apps = [code(f"{PREFIX}APPS{NESTED}{app.upper()}{NESTED}{part.upper()}") for app in app_names() for part in AppCredentials.model_fields]
    return document(
        "Settings",
        INTRODUCTION,
        table(["Variable", "Type", "Default", "What it is for"], rows),
        FILES,
        "\n".join(f"* {code(name.replace(ANY, '<NETWORK>') + SUFFIX)}" for name in names(Settings)),
        "## Developer apps",
        "Live workspaces connect the networks below through an app that the operator has registered there; see "
        "[going live](howto/go-live.md). Test workspaces need none.",
        "\n".join(f"* {name}" for name in apps),
    )


def app_names() -> list[str]:
    """The developer apps by name: a network's, or one of its provider's own."""
    return sorted({app_name(p) for p in providers().values() if isinstance(p.connect, OAuth2)})


def variables() -> Iterator[tuple[str, str, str, str]]:
    """Name, type, default and description of every variable."""
    yield from _of(Settings, PREFIX)


def _of(group: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str, str]]:
    for name, field in group.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _of(field.annotation, f"{prefix}{name.upper()}{NESTED}")
            continue
        if _model(field.annotation) is None:
            yield f"{prefix}{name.upper()}", kind(field.annotation), _default(field), _described(field)
            continue
        for part, inner in AppCredentials.model_fields.items():
            variable = f"{prefix}{name.upper()}{NESTED}<NETWORK>{NESTED}{part.upper()}"
            yield variable, kind(inner.annotation), "none", f"The {part.replace('_', ' ')} of the developer app at that network."


def kind(annotation: typing.Any) -> str:
    """A type in words."""
    if typing.get_origin(annotation) is typing.Literal:
        return f"one of {codes(typing.get_args(annotation))}"
    if isinstance(annotation, types.UnionType):
        return " or ".join(kind(part) for part in typing.get_args(annotation) if part is not type(None))
    return WORDS[annotation]


def _model(annotation: typing.Any) -> type[BaseModel] | None:
    """The class behind a setting that holds several of them by name."""
    parts = typing.get_args(annotation)
    return parts[1] if typing.get_origin(annotation) is dict and issubclass(parts[1], BaseModel) else None


def _described(field: FieldInfo) -> str:
    if not field.description:
        raise ValueError("a setting has no description")
    limits = {type(limit).__name__: limit for limit in field.metadata}
    told = [
        f"{words} {getattr(limits[name], name.lower())}"
        for name, words in (("Gt", "more than"), ("Ge", "at least"), ("Le", "at most"))
        if name in limits
    ]
    return f"{field.description.rstrip('.')} ({', '.join(told)})." if told else field.description


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is None or value in ("", SecretStr("")):
        return "none"
    return code(str(value).lower() if isinstance(value, bool) else value)
