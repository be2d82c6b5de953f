"""Our API seen from outside, for our own command line, tour and agents: the SDK's asynchronous client.

What the API refuses is one of our own errors here, so that it is handled as all of them are.
"""

from __future__ import annotations

from socialclaw.errors import SocialClawError
from socialclaw.sdk import errors
from socialclaw.sdk.aio.client import AsyncClient
from socialclaw.sdk.wire import Answer

__all__ = ["Answer", "Client", "ClientError"]


class ClientError(errors.ClientError, SocialClawError):
    """The API said no, or could not be asked."""


class Client(AsyncClient):
    """A workspace's API at `base_url`."""

    error = ClientError
