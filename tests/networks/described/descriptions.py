"""The descriptions that networks publish, as OpenAPI: those that are none are turned into it here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import yaml

from tests.networks.conftest import SPECS

Document = dict[str, Any]
ANY: Document = {}


@dataclass(frozen=True)
class Description:
    """One document, the calls that it is about (`place`: host and beginning of the path), and whose it is."""

    network: str
    file: str
    place: re.Pattern[str]
    read: Callable[[Path], Document]
    source: str = "the network's own"
    known: tuple[tuple[str, str], ...] = ()  # words of what is found, and why it is the description that is not right there

    @property
    def path(self) -> Path:
        return SPECS / self.file

    def within(self, request: httpx2.Request) -> str | None:
        """The request's target as the document writes paths; None where it is not about this call."""
        where = f"{request.url.host}{request.url.raw_path.decode()}"
        found = self.place.match(where)
        return f"/{where[found.end() :].lstrip('/')}" if found else None


def _json(path: Path) -> Document:
    found: Document = json.loads(path.read_text("utf-8"))
    return found


def _yaml(path: Path) -> Document:
    found: Document = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return found


# Telegram: a scrape of its page.

TELEGRAM = {"Integer": "integer", "Float": "number", "String": "string", "Boolean": "boolean", "True": "boolean"}
SINCE = {"ChatMemberAdministrator": ("can_send_welcome_messages",)}  # the page had Bot API 10.1; this came with 10.3


def telegram(path: Path) -> Document:
    told = _json(path)
    schemas = {}
    for name, kind in told["types"].items():
        if kind.get("subtypes"):
            schemas[name] = _any_of(kind["subtypes"])
            continue
        fields = [*kind.get("fields", ()), *({"name": n, "types": ["Boolean"], "required": True} for n in SINCE.get(name, ()))]
        schemas[name] = _object(fields)
    paths = {f"/{name}": {"post": _method(name, method)} for name, method in told["methods"].items()}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Bot API", "version": told["version"]},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _object(fields: list[Document]) -> Document:
    properties = {field["name"]: _any_of(field["types"]) for field in fields}
    required = [field["name"] for field in fields if field["required"]]
    return {"type": "object", "properties": properties, "additionalProperties": False, **({"required": required} if required else {})}


def _any_of(kinds: list[str]) -> Document:
    found = [_telegram_type(kind) for kind in kinds]
    return found[0] if len(found) == 1 else {"anyOf": found}


def _telegram_type(kind: str) -> Document:
    if kind.startswith("Array of "):
        return {"type": "array", "items": _telegram_type(kind.removeprefix("Array of "))}
    if kind in TELEGRAM:
        return {"type": TELEGRAM[kind]}
    return {"type": "string"} if kind == "InputFile" else {"$ref": f"#/components/schemas/{kind}"}


def _method(name: str, method: Document) -> Document:
    body = _object(method.get("fields", []))
    named = {**body, "properties": dict.fromkeys(body["properties"], ANY)}  # a form's values are all texts
    content = {"application/json": {"schema": body}, "multipart/form-data": {"schema": named}}
    answer = {
        "type": "object",
        "properties": {"ok": {"type": "boolean"}, "result": _any_of(method["returns"])},
        "required": ["ok", "result"],
    }
    said = {"200": {"description": "", "content": {"application/json": {"schema": answer}}}, "default": {"description": ""}}
    return {"operationId": name, "requestBody": {"content": content}, "responses": said}


# Google: discovery documents.

KEPT = ("type", "enum", "items", "$ref", "format")
UPLOAD = {"uploadType": "string", "upload_id": "string"}


def discovery(path: Path) -> Document:
    told = _json(path)
    paths: dict[str, Document] = {}

    def gather(resources: Mapping[str, Any]) -> None:
        for resource in resources.values():
            for method in resource.get("methods", {}).values():
                _add(paths, method, told["parameters"])
            gather(resource.get("resources", {}))

    gather(told["resources"])
    schemas = {name: _modern(schema) for name, schema in told["schemas"].items()}
    about = {"title": told["title"], "version": told["version"]}
    return {"openapi": "3.0.3", "info": about, "paths": paths, "components": {"schemas": schemas}}


