"""What became of a video after its upload, from its `status`: still being processed, watchable, failed, or taken down.

https://developers.google.com/youtube/v3/docs/videos#status.uploadStatus
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialclaw.errors import Rejected
from socialclaw.providers.draft import Account, Draft, Published

# failureReason -> our code, what to tell the user
FAILED: Mapping[str, tuple[str, str]] = {
    "conversion": ("youtube_failed_conversion", "YouTube could not convert the video"),
    "invalidFile": ("youtube_failed_invalid_file", "YouTube could not read the file"),
    "emptyFile": ("youtube_failed_empty_file", "The file was empty when it came to YouTube"),
    "tooSmall": ("youtube_failed_too_small", "The video is too small for YouTube"),
    "codec": ("youtube_failed_codec", "YouTube does not know the codec of the video"),
    "uploadAborted": ("youtube_failed_upload_aborted", "The upload broke off"),
}
# rejectionReason -> the same
REJECTED: Mapping[str, tuple[str, str]] = {
    "copyright": ("youtube_rejected_copyright", "YouTube has taken the video down: copyright infringement"),
    "inappropriate": ("youtube_rejected_inappropriate", "YouTube has taken the video down: inappropriate content"),
    "duplicate": ("youtube_rejected_duplicate", "YouTube has this video already and did not take it again"),
    "termsOfUse": ("youtube_rejected_terms_of_use", "YouTube has taken the video down: a breach of the terms of use"),
    "uploaderAccountSuspended": ("youtube_rejected_account_suspended", "YouTube has suspended the account"),
    "uploaderAccountClosed": ("youtube_rejected_account_closed", "The account is closed"),
    "length": (
        "youtube_rejected_length",
        "The video is longer than this channel may upload; verify the channel at youtube.com/verify for more than 15 minutes",
    ),
    "claim": ("youtube_rejected_claim", "YouTube has taken the video down: somebody claims its content"),
    "trademark": ("youtube_rejected_trademark", "YouTube has taken the video down: trademark infringement"),
    "legal": ("youtube_rejected_legal", "YouTube has taken the video down: a legal complaint"),
}


def web_url(post_id: str, account: Account | None = None) -> str:
    return f"https://www.youtube.com/watch?v={post_id}"


def judge(video: Mapping[str, Any], draft: Draft) -> Published:
    """The post as YouTube has it. Raises Rejected with YouTube's own reason where the video has failed or was taken down."""
    status = video.get("status") or {}
    match status.get("uploadStatus"):
        case "failed":
            raise _refused(status.get("failureReason"), FAILED, ("youtube_failed", "YouTube could not process the video"))
        case "rejected":
            raise _refused(status.get("rejectionReason"), REJECTED, ("youtube_rejected", "YouTube has taken the video down"))
        case state:
            post_id = str(video["id"])
            return Published(post_id, web_url(post_id), final=state == "processed", note=_note(status.get("privacyStatus"), draft))


def has_failed(video: Mapping[str, Any]) -> bool:
    """Whether there is nothing to watch and never will be, so that uploading the file again repeats nothing."""
    return (video.get("status") or {}).get("uploadStatus") == "failed"


def _refused(reason: Any, known: Mapping[str, tuple[str, str]], unknown: tuple[str, str]) -> Rejected:
    code, message = known.get(str(reason), unknown)
    return Rejected(message, code=code, reason=str(reason or "not told"))


def _note(privacy: Any, draft: Draft) -> str | None:
    wanted = draft.settings.get("privacyStatus")
    if not privacy or not wanted or privacy == wanted:
        return None
    return (
        f"YouTube made the video {privacy}, not {wanted}: it does so where the developer app has not passed YouTube's audit, "
        "or where the channel's own settings say so"
    )
