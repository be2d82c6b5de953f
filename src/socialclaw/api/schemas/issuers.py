"""What apps and Apple send where people sign in with an issuer."""

from __future__ import annotations

from pydantic import ConfigDict

from socialclaw.api.dialect import INLINE, Body, Inline, known_as


class AppleNativeAuthRequest(Body):
    """What an app got when somebody signed in with Apple there. The token says who it is; `email` is not used."""

    identity_token: str = known_as("identityToken", "identity_token", default=...)
    nonce_sha256: str | None = known_as("nonceSha256", "nonce")
    email: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    name: str | None = None


class MobileExchangeRequest(Inline):
    """The code that came through the app's scheme, and the verifier that only the app has."""

    code: str
    code_verifier: str | None = known_as("codeVerifier", "code_verifier")


class AppleNotificationRequest(Body):
    """What Apple sends: one signed text."""

    model_config = ConfigDict(json_schema_extra={INLINE: True})

    payload: str
