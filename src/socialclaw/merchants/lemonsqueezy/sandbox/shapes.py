"""What the simulated store's API takes: every name known, each value of its kind. What is wrong is named by a JSON pointer."""

from __future__ import annotations

import json
import re
from typing import Any

from socialclaw.simulation.json_shapes import Judge, Shape, flag, judge, one_of

MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")
DIGITS = re.compile(r"[0-9]{1,12}")
TITLES = ("is unknown", "is required", "must be an object")


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 2000 and value.isprintable()


def _none(value: Any) -> bool:
    return value is None


def _or_none(inner: Judge) -> Judge:
    return lambda value: value is None or inner(value)


def _url(value: Any) -> bool:
    return _text(value) and (value == "" or value.startswith(("https://", "http://")))


def _numbers(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, int) and not isinstance(one, bool) for one in value)


def _mail(value: Any) -> bool:
    return _text(value) and (value == "" or MAIL.fullmatch(value) is not None)


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _custom(value: Any) -> bool:
    """Whatever comes back is text: what was not would come back changed."""
    return isinstance(value, dict) and all(_text(one) for pair in value.items() for one in pair)


def _pause(value: Any) -> bool:
    return value is None or (
        isinstance(value, dict)
        and set(value) <= {"mode", "resumes_at"}
        and value.get("mode") in ("void", "free")
        and (value.get("resumes_at") is None or _text(value["resumes_at"]))
    )


def _related(kind: str) -> Shape:
    """Ids are text here; a number is refused."""
    return {"data!": {"type!": one_of(kind), "id!": lambda value: isinstance(value, str) and DIGITS.fullmatch(value) is not None}}


CHECKOUT: Shape = {
    "data!": {
        "type!": one_of("checkouts"),
        "attributes": {
            "custom_price": _none,
            "product_options": {
                "name": _text,
                "description": _text,
                "media": lambda value: isinstance(value, list),
                "redirect_url": _url,
                "receipt_button_text": _text,
                "receipt_link_url": _url,
                "receipt_thank_you_note": _text,
                "enabled_variants": _numbers,
                "confirmation_title": _text,
                "confirmation_message": _text,
                "confirmation_button_text": _text,
            },
            "checkout_options": {
                **{name: flag for name in ("embed", "media", "logo", "desc", "discount", "skip_trial", "subscription_preview", "dark")},
                "quantity": _number,
                "locale": _text,
            },
            "checkout_data": {"email": _mail, "name": _text, "discount_code": _text, "tax_number": _text, "custom": _custom},
            "expires_at": _or_none(_text),
            "preview": flag,
            "test_mode": flag,
        },
        "relationships!": {"store!": _related("stores"), "variant!": _related("variants")},
    }
}
SUBSCRIPTION: Shape = {
    "data!": {
        "type!": one_of("subscriptions"),
        "id!": lambda value: isinstance(value, str) and DIGITS.fullmatch(value) is not None,
        "attributes": {
            "variant_id": _number,
            "pause": _pause,
            "cancelled": flag,
            "invoice_immediately": flag,
            "disable_prorations": flag,
        },
    }
}


def read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def problems(found: Any, shape: Shape) -> list[tuple[str, str]]:
    """What is wrong, and where."""
    return [_told(problem) for problem in judge(found, shape)]


def _told(problem: str) -> tuple[str, str]:
    """The words of Laravel's validator, which is what Lemon Squeezy's are."""
    path = next(word for word in problem.split() if word.startswith("body"))
    pointer = "/" + "/".join(path.split(".")[1:])
    name = pointer.rpartition("/")[2].replace("_", " ")
    ending = next((title for title in TITLES if problem.endswith(title)), "is invalid")
    words = {"is unknown": "is not allowed.", "is required": "field is required.", "must be an object": "field must be an object."}
    return f"The {name} {words.get(ending, 'field is invalid.')}", pointer
