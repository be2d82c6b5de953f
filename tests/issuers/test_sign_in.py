"""Signing in with each simulated issuer by our own code: who it was, what the issuer refuses, and what we refuse of what it says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from socialclaw.errors import SocialClawError
from socialclaw.issuers.authorization import Attempt
from socialclaw.issuers.base import Client, ClientRefused, Identity, IssuerUnavailable, Password, SignInRefused, TokenRefused
from socialclaw.issuers.sandbox.issuing import FAULTS
from socialclaw.issuers.signing_keys import COOLDOWN
from tests.issuers.conftest import House, problem

# Who it was.


async def test_google_says_who_signed_in(google_house: House) -> None:
    done = await google_house.sign_in("ada")
    assert (done.identity.issuer, done.identity.email, done.identity.name) == ("google", "ada@gmail.com", "ada")
    assert done.identity.picture
    assert done.refresh_token is None, "we ask for nothing that would last"
    assert (await google_house.sign_in("ada")).identity == done.identity, "the same person every time"
    assert (await google_house.sign_in("bob")).identity.subject != done.identity.subject


@pytest.mark.parametrize(
    ("login", "kind", "verified", "authoritative", "domain"),
    [
        ("ada", "", True, True, None),
        ("ada@gmail.com", "", True, True, None),
        ("ada@acme.example", "", True, True, "acme.example"),
        ("ada@acme.example", "elsewhere", True, False, None),
        ("ada@acme.example", "unverified", False, False, None),
        ("ada@acme.example", "anew", True, True, "acme.example"),
        ("ada", "unverified", False, False, None),
    ],
)
async def test_google_speaks_for_its_own_mailboxes_only(
    google_house: House, login: str, kind: str, verified: bool, authoritative: bool, domain: str | None
) -> None:
    who = (await google_house.sign_in(login, kind=kind)).identity
    assert (who.email_verified, who.authoritative, who.hosted_domain) == (verified, authoritative, domain)


async def test_who_gets_the_domain_of_others_gets_their_address_but_is_somebody_else(google_house: House) -> None:
    before, after = [(await google_house.sign_in("ada@acme.example", kind=kind)).identity for kind in ("", "anew")]
    assert (before.email, before.hosted_domain) == (after.email, after.hosted_domain)
    assert before.subject != after.subject


@pytest.mark.parametrize(
    ("login", "mail", "expected"),
    [
        ("ada", "", {"email": "ada@icloud.com", "email_verified": True, "authoritative": True, "private_email": False}),
        ("ada@acme.example", "", {"email": "ada@acme.example", "email_verified": True, "authoritative": False, "private_email": False}),
        ("ada", "unverified", {"email": "ada@icloud.com", "email_verified": False, "authoritative": False, "private_email": False}),
        ("ada@acme.example", "hide", {"email_verified": True, "authoritative": True, "private_email": True}),
    ],
)
async def test_apple_speaks_for_its_own_mailboxes_and_for_those_that_only_forward(
    apple_house: House, login: str, mail: str, expected: dict[str, Any]
) -> None:
    done = await apple_house.sign_in(login, mail=mail)
    assert {name: getattr(done.identity, name) for name in expected} == expected
    assert done.identity.name is None, "a name is never part of what Apple signs"
    assert done.refresh_token, "kept to end the grant when the account is deleted"


async def test_a_hidden_address_is_the_same_one_every_time_and_says_nothing(apple_house: House) -> None:
    first, second = [(await apple_house.sign_in("ada@acme.example", mail="hide")).identity for _ in range(2)]
    assert first.email == second.email
    assert first.email
    assert first.email.endswith("@privaterelay.appleid.com")
    assert "ada" not in first.email


# What is asked of the issuer.


async def test_each_attempt_has_secrets_of_its_own_and_shows_none_of_them(house: House) -> None:
    one, other = Attempt.fresh(), Attempt.fresh()
    assert len({one.state, one.nonce, one.verifier, other.state, other.nonce, other.verifier}) == 6
    assert min(len(value) for value in (one.state, one.nonce, one.verifier)) >= 43
    assert not [value for value in (one.state, one.nonce, one.verifier) if value in repr(one)]
    assert one.verifier not in house.url(one), "only its challenge goes through the browser"
    assert house.client.secret.of(house.client.client_id) not in repr(house.client)


async def test_google_is_asked_with_pkce_and_for_nothing_that_lasts(google_house: House) -> None:
    query = parse_qs(urlsplit(google_house.url(Attempt.fresh())).query)
    assert query["scope"] == ["openid email profile"]
    assert query["code_challenge_method"] == ["S256"]
    assert query["prompt"] == ["select_account"]
    assert "access_type" not in query


# What the issuer refuses.


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/auth/callback"},
        {"redirect_uri": None},
        {"client_id": "somebody-else"},
        {"client_id": None},
        {"response_type": "token"},
        {"response_type": None},
        {"scope": "everything"},
    ],
    ids=str,
)
async def test_the_page_asks_nobody_where_the_request_is_wrong(house: House, changes: dict[str, str | None]) -> None:
    url = house.url(Attempt.fresh(), **changes)
    for answer in (await house.http.get(url), await house.http.post(url, data={"login": "ada", "decision": "allow"})):
        assert answer.status_code == 400
        assert problem(answer)
        assert "location" not in answer.headers
        assert "<form" not in answer.text, "nothing leads back to who asked"


@pytest.mark.parametrize("suffix", ["/", "/../x", "?x=1", "#x", "%2f", ".evil.example"])
async def test_a_redirect_uri_is_compared_letter_by_letter(house: House, suffix: str) -> None:
    answer = await house.http.get(house.url(Attempt.fresh(), redirect_uri=f"{house.back}{suffix}"))
    assert answer.status_code == 400


async def test_who_declines_comes_back_without_a_code(house: House) -> None:
    attempt = Attempt.fresh()
    came = await house.consent(house.url(attempt), decision="deny")
    assert came["state"] == attempt.state
    assert came["error"] in ("access_denied", *house.issuer.oauth.declined)
    assert "code" not in came


async def test_a_code_works_once(house: House) -> None:
    attempt = Attempt.fresh()
    came = await house.consent(house.url(attempt))
    await house.finish(came, attempt)
    with pytest.raises(SignInRefused) as refused:
        await house.finish(came, attempt)
    assert (refused.value.status, refused.value.code) == (401, "sign_in_failed")


async def test_a_code_does_not_last(house: House) -> None:
    attempt = Attempt.fresh()
    came = await house.consent(house.url(attempt))
    house.clock.turn(601)
    with pytest.raises(SignInRefused):
        await house.finish(came, attempt)


async def test_a_code_is_for_who_began_the_attempt(google_house: House) -> None:
    """PKCE: whoever puts another's code into a sign-in of its own does not have the verifier."""
    theirs, mine = Attempt.fresh(), Attempt.fresh()
    came = await google_house.consent(google_house.url(theirs))
    with pytest.raises(SignInRefused):
        await google_house.finish(came, mine)


