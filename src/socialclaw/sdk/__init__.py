"""SocialClaw's API for Python programs: `Client`, and `AsyncClient` for those that run on asyncio.

This folder is also a distribution of its own, `socialclaw-client` (`sdk/python`), where it is called `socialclaw_client`. So it imports
nothing of the server, itself by relative names only, and needs httpx2 and nothing besides.
"""

from .aio.client import AsyncClient
from .errors import ClientError
from .sync.client import Client
from .webhooks import WebhookRefused, verify_webhook

__all__ = ["AsyncClient", "Client", "ClientError", "WebhookRefused", "verify_webhook"]
