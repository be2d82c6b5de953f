"""The steps of a scenario, played by each official client there is: over HTTP and over stdio, in both eras of the protocol."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from tests.mcp.scenario import Step, filled, found
from tests.networks.clients import node

LOCK = Path(__file__).parent / "clients" / "package-lock.json"
MISSING = "NOT DRIVEN by the official clients for Node, which are not installed: `python -m tests.networks.clients.node` tells why"
SECONDS = 150
COMMAND = [sys.executable, "-m", "socialclaw", "mcp", "--toolsets", "all"]
Told = dict[str, Any]


def by_node(given: dict[str, Any]) -> Told:
    """What the client of the TypeScript SDK was answered; `era` says which of the two."""
    if not (node.folder(LOCK) / "node_modules").is_dir():
        warnings.warn(MISSING, stacklevel=2)
        pytest.skip(MISSING)
    program, _ = node.program()
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment["NODE_PATH"] = str(node.folder(LOCK) / "node_modules")
    command = [program, LOCK.parent / "play.cjs", json.dumps(given)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told


def environment(base: str, key: str) -> dict[str, str]:
    return {"SOCIALCLAW_API_KEY": key, "SOCIALCLAW_BASE_URL": base}


@asynccontextmanager
async def over_http(url: str, key: str, mode: str):  # type: ignore[no-untyped-def]
    headers = {"authorization": f"Bearer {key}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=90, trust_env=False) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,
    ):
        yield client


@asynccontextmanager
async def over_stdio(base: str, key: str, mode: str, *more: str):  # type: ignore[no-untyped-def]
    server = StdioServerParameters(command=COMMAND[0], args=[*COMMAND[1:], *more], env=environment(base, key))
    async with Client(stdio_client(server), mode=mode) as client:
        yield client


async def by_python(client: Client, steps: Sequence[Step]) -> Told:
    """The same of the Python SDK."""
    kept: dict[str, Any] = {}
    answers = list[Told]()
    for name, arguments, keeps in steps:
        answer = await client.call_tool(name, filled(arguments, kept))
        structured = answer.structured_content
        kept |= {as_: found(structured, place) for as_, place in keeps.items()}
        answers.append({"tool": name, "isError": bool(answer.is_error), "text": answer.content[0].text, "structured": structured})
    tools = [tool.model_dump(by_alias=True, exclude_none=True, mode="json") for tool in (await client.list_tools()).tools]
    resources = [one.uri for one in (await client.list_resources()).resources]
    templates = [one.uri_template for one in (await client.list_resource_templates()).resource_templates]
    prompt = await client.get_prompt("why_did_it_fail", {"postId": "post_1"})
    return {
        "answers": answers,
        "tools": tools,
        "resources": [*map(str, resources), *templates],
        "prompts": [one.name for one in (await client.list_prompts()).prompts],
        "guide": (await client.read_resource("socialclaw://guide")).contents[0].text,
        "prompt": prompt.messages[0].content.text,
        "instructions": client.instructions,
        "version": client.protocol_version,
    }
