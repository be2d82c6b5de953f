"""What the simulated networks remember: kept before anything is answered, shared by processes, taken back where something fails."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from socialclaw.simulation.store import Seen, Shelf, Store

COUNT_IN_ANOTHER_PROCESS = """
import sys
from socialclaw.simulation.store import Store
shelf = Store(sys.argv[1]).of("demo")
for _ in range(100):
    with shelf.store.transaction():
        document = shelf.get("counter", "one") or {"value": 0}
        document["value"] += 1
        shelf.put("counter", "one", document)
    shelf.count("raised")
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "sandbox.db")


@pytest.fixture
def shelf(store: Store) -> Shelf:
    return store.of("demo")


def post(number: int, account: str = "a", **more: object) -> Seen:
    return Seen(str(number), account, f"text {number}", float(number), **more)  # type: ignore[arg-type]


def test_documents_are_kept_replaced_and_dropped(shelf: Shelf) -> None:
    assert shelf.get("token", "t") is None
    shelf.put("token", "t", {"user": "ü", "scopes": ["a", None, 1.5]})
    assert shelf.get("token", "t") == {"user": "ü", "scopes": ["a", None, 1.5]}
    shelf.put("token", "t", 7)
    shelf.put("token", "s", 8)
    assert shelf.all("token") == {"s": 8, "t": 7}
    shelf.drop("token", "t")
    assert shelf.all("token") == {"s": 8}


def test_networks_and_kinds_do_not_see_each_other(store: Store) -> None:
    one, two = store.of("one"), store.of("two")
    one.put("token", "t", 1)
    one.add_post(post(1))
    one.arm("error", match="x")
    assert one.count("n") == 1
    assert (two.get("token", "t"), one.get("user", "t"), two.posts(), two.armed(), two.count("n")) == (None, None, [], [], 1)
    one.disarm()
    assert one.armed() == []


def test_counters_go_up(shelf: Shelf) -> None:
    assert [shelf.count("n"), shelf.count("n"), shelf.count("n", by=10), shelf.count("other")] == [1, 2, 12, 1]


def test_posts_are_seen_as_the_public_sees_them(shelf: Shelf) -> None:
    whole = Seen("9", "a", "täxt", 1.5, ({"kind": "image", "size": 3},), "8", "https://demo/9", None, {"x": [1]})
    shelf.add_post(whole)
    assert shelf.posts() == [whole]
    shelf.change_post(Seen("9", "a", "changed", 0, ({"kind": "video"},), extra={"y": 2}))
    [changed] = shelf.posts()
    assert (changed.text, changed.media, changed.extra, changed.reply_to, changed.created_at) == (
        "changed",
        ({"kind": "video"},),
        {"y": 2},
        "8",
        1.5,
    )


def test_posts_are_filtered_and_oldest_first(shelf: Shelf) -> None:
    for number in range(1, 7):
        shelf.add_post(post(number, "ab"[number % 2]))
    ids = lambda **filters: [seen.id for seen in shelf.posts(**filters)]  # noqa: E731
    assert ids() == ["1", "2", "3", "4", "5", "6"]
    assert ids(account="a") == ["2", "4", "6"]
    assert ids(account="a", limit=2) == ["4", "6"]  # the newest, and still the oldest of them first
    assert ids(post_id="3") == ["3"]
    assert ids(since=4) == ["4", "5", "6"]
    assert shelf.accounts() == ["a", "b"]


def test_a_removed_post_is_gone_for_the_public_only(shelf: Shelf) -> None:
    shelf.add_post(post(1))
    assert not shelf.remove_post("1", 5.0, account="somebody else")
    assert shelf.remove_post("1", 5.0)
    assert not shelf.remove_post("1", 6.0)
    assert shelf.posts() == []
    assert [seen.deleted_at for seen in shelf.posts(gone=True)] == [5.0]


def test_the_same_post_cannot_appear_twice(shelf: Shelf) -> None:
    shelf.add_post(post(1))
    with pytest.raises(sqlite3.IntegrityError):
        shelf.add_post(post(1))
    shelf.add_post(post(1, "another account"))


def test_what_fails_is_undone(store: Store, shelf: Shelf) -> None:
    def fail() -> None:
        with store.transaction():
            shelf.put("token", "t", 1)
            shelf.add_post(post(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (shelf.get("token", "t"), shelf.posts()) == (None, [])
    with store.transaction():
        shelf.put("token", "t", 2)
    assert shelf.get("token", "t") == 2


def test_a_part_that_fails_is_undone_alone_and_the_whole_takes_its_parts_with_it(store: Store, shelf: Shelf) -> None:
    def part(key: str, *, fails: bool) -> None:
        with store.transaction():
            shelf.put("part", key, 1)
            if fails:
                raise ZeroDivisionError

    with store.transaction():
        shelf.put("part", "before", 1)
        part("fine", fails=False)
        with pytest.raises(ZeroDivisionError):
            part("failed", fails=True)
        shelf.put("part", "after", 1)
    assert sorted(shelf.all("part")) == ["after", "before", "fine"]

    def whole() -> None:
        with store.transaction():
            part("inner", fails=False)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        whole()
    assert shelf.get("part", "inner") is None


def test_what_was_kept_survives_a_restart(tmp_path: Path) -> None:
    first = Store(tmp_path / "s.db")
    first.of("demo").put("token", "t", 1)
    first.of("demo").add_post(post(1))
    first.of("demo").arm("error", match="^POST", times=2, seconds=1.5)
    first.of("demo").count("n")
    first.close()
    again = Store(tmp_path / "s.db").of("demo")
    assert again.get("token", "t") == 1
    assert again.posts() == [post(1)]
    assert [fault[1:] for fault in again.armed()] == [("error", "^POST", 1.5)]
    assert again.count("n") == 2


def test_what_was_kept_is_there_for_another_store_on_the_file_at_once(tmp_path: Path) -> None:
    one, two = Store(tmp_path / "s.db"), Store(tmp_path / "s.db")
    one.of("demo").add_post(post(1))
    assert two.of("demo").posts() == [post(1)]


def test_another_thread_sees_nothing_of_a_transaction_before_it_is_over(store: Store, shelf: Shelf) -> None:
    found: list[object] = []
    looking = threading.Thread(target=lambda: found.append(shelf.get("token", "t")))
    with store.transaction():
        shelf.put("token", "t", 1)
        looking.start()
        shelf.put("token", "t", 2)
    looking.join(10)
    assert found == [2]


def test_processes_that_open_a_new_store_together_lose_no_count(tmp_path: Path) -> None:
    command = [sys.executable, "-c", COUNT_IN_ANOTHER_PROCESS, str(tmp_path / "s.db")]
    processes = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    shelf = Store(tmp_path / "s.db").of("demo")
    assert shelf.get("counter", "one") == {"value": 300}
    assert shelf.count("raised") == 301


def test_a_fault_is_spent(shelf: Shelf) -> None:
    shelf.arm("error", match="x", times=2)
    [(number, *_)] = shelf.armed()
    shelf.spend(number)
    assert len(shelf.armed()) == 1
    shelf.spend(number)
    assert shelf.armed() == []
