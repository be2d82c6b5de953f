"""docs/howto/rehearse.md, pasted line by line into a server that is really running: what the page promises is what happens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.cli.processes import started
from tests.docs.test_examples import Server, commands

pytestmark = pytest.mark.xdist_group("up")
PAGE = "docs/howto/rehearse.md"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Every command of the page with its answer, in order, on a server of its own."""
    with started("up", "--port", "0", "--no-tour", "--data-dir", tmp_path_factory.mktemp("rehearse") / "data") as up:
        base = up.until(r"Base URL +(http://127\.0\.0\.1:\d+)$")[1]
        key = up.until(r"(sc_test_[\w-]{32})$")[1]
        up.until("^Running")
        server = Server(base, key, {"TODAY": f"{datetime.now(UTC):%Y-%m-%d}"})
        found = []
        for command in commands(PAGE):
            response = server.paste(command)
            answer = response.json()
            assert response.is_success, f"{command}\n{answer}"
            if "POST" not in server.known:
                server.learn(answer)
            found.append((command, answer))
        yield found
        assert up.stop() == 0


def of(answers: list[tuple[str, dict[str, Any]]], path: str) -> dict[str, Any]:
    return next(answer for command, answer in answers if path in command)


def test_the_rehearsal_goes_as_the_page_says(answers: list[tuple[str, dict[str, Any]]]) -> None:
    assert of(answers, "/clock/freeze")["clock"]["state"] == "frozen"
    [fault] = of(answers, "/v1/sandbox/faults")["faults"]
    assert (fault["kind"], fault["times"]) == ("timeout_after", 1)
    rehearsed = of(answers, "/clock/advance")["rehearsed"]
    assert rehearsed["complete"] is True
    assert rehearsed["outcomes"] == {"published": 3, "provider_uncertain": 1}
    assert of(answers, "/clock/resume")["clock"]["state"] == "running"


def test_the_lost_post_was_found_and_is_there_once(answers: list[tuple[str, dict[str, Any]]]) -> None:
    feed = of(answers, "/networks/x/posts")["posts"]
    texts = ["What have you missed?", "They are open!", "The doors open in four hours."]
    assert [post["text"] for post in feed] == texts
    assert {attempt["code"] for attempt in of(answers, "/attempts")["attempts"]} == {"provider_uncertain", "published"}
    assert len({snapshot["collectedAt"] for snapshot in of(answers, "/analytics/posts/")["history"]}) == 4
