"""The form by which somebody lets a program in: who it is, where, what it may do, for how long. HTML without a script."""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import Request

from socialclaw.grants.consent import LIVES, Choice
from socialclaw.people.sessions import Seat
from socialclaw.workspaces.operations import OPERATIONS, ordered

ALLOW, DENY = "allow", "deny"
KEY = "An API key of the workspace that it may use, with the operation keys"


@dataclass(frozen=True, slots=True)
class ConsentForm:
    """`seats`: the workspaces to choose from; without any, a key is asked for. `live`: it is to be said that a live one is meant."""

    path: str
    offered: Collection[str]
    choice: Choice
    seats: Sequence[Seat] = ()
    live: bool = False
    wrong: str = ""
    holds: Mapping[str, str] = field(default_factory=dict)

    @property
    def html(self) -> str:
        parts = [
            f'<p class="wrong" role="alert">{html.escape(self.wrong)}</p>' if self.wrong else "",
            _select("Workspace", "workspace", self._spaces()) if self.seats else "",
            self._ticks(),
            _select("For how long", "life", [(one, said, one == self.choice.life) for one, said in LIVES.items()]),
            _tick("live", "1", "Yes, in this live workspace", on=False) if self.live else "",
            "" if self.seats else _secret("key", KEY),
            *(f'<input type="hidden" name="{html.escape(k)}" value="{html.escape(v)}">' for k, v in self.holds.items()),
            f'<button name="decision" value="{ALLOW}">Allow</button>',
            f'<button class="no" name="decision" value="{DENY}" formnovalidate>Do not allow</button>',
        ]
        return f'<form method="post" action="{html.escape(self.path)}" autocomplete="off">{"".join(parts)}</form>'

    def _spaces(self) -> list[tuple[str, str, bool]]:
        chosen = self.choice.workspace or self.seats[0].workspace_id
        return [
            (seat.workspace_id, f"{seat.name} ({'test' if seat.test else 'live'}; you are {seat.role})", seat.workspace_id == chosen)
            for seat in self.seats
        ]

    def _ticks(self) -> str:
        ticks = "".join(_tick("operation", word, OPERATIONS[word], on=word in self.choice.operations) for word in ordered(self.offered))
        return f"<fieldset><legend>It may</legend>{ticks}</fieldset>"


async def chosen(request: Request) -> tuple[str, Choice, dict[str, str]]:
    """What such a form has sent: the decision, the choice, and whatever else there was."""
    form = await request.form()
    text = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    words = tuple(value for value in form.getlist("operation") if isinstance(value, str))
    choice = Choice(words, text.get("workspace") or None, text.get("life", ""), live=text.get("live") == "1")
    return text.get("decision", ""), choice, text


def _select(said: str, name: str, options: Sequence[tuple[str, str, bool]]) -> str:
    inner = "".join(
        f'<option value="{html.escape(value)}"{" selected" if on else ""}>{html.escape(text)}</option>' for value, text, on in options
    )
    return f'<label>{html.escape(said)}<select name="{name}">{inner}</select></label>'


def _tick(name: str, value: str, said: str, *, on: bool) -> str:
    box = f'<input type="checkbox" name="{name}" value="{html.escape(value)}"{" checked" if on else ""}>'
    return f'<label class="tick">{box}<span>{html.escape(said)}</span></label>'


def _secret(name: str, said: str) -> str:
    return f'<label>{html.escape(said)}<input type="password" name="{name}" required></label>'