async def test_a_token_answers_one_attempt(apple_house: House) -> None:
    """Where there is no PKCE, it is the nonce that tells that a code is another's."""
    theirs, mine = Attempt.fresh(), Attempt.fresh()
    came = await apple_house.consent(apple_house.url(theirs))
    with pytest.raises(TokenRefused):
        await apple_house.finish(came, mine)


async def test_the_code_is_bound_to_where_it_was_sent(house: House) -> None:
    attempt = Attempt.fresh()
    came = await house.consent(house.url(attempt))
    house.back = "https://post.example/elsewhere"
    with pytest.raises(SignInRefused):
        await house.finish(came, attempt)


async def test_a_server_that_the_issuer_does_not_know_is_told_to_its_operator(house: House) -> None:
    wrong = {
        "another secret": replace(house.client, secret=Password("guessed")),
        "no secret": replace(house.client, secret=Password("")),
        "another id": replace(house.client, client_id="somebody-else", audiences=("somebody-else",)),
    }
    for client in wrong.values():
        attempt = Attempt.fresh()
        came = await house.consent(house.url(attempt))
        with pytest.raises(ClientRefused) as refused:
            await house.finish(came, attempt, client=client)
        assert (refused.value.status, refused.value.code) == (503, "sign_in_misconfigured")


