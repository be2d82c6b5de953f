"""Names that users choose stay names: they lead nowhere."""

from __future__ import annotations

import pytest

from socialclaw.errors import InvalidRequest
from socialclaw.media import naming

BASE = "https://post.example.org"


@pytest.mark.parametrize(
    ("given", "shown", "in_url"),
    [
        ("launch.png", "launch.png", "launch.png"),
        ("My holiday (1).JPG", "My holiday (1).JPG", "My-holiday-1.png"),
        ("../../etc/passwd", "passwd", "passwd.png"),
        ("..\\..\\windows\\win.ini", "win.ini", "win.png"),
        ("/absolute/a.png", "a.png", "a.png"),
        ("...", "", "file.png"),
        (".htaccess", "htaccess", "htaccess.png"),
        ("a\0b\r\nSet-Cookie: x.png", "abSet-Cookie: x.png", "abSet-Cookie-x.png"),
        ("отпуск.png", "отпуск.png", "file.png"),
        ("café.png", "café.png", "cafe.png"),
        ('"quoted";.png', '"quoted";.png', "quoted.png"),
        ("\u202egnp.exe", "gnp.exe", "gnp.png"),
        ("noextension", "noextension", "noextension.png"),
        ("%2e%2e%2fa.png", "%2e%2e%2fa.png", "2e-2e-2fa.png"),
    ],
)
def test_a_name_is_shown_as_written_and_put_into_urls_as_letters(given: str, shown: str, in_url: str) -> None:
    assert naming.display_name(given) == shown
    assert naming.safe_name(given, "image/png") == in_url


def test_a_very_long_name_keeps_its_extension() -> None:
    name = naming.display_name("x" * 5000 + ".mp4")
    assert len(name) == naming.LONGEST_NAME
    assert name.endswith(".mp4")


@pytest.mark.parametrize(
    "key",
    [
        "tenant_2/assets/a.png",
        "tenant_1",
        "tenant_1/",
        "tenant_1/../tenant_2/a.png",
        "tenant_1/./a.png",
        "/tenant_1/a.png",
        "tenant_1//a.png",
        "tenant_1/.work/a.png",
        "tenant_1\\a.png",
        "tenant_1/a\0.png",
        "tenant_1/a\n.png",
        "tenant_10/a.png",
        "../tenant_1/a.png",
        f"tenant_1/{'a' * 500}",
    ],
)
def test_an_object_key_outside_the_workspace_is_refused(key: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        naming.check_key(key, "tenant_1")
    assert refused.value.code == "object_key_invalid"


def test_an_object_key_of_the_workspace_is_taken() -> None:
    assert naming.check_key("tenant_1/assets/manual/launch 1.png", "tenant_1") == "tenant_1/assets/manual/launch 1.png"


def test_only_our_own_media_urls_name_an_asset() -> None:
    url = naming.public_url(BASE, "asset_1", "token", "a.png")
    assert naming.reference(url, BASE) == ("asset_1", "token")
    assert naming.reference(f"{url}?format=jpeg", BASE) == ("asset_1", "token")
    assert naming.reference("https://post.example.org.evil.test/media/asset_1/token/a.png", BASE) is None
    assert naming.reference(f"{BASE}/media/asset_1/a.png", BASE) is None
    assert naming.reference("https://elsewhere.test/media/asset_1/token/a.png", BASE) is None
