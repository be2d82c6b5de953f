"""Signing in with the simulated Google and Apple as browsers and apps do it, over the API; and what must not come of it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update

from socialclaw.cli.consent import read_form
from socialclaw.clock import act_for
from socialclaw.db.base import real_now
from socialclaw.db.people import Identity, User, UserSession
from socialclaw.issuers.apple.sandbox.simulator import AppleSandbox
from socialclaw.people import ways_in
from socialclaw.settings import Settings
from socialclaw.sign_in.relying_parties import WORLD
from socialclaw.simulation.worlds import Caller, within
from socialclaw.system import System
from tests.conftest import SAME, client
from tests.sign_in.test_attempts import HOSTILE_PATHS

HERE = "https://127.0.0.1:8000"
PAGE = {"accept": "text/html", **SAME}
VERIFIER = "a-verifier-that-only-the-app-has-" * 2
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
NONCE = "n" * 64


def given(tmp_path: Path, database_url: str, **sign_in: Any) -> Settings:
    return Settings.model_validate(
        {
            "data_dir": tmp_path / "data",
            "database_url": database_url,
            "refused_per_minute": 1000,
            "public_base_url": HERE,
            "sign_in": {"simulated": True, "sign_up": "open", "tries_per_minute": 1000, "starts_per_minute": 1000, **sign_in},
        }
    )


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return given(tmp_path, database_url)


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with here(app) as found:
        yield found


def here(app: FastAPI, **headers: str) -> httpx2.AsyncClient:
    """A browser, which keeps cookies; or an app's client."""
    found = client(app)
    found.base_url = httpx2.URL(HERE)
    found.headers.update(headers or PAGE)
    return found


async def to_the_page(browser: httpx2.AsyncClient, path: str) -> str:
    """Where the browser is sent to."""
    answer = await browser.get(path)
    assert answer.status_code == 303, answer.text
    assert answer.headers["cache-control"] == "no-store"
    url: str = answer.headers["location"]
    assert url.startswith(f"{HERE}/sandbox/at/")
    return url


async def consent(browser: httpx2.AsyncClient, url: str, login: str = "ada", **typed: str) -> tuple[str, str, dict[str, str]]:
    """What a person does there; how the browser comes back: method, path and form."""
    assert (await browser.get(url)).status_code == 200
    page = await browser.post(url, data={"login": login, "decision": "allow", **typed}, headers={"origin": HERE})
    if "location" in page.headers:
        return "GET", page.headers["location"], {}
    form = read_form(page.text)
    return "POST", form.action or "", form.values


async def come_back(browser: httpx2.AsyncClient, way: tuple[str, str, dict[str, str]]) -> httpx2.Response:
    """As a browser follows it: Apple's form is another site's, so that only the cookie that travels goes along."""
    method, url, form = way
    if method == "GET":
        return await browser.get(url, headers={"sec-fetch-site": "cross-site"})
    kept = {name: value for name, value in browser.cookies.items() if "attempt" in name}
    cookies = "; ".join(f"{name}={value}" for name, value in kept.items())
    foreign = {"origin": "https://appleid.apple.com", "sec-fetch-site": "cross-site", "cookie": cookies}
    return await browser.post(url, data=form, headers=foreign)


async def sign_in(browser: httpx2.AsyncClient, issuer: str, login: str = "ada", query: str = "", **typed: str) -> httpx2.Response:
    url = await to_the_page(browser, f"/auth/{issuer}/start{query}")
    return await come_back(browser, await consent(browser, url, login, **typed))


async def card(browser: httpx2.AsyncClient) -> dict[str, Any]:
    answer = await browser.get("/v1/dashboard/session", headers=SAME)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def counted(system: System, table: Any) -> int:
    return await system.database.read(lambda session: session.scalar(select(func.count()).select_from(table))) or 0


def told(page: httpx2.Response) -> str:
    return unescape(re.sub("<[^>]*>", " ", page.text))


