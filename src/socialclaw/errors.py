"""Every failure this service reports, defined once.

SocialClawError              the public shape: code, status, message, details
├── InvalidRequest  422      the caller can fix it (400 where the bytes are not even JSON)
├── Unauthenticated 401      no key, or not one of ours
├── PlanRequired    402      the plan does not allow it
├── Forbidden       403      the key may not do this
├── NotFound        404      also what another workspace's id is
├── Conflict        409      not in the state it is in now
├── PayloadTooLarge 413
├── TooManyRequests 429      try again after `retry_after` seconds
├── NotReady        503      the service cannot answer now
└── ProviderError   502      a network said no, or did not say
    ├── Rejected             read and refused: never retry
    │   └── Missing          it has nothing of that name: not any more, or, of what was made a moment ago, not yet
    ├── Unauthorized         credentials refused: refresh once, then ask to reconnect
    ├── RateLimited          try again after `retry_after` seconds
    │   └── Unpaid           the developer app's credit there is used up: nobody's account is at fault, and posts wait
    ├── Unavailable          no usable answer; `sent` says whether the request may have arrived
    └── Uncertain            that, in the irreversible step: the post may be live; only reconciling may decide
"""

from __future__ import annotations

from typing import Any


class SocialClawError(Exception):
    """A failure with a public face. `message` is for people, `code` for programs, `details` for both."""

    code = "internal_error"
    status = 500

    def __init__(self, message: str, *, code: str | None = None, status: int | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.status = status or type(self).status
        self.details = details


class Problem(SocialClawError):
    """Something the operator can put right; `message` says how."""

    code = "not_possible"


class InvalidRequest(SocialClawError):
    code, status = "invalid_request", 422


class Unauthenticated(SocialClawError):
    code, status = "auth_missing", 401


class PlanRequired(SocialClawError):
    code, status = "plan_required", 402


class Forbidden(SocialClawError):
    code, status = "forbidden", 403


class NotFound(SocialClawError):
    code, status = "not_found", 404


class Conflict(SocialClawError):
    code, status = "conflict", 409


class PayloadTooLarge(SocialClawError):
    code, status = "payload_too_large", 413


class TooManyRequests(SocialClawError):
    code, status = "rate_limited", 429

    def __init__(self, message: str, *, retry_after: float, **details: Any) -> None:
        super().__init__(message, retryAfter=retry_after, **details)
        self.retry_after = retry_after


class NotReady(SocialClawError):
    code, status = "not_ready", 503


class ProviderError(SocialClawError):
    """A network's refusal or silence. `details` may hold the network's own words under `said`."""

    code, status = "provider_error", 502


class Rejected(ProviderError):
    code = "provider_rejected"


class Missing(Rejected):
    code = "provider_not_found"


class Unauthorized(ProviderError):
    code = "provider_unauthorized"


class RateLimited(ProviderError):
    code = "provider_rate_limited"

    def __init__(self, message: str, *, retry_after: float, code: str | None = None, **details: Any) -> None:
        super().__init__(message, code=code, retryAfter=retry_after, **details)
        self.retry_after = retry_after


class Unpaid(RateLimited):
    """Nobody says when there is credit again: the network is asked again every quarter of an hour."""

    code = "provider_credit_used_up"

    def __init__(self, message: str, *, code: str | None = None, **details: Any) -> None:
        super().__init__(message, retry_after=900.0, code=code, **details)


class Unavailable(ProviderError):
    code = "provider_unavailable"

    def __init__(self, message: str, *, sent: bool, code: str | None = None, **details: Any) -> None:
        super().__init__(message, code=code, **details)
        self.sent = sent


class Uncertain(ProviderError):
    code = "provider_uncertain"
