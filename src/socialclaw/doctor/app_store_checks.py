"""What the doctor looks at of the App Store: whether Apple's library is there, whether the key can be used, what is to be entered there."""

from __future__ import annotations

from socialclaw.billing.app_store.trust import key
from socialclaw.doctor.check import Check
from socialclaw.merchants.app_store.signed_data import available
from socialclaw.settings import Settings

NOTIFICATIONS = "/v1/billing/app-store/notifications"


def app_store(settings: Settings) -> list[Check]:
    """Nothing where no app is set up."""
    given = settings.app_store
    if not given.ready:
        return []
    if not available():
        return [Check("App Store", "failed", "Apple's library is not installed, so nothing is sold: `pip install 'socialclaw[apple]'`")]
    url = f"Server notifications (version 2) go to {settings.base_url}{NOTIFICATIONS}"
    if not given.reads:
        return [Check("App Store", "note", f"Subscriptions are not read, only waited for: SOCIALCLAW_APP_STORE__KEY_ID is not set. {url}")]
    try:
        key(given)
    except (OSError, ValueError) as error:
        return [Check("App Store", "failed", f"SOCIALCLAW_APP_STORE__KEY_FILE cannot be used: {error}")]
    return [Check("App Store", "ok", f"{len(given.product_ids)} products of {given.bundle_id}. {url}")]
