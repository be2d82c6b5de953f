"""Whether an address leads to this very machine, for everybody who follows it."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def only_here(url: str) -> bool:
    """Whether a URL leads nowhere else."""
    try:
        return is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
