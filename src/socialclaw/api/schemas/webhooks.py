"""What is answered to companies that tell us something by themselves."""

from __future__ import annotations

from pydantic import StrictBool

from socialclaw.api.dialect import Uri, optional
from socialclaw.api.schemas.envelopes import OkResponse


class WebhookResponse(OkResponse):
    """It was taken. `duplicate`: as it was before; `ignored`: there is nothing to do about it.

    Meta reads `url` and `confirmation_code`: where a person sees what became of a request for deletion.
    """

    duplicate: StrictBool = optional()
    ignored: StrictBool = optional()
    url: Uri = optional()
    confirmation_code: str = optional("confirmation_code")
