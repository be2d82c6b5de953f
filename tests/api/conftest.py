"""What tests of the API share with those of publishing: somebody at work over the API, and somebody who is signed in."""

from __future__ import annotations

from tests.publishing.conftest import desk, page

__all__ = ["desk", "page"]
