"""Webhooks are told from forgeries; the first vector is the one that Standard Webhooks' own documentation shows."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from socialclaw.sdk import WebhookRefused, verify_webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY, SENT_AT = b'{"test": 2432232314}', 1614265330
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
HEADERS = {"Webhook-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": f"{SENT_AT}", "webhook-signature": SIGNATURE}


def test_the_standards_own_example_is_good() -> None:
    assert verify_webhook(BODY, HEADERS, SECRET, now=SENT_AT + 299) == {"test": 2432232314}


def test_one_good_signature_of_several_is_enough() -> None:
    """While a secret is being rotated, a webhook has two."""
    several = HEADERS | {"webhook-signature": f"v1a,AAAA v1,AAAA not-one v1,=== {SIGNATURE}"}
    assert verify_webhook(BODY.decode(), several, SECRET, now=SENT_AT)["test"]


@pytest.mark.parametrize(
    ("body", "more"),
    [
        (BODY + b" ", {}),
        (BODY, {"Webhook-Id": "msg_other"}),
        (BODY, {"webhook-timestamp": f"{SENT_AT + 1}"}),
        (BODY, {"webhook-signature": SIGNATURE.replace("v1,", "v2,")}),
        (BODY, {"webhook-signature": "v1,"}),
        (BODY, {"webhook-signature": ""}),
        (BODY, {"webhook-timestamp": "yesterday"}),
    ],
)
def test_what_was_changed_is_refused(body: bytes, more: dict[str, str]) -> None:
    with pytest.raises(WebhookRefused):
        verify_webhook(body, HEADERS | more, SECRET, now=SENT_AT)


@pytest.mark.parametrize("late", [-301, 301])
def test_an_old_one_is_refused(late: int) -> None:
    with pytest.raises(WebhookRefused, match="clock"):
        verify_webhook(BODY, HEADERS, SECRET, now=SENT_AT + late)


def test_a_signed_body_that_is_no_object_is_refused() -> None:
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, f"a.{SENT_AT}.[]".encode(), hashlib.sha256).digest()).decode()
    with pytest.raises(WebhookRefused, match="no JSON object"):
        verify_webhook(
            b"[]", {"webhook-id": "a", "webhook-timestamp": f"{SENT_AT}", "webhook-signature": f"v1,{signature}"}, SECRET, now=SENT_AT
        )


def test_a_secret_that_is_none_is_the_programs_fault_and_said_so() -> None:
    with pytest.raises(ValueError, match="whsec_"):
        verify_webhook(BODY, HEADERS, "not base64!", now=SENT_AT)
