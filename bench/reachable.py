"""`python -m bench.reachable PORT COMMAND…`: socialclaw, for which every public name leads to one server on this machine.

So that files can be fetched from a source here: the guard of the way out is the real one, only what lies behind it is not.
"""

from __future__ import annotations

import sys
from typing import Any

import httpx2
from tests.internet import Internet, Listener, names_are_public

from socialclaw.cli import main
from socialclaw.outbound import GuardedBackend, guarded_transport
from socialclaw.settings import Settings
from socialclaw.system import System

if __name__ == "__main__":
    port = int(sys.argv.pop(1))
    opened = System.open

    def reaching(settings: Settings, **more: Any) -> System:
        system = opened(settings, **more)
        guarded = guarded_transport(GuardedBackend(Internet(Listener(port)), resolver=names_are_public))
        system.outbound.guarded = httpx2.AsyncClient(transport=guarded, timeout=system.outbound.guarded.timeout, trust_env=False)
        return system

    System.open = reaching  # type: ignore[method-assign, assignment]
    main()
