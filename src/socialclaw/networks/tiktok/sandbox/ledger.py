"""What the simulated TikTok keeps of posts: announced, uploaded, accepted, failed; who may post how often; what everybody may see."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from socialclaw.networks.tiktok.sandbox import media as files
from socialclaw.networks.tiktok.sandbox import posts as asked
from socialclaw.networks.tiktok.sandbox import words as say
from socialclaw.networks.tiktok.sandbox.base import UPLOADS, TikTokHouse
from socialclaw.simulation.store import Seen

DAY = 86_400
MOST_POSTS, MOST_DRAFTS, MOST_USERS = 15, 5, 5  # of 24 hours: an account's posts, its drafts, an unaudited app's accounts


class TikTokLedger(TikTokHouse):
    processing_seconds = 2.0
    moderation_seconds = 10.0

    def _judge(self, account: str, info: Mapping[str, Any], *, draft: bool) -> None:
        audited = self.shelf.get("options", "audited") is not False
        self._judge_caps(account, draft=draft)
        if not draft:
            asked.judge_info(info, self.person_of(account) or {}, audited=audited)
            if not audited and len({p["account"] for p in self._recent()} | {account}) > MOST_USERS:
                raise say.refuse("reached_active_user_cap", "The daily quota for active publishing users from your client is reached.")

    def _judge_caps(self, account: str, *, draft: bool, status: int | None = None) -> None:
        if self.quotas_lifted:
            return
        recent = sum(p["account"] == account and p["draft"] == draft for p in self._recent())
        if draft and recent >= MOST_DRAFTS:
            words = "There are too many pending shares of this user in 24 hours."
            raise say.refuse("spam_risk_too_many_pending_share", words, status=status)
        if not draft and recent >= MOST_POSTS:
            raise say.refuse("spam_risk_too_many_posts", "The daily post cap from the API is reached for the current user.", status=status)

    def _recent(self) -> Sequence[dict[str, Any]]:
        """What was posted in the last 24 hours."""
        since = self.clock() - DAY
        return [p for p in self.shelf.all("publishes").values() if p["accepted_at"] and p["accepted_at"] > since and not p["failed"]]

    def _new(self, account: str, kind: str, info: Mapping[str, Any], *, draft: bool, cover: int = 0) -> str:
        publish_id = f"{kind}{int(self.clock())}{self.shelf.count('publishes'):06}"
        publish = {
            "account": account,
            "kind": "photo" if kind.startswith("p") else "video",
            "info": dict(info),
            "draft": draft,
            "cover": cover,
            "upload_id": "",
            "accepted_at": None,
            "failed": "",
            "doomed": self.shelf.get("options", "doomed") or "",
            "post_id": str(int(self.clock()) << 32 | self.shelf.count("ids") & 0xFFFFFFFF),
        }
        self.shelf.drop("options", "doomed")
        self.shelf.put("publishes", publish_id, publish)
        return publish_id

    def _open(self, publish_id: str, source: Mapping[str, Any]) -> str:
        """The address to upload to."""
        upload_id, token = str(7 * 10**18 + self.shelf.count("uploads")), secrets.token_hex(16)
        size, chunk, count = source["video_size"], source["chunk_size"], source["total_chunk_count"]
        upload = {"publish_id": publish_id, "token": token, "size": size, "chunk": chunk, "count": count, "received": 0}
        self.shelf.put("uploads", upload_id, upload | {"expires_at": self.clock() + files.LIFE})
        self._change(publish_id, upload_id=upload_id)
        return f"https://{UPLOADS}/video/?upload_id={upload_id}&upload_token={token}"

    def _change(self, publish_id: str, **changes: Any) -> dict[str, Any]:
        changed = {**self.shelf.get("publishes", publish_id), **changes}
        self.shelf.put("publishes", publish_id, changed)
        return changed

    def _accept(self, publish_id: str, media: Sequence[dict[str, Any]], *, reason: str) -> None:
        """TikTok has all of it: it will be posted, or has failed already and says so later."""
        now = self.clock()
        publish = self.shelf.get("publishes", publish_id)
        publish = self._change(publish_id, accepted_at=now, failed=reason or publish["doomed"])
        if publish["failed"] or publish["draft"]:
            return
        words = asked.seen_of(publish["info"], publish["kind"])
        level = publish["info"]["privacy_level"]
        public_at = now + self.processing_seconds + self.moderation_seconds if level == "PUBLIC_TO_EVERYONE" else None
        extra = {**words, "privacy_level": level, "public_at": public_at, "cover": publish["cover"], "publish_id": publish_id}
        text = "\n\n".join(filter(None, (words["title"], words["description"])))
        name = (self.person_of(publish["account"]) or {})["username"]
        url = f"https://www.tiktok.com/@{name}/{publish['kind']}/{publish['post_id']}" if public_at else f"https://www.tiktok.com/@{name}"
        self.shelf.add_post(Seen(publish["post_id"], publish["account"], text, now, tuple(media), None, url, extra=extra))

    def _status(self, publish: Mapping[str, Any], publish_id: str) -> dict[str, Any]:
        upload = self.shelf.get("uploads", publish["upload_id"]) or {}
        moved = {"uploaded_bytes": upload["received"]} if upload else {"downloaded_bytes": 0}
        accepted, now = publish["accepted_at"], self.clock()
        if accepted is None or now < accepted + self.processing_seconds:
            return {"status": "PROCESSING_UPLOAD" if upload else "PROCESSING_DOWNLOAD", **moved}
        if publish["failed"]:
            return {"status": "FAILED", "fail_reason": publish["failed"], **moved}
        if publish["draft"]:
            return {"status": "SEND_TO_USER_INBOX", **moved}
        public = [int(seen.id) for seen in self._public(publish["account"]) if seen.id == publish["post_id"]]
        return {"status": "PUBLISH_COMPLETE", **({"publicaly_available_post_id": public} if public else {}), **moved}

    def _public(self, account: str) -> list[Seen]:
        """What everybody may see of an account, oldest first: after moderation."""
        now = self.clock()
        return [p for p in self.shelf.posts(account=account) if (at := p.extra.get("public_at")) is not None and at <= now]
