"""With what number a command ends, and which failure has which: scripts decide by it."""

from __future__ import annotations

USAGE = 2
NO_ACCESS = 3  # no key, or none that is good
NO_PLAN = 4
NOT_ALLOWED = 5
FAILED = 6  # every other
DIFFERENT = 7  # what is there is not what was expected
IN_VAIN = 8  # waited for longer than asked
INTERRUPTED = 130

BY_CODE = {
    "api_key_invalid": NO_ACCESS,
    "auth_missing": NO_ACCESS,
    "plan_required": NO_PLAN,
    "subscription_inactive": NO_PLAN,
    "subscription_past_due": NO_PLAN,
    "subscription_paused": NO_PLAN,
    "subscription_canceled": NO_PLAN,
    "approval_required": NOT_ALLOWED,
    "plan_changed": DIFFERENT,
}


def of(code: str, status: int = 0) -> int:
    return BY_CODE.get(code, NOT_ALLOWED if status == 403 else FAILED)
