"""A desk, and whoever follows what happens there."""

from __future__ import annotations

from tests.publishing.conftest import desk

__all__ = ["desk"]
