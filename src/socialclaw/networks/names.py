"""The provider names of the API contract, in its order: those whose network is built, and those whose network is to come."""

from __future__ import annotations

PROVIDER_KEYS = (
    "x",
    "meta",
    "facebook",
    "instagram_business",
    "instagram",
    "snapchat",
    "tiktok",
    "linkedin",
    "linkedin_page",
    "pinterest",
    "youtube",
    "reddit",
    "discord",
    "telegram",
    "wordpress",
)
