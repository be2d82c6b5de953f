"""How our schemas are written: camelCase outside, snake_case inside, in the dialect of JSON Schema that the API contract uses.

Models for answers describe them; they are not run over each answer. Models for bodies are run, and list every problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar

from fastapi import Query
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic.alias_generators import to_camel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema
from pydantic_core import PydanticCustomError, core_schema

from socialclaw.api.bodies import misnamed
from socialclaw.networks.names import PROVIDER_KEYS

REF = "#/components/schemas/"
INLINE = "x-inline"


class Schema(BaseModel):
    """An object that may hold more than is listed. `inline`: written out where it is used, not a component."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="allow")
    inline: ClassVar[bool] = False


class Closed(Schema):
    """An object that holds what is listed and nothing else."""

    model_config = ConfigDict(extra="forbid")


class Body(Schema):
    """What a request holds. A field that is nearly right is refused, any other that is not listed is a warning.

    `misses`: words for fields beside spellings of their names; bare, see `spelling.bare`.
    """

    misses: ClassVar[Mapping[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _named(cls, content: Any) -> Any:
        if isinstance(content, dict) and (issues := misnamed(content, _names(cls), cls.misses)):
            raise PydanticCustomError("field_misnamed", "{message}", {"message": issues[0]["message"], "issues": issues})
        return content


class ClosedBody(Body):
    """A body that holds what is listed and nothing else."""

    model_config = ConfigDict(extra="forbid")


class Inline(ClosedBody):
    """The body of an operation that the contract does not know: written out at the operation, so that no component is added."""

    model_config = ConfigDict(json_schema_extra={INLINE: True})


@cache
def _names(model: type[BaseModel]) -> tuple[str, ...]:
    """Every name that a model takes, those first that it is documented with."""
    names: dict[str, None] = {}
    for name, field in model.model_fields.items():
        choices = field.validation_alias
        listed = choices.choices if isinstance(choices, AliasChoices) else [choices or field.alias or name]
        names |= dict.fromkeys([str(one) for one in listed])
    return tuple(names | dict.fromkeys(model.model_fields))


def known_as(name: str, *aliases: str, listed: Iterable[str] = (), silent: Iterable[str] = (), default: Any = None) -> Any:
    """A field with other names: `aliases` are noted on it, `listed` appear as properties of their own, `silent` are only accepted."""
    listed = [*listed]
    extra: dict[str, Any] = {"x-aliases": [*aliases]} if aliases else {}
    if listed:
        extra["x-listed"] = listed
    choices = AliasChoices(name, *aliases, *listed, *silent)
    return Field(default, validation_alias=choices, serialization_alias=name, json_schema_extra=extra)


def asked(name: str, *aliases: str, description: str, **limits: Any) -> Any:
    """A query parameter: `run_id: Annotated[str | None, asked("runId", "run_id", description="…")] = None`."""
    more: dict[str, Any] = {"json_schema_extra": {"x-aliases": [*aliases]}} if aliases else {}
    return Query(validation_alias=AliasChoices(name, *aliases), description=description, **more, **limits)


def optional(name: str | None = None) -> Any:
    """A field that may be absent, but is not null where it is there; on the wire under this name, if one is given."""
    return Field(default=None, alias=name)


def _text(value: Any) -> Any:
    if value is not None and not isinstance(value, (str, datetime)):
        raise ValueError("must be a time in ISO 8601")
    return value


Time = Annotated[datetime, BeforeValidator(_text), WithJsonSchema({"type": "string", "format": "date-time"})]
"""An instant as text; numbers are not taken for one."""

Uri = Annotated[str, WithJsonSchema({"type": "string", "format": "uri"})]
Object = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]
OpenObject = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "additionalProperties": True})]
MaybeObject = Annotated[
    dict[str, Any] | None, WithJsonSchema({"anyOf": [{"type": "object", "additionalProperties": True}, {"type": "null"}]})
]
ProviderName = Annotated[str, WithJsonSchema({"type": "string", "enum": [*PROVIDER_KEYS]})]
"""A provider as the contract lists it. Whether its network is built, and aliases, are the business of the route."""


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """`schema` or null, said with a list of types where there is one type."""
    if not isinstance(schema.get("type"), str):
        return {"anyOf": [schema, {"type": "null"}]}
    more = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **more}


class Dialect(GenerateJsonSchema):
    """Writes models as the contract does: no titles or defaults, lists of types, constants without a type, aliases noted."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> dict[str, Any]:
        return nullable(self.generate_inner(schema["schema"]))

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def literal_schema(self, schema: core_schema.LiteralSchema) -> dict[str, Any]:
        written = super().literal_schema(schema)
        if "const" in written:
            written.pop("type", None)
        return written

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> dict[str, Any]:
        written = super().model_schema(schema)
        written.pop("title", None)
        properties: dict[str, Any] = {}
        for name, field in written.get("properties", {}).items():
            others = field.pop("x-listed", [])
            properties[name] = field
            for other in others:
                kept = {key: field[key] for key in field.keys() & {"type", "format", "enum"}}
                kept = kept if isinstance(kept["type"], list) else nullable(kept)
                properties[other] = {**kept, "x-alias-of": name}
        return {**written, "properties": properties}


def components(models: Iterable[type[Schema]], mode: JsonSchemaMode = "validation") -> dict[str, Any]:
    """Every model, and what it refers to, by component name."""
    written, inlined = _written(models, mode)
    return {name: component for name, component in written.items() if name not in inlined.values()}


def write_out(node: Any, models: Iterable[type[Schema]]) -> None:
    """Put the models that are no components where a document refers to them."""
    written, inlined = _written(models, "validation")
    _inline(node, inlined, written)


def _written(models: Iterable[type[Schema]], mode: JsonSchemaMode) -> tuple[dict[str, Any], dict[str, str]]:
    """All models by name, each with those written out that are no components; and these: reference -> name."""
    models = [*models]
    _, found = models_json_schema([(m, mode) for m in models], schema_generator=Dialect, ref_template=REF + "{model}")
    written: dict[str, Any] = found["$defs"]
    inlined = {REF + m.__name__: m.__name__ for m in models if m.inline}
    for component in written.values():
        _inline(component, inlined, written)
    return written, inlined


def _inline(node: Any, inlined: dict[str, str], written: dict[str, Any]) -> None:
    if isinstance(node, list):
        for item in node:
            _inline(item, inlined, written)
    elif isinstance(node, dict):
        if name := inlined.get(node.get("$ref", "")):
            node.clear()
            node.update(written[name])
        for value in node.values():
            _inline(value, inlined, written)