# What we refuse of what it says.

REFUSED = {name: TokenRefused for name in FAULTS if name not in ("unverified_mail", "rotate_keys", "no_token")} | {
    "no_token": IssuerUnavailable
}


@pytest.mark.parametrize(("fault", "error"), REFUSED.items())
async def test_an_issuer_that_says_it_wrong_signs_nobody_in(house: House, fault: str, error: type[SocialClawError]) -> None:
    house.simulator.fail(fault)
    with pytest.raises(error):
        await house.sign_in()
    assert (await house.sign_in()).identity.subject, "and the next attempt is as ever"


async def test_an_address_that_is_not_verified_counts_for_nothing(house: House) -> None:
    usual = (await house.sign_in()).identity
    house.simulator.fail("unverified_mail")
    who = (await house.sign_in()).identity
    assert who == replace(usual, email_verified=False, authoritative=False)


async def test_keys_may_change_in_the_middle_of_it(house: House) -> None:
    before = (await house.sign_in()).identity
    house.clock.turn(COOLDOWN)
    for _ in range(4):
        house.simulator.fail("rotate_keys")
        assert (await house.sign_in()).identity == before
        house.clock.turn(COOLDOWN)


# What gets lost.


@pytest.mark.parametrize("fault", ["refuse", "reset", "timeout", "error", "malformed", "rate_limit"])
async def test_an_answer_that_did_not_come_is_asked_for_by_signing_in_again(house: House, fault: str) -> None:
    house.simulator.fail(fault, seconds=30)
    with pytest.raises(IssuerUnavailable) as unavailable:
        await house.sign_in()
    assert (unavailable.value.status, unavailable.value.code) == (503, "identity_provider_unavailable")
    assert (await house.sign_in()).identity.subject


@pytest.mark.parametrize("fault", ["reset_after", "timeout_after", "error_after", "malformed_after"])
async def test_a_lost_answer_has_used_up_its_code(house: House, fault: str) -> None:
    attempt = Attempt.fresh()
    came = await house.consent(house.url(attempt))
    house.simulator.fail(fault)
    with pytest.raises(IssuerUnavailable):
        await house.finish(came, attempt)
    with pytest.raises(SignInRefused):
        await house.finish(came, attempt)
    assert (await house.sign_in()).identity.subject


@pytest.mark.parametrize("fault", ["", *REFUSED, "error_after", "malformed_after", "timeout_after"])
async def test_no_secret_is_in_what_goes_wrong(house: House, fault: str) -> None:
    attempt = Attempt.fresh()
    came = await house.consent(house.url(attempt))
    if fault:
        house.simulator.fail(fault)
    else:
        await house.finish(came, attempt)
    with pytest.raises(SocialClawError) as caught:
        await house.finish(came, attempt)
    error: BaseException | None = caught.value
    told = ""
    while error is not None:
        told += f"{error!r} {vars(error)!r} "
        error = None if error.__suppress_context__ and error.__cause__ is None else error.__cause__ or error.__context__
    secrets = [came["code"], attempt.state, attempt.nonce, attempt.verifier, house.client.secret.of(house.client.client_id)]
    assert [secret for secret in secrets if secret in told] == []


async def test_what_an_issuer_echoes_is_not_passed_on(google_house: House) -> None:
    """Some put the request into their words; none of them reaches a person, or a log by way of an error."""

    def echo(request: httpx2.Request) -> httpx2.Response:
        said = request.content.decode()
        return httpx2.Response(400, json={"error": "invalid_grant", "error_description": said})

    google_house.http = httpx2.AsyncClient(transport=httpx2.MockTransport(echo))
    attempt = Attempt.fresh()
    with pytest.raises(SignInRefused) as refused:
        await google_house.finish({"code": "a-code-that-is-secret"}, attempt)
    assert "a-code-that-is-secret" not in f"{refused.value.message} {refused.value.details}"
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_clients_and_passwords_show_no_secret() -> None:
    client = Client("id", Password("a-secret"), ("id",))
    assert "a-secret" not in f"{client!r} {client.secret!r}"
    assert Identity("google", "1").authoritative is False
