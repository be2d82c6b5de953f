"""The served OpenAPI document, fuzzed over real HTTP: no crash, no undocumented status, no answer that its schema does not allow."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks

from socialclaw.app import build
from socialclaw.db.assets import Arrival
from socialclaw.db.base import Scope
from socialclaw.people import ways_in
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.workspaces import keys
from tests.api import rows
from tests.api.operations import blueprint, operations
from tests.conftest import SAME, Member, Person, member, opened, person

EXAMPLES = 20
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.allow_header_conformance,
]

config = schemathesis.Config.from_dict({"generation": {"deterministic": True, "no-shrink": True, "max-examples": EXAMPLES}})
schema = schemathesis.openapi.from_dict(blueprint().openapi(), config=config)


@dataclass
class Server:
    """A running service, its loop, and a workspace to be hurt."""

    system: System
    member: Member
    loop: asyncio.AbstractEventLoop
    url: str
    owner: Person

    def person(self) -> Person:
        """Another owner of the workspace, signed in."""
        return asyncio.run_coroutine_threadsafe(person(self.system, (self.member.id, "owner")), self.loop).result(30)

    def write(self, do: Any) -> Any:
        """Write rows for the workspace."""
        return asyncio.run_coroutine_threadsafe(self.system.write(self.member.id, do, test=True), self.loop).result(30)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    ready: Future[tuple[Server, uvicorn.Server]] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(tmp_path_factory.mktemp("fuzz"), ready)))
    thread.start()
    found, running = ready.result(30)
    yield found
    running.should_exit = True
    thread.join()


async def _serve(folder: Path, ready: Future[tuple[Server, uvicorn.Server]]) -> None:
    try:
        async with opened(Settings(data_dir=folder, rate_limit_per_minute=1_000_000, public_base_url="http://127.0.0.1")) as system:
            running = uvicorn.Server(uvicorn.Config(build(system), log_level="critical"))
            owner = await member(system, "Fuzzed")
            listening = socket.create_server(("127.0.0.1", 0))
            url = "http://{}:{}".format(*listening.getsockname())
            first = await person(system, (owner.id, "owner"))
            ready.set_result((Server(system, owner, asyncio.get_running_loop(), url, first), running))
            await running.serve(sockets=[listening])
    except BaseException as error:
        if not ready.done():
            ready.set_exception(error)
        raise


@pytest.fixture
def ids(server: Server) -> dict[str, str]:
    """Real ids, by the name of the path parameter that takes them."""

    def make(scope: Scope) -> dict[str, str]:
        account = rows.account(scope, f"acme-{rows.new_id('x')}")
        run = rows.run(scope, mode="draft")
        post = rows.post(scope, account, run, status="draft", next_at=None)
        rows.attempt(scope, post)
        key, _ = keys.create(scope, server.system.vault, "to be revoked")
        found = {"accountId": account.id, "connectionId": rows.connection(scope, account).id, "runId": run.id, "postId": post.id}
        asset = rows.asset(scope)
        scope.add(Arrival(id=asset.id, upload_id="upload", part_size=1))
        invite, _ = ways_in.invite(scope, "viewer", None, by="owner", inviter=server.owner.id)
        others = {"keyId": key.id, "actionId": "publish-preview", "inviteId": invite.id}
        return {**found, "assetId": asset.id, **others}

    found: dict[str, str] = server.write(make)
    someone = server.person()
    return {**found, "userId": someone.id, "sessionId": someone.session_id}


def test_every_operation_is_among_them() -> None:
    found = {(found.ok().method.upper(), found.ok().path) for found in schema.get_all_operations()}
    assert found == {(operation.method, operation.path) for operation in operations()}


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_brings_out_what_is_not_documented(case: schemathesis.Case, server: Server, ids: dict[str, str]) -> None:
    for name in ids.keys() & (case.path_parameters or {}).keys():
        if len(str(case.path_parameters[name])) % 3:  # most of the time: what does not exist is soon told
            case.path_parameters[name] = ids[name]
    # A session of its own each time: among what is called is signing out.
    headers = {"authorization": f"Bearer {server.member.secret}", "cookie": f"sc_session={server.person().secret}", **SAME}
    case.call_and_validate(base_url=server.url, headers=headers, checks=CHECKS)
