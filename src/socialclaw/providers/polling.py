"""Waiting for a network that needs time: looks that are remembered, and the worker given back between them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from socialclaw.providers.base import Steps

T = TypeVar("T")


async def look_until(
    done: Callable[[T], bool],
    steps: Steps,
    name: str,
    look: Callable[..., Awaitable[T]],
    *args: Any,
    most: int,
    pause: Callable[[int, T], float],
    why: str,
) -> T:
    """Run `look(*args)` until its answer is `done`, or `most` times; the last answer.

    Each look is the remembered step `<name>-look-<n>`. After one that was made just now and is not done, the worker is given back for
    `pause(n, answer)` seconds; the next attempt goes on with the next look.
    """
    for number in range(most):
        step = f"{name}-look-{number}"
        known = steps.known(step)
        answer = await steps.once(step, look, *args)
        if done(answer):
            break
        if not known:
            steps.wait(pause(number, answer), why)
    return answer


async def pause_once(steps: Steps, name: str, seconds: float, why: str) -> None:
    """Give the worker back for `seconds`, remembered as the step `name`; nothing where that has been done."""
    if not steps.known(name):
        await steps.once(name, _done)
        steps.wait(seconds, why)


async def _done() -> bool:
    return True