# In a browser.


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize(("issuer", "mail"), [("google", "ada@gmail.com"), ("apple", "ada@icloud.com")])
async def test_a_person_signs_in_and_is_the_same_one_the_next_time(browser: httpx2.AsyncClient, issuer: str, mail: str) -> None:
    done = await sign_in(browser, issuer)
    assert (done.status_code, done.headers["location"]) == (303, f"{HERE}/dashboard"), told(done)
    assert [name for name in browser.cookies if "attempt" in name] == [], "it has served its turn"
    who = await card(browser)
    assert (who["user"]["email"], who["user"]["emailVerified"]) == (mail, True)
    assert [(one["provider"], one["email"]) for one in who["user"]["identities"]] == [(f"simulated-{issuer}", mail)]
    assert (who["tenant"]["mode"], who["membership"]["role"]) == ("test", "owner")
    assert who["ways"] == ["link", "google", "apple"]
    first = browser.cookies["__Host-sc_session"]
    await sign_in(browser, issuer)
    again = await card(browser)
    assert again["user"]["id"] == who["user"]["id"]
    assert browser.cookies["__Host-sc_session"] != first, "no session outlives a sign-in"


async def shown(browser: httpx2.AsyncClient, path: str = "/dashboard") -> dict[str, str]:
    """The links of a page, by what they say."""
    page = await browser.get(path)
    return {unescape(said): unescape(url) for url, said in re.findall(r'<a class="on" href="([^"]+)">([^<]+)</a>', page.text)}


async def test_the_page_of_nobody_has_a_button_for_each_issuer_and_of_somebody_for_those_they_are_not_known_by(
    browser: httpx2.AsyncClient,
) -> None:
    assert await shown(browser) == {
        "Continue with Google (simulated)": "/auth/google/start",
        "Continue with Apple (simulated)": "/auth/apple/start",
    }
    await sign_in(browser, "google")
    assert await shown(browser) == {"Link Apple (simulated)": "/auth/apple/start?link=true"}
    await sign_in(browser, "apple", query="?link=true")
    assert await shown(browser) == {}


async def test_linking_is_offered_to_who_has_just_signed_in(browser: httpx2.AsyncClient, app: FastAPI, system: System) -> None:
    await sign_in(browser, "google")
    ago = real_now() - timedelta(minutes=16)
    await system.database.write(lambda session: session.execute(update(UserSession).values(created_at=ago)))
    app.state.sessions.forget_all()
    assert await shown(browser) == {}, "it would be refused"


async def test_whoever_is_invited_can_come_by_an_issuer(browser: httpx2.AsyncClient, app: FastAPI) -> None:
    await sign_in(browser, "google")
    made = await browser.post("/v1/dashboard/invites", json={"role": "viewer"}, headers=SAME)
    path = made.json()["url"].removeprefix(HERE)
    async with here(app) as guest:
        on = await shown(guest, path)
        assert on["Continue with Apple (simulated)"] == f"/auth/apple/start?invite={path.rpartition('/')[2]}"
        way = await consent(guest, await to_the_page(guest, on["Continue with Apple (simulated)"]), "bob")
        assert (await come_back(guest, way)).status_code == 303
        assert {one["role"] for one in (await card(guest))["workspaces"]} >= {"viewer"}
    assert await shown(browser, path) == {}, "who is signed in joins as who they are"


async def test_apple_tells_the_name_once_and_it_is_kept(browser: httpx2.AsyncClient) -> None:
    for _ in range(2):
        await sign_in(browser, "apple", "ada.lovelace", mail="hide")
        assert (await card(browser))["user"]["name"] == "Ada Lovelace"


async def test_one_goes_on_to_where_one_wanted_to(browser: httpx2.AsyncClient) -> None:
    done = await sign_in(browser, "google", query="?returnTo=/dashboard/posts%3Fstatus%3Dfailed")
    assert done.headers["location"] == f"{HERE}/dashboard/posts?status=failed"
    for elsewhere in HOSTILE_PATHS:
        answer = await browser.get("/auth/google/start", params={"returnTo": elsewhere})
        assert (answer.status_code, "location" in answer.headers) == (422, False)


async def test_an_attempt_is_the_browsers_that_began_it(app: FastAPI, system: System, browser: httpx2.AsyncClient) -> None:
    """Login CSRF: whoever follows another's link back is not signed in as them, and the attempt stays theirs."""
    for issuer in ("google", "apple"):
        way = await consent(browser, await to_the_page(browser, f"/auth/{issuer}/start"))
        async with here(app) as victim:
            await to_the_page(victim, f"/auth/{issuer}/start")
            refused = await come_back(victim, way)
            assert refused.status_code == 400, "their own attempt does not go with it"
            assert "__Host-sc_session" not in victim.cookies
        async with here(app) as without:
            assert (await come_back(without, way)).status_code == 400
        assert (await come_back(browser, way)).status_code == 303


