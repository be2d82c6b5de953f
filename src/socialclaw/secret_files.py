"""Secrets from files: each secret of the settings may be given as `<NAME>_FILE`, the way Docker and Kubernetes hand them over.

Which settings are secrets, the settings say themselves: by the type SecretStr, or by SECRET where a value is read as plain text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource

SECRET: JsonDict = {"secret": True}  # `json_schema_extra` of a field that is one, whatever its type
SUFFIX = "_FILE"
ANY = "*"  # in a name: the key of one of several


class EnvironmentAndFiles(EnvSettingsSource):
    """The environment, with the secrets that it leaves to files read from them."""

    def __init__(self, settings: type[BaseSettings]) -> None:
        super().__init__(settings)
        self.env_vars = with_files(self.env_vars, tuple(names(settings)))


def names(settings: type[BaseSettings]) -> Iterator[str]:
    """The variables of all secrets, in capitals; ANY stands for a key."""
    config = settings.model_config
    return _names(settings, config.get("env_prefix") or "", config.get("env_nested_delimiter") or "__")


def with_files(environment: Mapping[str, str | None], secrets: tuple[str, ...]) -> dict[str, str | None]:
    """The environment, with every secret that is in a file under its own name. ValueError names the variable that is wrong."""
    found = dict(environment)
    for variable, path in environment.items():
        name = variable.upper().removesuffix(SUFFIX)
        if not variable.upper().endswith(SUFFIX) or not any(fnmatchcase(name, secret) for secret in secrets):
            continue
        del found[variable]
        if not path:
            continue
        plain = variable[: -len(SUFFIX)]
        if environment.get(plain):
            raise ValueError(f"{name} and {name}{SUFFIX} are both set: keep one of them")
        found[plain] = _content(f"{name}{SUFFIX}", path)
    return found


def _content(variable: str, path: str) -> str:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:  # not there, not ours to read, or no text
        why = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise ValueError(f"{variable}: {path} cannot be read ({why})") from None
    if not (value := text.removesuffix("\n").removesuffix("\r")):
        raise ValueError(f"{variable}: {path} is empty")
    return value


def _names(model: type[BaseModel], prefix: str, delimiter: str) -> Iterator[str]:
    for key, field in model.model_fields.items():
        name, inner = f"{prefix}{key.upper()}", field.annotation
        if is_secret(field):
            yield name
        elif get_origin(inner) is dict:
            yield from _names(get_args(inner)[1], f"{name}{delimiter}{ANY}{delimiter}", delimiter)
        elif isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _names(inner, f"{name}{delimiter}", delimiter)


def is_secret(field: FieldInfo) -> bool:
    return field.annotation is SecretStr or field.json_schema_extra == SECRET
