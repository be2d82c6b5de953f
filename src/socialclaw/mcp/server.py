"""The server of the protocol over the table: the official SDK's, which speaks both eras, with our handlers. This imports the SDK."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any

import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from socialclaw import __version__
from socialclaw.client import ClientError
from socialclaw.errors import InvalidRequest, NotFound, SocialClawError
from socialclaw.mcp import arguments, prompts, resources
from socialclaw.mcp.answers import compact, failure, fitting
from socialclaw.mcp.entry import Asking, Tool
from socialclaw.mcp.guide import INSTRUCTIONS
from socialclaw.mcp.table import TABLE, Choice, toolset_of

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#1f5eff"/>'
    '<path d="M7 17c1-6 2-9 3-11m2 11c0-5 0-8 1-11m3 11c0-4-.4-7-1-10" stroke="#fff" stroke-width="2" fill="none"/></svg>'
)
LISTS_MS = 300_000  # for which a client may keep the lists
NOT_FOUND = -32002

Context = Any
Of = Callable[[Context], Awaitable["Visit"]]


class Visit:
    """One request of an agent: who calls, and what they have chosen. `unauthorized` is told when the API knows no such key."""

    def __init__(self, asking: Asking, choice: Choice, unauthorized: Callable[[ClientError], None] = lambda error: None) -> None:
        self.asking, self.choice, self._unauthorized = asking, choice, unauthorized

    async def listed(self) -> list[Tool]:
        """The tools that were chosen and that the key may use."""
        try:
            found = await self.asking.api.call("GET", "/v1/keys/validate")
        except ClientError as error:
            if self.asking.root is not None:
                return self.choice.listed()  # a key is missed at the first call, and not before
            self.look(error)
            raise MCPError(types.INVALID_REQUEST, error.message) from None
        return self.choice.listed(found["operations"], of_test=found["tenant"]["mode"] == "test")

    def look(self, error: SocialClawError) -> None:
        if isinstance(error, ClientError) and error.status == 401:
            self._unauthorized(error)


def build(of: Of, *, local: bool) -> Server[Any]:
    """`of`: whose request this is. `local`: the server runs on the caller's machine."""

    async def list_tools(context: Context, params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[described(tool, local=local) for tool in await (await of(context)).listed()])

    async def call_tool(context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        visit = await of(context)
        known = [tool.name for tool in visit.choice.listed()]
        try:
            tool = _chosen(params.name, known)
            content = fitting(await tool.call(visit.asking, arguments.read(tool, params.arguments or {}, local=local)))
        except SocialClawError as error:
            visit.look(error)
            return types.CallToolResult(
                content=[_text(compact(failure(error, params.name, _operation(params.name), known)))], is_error=True
            )
        return types.CallToolResult(content=[_text(compact(content))], structured_content=content)

    async def list_resources(context: Context, params: Any) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=[types.Resource(**_about(one), uri=one.uri) for one in resources.RESOURCES])

    async def list_templates(context: Context, params: Any) -> types.ListResourceTemplatesResult:
        found = [types.ResourceTemplate(**_about(one), uri_template=one.uri) for one in resources.TEMPLATES]
        return types.ListResourceTemplatesResult(resource_templates=found)

    async def read_resource(context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        visit, uri = await of(context), str(params.uri)
        try:
            resource, text = await resources.read(visit.asking, uri)
        except SocialClawError as error:
            visit.look(error)
            code = NOT_FOUND if isinstance(error, NotFound) else types.INTERNAL_ERROR
            raise MCPError(code, error.message, {"uri": uri, "code": error.code}) from None
        return types.ReadResourceResult(contents=[types.TextResourceContents(uri=uri, mime_type=resource.mime, text=text)])

    async def list_prompts(context: Context, params: Any) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=[_prompt(one) for one in prompts.PROMPTS.values()])

    async def get_prompt(context: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        try:
            prompt, text = prompts.written(params.name, params.arguments or {})
        except (InvalidRequest, NotFound) as error:
            raise MCPError(types.INVALID_PARAMS, error.message) from None
        return types.GetPromptResult(description=prompt.description, messages=[types.PromptMessage(role="user", content=_text(text))])

    hint = CacheHint(LISTS_MS, "private")
    return Server(
        "socialclaw",
        version=__version__,
        title="SocialClaw",
        instructions=INSTRUCTIONS,
        icons=[types.Icon(src=f"data:image/svg+xml;base64,{b64encode(ICON.encode()).decode()}", mime_type="image/svg+xml", sizes=["any"])],
        cache_hints={"tools/list": hint, "resources/list": hint, "resources/templates/list": hint, "prompts/list": hint},
        get_tool_input_schema=lambda name: TABLE[name].input_schema(local=local) if name in TABLE else None,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
    )


def described(tool: Tool, *, local: bool) -> types.Tool:
    """A tool as the protocol lists it, with every hint."""
    hints = types.ToolAnnotations(
        title=tool.title,
        read_only_hint=tool.reads_only,
        destructive_hint="D" in tool.hints,
        idempotent_hint=tool.reads_only or "I" in tool.hints,
        open_world_hint="O" in tool.hints,
    )
    schema, answers = tool.input_schema(local=local), dict(tool.answers) if tool.answers else None
    return types.Tool(
        name=tool.name, title=tool.title, description=tool.description, input_schema=schema, output_schema=answers, annotations=hints
    )


def _chosen(name: str, known: list[str]) -> Tool:
    """The tool of this name, if it was chosen; NotFound says where it is otherwise."""
    if name in known:
        return TABLE[name]
    if toolset := toolset_of(name):
        message = (
            f"{name} is not among the tools that were chosen: it is in the toolset {toolset} (?toolsets={toolset}, or default,{toolset})"
        )
        raise NotFound(message, code="tool_not_chosen", toolset=toolset)
    raise NotFound(f"There is no tool {name[:40]!r}; there are {', '.join(known)}", code="tool_not_found")


def _operation(name: str) -> str:
    return TABLE[name].operation if name in TABLE else ""


def _text(text: str) -> types.TextContent:
    return types.TextContent(type="text", text=text)


def _about(one: resources.Resource) -> dict[str, Any]:
    return {"name": one.name, "title": one.title, "description": one.description, "mime_type": one.mime}


def _prompt(one: prompts.Prompt) -> types.Prompt:
    takes = [types.PromptArgument(name=name, description=what, required=name not in one.optional) for name, what in one.takes.items()]
    return types.Prompt(name=one.name, title=one.title, description=one.description, arguments=takes)