async def test_an_attempt_is_for_one_time_and_one_issuer(browser: httpx2.AsyncClient, system: System) -> None:
    way = await consent(browser, await to_the_page(browser, "/auth/google/start"))
    kept = dict(browser.cookies)
    assert (await come_back(browser, way)).status_code == 303
    browser.cookies.set("__Host-sc_attempt", kept["__Host-sc_attempt"], domain="127.0.0.1", path="/")
    assert (await come_back(browser, way)).status_code == 400
    method, url, _ = await consent(browser, await to_the_page(browser, "/auth/google/start"))
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert method == "GET"
    assert (await come_back(browser, ("POST", f"{HERE}/auth/apple/callback", query))).status_code == 400
    assert await counted(system, UserSession) == 1


@pytest.mark.parametrize("state", ["", "x", "a" * 43, "a" * 5000, "\0", "é"])
async def test_a_state_that_is_none_of_ours_opens_nothing(browser: httpx2.AsyncClient, system: System, state: str) -> None:
    answer = await browser.get("/auth/google/callback", params={"state": state, "code": "x"})
    assert answer.status_code in (400, 422)
    posted = await browser.post("/auth/apple/callback", data={"state": state, "code": "x"})
    assert posted.status_code == 400
    assert await counted(system, UserSession) == 0


@pytest.mark.parametrize("issuer", ["google", "apple"])
async def test_who_declines_is_told_so_and_not_signed_in(browser: httpx2.AsyncClient, issuer: str) -> None:
    url = await to_the_page(browser, f"/auth/{issuer}/start")
    answer = await come_back(browser, await consent(browser, url, decision="deny"))
    assert (answer.status_code, "not signed in" in told(answer)) == (401, True)
    assert (await card(browser))["authenticated"] is False


@pytest.mark.parametrize("issuer", ["google", "apple"])
@pytest.mark.parametrize(
    ("fault", "status"),
    [("wrong_nonce", 401), ("expired_token", 401), ("unsigned_token", 401), ("foreign_key", 401), ("timeout_after", 503), ("error", 503)],
)
async def test_an_issuer_that_errs_signs_nobody_in(
    browser: httpx2.AsyncClient, system: System, issuer: str, fault: str, status: int
) -> None:
    assert system.sandbox
    system.sandbox.simulators[issuer].fail(fault)
    answer = await sign_in(browser, issuer)
    assert (answer.status_code, "__Host-sc_session" in browser.cookies) == (status, False)
    assert await counted(system, User) == 0
    assert (await sign_in(browser, issuer)).status_code == 303


async def test_an_address_of_somebody_else_is_told_and_linked_by_hand(browser: httpx2.AsyncClient, app: FastAPI, system: System) -> None:
    await sign_in(browser, "google", "ada@acme.example")
    who = (await card(browser))["user"]["id"]
    async with here(app) as stranger:
        refused = await sign_in(stranger, "apple", "ada@acme.example")
        assert (refused.status_code, "known here already" in told(refused)) == (409, True)
        assert (await stranger.get("/auth/apple/start", params={"link": "true"})).status_code == 401, "nobody is signed in there"
    assert await counted(system, User) == 1
    led = await browser.get(
        "/auth/apple/start?link=true", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    )
    assert led.status_code == 401, "no other site begins this for them"
    done = await sign_in(browser, "apple", "ada@acme.example", "?link=true")
    assert done.status_code == 303, told(done)
    linked = await card(browser)
    assert (linked["user"]["id"], len(linked["user"]["identities"])) == (who, 2)
    async with here(app) as elsewhere:
        await sign_in(elsewhere, "apple", "ada@acme.example")
        assert (await card(elsewhere))["user"]["id"] == who


async def test_nobody_comes_in_where_they_are_not_asked(tmp_path: Path, database_url: str) -> None:
    from socialclaw.app import build
    from tests.conftest import opened

    async with opened(given(tmp_path, database_url, sign_up="invite")) as system, here(build(system)) as browser:
        for issuer in ("google", "apple"):
            answer = await sign_in(browser, issuer)
            assert (answer.status_code, "invitation" in told(answer)) == (403, True)
        assert await counted(system, User) == await counted(system, Identity) == 0


async def test_a_simulated_person_is_kept_apart_from_what_is_real(browser: httpx2.AsyncClient, system: System) -> None:
    await sign_in(browser, "google")
    realms = await system.database.read(lambda session: list(session.scalars(select(User.realm))))
    assert realms == ["test"]
    assert await system.database.read(lambda session: [one.issuer for one in session.scalars(select(Identity))]) == ["simulated-google"]


