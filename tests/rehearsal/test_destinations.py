"""How many Pages, boards, channels and sites a user of a simulated network has is said beforehand; none, too, and what to do then."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from socialclaw.accounts import callback, connect
from socialclaw.db.accounts import Account
from socialclaw.system import System
from tests.accounts.world import consent
from tests.conftest import Member

KINDS = {"facebook": "meta", "pinterest": "pinterest", "wordpress": "wordpress", "linkedin_page": "linkedin", "youtube": "youtube"}


async def have(api: httpx2.AsyncClient, provider: str, count: int) -> dict[str, Any]:
    answer = await api.put(f"/v1/sandbox/networks/{KINDS[provider]}/destinations", json={"login": "ada", "count": count})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def connected(system: System, workspace: str, provider: str) -> tuple[str | None, list[str]]:
    """What went wrong while ada connected, and the types of what was found."""
    started = await connect.start(system, workspace, provider, test=True)
    done = await callback.finish(system, provider, await consent(system, started["authorizeUrl"]))
    rows = await system.read(workspace, lambda scope: list(scope.session.scalars(scope.all(Account))), test=True)
    return done.error, [row.account_type for row in rows if row.status == "connected"]


@pytest.mark.parametrize(
    ("provider", "count", "kind", "account_type"),
    [
        ("facebook", 3, "Pages", "facebook_page"),
        ("pinterest", 4, "boards", "pinterest_board"),
        ("pinterest", 0, "boards", "pinterest_board"),
        ("wordpress", 0, "sites", "wordpress_site"),
        ("wordpress", 2, "sites", "wordpress_site"),
        ("linkedin_page", 3, "Pages", "linkedin_page"),
        ("youtube", 1, "channels", "youtube_channel"),
    ],
)
async def test_a_user_has_as_many_as_was_said(
    api: httpx2.AsyncClient, system: System, workspace: Member, provider: str, count: int, kind: str, account_type: str
) -> None:
    await have(api, provider, 0 if count else 1)  # whatever was said before
    assert (await have(api, provider, count)) | {"ok": True} == {
        **{"ok": True, "network": KINDS[provider], "login": "ada", "kind": kind, "count": count},
    }
    error, types = await connected(system, workspace.id, provider)
    contributes = provider == "wordpress" and count > 0  # everybody who has a site writes for the Voice as well
    assert (error, types.count(account_type)) == (None, count + contributes)


@pytest.mark.parametrize(
    ("provider", "advice"),
    [
        ("facebook", "Create a Page, or ask who runs one"),
        ("linkedin_page", "make the member its super admin"),
        ("youtube", "create one at youtube.com"),
    ],
)
async def test_who_has_none_is_told_what_to_do(
    api: httpx2.AsyncClient, system: System, workspace: Member, provider: str, advice: str
) -> None:
    await have(api, provider, 0)
    error, types = await connected(system, workspace.id, provider)
    assert types == []
    assert error is not None
    assert advice in error


@pytest.mark.parametrize(
    ("network", "count", "words"),
    [("x", 2, "always has what there is"), ("youtube", 2, "0 to 1 channels"), ("pinterest", 26, "Must be at most 25")],
)
async def test_what_cannot_be_is_refused(api: httpx2.AsyncClient, network: str, count: int, words: str) -> None:
    answer = await api.put(f"/v1/sandbox/networks/{network}/destinations", json={"count": count})
    assert answer.status_code in (400, 422), answer.text
    assert words in answer.text


async def test_another_workspaces_user_of_that_name_is_somebody_else(
    api: httpx2.AsyncClient, system: System, other_workspace: Member
) -> None:
    await have(api, "pinterest", 5)
    assert (await connected(system, other_workspace.id, "pinterest"))[1].count("pinterest_board") == 1
