"""A desk, for work that the queue and the scan are to find."""

from tests.publishing.conftest import desk

__all__ = ["desk"]