async def test_where_nothing_is_set_up_it_says_what_to_set(tmp_path: Path, database_url: str) -> None:
    from socialclaw.app import build
    from tests.conftest import opened

    async with opened(given(tmp_path, database_url, simulated=False)) as system, here(build(system), accept="application/json") as api:
        for path in ("/auth/google/start", "/auth/apple/start", "/auth/mobile/google/start", "/auth/mobile/apple/start"):
            answer = await api.get(path)
            assert (answer.status_code, answer.json()["code"]) == (409, "sign_in_not_configured")
            assert all(name.startswith("SOCIALCLAW_SIGN_IN__") for name in answer.json()["details"]["settings"])
        answer = await api.post("/auth/mobile/apple/native", json={"identityToken": "x"})
        assert (answer.status_code, answer.json()["code"]) == (409, "sign_in_not_configured")


# By way of an app.


async def app_code(browser: httpx2.AsyncClient, issuer: str = "google", **query: str) -> dict[str, str]:
    """What the app is given through its scheme."""
    asked = "&".join(f"{k}={v}" for k, v in {"callbackScheme": "socialclaw", "codeChallenge": CHALLENGE, "state": "s-1", **query}.items())
    url = await to_the_page(browser, f"/auth/mobile/{issuer}/start?{asked}")
    answer = await come_back(browser, await consent(browser, url))
    assert answer.status_code == 303, told(answer)
    scheme, _, rest = answer.headers["location"].partition("://")
    assert (scheme, rest.partition("?")[0]) == ("socialclaw", "auth/callback")
    assert "__Host-sc_session" not in answer.headers.get("set-cookie", ""), "the browser is not who signs in"
    return {name: values[0] for name, values in parse_qs(rest.partition("?")[2]).items()}


@pytest.mark.parametrize("issuer", ["google", "apple"])
async def test_an_app_gets_a_code_and_makes_a_session_of_it(browser: httpx2.AsyncClient, app: FastAPI, issuer: str) -> None:
    came = await app_code(browser, issuer)
    assert came["state"] == "s-1"
    async with here(app, accept="application/json") as phone:
        answer = await phone.post("/auth/mobile/exchange", json={"code": came["code"], "codeVerifier": VERIFIER})
        assert (answer.status_code, answer.json()["session"]["kind"]) == (200, "mobile"), answer.text
        assert (await phone.get("/v1/dashboard/session")).json()["authenticated"] is True
        again = await phone.post("/auth/mobile/exchange", json={"code": came["code"], "codeVerifier": VERIFIER})
        assert (again.status_code, again.json()["code"]) == (401, "sign_in_code_invalid")


@pytest.mark.parametrize("verifier", ["another" * 7, "", None, CHALLENGE])
async def test_a_thiefs_try_ends_the_code_for_everybody(
    browser: httpx2.AsyncClient, app: FastAPI, system: System, verifier: str | None
) -> None:
    """Another app has claimed the scheme; or a code of the attacker's is put into the victim's app."""
    came = await app_code(browser)
    async with here(app, accept="application/json") as phone:
        for tried in (verifier, VERIFIER):
            answer = await phone.post("/auth/mobile/exchange", json={"code": came["code"], "codeVerifier": tried})
            assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_code_invalid")
            assert "set-cookie" not in answer.headers
    assert await counted(system, UserSession) == 0


