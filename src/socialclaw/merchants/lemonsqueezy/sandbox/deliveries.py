"""The webhooks of the simulated store: written down with what they tell of, and sent by a thread of their own until they are taken.

As with the real one, only a 200 is taking; then it is tried after 5, 25 and 125 seconds, and no more. What goes wrong on the way is armed
as a fault (`FAULTS`), which meets the next events whose line matches: "WEBHOOK subscription_updated".
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import random
import secrets
import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from socialclaw.merchants.lemonsqueezy.sandbox.credentials import WEBHOOKS, webhook_secret
from socialclaw.simulation import faults
from socialclaw.simulation.notices import UP, Telling
from socialclaw.simulation.worlds import Caller, caller, within

log = logging.getLogger(__name__)

ENDPOINT = "/v1/billing/webhook"
PAUSES = (5, 25, 125)  # seconds before the second, third and last try
LEASE = 60.0  # how long others leave alone what one of them is sending
LATE, AFTER_THE_NEXT = 600.0, 2.0
LINE = "WEBHOOK"
FAULTS = {
    "drop": "the webhook is never sent",
    "double": "the webhook is sent twice",
    "late": "the webhook is sent `seconds` later (600 where nothing is said)",
    "reorder": "the webhook is sent after those that follow it",
    "bad_signature": "the webhook is signed with another secret",
    "same_second": "the change has the same `updated_at` as the one before it",
}


class Deliveries(Telling):
    """What the store tells, and that it gets there. `by_itself`: a thread sends what waits; else whoever calls `deliver`."""

    own_faults = FAULTS
    by_itself = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._guard = threading.Lock()
        self._more = threading.Event()
        self._pump: threading.Thread | None = None

    def fail(self, kind: str, match: str = "", *, times: int = 1, seconds: float = 0, workspace: str = "") -> None:
        """Those of webhooks meet the next ones, whichever they are, where nothing is said."""
        super().fail(kind, match or (LINE if kind in FAULTS else ""), times=times, seconds=seconds, workspace=workspace)

    def meets(self, event: str, *kinds: str) -> tuple[str, float]:
        """The fault of one of these kinds that is armed for this event, which is spent by that; and its seconds."""
        for number, kind, match, seconds in self.shelf.armed(caller().workspace or ""):
            if kind in kinds and faults.meets(match, f"{LINE} {event}"):
                self.shelf.spend(number)
                return kind, seconds
        return "", 0.0

    def tell(self, events: Sequence[tuple[str, Mapping[str, Any]]], custom: Mapping[str, str] | None) -> None:
        """Have webhooks sent: names of events, and the resources that they are about. Those of one moment arrive in any order."""
        for event, about in random.sample(list(events), len(events)):
            kind, seconds = self.meets(event, *(set(FAULTS) - {"same_second"}))
            if kind == "drop":
                continue
            more = {"custom_data": custom} if custom else {}
            meta = {"test_mode": True, "event_name": event, "webhook_id": "9d2c1c6e-0000-4000-8000-000000000001", **more}
            body = json.dumps({"meta": meta, "data": about})
            after = {"late": seconds or LATE, "reorder": AFTER_THE_NEXT}.get(kind, 0.0)
            told = {"event": event, "body": body, "world": caller().workspace, "forged": kind == "bad_signature"}
            for _ in range(2 if kind == "double" else 1):
                self.shelf.put("deliveries", f"{self.shelf.count('deliveries'):012d}", {**told, "due": self._time() + after, "tries": 0})
        self._wake()

    def deliver(self, now: float | None = None) -> int:
        """Send what is due; how much of it was not taken."""
        return sum(not self._sent(key, kept) for key, kept in self._take(self._time() if now is None else now))

    def _take(self, now: float) -> list[tuple[str, dict[str, Any]]]:
        """What is due, for a while nobody else's. In the order in which it was told, but for what is late."""
        with self.store.transaction():
            waiting = [(key, kept) for key, kept in self.shelf.all("deliveries").items() if kept["due"] <= now]
            for key, kept in waiting:
                self.shelf.put("deliveries", key, {**kept, "due": now + LEASE})
        return sorted(waiting, key=lambda item: (item[1]["due"], item[0]))

    def _sent(self, key: str, kept: dict[str, Any]) -> bool:
        body = kept["body"].encode()
        headers = {"content-type": "application/json", "x-event-name": kept["event"], **self.signed(body, forged=kept["forged"])}
        try:
            taken = self.server.send(f"{self.app_url}{ENDPOINT}", body, headers).status_code == 200
        except httpx2.HTTPError:
            taken = False
        with self.store.transaction(), within(Caller(kept["world"])):
            if taken:
                self.shelf.drop("deliveries", key)
            elif kept["tries"] < len(PAUSES):
                due = max(self._time(), kept["due"]) + PAUSES[kept["tries"]]
                self.shelf.put("deliveries", key, {**kept, "due": due, "tries": kept["tries"] + 1})
            else:
                self.shelf.drop("deliveries", key)
                self.shelf.put("lost", key, {"event": kept["event"], "body": kept["body"]})
        return taken

    def signed(self, body: bytes, *, forged: bool = False) -> dict[str, str]:
        """The header by which a webhook is known to be the store's; `forged`: made with another secret."""
        signing = secrets.token_hex(20) if forged else webhook_secret(self.server.secret(WEBHOOKS))
        return {"x-signature": hmac.new(signing.encode(), body, hashlib.sha256).hexdigest()}

    # The thread.

    def take_up(self) -> None:
        super().take_up()
        if self.shelf.all("deliveries"):
            self._wake(UP)

    def _wake(self, pause: float = 0.0) -> None:
        """See that somebody sends what waits. That begins once what is told has taken effect: everything here has one lock."""
        if not self.by_itself:
            return
        with self._guard:
            self._more.set()
            if self._pump is None:
                self._pump = threading.Thread(target=self._run, args=(pause,), name="lemonsqueezy webhooks", daemon=True)
                self._pump.start()

    def _run(self, pause: float) -> None:
        time.sleep(pause)
        try:
            while (wait := self._pause()) is not None:
                if wait > 0:
                    self._more.wait(wait)
                else:
                    self.deliver()
        except sqlite3.ProgrammingError:  # the store was closed: the process ends
            log.debug("webhooks are not sent any more")

    def _pause(self) -> float | None:
        """Seconds until something is due; None where nothing waits, and then this thread is no more.

        The guard is not held while the store is asked: who tells has the store, and wants the guard.
        """
        self._more.clear()
        if due := [kept["due"] for kept in self.shelf.all("deliveries").values()]:
            return float(min(due)) - self._time()
        with self._guard:
            if self._more.is_set():
                return 0.0
            self._pump = None
        return None
