"""The part of the settings that says what is sold, and where: `SOCIALCLAW_BILLING__…`. With nothing of it set, nothing is."""

from __future__ import annotations

import re
from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from socialclaw.sign_in_settings import listed

SoldPlan = Literal["starter", "startup", "plus", "pro"]
SHORTEST_SECRET = 16  # characters: whoever guesses it gives themselves a plan
VARIANT = re.compile(r"(?P<plan>[a-z]+):(?P<interval>monthly|yearly)")


class BillingSettings(BaseModel):
    """Our store at Lemon Squeezy, and what a workspace may do without paying: `SOCIALCLAW_BILLING__<NAME>`."""

    model_config = ConfigDict(frozen=True)

    api_key: SecretStr = Field(SecretStr(""), description="An API key of the store; workspaces need a plan once the store is set.")
    store_id: str = Field("", pattern=r"^\d*$", description="The store's id, a number.")
    webhook_secrets: SecretStr = Field(
        SecretStr(""), description="What the store signs its webhooks with; while it is changed, the new one and the old one, with a comma."
    )
    variants: str = Field(
        "",
        description="Which variant of the store sells what, separated by commas: `pro:monthly=123456, pro:yearly=123457`. Plans that are"
        " not named are not sold.",
    )
    trial_plan: SoldPlan = Field("starter", description="The plan that a new workspace may try.")
    trial_days: int = Field(7, ge=0, le=365, description="For how many days; with 0 there is no trial.")
    test_mode: bool = Field(
        False, description="Rehearse with the store's own test mode: only what is bought there counts, and nobody pays anything."
    )
    simulated: bool = Field(
        False, description="Let test workspaces buy plans at simulated stores, also where no store is set. Until then they have no limits."
    )

    @property
    def ready(self) -> bool:
        """Whether plans are sold."""
        return bool(self.store_id)

    @property
    def secrets(self) -> list[str]:
        return listed(self.webhook_secrets.get_secret_value())

    @property
    def variant_ids(self) -> dict[tuple[str, str], int]:
        """By plan and interval."""
        return _variants(self.variants)

    @field_validator("webhook_secrets")
    @classmethod
    def _cannot_be_guessed(cls, given: SecretStr) -> SecretStr:
        if any(len(secret) < SHORTEST_SECRET for secret in listed(given.get_secret_value())):
            raise ValueError(f"a secret of the store's webhooks has {SHORTEST_SECRET} characters or more")
        return given

    @field_validator("variants")
    @classmethod
    def _are_variants(cls, text: str) -> str:
        found = _variants(text)
        if len(set(found.values())) < len(found):
            raise ValueError("a variant is named twice: each sells one plan, monthly or yearly")
        return text

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needed = {
            "API_KEY": self.api_key.get_secret_value(),
            "STORE_ID": self.store_id,
            "WEBHOOK_SECRETS": self.webhook_secrets.get_secret_value(),
            "VARIANTS": self.variants,
        }
        given = any(needed.values()) or self.test_mode
        if given and (missing := [f"SOCIALCLAW_BILLING__{name}" for name, value in needed.items() if not value]):
            raise ValueError(f"{' and '.join(missing)} must be set too, for plans to be sold")
        return self


def _variants(text: str) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for each in listed(text):
        name, _, number = (part.strip() for part in each.partition("="))
        named = VARIANT.fullmatch(name)
        if not named or named["plan"] not in get_args(SoldPlan) or not number.isdecimal():
            plans = ", ".join(get_args(SoldPlan))
            raise ValueError(f"{each!r} names no variant: write pro:monthly=123456, with one of the plans {plans}, and monthly or yearly")
        if (named["plan"], named["interval"]) in found:
            raise ValueError(f"{name} is named twice")
        found[named["plan"], named["interval"]] = int(number)
    return found