@pytest.mark.usefixtures("both_databases")
async def test_of_fifty_who_redeem_a_code_at_once_one_has_it(browser: httpx2.AsyncClient, app: FastAPI, system: System) -> None:
    came = await app_code(browser)
    async with here(app, accept="application/json") as phone:
        body = {"code": came["code"], "codeVerifier": VERIFIER}
        answers = await asyncio.gather(*(phone.post("/auth/mobile/exchange", json=body) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 49
    assert await counted(system, UserSession) == 1


@pytest.mark.usefixtures("both_databases")
async def test_of_two_who_come_back_at_once_one_is_made(browser: httpx2.AsyncClient, system: System) -> None:
    way = await consent(browser, await to_the_page(browser, "/auth/google/start"))
    answers = await asyncio.gather(*(come_back(browser, way) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [303] + [400] * 9
    assert await counted(system, User) == await counted(system, UserSession) == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"callbackScheme": "javascript"}, "callback_scheme_invalid"),
        ({"callbackScheme": "org.example.app"}, "callback_scheme_invalid"),
        ({"codeChallenge": ""}, "code_challenge_invalid"),
        ({"codeChallengeMethod": "plain"}, "code_challenge_invalid"),
        ({"state": "s" * 513}, "invalid_request"),
    ],
)
async def test_an_app_that_asks_for_something_else_is_sent_nowhere(app: FastAPI, query: dict[str, str], code: str) -> None:
    async with here(app, accept="application/json") as phone:
        asked = {"callbackScheme": "socialclaw", "codeChallenge": CHALLENGE, **query}
        for issuer in ("google", "apple"):
            answer = await phone.get(f"/auth/mobile/{issuer}/start", params=asked)
            assert (answer.status_code, answer.json()["code"]) == (422, code)
        answer = await phone.get("/auth/mobile/google/start", params={"callback_scheme": "socialclaw"})
        assert (answer.status_code, answer.json()["code"]) == (422, "code_challenge_required")


async def test_an_app_is_told_what_went_wrong_by_its_scheme(browser: httpx2.AsyncClient, system: System) -> None:
    assert system.sandbox
    asked = f"callbackScheme=socialclaw&codeChallenge={CHALLENGE}&state=s-2"
    url = await to_the_page(browser, f"/auth/mobile/google/start?{asked}")
    answer = await come_back(browser, await consent(browser, url, decision="deny"))
    assert answer.headers["location"] == "socialclaw://auth/callback?error=sign_in_declined&state=s-2"


async def test_without_a_scheme_an_app_ends_in_the_dashboard(browser: httpx2.AsyncClient) -> None:
    answer = await come_back(browser, await consent(browser, await to_the_page(browser, "/auth/mobile/apple/start")))
    assert answer.headers["location"] == f"{HERE}/dashboard"
    assert (await card(browser))["session"]["kind"] == "web"


# What Apple gave an app itself.


def device(system: System, login: str = "ada", **more: Any) -> dict[str, str]:
    assert system.sandbox
    apple = system.sandbox.simulators["apple"]
    assert isinstance(apple, AppleSandbox)
    with within(Caller(WORLD)):
        return apple.native(login, nonce=NONCE, **more)


async def test_apples_own_token_makes_a_session_once(app: FastAPI, system: System) -> None:
    got = device(system, mail="hide")
    body = {**got, "nonceSha256": NONCE, "email": "victim@gmail.com", "givenName": "Ada", "familyName": "Lovelace"}
    async with here(app, accept="application/json") as phone:
        answer = await phone.post("/auth/mobile/apple/native", json=body)
        assert answer.status_code == 200, answer.text
        user = answer.json()["user"]
        assert (user["name"], answer.json()["session"]["kind"]) == ("Ada Lovelace", "mobile")
        assert user["email"].endswith("@privaterelay.appleid.com"), "what the app says of an address is not asked"
        again = await phone.post("/auth/mobile/apple/native", json=body)
        assert (again.status_code, again.json()["code"]) == (409, "identity_token_used")
    row = await system.database.read(lambda session: session.scalars(select(Identity)).one())
    held = system.vault.unseal_json(row.sealed or "", bound_to=f"identities:{row.id}:sealed")
    assert held["client_id"] == "com.example.socialclaw", "what ends the grant is kept with whose it is"


