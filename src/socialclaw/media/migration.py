"""Objects move from one storage to another while everything goes on: copied, read back, and only then named there.

Each object is moved by itself, so that a crash at any instant leaves a move that can be begun again: an asset that is marked as
`deleting` stands for the copy until the assets name it, and for the old object after that. The sweeper removes what such a mark names
(`media/sweep.py`), the old object only a day later: who is about to read it still can.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from socialclaw.errors import InvalidRequest, NotReady, PayloadTooLarge
from socialclaw.media import stored_objects
from socialclaw.media.incoming import Intake
from socialclaw.media.stored_objects import ENDS, Ended, Kept
from socialclaw.storage.base import Gone, Storage, work_dir
from socialclaw.system import System


@dataclass
class Moves:
    """What came of them: objects by how they ended, the bytes that were moved, and those that could not be."""

    counts: dict[Ended, int] = field(default_factory=lambda: dict.fromkeys(ENDS, 0))
    bytes: int = 0
    failed: list[tuple[str, Ended]] = field(default_factory=list)


async def move(system: System, target: Storage, *, keep: bool, at_once: int, told: Callable[[Kept, Ended], None]) -> Moves:
    """Move everything that is not in `target`, `at_once` objects at a time; `told` hears of each. `keep`: the old objects stay.

    Raises NotReady where a storage cannot be used; what was moved until then stays moved.
    """
    moves, all_of_them, turn = Moves(), _elsewhere(system, target.name), asyncio.Lock()
    trouble: list[NotReady] = []

    async def mover() -> None:
        while not trouble:
            async with turn:
                one = await anext(all_of_them, None)
            if one is None:
                return
            try:
                ended = await _moved(system, one, target, keep=keep)
            except NotReady as error:  # the others end what they are at
                trouble.append(error)
                return
            moves.counts[ended] += 1
            if ended == "moved":
                moves.bytes += one.size
            elif ended != "gone":
                moves.failed.append((one.key, ended))
            told(one, ended)

    await asyncio.gather(*(mover() for _ in range(at_once)))
    if trouble:
        raise trouble[0]
    return moves


async def _elsewhere(system: System, target: str) -> AsyncIterator[Kept]:
    """Every object that is not in this storage, once."""
    after = ("", "")
    while page := await system.database.read(stored_objects.elsewhere, target, after):
        for one in page:
            yield one
        after = (page[-1].key, page[-1].storage)


async def _moved(system: System, one: Kept, target: Storage, *, keep: bool) -> Ended:
    mark = await system.write(one.workspace_id, stored_objects.mark, one, target.name)
    if mark is None:
        return "gone"
    ended = await _copied(system, one, target, mark.object_key)
    return await system.write(one.workspace_id, stored_objects.settle, one, mark.id, ended, keep=keep)


async def _copied(system: System, one: Kept, target: Storage, key: str) -> Ended:
    """Copy the object, and read the copy back: that a storage took it is not yet that it has it."""
    async with Intake(work_dir(system.settings), most=one.size) as copy:
        try:
            async for chunk in system.storages[one.storage].read(one.key):
                await copy.write(chunk)
            if (await copy.finish()).sha256 != one.sha256:
                return "wrong"
        except Gone:
            return "missing"
        except (InvalidRequest, PayloadTooLarge):  # nothing, or more than there was
            return "wrong"
        await target.put(key, copy.path, one.mime)
    return "moved" if await _digest(target, key) == one.sha256 else "wrong"


async def _digest(storage: Storage, key: str) -> str | None:
    digest = hashlib.sha256()
    with suppress(Gone):
        async for chunk in storage.read(key):
            digest.update(chunk)
        return digest.hexdigest()
    return None
