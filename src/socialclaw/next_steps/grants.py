"""The next steps of letting programs in: keys that end, grants, and what their clients ask wrongly."""

from __future__ import annotations

from socialclaw.next_steps.step import SAME, NextStep, again, by_operator, by_person, nothing

CODES = {
    "api_key_expired": NextStep(
        "Use another key: it ended at `details.expiredAt`. A person with the right `keys`, or the operator, makes one"
    ),
    "authorization_pending": again("Ask again after `interval` seconds: nobody has typed the code yet"),
    "slow_down": again("Wait `details.interval` seconds between two questions"),
    "access_denied": nothing("the person has said no"),
    "expired_token": NextStep("Begin again"),
    "invalid_client_metadata": NextStep("Correct what is registered, as the message says"),
    "invalid_redirect_uri": NextStep("Register the address to which people are to be led back, and name it to the letter"),
    "invalid_target": NextStep("Name this server's own address as `resource`"),
    "unsupported_grant_type": NextStep("Use `authorization_code`, `refresh_token` or the device's"),
    "unsupported_response_type": NextStep("Use `code`"),
    "request_not_supported": NextStep("Send the parameters themselves"),
    "registration_off": by_operator(
        "The operator allows it (`SOCIALCLAW_OAUTH_REGISTRATION`), or the program has a document at an address of its own"
    ),
    "key_is_grant": by_person("Revoke it: the program has to ask again", "DELETE /v1/keys/{keyId}"),
    "key_expired": NextStep("Make another key", "POST /v1/keys"),
    "key_expiry_too_late": NextStep(
        "Name an earlier time, at latest `details.expiresAt`, or make the key with one that lives longer", SAME
    ),
}
