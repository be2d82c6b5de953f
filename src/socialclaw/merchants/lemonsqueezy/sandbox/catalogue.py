"""What the simulated store sells: one product, with a variant for each plan and interval."""

from __future__ import annotations

from dataclasses import dataclass

PRODUCT_ID, PRODUCT = 10, "SocialClaw"


@dataclass(frozen=True, slots=True)
class Variant:
    """`price` in cents; `interval` is `month` or `year`, as the store calls it."""

    id: int
    name: str
    interval: str
    price: int

    @property
    def words(self) -> str:
        return f"{self.name}, ${self.price / 100:,.2f} a {self.interval}"


VARIANTS = {
    variant.id: variant
    for variant in (
        Variant(101, "Starter monthly", "month", 1500),
        Variant(102, "Starter yearly", "year", 14_400),
        Variant(103, "Startup monthly", "month", 2900),
        Variant(104, "Startup yearly", "year", 27_840),
        Variant(105, "Plus monthly", "month", 6700),
        Variant(106, "Plus yearly", "year", 64_320),
        Variant(107, "Pro monthly", "month", 9900),
        Variant(108, "Pro yearly", "year", 95_040),
    )
}
# By the plan and the interval that we have them for: what an operator would set as SOCIALCLAW_BILLING__VARIANTS.
SOLD_AS = {f"{variant.name.split()[0].lower()}:{variant.name.split()[1]}": variant.id for variant in VARIANTS.values()}
