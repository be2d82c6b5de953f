"""What a post may say about its Pin beside text and files, and what is judged of it before anything is sent. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from socialclaw.networks.pinterest.pins import MOST_ALT, alt_of
from socialclaw.providers.draft import Draft
from socialclaw.providers.issues import Issue, shown
from socialclaw.providers.options import Setting

MOST_LINK = 2048  # PinCreate.link in the official description
SAME_SHAPE = 0.01  # by how much the ratios of sides may differ: a pixel of rounding
COLOUR = re.compile(r"#?[0-9A-Fa-f]{6}")

SETTINGS = (
    Setting(
        "pinMode",
        type="enum",
        options=("auto", "standard", "video", "multi_image", "product"),
        default="auto",
        lower=True,
        description="What kind of Pin is meant; auto goes by the files. Product Pins are a closed beta of Pinterest and always refused.",
    ),
    Setting("link", aliases=("destinationLink",), description="Where the Pin leads to: a web address of at most 2,048 characters."),
    Setting("altText", description="What there is to see, for people who do not see it; else the alt texts of the files are taken."),
    Setting("boardSectionId", description="The section of the board, by its id; the action list-board-sections tells them."),
    Setting("dominantColor", description="The colour shown while the image loads, e.g. #6E7874."),
    Setting("coverImageUrl", description="A picture for the cover of a video Pin, by its public address."),
    Setting("isAffiliateLink", type="boolean", default=False, strict=False, description="For product Pins only, so without effect."),
    Setting(
        "coverImageKeyFrameTime",
        type="number",
        min=0,
        nulled=(None,),
        code="pinterest_cover_keyframe_invalid",
        description="Which second of a video is its cover, unless there is a coverImageUrl; the first where nothing is given.",
    ),
)


def fits(draft: Draft) -> Sequence[Issue]:
    """Whether the settings can be meant, and suit the files."""
    return [*_mode(draft), *_values(draft)]


def extra(draft: Draft) -> Sequence[Issue]:
    return [*_alt(draft), *_shapes(draft)]


def _alt(draft: Draft) -> Sequence[Issue]:
    """Pinterest has one alt text a Pin, so those of several files share its length."""
    if draft.settings.get("altText") or len(draft.media) < 2 or len(alt_of(draft)) <= MOST_ALT:
        return []
    message = f"A Pin has one alt text: those of its files have {len(alt_of(draft))} characters together; the limit is {MOST_ALT}"
    return [Issue("pinterest_alt_text_too_long", message, "assets", {"length": len(alt_of(draft)), "maxLength": MOST_ALT})]


def _shapes(draft: Draft) -> Iterator[Issue]:
    """The pictures of a carousel are of one shape: each is held against the first whose sides are known."""
    known = [(index, m, m.width / m.height) for index, m in enumerate(draft.media) if m.kind == "image" and m.width and m.height]
    for index, m, shape in known[1:]:
        _, one, wanted = known[0]
        if abs(shape / wanted - 1) > SAME_SHAPE:
            message = (
                f"The pictures of a carousel must be of one shape: this one has {m.width}x{m.height}, the first {one.width}x{one.height}"
            )
            details = {"assetId": m.id, "width": m.width, "height": m.height, "firstWidth": one.width, "firstHeight": one.height}
            yield Issue("pinterest_carousel_shape_mismatch", message, f"assets[{index}]", details)


def _mode(draft: Draft) -> Iterator[Issue]:
    kinds = {m.kind for m in draft.media}
    match draft.settings.get("pinMode"):
        case "product":
            message = "Product Pins are a closed beta of Pinterest: choose another pinMode, or none"
            yield Issue("pinterest_product_pin_beta_required", message, "settings.pinMode")
        case "video" if kinds - {"video"}:
            yield Issue("pinterest_video_required", "pinMode video needs a video and nothing else", "settings.pinMode")
        case "multi_image" if kinds - {"image"}:
            yield Issue("pinterest_multi_image_required", "pinMode multi_image needs images and nothing else", "settings.pinMode")


def _values(draft: Draft) -> Iterator[Issue]:
    for name, (code, right, words) in _JUDGED.items():
        if (value := draft.settings.get(name)) and isinstance(value, str) and not right(value):
            yield Issue(code, f"{name} must be {words}: {shown(value)}", f"settings.{name}")
    for name, (code, most) in _LENGTHS.items():
        if (value := draft.settings.get(name)) and isinstance(value, str) and len(value) > most:
            details: dict[str, Any] = {"length": len(value), "maxLength": most}
            yield Issue(code, f"{name} has {len(value)} characters; the limit is {most}", f"settings.{name}", details)


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", url)
    except ValueError:
        return False


def _is_number(value: str) -> bool:
    return bool(re.fullmatch(r"[0-9]+", value))


def _is_colour(value: str) -> bool:
    return bool(COLOUR.fullmatch(value))


_JUDGED: dict[str, tuple[str, Callable[[str], bool], str]] = {
    "link": ("pinterest_link_invalid", _is_web, "a web address (http or https)"),
    "boardSectionId": ("pinterest_board_section_id_invalid", _is_number, "the number of a section"),
    "dominantColor": ("pinterest_dominant_color_invalid", _is_colour, "a colour such as #6E7874"),
    "coverImageUrl": ("pinterest_cover_image_url_invalid", _is_web, "a web address (http or https)"),
}
_LENGTHS = {"link": ("pinterest_link_too_long", MOST_LINK), "altText": ("pinterest_alt_text_too_long", MOST_ALT)}
