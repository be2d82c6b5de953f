"""What the doctor looks at of the store: whether it lets us in, and sells what the settings say that it sells."""

from __future__ import annotations

from socialclaw.billing import plans
from socialclaw.billing.lemonsqueezy.stores import Sold, own_client
from socialclaw.doctor.check import Check
from socialclaw.errors import SocialClawError
from socialclaw.merchants.lemonsqueezy.client import LemonSqueezy, NotThere
from socialclaw.merchants.lemonsqueezy.resources import Variant
from socialclaw.outbound import Outbound
from socialclaw.settings import Settings
from socialclaw.simulation.sandbox import NoSandbox

INTERVALS = {"monthly": "month", "yearly": "year"}


async def store(settings: Settings) -> list[Check]:
    """Nothing where nothing is sold."""
    if not settings.billing.ready:
        return []
    outbound = Outbound(sandbox=NoSandbox(), connect_seconds=settings.connect_seconds, answer_seconds=settings.answer_seconds)
    try:
        return [await compared(own_client(settings, outbound.live), settings.billing.variant_ids)]
    finally:
        await outbound.close()


async def compared(client: LemonSqueezy, sold: Sold) -> Check:
    """Each variant that the settings name, as the store has it."""
    wrong, notes = [], []
    for (plan, interval), of in sold.items():
        try:
            found = await client.variant(of)
        except NotThere:
            wrong.append(f"{plan}:{interval} is variant {of}, which the store does not have")
            continue
        except SocialClawError as error:
            return Check("store", "failed", f"Lemon Squeezy: {error.message}")
        wrong += _wrong(f"{plan}:{interval}", interval, found)
        if found.price != (listed := plans.SOLD[plan].prices[interval]):
            notes.append(f"{plan}:{interval} costs {found.price / 100:.2f} there, and is listed at {listed / 100:.2f}")
    if wrong:
        return Check("store", "failed", f"{'; '.join(wrong)}. Correct SOCIALCLAW_BILLING__VARIANTS, or the store")
    told = f"Lemon Squeezy lets us in, and has the {len(sold)} variants"
    return Check("store", "note" if notes else "ok", "; ".join([told, *notes]))


def _wrong(name: str, interval: str, found: Variant) -> list[str]:
    if (found.interval, found.count) != (INTERVALS[interval], 1):
        several = f"{found.count} {found.interval}s" if found.count != 1 else found.interval
        every = f"every {several}" if found.interval else "once"
        return [f"{name} is paid for {every} there"]
    return [f"{name} is {found.status} there, and cannot be bought"] if found.status != "published" else []
