"""The largest schedule there may be, of texts that mean ill, keeps nobody else waiting."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from socialclaw.api import schedules
from socialclaw.networks import providers
from socialclaw.scheduling import campaign_graph, planning, remote_media
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.api import rows
from tests.api.test_attacks import ticking
from tests.conftest import Member

MOST_WAIT = 2.0  # seconds, on a machine that has much else to do
JSON = {"content-type": "application/json"}
ROOM = 100 * 1024  # bytes of the body for what is not text


def schedule(handle: str, bytes_: int, sign: str) -> bytes:
    """A thousand steps of one campaign that take so many bytes in all."""
    text = sign * ((bytes_ - ROOM) // 1000 // len(json.dumps(sign)[1:-1]) - 100)
    steps = [{"description": f"{n} {text}", "delay_minutes": 30} for n in range(1000)]
    target = {"account": handle, "publish_at": "2090-01-01T00:00:00Z", "steps": steps}
    return json.dumps({"mode": "draft", "campaigns": [{"name": "C", "targets": [target]}]}).encode()


@pytest.fixture
async def handle(system: System, workspace: Member) -> str:
    """An account whose posts may be long."""
    kind = providers()["facebook"].targets[0].name
    made: Callable[..., Any] = lambda scope: rows.account(scope, provider="facebook", account_type=kind, handle="facebook:page").id  # noqa: E731
    return str(await system.write(workspace.id, made, test=True))


@pytest.fixture
def on_the_loop(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was made of a document in the thread of the event loop."""
    found: list[str] = []
    loop = threading.get_ident()

    def watched(module: Any, name: str) -> None:
        do = getattr(module, name)

        def watching(*args: Any, **more: Any) -> Any:
            if threading.get_ident() == loop:
                found.append(name)
            return do(*args, **more)

        monkeypatch.setattr(module, name, watching)

    for name in ("json_value", "idempotency_key", "fingerprint", "wire_plan", "problem", "ok"):
        watched(schedules, name)
    for name in ("graph_of_plan", "clone"):
        watched(campaign_graph, name)
    watched(planning, "parse")
    watched(remote_media, "judged")
    return found


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize("sign", ["<a ", "](,a.com/"])
async def test_others_go_on_while_the_largest_schedule_is_looked_at_and_applied(
    api: httpx2.AsyncClient, settings: Settings, handle: str, on_the_loop: list[str], sign: str
) -> None:
    content = schedule(handle, settings.max_body_bytes, sign)
    assert len(content) > 0.9 * settings.max_body_bytes
    for path, status in (("/v1/posts/validate", 200), ("/v1/campaigns/preview", 200), ("/v1/posts/apply", 201)):
        with ticking() as gaps:
            answer = await api.post(path, content=content, headers=JSON)
        assert answer.status_code == status, answer.text[:300]
        assert on_the_loop == []
        assert max(gaps) < MOST_WAIT, path


@pytest.mark.usefixtures("both_databases")
async def test_a_long_schedule_with_problems_is_refused_beside_the_loop(
    api: httpx2.AsyncClient, handle: str, on_the_loop: list[str]
) -> None:
    content = schedule(handle, 2 * ROOM, "<a ").replace(b'"delay_minutes": 30', b'"delay_minutes": "b"')
    assert (await api.post("/v1/posts/validate", content=content, headers=JSON)).status_code == 422
    assert on_the_loop == []


@pytest.mark.usefixtures("both_databases")
async def test_one_text_that_means_ill_is_judged_beside_the_loop(api: httpx2.AsyncClient, handle: str, on_the_loop: list[str]) -> None:
    """It is a small body, and takes fifty milliseconds of whoever has it."""
    content = {"posts": [{"account": handle, "description": "](" * 5_000, "publish_at": "2090-01-01T00:00:00Z"}]}
    assert (await api.post("/v1/posts/validate", json=content)).status_code == 200
    assert on_the_loop == []
