"""The part of the settings that says what is sold in our app on Apple devices: `SOCIALCLAW_APP_STORE__…`. Without it, nothing is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from socialclaw.sign_in_settings import listed

PRODUCT = re.compile(r"(?P<plan>starter|startup|plus|pro):(?P<interval>monthly|yearly)")
PRODUCT_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")


class AppStoreSettings(BaseModel):
    """Our app in the App Store: `SOCIALCLAW_APP_STORE__<NAME>`. It takes the extra `apple`."""

    model_config = ConfigDict(frozen=True)

    bundle_id: str = Field("", description="The app's bundle id; plans can be bought in it once it is set.")
    app_apple_id: str = Field(
        "", pattern=r"^\d*$", description="The app's Apple ID, a number; App Store Connect has it under App Information."
    )
    products: str = Field(
        "",
        description="Which product of the app sells what, separated by commas: `pro:monthly=org.example.pro.monthly`. Plans that are not"
        " named are not sold.",
    )
    issuer_id: str = Field("", description="The issuer id of the keys for In-App Purchase, with which subscriptions are read.")
    key_id: str = Field("", description="The id of such a key.")
    key_file: Path | None = Field(None, description="The key itself: the .p8 file that App Store Connect has given out.")
    family_sharing: bool = Field(
        False,
        description="Take what somebody shares with their family: nothing says whose workspace it is for, so any member may claim it.",
    )

    @property
    def ready(self) -> bool:
        """Whether plans are sold there."""
        return bool(self.bundle_id)

    @property
    def reads(self) -> bool:
        """Whether subscriptions can be read, and not only waited for."""
        return bool(self.key_id)

    @property
    def product_ids(self) -> dict[str, tuple[str, str]]:
        """What each product sells: a plan, and its interval."""
        return _products(self.products)

    @field_validator("products")
    @classmethod
    def _are_products(cls, text: str) -> str:
        _products(text)
        return text

    @model_validator(mode="after")
    def _whole(self) -> Self:
        sold = {"BUNDLE_ID": self.bundle_id, "APP_APPLE_ID": self.app_apple_id, "PRODUCTS": self.products}
        read = {"ISSUER_ID": self.issuer_id, "KEY_ID": self.key_id, "KEY_FILE": str(self.key_file or "")}
        groups = [(sold, any((*sold.values(), *read.values(), self.family_sharing))), (read, any(read.values()))]
        missing = [name for group, given in groups if given for name, value in group.items() if not value]
        if missing:
            names = " and ".join(f"SOCIALCLAW_APP_STORE__{name}" for name in missing)
            raise ValueError(f"{names} must be set too, for plans to be sold in the App Store")
        return self


def _products(text: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for each in listed(text):
        name, _, product_id = (part.strip() for part in each.partition("="))
        named = PRODUCT.fullmatch(name)
        if not named or not PRODUCT_ID.fullmatch(product_id):
            raise ValueError(f"{each!r} names no product: write pro:monthly=org.example.pro.monthly, with a plan, and monthly or yearly")
        if product_id in found or (named["plan"], named["interval"]) in found.values():
            raise ValueError(f"{each!r} is named twice: each product sells one plan, monthly or yearly")
        found[product_id] = (named["plan"], named["interval"])
    return found
