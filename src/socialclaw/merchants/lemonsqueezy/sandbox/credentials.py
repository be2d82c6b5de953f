"""By what the simulated store knows us, and we know it: derived from a secret of the installation, so that nobody else can sign for it."""

from __future__ import annotations

STORE_ID = 1
# What for the secrets are derived (`Doorkeeper.derived`).
API_KEY, WEBHOOKS, LINKS = "lemonsqueezy api key", "lemonsqueezy webhooks", "lemonsqueezy links"


def webhook_secret(derived: str) -> str:
    """What webhooks are signed with: Lemon Squeezy takes 6 to 40 characters."""
    return derived[:40]