def _add(paths: dict[str, Document], method: Document, everywhere: Mapping[str, Any]) -> None:
    asked = [_parameter(name, p) for name, p in {**everywhere, **method.get("parameters", {})}.items()]
    answer = {"content": {"application/json": {"schema": _ref(method["response"])}}} if "response" in method else {}
    said = {"2XX": {"description": "", **answer}, "default": {"description": ""}}
    body = {"requestBody": {"content": {"application/json": {"schema": _ref(method["request"])}}}} if "request" in method else {}
    paths.setdefault(f"/{method['path']}", {})[method["httpMethod"].lower()] = {"parameters": asked, **body, "responses": said}
    for way in method.get("mediaUpload", {}).get("protocols", {}).values():
        more = [*asked, *({"name": n, "in": "query", "schema": {"type": kind}} for n, kind in UPLOAD.items())]
        began = {"parameters": more, **body, "responses": {"default": {"description": ""}}}
        went = {"parameters": more, "responses": {**said, "308": {"description": "go on"}}}
        paths[way["path"]] = {method["httpMethod"].lower(): began, "put": went}


def _parameter(name: str, told: Document) -> Document:
    schema: Document = {"type": told["type"], **({"enum": told["enum"]} if "enum" in told else {})}
    if told.get("repeated"):
        schema = {"type": "array", "items": schema if "enum" in told else {"type": "string"}}
    place = told["location"]
    return {"name": name, "in": place, "required": bool(told.get("required")) or place == "path", "schema": schema}


def _ref(named: Document) -> Document:
    return {"$ref": f"#/components/schemas/{named['$ref']}"}


def _modern(schema: Any) -> Any:
    """A schema of draft 3 as one of today, which takes nothing that it does not name."""
    if not isinstance(schema, dict):
        return schema
    kept = {name: _modern(part) if name == "items" else part for name, part in schema.items() if name in KEPT}
    if "properties" in schema:
        kept["properties"] = {name: _modern(part) for name, part in schema["properties"].items()}
        kept["additionalProperties"] = False
    elif isinstance(schema.get("additionalProperties"), dict):
        kept["additionalProperties"] = _modern(schema["additionalProperties"])
    if "$ref" in kept:
        kept = _ref(kept)
    if kept.get("type") == "any":
        del kept["type"]
    if kept.get("format") in ("int64", "uint64", "int32", "uint32", "google-datetime", "google-fieldmask"):
        del kept["format"]
    return kept


def _at(host: str, prefix: str = "") -> re.Pattern[str]:
    return re.compile(re.escape(host) + prefix)


SCRAPED = "the network's page, read by a third party"
WPCOM = "the network's own help, as kept by a third party"
DESCRIPTIONS = (
    Description("x", "x/openapi.xdk-specs.json", _at("api.x.com", r"(?!/2/oauth2/)"), _json),
    Description("discord", "discord/openapi.json", _at("discord.com", r"/api/v10"), _json),
    Description(
        *("pinterest", "pinterest/openapi.json", _at("api.pinterest.com", r"/v5"), _json),
        known=(
            ("must match exactly one schema in oneOf", "a figure of both lists of figures, one for videos, is said to be in exactly one"),
            ('must match format "date-time"', "times without an offset: Pinterest writes them, in the description's own examples too"),
        ),
    ),
    *(
        Description(
            *("wordpress", f"wordpress/automattic-wordpress-com-rest-v1-{n}-openapi.yml", place, _yaml, WPCOM),
            known=(
                ("Supported content types: application/json", "files are said to come as JSON; the help's text says multipart/form-data"),
                ("publicize must be string", "`publicize` is said to be a text; the help's text says an array or true or false"),
                ("featured_image must match format", "a post without a featured image has an empty one"),
                ("must be array", "objects with names are said to be lists: PHP has one word for both"),
            ),
        )
        for n, place in ((n, _at("public-api.wordpress.com", rf"/rest/v1\.{n}")) for n in (1, 2))
    ),
    Description("youtube", "youtube/youtube.v3.json", _at("youtube.googleapis.com"), discovery),
    Description("youtube", "youtube/youtubeAnalytics.v2.json", _at("youtubeanalytics.googleapis.com"), discovery),
    Description("telegram", "telegram/api.json", _at("api.telegram.org", r"/bot[^/]+"), telegram, SCRAPED),
)
