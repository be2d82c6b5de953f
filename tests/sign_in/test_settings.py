"""The settings of sign-in: whole groups, real keys, and nothing that lets everybody in by mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from socialclaw.errors import NotReady
from socialclaw.issuers.apple.sandbox import developer
from socialclaw.issuers.base import ClientRefused
from socialclaw.settings import Settings
from socialclaw.sign_in.relying_parties import RelyingParties
from socialclaw.system import System
from tests.conftest import opened

APPLE = {"services_id": "com.example.web", "team_id": "TEAM123456", "key_id": "KEY1234567"}


def made(**sign_in: Any) -> Settings:
    return Settings.model_validate({"sign_in": sign_in})


@pytest.mark.parametrize(
    ("sign_in", "named"),
    [
        ({"google": {"client_id": "x"}}, "GOOGLE__CLIENT_SECRET"),
        ({"google": {"client_secret": "x"}}, "GOOGLE__CLIENT_ID"),
        ({"google": {"audiences": "ios"}}, "GOOGLE__CLIENT_ID and SOCIALCLAW_SIGN_IN__GOOGLE__CLIENT_SECRET"),
        ({"apple": {"services_id": "x"}}, "APPLE__TEAM_ID"),
        ({"apple": {"bundle_ids": "x", "team_id": "x", "key_id": "x"}}, "APPLE__KEY_FILE"),
        ({"apple": {**APPLE, "services_id": "", "key_file": "k.p8"}}, "APPLE__SERVICES_ID"),
        ({"sign_up": "domains"}, "SIGN_IN__DOMAINS"),
    ],
)
def test_half_a_group_stops_the_start_and_names_the_rest(sign_in: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        made(**sign_in)


@pytest.mark.parametrize("domains", ["example", "@example.org", "https://example.org", "example.org/x", "*.example.org", "a..b", "-a.org"])
def test_what_is_no_domain_lets_nobody_in(domains: str) -> None:
    with pytest.raises(ValidationError, match="is no domain"):
        made(sign_up="domains", domains=domains)


def test_by_default_nobody_comes_in_without_an_invitation() -> None:
    assert (Settings().sign_in.sign_up, Settings().sign_in.simulated) == ("invite", False)
    assert (Settings().sign_in.require_challenge, Settings().sign_in.require_nonce) == (True, True)


@pytest.mark.parametrize(
    ("where", "may"),
    [
        ({}, True),
        ({"public_base_url": "http://localhost:8000"}, True),
        ({"public_base_url": "https://127.0.0.1:8000"}, True),
        ({"public_base_url": "http://[::1]:8000"}, True),
        ({"public_base_url": "https://post.example.org"}, False),
        ({"public_base_url": "http://192.168.1.5:8000"}, False),
        ({"public_base_url": "http://127.0.0.1.evil.example"}, False),
        ({"host": "192.168.1.5"}, False),
        ({"sandbox": "off"}, False),
    ],
)
def test_simulated_issuers_are_for_this_machine_alone(where: dict[str, str], may: bool) -> None:
    given = {**where, "sign_in": {"simulated": True}}
    if may:
        assert Settings.model_validate(given).sign_in.simulated
    else:
        with pytest.raises(ValidationError, match="lets anybody be anybody"):
            Settings.model_validate(given)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "AuthKey.p8"
    path.write_text(developer.pem())
    return path


def parties(system: System, **sign_in: Any) -> RelyingParties:
    system.settings = system.settings.model_copy(update={"sign_in": made(**sign_in).sign_in})
    return RelyingParties(system)


async def test_each_issuer_knows_us_by_what_was_set(system: System, key_file: Path) -> None:
    google = {"client_id": "web", "client_secret": "s3cret", "audiences": "ios, android", "hosted_domain": "acme.example"}
    found = parties(system, google=google, apple={**APPLE, "bundle_ids": "com.example.app", "key_file": key_file})
    assert found.ways == ["google", "apple"]
    by_google, by_apple = found.web("google"), found.web("apple")
    assert by_google.app.audiences == ("web", "ios", "android")
    assert (by_google.realm, by_google.name, by_google.hosted_domain) == ("live", "google", "acme.example")
    assert by_google.http is system.outbound.live
    assert by_apple.app.audiences == ("com.example.web", "com.example.app")
    assert by_apple.redirect_uri == f"{system.settings.base_url}/auth/apple/callback"
    assert found.native().bundle_ids == ("com.example.app",)
    assert "s3cret" not in repr(by_google)
    assert developer.pem()[40:80] not in repr(by_apple)


async def test_apps_alone_may_sign_in_with_apple(system: System, key_file: Path) -> None:
    found = parties(system, apple={**APPLE, "services_id": "", "bundle_ids": "com.example.app", "key_file": key_file})
    assert (found.ways, found.native().app.client_id) == ([], "com.example.app")
    with pytest.raises(NotReady) as refused:
        found.web("apple")
    assert (refused.value.status, refused.value.code) == (409, "sign_in_not_configured")


@pytest.mark.parametrize("content", [None, "", "no key", "\xff\xfe"])
async def test_a_key_file_that_is_none_is_told_at_the_start(system: System, tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "wrong.p8"
    if content is not None:
        path.write_bytes(content.encode("latin-1"))
    with pytest.raises(ClientRefused, match=r"SOCIALCLAW_SIGN_IN__APPLE__KEY_FILE .*wrong\.p8"):
        parties(system, apple={**APPLE, "key_file": path})


async def test_a_real_issuer_goes_before_a_simulated_one(tmp_path: Path) -> None:
    google = {"client_id": "web", "client_secret": "s"}
    given = {"data_dir": tmp_path / "data", "sign_in": {"simulated": True, "google": google}}
    async with opened(Settings.model_validate(given)) as system:
        found = RelyingParties(system)
        assert (found.web("google").realm, found.web("apple").realm) == ("live", "test")
        assert await system.rehearses(), "their pages are there, although there is no test workspace yet"