async def test_of_many_who_send_one_token_at_once_one_has_it(app: FastAPI, system: System) -> None:
    body = {"identity_token": device(system)["identityToken"], "nonce": NONCE}
    async with here(app, accept="application/json") as phone:
        answers = await asyncio.gather(*(phone.post("/auth/mobile/apple/native", json=body) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
    assert await counted(system, UserSession) == await counted(system, User) == 1


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"nonceSha256": "another"}, 401, "identity_token_invalid"),
        ({"nonceSha256": None}, 401, "identity_token_invalid"),
        ({"identityToken": "a.b.c"}, 401, "identity_token_invalid"),
        ({"identityToken": ""}, 401, "identity_token_invalid"),
        ({"identityToken": 5}, 422, "field_type_invalid"),
        ({"identityToken": "x" * 20_000}, 413, "payload_too_large"),
    ],
)
async def test_a_token_that_proves_nothing_signs_nobody_in(
    app: FastAPI, system: System, changes: dict[str, Any], status: int, code: str
) -> None:
    body = {"identityToken": device(system)["identityToken"], "nonceSha256": NONCE, **changes}
    async with here(app, accept="application/json") as phone:
        answer = await phone.post("/auth/mobile/apple/native", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await counted(system, UserSession) == 0


# Apple's news.


def notice(system: System, kind: str, login: str = "ada") -> str:
    assert system.sandbox
    apple = system.sandbox.simulators["apple"]
    assert isinstance(apple, AppleSandbox)
    with within(Caller(WORLD)), apple.store.transaction():
        return apple.notice(kind, login)


async def test_a_withdrawn_consent_ends_the_sessions_and_keeps_the_person(
    browser: httpx2.AsyncClient, app: FastAPI, system: System
) -> None:
    await sign_in(browser, "apple")
    async with here(app, accept="application/json") as apple:
        for _ in range(2):
            answer = await apple.post("/auth/apple/notifications", json={"payload": notice(system, "consent-revoked")})
            assert answer.status_code == 200, answer.text
    assert (await card(browser))["authenticated"] is False
    [row] = await system.database.read(lambda session: list(session.scalars(select(Identity))))
    assert row.sealed is None
    await sign_in(browser, "apple")
    assert (await card(browser))["authenticated"] is True
    assert await counted(system, User) == 1


async def test_news_is_acted_upon_once_and_only_on_what_was_there_before(browser: httpx2.AsyncClient, app: FastAPI, system: System) -> None:
    """Old news that comes again, or late, ends nothing that has begun since."""
    await sign_in(browser, "apple")
    news = {"payload": notice(system, "consent-revoked")}
    async with here(app, accept="application/json") as apple:
        assert (await apple.post("/auth/apple/notifications", json=news)).status_code == 200
        await sign_in(browser, "apple")
        assert (await apple.post("/auth/apple/notifications", json=news)).status_code == 200
    assert (await card(browser))["authenticated"] is True


async def test_a_deleted_apple_account_signs_nobody_in_any_more(browser: httpx2.AsyncClient, app: FastAPI, system: System) -> None:
    await sign_in(browser, "apple")
    async with here(app, accept="application/json") as apple:
        answer = await apple.post("/auth/apple/notifications", json={"payload": notice(system, "account-deleted")})
    assert answer.status_code == 200
    assert (await card(browser))["authenticated"] is False
    assert await counted(system, Identity) == 0


@pytest.mark.parametrize("body", [{}, {"payload": ""}, {"payload": "a.b.c"}, {"payload": 5}, [], {"payload": "x" * 9000}])
async def test_what_apple_did_not_sign_is_no_news(app: FastAPI, body: Any) -> None:
    async with here(app, accept="application/json") as anybody:
        answer = await anybody.post("/auth/apple/notifications", json=body)
    assert answer.status_code in (400, 401, 422)


async def test_other_news_is_taken_and_changes_nothing(browser: httpx2.AsyncClient, app: FastAPI, system: System) -> None:
    await sign_in(browser, "apple")
    async with here(app, accept="application/json") as apple:
        for kind, login in (("email-disabled", "ada"), ("email-enabled", "ada"), ("consent-revoked", "nobody")):
            assert (await apple.post("/auth/apple/notifications", json={"payload": notice(system, kind, login)})).status_code == 200
    assert (await card(browser))["authenticated"] is True


# Around it.


async def test_no_secret_of_a_sign_in_is_in_the_log(browser: httpx2.AsyncClient, system: System, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    assert system.sandbox
    for fault in ("", "wrong_nonce", "error_after"):
        if fault:
            system.sandbox.simulators["google"].fail(fault)
        method, url, form = await consent(browser, await to_the_page(browser, "/auth/google/start"))
        await come_back(browser, (method, url, form))
        query = parse_qs(urlsplit(url).query)
        ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("socialclaw"))
        assert query["code"][0] not in ours
        assert query["state"][0] not in ours


async def test_a_session_from_elsewhere_does_not_become_anybodys(browser: httpx2.AsyncClient, system: System) -> None:
    """Session fixation: what is in the browser before is ended by signing in, and never the session afterwards."""
    secret = await system.database.write(ways_in.local_link)
    await browser.post(f"/auth/ticket/{secret}", headers=SAME)
    planted = browser.cookies["__Host-sc_session"]
    await sign_in(browser, "google")
    assert browser.cookies["__Host-sc_session"] != planted
    with act_for(WORLD):
        assert (await card(browser))["user"]["email"] == "ada@gmail.com"
