"""What a sign-in may be asked for: paths to go to afterwards, schemes of apps, challenges; in every spelling of what it may not."""

from __future__ import annotations

import pytest

from socialclaw.errors import InvalidRequest
from socialclaw.settings import Settings
from socialclaw.sign_in.attempts import App, Intent, path_of

CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, appendix B
HOSTILE_PATHS = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "/%2Fevil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    " /dashboard",
    "/dash board",
    "/\tevil",
    "/dashboard\r\nset-cookie: x=y",
    "/dashboard\nx",
    "/\0",
    "/d\u00e4shboard",
    "/\u2044evil.example",
    "/<script>",
    '/"onload="x',
    "/../../evil",
    "/dashboard/..",
    "",
    "/" + "a" * 4096,
    "http:/evil.example",
]


@pytest.mark.parametrize("path", HOSTILE_PATHS)
def test_no_spelling_leads_elsewhere(path: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        path_of(path)
    assert refused.value.code == "return_to_invalid"


def test_paths_and_schemes_are_tried_in_at_least_twenty_spellings_each() -> None:
    assert len({*HOSTILE_PATHS}) == len(HOSTILE_PATHS) >= 20
    assert len({*HOSTILE_SCHEMES}) == len(HOSTILE_SCHEMES) >= 20


@pytest.mark.parametrize("path", ["/", "/dashboard", "/dashboard/posts?status=failed&page=2#top", "/a/b.c~d_e-f", "/p?next=%2Fother"])
def test_a_path_of_ours_is_taken_as_it_is(path: str) -> None:
    assert path_of(path) == path


HOSTILE_SCHEMES = [
    "javascript",
    "data",
    "http",
    "https",
    "file",
    "intent",
    "vbscript",
    "blob",
    "socialclaw:",
    "socialclaw://evil",
    "socialclaw.evil",
    "xsocialclaw",
    "socialclawx",
    "social claw",
    " socialclaw",
    "socialclaw\n",
    "socialclaw\0",
    "socíalclaw",
    "org.example.app",
    "com.microsoft.x",
    "//socialclaw",
    "socialclaw,javascript",
    "*",
    ".*",
]


@pytest.mark.parametrize("scheme", HOSTILE_SCHEMES)
def test_a_code_goes_to_no_app_but_those_that_the_operator_has_named(scheme: str) -> None:
    """Also to none whose scheme is a domain name backwards, which a connection may lead back to."""
    with pytest.raises(InvalidRequest) as refused:
        App(scheme, CHALLENGE).intent(Settings(), Intent())
    assert refused.value.code == "callback_scheme_invalid"


def test_a_named_scheme_is_taken_whatever_its_case() -> None:
    assert App("SocialClaw", CHALLENGE, "S256", "s").intent(Settings(), Intent("/x")) == Intent("/x", "socialclaw", "s", CHALLENGE)
    two = Settings(mobile_callback_schemes="socialclaw, Org.Example.App")
    assert App("org.example.app", CHALLENGE).intent(two, Intent()).scheme == "org.example.app"
    none = Settings(mobile_callback_schemes="")
    with pytest.raises(InvalidRequest):
        App("socialclaw", CHALLENGE).intent(none, Intent())


@pytest.mark.parametrize("scheme", [None, ""])
def test_without_a_scheme_it_ends_in_the_browser(scheme: str | None) -> None:
    assert App(scheme, None).intent(Settings(), Intent("/x")) == Intent("/x")


@pytest.mark.parametrize(
    ("challenge", "method", "code"),
    [
        (None, None, "code_challenge_required"),
        ("", None, "code_challenge_invalid"),
        (CHALLENGE[:-1], None, "code_challenge_invalid"),
        (CHALLENGE + "A", None, "code_challenge_invalid"),
        (CHALLENGE[:-1] + "=", None, "code_challenge_invalid"),
        (CHALLENGE[:-1] + "\n", None, "code_challenge_invalid"),
        (CHALLENGE, "plain", "code_challenge_invalid"),
        (CHALLENGE, "", "code_challenge_invalid"),
        (CHALLENGE, "s256", "code_challenge_invalid"),
    ],
)
def test_an_app_binds_its_code_to_a_verifier(challenge: str | None, method: str | None, code: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        App("socialclaw", challenge, method).intent(Settings(), Intent())
    assert refused.value.code == code


def test_an_operator_with_an_older_app_may_let_it_go_without() -> None:
    older = Settings.model_validate({"sign_in": {"require_challenge": False}})
    assert App("socialclaw").intent(older, Intent()).challenge is None
    with pytest.raises(InvalidRequest):
        App("socialclaw", "short").intent(older, Intent())


@pytest.mark.parametrize("state", ["s" * 513, "a\r\nb", "\0"])
def test_what_an_app_wants_to_see_again_is_a_line_of_text(state: str) -> None:
    with pytest.raises(InvalidRequest):
        App("socialclaw", CHALLENGE, state=state).intent(Settings(), Intent())
