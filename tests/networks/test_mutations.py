"""The conformance suite notices the mistakes that are easily made; `python -m tests.networks.mutations` shows it for every provider."""

from __future__ import annotations

import pytest

from socialclaw.networks import providers
from tests.networks.mutations import MUTATIONS, Mutation, noticed

# A form with one call, one with albums, OAuth 2 with replies and uploads in pieces, and one whose posts must have a file.
FEW = ("discord", "telegram", "x", "pinterest")


@pytest.mark.parametrize("key", FEW)
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
async def test_a_broken_adapter_is_noticed(mutation: Mutation, key: str) -> None:
    assert await noticed(mutation.of(providers()[key]), mutation.duties) in mutation.duties


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
async def test_the_same_adapter_unbroken_is_not(mutation: Mutation) -> None:
    assert await noticed(providers()[FEW[0]], mutation.duties) is None
