"""What a simulated network has received of a file in pieces."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from socialclaw.simulation.spool import Spool
from socialclaw.simulation.store import Store

FIRST, SECOND = b"a" * 3_000_000, b"b" * 1_000


def test_pieces_add_up_to_the_file_and_can_be_sent_again() -> None:
    spool = Spool(Store(":memory:"), "demo")
    spool.write("one", 0, FIRST)
    spool.write("one", len(FIRST), b"wrong, and longer" * 100)
    spool.write("one", len(FIRST), SECOND)
    assert spool.sha256("one", len(FIRST) + len(SECOND)) == hashlib.sha256(FIRST + SECOND).hexdigest()
    assert spool.sha256("one", len(FIRST)) == hashlib.sha256(FIRST).hexdigest()


def test_another_process_goes_on_where_one_stopped(tmp_path: Path) -> None:
    store = Store(tmp_path / "sandbox.db")
    Spool(store, "demo").write("one", 0, FIRST)
    other = Spool(store, "demo")
    other.write("one", len(FIRST), SECOND)
    assert other.sha256("one", len(FIRST) + len(SECOND)) == hashlib.sha256(FIRST + SECOND).hexdigest()


def test_what_is_dropped_is_gone_and_files_are_kept_apart() -> None:
    spool = Spool(Store(":memory:"), "demo")
    spool.write("one", 0, FIRST)
    spool.write("two", 0, SECOND)
    spool.drop("one")
    spool.drop("one")
    assert [path.name for path in spool.path("two").parent.iterdir()] == ["two"]
    spool.write("one", 0, SECOND)
    assert spool.sha256("one", len(SECOND)) == spool.sha256("two", len(SECOND))


@pytest.mark.parametrize("key", ["", "../one", "a/b", "."])
def test_a_key_leads_nowhere_else(key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        Spool(Store(":memory:"), "demo").write(key, 0, b"x")
