"""What a post may contain, judged before anything is sent: each code, and what describes the provider."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from socialclaw.networks import canonical, provider_of_handle
from socialclaw.providers.base import Checks, Confirms, Deletes, Discovers, Measures, MeasuresAccount
from socialclaw.providers.connect import OAuth2
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.judging import check
from socialclaw.providers.options import settle
from tests.networks.wordpress.conftest import PROVIDER

[SITE, USER] = PROVIDER.targets
IMAGE = Media("a", "image", "image/png", 10, "https://e.org/a.png")
VIDEO = Media("v", "video", "video/mp4", 10, "https://e.org/a.mp4")
OTHER = Media("o", "other", url="https://e.org/a.pdf")


def judged(draft: Draft) -> list[str]:
    return [issue.code for issue in check(replace(draft, description=draft.text), PROVIDER.rules, prefix="wordpress")]


@pytest.mark.parametrize(
    ("draft", "codes"),
    [
        (Draft("text"), []),
        (Draft(media=(IMAGE,)), []),
        (Draft(media=(IMAGE, VIDEO) * 10), []),
        (Draft("text", media=(VIDEO,) * 20), []),
        (Draft("text", interaction="reply"), ["wordpress_interaction_unsupported"]),
        (Draft("text", media=(IMAGE,) * 21), ["wordpress_media_limit_exceeded"]),
        (Draft("text", media=(OTHER,)), ["wordpress_media_unsupported"]),
        (Draft(), ["wordpress_text_or_media_required"]),
        (Draft("x" * 200_000), []),
        (Draft("x" * 200_001), ["wordpress_text_too_long"]),
    ],
)
def test_codes(draft: Draft, codes: list[str]) -> None:
    assert judged(draft) == codes


def test_the_first_problem_is_the_interaction_then_the_number_then_the_kind() -> None:
    draft = Draft("text", media=(OTHER,) * 21, interaction="reply")
    assert list(dict.fromkeys(judged(draft))) == [
        "wordpress_interaction_unsupported",
        "wordpress_media_limit_exceeded",
        "wordpress_media_unsupported",
    ]


def test_a_title_and_a_text_are_measured_apart() -> None:
    draft = Draft("t" * 10 + "\n\n" + "x" * 200_000, name="t" * 10, description="x" * 200_000)
    assert list(check(draft, PROVIDER.rules, prefix="wordpress")) == []


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({}, []),
        ({"postStatus": "PRIVATE"}, []),
        ({"postStatus": "future"}, ["wordpress_post_status_invalid"]),
        ({"postType": "page"}, []),
        ({"postType": "product"}, ["wordpress_post_type_invalid"]),
        ({"slug": None}, []),
        ({"slug": "soup"}, []),
        ({"tags": "soup"}, ["wordpress_settings_unsupported"]),
    ],
)
def test_settings(given: dict[str, Any], codes: list[str]) -> None:
    effective, wrong = settle(given, SITE.settings, prefix="wordpress")
    assert [issue.code for issue in wrong] == codes
    if not codes:
        assert set(effective) == {"postStatus", "postType", "slug"}
        assert effective["postStatus"] == str(given.get("postStatus", "publish")).lower()


def test_handles_say_what_an_account_is() -> None:
    assert PROVIDER.target_of("wordpress:site:82974409") is SITE
    assert PROVIDER.target_of("wordpress:user:5") is USER
    assert PROVIDER.target_of("wordpress:ann") is USER
    assert provider_of_handle("wp:site:5") == canonical("WP") == "wordpress"
    assert (SITE.publishes, USER.publishes) == (True, False)
    assert (SITE.publish_shape, SITE.media_delivery) == ("article_or_page", "socialclaw_uploads_media_to_wordpress")
    assert SITE.sync == USER.sync == "Sync sites"


def test_what_it_can() -> None:
    assert all(PROVIDER.can(ability) for ability in (Checks, Confirms, Deletes, Discovers, Measures))
    assert not PROVIDER.can(MeasuresAccount)
    assert [action.id for action in PROVIDER.actions] == ["list-sites"]


def test_it_is_connected_for_all_sites_at_once() -> None:
    spec = PROVIDER.connect
    assert isinstance(spec, OAuth2)
    assert (spec.scopes, spec.client_auth, spec.pkce, spec.revoke_url) == (("global",), "body", False, None)
