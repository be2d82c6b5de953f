"""Resources: what an agent may want to read beside the answers of tools."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from socialclaw.client import ClientError
from socialclaw.errors import NotFound
from socialclaw.mcp.answers import compact
from socialclaw.mcp.entry import Asking
from socialclaw.mcp.guide import GUIDE
from socialclaw.mcp.reach import get

JSON, MARKDOWN = "application/json", "text/markdown"
HOME = "socialclaw://"
REF = "#/components/schemas/"


class Resource(NamedTuple):
    """`uri`: with one `{}` of a name in it, it is a template."""

    uri: str
    name: str
    title: str
    description: str
    mime: str
    read: Callable[[Asking, str], Awaitable[str]]


async def _guide(asking: Asking, _: str) -> str:
    return GUIDE


async def _openapi(asking: Asking, _: str) -> str:
    return compact(await get(asking, "/openapi.json"))


async def _schema(asking: Asking, _: str) -> str:
    """The schedule's schema out of the OpenAPI document, with all that it refers to."""
    schemas = (await get(asking, "/openapi.json"))["components"]["schemas"]
    found, wanted = dict[str, Any](), ["ScheduleEnvelope"]
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = schemas[name]
            wanted += referred(schemas[name])
    written = json.dumps({"$ref": f"{REF}ScheduleEnvelope", "$defs": found}, ensure_ascii=False)
    return written.replace(REF, "#/$defs/")


def referred(node: Any) -> list[str]:
    """The names of the schemas that one refers to."""
    if isinstance(node, dict):
        here = [str(node["$ref"]).removeprefix(REF)] if "$ref" in node else []
        return here + [name for value in node.values() for name in referred(value)]
    return [name for value in node for name in referred(value)] if isinstance(node, list) else []


async def _capabilities(asking: Asking, account_id: str) -> str:
    return compact((await get(asking, "/v1/accounts/{}/capabilities", account_id))["capabilities"][0])


async def _table(asking: Asking, run_id: str) -> str:
    return compact((await get(asking, "/v1/runs/{}/table", run_id))["rows"])


async def _error(asking: Asking, code: str) -> str:
    """A row of the page of error codes, as the server has it."""
    response = await asking.api.http.get(f"{asking.api.base_url}/docs/errors.md")
    row = next((line for line in response.text.splitlines() if line.startswith(f"| `{code}` |")), None)
    if not response.is_success or row is None:
        raise NotFound(f"There is no error code {code[:60]!r}", code="not_found")
    _, _, status, *meaning, advice, _ = (part.strip() for part in row.split("|"))
    return f"# {code}\n\n{f'Status {status}. ' if status else ''}{'|'.join(meaning)}\n\nWhat to do: {advice}\n"


RESOURCES = (
    Resource(f"{HOME}guide", "guide", "Publishing in seven calls", "Which tools to call, in which order.", MARKDOWN, _guide),
    Resource(f"{HOME}schedule.schema.json", "schedule-schema", "Schedule schema", "What a schedule may hold.", JSON, _schema),
    Resource(f"{HOME}openapi.json", "openapi", "OpenAPI document", "Every operation of the HTTP API.", JSON, _openapi),
)
TEMPLATES = (
    Resource(f"{HOME}accounts/{{accountId}}/capabilities", "capabilities", "All that an account can do", "In full.", JSON, _capabilities),
    Resource(f"{HOME}errors/{{code}}", "error", "An error code", "What it means, and what to do.", MARKDOWN, _error),
    Resource(f"{HOME}runs/{{runId}}/table", "run-table", "A run as rows", "Its posts by publish time.", JSON, _table),
)


async def read(asking: Asking, uri: str) -> tuple[Resource, str]:
    """The resource at this URI, and what it holds; NotFound where there is none."""
    for resource in (*RESOURCES, *TEMPLATES):
        if (name := _named(resource.uri, uri)) is not None:
            try:
                return resource, await resource.read(asking, name)
            except ClientError as error:
                if error.status != 404:
                    raise
                raise NotFound(error.message, code=error.code) from None
    raise NotFound(f"There is no resource {uri[:100]!r}: resources/list and resources/templates/list name them", code="not_found")


def _named(template: str, uri: str) -> str | None:
    """What stands in a URI in the place of the template's one name, nothing where it has none; None where the URI does not fit."""
    begin, _, rest = template.partition("{")
    end = rest.partition("}")[2]
    if not rest:
        return "" if uri == template else None
    name = uri[len(begin) : len(uri) - len(end)]
    return name if uri == f"{begin}{name}{end}" and name and "/" not in name else None
