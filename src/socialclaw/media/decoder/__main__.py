"""Does one job and says what came of it: `{"facts": …}` or `{"refused": code, "message": …, "details": …}`."""

from __future__ import annotations

import json
import sys
from typing import Any

from socialclaw.errors import InvalidRequest
from socialclaw.media.decoder.limits import limit


def probe(job: dict[str, Any]) -> dict[str, Any]:
    """Facts of the file at `source`, which begins as `mime`; its previews in `folder`, where one is given."""
    from socialclaw.media.decoder import images, polyglots, video

    source, mime = job["source"], job["mime"]
    polyglots.check(source)
    if mime in video.MIMES:
        polyglots.check_whole(source, mime)
        with video.opened(source) as container:
            found = video.facts(container)
            if found["kind"] == "video":
                frame = video.poster(container)
                found["width"], found["height"] = frame.size
                found["previews"] = _previews(frame, job, film=True)
        return found
    if mime in (*images.PHONES, "image/avif", "image/png"):
        polyglots.check_whole(source, mime)
    with images.opened(source, mime) as picture:
        size, eight = images.upright_size(picture) if mime == "image/jpeg" else None, images.has_eight_bits(picture)
        if size:
            picture.draft("RGB", (1280, 1280))  # every byte is read all the same
        shown = images.decoded(picture)
        width, height = size or shown.size
        plain = eight and images.is_plain(picture)
        found = {"kind": "image", "width": width, "height": height, "plain": plain, **images.motion(picture, mime)}
        return {**found, "previews": _previews(shown, job, film=False)}


def _previews(picture: Any, job: dict[str, Any], *, film: bool) -> list[str]:
    from socialclaw.media.decoder import previews

    return previews.write(picture, job["folder"], film=film) if job.get("folder") else []


def jpeg(job: dict[str, Any]) -> dict[str, Any]:
    """The first frame of `source` as JPEG at `target`: on white, upright, without its metadata."""
    from socialclaw.media.decoder import images

    with images.opened(job["source"], job["mime"]) as picture:
        profile = images.profile_of(picture)
        images.write_jpeg(images.decoded(picture), job["target"], profile=profile)
    return {}


def crop(job: dict[str, Any]) -> dict[str, Any]:
    """The part `area` of `source` at `target`, as the type `as`."""
    from socialclaw.media.decoder import convert as changing

    return changing.part(job)


def change(job: dict[str, Any]) -> dict[str, Any]:
    """`source` written anew at `target`, by the job's `change`."""
    from socialclaw.media.decoder import convert as changing

    return changing.film(job) if job["change"]["kind"] == "video" else changing.picture(job)


DOES = {"probe": probe, "jpeg": jpeg, "crop": crop, "change": change}


def main(job: dict[str, Any]) -> dict[str, Any]:
    try:
        limit(job["cpu_seconds"], yields=job.get("yields", False))
        return {"facts": DOES[job["do"]](job)}
    except InvalidRequest as refused:
        return {"refused": refused.code, "message": refused.message, "details": refused.details}
    except MemoryError:
        return {"refused": "media_too_costly", "message": "Opening the file takes more memory than is allowed", "details": {}}


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))  # noqa: T201
