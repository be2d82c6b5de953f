"""What the doctor found of one thing. States: ok, note (worth knowing), failed, unknown (could not be looked at)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class Check:
    """What was found, in a sentence; where it is not ok, with what to do."""

    name: str
    state: State
    message: str
