"""With a session's cookie a request comes from a page of ours or does nothing: each operation, each way to say where it comes from."""

from __future__ import annotations

import itertools

import pytest
from fastapi import FastAPI

from socialclaw.system import System
from tests.api.operations import Operation, every_personal_operation
from tests.api.test_every_operation import filled
from tests.conftest import BASE_URL, Member, client, person

ORIGINS = {"none": None, "ours": BASE_URL, "ours with its port": f"{BASE_URL}:80", "foreign": "https://evil.example"}
ORIGINS |= {"opaque": "null", "ours by another scheme": BASE_URL.replace("http", "https"), "ours and more": f"{BASE_URL}.evil.example"}
OURS = {"ours", "ours with its port"}
SITES = (None, "same-origin", "same-site", "cross-site", "none")


def expected(method: str, origin: str, site: str | None, kind: str) -> set[str]:
    """What may become of a request: "in", or a code."""
    look = method in ("GET", "HEAD")
    if look and site in ("cross-site", "same-site"):
        return {"session_missing", "auth_missing"}  # as without a cookie
    if origin not in OURS | {"none"} or (not look and site not in (None, "same-origin")):
        return {"cross_site_request"}
    if not look and kind == "web" and origin == "none" and site is None:
        return {"cross_site_request"}
    return {"in"}


@pytest.mark.parametrize("kind", ["web", "mobile"])
@every_personal_operation
async def test_a_cookie_counts_only_where_it_is_sent_from_here(
    app: FastAPI, system: System, workspace: Member, operation: Operation, kind: str
) -> None:
    if not operation.guarded:
        return
    someone = await person(system, (workspace.id, "owner"), kind=kind)
    async with client(app) as api:
        for origin, site in itertools.product(ORIGINS, SITES):
            headers = {"cookie": f"__Host-sc_session={someone.secret}"}
            headers |= {"origin": found} if (found := ORIGINS[origin]) else {}
            headers |= {"sec-fetch-site": site} if site else {}
            allowed = expected(operation.method, origin, site, kind)
            if allowed == {"in"} and operation.name.startswith("sign_out"):
                continue  # it would end what the next ones come with
            answer = await api.request(operation.method, filled(operation.path, "nobody"), json=operation.least, headers=headers)
            code = answer.json().get("code") if answer.status_code in (401, 403) else "in"
            assert code in allowed, (origin, site, answer.text)


async def test_a_foreign_page_signs_nobody_out(app: FastAPI, system: System, workspace: Member) -> None:
    someone = await person(system, (workspace.id, "owner"))
    async with client(app) as api:
        headers = {"cookie": f"__Host-sc_session={someone.secret}"}
        for path in ("/auth/sign-out", "/auth/sign-out-everywhere"):
            answer = await api.post(path, headers={**headers, "sec-fetch-site": "cross-site"})
            assert (answer.status_code, answer.json()["code"]) == (403, "cross_site_request")
        assert (await api.get("/v1/dashboard/session", headers=headers)).json()["authenticated"]
        looked = await api.get("/v1/dashboard/session", headers={**headers, "sec-fetch-site": "cross-site"})
        assert not looked.json()["authenticated"], "whether somebody is signed in is nothing for other sites"


COMES = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


async def test_who_comes_here_from_another_site_is_signed_in_and_what_that_site_embeds_is_not(
    app: FastAPI, system: System, workspace: Member
) -> None:
    someone = await person(system, (workspace.id, "owner"))
    async with client(app) as api:
        api.headers.update({"cookie": f"__Host-sc_session={someone.secret}"})
        for site in ("cross-site", "same-site"):
            come = {**COMES, "sec-fetch-site": site}
            assert "Nobody is signed in" not in (await api.get("/dashboard", headers=come)).text
            for embedded in ({"sec-fetch-dest": "iframe"}, {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}):
                assert "Nobody is signed in" in (await api.get("/dashboard", headers={**come, **embedded})).text
        sent = await api.post("/auth/sign-out", headers=COMES)
        assert (sent.status_code, sent.json()["code"]) == (403, "cross_site_request")


async def test_a_key_is_asked_for_no_origin(app: FastAPI, workspace: Member) -> None:
    async with client(app, workspace.secret) as api:
        assert (await api.post("/v1/keys", json={}, headers={"origin": "https://evil.example"})).status_code == 201
