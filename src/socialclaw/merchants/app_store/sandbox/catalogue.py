"""What is sold in the app of the simulated App Store, and by what it knows us."""

from __future__ import annotations

from dataclasses import dataclass

BUNDLE_ID = "com.example.socialclaw"
ISSUER_ID, KEY_ID = "57246542-96fe-1a63-e053-0824d011072a", "SANDBOXIAP"
GROUP = "21000001"


@dataclass(frozen=True, slots=True)
class Product:
    """`price` in cents. Of two products, the dearer one a month is an upgrade."""

    id: str
    name: str
    months: int
    price: int

    @property
    def level(self) -> tuple[float, int]:
        return self.price / self.months, self.months

    @property
    def words(self) -> str:
        return f"{self.name}, ${self.price / 100:,.2f}"


def _product(plan: str, interval: str, price: int) -> Product:
    return Product(f"{BUNDLE_ID}.{plan}.{interval}", f"{plan.capitalize()} {interval}", 12 if interval == "yearly" else 1, price)


_SOLD = {
    ("starter", "monthly"): 1500,
    ("starter", "yearly"): 14_400,
    ("startup", "monthly"): 2900,
    ("startup", "yearly"): 27_840,
    ("plus", "monthly"): 6700,
    ("plus", "yearly"): 64_320,
    ("pro", "monthly"): 9900,
    ("pro", "yearly"): 95_040,
}
PRODUCTS = {made.id: made for (plan, interval), price in _SOLD.items() for made in [_product(plan, interval, price)]}
# By the plan and the interval that we have them for: what an operator would set as SOCIALCLAW_APP_STORE__PRODUCTS.
SOLD_AS = {(plan, interval): f"{BUNDLE_ID}.{plan}.{interval}" for plan, interval in _SOLD}
