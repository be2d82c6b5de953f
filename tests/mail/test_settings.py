"""What may be set of the SMTP server: all that belongs together, and no password in clear over a network."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from socialclaw.mail_settings import SmtpSettings, mailbox
from socialclaw.settings import Settings

WHOLE = {"host": "smtp.acme.example", "from_address": "Acme <post@acme.example>"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"host": "smtp.acme.example"}, "SOCIALCLAW_SMTP__FROM_ADDRESS must be set too"),
        ({"from_address": "a@b.example"}, "SOCIALCLAW_SMTP__HOST must be set too"),
        ({"user": "ada"}, "SOCIALCLAW_SMTP__HOST and SOCIALCLAW_SMTP__FROM_ADDRESS must be set too"),
        (WHOLE | {"password": "p"}, "SOCIALCLAW_SMTP__USER must be set too"),
        (WHOLE | {"user": "ada", "password": "p", "tls": "none"}, "a password is not sent unencrypted to another machine"),
        (WHOLE | {"from_address": "Acme"}, "must be an address"),
        (WHOLE | {"from_address": "a@b.example\r\nBcc: x@y.example"}, "must be an address"),
    ],
)
def test_half_of_it_stops_the_start_and_says_what_is_missing(given: dict[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        SmtpSettings.model_validate(given)


@pytest.mark.parametrize(("tls", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_follows_from_how_it_is_encrypted(tls: str, port: int) -> None:
    found = SmtpSettings.model_validate(WHOLE | {"tls": tls})
    assert (found.ready, found.at, found.sender) == (True, ("smtp.acme.example", port), ("Acme", "post@acme.example"))


def test_a_password_may_go_in_clear_to_this_very_machine() -> None:
    assert SmtpSettings.model_validate(WHOLE | {"host": "127.0.0.1", "user": "ada", "password": "p", "tls": "none"}).ready


def test_the_password_may_be_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("correct horse\n")
    for name, value in {"HOST": "localhost", "FROM_ADDRESS": "a@b.example", "USER": "ada", "PASSWORD_FILE": str(file)}.items():
        monkeypatch.setenv(f"SOCIALCLAW_SMTP__{name}", value)
    assert Settings().smtp.password.get_secret_value() == "correct horse"


def test_what_is_no_address_for_support_stops_the_start() -> None:
    with pytest.raises(ValidationError, match="must be a mail address"):
        Settings(support_email="help")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (" Ada@Acme.Example ", "ada@acme.example"),
        ("zoë+x@münchen.example", "zoë+x@münchen.example"),
        ("root@localhost", "root@localhost"),
        ("a@b@c.example", None),
        ('"a b"@c.example', None),
        ("a@-c.example", None),
        ("a@c..example", None),
        ("a@c.example>", None),
        ("a@[127.0.0.1]", None),
        ("a\x00@c.example", None),
        ("", None),
    ],
)
def test_an_address_is_what_can_stand_in_an_envelope_as_it_is(text: str, found: str | None) -> None:
    assert mailbox(text) == found
